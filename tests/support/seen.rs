//! An evidence as the tests of judgement start from: of a kind, with a source of its own, seen so many seconds ago.

use jiff::{SignedDuration, Timestamp};
use readback::evidence::{Evidence, Source, Verdict};
use std::time::Duration;

/// The half-life of such an evidence, in seconds.
pub(crate) const HALF_LIFE: i64 = 300;

/// The time of these tests.
pub(crate) fn now() -> Timestamp {
    "2026-02-04T01:31:00Z".parse().unwrap()
}

/// So many seconds before it.
pub(crate) fn ago(seconds: i64) -> Timestamp {
    now().checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

/// Seen at a time, by an observer from a vantage with a credential that are the kind's own.
pub(crate) fn seen_at(probe: &str, kind: &str, verdict: Verdict, at: Timestamp) -> Evidence {
    Evidence {
        probe: probe.into(),
        kind: kind.to_owned(),
        claim: format!("{probe} works"),
        verdict,
        reason: None,
        observed_at: at,
        as_of: at,
        source: Source {
            observer: format!("observer of {kind}"),
            vantage: format!("vantage of {kind}"),
            credential: format!("credential of {kind}"),
            code_path: kind.to_owned(),
        },
        summary: "seen".to_owned(),
        hint: None,
        facts: Vec::new(),
        half_life: Duration::from_secs(HALF_LIFE as u64),
        required: true,
        needs: Vec::new(),
    }
}

/// The same so many seconds ago.
pub(crate) fn seen(probe: &str, kind: &str, verdict: Verdict, age: i64) -> Evidence {
    seen_at(probe, kind, verdict, ago(age))
}
