//! The incidents for programs: one JSON document on one line; docs/schemas/incidents.json describes it.

use super::Seen;
use crate::cli::timeline::rows::safe_json;
use crate::timeline::expected::{Expected, Standing, What};
use crate::timeline::incident::{Actor, Incident, Key, Measure, Statistics, Summary, statistics};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// The answer.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// The name of this shape.
    pub schema: &'static str,
    /// The time up to which the log was read.
    pub as_of: Timestamp,
    /// The time that was asked for; none where one incident was.
    pub since: Option<Timestamp>,
    /// Its end.
    pub until: Option<Timestamp>,
    /// How many rows were read.
    pub rows_read: usize,
    /// Whether all that were asked for were.
    pub complete: bool,
    /// The newest first.
    pub incidents: Vec<One<'a>>,
    /// All of these in numbers.
    pub statistics: Numbers,
}

/// An incident.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the fields of the JSON, each a question of its own")]
pub struct One<'a> {
    name: &'a str,
    by: &'static str,
    alert: Option<&'a str>,
    state: &'static str,
    started_at: Option<Timestamp>,
    detected_at: Option<Timestamp>,
    acknowledged_at: Option<Timestamp>,
    mitigated_at: Option<Timestamp>,
    claimed_at: Option<Timestamp>,
    verified_at: Option<Timestamp>,
    first_at: Timestamp,
    last_at: Timestamp,
    seconds: BTreeMap<&'static str, Option<i64>>,
    flaps: usize,
    reopened: usize,
    rows: usize,
    actors: Vec<Who<'a>>,
    auto_repaired: bool,
    without_people: bool,
    silenced_only: bool,
    clock_skew: bool,
    expected: Vec<Missed<'a>>,
}

#[derive(Debug, Serialize)]
struct Who<'a> {
    name: Option<&'a str>,
    class: &'static str,
    rows: usize,
}

/// Something expected that did not come in time. It is no row.
#[derive(Debug, Serialize)]
struct Missed<'a> {
    rule: &'a str,
    what: &'static str,
    name: &'a str,
    standing: &'static str,
    after: &'a str,
    after_type: &'a str,
    since: Timestamp,
    due: Timestamp,
    late_seconds: Option<i64>,
}

/// Incidents in numbers.
#[derive(Debug, Serialize)]
pub struct Numbers {
    counted: usize,
    silenced_only: usize,
    not_begun: usize,
    without_people: usize,
    flaps: usize,
    measures: BTreeMap<&'static str, Option<Three>>,
}

#[derive(Debug, Serialize)]
struct Three {
    n: usize,
    median_seconds: i64,
    p90_seconds: i64,
}

impl<'a> Report<'a> {
    /// Of what was read.
    pub fn of(seen: &'a Seen) -> Self {
        Self {
            schema: "readback_incidents_v1",
            as_of: seen.as_of,
            since: seen.since,
            until: seen.until,
            rows_read: seen.read,
            complete: seen.complete,
            incidents: seen.incidents.iter().map(|incident| One::of(incident, seen)).collect(),
            statistics: Numbers::of(&statistics(&seen.incidents, None, None)),
        }
    }

    /// As a text, with its line break.
    pub fn json(&self) -> String {
        safe_json(&serde_json::to_string(self).unwrap_or_default())
    }
}

impl<'a> One<'a> {
    fn of(incident: &'a Incident, seen: &'a Seen) -> Self {
        let moments = incident.moments;
        let who = |actor: &'a Actor| Who { name: actor.name.as_deref(), class: actor.class.code(), rows: actor.rows };
        Self {
            name: incident.name(),
            by: match incident.key {
                Key::Incident(_) => "incident",
                Key::Fingerprint(_) => "fingerprint",
                Key::Alert(_) => "alert",
            },
            alert: incident.alert.as_deref(),
            state: incident.state(seen.as_of).code(),
            started_at: moments.started,
            detected_at: moments.detected,
            acknowledged_at: moments.acknowledged,
            mitigated_at: moments.mitigated,
            claimed_at: moments.claimed,
            verified_at: moments.verified,
            first_at: incident.first,
            last_at: incident.last,
            seconds: Measure::ALL.map(|of| (of.code(), of.of(incident).map(|took| took.as_secs()))).into(),
            flaps: incident.flaps,
            reopened: incident.reopened,
            rows: incident.rows,
            actors: incident.actors.iter().map(who).collect(),
            auto_repaired: incident.auto_repaired,
            without_people: incident.is_without_people(),
            silenced_only: incident.is_silenced_only(),
            clock_skew: incident.skewed,
            expected: seen.expected_of(incident).map(|expected| Missed::of(expected, seen.as_of)).collect(),
        }
    }
}

impl<'a> Missed<'a> {
    fn of(expected: &'a Expected, as_of: Timestamp) -> Self {
        let standing = expected.standing(as_of);
        Self {
            rule: &expected.rule,
            what: if matches!(expected.what, What::Row(_)) { "row" } else { "field" },
            name: expected.name(),
            standing: standing.code(),
            after: &expected.after,
            after_type: &expected.after_type,
            since: expected.since,
            due: expected.due,
            late_seconds: match standing {
                Standing::Late(by) => Some(by.as_secs()),
                Standing::Waiting | Standing::Overdue => None,
            },
        }
    }
}

impl Numbers {
    fn of(all: &Statistics) -> Self {
        let three = |summary: Summary| Three {
            n: summary.n,
            median_seconds: summary.median.as_secs(),
            p90_seconds: summary.p90.as_secs(),
        };
        Self {
            counted: all.counted,
            silenced_only: all.silenced_only,
            not_begun: all.not_begun,
            without_people: all.without_people,
            flaps: all.flaps,
            measures: all.measures.iter().map(|(of, summary)| (of.code(), summary.map(three))).collect(),
        }
    }
}
