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
    /// The database has not got what it should have, or refuses the call for a cause of its own: a table that is not
    /// the one we know, a certificate. What was to be written may be written once that is mended.
    #[error("the database refuses: {0}")]
    Refused(String),
    /// What was to be written is not taken as it is, and never will be: a limit, a constraint, a rule.
    #[error("the database refuses: {0}")]
    Unfit(String),
    /// The URL names no store.
    #[error("not a store: {0}; use sqlite:PATH, postgres://... or memory:")]
    BadUrl(String),
}

impl StoreError {
    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether it is what was to be written that is refused: the same again has no use, on a mended database either.
    /// Everything else may be over one day, so that nobody may throw away what waits for it.
    pub fn is_about_the_row(&self) -> bool {
        matches!(self, Self::Unfit(_) | Self::Conflict { .. })
    }
}
