//! What the recovery gate asks of the comparison. Never `Holds` where a layer was not read or where
//! nothing was compared.

use super::{Cell, Layer, Matrix};
use crate::evidence::Known;

/// How many keys a reason names.
const NAMED: usize = 3;

/// Is the running environment what the next recreate would load?
pub fn running_equals_disk(matrix: &Matrix) -> Known {
    let compared = |row: &&super::Row| {
        let has = |layer| matches!(row.cell(layer), Cell::Value(_) | Cell::Empty(_));
        has(Layer::Running) && (has(Layer::File) || has(Layer::Compose))
    };
    let count = matrix.rows.iter().filter(compared).count();
    answer(matrix, &[Layer::File, Layer::Compose, Layer::Running], "running_differs_from_disk", count)
}

/// Is the file what the secret manager has?
pub fn disk_equals_secrets(matrix: &Matrix) -> Known {
    let compared = |row: &&super::Row| matches!(row.cell(Layer::Secret), Cell::Value(_));
    let count = matrix.rows.iter().filter(compared).count();
    answer(matrix, &[Layer::File, Layer::Secret], "differs_from_secret", count)
}

fn answer(matrix: &Matrix, layers: &[Layer], id: &str, compared: usize) -> Known {
    let unread = matrix.unread.iter().find(|(layer, _)| layers.contains(layer));
    if let Some((layer, why)) = unread {
        return Known::Unknown(format!("{}: {why}", layer.word()));
    }
    let differs: Vec<&str> = matrix
        .rows
        .iter()
        .filter(|row| row.findings.iter().any(|finding| finding.id == id))
        .map(|row| row.key.as_str())
        .collect();
    match (differs.len(), compared) {
        (0, 0) => Known::NotCompared,
        (0, _) => Known::Holds,
        (1..=NAMED, _) => Known::Broken(differs.join(", ")),
        (many, _) => Known::Broken(format!("{} and {} more", differs[..NAMED].join(", "), many - NAMED)),
    }
}
