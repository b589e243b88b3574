//! Judges what a resolver said of a name.

use super::{Answer, Dns, Seen, Why};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use crate::probes::{Control, Judgement};
use std::net::IpAddr;

/// Every id of the kind, with what it says.
pub(super) const REASONS: &[(&str, &str)] = &[
    ("code", "The name server answered with an error code."),
    ("control_unclear", "Whether every name has an address is not clear: the negative control brought no answer."),
    ("missing", "It lacks an expected address."),
    ("no_address", "The name is there, and has no address."),
    ("no_server", "No name server listens where one should."),
    ("nxdomain", "There is no such name."),
    ("partial", "Only a part of the addresses could be looked up."),
    ("refused", "The name server refuses to answer for the name."),
    ("servfail", "The name server failed to find an answer."),
    ("slow", "Looking it up took longer than `warn_ms`."),
    ("timeout", "The name server did not answer in time."),
    ("unexpected", "It has an address that is not expected."),
    ("vantage_dns", "The control name can't be looked up either: this resolver says nothing of any name."),
];

type Found = (Verdict, &'static str, String);

pub(super) fn judge(options: &Dns, seen: &Seen) -> Judgement {
    let (verdict, reason, summary) = weigh(options, seen);
    let mut facts = Vec::new();
    if let Answer::Found(addresses) = &seen.answer {
        facts.push(Fact::text("addresses", some(addresses)));
    }
    facts.push(Fact::new("lookup", Quantity::Millis(seen.lookup_ms)));
    facts.push(seen.control.fact());
    facts.extend(seen.vantage.map(|works| Fact::new("control name has an address", Quantity::Flag(works))));
    let judgement = Judgement::new(verdict, summary).facts(facts);
    match verdict {
        Verdict::Pass => judgement,
        _ => judgement.reason(reason).hint(hint(options, reason)),
    }
}

fn hint(options: &Dns, reason: &str) -> String {
    let name = line(&options.name);
    match (reason, &options.server) {
        ("void", _) => "say which addresses are expected".to_owned(),
        (_, Some(server)) => format!("dig {name} @{}", line(server)),
        ("nxdomain" | "no_address" | "unexpected" | "missing", None) => {
            format!("getent ahosts {name}; the same inside the container that uses it")
        }
        _ => "cat /etc/resolv.conf".to_owned(),
    }
}

fn weigh(options: &Dns, seen: &Seen) -> Found {
    let name = line(&options.name);
    match &seen.answer {
        Answer::Found(addresses) if !addresses.is_empty() => found(options, seen, addresses),
        _ if seen.vantage == Some(false) => {
            let summary = format!("{name} can't be looked up, and the control name can't either");
            (Verdict::Unknown(Unknown::Unreachable), "vantage_dns", summary)
        }
        Answer::Found(_) => (Verdict::Fail, "no_address", format!("{name} has no address")),
        Answer::NoName if seen.why == Some(Why::NoAddress) => {
            (Verdict::Fail, "no_address", format!("{name} is there, and has no address"))
        }
        Answer::NoName => (Verdict::Fail, "nxdomain", format!("there is no such name from this host: {name}")),
        Answer::Failed => failed(options, seen),
    }
}

/// A resolver that failed says nothing of the name, unless it is the one that is asked about or is seen to work
/// for another name.
fn failed(options: &Dns, seen: &Seen) -> Found {
    let name = line(&options.name);
    let (unknown, reason, words) = match seen.why {
        None => (Unknown::Unreachable, "unreachable", "the resolver failed".to_owned()),
        Some(Why::Timeout) => (Unknown::TimedOut, "timeout", "the name server does not answer".to_owned()),
        Some(Why::NoServer) => (Unknown::Unreachable, "no_server", "no name server listens".to_owned()),
        Some(Why::Garbled | Why::Truncated) => {
            (Unknown::Garbled, "garbled", "the name server's answer makes no sense".to_owned())
        }
        Some(Why::Servfail) => (Unknown::Unreachable, "servfail", "the name server failed (SERVFAIL)".to_owned()),
        Some(Why::Refused) => (Unknown::Unreachable, "refused", "the name server refuses (REFUSED)".to_owned()),
        Some(Why::Code(code)) => (Unknown::Unreachable, "code", format!("the name server answers with code {code}")),
        Some(Why::Nxdomain | Why::NoAddress) => {
            (Unknown::Unreachable, "nxdomain", "the resolver failed; its servers know no such name".to_owned())
        }
    };
    let summary = format!("{name} can't be looked up: {words}");
    let says_so = options.server.is_some() && !matches!(unknown, Unknown::TimedOut | Unknown::Garbled);
    let verdict = if says_so || seen.vantage == Some(true) { Verdict::Fail } else { Verdict::Unknown(unknown) };
    (verdict, reason, summary)
}

fn found(options: &Dns, seen: &Seen, addresses: &[IpAddr]) -> Found {
    let name = line(&options.name);
    let others: Vec<IpAddr> = addresses.iter().filter(|found| !options.expected.contains(found)).copied().collect();
    if !options.expected.is_empty() && !others.is_empty() {
        let summary = format!("{name} has an address that is not expected: {}", some(&others));
        return (Verdict::Fail, "unexpected", summary);
    }
    // What was expected can't come from a wildcard by chance.
    if options.expected.is_empty() && seen.control == Control::Passed {
        let summary = format!("{name} has an address, but so has a name that can't be there: a wildcard");
        return (Verdict::Unknown(Unknown::Void), "void", summary);
    }
    let missing: Vec<IpAddr> = options.expected.iter().filter(|wanted| !addresses.contains(wanted)).copied().collect();
    if !missing.is_empty() {
        return (Verdict::Warn, "missing", format!("{name} lacks an address: {}", some(&missing)));
    }
    if seen.why.is_some() {
        return (Verdict::Warn, "partial", format!("{name} is {}; more could not be looked up", some(addresses)));
    }
    if options.expected.is_empty() && seen.control == Control::Unclear {
        let summary = format!("{name} has an address; whether every name has one is not clear");
        return (Verdict::Warn, "control_unclear", summary);
    }
    if options.warn_ms.is_some_and(|limit| seen.lookup_ms > limit) {
        return (Verdict::Warn, "slow", format!("{name} is looked up slowly: {} ms", seen.lookup_ms));
    }
    (Verdict::Pass, "", format!("{name} is {}", some(addresses)))
}

/// The first few of some addresses.
fn some(addresses: &[IpAddr]) -> String {
    const MOST: usize = 4;
    let shown: Vec<String> = addresses.iter().take(MOST).map(ToString::to_string).collect();
    let shown = shown.join(", ");
    if addresses.len() > MOST { format!("{shown} and {} more", addresses.len() - MOST) } else { shown }
}
