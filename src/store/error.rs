//! What can go wrong with a store.

/// Why the store did not do it. The texts carry no value, no password and no statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached or is shutting down; the same append may be tried again.
    #[error("the database can't be reached: {0}")]
    Unavailable(String),
    /// Somebody else was faster: this many events stand.
    #[error("another reviewer was faster: {actual} events stand")]
    Conflict {
        /// The version that stands.
        actual: u64,
    },
    /// The store was opened read-only, or the role may not write.
    #[error("the store is read-only: {0}")]
    ReadOnly(String),
    /// The database has not got what it should have, or refuses it.
    #[error("the database refuses: {0}")]
    Refused(String),
    /// The URL names no store.
    #[error("not a store: {0}; use sqlite:PATH, postgres://... or memory:")]
    BadUrl(String),
}

impl StoreError {
    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
