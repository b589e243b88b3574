//! Which keys, in which order, under which headings.

use crate::cli::{EnvGroup, EnvSort};
use crate::env::{Row, Severity, wildcard};
use std::collections::HashMap;

/// Whether a key is asked for.
pub(super) fn is_asked(patterns: &[String], key: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| wildcard(pattern, key))
}

/// Puts rows in order.
pub(super) fn sort(rows: &mut [Row], order: EnvSort) {
    match order {
        EnvSort::File => {}
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
        EnvGroup::Source => {
            let winner = row.winner.as_ref().map(|(layer, _)| format!("from the {} layer", layer.word()));
            Some(winner.unwrap_or_else(|| "from a layer that is not known".to_owned()))
        }
    }
}

/// Puts together what stands under the same heading. Headings keep the order in which they first come.
pub(super) fn gather<T>(list: &mut [T], heading: impl Fn(&T) -> Option<String>) {
    let mut headings: HashMap<Option<String>, usize> = HashMap::new();
    for one in list.iter() {
        let next = headings.len();
        headings.entry(heading(one)).or_insert(next);
    }
    list.sort_by_cached_key(|one| headings.get(&heading(one)).copied());
}

/// The word for a severity.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
