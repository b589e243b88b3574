//! What sealing and checking ask of a server.

use super::schema::Stands;
use crate::guard;
use crate::store::StoreError;
use crate::store::micros::Micros;
use crate::store::segments::{Asked, LogRow, Open, OwnRow, PAGE, Reach, RecordRow, Row, SealRow};
use crate::store::sqlx_error::{from_sqlx, is_race};
use crate::timeline::segment::{Day, Marks, NewSeal, Seal, SealBreak, Table};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// `{from}` is a table of ours, by name. A text of more than 65,536 bytes comes as its SHA-256, made by the server.
const LOG: &str = r#"
    SELECT id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor, action_detail, success,
           CASE WHEN octet_length(error_message) > 65536 THEN encode(sha256(convert_to(error_message, 'UTF8')), 'hex')
                ELSE error_message END AS error_message, octet_length(error_message)::bigint AS error_length,
           CASE WHEN octet_length(context) > 65536 THEN encode(sha256(convert_to(context, 'UTF8')), 'hex')
                ELSE context END AS context, octet_length(context)::bigint AS context_length, created_at
    FROM (SELECT id::text, incident_id::text, approval_id::text, audit_log_id::text, auto_repair_id::text,
                 event_type::text, actor::text, action_detail::text, success, error_message, context::text AS context,
                 created_at
          FROM {from}
          WHERE created_at >= $1 AND created_at < $2 AND (created_at > $3 OR created_at = $3 AND id COLLATE "C" > $4)
          ORDER BY created_at, id COLLATE "C" LIMIT $5) page
    ORDER BY created_at, id COLLATE "C""#;

const OWN: &str = r#"
    SELECT id, incident_id, kind, subject, actor, success,
           CASE WHEN octet_length(summary) > 65536 THEN encode(sha256(convert_to(summary, 'UTF8')), 'hex')
                ELSE summary END AS summary, octet_length(summary)::bigint AS summary_length,
           CASE WHEN octet_length(context) > 65536 THEN encode(sha256(convert_to(context, 'UTF8')), 'hex')
                ELSE context END AS context, octet_length(context)::bigint AS context_length, occurred_at, recorded_at
    FROM (SELECT id::text, incident_id::text, kind, subject, actor::text, summary, success, context::text AS context,
                 occurred_at, recorded_at
          FROM {from}
          WHERE recorded_at >= $1 AND recorded_at < $2 AND (recorded_at > $3 OR recorded_at = $3 AND id > $4)
          ORDER BY recorded_at, id LIMIT $5) page
    ORDER BY recorded_at, id COLLATE "C""#;

const RECORDS: &str = "
    SELECT id::text, scope::text, seq, review::text, version, prev_hash, hash, body, operation_id::text, occurred_at,
           recorded_at
    FROM {from}
    WHERE recorded_at >= $1 AND recorded_at < $2 AND (recorded_at > $3 OR recorded_at = $3 AND id > $4)
    ORDER BY recorded_at, id LIMIT $5";

const SEALS: &str = "
    SELECT seq, kind, tbl, day, part, row_count, root, marks, place, sealed_at, prev_hash, hash
    FROM readback_segment ORDER BY seq";

const INSERT_SEAL: &str = "
    INSERT INTO readback_segment (seq, kind, tbl, day, part, row_count, root, marks, place, sealed_at, prev_hash, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// Every transaction holds the lock of its virtual id, and every role sees it; when it began, the server tells its own
/// role and monitors alone. The workers of the server itself write no rows.
const OPEN: &str = "
    SELECT 'pid ' || l.pid || ' transaction ' || l.virtualtransaction AS who, a.xact_start AS since
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'virtualxid' AND l.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
      AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (a.xact_start IS NULL OR a.xact_start < $1)
    UNION ALL
    SELECT 'prepared transaction ' || transaction, NULL FROM pg_prepared_xacts WHERE database = current_database()";

/// A connection for sealing and checking.
#[derive(Debug)]
pub struct PgSegments {
    connection: PgConnection,
    stands: Stands,
}

impl PgSegments {
    pub(super) fn new(connection: PgConnection, stands: Stands) -> Self {
        Self { connection, stands }
    }

    pub(in crate::store) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    pub(in crate::store) fn has_own(&self) -> bool {
        self.stands.own
    }

    pub(in crate::store) async fn now(&mut self) -> Result<Timestamp, StoreError> {
        let now = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&mut self.connection);
        let now: Micros = now.await.map_err(from_sqlx)?;
        Ok(now.into())
    }

    pub(in crate::store) async fn seals(&mut self) -> Result<Vec<Result<Seal, SealBreak>>, StoreError> {
        if !self.stands.seals {
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
            Some(place) => plain(place)?,
            None => table.name(),
        };
        let (lower, at, id) = asked.bounds();
        let scratch = &mut Vec::new();
        macro_rules! rows {
            ($kind:ty, $sql:expr) => {{
                let rows: Vec<$kind> = sqlx::query_as(AssertSqlSafe($sql.replace("{from}", from)))
                    .bind(Micros::raw(lower))
                    .bind(Micros::raw(asked.until))
                    .bind(Micros::raw(at))
                    .bind(id)
                    .bind(i64::from(PAGE))
                    .fetch_all(&mut self.connection)
                    .await
                    .map_err(from_sqlx)?;
                rows.into_iter().map(|row| row.row(scratch)).collect()
            }};
        }
        Ok(match table {
            Table::Log => rows!(LogRow, LOG),
            Table::Own => rows!(OwnRow, OWN),
            Table::Records => rows!(RecordRow, RECORDS),
        })
    }

    pub(in crate::store) async fn counts(&mut self, table: Table, until: i64) -> Result<Vec<(Day, u64)>, StoreError> {
        let (name, at) = (table.name(), time_of(table));
        let sql = format!(
            "SELECT CASE WHEN isfinite({at}) THEN ({at} AT TIME ZONE 'UTC')::date - DATE '1970-01-01' ELSE -719162 END,
                    count(*) FROM {name} WHERE {at} < $1 GROUP BY 1 ORDER BY 1"
        );
        let counts = sqlx::query_as(AssertSqlSafe(sql)).bind(Micros::raw(until)).fetch_all(&mut self.connection);
        let counts: Vec<(i32, i64)> = counts.await.map_err(from_sqlx)?;
        Ok(counts.into_iter().map(|(day, rows)| (Day::numbered(day.into()), rows as u64)).collect())
    }

    pub(in crate::store) async fn rows_since(&mut self, table: Table, from: i64) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {} WHERE {} >= $1", table.name(), time_of(table));
        let count = sqlx::query_scalar(AssertSqlSafe(sql)).bind(Micros::raw(from)).fetch_one(&mut self.connection);
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

    pub(in crate::store) async fn open_before(&mut self, end: i64) -> Result<Vec<Open>, StoreError> {
        let open = sqlx::query_as(OPEN).bind(Micros::raw(end)).fetch_all(&mut self.connection);
        let open: Vec<(String, Option<Micros>)> = open.await.map_err(from_sqlx)?;
        let of = |(who, since): (String, Option<Micros>)| Open { who, since: since.map(Micros::micros) };
        Ok(open.into_iter().map(of).collect())
    }

    pub(in crate::store) async fn put(
        &mut self,
        last: Option<&Seal>,
        new: NewSeal,
        marks: &Marks,
    ) -> Result<Seal, StoreError> {
        if !self.stands.seals {
            let what = "the table readback_segment is missing; let the tables' owner open the console or seal once";
            return Err(StoreError::Refused(what.to_owned()));
        }
        let seal = Seal::after(last, new, self.now().await?);
        let mut turn = self.connection.begin().await.map_err(from_sqlx)?;
        for (number, chunk) in marks.chunks().iter().enumerate() {
            sqlx::query("INSERT INTO readback_segment_mark (segment, chunk, marks) VALUES ($1, $2, $3)")
                .bind(seal.seq as i64)
                .bind(number as i64)
                .bind(chunk)
                .execute(&mut *turn)
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
            .execute(&mut *turn)
            .await
            .map_err(raced)?;
        turn.commit().await.map_err(from_sqlx)?;
        Ok(seal)
    }

    pub(in crate::store) async fn reach(&mut self, _: Table, place: &str) -> Result<Reach, StoreError> {
        // NULL where there is no such table.
        let sql = "SELECT has_table_privilege(to_regclass($1), 'SELECT')";
        let may = sqlx::query_scalar(sql).bind(plain(place)?).fetch_one(&mut self.connection);
        Ok(match may.await.map_err(from_sqlx)? {
            Some(true) => Reach::Here,
            Some(false) => Reach::Denied,
            None => Reach::Elsewhere,
        })
    }
}

/// The column that a table's segments go by.
fn time_of(table: Table) -> &'static str {
    if table == Table::Log { "created_at" } else { "recorded_at" }
}

/// A name that was made by this console, and can stand in a statement as it is.
fn plain(place: &str) -> Result<&str, StoreError> {
    let is_plain = place.starts_with("alert_operation_log_")
        && place.len() <= 63
        && place.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_plain {
        Ok(place)
    } else {
        Err(StoreError::Refused(format!("{} is no name of an archive", guard::line(place))))
    }
}

fn raced(error: sqlx::Error) -> StoreError {
    if is_race(&error) {
        let what = "somebody else sealed meanwhile; nothing is lost, and what is left is sealed by the next run";
        return StoreError::Unavailable(what.to_owned());
    }
    from_sqlx(error)
}
