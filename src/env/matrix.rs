//! What the env pane shows: a row per key, a cell per layer, and findings. No value that is secret.

use crate::guard::Fingerprint;
use serde::{Deserialize, Serialize};

/// A layer that may give a key its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// `.env.template`: what should be there.
    Template,
    /// `.env`: what the next recreate loads.
    File,
    /// The secret manager: what the value should be.
    Secret,
    /// `docker-compose.yml`: `environment:`.
    Compose,
    /// The application's own configuration file (`odoo.conf`), which may shadow a key.
    App,
    /// The environment of the running container.
    Running,
}

impl Layer {
    /// Every layer, in the order of the columns.
    pub const ALL: [Self; 6] = [Self::Template, Self::File, Self::Secret, Self::Compose, Self::App, Self::Running];

    /// The column's heading.
    pub fn word(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::File => "file",
            Self::Secret => "secret",
            Self::Compose => "compose",
            Self::App => "app",
            Self::Running => "running",
        }
    }
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file's name, relative to the stack, or the secret's or container's name.
    pub file: String,
    /// 1-based; 0 where there are no lines.
    pub line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 { f.write_str(&self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

/// A value, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The value itself, sanitised, only where it is not sensitive.
    pub text: Option<String>,
    /// Its length in bytes.
    pub len: usize,
    /// Its keyed fingerprint: equal and different can be seen without the value.
    pub fingerprint: Fingerprint,
    /// Where it stands.
    pub place: Place,
}

/// What a layer says of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// The layer could not be read, so nothing is known; never shown as missing.
    #[default]
    Unread,
    /// The layer was read and has not got the key.
    Absent,
    /// The key is there with an empty value.
    Empty(Place),
    /// The key has a value.
    Value(Shown),
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The stack breaks, or has.
    Error,
    /// It will, or may.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something a person should know of a key, with a stable id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The stable id (`missing_required`).
    pub id: String,
    /// How bad.
    pub severity: Severity,
    /// The key; `None` for a finding about a whole file.
    pub key: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// What is the matter, one line, no value in it.
    pub text: String,
    /// What to do.
    pub fix: String,
}

/// A finding that the configuration has turned off, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tuned {
    /// What was found.
    pub finding: Finding,
    /// Why it does not count.
    pub reason: String,
}

/// One key over all layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The key.
    pub key: String,
    /// The template's section it belongs to; empty for a key that the template does not know.
    pub section: String,
    /// The template says REQUIRED.
    pub required: bool,
    /// Whether its values are masked.
    pub sensitive: bool,
    /// One per [`Layer::ALL`].
    pub cells: [Cell; 6],
    /// The layer whose value the application really gets, where that is known, with what decides.
    pub winner: Option<(Layer, Place)>,
    /// The findings of this key, worst first.
    pub findings: Vec<Finding>,
}

impl Row {
    /// What a layer says.
    pub fn cell(&self, layer: Layer) -> &Cell {
        &self.cells[layer as usize]
    }

    /// The worst finding's severity.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).min()
    }
}

/// The whole comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// In the order of the template, then of the file.
    pub rows: Vec<Row>,
    /// Findings about whole files or layers (one that could not be read, say), worst first.
    pub findings: Vec<Finding>,
    /// Why a layer is `Unread`, in words, per layer that is and that the stack has.
    pub unread: Vec<(Layer, String)>,
    /// The layers that the stack has not got, as far as the configuration says: nothing is known of them, and nothing
    /// is wrong with that.
    #[serde(default)]
    pub unconfigured: Vec<(Layer, String)>,
    /// What was found and does not count, for a reason that the configuration gives.
    #[serde(default)]
    pub tuned: Vec<Tuned>,
}

impl Matrix {
    /// Every layer of which nothing is known, and why, whether the stack has it or not.
    pub fn not_known(&self) -> impl Iterator<Item = &(Layer, String)> {
        self.unread.iter().chain(&self.unconfigured)
    }
}
