//! What an error's code says about whether it will ever be taken.

use super::*;
use std::borrow::Cow;

/// An error as a server would send it.
#[derive(Debug)]
struct Sent(&'static str, Option<&'static str>);

impl std::fmt::Display for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not for the eyes of anybody")
    }
}

impl std::error::Error for Sent {}

impl DatabaseError for Sent {
    fn message(&self) -> &'static str {
        "not for the eyes of anybody"
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.0))
    }

    fn constraint(&self) -> Option<&str> {
        self.1
    }

    fn kind(&self) -> sqlx::error::ErrorKind {
        sqlx::error::ErrorKind::Other
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }
}

#[test]
fn what_the_row_is_at_fault_for_is_told_apart_from_what_the_database_or_the_role_is() {
    let constraint = Some("readback_rule");
    let row = [
        ("22001", None),
        ("22003", None),
        ("22P05", None),
        ("23001", None),
        ("23505", constraint),
        ("23514", constraint),
        ("54000", None),
        ("P0001", None),
        ("1811", None),
        ("2067", None),
        ("18", None),
    ];
    for (code, constraint) in row {
        let error = from_database(&Sent(code, constraint));
        assert!(error.is_about_the_row() && !error.is_transient(), "{code}: {error:?}");
    }
    // A standby, a right, a schema, a missing partition, another's NOT NULL or enum, a damaged file.
    for code in ["25006", "42501", "42P01", "42703", "3D000", "23514", "23502", "22P02", "1299", "8", "11", "26", "1"] {
        let error = from_database(&Sent(code, None));
        assert!(!error.is_about_the_row() && !error.is_transient(), "{code}: {error:?}");
    }
    for code in ["08006", "28P01", "28000", "53300", "57P03", "40001", "5", "10", "13"] {
        let error = from_database(&Sent(code, None));
        assert!(error.is_transient() && !error.is_about_the_row(), "{code}: {error:?}");
    }
}
