//! What the console knows that speaks against a check, and why. An objection reopens its check; it fails none, for
//! the console sees the stack as it is now and not the change that is reviewed.

use super::around::Scene;
use super::fold::Review;
use crate::evidence::false_green::RULES;
use crate::evidence::restart;
use crate::evidence::{Evidence, Unknown, Verdict, WhyNot};
use crate::timeline::Entry;
use crate::timeline::EventType;
use crate::timeline::incident::ActorClass;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What evidence says against a check.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Objection {
    /// The check.
    pub check: String,
    /// Why, one line. It holds no measured value: it is kept with a sign-off.
    pub why: String,
}

const ACTOR: &str = "actor_not_anonymous";
const BEFORE_AFTER: &str = "before_after_service_state_present";
const COMPOSE: &str = "compose_stack_state_present";
const SYSTEMD: &str = "systemd_unit_state_present";
const FAILED_UNITS: &str = "failed_unit_review_present";
const PORTS: &str = "port_binding_state_present";
const DEPENDENCIES: &str = "dependency_impact_present";
const DAEMON: &str = "docker_daemon_state_present";
const ROUTE: &str = "public_route_recovery_present";
const MONITORING: &str = "monitoring_alert_ref_present";
const NOTIFICATION: &str = "operator_notification_present";
const RESTORED: &str = "restoration_evidence_present";
const POSTCHECK: &str = "postcheck_independent";
const GUARD: &str = "recurrence_guard_present";
const FALSE_GREEN: &str = "no_false_green_route_or_container";

/// Reasons of the recovery gate about the whole, by their id, and the checks that they speak against.
const OF_THE_WHOLE: [(&str, &[&str]); 14] = [
    ("FG01", &[FALSE_GREEN, RESTORED]),
    ("FG02", &[FALSE_GREEN, RESTORED]),
    ("FG03", &[POSTCHECK]),
    ("FG04", &[FALSE_GREEN, BEFORE_AFTER]),
    ("FG05", &[FALSE_GREEN, GUARD]),
    ("FG06", &[FALSE_GREEN, ROUTE]),
    ("FG07", &[FALSE_GREEN]),
    ("FG08", &[FALSE_GREEN, POSTCHECK]),
    ("FG09", &[NOTIFICATION]),
    ("FG10", &[FALSE_GREEN, MONITORING]),
    ("FG11", &[FALSE_GREEN, RESTORED]),
    ("FG12", &[FALSE_GREEN, MONITORING]),
    ("running_differs_from_disk", &[BEFORE_AFTER]),
    ("restart_not_safe", &[GUARD]),
];

/// What is reviewed where a probe of this kind looks.
const OF_A_KIND: [(&str, &[&str]); 15] = [
    ("container", &[COMPOSE]),
    ("compose", &[COMPOSE]),
    ("systemd", &[SYSTEMD, FAILED_UNITS]),
    ("tcp", &[PORTS]),
    ("http", &[ROUTE]),
    ("postgres", &[DEPENDENCIES]),
    ("redis", &[DEPENDENCIES]),
    ("dns", &[DEPENDENCIES]),
    ("s3", &[DEPENDENCIES]),
    ("alias", &[DEPENDENCIES]),
    ("backup", &[DEPENDENCIES]),
    ("job", &[DEPENDENCIES]),
    ("feed", &[MONITORING]),
    ("host", &[RESTORED]),
    ("command", &[RESTORED]),
];

/// Everything that speaks against a check of this review, in their order, each once. Rows of before `since` are
/// another change's.
pub(super) fn objections(review: &Review, scene: &Scene<'_>, since: Timestamp) -> Vec<Objection> {
    let mut found = BTreeSet::new();
    for why in scene.why_not {
        let probe = why.probe.as_ref().and_then(|probe| scene.evidence.iter().find(|seen| seen.probe == *probe));
        of_reason(why, probe, &mut found);
    }
    // Where nothing is looked at, that there is no pair is no evidence of anything.
    if scene.why_not.iter().any(|why| why.id == "not_independent") && scene.evidence.iter().any(|seen| seen.required) {
        add(&mut found, &[POSTCHECK], "no two independent proofs of the recovery");
    }
    for unread in restart::unread(scene.entries, since) {
        add(&mut found, &[BEFORE_AFTER], &format!("a restart that `{}` saw has not been read back", unread.probe));
    }
    if scene.entries.iter().take_while(|entry| entry.at() >= since).any(|entry| is_anonymous_repair(entry, review)) {
        add(&mut found, &[ACTOR], "an auto-repair of this incident names neither a person nor an approval");
    }
    found.into_iter().collect()
}

fn add(found: &mut BTreeSet<Objection>, checks: &[&str], why: &str) {
    found.extend(checks.iter().map(|check| Objection { check: (*check).to_owned(), why: why.to_owned() }));
}

/// What one reason of the recovery gate speaks against.
fn of_reason(why: &WhyNot, probe: Option<&Evidence>, found: &mut BTreeSet<Objection>) {
    if let Some((id, checks)) = OF_THE_WHOLE.iter().find(|(id, _)| *id == why.id) {
        let words = match RULES.iter().find(|rule| rule.id == *id) {
            Some(rule) => format!("{id} {}", rule.title),
            None if *id == "running_differs_from_disk" => "what runs is not what the configuration says".to_owned(),
            None => "the next recreate would break".to_owned(),
        };
        let of = probe.map(|seen| format!(" (`{}`)", seen.probe)).unwrap_or_default();
        return add(found, checks, &format!("{words}{of}"));
    }
    let Some(seen) = probe else { return };
    let Some(says) = says(why, seen) else { return };
    let checks = OF_A_KIND.iter().find(|(kind, _)| *kind == seen.kind).map_or(&[][..], |(_, checks)| checks);
    let words = format!("`{}` ({}) {says}", seen.probe, seen.kind);
    add(found, checks, &words);
    // A container can be said to be gone only by a daemon that answers.
    if seen.kind == "container" && matches!(seen.verdict, Verdict::Unknown(_)) {
        add(found, &[DAEMON], &words);
    }
    if seen.required && seen.verdict == Verdict::Fail {
        add(found, &[RESTORED], &words);
    }
}

/// What a probe says against its checks. One that has not looked yet says nothing, an optional one only that it fails.
fn says(why: &WhyNot, seen: &Evidence) -> Option<&'static str> {
    match why.id.as_str() {
        "evidence_fails" => Some("fails"),
        "failure_stale" => Some("failed when it looked last"),
        "evidence_stale" if seen.required => Some("has not looked for too long"),
        "evidence_unknown" if seen.required && seen.verdict != Verdict::Unknown(Unknown::NeverRun) => {
            Some("can't tell")
        }
        _ => None,
    }
}

/// An auto-repair of the review's incident that nobody approved and that names no person.
fn is_anonymous_repair(entry: &Entry, review: &Review) -> bool {
    let Entry::Operation(row) = entry else { return false };
    let row = &row.row;
    row.event_type == EventType::AutoRepairTriggered
        && row.incident_id.as_deref() == Some(review.incident_id.as_str())
        && row.approval_id.is_none()
        && ActorClass::of(row.actor.as_deref()) != ActorClass::Human
}

#[cfg(test)]
#[path = "objection_tests.rs"]
mod tests;
