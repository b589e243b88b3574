//! `readback env forecast`: what a restart keeps, what a recreate loads, and whether the application would work.

use super::files::word;
use super::history::Stored;
use super::select::is_asked;
use super::{Answer, human};
use crate::app::shell::Compared;
use crate::cli::args::ForecastArgs;
use crate::env::forecast::{Forecast, Outcome, Reason, Safety, forecast};
use crate::env::restarts::{Restart, executed, newest, noticed};
use crate::env::{Finding, Layer, Severity};
use crate::guard::line;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt::Write;

/// What both ways of starting again would do.
#[derive(Debug, Serialize)]
pub struct ForecastReport {
    /// The name of this shape; docs/schemas/env.json describes it.
    pub schema: &'static str,
    /// Why nothing is known of what runs, where that is so: what is kept and what changes is not known then.
    pub running_unread: Option<String>,
    /// Layers that the stack has not got, and what would name them.
    pub unconfigured: Vec<(Layer, String)>,
    /// How many reasons and notes are about keys that were not asked for; what is safe is said of all of them.
    pub left_out: usize,
    /// The last restarts that the store tells of, the newest first.
    pub restarts: Vec<Restart>,
    /// Why they are not known, or not all, where that is so.
    pub restarts_unread: Option<String>,
    /// The forecast.
    #[serde(flatten)]
    pub forecast: Forecast,
    #[serde(skip)]
    zone: TimeZone,
}

impl ForecastReport {
    /// From what was read, with what is told of the keys that are asked for.
    pub fn of(compared: &Compared, stored: Stored, zone: TimeZone, options: &ForecastArgs) -> Self {
        let mut forecast = forecast(&compared.matrix, &compared.hosts);
        let mut left_out = 0;
        for outcome in [&mut forecast.restart, &mut forecast.recreate] {
            outcome.changes.retain(|change| is_asked(&options.keys, &change.key));
            let mut only = |reasons: &mut Vec<Reason>| {
                let all = reasons.len();
                reasons.retain(|reason| reason.key.as_deref().is_none_or(|key| is_asked(&options.keys, key)));
                left_out += all - reasons.len();
            };
            only(&mut outcome.notes);
            if let Safety::Breaks(reasons) | Safety::Unknown(reasons) = &mut outcome.safety {
                only(reasons);
            }
        }
        let unread = compared.matrix.not_known().find(|(layer, _)| *layer == Layer::Running);
        let running_unread = unread.map(|(_, why)| why.clone());
        let restarts = newest(executed(&stored.entries).chain(noticed(&stored.entries)));
        Self {
            left_out,
            restarts,
            restarts_unread: stored.unread,
            zone,
            schema: "readback_env_forecast_v1",
            running_unread,
            unconfigured: compared.matrix.unconfigured.clone(),
            forecast,
        }
    }
}

impl Answer for ForecastReport {
    fn exit_code(&self) -> u8 {
        let code = |outcome: &Outcome| match outcome.safety {
            Safety::Safe => 0,
            Safety::Breaks(_) => 2,
            Safety::Unknown(_) => 3,
        };
        // Without a container in the configuration a restart stays unknown: nobody asked for it to be told.
        let is_asked = self.unconfigured.iter().all(|(layer, _)| *layer != Layer::Running);
        let restart = match code(&self.forecast.restart) {
            3 if !is_asked => 0,
            code => code,
        };
        let codes = [restart, code(&self.forecast.recreate)];
        if codes.contains(&2) { 2 } else { codes.into_iter().max().unwrap_or(3) }
    }

    fn human(&self) -> String {
        let mut out = String::new();
        for (command, outcome) in self.forecast.commands() {
            let does = match outcome.kept {
                Some(kept) => format!("keeps {kept} keys, changes {}", outcome.changes.len()),
                None => "what it changes is not known".to_owned(),
            };
            let _ = writeln!(out, "{command}: {}; {does}", outcome.safety.word());
            let mut tell = |word: &str, reason: &Reason| {
                let key = reason.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
                let _ = writeln!(out, "  {word:<8} {}{}", line(&key), line(&reason.text));
            };
            outcome.safety.reasons().iter().for_each(|reason| tell("because", reason));
            outcome.notes.iter().for_each(|reason| tell("note", reason));
            for change in &outcome.changes {
                let _ = writeln!(out, "  {:<8} {}", word(change.change), line(&change.key));
            }
        }
        if self.left_out > 0 {
            let _ = writeln!(out, "{} reasons and notes are about other keys (--key)", self.left_out);
        }
        let why = self.restarts_unread.as_deref().map(|why| format!(" not known: {}", line(why)));
        let none = if self.restarts.is_empty() { " none is recorded" } else { "" };
        let _ = writeln!(out, "last restarts:{}", why.as_deref().unwrap_or(none));
        for restart in &self.restarts {
            let at = restart.at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
            let _ = writeln!(out, "  {at} {}: {}", line(&restart.what), restart.took);
        }
        human::unconfigured(&mut out, &self.unconfigured);
        out
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (command, outcome) in self.forecast.commands() {
            let breaks = matches!(outcome.safety, Safety::Breaks(_));
            let severity = if breaks { Severity::Error } else { Severity::Warning };
            findings.extend(outcome.safety.reasons().iter().map(|reason| Finding {
                id: if severity == Severity::Error { "restart_breaks" } else { "restart_unknown" }.to_owned(),
                severity,
                key: reason.key.clone(),
                place: None,
                text: format!("{command}: {}", reason.text),
                fix: String::new(),
            }));
        }
        findings
    }
}
