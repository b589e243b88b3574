//! What the tools of a host print: units and their state, sockets, firewalls, timetables, exported journals.

use super::{Kind, Words, bytes};

pub(super) fn kind(text: &str, word: &str) -> Option<Kind> {
    match text.as_bytes().first()? {
        b'-' => {
            if ["-- Logs begin at", "-- Journal begins at", "-- Boot "].iter().any(|mark| text.starts_with(mark)) {
                return Some(Kind::JournalMark);
            }
            is_rule(text).then_some(Kind::FirewallRule)
        }
        b'{' | b'"' | b'_' => is_exported(text).then_some(Kind::JournalMark),
        b'[' => matches!(text, "[Unit]" | "[Service]" | "[Install]").then_some(Kind::UnitMark),
        b'A'..=b'Z' => capital(text, word),
        b':' => is_policy(text).then_some(Kind::FirewallRule),
        b'*' if matches!(text, "*filter" | "*nat" | "*mangle" | "*raw" | "*security") => Some(Kind::FirewallRule),
        b'*' | b'0'..=b'9' | b'@' => is_timetable(text, word).then_some(Kind::Cron),
        b't' | b'c' => is_nft(text, word).then_some(Kind::FirewallRule),
        _ => None,
    }
}

fn capital(text: &str, word: &str) -> Option<Kind> {
    const UNIT: Words = Words::of(
        "ExecStart, ExecStop, ExecStartPre, ExecReload, WantedBy, EnvironmentFile, Restart, After, \
     ExecStartPost, RestartSec, WorkingDirectory",
    );
    const STATUS: [&str; 12] = [
        "Loaded: loaded (",
        "Loaded: not-found",
        "Loaded: masked",
        "Active: active (",
        "Active: inactive (",
        "Active: failed (",
        "Active: activating (",
        "Main PID: ",
        "CGroup: /",
        "Tasks: ",
        "Docs: man:",
        "TriggeredBy: ",
    ];
    const FIRST: Words = Words::of("Loaded:, Active:, Main, CGroup:, Tasks:, Docs:, TriggeredBy:");
    const TARGETS: Words = Words::of("ACCEPT, DROP, REJECT, RETURN, LOG, MASQUERADE, DNAT, SNAT, DOCKER");
    if word.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase) {
        let name = bytes::run(word.as_bytes(), 0, 20, |byte| byte != b'=');
        if word.as_bytes().get(name) == Some(&b'=') && UNIT.has(&word[..name]) {
            return Some(Kind::UnitMark);
        }
    }
    if FIRST.has(word) && STATUS.iter().any(|mark| text.starts_with(mark)) {
        return Some(Kind::Status);
    }
    let listed = word == "Chain" && (text.contains(" (policy ") || text.ends_with(" references)"))
        || TARGETS.has(word) && text.contains(" -- ");
    (listed || text == "COMMIT").then_some(Kind::FirewallRule)
}

/// `{"__CURSOR":"...", ...}`, `__REALTIME_TIMESTAMP=...`: an entry of a journal, as JSON or exported.
fn is_exported(text: &str) -> bool {
    const NAMES: [&str; 4] = ["__CURSOR", "__REALTIME_TIMESTAMP", "_BOOT_ID", "__MONOTONIC_TIMESTAMP"];
    if text.starts_with('_') {
        return NAMES.iter().any(|name| text.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')));
    }
    memchr::memmem::find_iter(text.as_bytes(), b"\"_").any(|at| {
        let rest = &text[at + 1..];
        NAMES.iter().any(|name| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('"')))
    })
}

/// `-A INPUT -p tcp ...`, `-P FORWARD DROP`, `-N DOCKER`.
fn is_rule(text: &str) -> bool {
    let mut words = text.split(' ');
    let (command, chain, next) = (words.next(), words.next(), words.next());
    let named = |chain: &str| {
        chain.len() > 1 && chain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match command {
        Some("-A" | "-I") => chain.is_some_and(named) && next.is_some_and(|next| next.starts_with('-')),
        Some("-P") => chain.is_some_and(named) && next.is_some_and(|next| matches!(next, "ACCEPT" | "DROP")),
        Some("-N") => chain.is_some_and(named) && next.is_none(),
        _ => false,
    }
}

/// `:INPUT ACCEPT [0:0]`.
fn is_policy(text: &str) -> bool {
    let mut words = text.split(' ');
    words.next().is_some_and(|chain| chain.len() > 2)
        && words.next().is_some_and(|policy| matches!(policy, "ACCEPT" | "DROP" | "-"))
        && words.next().is_some_and(|counts| counts.starts_with('[') && counts.ends_with(']'))
}

/// `table inet filter {`, `chain input {`, `type filter hook input priority 0;`.
fn is_nft(text: &str, word: &str) -> bool {
    let words = || text.split(' ').count();
    match word {
        "table" => text.ends_with('{') && words() == 4,
        "chain" => text.ends_with('{') && words() == 3,
        "type" => text.ends_with(';') && text.contains(" hook "),
        "target" => text.contains(" prot opt "),
        "tcp" => text.starts_with("tcp dport "),
        "ct" => text.starts_with("ct state "),
        _ => false,
    }
}

/// `*/5 * * * * root /usr/bin/x`, `@daily backup`.
fn is_timetable(text: &str, word: &str) -> bool {
    const NAMES: Words = Words::of("@daily, @hourly, @weekly, @monthly, @yearly, @annually, @reboot, @midnight");
    let is_field = |field: &str| {
        let name = field.len() == 3 && field.bytes().all(|byte| byte.is_ascii_alphabetic());
        name || field.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'/' | b',' | b'-'))
    };
    if word.starts_with('@') {
        return NAMES.has(word) && word.len() < text.len();
    }
    if !is_field(word) {
        return false;
    }
    let mut fields = text.split_ascii_whitespace();
    let times = fields.by_ref().take(5).filter(|field| is_field(field)).count();
    times == 5 && fields.next().is_some() && text.contains('*')
}
