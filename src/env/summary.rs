//! What the recovery gate asks of the comparison. Never `Holds` where a layer was not read or where
//! nothing was compared.

use super::forecast::{Host, Reason, Safety, forecast};
use super::{Cell, Layer, Matrix, Row};
use crate::evidence::Known;

/// How many keys a reason names.
const NAMED: usize = 3;

/// Is the running environment what the next recreate would load?
pub fn running_equals_disk(matrix: &Matrix) -> Known {
    let compared = |row: &&Row| {
        let has = |layer| matches!(row.cell(layer), Cell::Value(_) | Cell::Empty(_));
        has(Layer::Running) && (has(Layer::File) || has(Layer::Compose))
    };
    let count = matrix.rows.iter().filter(compared).count();
    answer(matrix, &[Layer::File, Layer::Compose, Layer::Running], "running_differs_from_disk", count)
}

/// Is the file what the secret manager has? A key that the manager has and the file lacks is a difference.
pub fn disk_equals_secrets(matrix: &Matrix) -> Known {
    let has_secret = |row: &&Row| matches!(row.cell(Layer::Secret), Cell::Value(_));
    let differs = |row: &&Row| match (row.cell(Layer::File), row.cell(Layer::Secret)) {
        (Cell::Value(file), Cell::Value(secret)) => file.fingerprint != secret.fingerprint,
        (_, Cell::Value(_)) => true,
        _ => false,
    };
    let compared = matrix.rows.iter().filter(has_secret).count();
    known(matrix, &[Layer::File, Layer::Secret], matrix.rows.iter().filter(differs), compared)
}

/// Would the next recreate load a configuration that works? What the forecast says, so that the gate, the pane and
/// `readback env forecast` never disagree.
pub fn recreate_is_safe(matrix: &Matrix, hosts: &[Host]) -> Known {
    if matrix.rows.is_empty() && matrix.findings.is_empty() && matrix.not_known().next().is_none() {
        return Known::NotCompared;
    }
    match forecast(matrix, hosts).recreate.safety {
        Safety::Safe => Known::Holds,
        Safety::Breaks(reasons) => Known::Broken(named(reasons.iter().map(Reason::short).collect())),
        Safety::Unknown(reasons) => {
            Known::Unknown(reasons.first().map(|reason| reason.text.clone()).unwrap_or_default())
        }
    }
}

fn answer(matrix: &Matrix, layers: &[Layer], id: &str, compared: usize) -> Known {
    let found = |row: &&Row| row.findings.iter().any(|finding| finding.id == id);
    known(matrix, layers, matrix.rows.iter().filter(found), compared)
}

/// What differs counts even where a layer was not read; that nothing does counts only where all were.
fn known<'a>(matrix: &Matrix, layers: &[Layer], differs: impl Iterator<Item = &'a Row>, compared: usize) -> Known {
    let differs: Vec<&str> = differs.map(|row| row.key.as_str()).collect();
    let unread = matrix.not_known().find(|(layer, _)| layers.contains(layer));
    match (differs.len(), unread) {
        (0, Some((layer, why))) => Known::Unknown(format!("{}: {why}", layer.word())),
        (0, None) if compared == 0 => Known::NotCompared,
        (0, None) => Known::Holds,
        _ => Known::Broken(named(differs)),
    }
}

/// The first few by name, each once.
fn named(mut names: Vec<&str>) -> String {
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    match names.split_at_checked(NAMED) {
        Some((first, rest)) if !rest.is_empty() => format!("{} and {} more", first.join(", "), rest.len()),
        _ => names.join(", "),
    }
}
