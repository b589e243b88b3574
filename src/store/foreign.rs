//! Another service's tables on a `PostgreSQL` server: read, and only the columns that are asked for.

use super::StoreError;
use super::deadline::{in_time, in_time_of};
use super::sqlx_error::from_sqlx;
use crate::guard::{self, Secret};
use serde_json::{Map, Value};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use std::str::FromStr;
use std::time::Duration;

/// The most records that are read of a table.
const MOST: i64 = 1_000_000;

/// The longest that a table's records may take: more than the server gives the statement, so that its answer comes first.
const LONGEST: Duration = Duration::from_secs(70);

/// A connection to the other service's database that can't write.
#[derive(Debug)]
pub struct Foreign(PgConnection);

impl Foreign {
    /// Connects.
    pub async fn open(url: &Secret) -> Result<Self, StoreError> {
        // The parser's own error may repeat a part of the URL, and with it the password.
        let wrong = || StoreError::BadUrl("a PostgreSQL URL that can't be read".to_owned());
        let url = std::str::from_utf8(url.expose()).map_err(|_| wrong())?;
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(wrong());
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| wrong())?;
        let options = options.application_name("readback backfill").disable_statement_logging();
        in_time(async {
            let mut connection = options.connect().await.map_err(from_sqlx)?;
            let setup =
                "SET default_transaction_read_only = on; SET statement_timeout = '60s'; SET lock_timeout = '2s'";
            sqlx::raw_sql(setup).execute(&mut connection).await.map_err(from_sqlx)?;
            Ok(Self(connection))
        })
        .await
    }

    /// The records of a table as JSON objects, with those of the `wanted` columns that it has; the `needed` ones it must
    /// have. The name may begin with a schema. A server that falls silent is given up after 70 s.
    pub async fn records(
        &mut self,
        table: &str,
        wanted: &[&str],
        needed: &[&str],
    ) -> Result<Vec<Map<String, Value>>, StoreError> {
        in_time_of(LONGEST, self.read(table, wanted, needed)).await
    }

    async fn read(
        &mut self,
        table: &str,
        wanted: &[&str],
        needed: &[&str],
    ) -> Result<Vec<Map<String, Value>>, StoreError> {
        let name: Vec<String> = table.split('.').map(quoted).collect();
        let name = name.join(".");
        let there: Vec<String> = sqlx::query_scalar(
            "SELECT attname::text FROM pg_attribute
             WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
        )
        .bind(&name)
        .fetch_all(&mut self.0)
        .await
        .map_err(from_sqlx)?;
        let shown = guard::line(table);
        if there.is_empty() {
            return Err(StoreError::Refused(format!(
                "there is no table {shown}; [backfill] in readback.toml says what it is called, \"\" leaves it out"
            )));
        }
        if let Some(missing) = needed.iter().find(|column| !there.iter().any(|there| there == *column)) {
            let missing = guard::line(missing);
            return Err(StoreError::Refused(format!(
                "{shown} has no column {missing}; [backfill] in readback.toml says what it is called"
            )));
        }
        let mut columns: Vec<String> =
            there.iter().filter(|name| wanted.contains(&name.as_str())).map(|name| quoted(name)).collect();
        columns.dedup();
        let sql =
            format!("SELECT row_to_json(r)::text FROM (SELECT {} FROM {name}) r LIMIT {MOST}", columns.join(", "));
        // Made of quoted names.
        let texts: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut self.0).await.map_err(from_sqlx)?;
        if texts.len() as i64 == MOST {
            return Err(StoreError::Refused(format!(
                "{shown} has {MOST} records or more; that is more than a backfill reads"
            )));
        }
        let record = |text: &String| match serde_json::from_str(text) {
            Ok(Value::Object(record)) => Ok(record),
            _ => Err(StoreError::Refused(format!("a record of {shown} can't be read"))),
        };
        texts.iter().map(record).collect()
    }
}

/// An identifier as it is.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\"").replace('\0', ""))
}
