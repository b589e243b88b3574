//! Judges an open port, and who holds it against who should.

use super::{Binding, Listener, Seen, Tcp};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use crate::probes::net::Door;
use crate::probes::{Control, Judgement};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Every id of the kind, with what it says.
pub(super) const REASONS: &[(&str, &str)] = &[
    ("dns", "The host's name can't be looked up from here."),
    ("exposed", "It is bound to an address that others can reach and that is not declared."),
    ("not_bound", "Nothing is bound to the declared address."),
    ("owner_unseen", "It can't be seen which process listens: that takes root, or the process's own user."),
    ("refused", "The host is there, and nothing listens."),
    ("reset", "The connection was dropped at once."),
    ("slow", "Connecting took longer than `warn_ms`."),
    ("undeclared", "The compose file does not publish this port for the service."),
    ("unlistened", "It accepts, and no process of this host listens: the connection is forwarded elsewhere."),
    ("wrong_owner", "Another process listens."),
];

/// The processes by which container engines publish a port.
const ENGINES: [&str; 7] = ["docker-proxy", "dockerd", "rootlesskit", "rootlessport", "conmon", "pasta", "slirp4netns"];

type Found = (Verdict, &'static str, String);

pub(super) fn judge(options: &Tcp, seen: &Seen) -> Judgement {
    let (verdict, reason, summary) = weigh(options, seen);
    let mut facts = vec![
        Fact::new("addresses", Quantity::Count(seen.addresses)),
        Fact::new("lookup", Quantity::Millis(seen.lookup_ms)),
        Fact::new("connect", Quantity::Millis(seen.connect_ms)),
        seen.control.fact(),
    ];
    if let Some(binding) = &seen.binding {
        let listeners = &binding.listeners.0;
        facts.push(Fact::text("bound to", words(listeners.iter().map(|listener| listener.address.to_string()))));
        facts.push(Fact::text("held by", words(listeners.iter().flat_map(|listener| listener.owners.iter().cloned()))));
        facts.extend(
            binding.declared.iter().map(|all| Fact::text("declared", words(all.iter().map(ToString::to_string)))),
        );
    }
    let judgement = Judgement::new(verdict, summary).facts(facts);
    match verdict {
        Verdict::Pass => judgement,
        _ if seen.control == Control::Passed => judgement.reason(reason),
        _ => judgement.reason(reason).hint("ss -ltnp, as root, on that host"),
    }
}

fn weigh(options: &Tcp, seen: &Seen) -> Found {
    let shown = options.shown();
    let held = seen.binding.as_ref();
    match seen.door {
        Door::Refused if held.is_some_and(|binding| binding.listeners.0.is_empty()) => {
            (Verdict::Fail, "not_bound", format!("refused: nothing on this host is bound to the port of {shown}"))
        }
        Door::Refused => {
            (Verdict::Fail, "refused", format!("refused: the host of {shown} is there, and nothing listens"))
        }
        Door::Reset => (Verdict::Fail, "reset", format!("{shown} drops connections at once")),
        Door::Open if seen.control == Control::Passed => {
            let summary =
                format!("{shown} accepts, but so does a port that has to be shut: something in between accepts all");
            (Verdict::Unknown(Unknown::Void), "void", summary)
        }
        Door::Open => held.and_then(|binding| misplaced(options, binding)).unwrap_or_else(|| opened(options, seen)),
    }
}

fn opened(options: &Tcp, seen: &Seen) -> Found {
    let shown = options.shown();
    if options.warn_ms.is_some_and(|limit| seen.connect_ms > limit) {
        return (Verdict::Warn, "slow", format!("{shown} accepts, slowly: {} ms", seen.connect_ms));
    }
    (Verdict::Pass, "", format!("{shown} accepts connections"))
}

/// What is wrong with who listens, the worst first.
fn misplaced(options: &Tcp, binding: &Binding) -> Option<Found> {
    let shown = options.shown();
    let listeners = &binding.listeners.0;
    if listeners.is_empty() {
        let summary = format!("{shown} accepts, and no process here listens: it is forwarded, to whom can't be seen");
        return Some((Verdict::Unknown(Unknown::Unreachable), "unlistened", summary));
    }
    if let Some(other) = listeners.iter().find(|listener| is_foreign(options, listener)) {
        let summary = format!("{shown} is held by {}, not by {}", words(other.owners.iter().cloned()), wanted(options));
        return Some((Verdict::Fail, "wrong_owner", summary));
    }
    let declared = binding.declared.as_deref();
    if let Some(missing) = declared.and_then(|all| all.iter().find(|address| !is_served(**address, listeners))) {
        let summary = format!("nothing is bound to {missing} for {shown}, where it is declared");
        return Some((Verdict::Fail, "not_bound", summary));
    }
    if options.owner.is_some() && listeners.iter().any(|listener| listener.owners.is_empty()) {
        let summary = format!("{shown} accepts; whether {} holds it can't be seen by this user", wanted(options));
        return Some((Verdict::Unknown(Unknown::Denied), "owner_unseen", summary));
    }
    let declared = declared?;
    if declared.is_empty() {
        let summary = format!("{shown} accepts, and the compose file does not publish the port");
        return Some((Verdict::Warn, "undeclared", summary));
    }
    let open = listeners.iter().find(|listener| is_exposed(listener.address, declared))?;
    let summary = format!(
        "{shown} is bound to {}, where others reach it; declared is {}",
        open.address,
        words(declared.iter().map(ToString::to_string))
    );
    Some((Verdict::Warn, "exposed", summary))
}

/// A process that is seen to hold the port and is none of those that should.
fn is_foreign(options: &Tcp, listener: &Listener) -> bool {
    let fits = |name: &String| match (&options.owner, &options.service) {
        (Some(owner), _) => name == owner,
        (None, Some(_)) => ENGINES.iter().any(|engine| name == engine),
        (None, None) => true,
    };
    !listener.owners.is_empty() && !listener.owners.iter().any(fits)
}

fn wanted(options: &Tcp) -> String {
    line(options.owner.as_deref().unwrap_or("a container engine")).into_owned()
}

/// A socket bound to every address serves each; `::` serves IPv4 too, unless it was told not to.
fn is_served(address: IpAddr, listeners: &[Listener]) -> bool {
    listeners.iter().any(|listener| listener.address == address || listener.address.is_unspecified())
}

fn is_exposed(address: IpAddr, declared: &[IpAddr]) -> bool {
    !address.is_loopback() && !declared.contains(&address) && !declared.iter().any(IpAddr::is_unspecified)
}

/// Each word once; "none seen" where there is none.
fn words(all: impl Iterator<Item = String>) -> String {
    let all: BTreeSet<String> = all.collect();
    if all.is_empty() { "none seen".to_owned() } else { all.into_iter().collect::<Vec<_>>().join(", ") }
}
