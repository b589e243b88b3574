//! What the judge makes of each thing that a look at a server can bring.
#![allow(clippy::unwrap_used)]

use super::{Answer, Postgres, Seen};
use crate::evidence::{Unknown, Verdict};
use crate::probes::net::TlsFault;
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
        warn_ms: Some(500),
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
        started_at: Some(Timestamp::UNIX_EPOCH),
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
        let judgement = judge(&Seen::Rejected { sqlstate: sqlstate.to_owned() });
        assert_eq!(judgement.verdict, Verdict::Fail, "{sqlstate}");
        assert!(judgement.summary.contains(word), "{}", judgement.summary);
        assert!(judgement.hint.is_some());
    }
}

#[test]
fn a_server_that_can_be_reached_and_does_not_answer_fails() {
    let faults = [TlsFault::Expired, TlsFault::WrongName, TlsFault::UnknownIssuer, TlsFault::Other];
    for seen in [Seen::Refused, Seen::Silent, Seen::Dropped, Seen::NoTls] {
        assert_eq!(judge(&seen).verdict, Verdict::Fail, "{seen:?}");
    }
    for fault in faults {
        assert_eq!(judge(&Seen::Tls(fault)).verdict, Verdict::Fail, "{fault:?}");
    }
    assert_eq!(judge(&Seen::Tls(TlsFault::NotTls)).verdict, Verdict::Unknown(Unknown::Garbled));
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
