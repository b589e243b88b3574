//! Why a file is not accepted. Never a text of the file: a broken line may be half a secret.

use crate::env::interpolate::SubstituteError;

/// What is wrong, without a word of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A character that no key may have.
    #[error("a character that a key can't have; is this line a key, an `=` and a value?")]
    Character,
    /// A key of two words.
    #[error("a space inside the key")]
    SpaceInKey,
    /// A quote that is never closed.
    #[error("a quote that is never closed")]
    Unterminated,
    /// `export` and nothing after it.
    #[error("`export` with nothing after it")]
    ExportAlone,
    /// The file is larger than offsets can say (4 GiB).
    #[error("the file is too large")]
    TooLarge,
    /// The value has no meaning as a template.
    #[error(transparent)]
    Value(#[from] SubstituteError),
}

/// Compose refuses the whole file, and this is where it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct EnvError {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// What is wrong there.
    pub reason: Reason,
}
