//! Many rows at once: one statement, whatever their number.

use super::PgStore;
use super::connections::Lease;
use crate::store::batch::which;
use crate::store::deadline::{DEADLINE, in_time, in_time_of};
use crate::store::rows::LogRow;
use crate::store::sqlx_error::from_sqlx;
use crate::store::{StoreError, limits};
use crate::timeline::{Entry, NewOperation, Operation};
use sqlx::{Connection, PgConnection, Row};
use std::time::Duration;

/// The most bytes of rows in one statement. What does not fit into one TLS record (16 KiB) is sent as two, and the
/// driver leaves Nagle's algorithm on: the second would wait 40 ms for the server to acknowledge the first.
const STATEMENT: usize = 10 * 1024;
/// What each further statement may add to the deadline: more than a slow network takes for one, less than a lost one.
const EACH: Duration = Duration::from_millis(250);
/// The longest that all of it may take, however many statements there are.
const WHOLE: Duration = Duration::from_secs(12);
/// The most ids in one question, for the same reason.
const IDS: usize = 200;

/// Ordered by time as they were told, a microsecond apart; `now()` is the transaction's, so the same for every statement.
const APPEND: &str = "
    INSERT INTO alert_operation_log (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                     action_detail, success, error_message, context, created_at)
    SELECT r.id, r.incident_id, r.approval_id, r.audit_log_id, r.auto_repair_id, r.event_type::alert_event_type,
           r.actor, r.action_detail, r.success, r.error_message, r.context::jsonb,
           now() + r.place * interval '1 microsecond'
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::bool[], $10::text[], $11::text[], $12::bigint[])
         AS r (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor, action_detail, success,
               error_message, context, place)
    ON CONFLICT DO NOTHING RETURNING id::text";

const FIND: &str = "
    SELECT id::text, incident_id::text, approval_id::text, audit_log_id::text, auto_repair_id::text,
           event_type::text, actor::text, action_detail::text, success, left(error_message, 65536) AS error_message,
           CASE WHEN length(context::text) > 65536 THEN '\"left out: too large\"' ELSE context::text END AS context,
           created_at
    FROM alert_operation_log WHERE id = ANY($1::text[])";

impl PgStore {
    /// A connection, for a question.
    pub(in crate::store) async fn lease(&self) -> Result<Lease<'_>, StoreError> {
        self.connections.lease().await
    }

    /// See [`crate::store::AnyStore::append_all`].
    pub(in crate::store) async fn append_all(&self, rows: &[NewOperation]) -> Result<Vec<bool>, StoreError> {
        self.may_write()?;
        rows.iter().try_for_each(limits::operation)?;
        // Sorted by id: two who append the same rows wait for each other, and not in a circle.
        let mut placed: Vec<Placed<'_>> = (0..).zip(rows).map(|(place, row)| Placed::new(place, row)).collect();
        placed.sort_by(|a, b| (&a.row.id, a.place).cmp(&(&b.row.id, b.place)));
        let statements = statements(&placed);
        let done = in_time_of(longest(statements.len()), async {
            let mut lease = in_time(self.connections.lease()).await?;
            let new = append(lease.connection(), &statements).await?;
            lease.give_back();
            Ok(new)
        });
        let new = Box::pin(done).await?;
        if !new.is_empty() {
            self.written();
        }
        Ok(which(rows, new))
    }

    /// See [`crate::store::AnyStore::find`].
    pub(in crate::store) async fn find(&self, ids: &[String]) -> Result<Vec<Operation>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let mut found: Vec<LogRow> = Vec::new();
            for ids in ids.chunks(IDS) {
                let asked = sqlx::query_as(FIND).bind(ids).fetch_all(lease.connection());
                found.extend(asked.await.map_err(from_sqlx)?);
            }
            lease.give_back();
            Ok(found.into_iter().map(Entry::from).filter_map(Entry::into_operation).collect())
        })
        .await
    }
}

/// How long so many statements may take: one as long as every call, each further one a little more.
fn longest(statements: usize) -> Duration {
    let further = u32::try_from(statements.saturating_sub(1)).unwrap_or(u32::MAX);
    DEADLINE.saturating_add(EACH.saturating_mul(further)).min(WHOLE)
}

/// One transaction. A server that does not answer to one statement is waited for as long as in every call.
async fn append(connection: &mut PgConnection, statements: &[&[Placed<'_>]]) -> Result<Vec<String>, StoreError> {
    if let [only] = statements {
        return in_time(insert(connection, only)).await;
    }
    let mut turn = connection.begin().await.map_err(from_sqlx)?;
    let mut new = Vec::new();
    for rows in statements {
        new.extend(in_time(insert(&mut turn, rows)).await?);
    }
    turn.commit().await.map_err(from_sqlx)?;
    Ok(new)
}

/// A row, its place among those that were told, and its context as it is sent.
struct Placed<'a> {
    place: i64,
    row: &'a NewOperation,
    context: String,
}

impl<'a> Placed<'a> {
    fn new(place: i64, row: &'a NewOperation) -> Self {
        Self { place, row, context: row.context.to_string() }
    }

    /// About how many bytes it is.
    fn size(&self) -> usize {
        let texts = [&self.row.action_detail, &self.row.error_message, &self.row.actor];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        // The ids, and the lengths of every value.
        self.context.len() + texts + 256
    }
}

/// The rows in portions of at most [`STATEMENT`] bytes, or of one row; one empty portion where there are none.
fn statements<'a, 'b>(mut rows: &'b [Placed<'a>]) -> Vec<&'b [Placed<'a>]> {
    let mut statements = Vec::new();
    loop {
        let mut size = 0;
        let mut fits = |row: &Placed<'_>| {
            size += row.size();
            size <= STATEMENT
        };
        let count = rows.iter().map_while(|row| fits(row).then_some(())).count();
        let (portion, rest) = rows.split_at(count.max(1).min(rows.len()));
        statements.push(portion);
        rows = rest;
        if rows.is_empty() {
            return statements;
        }
    }
}

async fn insert(connection: &mut PgConnection, rows: &[Placed<'_>]) -> Result<Vec<String>, StoreError> {
    fn column<'a, T>(rows: &'a [Placed<'a>], of: impl Fn(&'a NewOperation) -> T) -> Vec<T> {
        rows.iter().map(|placed| of(placed.row)).collect()
    }
    let new = sqlx::query(APPEND)
        .bind(column(rows, |row| row.id.as_str()))
        .bind(column(rows, |row| row.incident_id.as_deref()))
        .bind(column(rows, |row| row.approval_id.as_deref()))
        .bind(column(rows, |row| row.audit_log_id.as_deref()))
        .bind(column(rows, |row| row.auto_repair_id.as_deref()))
        .bind(column(rows, |row| row.event_type.name()))
        .bind(column(rows, |row| row.actor.as_deref()))
        .bind(column(rows, |row| row.action_detail.as_deref()))
        .bind(column(rows, |row| row.success))
        .bind(column(rows, |row| row.error_message.as_deref()))
        .bind(rows.iter().map(|placed| placed.context.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|placed| placed.place).collect::<Vec<_>>())
        .fetch_all(connection)
        .await
        .map_err(from_sqlx)?;
    new.iter().map(|row| row.try_get(0).map_err(from_sqlx)).collect()
}
