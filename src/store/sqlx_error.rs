//! From what sqlx says to what a person can act on. SQLSTATE, table and constraint names pass; the
//! statement, its values and the server's message (which repeats values) do not.

use super::{StoreError, rules};
use crate::guard;
use sqlx::error::DatabaseError;

/// What went wrong, without a value.
pub(super) fn from_sqlx(error: sqlx::Error) -> StoreError {
    use sqlx::Error;
    match error {
        Error::Database(error) => from_database(error.as_ref()),
        // A certificate that does not hold comes as `InvalidData`: trying again will not help.
        Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            StoreError::Refused(format!("TLS: {}", guard::line(&error.to_string())))
        }
        Error::Io(error) => StoreError::Unavailable(guard::line(&error.to_string()).into_owned()),
        Error::Tls(error) => StoreError::Refused(format!("TLS: {}", guard::line(&error.to_string()))),
        Error::PoolTimedOut => StoreError::Unavailable("no free connection in time".to_owned()),
        Error::PoolClosed | Error::WorkerCrashed => StoreError::Unavailable("the connection is closed".to_owned()),
        Error::Protocol(_) => StoreError::Unavailable("the server's answer made no sense".to_owned()),
        Error::RowNotFound => StoreError::Refused("a row that must be there is not".to_owned()),
        Error::ColumnDecode { index, .. } => {
            StoreError::Refused(format!("column {} can't be read", guard::line(&index)))
        }
        Error::Configuration(_) => StoreError::Refused("the connection's options don't fit together".to_owned()),
        _ => StoreError::Refused("an answer that can't be read".to_owned()),
    }
}

/// Whether it is a broken UNIQUE or a serialisation failure: somebody else was in between, and the
/// same transaction, tried again, will see them.
pub(super) fn is_race(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    // 2067 and 1555 are SQLite's UNIQUE and PRIMARY KEY.
    matches!(code.as_deref(), Some("23505" | "40001" | "40P01" | "2067" | "1555"))
}

fn from_database(error: &dyn DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default();
    // PostgreSQL says the rule as its SQLSTATE, SQLite begins the message with it. Ours hold no value.
    if let Some(rule) = rules::Rule::of(&code).or_else(|| rules::Rule::of(error.message())) {
        return rule.refused();
    }
    // A SQLSTATE has five characters; SQLite's extended codes are numbers of at most four digits.
    if code.len() == 5 { from_postgres(&code, error) } else { from_sqlite(&code) }
}

fn from_postgres(code: &str, error: &dyn DatabaseError) -> StoreError {
    let says = match code {
        "57P01" | "57P02" => "the server is shutting down",
        "57P03" => "the server is starting up",
        "53300" => "the server has no connection left",
        "57014" => "the statement took too long",
        "55P03" => "a lock took too long",
        "40001" | "40P01" => "another transaction was in the way",
        "25006" => "the server or the session takes no writes",
        "42501" => "the role may not do this",
        "28P01" => "the password is refused",
        "28000" => "the role is not let in (role, pg_hba.conf or TLS)",
        "3D000" => "there is no such database",
        "42P01" => "a table is missing",
        "42703" => "a column is missing",
        "22001" => "a value is too long",
        "22P02" => "a value is not of the column's type",
        "23502" => "a value that must be there is missing",
        "23505" => "it stands there already",
        _ if code.starts_with("08") => "the connection broke",
        _ if code.starts_with("53") => "the server is out of resources",
        _ => "it was not taken",
    };
    let place = match (error.table(), error.constraint()) {
        (_, Some(constraint)) => format!(", constraint {}", guard::line(constraint)),
        (Some(table), None) => format!(", table {}", guard::line(table)),
        (None, None) => String::new(),
    };
    let text = format!("{says} (SQLSTATE {code}{place})");
    match code {
        "57P01" | "57P02" | "57P03" | "57014" | "55P03" | "40001" | "40P01" => StoreError::Unavailable(text),
        "25006" | "42501" => StoreError::ReadOnly(text),
        // A password is rotated, a role let in again: no call is at fault.
        _ if ["08", "28", "53"].iter().any(|class| code.starts_with(class)) => StoreError::Unavailable(text),
        _ if is_unfit(code, error.constraint()) => StoreError::Unfit(text),
        _ => StoreError::Refused(text),
    }
}

/// Whether it is the row's own values that are not taken, as far as the code can tell.
fn is_unfit(code: &str, constraint: Option<&str>) -> bool {
    match code {
        // We know what must be there, and which types there are: a table or an enum of somebody else is meant.
        "23502" | "22P02" => false,
        // Without a constraint's name it is a partition that is missing.
        "23514" => constraint.is_some(),
        // An exception that somebody's trigger raises; a value that no index takes.
        "P0001" | "44000" | "54000" => true,
        _ => code.starts_with("22") || code.starts_with("23"),
    }
}

fn from_sqlite(code: &str) -> StoreError {
    let extended = code.parse::<u32>().unwrap_or_default();
    let text = |says: &str| format!("{says} (SQLite {code})");
    match extended & 0xff {
        5 | 6 => StoreError::Unavailable(text("another program holds the file's lock")),
        10 => StoreError::Unavailable(text("the disk answered with an error")),
        13 => StoreError::Unavailable(text("the disk is full")),
        14 => StoreError::Unavailable(text("the file can't be opened")),
        3 | 8 | 23 => StoreError::ReadOnly(text("the file may not be written")),
        11 => StoreError::Refused(text("the file is damaged")),
        26 => StoreError::Refused(text("the file is not a database")),
        // NOT NULL: we know what must be there, so the table is another.
        19 if extended == 1_299 => StoreError::Refused(text("a value that must be there is missing")),
        19 => StoreError::Unfit(text("a constraint says no")),
        18 | 20 => StoreError::Unfit(text("a value is too long or of another type")),
        _ => StoreError::Refused(text("it was not taken")),
    }
}

#[cfg(test)]
#[path = "sqlx_error_tests.rs"]
mod tests;
