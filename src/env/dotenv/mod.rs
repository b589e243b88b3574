//! Docker Compose's `.env` grammar, exactly, and without loss: a file that parses prints back byte for
//! byte, and every value is a span of it.
//!
//! No two dotenv parsers agree; this one follows Compose (compose-go 2.10.1 and later), which is the
//! consumer that counts. Parsing is linear in the file's size.

mod entries;
mod error;
mod escapes;
mod letters;
mod lexer;
mod resolve;
mod statements;
pub mod write;

pub(in crate::env) use entries::of_pairs;
pub use entries::parse;
pub use error::{EnvError, Reason};
pub use resolve::{Resolved, Values};
pub(crate) use resolve::{Written, value};
pub(crate) use statements::{Item, Statements};
pub use write::{WhyNot, quoted};

use std::collections::HashSet;
use zeroize::Zeroizing;

/// A part of the source, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// After the last byte.
    pub end: u32,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// As it is: cut at ` #`, white space trimmed, interpolated.
    None,
    /// `'…'`: literal but for `\'`.
    Single,
    /// `"…"`: escapes, then interpolated.
    Double,
}

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assign {
    /// `KEY=value`.
    Value,
    /// `KEY` alone on a line: taken from the process environment.
    Inherit,
    /// `KEY` alone at the end of a file with no line feed: Compose takes the name for the value of a
    /// key with no name, and the key is lost.
    LostAtEnd,
}

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key; the name that was meant where the entry is [`Assign::LostAtEnd`].
    pub key: String,
    /// What it does.
    pub assign: Assign,
    /// How the value is written.
    pub quote: Quote,
    /// `export` stands before the key.
    pub exported: bool,
    /// It starts on the line on which another value's quote closes: what reads as its key may be the rest of that value.
    pub after_quote: bool,
    /// The line of the key, 1-based.
    pub line: usize,
    /// The column of the value (of the key where there is none), 1-based, in characters.
    pub column: usize,
    /// The line on which the value ends.
    pub end_line: usize,
    /// The value as it is written, with its quotes, without comment and white space around it.
    pub raw: Span,
    /// The comment after the value, from its `#`.
    pub comment: Option<Span>,
}

/// A comment on a line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// 1-based.
    pub line: usize,
    /// From its `#` to the end of the line.
    pub span: Span,
}

/// A parsed file. Its source is zeroed on drop and never printed.
#[derive(Clone)]
pub struct EnvFile {
    source: Zeroizing<Vec<u8>>,
    entries: Vec<Entry>,
    comments: Vec<Comment>,
}

impl EnvFile {
    /// The file, byte for byte.
    pub fn bytes(&self) -> &[u8] {
        &self.source
    }

    /// The assignments, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The comments that stand on a line of their own, in the order of the file.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Keys that stand nowhere but behind the closing quote of another value: they may be pieces of it, and are not shown.
    pub fn strays(&self) -> HashSet<&str> {
        let keys = |after: bool| self.entries.iter().filter(move |entry| entry.after_quote == after);
        let mut strays: HashSet<&str> = keys(true).map(|entry| entry.key.as_str()).collect();
        // Of most files there is none, and nothing else to look at.
        if !strays.is_empty() {
            let own: HashSet<&str> = keys(false).map(|entry| entry.key.as_str()).collect();
            strays.retain(|key| !own.contains(key));
        }
        strays
    }

    /// The bytes of a span of this file; empty for a span of another one.
    pub fn slice(&self, span: Span) -> &[u8] {
        self.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

impl std::fmt::Debug for EnvFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EnvFile({} entries, {} bytes)", self.entries.len(), self.source.len())
    }
}
