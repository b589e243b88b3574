//! What is wrong with a filter, and where.

use std::fmt;

/// A text that is no filter: the column, what is wrong there, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FilterError {
    /// 1-based, in characters.
    pub column: usize,
    /// What is wrong, and what was expected. One line, sanitised.
    pub what: String,
    /// The word that was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.what)?;
        match &self.suggestion {
            Some(word) => write!(f, "; did you mean {word}?"),
            None => Ok(()),
        }
    }
}

/// A word of the filter as it may be shown: one line, no longer than any that is meant.
pub(super) fn shown(word: &str) -> String {
    crate::guard::line(&word.chars().take(40).collect::<String>()).into_owned()
}

/// The known word that is nearest to what was written, where one is near enough to be meant.
pub(super) fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = |word: &str| word.chars().count().div_ceil(3).min(3);
    known
        .map(|word| (distance(written, word), word))
        .filter(|(distance, word)| *distance <= near(word))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// How many characters to put in, take out or change, whatever their case.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let changed = diagonal + usize::from(a.to_ascii_lowercase() != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
