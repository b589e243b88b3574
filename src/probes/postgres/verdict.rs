//! Judges what a PostgreSQL server answered. "select 1" answers on a standby, on a server that takes no
//! writes, and over a connection that fell back to plain text.

use super::{Answer, Postgres, Seen};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use crate::probes::net::TlsFault;
use crate::probes::{Control, Judgement};

/// From this share of its connections on, in percent, a server is nearly full.
const FULL_PERCENT: u64 = 90;

pub(super) fn judge(options: &Postgres, seen: &Seen) -> Judgement {
    let host = line(&options.host);
    match seen {
        Seen::Answered(answer) => answered(options, answer),
        Seen::Refused => {
            let summary =
                format!("refused: the host {host} is there, and no PostgreSQL listens on port {}", line(&options.port));
            Judgement::new(Verdict::Fail, summary).hint("systemctl status postgresql, on that host")
        }
        Seen::Silent => {
            Judgement::new(Verdict::Fail, format!("{host} accepts connections and does not answer: the server hangs"))
                .hint("systemctl status postgresql, on that host")
        }
        Seen::Dropped => Judgement::new(Verdict::Fail, format!("{host} dropped the connection before it answered")),
        Seen::NoTls => Judgement::new(Verdict::Fail, format!("{host} offers no TLS, and sslmode asks for it"))
            .hint("show ssl; in postgresql.conf: ssl = on"),
        Seen::Tls(TlsFault::NotTls) => {
            let summary = format!("what answers at {host} does not speak PostgreSQL");
            Judgement::new(Verdict::Unknown(Unknown::Garbled), summary)
        }
        Seen::Tls(fault) => Judgement::new(Verdict::Fail, format!("TLS: {}", fault.word())),
        Seen::Rejected { sqlstate } => {
            rejected(options, sqlstate).facts(vec![Fact::text("SQLSTATE", sqlstate.as_str())])
        }
    }
}

/// What a refusal means and what to do, by SQLSTATE. The server's own words are not kept.
fn rejected(options: &Postgres, sqlstate: &str) -> Judgement {
    let (user, database) = (line(&options.user), line(&options.database));
    let (verdict, summary, hint) = match sqlstate {
        "28P01" => (
            Verdict::Fail,
            format!("{user} was refused: the password is wrong, or the role has expired"),
            "select rolname, rolvaliduntil from pg_roles",
        ),
        "28000" => (
            Verdict::Fail,
            format!("{user} was refused before any password: no such role, no login, or pg_hba.conf (TLS?)"),
            "select * from pg_hba_file_rules",
        ),
        "42501" => (Verdict::Fail, format!("{user} has no right to {database}"), "grant connect on database"),
        "3D000" => (Verdict::Fail, format!("there is no database {database}"), "select datname from pg_database"),
        "53300" => (
            Verdict::Fail,
            "the server has no connection left".to_owned(),
            "select usename, state, count(*) from pg_stat_activity group by 1, 2",
        ),
        "57P03" => (Verdict::Fail, "the server is starting up or recovering".to_owned(), "the server's log"),
        "57P01" | "57P02" => (Verdict::Fail, "the server is shutting down".to_owned(), "the server's log"),
        _ => (Verdict::Fail, format!("the server refused, SQLSTATE {sqlstate}"), "the server's log"),
    };
    Judgement::new(verdict, summary).hint(hint)
}

fn answered(options: &Postgres, answer: &Answer) -> Judgement {
    let (verdict, summary, hint) = weigh(options, answer);
    let mut facts = vec![
        Fact::text("version", answer.version.as_str()),
        Fact::text("TLS", answer.tls.as_deref().unwrap_or("none")),
        Fact::text("certificate", if is_verified(answer) { "verified" } else { "not verified" }),
        Fact::new("connect", Quantity::Millis(answer.connect_ms)),
        Fact::new("query", Quantity::Millis(answer.query_ms)),
        Fact::new("standby", Quantity::Flag(answer.in_recovery)),
        Fact::new("read-only", Quantity::Flag(answer.read_only)),
        Fact::new("client connections", Quantity::Count(answer.clients)),
        Fact::new("connections at most", Quantity::Count(answer.max_connections)),
        answer.control.fact(),
    ];
    facts.extend(answer.started_at.map(|start| Fact::new("server started", Quantity::At(start))));
    let judgement = Judgement::new(verdict, summary).facts(facts);
    match hint {
        Some(hint) => judgement.hint(hint),
        None => judgement,
    }
}

/// The worst of what an answer shows.
fn weigh(options: &Postgres, answer: &Answer) -> (Verdict, String, Option<&'static str>) {
    let warn = |summary: String, hint| (Verdict::Warn, summary, Some(hint));
    if answer.control == Control::Passed {
        let summary = "a database that can't exist was opened too: this is not the server it looks like".to_owned();
        return (Verdict::Unknown(Unknown::Void), summary, Some("is this a pooler with a fallback database?"));
    }
    if answer.tls.is_none() && wants_tls(answer) {
        return warn("it answers, but over plain text".to_owned(), "set sslmode = \"require\"; show ssl");
    }
    if answer.in_recovery {
        return warn("it answers, but it is a standby: it takes no writes".to_owned(), "select pg_is_in_recovery()");
    }
    if answer.read_only {
        return warn("it answers, but takes no writes".to_owned(), "show default_transaction_read_only");
    }
    if answer.max_connections > 0 && answer.clients * 100 >= answer.max_connections * FULL_PERCENT {
        let summary = format!("it answers, with {} of {} connections taken", answer.clients, answer.max_connections);
        return warn(summary, "select usename, state, count(*) from pg_stat_activity group by 1, 2");
    }
    if answer.control != Control::Refused {
        let summary = "it answers; whether it refuses a database that can't exist is not clear".to_owned();
        return (Verdict::Warn, summary, None);
    }
    if options.warn_ms.is_some_and(|limit| answer.connect_ms > limit) {
        return (Verdict::Warn, format!("it answers, slowly: {} ms to connect", answer.connect_ms), None);
    }
    let how = answer.tls.as_deref().unwrap_or("plain text");
    let version = answer.version.split(' ').next().unwrap_or_default();
    (Verdict::Pass, format!("PostgreSQL {version} answers, {how}"), None)
}

/// Plain text is good only where the configuration asks for it in so many words, or on a socket.
fn wants_tls(answer: &Answer) -> bool {
    answer.sslmode != "disable"
}

fn is_verified(answer: &Answer) -> bool {
    answer.tls.is_some() && answer.sslmode.starts_with("verify-")
}
