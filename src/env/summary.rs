//! What the recovery gate asks of the comparison. Never `Holds` where a layer was not read or where
//! nothing was compared.

use super::{Cell, Layer, Matrix, Row, Severity};
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

/// Would the next recreate load a configuration that works? As far as the findings can tell: none of
/// them is an error. A full forecast also looks at what changes against what runs.
pub fn recreate_is_safe(matrix: &Matrix) -> Known {
    let broken = |row: &&Row| row.worst() == Some(Severity::Error);
    let layers = [Layer::Template, Layer::File, Layer::Secret, Layer::Compose];
    let known = known(matrix, &layers, matrix.rows.iter().filter(broken), matrix.rows.len());
    let whole = matrix.findings.iter().find(|finding| finding.severity == Severity::Error);
    match (known, whole) {
        (Known::Holds, Some(finding)) => Known::Broken(finding.text.clone()),
        (known, _) => known,
    }
}

fn answer(matrix: &Matrix, layers: &[Layer], id: &str, compared: usize) -> Known {
    let found = |row: &&Row| row.findings.iter().any(|finding| finding.id == id);
    known(matrix, layers, matrix.rows.iter().filter(found), compared)
}

/// What differs counts even where a layer was not read; that nothing does counts only where all were.
fn known<'a>(matrix: &Matrix, layers: &[Layer], differs: impl Iterator<Item = &'a Row>, compared: usize) -> Known {
    let differs: Vec<&str> = differs.map(|row| row.key.as_str()).collect();
    let unread = matrix.unread.iter().find(|(layer, _)| layers.contains(layer));
    match (differs.len(), unread) {
        (0, Some((layer, why))) => Known::Unknown(format!("{}: {why}", layer.word())),
        (0, None) if compared == 0 => Known::NotCompared,
        (0, None) => Known::Holds,
        (1..=NAMED, _) => Known::Broken(differs.join(", ")),
        (many, _) => Known::Broken(format!("{} and {} more", differs[..NAMED].join(", "), many - NAMED)),
    }
}
