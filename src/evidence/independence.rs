//! Two evidences are independent when at least three of five things differ: who looked, from where,
//! with which credential, by which code path, and in which window of time.

use super::{Evidence, age};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where an evidence comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Who looked: `readback@host`, or the program whose record was read (`docker`, `health_monitor`).
    pub observer: String,
    /// From where on the network: `host`, `container:web`, `public`.
    pub vantage: String,
    /// By which right: `none`, a role, a profile. A name, never a secret.
    pub credential: String,
    /// By which code: the probe's kind, or more exactly where a kind has several ways.
    pub code_path: String,
}

/// Observations further apart than this stand in different windows of time.
pub(super) const WINDOW: Duration = Duration::from_mins(2);

/// How many of the five provenances of two evidences differ (0 to 5); three make them independent.
pub fn independence(a: &Evidence, b: &Evidence) -> u8 {
    let apart = age(a.observed_at, b.observed_at).max(age(b.observed_at, a.observed_at));
    [
        a.source.observer != b.source.observer,
        a.source.vantage != b.source.vantage,
        a.source.credential != b.source.credential,
        a.source.code_path != b.source.code_path,
        apart > WINDOW,
    ]
    .into_iter()
    .map(u8::from)
    .sum()
}
