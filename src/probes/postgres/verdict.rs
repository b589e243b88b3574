//! Judges what a PostgreSQL server answered. "select 1" answers on a standby, on a server that takes no
//! writes, over a connection that fell back to plain text, and beside a table that is locked.

use super::reasons::rejected;
use super::{Answer, Check, CheckSeen, Postgres, Seen, Step};
use crate::evidence::{Fact, Quantity, STARTED_AT, Unknown, Verdict, gate::CLOCK_SKEW_SECONDS};
use crate::guard::line;
use crate::probes::net::TlsFault;
use crate::probes::peer::Verified;
use crate::probes::{Control, Judgement};
use jiff::{SignedDuration, Timestamp};

/// From this difference between two clocks on, in seconds, it warns.
const CLOCK_WARN_SECONDS: i64 = 60;
const WHO_IS_CONNECTED: &str = "select usename, state, count(*) from pg_stat_activity group by 1, 2";

/// A verdict, its reason, what to say and what to do.
type Weighed = (Verdict, &'static str, String, Option<&'static str>);

pub(super) fn judge(options: &Postgres, seen: &Seen, at: Timestamp) -> Judgement {
    let host = line(&options.host);
    let fail = |reason, summary: String| Judgement::new(Verdict::Fail, summary).reason(reason);
    match seen {
        Seen::Answered(answer) => answered(options, answer, at),
        Seen::Refused => {
            let port = line(&options.port);
            fail("refused", format!("refused: the host {host} is there, and no PostgreSQL listens on port {port}"))
                .hint("systemctl status postgresql, on that host")
        }
        Seen::Silent(step) => {
            let what = step_word(*step);
            fail("timeout", format!("{host} accepts connections and does not answer {what}: the server hangs"))
                .hint("systemctl status postgresql, on that host")
        }
        Seen::Dropped(step) => {
            let summary = format!("{host} dropped the connection before it answered {}", step_word(*step));
            fail("eof", summary).hint("the server's log; a proxy or a firewall on the way")
        }
        Seen::NotPostgres => {
            let summary = format!("what answers at {host} does not speak PostgreSQL");
            Judgement::new(Verdict::Unknown(Unknown::Garbled), summary)
                .reason("not_postgres")
                .hint("ss -ltnp, on that host: who has the port?")
        }
        Seen::NoTls => fail("no_tls", format!("{host} offers no TLS, and sslmode asks for it"))
            .hint("show ssl; in postgresql.conf: ssl = on"),
        Seen::TlsRequired => fail("tls_required", format!("{host} takes {} over TLS only", line(&options.user)))
            .hint("set sslmode = \"require\"; select * from pg_hba_file_rules")
            .facts(vec![Fact::text("SQLSTATE", "28000")]),
        Seen::Tls { fault, not_after } => {
            let (reason, hint) = of_tls(*fault);
            fail(reason, format!("TLS: {}", fault.word())).hint(hint).facts(ends(*not_after))
        }
        Seen::Rejected { sqlstate, step } => rejected(options, sqlstate, *step),
    }
}

fn step_word(step: Step) -> &'static str {
    match step {
        Step::Tls => "the wish for TLS",
        Step::Login => "the login",
        Step::Question => "a question",
    }
}

fn of_tls(fault: TlsFault) -> (&'static str, &'static str) {
    match fault {
        TlsFault::Expired | TlsFault::NotYetValid => {
            ("tls_expired", "renew the server's certificate; is the clock right?")
        }
        TlsFault::WrongName => ("tls_name", "connect by a name that stands in the certificate"),
        TlsFault::UnknownIssuer => ("tls_ca", "set ca to the file of the authority that signed the certificate"),
        TlsFault::NotTls | TlsFault::Other => ("tls_failed", "openssl s_client -starttls postgres -connect HOST:PORT"),
    }
}

fn ends(not_after: Option<Timestamp>) -> Vec<Fact> {
    not_after.map(|end| Fact::new("certificate ends", Quantity::At(end))).into_iter().collect()
}

fn answered(options: &Postgres, answer: &Answer, at: Timestamp) -> Judgement {
    let weighed = void(answer)
        .or_else(|| answer.check.as_ref().and_then(|check| of_check(options, check)))
        .or_else(|| of_tls_mode(options, answer, at))
        .or_else(|| of_state(options, answer, at))
        .or_else(|| of_time(options, answer));
    let judgement = if let Some((verdict, reason, summary, hint)) = weighed {
        Judgement { hint: hint.map(str::to_owned), ..Judgement::new(verdict, summary).reason(reason) }
    } else {
        let how = answer.tls.as_deref().unwrap_or("plain text");
        let version = answer.version.split(' ').next().unwrap_or_default();
        Judgement::new(Verdict::Pass, format!("PostgreSQL {version} answers, {how}"))
    };
    judgement.facts(facts(answer, at))
}

fn facts(answer: &Answer, at: Timestamp) -> Vec<Fact> {
    let (way, peer) = (&answer.way, answer.way.peer);
    let millis = |name, millis| Fact::new(name, Quantity::Millis(millis));
    let mut facts = vec![
        Fact::text("version", answer.version.as_str()),
        Fact::text("TLS", answer.tls.as_deref().unwrap_or("none")),
        Fact::text("certificate", if is_verified(answer) { "verified" } else { "not verified" }),
    ];
    facts.extend(ends(peer.and_then(|peer| peer.not_after)));
    facts.extend(match peer.map(|peer| peer.verified) {
        None | Some(Verified::NotAsked) => None,
        Some(Verified::Good) => Some(Fact::text("a full verification says", "good")),
        Some(Verified::Bad(fault)) => Some(Fact::text("a full verification says", fault.word())),
    });
    if way.addresses > 0 {
        facts.push(Fact::new("addresses", Quantity::Count(way.addresses)));
        facts.push(millis("lookup", way.lookup_ms));
        facts.push(millis("TCP connect", way.tcp_ms));
    }
    facts.push(millis("connect", answer.connect_ms));
    facts.push(millis("query", answer.query_ms));
    facts.extend(answer.check.as_ref().map(|check| millis("own query", check.took_ms)));
    facts.extend([
        Fact::new("standby", Quantity::Flag(answer.in_recovery)),
        Fact::new("read-only", Quantity::Flag(answer.read_only)),
        Fact::new("client connections", Quantity::Count(answer.clients)),
        Fact::new("connections at most", Quantity::Count(answer.max_connections)),
        answer.control.fact(),
    ]);
    facts.extend(started_at(answer, at).map(|start| Fact::new(STARTED_AT, Quantity::At(start))));
    facts
}

/// By how much the server's clock is ahead of this host's.
fn ahead(answer: &Answer, at: Timestamp) -> SignedDuration {
    let since = SignedDuration::from_millis(i64::try_from(answer.since_ms).unwrap_or(i64::MAX));
    answer.server_time.map_or(SignedDuration::ZERO, |server| server.duration_since(at) + since)
}

/// When the server was started, by this host's clock and never in the future: a clock that is ahead must not make
/// older than the restart what was seen after it. As long as the clocks agree it is the server's own word, which does
/// not change from look to look.
fn started_at(answer: &Answer, at: Timestamp) -> Option<Timestamp> {
    let (start, ahead) = (answer.started_at?, ahead(answer, at));
    let by_ours = if ahead.as_secs().abs() > CLOCK_SKEW_SECONDS {
        start.checked_sub(ahead).ok()?.round(jiff::Unit::Second).ok()?
    } else {
        start
    };
    Some(by_ours.min(at))
}

#[allow(clippy::unnecessary_wraps, reason = "it ends a chain in which most bring nothing")]
fn warn(reason: &'static str, summary: String, hint: &'static str) -> Option<Weighed> {
    Some((Verdict::Warn, reason, summary, Some(hint)))
}

fn void(answer: &Answer) -> Option<Weighed> {
    let summary = "a database that can't exist was opened too: this is not the server it looks like".to_owned();
    let hint = Some("is this a pooler with a fallback database?");
    (answer.control == Control::Passed).then_some((Verdict::Unknown(Unknown::Void), "control_passed", summary, hint))
}

/// What the application's own question shows.
fn of_check(options: &Postgres, check: &Check) -> Option<Weighed> {
    let fail = |reason, summary: &str, hint| Some((Verdict::Fail, reason, summary.to_owned(), Some(hint)));
    let bad =
        |summary: String| Some((Verdict::Unknown(Unknown::NotConfigured), "bad_query", summary, Some("set query")));
    let limit = options.query_limit_ms;
    let waits = "select pid, query, pg_blocking_pids(pid) from pg_stat_activity where wait_event_type = 'Lock'";
    match &check.seen {
        CheckSeen::Held => None,
        CheckSeen::False => {
            fail("query_false", "it answers, and says no to the application's question", "run the query")
        }
        CheckSeen::NoRow => {
            fail("query_empty", "it answers, and the application's question brings no row", "run the query")
        }
        CheckSeen::Silent => fail("timeout", "it answers, and then hangs at the application's question", waits),
        CheckSeen::Dropped => {
            fail("eof", "it dropped the connection at the application's question", "the server's log")
        }
        CheckSeen::Rejected(sqlstate) => match sqlstate.as_str() {
            "55P03" => fail("lock", "it answers, and the application's question waits for a lock", waits),
            "57014" => {
                fail("query_timeout", &format!("the application's question takes longer than {limit} ms"), waits)
            }
            "42P01" => fail("no_table", "the application's question asks for a table that is not there", "\\dt"),
            "42501" => fail("permission", "this role has no right to what the application's question asks", "\\dp"),
            "25006" => bad("query would write, and it may only read".to_owned()),
            "42601" | "42703" | "42883" | "42804" | "22P02" => {
                bad(format!("query can't be asked, SQLSTATE {sqlstate}"))
            }
            _ => fail(
                "query_failed",
                &format!("the application's question was refused, SQLSTATE {sqlstate}"),
                "the server's log",
            ),
        },
    }
}

fn of_tls_mode(options: &Postgres, answer: &Answer, at: Timestamp) -> Option<Weighed> {
    if answer.tls.is_none() {
        // Plain text is good only where the configuration asks for it in so many words, or on a socket.
        let is_wanted = answer.sslmode == "disable";
        let hint = "set sslmode = \"require\"; show ssl";
        return if is_wanted { None } else { warn("plaintext", "it answers, but over plain text".to_owned(), hint) };
    }
    let peer = answer.way.peer?;
    if let (Verified::Bad(fault), true) = (peer.verified, answer.sslmode != "verify-full") {
        let summary = format!("it answers over TLS that nobody verifies: {}", fault.word());
        return warn("tls_unverified", summary, of_tls(fault).1);
    }
    let left = peer.not_after?.duration_since(at).as_hours();
    if (options.verify || is_verified(answer)) && left < i64::from(options.expiry_warn_days) * 24 {
        let summary = format!("it answers, and its certificate ends in {} d", left.max(0) / 24);
        return warn("tls_expires", summary, "renew the server's certificate");
    }
    None
}

fn is_verified(answer: &Answer) -> bool {
    answer.tls.is_some() && answer.sslmode.starts_with("verify-")
}

/// What is wrong with the state that a server shows of itself.
fn of_state(options: &Postgres, answer: &Answer, at: Timestamp) -> Option<Weighed> {
    if answer.in_recovery && !options.allow_read_only {
        let summary = "it answers, but it is a standby: it takes no writes".to_owned();
        return warn("standby", summary, "select pg_is_in_recovery()");
    }
    if answer.read_only && !options.allow_read_only {
        return warn("read_only", "it answers, but takes no writes".to_owned(), "show default_transaction_read_only");
    }
    let most = answer.max_connections.saturating_sub(answer.reserved);
    if most > 0 && answer.clients.saturating_mul(100) >= most.saturating_mul(options.connections_warn_percent) {
        let summary = format!("it answers, with {} of {most} connections taken", answer.clients);
        return warn("full", summary, WHO_IS_CONNECTED);
    }
    let ahead = ahead(answer, at).as_secs();
    if ahead.abs() > CLOCK_WARN_SECONDS {
        let way = if ahead > 0 { "ahead of" } else { "behind" };
        let summary = format!("it answers, and its clock is {} s {way} this host's", ahead.abs());
        return warn("clock", summary, "timedatectl, on both");
    }
    (answer.control != Control::Refused).then(|| {
        let summary = "it answers; whether it refuses a database that can't exist is not clear".to_owned();
        (Verdict::Warn, "control_unclear", summary, Some("a pooler on the way? its log"))
    })
}

fn of_time(options: &Postgres, answer: &Answer) -> Option<Weighed> {
    if options.warn_ms.is_some_and(|limit| answer.connect_ms > limit) {
        let summary = format!("it answers, slowly: {} ms to connect", answer.connect_ms);
        return warn("slow", summary, "ping HOST; the server's load");
    }
    if options.warn_query_ms.is_some_and(|limit| answer.query_ms > limit) {
        let summary = format!("it answers, slowly: {} ms for a question", answer.query_ms);
        return warn("slow_query", summary, "the server's load; select * from pg_stat_activity where state = 'active'");
    }
    None
}
