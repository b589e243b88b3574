//! Two files, key by key: what one has and the other has not, and where they differ. Values are compared as Compose
//! reads them and stay where they are; a file of a million lines costs some forty bytes a key besides its own.

mod table;

use super::format::Refused;
use table::{Side, Table};

/// One side of the comparison.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    /// The value; it may be a secret.
    pub bytes: &'a [u8],
    /// The line that decides it, 1-based.
    pub line: usize,
}

/// A key on both sides; `None` where a side has not got it. It is on one side at least.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// The key; foreign text.
    pub key: &'a str,
    /// In the first file.
    pub left: Option<Value<'a>>,
    /// In the second.
    pub right: Option<Value<'a>>,
    /// How the sides stand to each other.
    pub change: Change,
    /// The key may be none but the rest of another one's value; see [`super::dotenv::Entry::after_quote`].
    pub is_stray: bool,
}

/// How the two sides of a key stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The same value on both.
    Same,
    /// Only the second file has it.
    Added,
    /// Only the first file has it.
    Removed,
    /// The second file has it without a value, the first with one.
    Emptied,
    /// Another value.
    Changed,
}

/// Why two files can't be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// The first file is refused.
    #[error("the first file is refused: {0}")]
    Left(Refused),
    /// The second file is refused.
    #[error("the second file is refused: {0}")]
    Right(Refused),
}

/// Two files, compared.
pub struct Diff<'a>(Table<'a>);

impl<'a> Diff<'a> {
    /// Reads both; the process's environment goes before the keys of each file where a variable is looked up.
    pub fn of<F>(left: &'a [u8], right: &'a [u8], process_env: &F) -> Result<Self, DiffError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let mut table = Table::for_files(left, right);
        table.read(Side::Left, process_env).map_err(|error| DiffError::Left(error.into()))?;
        table.read(Side::Right, process_env).map_err(|error| DiffError::Right(error.into()))?;
        Ok(Self(table))
    }

    /// Reads both as systemd does.
    pub fn of_systemd(left: &'a [u8], right: &'a [u8]) -> Result<Self, DiffError> {
        let mut table = Table::for_files(left, right);
        table.read_systemd(Side::Left).map_err(|error| DiffError::Left(error.into()))?;
        table.read_systemd(Side::Right).map_err(|error| DiffError::Right(error.into()))?;
        Ok(Self(table))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every key, in the order of the first file, then of the second.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        self.0.pairs(|_| true)
    }

    /// The keys that are not the same on both sides.
    pub fn changes(&self) -> impl Iterator<Item = Pair<'_>> {
        self.0.pairs(|change| change != Change::Same)
    }
}

impl std::fmt::Debug for Diff<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Diff({} keys)", self.0.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't go on should say so")]
mod tests;
