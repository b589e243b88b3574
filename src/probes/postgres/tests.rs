//! What the judge makes of each thing that a look at a server can bring.
#![allow(clippy::unwrap_used)]

use super::door::Way;
use super::{Answer, Check, CheckSeen, Postgres, Seen, Step};
use crate::evidence::{Quantity, STARTED_AT, Unknown, Verdict};
use crate::probes::net::TlsFault;
use crate::probes::peer::{Peer, Verified};
use crate::probes::{Control, Judgement, Kind};
use jiff::Timestamp;
use proptest::prelude::*;

fn options() -> Postgres {
    Postgres {
        host: "$DB_HOST".to_owned(),
        port: "5432".to_owned(),
        user: "odoo".to_owned(),
        database: "odoo".to_owned(),
        password_key: Some("DB_PASSWORD".to_owned()),
        sslmode: "require".to_owned(),
        ca: None,
        verify: false,
        expiry_warn_days: 14,
        warn_ms: Some(500),
        warn_query_ms: Some(200),
        connections_warn_percent: 90,
        allow_read_only: false,
        query: None,
        query_limit_ms: 1000,
    }
}

fn good() -> Answer {
    Answer {
        connect_ms: 30,
        query_ms: 2,
        version: "15.18".to_owned(),
        sslmode: "require".to_owned(),
        tls: Some("TLSv1.3".to_owned()),
        in_recovery: false,
        read_only: false,
        clients: 3,
        max_connections: 100,
        reserved: 3,
        started_at: Some(Timestamp::UNIX_EPOCH),
        server_time: None,
        since_ms: 0,
        way: Way::default(),
        check: None,
        control: Control::Refused,
    }
}

fn judge(seen: &Seen) -> Judgement {
    options().judge(seen, Timestamp::UNIX_EPOCH)
}

fn judged(change: impl FnOnce(&mut Answer)) -> Verdict {
    let mut answer = good();
    change(&mut answer);
    judge(&Seen::Answered(answer)).verdict
}

#[test]
fn a_server_that_answers_over_tls_and_refuses_its_control_passes() {
    let judgement = judge(&Seen::Answered(good()));
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert_eq!(judgement.summary, "PostgreSQL 15.18 answers, TLSv1.3");
    let certificate = judgement.facts.iter().find(|fact| fact.name == "certificate").unwrap();
    assert_eq!(certificate.value.to_string(), "not verified");
}

#[test]
fn what_select_1_does_not_see_warns() {
    assert_eq!(judged(|answer| answer.tls = None), Verdict::Warn);
    assert_eq!(judged(|answer| answer.in_recovery = true), Verdict::Warn);
    assert_eq!(judged(|answer| answer.read_only = true), Verdict::Warn);
    assert_eq!(judged(|answer| answer.clients = 90), Verdict::Warn);
    assert_eq!(judged(|answer| answer.connect_ms = 501), Verdict::Warn);
    assert_eq!(judged(|answer| answer.query_ms = 201), Verdict::Warn);
    assert_eq!(judged(|answer| answer.control = Control::Unclear), Verdict::Warn);
}

#[test]
fn plain_text_is_good_only_where_it_was_asked_for() {
    let plain = |mode: &str| judged(|answer| (answer.sslmode, answer.tls) = (mode.to_owned(), None));
    assert_eq!(plain("disable"), Verdict::Pass);
    assert_eq!(plain("prefer"), Verdict::Warn);
}

#[test]
fn a_server_that_opens_any_database_is_void() {
    assert_eq!(judged(|answer| answer.control = Control::Passed), Verdict::Unknown(Unknown::Void));
}

#[test]
fn every_refusal_fails_and_says_what_it_means() {
    for (sqlstate, word) in [
        ("28P01", "expired"),
        ("28000", "pg_hba"),
        ("42501", "no right"),
        ("3D000", "no database"),
        ("53300", "no connection left"),
        ("57P03", "recovering"),
        ("57P01", "shutting down"),
        ("XX000", "XX000"),
    ] {
        let judgement = judge(&Seen::Rejected { sqlstate: sqlstate.to_owned(), step: Step::Login });
        assert_eq!(judgement.verdict, Verdict::Fail, "{sqlstate}");
        assert!(judgement.summary.contains(word), "{}", judgement.summary);
        assert!(judgement.hint.is_some());
    }
}

#[test]
fn a_server_that_can_be_reached_and_does_not_answer_fails() {
    let faults = [TlsFault::Expired, TlsFault::WrongName, TlsFault::UnknownIssuer, TlsFault::Other];
    let step = Step::Login;
    for seen in [Seen::Refused, Seen::Silent(step), Seen::Dropped(step), Seen::NoTls, Seen::TlsRequired] {
        assert_eq!(judge(&seen).verdict, Verdict::Fail, "{seen:?}");
    }
    for fault in faults {
        assert_eq!(judge(&Seen::Tls { fault, not_after: None }).verdict, Verdict::Fail, "{fault:?}");
    }
    assert_eq!(judge(&Seen::NotPostgres).verdict, Verdict::Unknown(Unknown::Garbled));
    let no_view = Seen::Rejected { sqlstate: "42501".to_owned(), step: Step::Question };
    assert_eq!(judge(&no_view).verdict, Verdict::Unknown(Unknown::Denied));
}

#[test]
fn the_applications_own_question_counts() {
    let asked = |seen| judged(|answer| answer.check = Some(Check { seen, took_ms: 1 }));
    let rejected = |sqlstate: &str| asked(CheckSeen::Rejected(sqlstate.to_owned()));
    assert_eq!(asked(CheckSeen::Held), Verdict::Pass);
    for seen in [CheckSeen::False, CheckSeen::NoRow, CheckSeen::Silent, CheckSeen::Dropped] {
        assert_eq!(asked(seen.clone()), Verdict::Fail, "{seen:?}");
    }
    for sqlstate in ["55P03", "57014", "42P01", "42501", "XX000"] {
        assert_eq!(rejected(sqlstate), Verdict::Fail, "{sqlstate}");
    }
    for sqlstate in ["25006", "42601"] {
        assert_eq!(rejected(sqlstate), Verdict::Unknown(Unknown::NotConfigured), "{sqlstate}");
    }
}

#[test]
fn a_certificate_that_is_not_verified_warns_only_where_it_is_asked_to() {
    let peer = |verified, days: i64| {
        let end = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * days);
        Way { peer: Some(Peer { not_after: Some(end), verified }), ..Way::default() }
    };
    let asked = |verify, mode: &str, verified, days| {
        let answer = Answer { way: peer(verified, days), sslmode: mode.to_owned(), ..good() };
        Postgres { verify, ..options() }.judge(&Seen::Answered(answer), Timestamp::UNIX_EPOCH).reason
    };
    assert_eq!(asked(false, "require", Verified::NotAsked, -1), None);
    assert_eq!(asked(true, "require", Verified::Bad(TlsFault::Expired), -1), Some("tls_unverified"));
    assert_eq!(asked(true, "verify-ca", Verified::Bad(TlsFault::WrongName), 30), Some("tls_unverified"));
    assert_eq!(asked(true, "require", Verified::Good, 30), None);
    assert_eq!(asked(true, "require", Verified::Good, 13), Some("tls_expires"));
    assert_eq!(asked(false, "verify-full", Verified::NotAsked, 13), Some("tls_expires"));
    assert_eq!(asked(false, "require", Verified::NotAsked, 13), None);
}

#[test]
fn a_restart_is_told_by_this_hosts_clock_and_never_lies_ahead() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let started = |start, server, now| {
        let answer = Answer { started_at: Some(at(start)), server_time: Some(at(server)), ..good() };
        let judgement = options().judge(&Seen::Answered(answer), at(now));
        let fact = judgement.facts.into_iter().find(|fact| fact.name == STARTED_AT).unwrap();
        (fact.value, judgement.reason)
    };
    assert_eq!(started(100, 1000, 1001), (Quantity::At(at(100)), None));
    assert_eq!(started(1002, 1003, 1001), (Quantity::At(at(1001)), None));
    assert_eq!(started(4590, 4600, 1000), (Quantity::At(at(990)), Some("clock")));
    assert_eq!(started(100, 400, 1000), (Quantity::At(at(700)), Some("clock")));
}

proptest! {
    #[test]
    fn a_bad_fact_more_never_makes_a_verdict_better(
        has_tls: bool, in_recovery: bool, read_only: bool, clients in 0..110_u64, connect_ms in 0..900_u64,
        which in 0..6,
    ) {
        let tls = has_tls.then(|| "TLSv1.3".to_owned());
        let answer = Answer { connect_ms, tls, in_recovery, read_only, clients, ..good() };
        let before = judge(&Seen::Answered(answer.clone())).verdict;
        let mut worse = answer;
        match which {
            0 => worse.tls = None,
            1 => worse.in_recovery = true,
            2 => worse.read_only = true,
            3 => worse.clients += 100,
            4 => worse.connect_ms += 1000,
            _ => worse.control = Control::Passed,
        }
        let after = judge(&Seen::Answered(worse)).verdict;
        prop_assert!(after.rank() <= before.rank(), "{before:?} became {after:?}");
    }
}
