//! `readback env verify`: every finding, worst first.

use super::select::{gather, heading, is_asked, word};
use super::{Answer, human};
use crate::cli::{EnvArgs, EnvGroup, EnvSort};
use crate::env::{Finding, Layer, Matrix, Severity, Tuned};
use crate::guard::line;
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
    /// What each finding stands under.
    #[serde(skip)]
    headings: Vec<Option<String>>,
}

impl VerifyReport {
    /// The findings that are asked for. Those about whole layers belong to no key, and are always told.
    pub fn of(matrix: &Matrix, options: &EnvArgs, group: EnvGroup) -> Self {
        let of_rows = matrix.rows.iter().filter(|row| is_asked(&options.keys, &row.key)).flat_map(|row| {
            let heading = heading(row, group);
            row.findings.iter().map(move |finding| (heading.clone(), finding))
        });
        let of_layers = matrix.findings.iter().map(|finding| (Some("whole files and layers".to_owned()), finding));
        let under = |(heading, finding): (Option<String>, &Finding)| {
            let heading = match group {
                EnvGroup::None => None,
                EnvGroup::Severity => Some(format!("{}s", word(finding.severity))),
                EnvGroup::Section | EnvGroup::Source => heading,
            };
            (heading, finding.clone())
        };
        let mut findings: Vec<(Option<String>, Finding)> = of_rows.chain(of_layers).map(under).collect();
        match options.sort {
            EnvSort::File => {}
            EnvSort::Key => findings.sort_by(|(_, left), (_, right)| left.key.cmp(&right.key)),
            EnvSort::Severity => findings.sort_by_key(|(_, finding)| finding.severity),
        }
        if group == EnvGroup::Severity {
            findings.sort_by_key(|(_, finding)| finding.severity);
        }
        gather(&mut findings, |(heading, _)| heading.clone());
        let (headings, findings) = findings.into_iter().unzip();
        let is_told = |tuned: &&Tuned| tuned.finding.key.as_ref().is_none_or(|key| is_asked(&options.keys, key));
        Self {
            schema: "readback_env_verify_v1",
            findings,
            unread: matrix.unread.clone(),
            unconfigured: matrix.unconfigured.clone(),
            tuned: matrix.tuned.iter().filter(is_told).cloned().collect(),
            headings,
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
        let mut last = &None;
        for (heading, finding) in self.headings.iter().zip(&self.findings) {
            if heading != last {
                let _ = writeln!(out, "\n{}", line(heading.as_deref().unwrap_or_default()));
                last = heading;
            }
            human::findings(&mut out, std::slice::from_ref(finding));
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
