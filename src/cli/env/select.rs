//! Which keys, in which order, under which headings.

use crate::cli::{EnvGroup, EnvSort};
use crate::env::{Row, Severity, wildcard};

/// Whether a key is asked for.
pub(super) fn is_asked(patterns: &[String], key: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| wildcard(pattern, key))
}

/// Puts rows in order.
pub(super) fn sort(rows: &mut [Row], order: EnvSort) {
    match order {
        EnvSort::File | EnvSort::Changed => {}
        EnvSort::Key => rows.sort_by(|left, right| left.key.cmp(&right.key)),
        EnvSort::Severity => rows.sort_by_key(|row| row.worst().map_or(3, |worst| worst as u8)),
    }
}

/// The heading that a row stands under.
pub(super) fn heading(row: &Row, group: EnvGroup) -> Option<String> {
    match group {
        EnvGroup::None => None,
        EnvGroup::Section if row.section.is_empty() => Some("not in the template".to_owned()),
        EnvGroup::Section => Some(row.section.clone()),
        EnvGroup::Severity => Some(row.worst().map_or("well", word).to_owned()),
    }
}

/// The word for a severity.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
