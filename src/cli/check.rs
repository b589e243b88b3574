//! `readback check`: every probe once, the recovery gate, an exit code that monitoring understands.

use super::context::{Context, StartError};
use super::{Format, say};
use crate::app::shell::LayerTask;
use crate::env::{self, Matrix, Severity};
use crate::evidence::gate::{self, Circumstances};
use crate::evidence::{Evidence, Recovery, RecoveryState, Verdict};
use crate::probes::{judge, observe_all};
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;

/// How many probes look at the same time.
const AT_ONCE: usize = 8;

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
    /// What every probe saw.
    pub evidence: Vec<Evidence>,
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

/// Runs it and prints the report.
pub(super) fn run(context: &Context, format: Format) -> Result<u8, StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(StartError::io("the runtime can't start"))?;
    let report = runtime.block_on(look(context))?;
    // A probe that hangs in a system call must not keep the answer.
    runtime.shutdown_background();
    let text = match format {
        Format::Human => human(&report),
        Format::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
    };
    say(&mut std::io::stdout(), text.trim_end());
    Ok(report.exit_code)
}

async fn look(context: &Context) -> Result<Report, StartError> {
    let layers = LayerTask::new(&context.config, context.place(), context.fingerprinter()?);
    let place = context.place();
    let observer = super::console::observer();
    let (observations, (matrix, _)) =
        tokio::join!(observe_all(&context.config.probes, &place, &observer, AT_ONCE), layers.read());
    let now = Timestamp::now();
    let evidence: Vec<Evidence> = context
        .config
        .probes
        .iter()
        .filter_map(|spec| {
            let observation = observations.iter().find(|observation| observation.probe == spec.id)?;
            Some(judge(observation, spec, now))
        })
        .collect();
    Ok(report(context, evidence, matrix, now))
}

fn report(context: &Context, evidence: Vec<Evidence>, matrix: Matrix, now: Timestamp) -> Report {
    let around = Circumstances {
        last_restart: evidence.iter().filter_map(Evidence::started_at).max(),
        running_equals_disk: env::running_equals_disk(&matrix),
        disk_equals_secrets: env::disk_equals_secrets(&matrix),
        restart_is_safe: env::recreate_is_safe(&matrix),
        // `check` opens no database, so there is no log to ask; the gate asks what evidence alone gives away.
        false_greens: Vec::new(),
    };
    let recovery = gate::recovery(&evidence, &around, now);
    let findings = matrix.rows.into_iter().flat_map(|row| row.findings).chain(matrix.findings).collect();
    Report {
        schema: SCHEMA,
        stack: context.config.stack.name.clone(),
        environment: context.config.stack.environment.clone(),
        checked_at: now,
        exit_code: exit_code(&recovery, &evidence),
        recovery,
        evidence,
        findings,
        unread: matrix.unread.into_iter().map(|(layer, reason)| UnreadLayer { layer, reason }).collect(),
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

/// The report for people: the state first, as Nagios shows the first line.
fn human(report: &Report) -> String {
    let mut out = String::new();
    let word = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::from(report.exit_code.min(3))];
    let first = report.recovery.why_not.first().map(|why| format!(" - {}", why.text)).unwrap_or_default();
    let _ = writeln!(out, "{word} {}: {}{first}", report.stack, report.recovery.state.word());
    let _ = writeln!(out, "\nprobes");
    for seen in &report.evidence {
        let _ = writeln!(out, "  {:<8} {:<18} {}", seen.verdict.word(), seen.probe.0, seen.summary);
        if let (Some(hint), true) = (&seen.hint, seen.verdict != Verdict::Pass) {
            let _ = writeln!(out, "  {:<8} {:<18} do next: {hint}", "", "");
        }
    }
    let shown = report.findings.iter().filter(|finding| finding.severity < Severity::Note);
    let _ = writeln!(out, "\nconfiguration");
    for finding in shown {
        let place = finding.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        let _ = writeln!(out, "  {:<24} {}{place}", finding.id, finding.text);
    }
    for UnreadLayer { layer, reason } in &report.unread {
        let _ = writeln!(out, "  {:<24} {reason}", format!("{} not read", layer.word()));
    }
    let _ = writeln!(out, "\nwhy not green");
    for why in &report.recovery.why_not {
        let _ = writeln!(out, "  {:<28} {}", why.id, why.text);
    }
    crate::guard::multiline(&out)
}
