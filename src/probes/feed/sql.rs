//! The newest row of `alert_operation_log`, by the database's own clock. Reads only, and every name is bound.

use super::{Feed, Seen};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::postgres::connect::{self, Login};
use crate::probes::{Control, Place, ProbeError, net};
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::future::Future;
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A row from the next seconds is one of a clock that is nearly right, and one from far ahead is nobody's heartbeat.
/// What the console writes is no sign of the feed.
const POSTGRES: &str = "with heard as (select created_at from alert_operation_log \
       where ($1::text is null or actor = $1) and ($2::text is null or event_type::text = $2) \
       and ($3::text is null or context->>'alert_name' = $3) \
       and (actor is null or actor not like 'console:%')) \
     select (extract(epoch from now()) * 1000)::bigint as now_ms, \
     (select (extract(epoch from created_at) * 1000)::bigint from heard \
       where created_at <= now() + interval '5 seconds' order by created_at desc limit 1) as newest_ms, \
     exists (select 1 from heard where created_at > now() + interval '5 seconds' \
       and created_at < now() + interval '7 days') as from_the_future, \
     exists (select 1 from alert_operation_log where actor = $4) as control";

/// The same of SQLite, whose times are microseconds.
const SQLITE: &str = "with clock as materialized (select cast(round(unixepoch('subsec') * 1000) as integer) as now_ms), \
     heard as (select created_at from alert_operation_log \
       where ($1 is null or actor = $1) and ($2 is null or event_type = $2) \
       and ($3 is null or json_extract(context, '$.alert_name') = $3) \
       and (actor is null or actor not like 'console:%')) \
     select now_ms, \
     (select created_at / 1000 from heard where created_at <= (now_ms + 5000) * 1000 \
       order by created_at desc limit 1) as newest_ms, \
     exists (select 1 from heard where created_at > (now_ms + 5000) * 1000 \
       and created_at < (now_ms + 604800000) * 1000) as from_the_future, \
     exists (select 1 from alert_operation_log where actor = $4) as control \
     from clock";

/// One row of either: the clock, the newest, whether there are some from the future, what the control brought.
type Heard = (i64, Option<i64>, bool, bool);

pub(super) async fn postgres(
    feed: &Feed,
    login: &Login<'_>,
    at: &Place,
    deadline: Instant,
) -> Result<Seen, ProbeError> {
    let resolved = connect::resolve(login, at).await?;
    let limit = deadline.saturating_duration_since(Instant::now()).as_millis().max(1);
    let asked = async {
        let mut connection = resolved.connect.connect().await?;
        let begin = format!("begin transaction read only; set local statement_timeout = {limit}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(begin)).execute(&mut connection).await?;
        let row = bound(feed, sqlx::query_as(POSTGRES)).persistent(false).fetch_one(&mut connection).await?;
        let answered = Instant::now();
        connect::close(connection).await;
        Ok((row, answered))
    };
    in_time(feed, asked, deadline).await
}

pub(super) async fn sqlite(feed: &Feed, path: &Path, deadline: Instant) -> Result<Seen, ProbeError> {
    let shown = feed.shown();
    match tokio::fs::metadata(path).await {
        Ok(found) if found.is_file() => {}
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return Err(ProbeError::new(Unknown::Denied, format!("this user may not read {shown}")).id("permission"));
        }
        _ => {
            let message = format!("there is no file {shown}");
            return Err(ProbeError::new(Unknown::Unreachable, message).id("unreachable_log").hint("ls -l PATH"));
        }
    }
    let asked = async {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .busy_timeout(Duration::from_secs(1))
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        let row = bound(feed, sqlx::query_as(SQLITE)).fetch_one(&mut connection).await?;
        let answered = Instant::now();
        let _ = connection.close().await;
        Ok((row, answered))
    };
    in_time(feed, asked, deadline).await
}

/// The question with the names that it is about.
fn bound<'q, Db>(
    feed: &'q Feed,
    question: sqlx::query::QueryAs<'q, Db, Heard, Db::Arguments>,
) -> sqlx::query::QueryAs<'q, Db, Heard, Db::Arguments>
where
    Db: sqlx::Database,
    Option<String>: sqlx::Encode<'q, Db> + sqlx::Type<Db>,
    String: sqlx::Encode<'q, Db> + sqlx::Type<Db>,
{
    let absent = format!("readback_must_not_exist_{}", uuid::Uuid::now_v7().simple());
    question.bind(feed.actor.clone()).bind(feed.event_type.clone()).bind(feed.alert_name.clone()).bind(absent)
}

async fn in_time(
    feed: &Feed,
    asked: impl Future<Output = Result<(Heard, Instant), sqlx::Error>>,
    deadline: Instant,
) -> Result<Seen, ProbeError> {
    let shown = feed.shown();
    match timeout_at(net::before(deadline), asked).await {
        Err(_) => Err(ProbeError::new(Unknown::TimedOut, format!("the log at {shown} does not answer"))
            .id("silent_log")
            .hint("ask the database by a probe of its own")),
        Ok(Err(error)) => Err(trouble(&error, &shown)),
        Ok(Ok(((now, newest, from_the_future, control), answered))) => Ok(Seen {
            newest: newest.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
            source_time: Timestamp::from_millisecond(now).ok(),
            since_ms: net::millis_since(answered),
            from_the_future,
            control: if control { Control::Passed } else { Control::Refused },
        }),
    }
}

/// Why the log can't be asked. The database's own words are not kept.
fn trouble(error: &sqlx::Error, shown: &str) -> ProbeError {
    let log = "alert_operation_log";
    let wrong =
        |what: String| ProbeError::new(Unknown::Garbled, what).id("wrong_table").hint("\\d alert_operation_log");
    let sqlx::Error::Database(refusal) = error else {
        return match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => wrong(format!("{log} is not as it has to be")),
            _ => unreachable_log(format!("the log at {shown} can't be reached")),
        };
    };
    let code = net::short(refusal.code().as_deref().unwrap_or("?"), 5);
    match code.as_str() {
        "42P01" => no_table(shown),
        "1" if refusal.message().starts_with("no such table") => no_table(shown),
        "42501" => ProbeError::new(Unknown::Denied, format!("this role may not read {log} at {shown}"))
            .id("permission")
            .hint("grant select on alert_operation_log to the role"),
        "42703" | "42883" | "22003" | "1" | "26" => wrong(format!("{log} at {shown} is not as it has to be ({code})")),
        "57014" | "5" | "6" => ProbeError::new(Unknown::TimedOut, format!("the log at {shown} is locked or too slow"))
            .id("silent_log")
            .hint("select pid, query from pg_stat_activity where wait_event_type = 'Lock'"),
        _ => unreachable_log(format!("the database of the log at {} refused ({code})", line(shown))),
    }
}

fn no_table(shown: &str) -> ProbeError {
    ProbeError::new(
        Unknown::NotConfigured,
        format!("there is no table alert_operation_log at {shown} that this role can see"),
    )
    .id("no_table")
    .hint("is it the right database? \\dt alert_operation_log")
}

fn unreachable_log(message: String) -> ProbeError {
    ProbeError::new(Unknown::Unreachable, message).id("unreachable_log").hint("ask the database by a probe of its own")
}
