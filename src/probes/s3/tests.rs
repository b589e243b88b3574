//! What the judge makes of each thing that a bucket can hold; the faults of a real server stand in `tests/faults/aws.rs`.
#![allow(clippy::unwrap_used)]

use super::{Bucket, End, Listing, Object, S3, Seen};
use crate::evidence::{Unknown, Verdict};
use crate::probes::aws::Trouble;
use crate::probes::{Control, Judgement, Kind};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn options(more: &str) -> S3 {
    toml::from_str(&format!("bucket = 'backups'\n{more}")).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn bucket(objects: u64) -> Bucket {
    let newest = Object { at: now() - SignedDuration::from_hours(1), bytes: 100 };
    let newest = Some(newest).filter(|_| objects > 0);
    let listing = Listing { objects, end: End::Complete, newest };
    Bucket { region: "eu-west-1".to_owned(), control: Control::Refused, head_ms: 3, listing, peak: None }
}

fn judge(options: &S3, bucket: Bucket) -> Judgement {
    options.judge(&Seen::Answered(bucket), now())
}

#[test]
fn a_bucket_with_its_objects_passes_and_says_how_many() {
    let judgement = judge(&options(""), bucket(3));
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Pass, "the bucket backups holds 3 objects"));
    assert_eq!(judgement.hint, None);
}

#[test]
fn a_loss_is_one_beyond_what_is_allowed_of_what_was_expected_or_seen() {
    let options = options("expect_objects = 100");
    assert_eq!(judge(&options, bucket(90)).verdict, Verdict::Pass);
    assert_eq!(judge(&options, bucket(89)).reason, Some("count_dropped"));
    let seen = |objects| Bucket { peak: Some(200), ..bucket(objects) };
    assert_eq!(judge(&options, seen(179)).reason, Some("count_dropped"));
    assert_eq!(judge(&options, seen(180)).verdict, Verdict::Pass);
}

#[test]
fn a_hundred_percent_of_drop_turns_the_comparison_off_and_not_the_need_of_an_object() {
    let options = options("expect_objects = 100\nallow_drop_percent = 255");
    assert_eq!(judge(&options, bucket(1)).verdict, Verdict::Pass);
    assert_eq!(judge(&options, bucket(0)).reason, Some("empty"));
}

#[test]
fn a_broken_listing_says_at_least_how_many_there_are_even_if_enough() {
    let mut broken = bucket(5);
    broken.listing.end = End::Broken(Trouble::Dropped);
    let judgement = judge(&options(""), broken);
    assert_eq!(judgement.verdict, Verdict::Unknown(Unknown::Garbled));
    assert!(judgement.summary.contains(">= 5"), "{}", judgement.summary);
}

#[test]
fn objects_without_dates_are_not_fresh() {
    let mut undated = bucket(5);
    undated.listing.newest = None;
    assert_eq!(judge(&options("newest_max_age_s = 10"), undated.clone()).reason, Some("not_aws"));
    assert_eq!(judge(&options(""), undated).verdict, Verdict::Pass);
}

#[test]
fn a_store_that_answers_for_any_bucket_proves_nothing_by_an_empty_one_either() {
    let void = Bucket { control: Control::Passed, ..bucket(0) };
    assert_eq!(judge(&options(""), void).verdict, Verdict::Unknown(Unknown::Void));
}

#[test]
fn what_is_not_known_is_refused_in_the_configuration() {
    assert!(toml::from_str::<S3>("bucket = 'b'\npeak = 3").is_err());
    assert!(toml::from_str::<S3>("prefix = 'b'").is_err());
}

#[cfg(feature = "aws")]
#[test]
fn the_most_seen_is_shared_by_copies_of_a_probe_and_never_falls() {
    let options = options("");
    let copy = options.clone();
    assert_eq!(options.peak.raise(7), None);
    assert_eq!(copy.peak.raise(3), Some(7));
    assert_eq!(options.peak.raise(9), Some(7));
    assert_eq!(copy.peak.raise(0), Some(9));
}

proptest! {
    #[test]
    fn fewer_objects_never_read_better(more in 0_u64..300, less in 0_u64..300, least in 0_u64..300, peak in 0_u64..300) {
        let options = options(&format!("min_objects = {least}"));
        let (less, more) = (less.min(more), less.max(more));
        let rank = |objects| judge(&options, Bucket { peak: Some(peak), ..bucket(objects) }).verdict.rank();
        prop_assert!(rank(less) <= rank(more));
    }
}
