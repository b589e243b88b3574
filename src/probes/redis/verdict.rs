//! Judges what a Redis server answered. `PONG` comes from a replica that lost its master, from a server
//! whose memory is full, and from one that can't keep its data.

use super::{Answer, Info, Redis, Seen};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use crate::probes::{Control, Judgement};

/// From this share of its memory on, in percent, a server is nearly full.
const FULL_PERCENT: u64 = 95;

type Weighed = (Verdict, String, Option<&'static str>);

pub(super) fn judge(options: &Redis, seen: &Seen) -> Judgement {
    let host = line(&options.host);
    let (verdict, summary, hint) = match seen {
        Seen::Answered(answer) => {
            let (verdict, summary, hint) = weigh(options, answer);
            return with(verdict, summary, hint).facts(facts(answer));
        }
        Seen::Refused => {
            let port = line(&options.port);
            let summary = format!("refused: the host {host} is there, and no Redis listens on port {port}");
            (Verdict::Fail, summary, Some("systemctl status redis-server, on that host"))
        }
        Seen::Silent => {
            let summary = format!("{host} accepts connections and does not answer: the server hangs");
            (Verdict::Fail, summary, Some("redis-cli --latency; is a slow command or a script running?"))
        }
        Seen::Dropped => {
            let summary = format!("{host} dropped the connection before it answered");
            (Verdict::Fail, summary, Some("does the server want TLS? has it a client left (maxclients)?"))
        }
        Seen::NotRedis => {
            let summary = format!("what answers at {host} does not speak Redis");
            (Verdict::Unknown(Unknown::Garbled), summary, None)
        }
        Seen::Rejected(code) => {
            let (summary, hint) = rejected(code);
            return with(Verdict::Fail, summary, Some(hint)).facts(vec![Fact::text("error", code.as_str())]);
        }
    };
    with(verdict, summary, hint)
}

fn with(verdict: Verdict, summary: String, hint: Option<&'static str>) -> Judgement {
    let judgement = Judgement::new(verdict, summary);
    match hint {
        Some(hint) => judgement.hint(hint),
        None => judgement,
    }
}

/// What a refusal means and what to do, by its first word. The server's own words are not kept.
fn rejected(code: &str) -> (String, &'static str) {
    let (summary, hint) = match code {
        "NOAUTH" => ("the server wants a password, and none is configured", "set password_key"),
        "WRONGPASS" => ("the password was refused, or the user is off", "acl users; acl whoami, on the server"),
        "NOPERM" => ("this user may not even PING", "acl users; acl whoami, on the server"),
        "LOADING" => ("the server is still reading its data in", "redis-cli info persistence"),
        "MISCONF" => ("the server can't write its snapshot, so it takes no writes", "df -h; the server's log"),
        "MASTERDOWN" => ("it is a replica that has lost its master", "redis-cli info replication"),
        "BUSY" => ("a script keeps the server busy", "redis-cli script kill"),
        "ERR" => ("the server refused: it may have no password set, or no client left", "redis-cli info clients"),
        "DENIED" => ("the server is in protected mode: it answers no other host", "set a password on the server"),
        _ => return (format!("the server refused: {code}"), "the server's log"),
    };
    (summary.to_owned(), hint)
}

/// The worst of what an answer shows.
fn weigh(options: &Redis, answer: &Answer) -> Weighed {
    if answer.control == Control::Passed {
        let summary = "a command that can't exist was answered too: this is not the server it looks like".to_owned();
        return (Verdict::Unknown(Unknown::Void), summary, None);
    }
    let Some(info) = &answer.info else {
        let summary = "it answers, but this user may not see INFO: its state is not known".to_owned();
        return (Verdict::Warn, summary, Some("acl setuser NAME +info"));
    };
    if let Some(found) = of_state(options, info) {
        return found;
    }
    if answer.control != Control::Refused {
        let summary = "it answers; whether it refuses a command that can't exist is not clear".to_owned();
        return (Verdict::Warn, summary, None);
    }
    if options.warn_ms.is_some_and(|limit| answer.connect_ms.saturating_add(answer.ping_ms) > limit) {
        let summary = format!("it answers, slowly: {} ms", answer.connect_ms.saturating_add(answer.ping_ms));
        return (Verdict::Warn, summary, Some("redis-cli --latency; redis-cli slowlog get"));
    }
    let version = info.version.as_deref().unwrap_or("of no version");
    (Verdict::Pass, format!("Redis {version} answers as {}", info.role.as_deref().unwrap_or_default()), None)
}

/// What is wrong with the state that a server shows of itself, the worst first.
fn of_state(options: &Redis, info: &Info) -> Option<Weighed> {
    let found = |verdict, summary: &str, hint| Some((verdict, summary.to_owned(), Some(hint)));
    let replication = "redis-cli info replication";
    if info.loading == Some(true) {
        return found(Verdict::Fail, "it is still reading its data in", "redis-cli info persistence");
    }
    let is_replica = match info.role.as_deref() {
        Some("master") => false,
        Some("slave") => true,
        _ => return found(Verdict::Unknown(Unknown::Garbled), "it answers, and does not say its role", replication),
    };
    if is_replica && info.link_up != Some(true) {
        return found(Verdict::Fail, "it is a replica that has lost its master: its data is old", replication);
    }
    if info.append_ok == Some(false) {
        return found(Verdict::Fail, "it can't write its append-only file", "df -h; the server's log");
    }
    if info.snapshot_ok == Some(false) {
        return found(Verdict::Warn, "its last snapshot failed: a restart would lose data", "df -h; the server's log");
    }
    if is_replica && !options.allow_replica {
        return found(Verdict::Warn, "it answers, but it is a replica: it takes no writes", replication);
    }
    if is_full(info) {
        return found(Verdict::Warn, "its memory is full, and it evicts nothing: writes fail", "redis-cli info memory");
    }
    None
}

fn is_full(info: &Info) -> bool {
    let (Some(used), Some(most)) = (info.used_memory, info.max_memory.filter(|most| *most > 0)) else { return false };
    info.policy.as_deref() == Some("noeviction")
        && u128::from(used) * 100 >= u128::from(most) * u128::from(FULL_PERCENT)
}

fn facts(answer: &Answer) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("connect", Quantity::Millis(answer.connect_ms)),
        Fact::new("ping", Quantity::Millis(answer.ping_ms)),
        answer.control.fact(),
    ];
    let Some(info) = &answer.info else { return facts };
    let text = |name, value: &Option<String>| value.as_deref().map(|value| Fact::text(name, value));
    let flag = |name, value: Option<bool>| value.map(|value| Fact::new(name, Quantity::Flag(value)));
    facts.extend(text("version", &info.version));
    facts.extend(text("role", &info.role));
    facts.extend(flag("link to the master up", info.link_up));
    facts.extend(flag("last snapshot written", info.snapshot_ok));
    facts.extend(info.used_memory.map(|bytes| Fact::new("memory", Quantity::Bytes(bytes))));
    facts.extend(
        info.max_memory.filter(|most| *most > 0).map(|most| Fact::new("memory at most", Quantity::Bytes(most))),
    );
    facts.extend(info.clients.map(|count| Fact::new("client connections", Quantity::Count(count))));
    facts.extend(info.uptime_s.map(|up| Fact::new("up for", Quantity::Millis(up.saturating_mul(1000)))));
    facts
}
