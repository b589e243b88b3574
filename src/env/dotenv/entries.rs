//! A file as a whole: its entries and its comments.

use super::statements::{Item, Statement, Statements};
use super::{Entry, EnvError, EnvFile, Reason};
use zeroize::Zeroizing;

/// Reads a file. The error says where Compose stops, and never what stands there.
pub fn parse(bytes: &[u8]) -> Result<EnvFile, EnvError> {
    let statements = Statements::of(bytes);
    if statements.is_too_large() {
        return Err(EnvError { line: 1, column: 1, reason: Reason::TooLarge });
    }
    let (mut entries, mut comments) = (Vec::new(), Vec::new());
    for item in statements {
        match item? {
            Item::Comment(comment) => comments.push(comment),
            Item::Statement(statement) => entries.push(Entry::from(statement)),
        }
    }
    Ok(EnvFile { source: Zeroizing::new(bytes.to_vec()), entries, comments })
}

impl From<Statement<'_>> for Entry {
    fn from(statement: Statement<'_>) -> Self {
        let Statement { key, assign, quote, exported, line, column, end_line, raw, comment } = statement;
        Self { key: key.to_owned(), assign, quote, exported, line, column, end_line, raw, comment }
    }
}
