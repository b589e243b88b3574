//! Judges what a bucket holds. A bucket that lost its objects answers like one that has them.

use super::{Bucket, End, Listing, Object, S3, Seen};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use crate::probes::aws::reasons;
use crate::probes::{Control, Judgement, Kind, words};
use jiff::Timestamp;
use std::time::Duration;

/// How far ahead of this host's clock that of S3 may be, in seconds.
const AHEAD_S: i64 = 300;

type Found = (Verdict, &'static str, String);

pub(super) fn judge(options: &S3, seen: &Seen, at: Timestamp) -> Judgement {
    match seen {
        Seen::Failed(trouble) => {
            let judgement = trouble.judgement(&options.shown(), &options.credential());
            if judgement.hint.is_some() { judgement } else { judgement.hint(list_command(options)) }
        }
        Seen::Answered(bucket) => weigh(options, bucket, at).facts(facts(bucket)),
    }
}

fn list_command(options: &S3) -> String {
    let (bucket, prefix) = (line(&options.bucket), line(&options.prefix));
    format!("aws s3api list-objects-v2 --bucket {bucket} --prefix '{prefix}' --query 'length(Contents)'")
}

fn weigh(options: &S3, bucket: &Bucket, at: Timestamp) -> Judgement {
    if bucket.control == Control::Passed {
        let summary = "a bucket that can't exist was answered too: this is not the store it looks like";
        return Judgement::new(Verdict::Unknown(Unknown::Void), summary);
    }
    let listing = &bucket.listing;
    if let End::Broken(_) = listing.end {
        let summary = format!("the listing broke: the {} holds >= {} objects", options.shown(), listing.objects);
        let judgement = Judgement::new(Verdict::Unknown(Unknown::Garbled), summary).reason("listing_broken");
        return judgement.hint(list_command(options));
    }
    let found = too_few(options, bucket).or_else(|| of_newest(options, listing, at));
    if let Some((verdict, reason, summary)) = found {
        return Judgement::new(verdict, summary).reason(reason).hint(list_command(options));
    }
    if bucket.control != Control::Refused {
        let summary = "it answers; whether a bucket that can't exist is refused is not clear";
        return Judgement::new(Verdict::Warn, summary).reason("control_unclear");
    }
    Judgement::new(Verdict::Pass, format!("the {} holds {}", options.shown(), count(listing)))
}

fn too_few(options: &S3, bucket: &Bucket) -> Option<Found> {
    let (listing, shown) = (&bucket.listing, options.shown());
    // Of nothing there is no newest.
    let wanted = options.min_objects.max(u64::from(options.asks_newest()));
    let (reason, summary) = if listing.objects == 0 && wanted > 0 {
        ("empty", format!("the {shown} holds no object"))
    } else if listing.objects < wanted {
        ("too_few", format!("the {shown} holds {}, {wanted} have to be there", count(listing)))
    } else {
        let (most, whose) = compared(options, bucket)?;
        ("count_dropped", format!("the {shown} holds {}, {whose}: {most}", count(listing)))
    };
    if listing.end == End::Complete {
        return Some((Verdict::Fail, reason, summary));
    }
    Some((Verdict::Unknown(Unknown::NotConfigured), "count_bounded", format!("{summary}; max_objects ends the count")))
}

/// What it is many fewer than: what is expected, or the most that this process has counted.
fn compared(options: &S3, bucket: &Bucket) -> Option<(u64, &'static str)> {
    let kept = u128::from(100 - options.allow_drop_percent.min(100));
    let is_many_fewer = |most: u64| u128::from(bucket.listing.objects) * 100 < u128::from(most) * kept;
    let expected = options.expect_objects.filter(|most| is_many_fewer(*most)).map(|most| (most, "expected"));
    expected.or_else(|| bucket.peak.filter(|most| is_many_fewer(*most)).map(|most| (most, "the most seen")))
}

fn of_newest(options: &S3, listing: &Listing, at: Timestamp) -> Option<Found> {
    let Some(newest) = listing.newest else {
        let summary = "its objects have no dates".to_owned();
        return options.asks_newest().then_some((Verdict::Unknown(Unknown::Garbled), reasons::NOT_AWS.0, summary));
    };
    if newest.at.duration_since(at).as_secs() > AHEAD_S {
        let summary = "its newest object is of the future: this host's clock is off, or that of S3".to_owned();
        return Some((Verdict::Unknown(Unknown::Garbled), reasons::CLOCK.0, summary));
    }
    let least = options.newest_min_bytes.or(options.newest_max_age_s.map(|_| 1))?;
    let (verdict, reason, summary) = not_as_it_has_to_be(options, newest, least, at)?;
    if listing.end == End::Complete {
        return Some((verdict, reason, summary));
    }
    let summary = format!("{summary}; max_objects ends the count, a newer one may be there");
    Some((Verdict::Unknown(Unknown::NotConfigured), "count_bounded", summary))
}

fn not_as_it_has_to_be(options: &S3, newest: Object, least: u64, at: Timestamp) -> Option<Found> {
    let age = Duration::from_secs(at.duration_since(newest.at).as_secs().max(0) as u64);
    if let Some(most) = options.newest_max_age_s.map(Duration::from_secs).filter(|most| age > *most) {
        let summary = format!("its newest object is {} old, {} at most", words::span(age), words::span(most));
        return Some((Verdict::Fail, "newest_too_old", summary));
    }
    if newest.bytes < least {
        let summary = format!("its newest object has {} bytes, {least} at least", newest.bytes);
        return Some((Verdict::Fail, "newest_too_small", summary));
    }
    None
}

fn count(listing: &Listing) -> String {
    let at_least = if listing.end == End::Complete { "" } else { ">= " };
    let noun = if listing.objects == 1 { "object" } else { "objects" };
    format!("{at_least}{} {noun}", listing.objects)
}

fn facts(bucket: &Bucket) -> Vec<Fact> {
    let listing = &bucket.listing;
    let mut facts = vec![
        Fact::text("region", bucket.region.as_str()),
        Fact::new("head", Quantity::Millis(bucket.head_ms)),
        Fact::new("objects", Quantity::Count(listing.objects)),
        Fact::new("all counted", Quantity::Flag(listing.end == End::Complete)),
        bucket.control.fact(),
    ];
    facts.extend(bucket.peak.map(|most| Fact::new("most objects seen", Quantity::Count(most))));
    facts.extend(listing.newest.map(|newest| Fact::new("newest object", Quantity::At(newest.at))));
    facts.extend(listing.newest.map(|newest| Fact::new("its size", Quantity::Bytes(newest.bytes))));
    facts
}
