//! What the judge makes of each thing that can be said of a secret; the faults of a real server stand in
//! `tests/faults/aws.rs`.
#![allow(clippy::unwrap_used)]

use super::{Described, ManagedSecret, Pending, Read, Seen};
use crate::evidence::{Unknown, Verdict};
use crate::probes::aws::Trouble;
use crate::probes::{Control, Judgement, Kind};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn options(more: &str) -> ManagedSecret {
    toml::from_str(&format!("name = 'db'\n{more}")).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

fn good() -> Seen {
    let read = Read { made_at: Some(days_ago(10)), ..Read::default() };
    Seen { described: Ok(Described::default()), read: Ok(read), control: Control::Refused }
}

fn judge(options: &ManagedSecret, seen: &Seen) -> Judgement {
    options.judge(seen, now())
}

fn fact(judgement: &Judgement, name: &str) -> Option<String> {
    judgement.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.to_string())
}

#[test]
fn a_secret_that_can_be_read_and_is_young_passes() {
    let judgement = judge(&options("key_type = 'jwt_secret'"), &good());
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Pass, "the secret db can be read, 10 d old"));
    assert_eq!(fact(&judgement, "next due"), Some("2026-10-11T14:13:20Z".to_owned()));
}

#[test]
fn the_value_before_this_one_is_in_grace_for_as_long_as_is_said() {
    let mut seen = good();
    seen.described = Ok(Described { has_previous: true, ..Described::default() });
    let state = |more: &str| fact(&judge(&options(more), &seen), "previous value").unwrap();
    assert_eq!(state(""), "grace period over");
    assert_eq!(state("grace_days = 10"), "grace period over");
    assert_eq!(state("grace_days = 11"), "in grace");
    assert_eq!(fact(&judge(&options(""), &good()), "previous value"), None);
}

#[test]
fn a_rotation_of_today_does_not_make_a_value_young() {
    let mut seen = good();
    seen.described = Ok(Described { rotated_at: Some(now()), rotation_enabled: true, ..Described::default() });
    seen.read = Ok(Read { made_at: Some(days_ago(31)), ..Read::default() });
    assert_eq!(judge(&options("key_type = 'jwt_secret'"), &seen).reason, Some("rotation_overdue"));
}

#[test]
fn a_date_of_a_rotation_that_is_off_is_no_date() {
    let mut seen = good();
    seen.described = Ok(Described { next_rotation_at: Some(days_ago(3)), ..Described::default() });
    assert_eq!(judge(&options(""), &seen).verdict, Verdict::Pass);
    seen.described =
        Ok(Described { next_rotation_at: Some(days_ago(3)), rotation_enabled: true, ..Described::default() });
    assert_eq!(judge(&options(""), &seen).reason, Some("rotation_overdue"));
}

#[test]
fn a_deleted_secret_fails_even_if_it_can_still_be_read() {
    let mut seen = good();
    seen.described = Ok(Described { deleted_at: Some(days_ago(1)), ..Described::default() });
    assert_eq!(judge(&options(""), &seen).reason, Some("deleted"));
}

#[test]
fn a_service_that_answers_for_any_secret_proves_nothing() {
    for read in [good().read, Err(Trouble::Absent)] {
        let seen = Seen { read, control: Control::Passed, ..good() };
        assert_eq!(judge(&options(""), &seen).verdict, Verdict::Unknown(Unknown::Void));
    }
}

#[test]
fn fields_are_named_and_foreign_ones_are_sanitised() {
    let mut seen = good();
    seen.read = Ok(Read { missing: vec!["host".to_owned(), "a\u{1b}[2Jb".to_owned()], ..Read::default() });
    let judgement = judge(&options(""), &seen);
    assert!(judgement.summary.contains("no field host, a") && !judgement.summary.contains('\u{1b}'), "{judgement:?}");
}

#[test]
fn every_id_of_a_trouble_stands_in_the_documentation_of_both_kinds() {
    let troubles = [
        Trouble::Absent,
        Trouble::BeingDeleted,
        Trouble::Kms,
        Trouble::Denied,
        Trouble::Expired,
        Trouble::Credentials,
        Trouble::Clock,
        Trouble::Region(Some("eu-west-1".to_owned())),
        Trouble::Throttled,
        Trouble::ServerError(500),
        Trouble::NotAws(None),
        Trouble::TimedOut,
        Trouble::Dropped,
        Trouble::Tls(crate::probes::net::TlsFault::Expired),
        Trouble::NoConnection,
        Trouble::NotAsked,
    ];
    for trouble in troubles {
        let judgement = trouble.judgement("thing", "who");
        assert!(!matches!(judgement.verdict, Verdict::Pass | Verdict::Warn), "{trouble:?}");
        for about in [ManagedSecret::ABOUT, crate::probes::s3::S3::ABOUT] {
            let is_told = about.reasons.iter().any(|(id, _)| Some(*id) == judgement.reason);
            assert!(is_told, "{trouble:?} in {}", about.name);
        }
    }
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        Just(Trouble::Absent),
        Just(Trouble::BeingDeleted),
        Just(Trouble::Denied),
        Just(Trouble::Clock),
        Just(Trouble::ServerError(503)),
        Just(Trouble::NotAws(Some(200))),
        Just(Trouble::TimedOut),
    ]
}

proptest! {
    #[test]
    fn what_was_not_both_described_and_read_never_passes(
        described in prop_oneof![Just(Ok(Described::default())), trouble().prop_map(Err)],
        read in prop_oneof![Just(good().read), trouble().prop_map(Err)],
    ) {
        let may_pass = described.is_ok() && read.is_ok();
        let judgement = judge(&options(""), &Seen { described, read, control: Control::Refused });
        prop_assert_eq!(judgement.verdict == Verdict::Pass, may_pass);
        prop_assert!(may_pass || judgement.reason.is_some());
    }

    #[test]
    fn an_older_value_never_reads_better(young in 0_i64..400, old in 0_i64..400) {
        let (young, old) = (young.min(old), young.max(old));
        let rank = |days| {
            let read = Ok(Read { made_at: Some(days_ago(days)), ..Read::default() });
            judge(&options("key_type = 'signing_key'"), &Seen { read, ..good() }).verdict.rank()
        };
        prop_assert!(rank(old) <= rank(young));
    }

    #[test]
    fn a_rotation_under_way_is_stuck_after_its_time(seconds in 0_i64..10_000) {
        let since = Some(now() - SignedDuration::from_secs(seconds));
        let described = Ok(Described { pending: Some(Pending { since }), ..Described::default() });
        let judgement = judge(&options(""), &Seen { described, ..good() });
        prop_assert_eq!(judgement.reason == Some("rotation_stuck"), seconds > 3600);
    }
}
