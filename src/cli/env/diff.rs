//! `readback env diff`: every key over all layers.

use super::select::{gather, heading, is_asked, sort};
use super::{Answer, human};
use crate::cli::{EnvArgs, EnvGroup};
use crate::env::{Cell, Finding, Layer, Matrix, Row};
use crate::guard::line;
use serde::Serialize;
use std::fmt::Write;

/// The layers, side by side.
#[derive(Debug, Serialize)]
pub struct LayerReport {
    /// The name of this shape; docs/schemas/env.json describes it.
    pub schema: &'static str,
    /// The keys, with a cell per layer.
    pub rows: Vec<Row>,
    /// How many keys are the same in every layer that has them, and were left out.
    pub same: usize,
    /// Findings about whole layers.
    pub findings: Vec<Finding>,
    /// Layers of which nothing is known, and why.
    pub unread: Vec<(Layer, String)>,
    /// Layers that the stack has not got, and what would name them.
    pub unconfigured: Vec<(Layer, String)>,
    #[serde(skip)]
    group: EnvGroup,
}

impl LayerReport {
    /// The rows that are asked for; without `all` only those that differ between layers or have a finding.
    pub fn of(matrix: Matrix, options: &EnvArgs, group: EnvGroup, all: bool) -> Self {
        let mut rows: Vec<Row> = matrix.rows.into_iter().filter(|row| is_asked(&options.keys, &row.key)).collect();
        let asked = rows.len();
        rows.retain(|row| all || differs(row) || !row.findings.is_empty());
        sort(&mut rows, options.sort);
        gather(&mut rows, |row| heading(row, group));
        Self {
            schema: "readback_env_diff_v1",
            same: asked - rows.len(),
            rows,
            findings: matrix.findings,
            unread: matrix.unread,
            unconfigured: matrix.unconfigured,
            group,
        }
    }
}

/// Whether two layers that set the key differ. The template's own value is a default: it is not compared.
fn differs(row: &Row) -> bool {
    let mut values =
        Layer::ALL.into_iter().filter(|layer| *layer != Layer::Template).filter_map(|layer| match row.cell(layer) {
            Cell::Value(shown) => Some(Some(&shown.fingerprint)),
            Cell::Empty(_) => Some(None),
            Cell::Unread | Cell::Absent => None,
        });
    let first = values.next();
    values.any(|value| Some(value) != first)
}

impl Answer for LayerReport {
    fn exit_code(&self) -> u8 {
        match () {
            () if self.rows.iter().any(differs) => 1,
            () if !self.unread.is_empty() => 3,
            () => 0,
        }
    }

    fn human(&self) -> String {
        let mut out = String::new();
        let mut last = None;
        for row in &self.rows {
            let heading = heading(row, self.group);
            if heading != last {
                let _ = writeln!(out, "\n{}", line(heading.as_deref().unwrap_or_default()));
                last = heading;
            }
            let _ = writeln!(out, "{}", line(&row.key));
            for layer in Layer::ALL {
                let wins = row.winner.as_ref().filter(|(winner, _)| *winner == layer);
                let wins = wins.map(|(_, place)| format!("  wins ({})", line(&place.to_string()))).unwrap_or_default();
                if !matches!(row.cell(layer), Cell::Absent) {
                    let _ = writeln!(out, "  {:<9} {}{wins}", layer.word(), human::cell(row.cell(layer)));
                }
            }
            for finding in &row.findings {
                let _ = writeln!(out, "  ! {} {}", finding.id, line(&finding.text));
            }
        }
        let _ = writeln!(out, "\n{} keys shown, {} the same everywhere", self.rows.len(), self.same);
        human::findings(&mut out, &self.findings);
        human::unread(&mut out, &self.unread);
        human::unconfigured(&mut out, &self.unconfigured);
        out
    }

    fn findings(&self) -> Vec<Finding> {
        self.rows.iter().flat_map(|row| &row.findings).chain(&self.findings).cloned().collect()
    }
}
