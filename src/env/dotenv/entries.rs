//! A file as a whole: its entries and its comments.

use super::statements::{Item, Statement, Statements};
use super::{Assign, Entry, EnvError, EnvFile, Quote, Reason, Span, Values};
use crate::guard::Secret;
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
            Item::Statement(statement) => entries.push(entry(statement, bytes)),
        }
    }
    Ok(EnvFile { source: Zeroizing::new(bytes.to_vec()), entries, comments })
}

/// A file of another grammar, as if its variables stood in a `.env`: keys, values and lines are right, and nothing is
/// said of how a value is written.
pub(in crate::env) fn of_pairs(
    bytes: &[u8],
    pairs: impl Iterator<Item = (String, Secret, usize)>,
) -> (EnvFile, Values) {
    let (mut entries, mut values) = (Vec::new(), Values::default());
    for (at, (key, value, line)) in pairs.enumerate() {
        entries.push(Entry {
            key: key.clone(),
            assign: Assign::Value,
            quote: Quote::None,
            exported: false,
            after_quote: false,
            line,
            column: 1,
            end_line: line,
            raw: Span { start: 0, end: 0 },
            comment: None,
        });
        values.put(super::Resolved { key, value, entry: at, unset: 0 });
    }
    (EnvFile { source: Zeroizing::new(bytes.to_vec()), entries, comments: Vec::new() }, values)
}

fn entry(statement: Statement<'_>, source: &[u8]) -> Entry {
    let Statement { assign, quote, exported, after_quote, line, at, end_line, raw, comment, .. } = statement;
    let (key, column) = (statement.key().to_owned(), at.column(source));
    Entry { key, assign, quote, exported, after_quote, line, column, end_line, raw, comment }
}
