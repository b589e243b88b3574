//! What the judge makes of each thing that a look at a route can bring.

use super::{Answer, Http, Leads, Seen};
use crate::evidence::{Unknown, Verdict};
use crate::probes::net::TlsFault;
use crate::probes::tls::Certificate;
use crate::probes::{Control, Judgement, Kind};
use jiff::Timestamp;
use proptest::prelude::*;

fn options() -> Http {
    Http {
        url: "https://probe:not-a-secret@shop.example/web/health?token=not-a-secret#x".to_owned(),
        status: 200,
        must_contain: Some("pass".to_owned()),
        must_not_contain: Some("back soon".to_owned()),
        negative_control: true,
        allow_empty: false,
        ca: None,
        warn_days: 21,
        warn_ms: Some(1000),
    }
}

fn good() -> Answer {
    Answer {
        status: 200,
        took_ms: 12,
        bytes: 18,
        is_whole: true,
        body_digest: None,
        contains: Some(true),
        contains_forbidden: Some(false),
        redirect: None,
        age_s: None,
        cache_hit: false,
        control: Control::Refused,
        control_status: Some(404),
        control_is_identical: false,
        leads: Leads::Elsewhere,
        certificate: None,
        peer_clock: None,
    }
}

fn tls(fault: TlsFault) -> Seen {
    Seen::Tls { fault, certificate: None, peer_clock: None }
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
fn the_right_status_and_text_pass_and_nothing_of_user_or_query_is_shown() {
    let judgement = judge(&Seen::Answered(good()));
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Pass, "200 in 12 ms"));
    let said = format!("{} {judgement:?} {:?}", options().claim(), judge(&Seen::Refused));
    assert!(said.contains("https://shop.example/web/health") && !said.contains("not-a-secret"), "{said}");
}

#[test]
fn a_200_that_is_not_the_page_does_not_pass() {
    assert_eq!(judged(|answer| answer.contains = Some(false)), Verdict::Fail);
    assert_eq!(judged(|answer| answer.contains_forbidden = Some(true)), Verdict::Fail);
    assert_eq!(judged(|answer| answer.control = Control::Passed), Verdict::Unknown(Unknown::Void));
    assert_eq!(judged(|answer| answer.control_is_identical = true), Verdict::Warn);
    assert_eq!(judged(|answer| answer.control = Control::Unclear), Verdict::Warn);
    assert_eq!(judged(|answer| answer.bytes = 0), Verdict::Warn);
    assert_eq!(judged(|answer| answer.age_s = Some(86_400)), Verdict::Warn);
    assert_eq!(judged(|answer| answer.cache_hit = true), Verdict::Warn);
    assert_eq!(judged(|answer| answer.took_ms = 1001), Verdict::Warn);
    assert_eq!(judged(|answer| answer.is_whole = false), Verdict::Warn);
    let cut = judged(|answer| (answer.is_whole, answer.contains) = (false, Some(false)));
    assert_eq!(cut, Verdict::Unknown(Unknown::Garbled));
}

#[test]
fn another_status_fails_and_one_that_forbids_the_question_is_unknown() {
    for status in [204, 301, 303, 404, 500, 502, 503] {
        assert_eq!(judged(|answer| answer.status = status), Verdict::Fail, "{status}");
    }
    for status in [401, 403, 407, 429] {
        assert_eq!(judged(|answer| answer.status = status), Verdict::Unknown(Unknown::Denied), "{status}");
    }
    let mut to_login = good();
    (to_login.status, to_login.redirect) = (303, Some("/web/login".to_owned()));
    assert_eq!(judge(&Seen::Answered(to_login)).summary, "303 to /web/login, wanted 200; not followed");
}

#[test]
fn half_an_answer_fails_whatever_its_status_was() {
    for seen in [
        Seen::Refused,
        Seen::Silent { status: None },
        Seen::Silent { status: Some(200) },
        Seen::CutShort { status: None, bytes: 0 },
        Seen::CutShort { status: Some(200), bytes: 3 },
        tls(TlsFault::Expired),
        tls(TlsFault::WrongName),
        tls(TlsFault::NotTls),
    ] {
        assert_eq!(judge(&seen).verdict, Verdict::Fail, "{seen:?}");
    }
    assert_eq!(judge(&Seen::NotHttp).verdict, Verdict::Unknown(Unknown::Garbled));
}

#[test]
fn every_reason_is_in_the_kinds_list() {
    let known: Vec<&str> = Http::ABOUT.reasons.iter().map(|(id, _)| *id).collect();
    assert!(known.is_sorted(), "{known:?}");
    for seen in [
        Seen::Refused,
        Seen::Silent { status: None },
        Seen::Silent { status: Some(200) },
        Seen::CutShort { status: None, bytes: 0 },
        Seen::CutShort { status: Some(200), bytes: 3 },
        Seen::NotHttp,
        Seen::WantsCertificate,
        tls(TlsFault::Expired),
        tls(TlsFault::NotYetValid),
        tls(TlsFault::WrongName),
        tls(TlsFault::UnknownIssuer),
        tls(TlsFault::NotTls),
        tls(TlsFault::Other),
    ] {
        let judgement = judge(&seen);
        assert!(judgement.reason.is_some_and(|reason| known.contains(&reason)), "{seen:?}: {judgement:?}");
        assert!(judgement.hint.is_some(), "{seen:?}");
    }
}

const DAY: i64 = 24 * 3600;

fn day(days: i64) -> Timestamp {
    Timestamp::from_second(days * DAY).unwrap_or_default()
}

/// Seen on day 0, with a certificate from day -1 to that day, by a server whose clock is on that day.
fn dated(ends: i64, chain_ends: Option<i64>, peer: Option<i64>) -> Judgement {
    let certificate = Certificate {
        starts_at: day(-1),
        ends_at: day(ends),
        issuer: "An Issuer".to_owned(),
        chain_ends_at: chain_ends.map(day),
    };
    let answer = Answer { certificate: Some(certificate), peer_clock: peer.map(day), ..good() };
    judge(&Seen::Answered(answer))
}

#[test]
fn a_certificate_is_judged_by_both_clocks() {
    let garbled = Verdict::Unknown(Unknown::Garbled);
    for (ends, chain, peer, verdict, reason) in [
        (60, None, None, Verdict::Pass, None),
        (60, Some(90), Some(0), Verdict::Pass, None),
        (21, None, Some(0), Verdict::Pass, None),
        (20, None, Some(0), Verdict::Warn, Some("tls_ends_soon")),
        (60, Some(20), Some(0), Verdict::Warn, Some("tls_chain_ends_soon")),
        (60, Some(-2), Some(0), Verdict::Warn, Some("tls_chain_ends_soon")),
        (60, None, Some(10), Verdict::Warn, Some("clock")),
        (60, None, Some(61), garbled, Some("clock")),
        (60, None, Some(-2), garbled, Some("clock")),
        (0, None, Some(1), garbled, Some("clock")),
    ] {
        let judgement = dated(ends, chain, peer);
        assert_eq!((judgement.verdict, judgement.reason), (verdict, reason), "{ends} {chain:?} {peer:?}");
        assert_eq!(judgement.hint.is_none(), verdict == Verdict::Pass);
        assert!(judgement.facts.iter().any(|fact| fact.name == "certificate ends at"));
    }
}

#[test]
fn a_refused_certificate_is_expired_only_if_the_servers_clock_does_not_gainsay() {
    let certificate = Certificate { starts_at: day(-9), ends_at: day(-1), issuer: String::new(), chain_ends_at: None };
    for (peer, verdict, reason) in [
        (None, Verdict::Fail, "tls_expired"),
        (Some(0), Verdict::Fail, "tls_expired"),
        (Some(5), Verdict::Fail, "tls_expired"),
        (Some(-2), Verdict::Unknown(Unknown::Garbled), "clock"),
    ] {
        let (fault, certificate) = (TlsFault::Expired, Some(certificate.clone()));
        let judgement = judge(&Seen::Tls { fault, certificate, peer_clock: peer.map(day) });
        assert_eq!((judgement.verdict, judgement.reason), (verdict, Some(reason)), "{peer:?}");
    }
}

proptest! {
    #[test]
    fn a_bad_fact_more_never_makes_a_verdict_better(
        contains: bool, forbidden: bool, identical: bool, cache_hit: bool, is_whole: bool,
        bytes in 0..2_u64, took_ms in 0..2000_u64, status in prop::sample::select(vec![200_u16, 200, 303, 500, 403]),
        which in 0..9,
    ) {
        let answer = Answer {
            status, took_ms, bytes, is_whole, cache_hit,
            contains: Some(contains), contains_forbidden: Some(forbidden), control_is_identical: identical, ..good()
        };
        let before = judge(&Seen::Answered(answer.clone())).verdict;
        let mut worse = answer;
        match which {
            0 => worse.contains = Some(false),
            1 => worse.contains_forbidden = Some(true),
            2 => worse.control_is_identical = true,
            3 => worse.control = Control::Unclear,
            4 => worse.control = Control::Passed,
            5 => worse.cache_hit = true,
            6 => worse.bytes = 0,
            7 => worse.took_ms += 2000,
            _ => worse.status = 500,
        }
        let after = judge(&Seen::Answered(worse)).verdict;
        prop_assert!(after.rank() <= before.rank(), "{before:?} became {after:?}");
    }
}
