//! What the next restart would do. A restart keeps the container's environment and starts the application anew, so
//! its own configuration file is read again; a recreate loads the file on disk. Each is safe, breaks, or is not known:
//! what was not read is never taken for safe.

use super::diff::Change;
use super::{Cell, Finding, Layer, Matrix, Row, Severity};
use crate::evidence::Known;
use serde::Serialize;

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
    /// The keys whose values it changes, in the order of the rows.
    pub changes: Vec<KeyForecast>,
    /// How many keys keep their values.
    pub kept: usize,
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

/// A name that the application needs, and whether it resolves where the application is.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// The key that names the host.
    pub key: String,
    /// Whether it resolves.
    pub resolves: Known,
}

/// The hosts that the next recreate would use, by the key that names each; no name where the value is masked.
pub fn hosts(matrix: &Matrix) -> Vec<(String, Option<String>)> {
    let is_host = |row: &&Row| row.key == "HOST" || row.key.ends_with("_HOST");
    let next = |row: &Row| {
        [Layer::Compose, Layer::File].into_iter().find_map(|layer| match row.cell(layer) {
            Cell::Value(shown) => Some((row.key.clone(), shown.text.clone())),
            _ => None,
        })
    };
    matrix.rows.iter().filter(is_host).filter_map(next).collect()
}

/// What both would do. Pure.
pub fn forecast(matrix: &Matrix, hosts: &[Host]) -> Forecast {
    let changes: Vec<KeyForecast> = matrix.rows.iter().filter_map(change).collect();
    let running = matrix.rows.iter().filter(|row| is_there(row.cell(Layer::Running))).count();
    let kept = running.saturating_sub(changes.iter().filter(|key| key.change != Change::Added).count());
    Forecast {
        restart: Outcome { safety: of_restart(matrix, &of_running(matrix, hosts)), changes: Vec::new(), kept: running },
        recreate: Outcome { safety: of_recreate(matrix, hosts), changes, kept },
    }
}

fn is_there(cell: &Cell) -> bool {
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

/// The hosts as the container uses them now: what was looked up is what the next one would.
fn of_running(matrix: &Matrix, hosts: &[Host]) -> Vec<Host> {
    let used = |host: &Host| {
        let row = matrix.rows.iter().find(|row| row.key == host.key)?;
        let Cell::Value(running) = row.cell(Layer::Running) else { return None };
        let next = [Layer::Compose, Layer::File].into_iter().find_map(|layer| match row.cell(layer) {
            Cell::Value(shown) => Some(shown),
            _ => None,
        });
        let is_same = next.is_some_and(|next| next.fingerprint == running.fingerprint);
        let resolves = if is_same { host.resolves.clone() } else { Known::NotCompared };
        Some(Host { key: host.key.clone(), resolves })
    };
    hosts.iter().filter_map(used).collect()
}

/// The environment stays; what the application's own file says is read again, and what the world has changed
/// meanwhile counts: a secret that was rotated, a host that has moved.
fn of_restart(matrix: &Matrix, hosts: &[Host]) -> Safety {
    let differs = |row: &&Row| {
        let used = if matches!(row.winner, Some((Layer::App, _))) { Layer::App } else { Layer::Running };
        match (row.cell(used), row.cell(Layer::Secret)) {
            (Cell::Value(used), Cell::Value(secret)) => used.fingerprint != secret.fingerprint,
            (Cell::Empty(_) | Cell::Absent, Cell::Value(_)) => true,
            _ => false,
        }
    };
    let text = "the application would go on without the value that the secret manager has";
    let reason = |row: &Row| Reason { key: Some(row.key.clone()), text: text.to_owned() };
    let broken = matrix.rows.iter().filter(differs).map(reason).collect();
    fold(matrix, hosts, broken, &[Layer::Running, Layer::Secret, Layer::App])
}

/// The file on disk is loaded: every error of it breaks something.
fn of_recreate(matrix: &Matrix, hosts: &[Host]) -> Safety {
    let mut broken: Vec<Reason> = Vec::new();
    for row in &matrix.rows {
        let error = row.findings.iter().find(|finding| finding.severity == Severity::Error);
        broken.extend(error.map(|finding| reason(Some(row.key.clone()), finding)));
    }
    let whole = matrix.findings.iter().filter(|finding| finding.severity == Severity::Error);
    broken.extend(whole.map(|finding| reason(finding.key.clone(), finding)));
    fold(matrix, hosts, broken, &[Layer::Template, Layer::File, Layer::Secret, Layer::Compose, Layer::App])
}

/// What a finding says, and where.
fn reason(key: Option<String>, finding: &Finding) -> Reason {
    let place = finding.place.as_ref().map(ToString::to_string).filter(|place| !finding.text.contains(place));
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    Reason { key, text: format!("{}{place}", finding.text) }
}

fn fold(matrix: &Matrix, hosts: &[Host], mut broken: Vec<Reason>, layers: &[Layer]) -> Safety {
    let mut unknown: Vec<Reason> = matrix
        .unread
        .iter()
        .filter(|(layer, why)| layers.contains(layer) && !(*layer == Layer::App && is_not_configured(why)))
        .map(|(layer, why)| Reason { key: None, text: format!("{}: {why}", layer.word()) })
        .collect();
    for host in hosts {
        let reason = |text: String| Reason { key: Some(host.key.clone()), text };
        match &host.resolves {
            Known::Holds => {}
            Known::Broken(how) => broken.push(reason(format!("its host does not resolve: {how}"))),
            Known::NotCompared => unknown.push(reason("whether its host resolves was not looked at".to_owned())),
            Known::Unknown(why) => unknown.push(reason(format!("whether its host resolves is not known: {why}"))),
        }
    }
    if matrix.rows.is_empty() && unknown.is_empty() {
        unknown.push(Reason { key: None, text: "no key is known".to_owned() });
    }
    match (broken.is_empty(), unknown.is_empty()) {
        (false, _) => Safety::Breaks(broken),
        (true, false) => Safety::Unknown(unknown),
        (true, true) => Safety::Safe,
    }
}

/// A stack without a configuration file of the application has nothing there that could shadow a key.
fn is_not_configured(why: &str) -> bool {
    why.starts_with("not configured")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Place, Shown};
    use super::*;
    use crate::guard::{Fingerprinter, Secret};

    fn value(text: &str) -> Cell {
        let fingerprint = Fingerprinter::new(Secret::new("key of a test")).of(text.as_bytes());
        let place = Place { file: ".env".to_owned(), line: 1 };
        Cell::Value(Shown { text: Some(text.to_owned()), len: text.len(), fingerprint, place })
    }

    /// A matrix of one host on disk, and what runs.
    fn matrix(disk: &str, running: Cell) -> Matrix {
        let cells = [Cell::Absent, value(disk), Cell::Absent, Cell::Absent, Cell::Absent, running];
        let row = Row {
            key: "DB_HOST".to_owned(),
            section: String::new(),
            required: false,
            sensitive: false,
            cells,
            winner: None,
            findings: Vec::new(),
        };
        Matrix { rows: vec![row], ..Matrix::default() }
    }

    fn host(resolves: Known) -> [Host; 1] {
        [Host { key: "DB_HOST".to_owned(), resolves }]
    }

    #[test]
    fn a_host_is_asked_of_the_way_that_uses_it() {
        let gone = host(Known::Broken("new.example has no address".to_owned()));
        let moved = forecast(&matrix("new.example", value("old.example")), &gone);
        assert!(matches!(moved.recreate.safety, Safety::Breaks(_)));
        // The old name, which a restart keeps, was not looked up.
        assert!(matches!(moved.restart.safety, Safety::Unknown(_)));
        let same = forecast(&matrix("new.example", value("new.example")), &gone);
        assert!(matches!((same.restart.safety, same.recreate.safety), (Safety::Breaks(_), Safety::Breaks(_))));
        let well = forecast(&matrix("new.example", value("new.example")), &host(Known::Holds));
        assert_eq!((well.restart.safety, well.recreate.safety), (Safety::Safe, Safety::Safe));
    }

    #[test]
    fn a_masked_host_is_named_but_not_by_its_value() {
        let mut matrix = matrix("new.example", Cell::Unread);
        assert_eq!(hosts(&matrix), [("DB_HOST".to_owned(), Some("new.example".to_owned()))]);
        if let Cell::Value(shown) = &mut matrix.rows[0].cells[Layer::File as usize] {
            shown.text = None;
        }
        assert_eq!(hosts(&matrix), [("DB_HOST".to_owned(), None)]);
        let safety = forecast(&matrix, &host(Known::NotCompared)).recreate.safety;
        assert!(matches!(safety, Safety::Unknown(_)));
    }
}
