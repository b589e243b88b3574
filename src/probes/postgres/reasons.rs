//! Why a server may not pass: the stable ids, and what a refusal means, by SQLSTATE.

use super::{Postgres, Step};
use crate::evidence::{Fact, Unknown, Verdict};
use crate::guard::line;
use crate::probes::Judgement;

/// The ids of this kind.
pub(super) const REASONS: &[(&str, &str)] = &[
    ("dns", "The host's name can't be looked up from here."),
    ("refused", "The host is there, and nothing listens on the port."),
    ("timeout", "It accepts connections, and does not answer in time."),
    ("eof", "It dropped the connection before it answered."),
    ("not_postgres", "What answers does not speak PostgreSQL."),
    ("no_tls", "It offers no TLS, and `sslmode` asks for it."),
    ("tls_required", "It takes this role over TLS only, and `sslmode` asks for none."),
    ("tls_expired", "Its certificate has expired, or is not valid yet."),
    ("tls_name", "Its certificate is for another name."),
    ("tls_ca", "Its certificate's issuer is not trusted here."),
    ("tls_failed", "The handshake failed."),
    ("tls_unverified", "It answers, and `verify` finds what a full verification would refuse."),
    ("tls_expires", "Its certificate ends soon."),
    ("plaintext", "It answers over plain text, though `sslmode` prefers TLS."),
    ("auth", "It refused this role and password, or its `pg_hba.conf` did."),
    ("permission", "This role may not connect to this database."),
    ("no_database", "There is no such database."),
    ("closed", "This database takes no connections."),
    ("full", "It has no connection left, or hardly one."),
    ("recovering", "It is starting up or recovering."),
    ("shutting_down", "It is shutting down, or ended this connection."),
    ("resources", "It is out of memory, disk or another resource."),
    ("corrupted", "It says that its data is corrupted."),
    ("server_error", "It refused for another reason; the SQLSTATE stands in the facts."),
    ("no_view", "It answers, and this role may not ask about its state."),
    ("control_passed", "It opened a database that can't exist."),
    ("control_unclear", "Whether it refuses a database that can't exist is not clear."),
    ("standby", "It answers, and is a standby."),
    ("read_only", "It answers, and takes no writes."),
    ("clock", "Its clock and this host's differ."),
    ("slow", "Connecting took longer than `warn_ms`."),
    ("slow_query", "The answer took longer than `warn_query_ms`."),
    ("lock", "The application's question waits for a lock."),
    ("query_timeout", "A question took longer than it may."),
    ("query_false", "The application's question was answered with false."),
    ("query_empty", "The application's question brought no row."),
    ("query_failed", "The application's question was refused."),
    ("no_table", "The application's question asks for a table that is not there."),
    ("bad_query", "The application's question is none that can be asked: its grammar, or it would write."),
];

/// What a refusal means and what to do, by SQLSTATE. The server's own words are not kept.
pub(super) fn rejected(options: &Postgres, sqlstate: &str, step: Step) -> Judgement {
    let facts = vec![Fact::text("SQLSTATE", sqlstate)];
    if step == Step::Question && sqlstate == "42501" {
        let summary = format!("it lets {} in, and not ask about its state", line(&options.user));
        return Judgement::new(Verdict::Unknown(Unknown::Denied), summary)
            .reason("no_view")
            .hint("grant select on pg_stat_activity, pg_stat_ssl to the role")
            .facts(facts);
    }
    let (reason, summary, hint) = meaning(options, sqlstate);
    Judgement::new(Verdict::Fail, summary).reason(reason).hint(hint).facts(facts)
}

fn meaning(options: &Postgres, sqlstate: &str) -> (&'static str, String, &'static str) {
    let (user, database) = (line(&options.user), line(&options.database));
    match sqlstate {
        "28P01" => (
            "auth",
            format!("{user} was refused: the password is wrong, or the role has expired"),
            "select rolname, rolvaliduntil from pg_roles",
        ),
        "28000" => (
            "auth",
            format!("{user} was refused before any password: no such role, no login, or pg_hba.conf"),
            "select * from pg_hba_file_rules",
        ),
        "42501" => ("permission", format!("{user} has no right to {database}"), "grant connect on database"),
        "3D000" => ("no_database", format!("there is no database {database}"), "select datname from pg_database"),
        "55000" => (
            "closed",
            format!("the database {database} takes no connections"),
            "select datname, datallowconn from pg_database",
        ),
        "53300" => (
            "full",
            "the server, the database or the role has no connection left".to_owned(),
            "select usename, state, count(*) from pg_stat_activity group by 1, 2",
        ),
        "57P03" => ("recovering", "the server is starting up or recovering".to_owned(), "the server's log"),
        "57P01" | "57P02" => ("shutting_down", "the server is shutting down".to_owned(), "the server's log"),
        "57014" => {
            ("query_timeout", "the server ended the question: it took too long".to_owned(), "show statement_timeout")
        }
        "XX001" | "XX002" => ("corrupted", "the server says that its data is corrupted".to_owned(), "the server's log"),
        _ if sqlstate.starts_with("53") || sqlstate.starts_with("58") => (
            "resources",
            format!("the server is out of memory, disk or another resource, SQLSTATE {sqlstate}"),
            "df -h; free -m, on that host",
        ),
        _ => ("server_error", format!("the server refused, SQLSTATE {sqlstate}"), "the server's log"),
    }
}
