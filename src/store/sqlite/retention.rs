//! A month of `alert_operation_log` goes to a file beside the database, and is checked there before it goes from here.

use super::hours;
use super::open;
use super::schema::log_table;
use super::segment::{SqliteSegments, insert};
use crate::store::StoreError;
use crate::store::segments::{Layout, Span};
use crate::store::sqlx_error::from_sqlx;
use crate::timeline::segment::{Day, Marks, NewSeal, Seal, Table};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection};

const COPY: &str = "
    INSERT OR IGNORE INTO archive.alert_operation_log
        (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor, action_detail, success,
         error_message, context, created_at)
    SELECT id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor, action_detail, success,
           error_message, context, created_at
    FROM main.alert_operation_log WHERE created_at >= $1 AND created_at < $2";

/// The trigger that keeps rows from being taken away, as it was made.
const GUARD: &str = "SELECT sql FROM main.sqlite_master WHERE type = 'trigger' AND name = 'readback_log_no_delete'";

impl SqliteSegments {
    pub(in crate::store) async fn layout(&mut self) -> Result<Layout, StoreError> {
        let sql = "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = 'alert_operation_log'";
        let made: Option<String> =
            sqlx::query_scalar(sql).fetch_optional(self.connection()).await.map_err(from_sqlx)?;
        Ok(if made.is_some_and(|made| made == log_table()) { Layout::Plain } else { Layout::Foreign })
    }

    /// The months before `cutoff` that have rows.
    pub(in crate::store) async fn spans(&mut self, cutoff: Day) -> Result<Vec<Span>, StoreError> {
        let mut months: Vec<Day> =
            self.counts(Table::Log, cutoff.start()).await?.into_iter().map(|(day, _)| day.month()).collect();
        months.dedup();
        let span = |from: Day| Span { place: self.archive_name(from), from, until: from.next_month() };
        Ok(months.into_iter().map(span).collect())
    }

    /// Copies the rows of a month into its archive; they stand here, too, until [`Self::take_away`].
    pub(in crate::store) async fn copy(&mut self, span: &Span) -> Result<(), StoreError> {
        open::make(&self.path(&span.place)?).await?;
        self.attach(&span.place).await?;
        let table = log_table().replacen("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS archive.", 1);
        let sql = format!(
            "{table}; CREATE INDEX IF NOT EXISTS archive.ix_aol_created_at
                 ON alert_operation_log (created_at DESC, id DESC)"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.connection()).await.map_err(from_sqlx)?;
        let copied = sqlx::query(COPY).bind(span.from.start()).bind(span.until.start());
        copied.execute(self.connection()).await.map(drop).map_err(from_sqlx)
    }

    /// Records where the month went, and takes its rows from here, or neither. There must be as many as were checked.
    pub(in crate::store) async fn take_away(
        &mut self,
        span: &Span,
        rows: u64,
        last: Option<&Seal>,
        new: Vec<NewSeal>,
    ) -> Result<bool, StoreError> {
        let mut turn = self.connection().begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
        let mut last = last.cloned();
        for seal in new {
            let seal = Seal::after(last.as_ref(), seal, Timestamp::now());
            insert(&mut turn, &seal, &Marks::default()).await?;
            last = Some(seal);
        }
        let guard: Option<String> = sqlx::query_scalar(GUARD).fetch_optional(&mut *turn).await.map_err(from_sqlx)?;
        sqlx::query("DROP TRIGGER IF EXISTS main.readback_log_no_delete")
            .execute(&mut *turn)
            .await
            .map_err(from_sqlx)?;
        let gone = sqlx::query("DELETE FROM main.alert_operation_log WHERE created_at >= $1 AND created_at < $2")
            .bind(span.from.start())
            .bind(span.until.start())
            .execute(&mut *turn)
            .await
            .map_err(from_sqlx)?;
        if gone.rows_affected() != rows {
            turn.rollback().await.map_err(from_sqlx)?;
            return Ok(false);
        }
        hours::forget(&mut turn, span).await?;
        if let Some(guard) = guard {
            sqlx::raw_sql(AssertSqlSafe(guard)).execute(&mut *turn).await.map_err(from_sqlx)?;
        }
        turn.commit().await.map_err(from_sqlx)?;
        Ok(true)
    }
}
