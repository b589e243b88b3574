//! What the judge makes of each answer of a resolver, how its words are read, and this machine's own.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::Answer::{Failed, NoName};
use super::look::{beside, control_of, refusal};
use super::query::{A, AAAA, Query, Reply};
use super::server::{both, servers};
use super::{Answer, Dns, Seen, Why};
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
    Dns {
        name: name.to_owned(),
        expected,
        warn_ms: Some(100),
        negative_control: true,
        control_name: None,
        server: None,
    }
}

fn found(addresses: &[&str]) -> Answer {
    Answer::Found(addresses.iter().map(|text| ip(text)).collect())
}

fn judged(expected: &[&str], answer: Answer, lookup_ms: u64, control: Control) -> Verdict {
    let seen = Seen { answer, lookup_ms, control, why: None, vantage: None };
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

#[test]
fn a_resolver_that_failed_fails_the_name_only_if_it_works_for_another_or_is_itself_asked_about() {
    let asked = |server: bool, why, vantage, answer| {
        let server = server.then(|| "192.0.2.53".to_owned());
        let seen = Seen { answer, lookup_ms: 1, control: Control::NotAsked, why, vantage };
        let judgement = Dns { server, ..dns("db.example", &[]) }.judge(&seen, Timestamp::UNIX_EPOCH);
        let known = |reason: &str| Dns::ABOUT.reasons.iter().any(|(id, _)| *id == reason);
        assert!(judgement.reason.is_some_and(|reason| known(reason) || ["garbled", "unreachable"].contains(&reason)));
        (judgement.verdict, judgement.reason.unwrap_or_default())
    };
    let (gone, late) = (Verdict::Unknown(Unknown::Unreachable), Verdict::Unknown(Unknown::TimedOut));
    let garbled = Verdict::Unknown(Unknown::Garbled);
    for (server, why, vantage, answer, expected) in [
        (false, Some(Why::Servfail), None, Failed, (gone, "servfail")),
        (false, Some(Why::Servfail), Some(true), Failed, (Verdict::Fail, "servfail")),
        (false, Some(Why::Servfail), Some(false), Failed, (gone, "vantage_dns")),
        (false, Some(Why::Refused), Some(true), Failed, (Verdict::Fail, "refused")),
        (false, Some(Why::NoServer), None, Failed, (gone, "no_server")),
        (false, Some(Why::Timeout), None, Failed, (late, "timeout")),
        (false, None, Some(false), NoName, (gone, "vantage_dns")),
        (false, None, None, NoName, (Verdict::Fail, "nxdomain")),
        (false, Some(Why::NoAddress), Some(true), NoName, (Verdict::Fail, "no_address")),
        (true, Some(Why::Servfail), None, Failed, (Verdict::Fail, "servfail")),
        (true, Some(Why::Refused), None, Failed, (Verdict::Fail, "refused")),
        (true, Some(Why::Code(4)), None, Failed, (Verdict::Fail, "code")),
        (true, Some(Why::NoServer), None, Failed, (Verdict::Fail, "no_server")),
        (true, Some(Why::Timeout), None, Failed, (late, "timeout")),
        (true, Some(Why::Garbled), None, Failed, (garbled, "garbled")),
        (true, Some(Why::Timeout), None, found(&["192.0.2.1"]), (Verdict::Warn, "partial")),
    ] {
        assert_eq!(asked(server, why, vantage, answer.clone()), expected, "{why:?} {vantage:?} {answer:?}");
    }
}

#[test]
fn a_question_is_written_and_its_answer_read_as_rfc_1035_says() {
    let query = Query::new("db.example.", A, 0xabcd).unwrap();
    assert_eq!(query.message, b"\xab\xcd\x01\0\0\x01\0\0\0\0\0\0\x02db\x07example\0\0\x01\0\x01");
    for name in ["", "a..b", &"a".repeat(64), &"a.".repeat(130), "b\u{fc}cher.example"] {
        assert!(Query::new(name, AAAA, 1).is_none(), "{name}");
    }
    let answer = |flags: [u8; 2], count: u8, records: &[u8]| {
        let mut message = query.message.clone();
        message[2..4].copy_from_slice(&flags);
        message[7] = count;
        message.extend(records);
        query.read(&message)
    };
    let said =
        |addresses: &[&str], why| Reply::Answer { addresses: addresses.iter().map(|text| ip(text)).collect(), why };
    let alias = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x01a\xc0\x0f";
    let record = b"\x01a\xc0\x0f\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";
    let ok = [0x81, 0x80];
    assert_eq!(answer(ok, 2, &[&alias[..], record].concat()), said(&["192.0.2.1"], None));
    assert_eq!(answer(ok, 0, &[]), said(&[], None));
    assert_eq!(answer([0x83, 0x80], 1, record), said(&["192.0.2.1"], Some(Why::Truncated)));
    for (code, why) in [(2, Why::Servfail), (3, Why::Nxdomain), (5, Why::Refused), (4, Why::Code(4))] {
        assert_eq!(answer([0x81, 0x80 | code], 0, &[]), said(&[], Some(why)));
    }
    let garbled = said(&[], Some(Why::Garbled));
    assert_eq!(answer(ok, 2, record), garbled, "it promises more than comes");
    assert_eq!(answer([1, 0], 0, &[]), garbled, "a question is no answer");
    assert_eq!(query.read(b"\xab\xcd"), garbled);
    assert_eq!(query.read(&[0; 40]), Reply::Other, "an answer to another question");
}

#[test]
fn of_both_families_one_answer() {
    let some = || (vec![ip("192.0.2.1")], None);
    let none = |why| (Vec::new(), why);
    assert_eq!(both(some(), some()), (found(&["192.0.2.1"]), None));
    assert_eq!(both(some(), none(None)), (found(&["192.0.2.1"]), None));
    assert_eq!(both(some(), none(Some(Why::Servfail))), (found(&["192.0.2.1"]), Some(Why::Servfail)));
    assert_eq!(both(none(None), none(None)), (Answer::NoName, Some(Why::NoAddress)));
    assert_eq!(both(none(Some(Why::Nxdomain)), none(None)), (Answer::NoName, Some(Why::Nxdomain)));
    assert_eq!(both(none(None), none(Some(Why::Timeout))), (Answer::Failed, Some(Why::Timeout)));
}

#[test]
fn the_servers_of_resolv_conf_are_read() {
    let said = |text: &str| servers(text).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        said("# x\nnameserver 192.0.2.1\n nameserver 2001:db8::1 # y\nsearch a\n"),
        ["192.0.2.1:53", "[2001:db8::1]:53"]
    );
    assert_eq!(said("nameserver\nnameserver name\n"), ["127.0.0.1:53"]);
    assert_eq!(said(&"nameserver 192.0.2.1\n".repeat(9)).len(), 3);
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
    fn no_message_breaks_the_reader(mut message in proptest::collection::vec(any::<u8>(), 0..200)) {
        let query = Query::new("db.example", A, 0).unwrap();
        query.read(&message);
        let start = query.message.len().min(message.len());
        message[..start].copy_from_slice(&query.message[..start]);
        query.read(&message);
    }

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
