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
