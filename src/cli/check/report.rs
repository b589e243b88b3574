//! What a check found, and the exit code that goes with it.

use super::select::{NotAsked, confine};
use crate::app::shell::Compared;
use crate::config::Stack;
use crate::env;
use crate::evidence::gate::{self, Circumstances};
use crate::evidence::maintenance::Window;
use crate::evidence::restraint::{IN_MAINTENANCE, in_maintenance, restrain};
use crate::evidence::{Evidence, Missing, Recovery, RecoveryState, Verdict, dependency, missing};
use jiff::Timestamp;
use serde::Serialize;

/// Everything a check found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The name of this shape, [`SCHEMA`]; docs/schemas/check.json describes it.
    pub schema: &'static str,
    /// The stack's name.
    pub stack: String,
    /// Its environment.
    pub environment: Option<String>,
    /// When it was asked.
    pub checked_at: Timestamp,
    /// The exit code that goes with it.
    pub exit_code: u8,
    /// The gate's answer.
    pub recovery: Recovery,
    /// The fewest steps that would make it green, the cheapest first; none exactly where it is.
    pub missing: Vec<Missing>,
    /// What every probe saw that was asked.
    pub evidence: Vec<Evidence>,
    /// The probes of the configuration that `--only` and `--tag` left out.
    pub not_asked: Vec<NotAsked>,
    /// The configuration's findings. No value is in them.
    pub findings: Vec<env::Finding>,
    /// Layers of the configuration that could not be read, and why.
    pub unread: Vec<UnreadLayer>,
}

/// A layer of the configuration of which nothing is known.
#[derive(Debug, Serialize)]
pub struct UnreadLayer {
    /// Which.
    pub layer: env::Layer,
    /// Why, in words.
    pub reason: String,
}

/// The name of the report's shape. It changes when a program that reads the old one would misread the new.
pub const SCHEMA: &str = "readback_check_v1";

impl Report {
    /// Folds what was seen into the answer. Pure.
    pub(super) fn new(
        stack: &Stack,
        evidence: Vec<Evidence>,
        not_asked: Vec<NotAsked>,
        compared: Compared,
        windows: &[Window],
        now: Timestamp,
    ) -> Self {
        let evidence = dependency::resolve(evidence, now);
        let Compared { matrix, hosts, .. } = compared;
        let around = Circumstances {
            last_restart: evidence.iter().filter_map(Evidence::started_at).max(),
            running_equals_disk: env::running_equals_disk(&matrix),
            disk_equals_secrets: env::disk_equals_secrets(&matrix),
            restart_is_safe: env::recreate_is_safe(&matrix, &hosts),
            // `check` opens no database, so there is no log to ask; the gate asks what evidence alone gives away.
            false_greens: Vec::new(),
            log_unread: None,
        };
        let recovery = confine(gate::recovery(&evidence, &around, now), &not_asked);
        let recovery = restrain(recovery, in_maintenance(&evidence, windows, now));
        let findings = matrix.rows.into_iter().flat_map(|row| row.findings).chain(matrix.findings).collect();
        Self {
            schema: SCHEMA,
            stack: stack.name.clone(),
            environment: stack.environment.clone(),
            checked_at: now,
            exit_code: exit_code(&recovery, &evidence),
            missing: missing(&recovery, &evidence, &around, now),
            recovery,
            evidence,
            not_asked,
            findings,
            unread: matrix
                .unread
                .into_iter()
                .chain(matrix.unconfigured)
                .map(|(layer, reason)| UnreadLayer { layer, reason })
                .collect(),
        }
    }

    /// The word that Nagios has for the exit code.
    pub(super) fn word(&self) -> &'static str {
        ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::from(self.exit_code.min(3))]
    }

    /// How many probes have a verdict of this word.
    pub(super) fn count(&self, word: &str) -> usize {
        self.evidence.iter().filter(|seen| seen.verdict.word() == word).count()
    }

    /// What is said of the maintenance of a probe, where it is worked on.
    pub(super) fn maintenance(&self, of: &Evidence) -> Option<&str> {
        let is_its = |why: &&gate::WhyNot| why.id == IN_MAINTENANCE && why.probe.as_ref() == Some(&of.probe);
        let text = self.recovery.why_not.iter().find(is_its)?.text.strip_prefix(of.probe.0.as_str())?;
        text.strip_prefix(": ")
    }

    /// Which probes were left out, in words; `None` where all were asked. Green or not, who asked for a part
    /// has to see that it was one.
    pub(super) fn left_out(&self) -> Option<String> {
        let whole = self.evidence.len() + self.not_asked.len();
        (!self.not_asked.is_empty()).then(|| format!("{} of {whole} probes not asked", self.not_asked.len()))
    }
}

/// 0 verified, 2 something fails, 3 something required is unknown, 1 anything else that is not green.
pub fn exit_code(recovery: &Recovery, evidence: &[Evidence]) -> u8 {
    let any = |wanted: fn(&Evidence) -> bool| evidence.iter().any(wanted);
    match recovery.state {
        RecoveryState::VerifiedRecovery => 0,
        RecoveryState::Down => 2,
        _ if any(|seen| seen.verdict == Verdict::Fail) => 2,
        _ if any(|seen| seen.required && matches!(seen.verdict, Verdict::Unknown(_))) => 3,
        _ if !any(|seen| seen.required) => 3,
        RecoveryState::Degraded | RecoveryState::ClearedUnverified => 1,
    }
}
