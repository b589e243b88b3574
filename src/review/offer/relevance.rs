//! Which evidence answers which field.

use crate::evidence::Evidence;
use crate::review::event::EvidenceKind;
use crate::timeline::{Entry, EventType, OwnKind};
use EventType as E;
use OwnKind as O;

/// What answers a field.
struct Sources {
    field: &'static str,
    /// Kinds of probes.
    probes: &'static [&'static str],
    /// Types of rows.
    rows: &'static [EventType],
    /// Kinds of the console's own events.
    own: &'static [OwnKind],
}

const fn sources(
    field: &'static str,
    probes: &'static [&'static str],
    rows: &'static [EventType],
    own: &'static [OwnKind],
) -> Sources {
    Sources { field, probes, rows, own }
}

/// Probes that ask what the application asks.
const USE: &[&str] = &["postgres", "redis", "command", "s3", "job", "backup"];
/// Services that others lean on.
const NEEDED: &[&str] = &["postgres", "redis", "s3", "secret", "aws", "dns", "tcp", "tls", "feed", "alias"];
const ACTS: &[EventType] =
    &[E::UserAction, E::ExecutionStarted, E::ExecutionCompleted, E::AutoRepairTriggered, E::Silenced];
const ALERTS: &[EventType] = &[E::AlertReceived, E::Resolved, E::Escalated];
const TOLD: &[EventType] = &[E::TelegramSent, E::TelegramResultSent, E::Escalated];

const TABLE: &[Sources] = &[
    sources("change_or_incident_ref", &[], ALERTS, &[]),
    sources("actor_attribution_ref", &[], ACTS, &[O::ConfigChanged]),
    sources("boot_time_ref", &["host", "container"], &[], &[O::RestartSeen]),
    sources(
        "restart_or_recovery_window_ref",
        &["container"],
        &[E::ExecutionCompleted],
        &[O::RestartRead, O::RestartSeen],
    ),
    sources("before_service_state_ref", &[], &[], &[O::RestartRead]),
    sources("after_service_state_ref", &["container", "postgres", "redis", "http"], &[], &[O::RestartRead]),
    sources("docker_daemon_state_ref", &["docker"], &[], &[]),
    sources("compose_stack_state_ref", &["compose", "container", "env"], &[], &[O::ConfigChanged]),
    sources("systemd_unit_state_ref", &["systemd"], &[], &[]),
    sources("failed_unit_review_ref", &["systemd"], &[], &[]),
    sources("port_binding_state_ref", &["tcp"], &[], &[]),
    sources("dependency_impact_ref", NEEDED, &[], &[O::ProbeChanged]),
    sources("public_route_recovery_ref", &["http", "tls", "dns"], &[], &[]),
    sources("admin_route_recovery_ref", &["http", "tls"], &[], &[]),
    sources("agent_provider_health_ref", &["http", "command"], &[], &[]),
    sources("monitoring_alert_ref", &["feed"], ALERTS, &[]),
    sources("operator_notification_ref", &[], TOLD, &[]),
    sources("cross_project_sync_ref", &[], TOLD, &[]),
    sources("restoration_evidence_ref", USE, &[E::Resolved], &[O::RecoveryVerified, O::RestartRead]),
    sources("postcheck_readback_ref", &["postgres", "redis", "command", "http", "tls"], &[], &[O::RecoveryVerified]),
    sources("recurrence_guard_ref", &["env", "env-file", "compose"], &[], &[O::ConfigChanged]),
    sources("maintenance_window", &[], &[], &[]),
    sources("rollback_owner", &[], &[], &[]),
    sources("followup_owner", &[], &[], &[]),
    sources("redacted_evidence_refs", &[], &[], &[]),
    sources("no_secret_value_attestation", &[], &[], &[]),
    sources("no_raw_log_or_config_attestation", &[], &[], &[]),
    sources("no_false_green_attestation", USE, &[], &[O::RecoveryVerified]),
];

/// The sources of some fields. A field that the table does not know is one of somebody's own check set: any probe may
/// answer it.
pub(super) struct Relevance<'a> {
    fields: Vec<(&'a str, Option<&'static Sources>)>,
}

impl<'a> Relevance<'a> {
    /// Of these fields.
    pub(super) fn of(fields: &'a [String]) -> Self {
        let find = |field: &str| TABLE.iter().find(|sources| sources.field == field);
        Self { fields: fields.iter().map(|field| (field.as_str(), find(field))).collect() }
    }

    /// The fields that a probe answers.
    pub(super) fn probe_fields(&self, seen: &Evidence) -> impl Iterator<Item = &'a str> {
        let answers =
            |sources: Option<&Sources>| sources.is_none_or(|sources| sources.probes.contains(&seen.kind.as_str()));
        self.fields.iter().filter(move |(_, sources)| answers(*sources)).map(|(field, _)| *field)
    }

    /// Whether it answers any.
    pub(super) fn wants_probe(&self, seen: &Evidence) -> bool {
        self.probe_fields(seen).next().is_some()
    }

    /// The fields that an event of the console's own answers.
    pub(super) fn own_fields(&self, kind: OwnKind) -> impl Iterator<Item = &'a str> {
        let answers = move |sources: Option<&Sources>| sources.is_some_and(|sources| sources.own.contains(&kind));
        self.fields.iter().filter(move |(_, sources)| answers(*sources)).map(|(field, _)| *field)
    }

    /// The fields that a row answers.
    pub(super) fn row_fields(&self, entry: &Entry) -> impl Iterator<Item = &'a str> {
        let (kind, own) = (entry.event_type(), own_kind(entry));
        let answers = move |sources: Option<&Sources>| {
            sources.is_some_and(|sources| {
                kind.is_some_and(|kind| sources.rows.contains(&kind))
                    || own.is_some_and(|own| sources.own.contains(&own))
            })
        };
        self.fields.iter().filter(move |(_, sources)| answers(*sources)).map(|(field, _)| *field)
    }

    /// What kind of evidence a row is, if it answers anything.
    pub(super) fn kind_of(&self, entry: &Entry) -> Option<EvidenceKind> {
        self.row_fields(entry).next()?;
        Some(match own_kind(entry) {
            Some(OwnKind::RestartRead) => EvidenceKind::Pair,
            Some(OwnKind::ConfigChanged) => EvidenceKind::Configuration,
            _ => EvidenceKind::Row,
        })
    }
}

fn own_kind(entry: &Entry) -> Option<OwnKind> {
    match entry {
        Entry::Own(event) => Some(event.kind),
        Entry::Operation(_) => None,
    }
}
