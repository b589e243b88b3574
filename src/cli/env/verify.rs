//! `readback env verify`: every finding, worst first.

use super::select::{is_asked, word};
use super::{Answer, human};
use crate::cli::{EnvArgs, EnvGroup, EnvSort};
use crate::env::{Finding, Layer, Matrix, Severity, Tuned};
use serde::Serialize;
use std::fmt::Write;

/// What is wrong with the configuration.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    /// The name of this shape; docs/schemas/env.json describes it.
    pub schema: &'static str,
    /// The findings. No value is in them.
    pub findings: Vec<Finding>,
    /// Layers of which nothing is known, and why.
    pub unread: Vec<(Layer, String)>,
    /// Layers that the stack has not got, and what would name them.
    pub unconfigured: Vec<(Layer, String)>,
    /// What was found and does not count, for a reason that readback.toml gives.
    pub tuned: Vec<Tuned>,
    #[serde(skip)]
    group: EnvGroup,
}

impl VerifyReport {
    /// The findings that are asked for. Those about whole layers belong to no key, and are always told.
    pub fn of(matrix: &Matrix, options: &EnvArgs) -> Self {
        let of_rows = matrix.rows.iter().filter(|row| is_asked(&options.keys, &row.key)).flat_map(|row| &row.findings);
        let mut findings: Vec<Finding> = of_rows.chain(&matrix.findings).cloned().collect();
        match options.sort {
            EnvSort::File | EnvSort::Changed => {}
            EnvSort::Key => findings.sort_by(|left, right| left.key.cmp(&right.key)),
            EnvSort::Severity => findings.sort_by_key(|finding| finding.severity),
        }
        if options.group == EnvGroup::Severity {
            findings.sort_by_key(|finding| finding.severity);
        }
        let is_told = |tuned: &&Tuned| tuned.finding.key.as_ref().is_none_or(|key| is_asked(&options.keys, key));
        Self {
            schema: "readback_env_verify_v1",
            findings,
            unread: matrix.unread.clone(),
            unconfigured: matrix.unconfigured.clone(),
            tuned: matrix.tuned.iter().filter(is_told).cloned().collect(),
            group: options.group,
        }
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

impl Answer for VerifyReport {
    fn exit_code(&self) -> u8 {
        match () {
            () if self.count(Severity::Error) > 0 => 2,
            () if !self.unread.is_empty() => 3,
            () if self.count(Severity::Warning) > 0 => 1,
            () => 0,
        }
    }

    fn human(&self) -> String {
        let mut out = String::new();
        let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| self.count(severity));
        let [errors, warnings, notes] = counts;
        let _ =
            writeln!(out, "{errors} errors, {warnings} warnings, {notes} notes, {} layers unread", self.unread.len());
        if self.group == EnvGroup::Severity {
            for severity in [Severity::Error, Severity::Warning, Severity::Note] {
                let of: Vec<Finding> = self.findings.iter().filter(|f| f.severity == severity).cloned().collect();
                if !of.is_empty() {
                    let _ = writeln!(out, "\n{}s", word(severity));
                    human::findings(&mut out, &of);
                }
            }
        } else {
            human::findings(&mut out, &self.findings);
        }
        human::unread(&mut out, &self.unread);
        human::unconfigured(&mut out, &self.unconfigured);
        human::tuned(&mut out, &self.tuned);
        out
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }
}
