//! Judges what a Redis server answered. `PONG` comes from a replica that lost its master, from a server
//! whose memory is full, and from one that can't keep its data.

use super::{Answer, Info, Redis, Seen};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use crate::probes::{Control, Judgement};

/// From this share of its memory on, in percent, a server is nearly full.
const FULL_PERCENT: u64 = 95;

/// The ids of this kind.
pub(super) const REASONS: &[(&str, &str)] = &[
    ("dns", "The host's name can't be looked up from here."),
    ("refused", "The host is there, and nothing listens on the port."),
    ("timeout", "It accepts connections, and does not answer in time."),
    ("eof", "It dropped the connection before it answered."),
    ("not_redis", "What answers does not speak Redis."),
    ("tls_required", "What answers speaks TLS only, and this probe does not."),
    ("auth", "It refused the password, or wants one, or has none set."),
    ("permission", "This user may not even PING."),
    ("full", "It has no client connection left."),
    ("protected", "It is in protected mode: it answers no other host."),
    ("loading", "It is still reading its data in."),
    ("busy", "A script keeps it busy."),
    ("persistence", "It can't write its snapshot or its append-only file."),
    ("master", "It is a replica that has lost its master."),
    ("replica", "It is a replica, and takes no writes."),
    ("role", "It is a Sentinel, or does not say whether it is a master."),
    ("memory_full", "Its memory is full, and nothing can be evicted: writes fail."),
    ("cluster", "Its cluster does not take questions."),
    ("replicas", "It takes no writes without replicas, and has none that is good enough."),
    ("no_info", "It answers, and this user may not ask about its state."),
    ("control_passed", "It answered a command that can't exist."),
    ("control_unclear", "Whether it refuses a command that can't exist is not clear."),
    ("slow", "The answer took longer than `warn_ms`."),
    ("server_error", "It refused for another reason; the first word of it stands in the facts."),
];

/// A verdict, its reason, what to say and what to do.
type Weighed = (Verdict, &'static str, String, Option<&'static str>);

pub(super) fn judge(options: &Redis, seen: &Seen) -> Judgement {
    let host = line(&options.host);
    let weighed = match seen {
        Seen::Answered(answer) => return weigh(options, answer).facts(facts(answer)),
        Seen::Rejected(code) => {
            let (reason, summary, hint) = rejected(code);
            let said = vec![Fact::text("error", code.as_str())];
            return judgement((Verdict::Fail, reason, summary, Some(hint))).facts(said);
        }
        Seen::TlsRequired { not_after } => {
            let summary = format!("{host} speaks TLS only, and this probe connects in plain text");
            let hint = Some("is there a plain port, or is the port the wrong one?");
            let ends = not_after.map(|end| Fact::new("certificate ends", Quantity::At(end)));
            return judgement((Verdict::Fail, "tls_required", summary, hint)).facts(ends.into_iter().collect());
        }
        Seen::Refused => {
            let port = line(&options.port);
            let summary = format!("refused: the host {host} is there, and no Redis listens on port {port}");
            (Verdict::Fail, "refused", summary, Some("systemctl status redis-server, on that host"))
        }
        Seen::Silent => {
            let summary = format!("{host} accepts connections and does not answer: the server hangs");
            (Verdict::Fail, "timeout", summary, Some("redis-cli --latency; is a slow command or a script running?"))
        }
        Seen::Dropped => {
            let summary = format!("{host} dropped the connection before it answered");
            (Verdict::Fail, "eof", summary, Some("the server's log; a proxy or a firewall on the way"))
        }
        Seen::NotRedis => {
            let summary = format!("what answers at {host} does not speak Redis");
            let hint = Some("ss -ltnp, on that host: who has the port?");
            (Verdict::Unknown(Unknown::Garbled), "not_redis", summary, hint)
        }
    };
    judgement(weighed)
}

fn judgement((verdict, reason, summary, hint): Weighed) -> Judgement {
    let judgement = Judgement::new(verdict, summary).reason(reason);
    match hint {
        Some(hint) => judgement.hint(hint),
        None => judgement,
    }
}

/// What a refusal means and what to do, by its first word. The server's own words are not kept.
fn rejected(code: &str) -> (&'static str, String, &'static str) {
    let (reason, summary, hint) = match code {
        "NOAUTH" => ("auth", "the server wants a password, and none is configured", "set password_key"),
        "WRONGPASS" => ("auth", "the password was refused, or the user is off", "acl users; acl whoami, on the server"),
        "NOPASSWORDSET" => {
            ("auth", "the server has no password set, and one is configured", "config get requirepass, on the server")
        }
        "NOPERM" => ("permission", "this user may not even PING", "acl users; acl whoami, on the server"),
        "LOADING" => ("loading", "the server is still reading its data in", "redis-cli info persistence"),
        "MISCONF" => {
            ("persistence", "the server can't write its data, so it takes no writes", "df -h; the server's log")
        }
        "MASTERDOWN" => ("master", "it is a replica that has lost its master", "redis-cli info replication"),
        "BUSY" => ("busy", "a script keeps the server busy", "redis-cli script kill"),
        "MAXCLIENTS" => ("full", "the server has no client connection left", "redis-cli info clients; client list"),
        "DENIED" => {
            ("protected", "the server is in protected mode: it answers no other host", "set a password on the server")
        }
        _ => return ("server_error", format!("the server refused: {code}"), "the server's log"),
    };
    (reason, summary.to_owned(), hint)
}

/// The worst of what an answer shows.
fn weigh(options: &Redis, answer: &Answer) -> Judgement {
    let weighed = of_control(answer, Control::Passed)
        .or_else(|| of_info(options, answer.info.as_ref()))
        .or_else(|| of_control(answer, answer.control))
        .or_else(|| of_time(options, answer));
    weighed.map_or_else(
        || {
            let info = answer.info.as_ref();
            let version = info.and_then(|info| info.version.as_deref()).unwrap_or("of no version");
            let role = info.and_then(|info| info.role.as_deref()).unwrap_or_default();
            Judgement::new(Verdict::Pass, format!("Redis {version} answers as {role}"))
        },
        judgement,
    )
}

/// What the control shows, where it came out as asked.
fn of_control(answer: &Answer, asked: Control) -> Option<Weighed> {
    match answer.control {
        control if control != asked => None,
        Control::Refused => None,
        Control::Passed => {
            let summary = "a command that can't exist was answered too: this is not the server it looks like";
            let hint = Some("ss -ltnp, on that host: who has the port?");
            Some((Verdict::Unknown(Unknown::Void), "control_passed", summary.to_owned(), hint))
        }
        Control::Unclear | Control::NotAsked => {
            let summary = "it answers; whether it refuses a command that can't exist is not clear";
            Some((Verdict::Warn, "control_unclear", summary.to_owned(), None))
        }
    }
}

fn of_time(options: &Redis, answer: &Answer) -> Option<Weighed> {
    let took = answer.connect_ms.saturating_add(answer.ping_ms);
    let limit = options.warn_ms?;
    let summary = format!("it answers, slowly: {took} ms");
    (took > limit).then_some((Verdict::Warn, "slow", summary, Some("redis-cli --latency; redis-cli slowlog get")))
}

/// What is wrong with the state that a server shows of itself, the worst first.
fn of_info(options: &Redis, info: Option<&Info>) -> Option<Weighed> {
    let found = |verdict, reason, summary: &str, hint| Some((verdict, reason, summary.to_owned(), Some(hint)));
    let replication = "redis-cli info replication";
    let Some(info) = info else {
        let summary = "it answers, but this user may not see INFO: its state is not known";
        return found(Verdict::Unknown(Unknown::Denied), "no_info", summary, "acl setuser NAME +info");
    };
    if info.loading == Some(true) {
        return found(Verdict::Fail, "loading", "it is still reading its data in", "redis-cli info persistence");
    }
    if info.mode.as_deref() == Some("sentinel") {
        return found(Verdict::Fail, "role", "it is a Sentinel: it holds no data", "is the port the wrong one?");
    }
    let is_replica = match info.role.as_deref() {
        Some("master") => false,
        Some("slave") => true,
        _ => {
            let garbled = Verdict::Unknown(Unknown::Garbled);
            return found(garbled, "role", "it answers, and does not say its role", replication);
        }
    };
    if is_replica && info.link_up != Some(true) {
        let summary = "it is a replica that has lost its master: its data is old";
        return found(Verdict::Fail, "master", summary, replication);
    }
    if info.cluster == Some(true) && info.cluster_ok != Some(true) {
        return found(Verdict::Fail, "cluster", "its cluster does not take questions", "redis-cli cluster info");
    }
    if info.append_ok == Some(false) {
        return found(Verdict::Fail, "persistence", "it can't write its append-only file", "df -h; the server's log");
    }
    if info.good_replicas == Some(0) && !is_replica {
        let summary = "it writes with replicas only, and has none that is good enough";
        return found(Verdict::Fail, "replicas", summary, replication);
    }
    if info.snapshot_ok == Some(false) {
        let summary = "its last snapshot failed: a restart would lose data";
        return found(Verdict::Warn, "persistence", summary, "df -h; the server's log");
    }
    if is_replica && !options.allow_replica {
        return found(Verdict::Warn, "replica", "it answers, but it is a replica: it takes no writes", replication);
    }
    if is_full(info) {
        let summary = "its memory is full, and it can evict nothing: writes fail";
        return found(Verdict::Warn, "memory_full", summary, "redis-cli info memory");
    }
    None
}

/// At its limit, and nothing that it may evict there.
fn is_full(info: &Info) -> bool {
    let (Some(used), Some(most)) = (info.used_memory, info.max_memory.filter(|most| *most > 0)) else { return false };
    let evicts_nothing = match info.policy.as_deref() {
        Some("noeviction") => true,
        Some(policy) => policy.starts_with("volatile-") && info.can_expire != Some(true),
        None => false,
    };
    evicts_nothing && u128::from(used) * 100 >= u128::from(most) * u128::from(FULL_PERCENT)
}

fn facts(answer: &Answer) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("lookup", Quantity::Millis(answer.lookup_ms)),
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
    facts.extend(info.good_replicas.map(|count| Fact::new("replicas good enough", Quantity::Count(count))));
    facts.extend(flag("cluster takes questions", info.cluster_ok));
    facts.extend(flag("last snapshot written", info.snapshot_ok));
    facts.extend(info.used_memory.map(|bytes| Fact::new("memory", Quantity::Bytes(bytes))));
    facts.extend(
        info.max_memory.filter(|most| *most > 0).map(|most| Fact::new("memory at most", Quantity::Bytes(most))),
    );
    facts.extend(info.clients.map(|count| Fact::new("client connections", Quantity::Count(count))));
    facts.extend(info.uptime_s.map(|up| Fact::new("up for", Quantity::Millis(up.saturating_mul(1000)))));
    facts
}
