//! Where a store is: `sqlite:PATH`, `postgres://...` or `memory:`. A password goes in and never comes
//! out: neither `Debug` nor `Display` nor an error shows it.

use super::StoreError;
use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Whether a store may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read and append.
    ReadWrite,
    /// Read only; the connection itself refuses to write.
    ReadOnly,
}

/// Where a store is.
#[derive(Clone)]
pub struct StoreUrl(pub(super) Target);

/// What the URL names.
#[derive(Clone)]
pub(super) enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A server; TLS by the URL's `sslmode`.
    Postgres(Box<PgConnectOptions>),
    /// Nothing that outlives the process.
    Memory,
}

impl StoreUrl {
    /// The store in this file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Target::Sqlite(path.into()))
    }

    /// A store that is forgotten with the process.
    pub fn memory() -> Self {
        Self(Target::Memory)
    }

    /// Reads a URL. What `PostgreSQL`'s URL leaves out comes from `PGHOST`, `PGPASSWORD`, `.pgpass` and
    /// their like, as with `psql`.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let (scheme, rest) = url.split_once(':').ok_or_else(|| StoreError::BadUrl("no scheme".to_owned()))?;
        match scheme {
            "memory" => Ok(Self::memory()),
            "sqlite" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" => Err(StoreError::BadUrl("sqlite: without a path".to_owned())),
                path => Ok(Self::sqlite(path)),
            },
            // The parser's own error may repeat a part of the URL, and with it the password.
            "postgres" | "postgresql" => PgConnectOptions::from_str(url)
                .map(|options| Self(Target::Postgres(Box::new(options))))
                .map_err(|_| StoreError::BadUrl("a PostgreSQL URL that can't be read".to_owned())),
            _ => Err(StoreError::BadUrl("an unknown scheme".to_owned())),
        }
    }
}

impl FromStr for StoreUrl {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        Self::parse(url)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Target::Memory => f.write_str("memory:"),
            Target::Postgres(options) => {
                write!(f, "postgres://{}@", options.get_username())?;
                match options.get_socket() {
                    Some(socket) => write!(f, "{}", socket.display())?,
                    None => write!(f, "{}", options.get_host())?,
                }
                let database = options.get_database().unwrap_or_else(|| options.get_username());
                write!(f, ":{}/{database}", options.get_port())
            }
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_is_never_shown_wherever_it_stands_in_the_url() {
        let password = "not-a-real-one";
        for url in [
            format!("postgres://ann:{password}@db.example:6432/ops?sslmode=require"),
            format!("postgresql://ann@db.example:6432/ops?password={password}"),
        ] {
            let url = StoreUrl::parse(&url).unwrap();
            assert_eq!(url.to_string(), "postgres://ann@db.example:6432/ops");
            assert!(!format!("{url:?}").contains(password));
        }
        let error = StoreUrl::parse(&format!("postgres://ann:{password}@db:port/ops")).unwrap_err();
        assert!(!error.to_string().contains(password), "{error}");
    }

    #[test]
    fn files_and_memory_are_named_by_their_scheme() {
        assert_eq!(StoreUrl::parse("sqlite:/var/x.db").unwrap().to_string(), "sqlite:/var/x.db");
        assert_eq!(StoreUrl::parse("sqlite:///var/x.db").unwrap().to_string(), "sqlite:/var/x.db");
        assert_eq!(StoreUrl::parse("memory:").unwrap().to_string(), "memory:");
        for bad in ["", "x", "sqlite:", "mysql://h/d"] {
            assert!(matches!(StoreUrl::parse(bad), Err(StoreError::BadUrl(_))), "{bad}");
        }
    }
}
