//! What the judge makes of each answer of a resolver, how its words are read, and this machine's own.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::look::{beside, control_of, refusal};
use super::{Answer, Dns, Seen};
use crate::evidence::{Unknown, Verdict};
use crate::probes::{Control, Kind, Place, ProbeError};
use jiff::Timestamp;
use proptest::prelude::*;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::Instant;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn dns(name: &str, expected: &[&str]) -> Dns {
    let expected = expected.iter().map(|text| ip(text)).collect();
    Dns { name: name.to_owned(), expected, warn_ms: Some(100), negative_control: true }
}

fn found(addresses: &[&str]) -> Answer {
    Answer::Found(addresses.iter().map(|text| ip(text)).collect())
}

fn judged(expected: &[&str], answer: Answer, lookup_ms: u64, control: Control) -> Verdict {
    let seen = Seen { answer, lookup_ms, control };
    let judgement = dns("db.example", expected).judge(&seen, Timestamp::UNIX_EPOCH);
    assert!(judgement.summary.contains("db.example"));
    assert_eq!(judgement.hint.is_none(), judgement.verdict == Verdict::Pass);
    judgement.verdict
}

#[test]
fn each_answer_has_its_verdict() {
    use Control::{NotAsked, Passed, Refused, Unclear};
    let void = Verdict::Unknown(Unknown::Void);
    let (a, b) = ("192.0.2.1", "2001:db8::1");
    for (expected, answer, lookup_ms, control, verdict) in [
        (&[][..], found(&[a]), 1, Refused, Verdict::Pass),
        (&[], found(&[a]), 1, NotAsked, Verdict::Pass),
        (&[], found(&[a]), 1, Passed, void),
        (&[], found(&[a]), 1, Unclear, Verdict::Warn),
        (&[], found(&[a]), 101, Refused, Verdict::Warn),
        (&[], found(&[a]), 101, Passed, void),
        (&[], found(&[]), 1, NotAsked, Verdict::Fail),
        (&[], Answer::NoName, 1, NotAsked, Verdict::Fail),
        (&[], Answer::Failed, 1, NotAsked, Verdict::Unknown(Unknown::Unreachable)),
        (&[a], found(&[a]), 1, Refused, Verdict::Pass),
        (&[a], found(&[a]), 1, Passed, Verdict::Pass),
        (&[a], found(&[a]), 1, Unclear, Verdict::Pass),
        (&[b, a], found(&[a, b]), 1, Refused, Verdict::Pass),
        (&[a], found(&[b]), 1, Refused, Verdict::Fail),
        (&[a], found(&[a, b]), 1, Refused, Verdict::Fail),
        (&[a, b], found(&[a]), 1, Refused, Verdict::Warn),
        (&[a], Answer::NoName, 1, NotAsked, Verdict::Fail),
        (&[a], Answer::Failed, 1, NotAsked, Verdict::Unknown(Unknown::Unreachable)),
    ] {
        assert_eq!(
            judged(expected, answer.clone(), lookup_ms, control),
            verdict,
            "{expected:?} {answer:?} {control:?}"
        );
    }
}

#[test]
fn no_such_name_and_a_resolver_that_failed_are_told_apart() {
    let said = "failed to lookup address information: ";
    for words in ["Name or service not known", "No address associated with hostname", "Name does not resolve"] {
        assert_eq!(refusal(&format!("{said}{words}")), Answer::NoName, "{words}");
    }
    for words in ["Temporary failure in name resolution", "Try again", "Non-recoverable failure in name resolution", ""]
    {
        assert_eq!(refusal(&format!("{said}{words}")), Answer::Failed, "{words}");
    }
    assert_eq!(control_of(&Answer::NoName), Control::Refused);
    assert_eq!(control_of(&Answer::Failed), Control::Unclear);
    assert_eq!(control_of(&found(&["192.0.2.1"])), Control::Passed);
}

#[test]
fn the_name_beside_has_another_first_label() {
    for (name, expected) in [("a.b.c", "x.b.c"), ("a.b.c.", "x.b.c."), ("a", "x"), ("a.", "x.")] {
        assert_eq!(beside(name, "x"), expected);
    }
}

async fn look(dns: &Dns) -> Result<Seen, ProbeError> {
    let place = Place { root: "/".into(), docker_host: None };
    dns.observe(&place, Instant::now() + Duration::from_secs(30)).await
}

#[tokio::test]
async fn localhost_is_where_it_is_expected_and_nowhere_else() {
    let here = Dns { negative_control: false, ..dns("localhost", &[]) };
    let seen = look(&here).await.unwrap();
    let Answer::Found(addresses) = &seen.answer else { panic!("{seen:?}") };
    assert!(addresses.iter().all(IpAddr::is_loopback) && seen.control == Control::NotAsked);
    let right = Dns { expected: addresses.clone(), warn_ms: None, ..here.clone() };
    assert_eq!(right.judge(&seen, Timestamp::UNIX_EPOCH).verdict, Verdict::Pass);
    let wrong = Dns { expected: vec![ip("192.0.2.1")], ..here };
    assert_eq!(wrong.judge(&seen, Timestamp::UNIX_EPOCH).verdict, Verdict::Fail);
}

#[tokio::test]
async fn a_name_that_can_not_be_there_is_no_pass() {
    let invalid = dns("no-such-host.invalid", &[]);
    let seen = look(&invalid).await.unwrap();
    assert!(!matches!(seen.answer, Answer::Found(_)), "{seen:?}");
    assert_ne!(invalid.judge(&seen, Timestamp::UNIX_EPOCH).verdict, Verdict::Pass);
    for name in ["192.0.2.1", "::1", ""] {
        assert_eq!(look(&dns(name, &[])).await.unwrap_err().reason, Unknown::NotConfigured, "{name}");
    }
}

proptest! {
    #[test]
    fn a_pass_has_every_expected_address_and_no_other(
        expected in proptest::collection::btree_set(0u8..4, 0..4),
        answered in proptest::collection::btree_set(0u8..4, 0..4),
    ) {
        let address = |last: &u8| format!("192.0.2.{last}");
        let wanted: Vec<String> = expected.iter().map(address).collect();
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let answer = Answer::Found(answered.iter().map(|last| ip(&address(last))).collect());
        let passes = judged(&wanted, answer, 1, Control::Refused) == Verdict::Pass;
        prop_assert_eq!(passes, !answered.is_empty() && (expected.is_empty() || expected == answered));
    }
}
