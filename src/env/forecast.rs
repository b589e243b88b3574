//! What the next restart would do. A restart keeps the container's environment and starts the application anew, so
//! its own configuration file is read again; a recreate loads the file on disk. Each is safe, breaks, or is not known:
//! what was not read is never taken for safe.

use super::diff::Change;
use super::{Cell, Finding, Layer, Matrix, Row, Severity};
use crate::evidence::Known;
use serde::Serialize;
use std::collections::HashMap;

/// Whether the application would work afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "because")]
pub enum Safety {
    /// Nothing that was looked at speaks against it, and everything was looked at.
    Safe,
    /// It breaks, and why: one reason per key or layer.
    Breaks(Vec<Reason>),
    /// Nothing is seen to break, and this could not be looked at.
    Unknown(Vec<Reason>),
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The key; none where it is about a whole layer.
    pub key: Option<String>,
    /// In words, one line, without a value.
    pub text: String,
}

impl Reason {
    /// The key, or where there is none the words.
    pub fn short(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.text)
    }
}

/// A key whose value changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyForecast {
    /// The key.
    pub key: String,
    /// What happens to it; never `Same`.
    pub change: Change,
}

/// What one way of starting again does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Whether it is safe.
    pub safety: Safety,
    /// What a person should know of it, and what breaks nothing that is required.
    pub notes: Vec<Reason>,
    /// The keys whose values it changes, in the order of the rows.
    pub changes: Vec<KeyForecast>,
    /// How many keys keep their values; `None` where what runs was not read, and so neither this nor the changes are
    /// known.
    pub kept: Option<usize>,
}

/// Both ways of starting again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// `docker compose restart`.
    pub restart: Outcome,
    /// `docker compose up -d --force-recreate`.
    pub recreate: Outcome,
}

impl Forecast {
    /// Both, each with the command that does it.
    pub fn commands(&self) -> [(&'static str, &Outcome); 2] {
        [("docker compose restart", &self.restart), ("docker compose up -d --force-recreate", &self.recreate)]
    }
}

impl Safety {
    /// The words for the screen.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Breaks(_) => "BREAKS",
            Self::Unknown(_) => "not known",
        }
    }

    /// Why it is not safe.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Safe => &[],
            Self::Breaks(reasons) | Self::Unknown(reasons) => reasons,
        }
    }
}

/// A way of starting again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// `docker compose restart`.
    Restart,
    /// `docker compose up -d --force-recreate`.
    Recreate,
}

/// A name that the application would ask for, and whether that leads anywhere where the application is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The key that names the host.
    pub key: String,
    /// After which way of starting again it is asked for: the container may run with another name than the disk has.
    pub way: Way,
    /// Whether it resolves.
    pub resolves: Known,
}

/// The layer whose value the application would use.
pub(super) fn used(row: &Row, way: Way) -> Layer {
    match way {
        _ if is_decided_by_app(row) => Layer::App,
        Way::Restart => Layer::Running,
        Way::Recreate if is_there(row.cell(Layer::Compose)) => Layer::Compose,
        Way::Recreate => Layer::File,
    }
}

fn is_decided_by_app(row: &Row) -> bool {
    matches!(row.winner, Some((Layer::App, _)))
}

/// What both would do. Pure.
pub fn forecast(matrix: &Matrix, hosts: &[Host]) -> Forecast {
    let unread = |layers: &[Layer]| matrix.not_known().any(|(layer, _)| layers.contains(layer));
    let changes: Vec<KeyForecast> = matrix.rows.iter().filter_map(change).collect();
    let running = matrix.rows.iter().filter(|row| is_there(row.cell(Layer::Running))).count();
    let kept = running.saturating_sub(changes.iter().filter(|key| key.change != Change::Added).count());
    let (restart, recreate) = (of_restart(matrix), of_recreate(matrix));
    let (restart, restart_notes) = restart.fold(matrix, hosts, Way::Restart);
    let (recreate, recreate_notes) = recreate.fold(matrix, hosts, Way::Recreate);
    Forecast {
        restart: Outcome {
            safety: restart,
            notes: restart_notes,
            changes: Vec::new(),
            kept: (!unread(&[Layer::Running])).then_some(running),
        },
        recreate: Outcome {
            safety: recreate,
            notes: recreate_notes,
            changes,
            kept: (!unread(&[Layer::Running, Layer::File, Layer::Compose])).then_some(kept),
        },
    }
}

pub(super) fn is_there(cell: &Cell) -> bool {
    matches!(cell, Cell::Value(_) | Cell::Empty(_))
}

/// What a recreate does to a key of the container. Rows say it by a finding, because only the comparison knows the
/// names under which a key reaches the container.
fn change(row: &Row) -> Option<KeyForecast> {
    let differs = row.findings.iter().any(|finding| finding.id == "running_differs_from_disk");
    let next = if is_there(row.cell(Layer::Compose)) { row.cell(Layer::Compose) } else { row.cell(Layer::File) };
    let change = match (row.cell(Layer::Running), next) {
        _ if !differs => return None,
        (now, Cell::Empty(_)) if is_there(now) => Change::Emptied,
        (now, next) if is_there(now) && is_there(next) => Change::Changed,
        (now, _) if is_there(now) => Change::Removed,
        _ => Change::Added,
    };
    Some(KeyForecast { key: row.key.clone(), change })
}

/// What was found of a way of starting again.
struct Judged {
    broken: Vec<Reason>,
    notes: Vec<Reason>,
    /// The layers without which nothing can be called safe.
    needs: &'static [Layer],
}

fn reason(row: &Row, text: impl Into<String>) -> Reason {
    Reason { key: Some(row.key.clone()), text: text.into() }
}

/// What a finding says, and where.
fn told(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(ToString::to_string).filter(|place| !finding.text.contains(place));
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{}{place}", finding.text)
}

/// The environment stays; what the application's own file says is read again, and what the world has changed
/// meanwhile counts: a secret that was rotated, a host that has moved.
fn of_restart(matrix: &Matrix) -> Judged {
    let differs = |row: &&Row| match (row.cell(used(row, Way::Restart)), row.cell(Layer::Secret)) {
        (Cell::Value(used), Cell::Value(secret)) => used.fingerprint != secret.fingerprint,
        (Cell::Empty(_) | Cell::Absent, Cell::Value(_)) => true,
        _ => false,
    };
    let text = "the application would go on without the value that the secret manager has";
    let broken = matrix.rows.iter().filter(differs).map(|row| reason(row, text)).collect();
    Judged { broken, notes: Vec::new(), needs: &[Layer::Running, Layer::Secret, Layer::App] }
}

/// The file on disk is loaded: every error of it breaks something, but for a key that the application does not take
/// from there.
fn of_recreate(matrix: &Matrix) -> Judged {
    let (mut broken, mut notes) = (Vec::new(), Vec::new());
    for row in &matrix.rows {
        let Some(error) = row.findings.iter().find(|finding| finding.severity == Severity::Error) else { continue };
        match &row.winner {
            Some((_, place)) if is_held_up_by_app(row) => {
                notes.push(reason(row, format!("only {place} keeps this from breaking: {}", told(error))));
            }
            _ => broken.push(reason(row, told(error))),
        }
    }
    let whole = matrix.findings.iter().filter(|finding| finding.severity == Severity::Error);
    broken.extend(whole.map(|finding| Reason { key: finding.key.clone(), text: told(finding) }));
    Judged { broken, notes, needs: &[Layer::Template, Layer::File, Layer::Secret, Layer::Compose, Layer::App] }
}

/// Whether the application's own file gives it what the secret manager has, whatever the environment says.
fn is_held_up_by_app(row: &Row) -> bool {
    let same = match (row.cell(Layer::App), row.cell(Layer::Secret)) {
        (Cell::Value(app), Cell::Value(secret)) => app.fingerprint == secret.fingerprint,
        _ => false,
    };
    same && is_decided_by_app(row)
}

impl Judged {
    fn fold(mut self, matrix: &Matrix, hosts: &[Host], way: Way) -> (Safety, Vec<Reason>) {
        let of_a_layer =
            |(layer, why): &(Layer, String)| Reason { key: None, text: format!("{}: {why}", layer.word()) };
        // What the stack has not got says nothing against it. But nothing can be said of an environment that stays
        // without knowing which container has it.
        let stays = matrix.unconfigured.iter().filter(|(layer, _)| way == Way::Restart && *layer == Layer::Running);
        let counts = |(layer, _): &&(Layer, String)| self.needs.contains(layer);
        let mut unknown: Vec<Reason> = matrix.unread.iter().filter(counts).chain(stays).map(of_a_layer).collect();
        for host in hosts.iter().filter(|host| host.way == way) {
            let text = match &host.resolves {
                Known::Holds => continue,
                Known::Broken(how) => format!("its host does not resolve: {how}"),
                Known::NotCompared => "whether its host resolves was not looked at".to_owned(),
                Known::Unknown(why) => format!("whether its host resolves is not known: {why}"),
            };
            let list = match &host.resolves {
                _ if is_optional(matrix, &host.key) => &mut self.notes,
                Known::Broken(_) => &mut self.broken,
                _ => &mut unknown,
            };
            list.push(Reason { key: Some(host.key.clone()), text });
        }
        if matrix.rows.is_empty() && unknown.is_empty() {
            unknown.push(Reason { key: None, text: "no key is known".to_owned() });
        }
        let safety = match (self.broken.is_empty(), unknown.is_empty()) {
            (false, _) => Safety::Breaks(in_order(matrix, self.broken)),
            (true, false) => Safety::Unknown(unknown),
            (true, true) => Safety::Safe,
        };
        (safety, self.notes)
    }
}

/// Reasons in the order of the rows, so that those of a key stand together; whole layers last.
fn in_order(matrix: &Matrix, mut reasons: Vec<Reason>) -> Vec<Reason> {
    let order: HashMap<&str, usize> = matrix.rows.iter().enumerate().map(|(at, row)| (row.key.as_str(), at)).collect();
    reasons.sort_by_key(|reason| reason.key.as_deref().and_then(|key| order.get(key)).copied().unwrap_or(usize::MAX));
    reasons
}

/// Whether the template names a key and marks others REQUIRED, but not this one. Without any mark every key counts,
/// and so does one that the template does not know.
fn is_optional(matrix: &Matrix, key: &str) -> bool {
    let has_marks = matrix.rows.iter().any(|row| row.required);
    let row = matrix.rows.iter().find(|row| row.key == key);
    has_marks && row.is_some_and(|row| !row.required && !row.section.is_empty())
}
