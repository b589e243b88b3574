//! What sealing and checking ask of a file.

use crate::guard;
use crate::store::StoreError;
use crate::store::micros::Micros;
use crate::store::segments::{Asked, LARGE, LogRow, Open, OwnRow, PAGE, Reach, RecordRow, Row, SealRow};
use crate::store::sqlx_error::{from_sqlx, is_race};
use crate::timeline::segment::{Day, Marks, NewSeal, Seal, SealBreak, Table, hex};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::path::{Path, PathBuf};

/// `{from}` is a table of ours, by name. A text of more than 65,536 bytes comes empty, and is read piece by piece.
const LOG: &str = "
    SELECT id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor, action_detail, success,
           CASE WHEN octet_length(error_message) > 65536 THEN '' ELSE error_message END AS error_message,
           octet_length(error_message) AS error_length,
           CASE WHEN octet_length(context) > 65536 THEN '' ELSE context END AS context,
           octet_length(context) AS context_length, created_at
    FROM {from}
    WHERE created_at >= $1 AND created_at < $2 AND (created_at > $3 OR created_at = $3 AND id > $4)
    ORDER BY created_at, id LIMIT $5";

const OWN: &str = "
    SELECT id, incident_id, kind, subject, actor, success,
           CASE WHEN octet_length(summary) > 65536 THEN '' ELSE summary END AS summary,
           octet_length(summary) AS summary_length,
           CASE WHEN octet_length(context) > 65536 THEN '' ELSE context END AS context,
           octet_length(context) AS context_length, occurred_at, recorded_at
    FROM {from}
    WHERE recorded_at >= $1 AND recorded_at < $2 AND (recorded_at > $3 OR recorded_at = $3 AND id > $4)
    ORDER BY recorded_at, id LIMIT $5";

const RECORDS: &str = "
    SELECT id, scope, seq, review, version, prev_hash, hash, body, operation_id, occurred_at, recorded_at
    FROM {from}
    WHERE recorded_at >= $1 AND recorded_at < $2 AND (recorded_at > $3 OR recorded_at = $3 AND id > $4)
    ORDER BY recorded_at, id LIMIT $5";

const SEALS: &str = "
    SELECT seq, kind, tbl, day, part, row_count, root, marks, place, sealed_at, prev_hash, hash
    FROM readback_segment ORDER BY seq";

const INSERT_SEAL: &str = "
    INSERT INTO readback_segment (seq, kind, tbl, day, part, row_count, root, marks, place, sealed_at, prev_hash, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// A connection for sealing and checking, and where the file's archives stand.
#[derive(Debug)]
pub struct SqliteSegments {
    connection: SqliteConnection,
    file: PathBuf,
    attached: Option<String>,
    has_seals: bool,
}

impl SqliteSegments {
    pub(super) async fn new(mut connection: SqliteConnection, file: &Path) -> Result<Self, StoreError> {
        let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'readback_segment'";
        let tables: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await.map_err(from_sqlx)?;
        Ok(Self { connection, file: file.to_owned(), attached: None, has_seals: tables > 0 })
    }

    pub(in crate::store) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    pub(in crate::store) async fn seals(&mut self) -> Result<Vec<Result<Seal, SealBreak>>, StoreError> {
        if !self.has_seals {
            return Ok(Vec::new());
        }
        let rows: Vec<SealRow> = sqlx::query_as(SEALS).fetch_all(&mut self.connection).await.map_err(from_sqlx)?;
        Ok(rows.into_iter().map(SealRow::seal).collect())
    }

    pub(in crate::store) async fn page(
        &mut self,
        table: Table,
        place: Option<&str>,
        asked: &Asked<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let from = match place {
            Some(place) => {
                self.attach(place).await?;
                format!("archive.{}", table.name())
            }
            None => format!("main.{}", table.name()),
        };
        let (lower, at, id) = asked.bounds();
        let scratch = &mut Vec::new();
        macro_rules! rows {
            ($kind:ty, $sql:expr) => {{
                let rows: Vec<$kind> = sqlx::query_as(AssertSqlSafe($sql.replace("{from}", &from)))
                    .bind(lower)
                    .bind(asked.until)
                    .bind(at)
                    .bind(id)
                    .bind(i64::from(PAGE))
                    .fetch_all(&mut self.connection)
                    .await
                    .map_err(from_sqlx)?;
                rows
            }};
        }
        let mut page = Vec::new();
        match table {
            Table::Log => {
                for mut row in rows!(LogRow, LOG) {
                    if row.error_length.is_some_and(|length| length > LARGE) {
                        row.error_message = Some(self.digest(&from, "error_message", &row.id).await?);
                    }
                    if row.context_length > LARGE {
                        row.context = self.digest(&from, "context", &row.id).await?;
                    }
                    page.push(row.row(scratch));
                }
            }
            Table::Own => {
                for mut row in rows!(OwnRow, OWN) {
                    if row.summary_length > LARGE {
                        row.summary = self.digest(&from, "summary", &row.id).await?;
                    }
                    if row.context_length > LARGE {
                        row.context = self.digest(&from, "context", &row.id).await?;
                    }
                    page.push(row.row(scratch));
                }
            }
            Table::Records => page.extend(rows!(RecordRow, RECORDS).into_iter().map(|row| row.row(scratch))),
        }
        Ok(page)
    }

    /// The SHA-256 of a text, in hex, read piece by piece: a row must not fill the memory.
    async fn digest(&mut self, from: &str, column: &str, id: &str) -> Result<String, StoreError> {
        let sql = format!("SELECT substr(CAST({column} AS BLOB), $1, {LARGE}) FROM {from} WHERE id = $2");
        let (mut digest, mut at) = (Sha256::new(), 1_i64);
        loop {
            let piece = sqlx::query_scalar(AssertSqlSafe(sql.as_str())).bind(at).bind(id);
            let piece: Vec<u8> = piece.fetch_one(&mut self.connection).await.map_err(from_sqlx)?;
            digest.update(&piece);
            at += LARGE;
            if (piece.len() as i64) < LARGE {
                return Ok(hex(&digest.finalize()));
            }
        }
    }

    pub(in crate::store) async fn counts(&mut self, table: Table, until: i64) -> Result<Vec<(Day, u64)>, StoreError> {
        let (name, at) = (table.name(), time_of(table));
        // Division goes towards zero, days don't.
        let sql = format!(
            "SELECT CAST(({at} - CASE WHEN {at} < 0 THEN 86399999999 ELSE 0 END) / 86400000000 AS INTEGER), count(*)
             FROM main.{name} WHERE {at} < $1 GROUP BY 1 ORDER BY 1"
        );
        let counts = sqlx::query_as(AssertSqlSafe(sql)).bind(until).fetch_all(&mut self.connection);
        let counts: Vec<(i64, i64)> = counts.await.map_err(from_sqlx)?;
        Ok(counts.into_iter().map(|(day, rows)| (Day::numbered(day), rows as u64)).collect())
    }

    pub(in crate::store) async fn rows_since(&mut self, table: Table, from: i64) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM main.{} WHERE {} >= $1", table.name(), time_of(table));
        let count = sqlx::query_scalar(AssertSqlSafe(sql)).bind(from).fetch_one(&mut self.connection);
        count.await.map(|count: i64| count as u64).map_err(from_sqlx)
    }

    pub(in crate::store) async fn chunk(&mut self, segment: u64, chunk: u64) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar("SELECT marks FROM readback_segment_mark WHERE segment = $1 AND chunk = $2")
            .bind(segment as i64)
            .bind(chunk as i64)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(from_sqlx)
    }

    /// One writer at a time: once this one has had the lock, whoever wrote before is done.
    pub(in crate::store) async fn open_before(&mut self, _: i64) -> Result<Vec<Open>, StoreError> {
        let turn = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
        turn.commit().await.map_err(from_sqlx)?;
        Ok(Vec::new())
    }

    pub(in crate::store) async fn put(
        &mut self,
        last: Option<&Seal>,
        new: NewSeal,
        marks: &Marks,
    ) -> Result<Seal, StoreError> {
        let seal = Seal::after(last, new, Timestamp::now());
        let mut turn = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
        insert(&mut turn, &seal, marks).await?;
        turn.commit().await.map_err(from_sqlx)?;
        Ok(seal)
    }

    pub(in crate::store) async fn reach(&mut self, _: Table, place: &str) -> Result<Reach, StoreError> {
        if !tokio::fs::try_exists(self.path(place)?).await.unwrap_or(false) {
            return Ok(Reach::Elsewhere);
        }
        // A file that can't be opened is an error that says so.
        self.attach(place).await?;
        Ok(Reach::Here)
    }

    /// Attaches an archive as `archive`, in place of the one before.
    pub(in crate::store) async fn attach(&mut self, place: &str) -> Result<(), StoreError> {
        if self.attached.as_deref() == Some(place) {
            return Ok(());
        }
        let path = self.path(place)?.to_string_lossy().into_owned();
        if self.attached.take().is_some() {
            sqlx::raw_sql("DETACH archive").execute(&mut self.connection).await.map_err(from_sqlx)?;
        }
        sqlx::query("ATTACH $1 AS archive").bind(path).execute(&mut self.connection).await.map_err(from_sqlx)?;
        self.attached = Some(place.to_owned());
        Ok(())
    }

    /// Where the archive of this name stands: beside the file, and nowhere else.
    pub(in crate::store) fn path(&self, place: &str) -> Result<PathBuf, StoreError> {
        let is_name = !place.is_empty() && Path::new(place).file_name().is_some_and(|name| name == place);
        if is_name {
            Ok(self.file.with_file_name(place))
        } else {
            Err(StoreError::Refused(format!("{} is no name of an archive", guard::line(place))))
        }
    }

    /// The name of the archive of a month, which stands beside the file.
    pub(in crate::store) fn archive_name(&self, month: Day) -> String {
        let stem = self.file.file_stem().unwrap_or_default().to_string_lossy();
        format!("{stem}-{}.archive.db", month.to_string().get(..7).unwrap_or_default())
    }
}

/// Writes a seal and its marks.
pub(super) async fn insert(connection: &mut SqliteConnection, seal: &Seal, marks: &Marks) -> Result<(), StoreError> {
    for (number, chunk) in marks.chunks().iter().enumerate() {
        sqlx::query("INSERT INTO readback_segment_mark (segment, chunk, marks) VALUES ($1, $2, $3)")
            .bind(seal.seq as i64)
            .bind(number as i64)
            .bind(chunk)
            .execute(&mut *connection)
            .await
            .map_err(raced)?;
    }
    sqlx::query(INSERT_SEAL)
        .bind(seal.seq as i64)
        .bind(seal.kind.name())
        .bind(seal.table.name())
        .bind(seal.day.to_string())
        .bind(i64::from(seal.part))
        .bind(seal.rows as i64)
        .bind(&seal.root)
        .bind(&seal.marks)
        .bind(&seal.place)
        .bind(Micros::from(seal.sealed_at))
        .bind(&seal.prev_hash)
        .bind(&seal.hash)
        .execute(connection)
        .await
        .map(drop)
        .map_err(raced)
}

/// The column that a table's segments go by.
fn time_of(table: Table) -> &'static str {
    if table == Table::Log { "created_at" } else { "recorded_at" }
}

/// A seal that stands: by the triggers (1811) or by UNIQUE.
fn raced(error: sqlx::Error) -> StoreError {
    let is_refused = error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "1811");
    if is_refused || is_race(&error) {
        let what = "somebody else sealed meanwhile; nothing is lost, and what is left is sealed by the next run";
        return StoreError::Unavailable(what.to_owned());
    }
    from_sqlx(error)
}
