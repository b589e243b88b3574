//! The tables: made where they are missing, checked where they stand. Where everything stands no DDL runs, so
//! that a role without the right to create works.

use crate::guard;
use crate::store::StoreError;
use crate::store::sqlx_error::from_sqlx;
use sqlx::{Connection, PgConnection};

const LOG: &str = include_str!("../migrations/postgres/0001_alert_operation_log.sql");
const OWN: &str = include_str!("../migrations/postgres/0002_readback.sql");
const ANNOTATION: &str = include_str!("../migrations/postgres/0003_annotation.sql");
const SEALS: &str = include_str!("../migrations/postgres/0004_segment.sql");
const RULES: &str = include_str!("../migrations/postgres/0005_review_rules.sql");
const PRESENCE: &str = include_str!("../migrations/postgres/0006_presence.sql");
const GUARDS: &str = include_str!("../migrations/postgres/0007_guards.sql");

/// The advisory lock of whoever makes tables ("readback" in ASCII).
const LOCK: i64 = 0x7265_6164_6261_636b;

/// The columns of `alert_operation_log` with their types, and the characters of those that are limited.
const COLUMNS: [(&str, &str, Option<i32>); 12] = [
    ("id", "character varying", Some(36)),
    ("incident_id", "character varying", Some(30)),
    ("approval_id", "character varying", Some(36)),
    ("audit_log_id", "character varying", Some(36)),
    ("auto_repair_id", "character varying", Some(36)),
    ("event_type", "alert_event_type", None),
    ("actor", "character varying", Some(100)),
    ("action_detail", "character varying", Some(200)),
    ("success", "boolean", None),
    ("error_message", "text", None),
    ("context", "jsonb", None),
    ("created_at", "timestamp with time zone", None),
];

/// What stands.
#[allow(clippy::struct_excessive_bools, reason = "each part stands or does not, whatever the others do")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Stands {
    /// `alert_operation_log`.
    pub(super) log: bool,
    /// The console's own tables.
    pub(super) own: bool,
    /// The seals; a database of an earlier console has none, and works without.
    pub(super) seals: bool,
    /// The rules of reviews; without them only consoles keep to them.
    pub(super) rules: bool,
    /// Who is in a review; without it nobody is seen there.
    pub(super) presence: bool,
    /// What keeps a chain in line, and a log of the console's own as it is; without it consoles and grants do.
    pub(super) guards: bool,
}

impl Stands {
    pub(super) fn complete(self) -> bool {
        self.log && self.own && self.seals && self.rules && self.presence && self.guards
    }
}

/// Makes what is missing, in one transaction, one console at a time, and checks the log.
pub(super) async fn ensure(connection: &mut PgConnection) -> Result<Stands, StoreError> {
    let mut stands = stands(connection).await?;
    if !stands.complete() {
        match make(connection).await {
            Ok(()) => stands = Stands { log: true, own: true, seals: true, rules: true, presence: true, guards: true },
            // What an earlier console made is enough to record; only sealing, the rules, presence and the guards have to
            // wait, for the owner or for the time that an index over many events takes (its own connection has it).
            Err(StoreError::ReadOnly(_) | StoreError::Unavailable(_)) if stands.log && stands.own => {}
            Err(StoreError::ReadOnly(why)) => {
                return Err(StoreError::Refused(format!(
                    "tables are missing and this role may not make them; let their owner open the console once: {why}"
                )));
            }
            Err(other) => return Err(other),
        }
    }
    index(connection).await?;
    columns(connection).await?;
    Ok(stands)
}

/// Makes the index of annotations on a database that stood before there were any. Where it can't be made now (the role
/// may not, or a long transaction writes to the table) the console does without: reading is slower then, and no less
/// right.
async fn index(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql =
        "SELECT count(*) > 0 FROM pg_class WHERE relname = 'readback_event_annotation' AND pg_table_is_visible(oid)";
    if sqlx::query_scalar(sql).fetch_one(&mut *connection).await.map_err(from_sqlx)? {
        return Ok(());
    }
    let mut turn = connection.begin().await.map_err(from_sqlx)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *turn).await.map_err(from_sqlx)?;
    // Who waits for the table's lock keeps every writer behind it waiting too.
    sqlx::raw_sql("SET LOCAL lock_timeout = '500ms'").execute(&mut *turn).await.map_err(from_sqlx)?;
    match sqlx::raw_sql(ANNOTATION).execute(&mut *turn).await {
        Ok(_) => turn.commit().await.map_err(from_sqlx),
        Err(_) => turn.rollback().await.map_err(from_sqlx),
    }
}

/// Checks without making anything. The log alone is enough to read.
pub(super) async fn verify(connection: &mut PgConnection) -> Result<Stands, StoreError> {
    let stands = stands(connection).await?;
    if !stands.log {
        return Err(StoreError::Refused(
            "there is no alert_operation_log; open it once without --read-only, or check the URL's database".to_owned(),
        ));
    }
    columns(connection).await?;
    Ok(stands)
}

async fn make(connection: &mut PgConnection) -> Result<(), StoreError> {
    let mut turn = connection.begin().await.map_err(from_sqlx)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *turn).await.map_err(from_sqlx)?;
    // Another console may have made them while this one waited for its turn.
    let stands = stands(&mut turn).await?;
    let parts = [
        (!stands.log, LOG),
        (!stands.own, OWN),
        (!stands.seals, SEALS),
        (!stands.rules, RULES),
        (!stands.presence, PRESENCE),
        (!stands.guards, GUARDS),
    ];
    for (missing, sql) in parts {
        if missing {
            sqlx::raw_sql(sql).execute(&mut *turn).await.map_err(from_sqlx)?;
        }
    }
    turn.commit().await.map_err(from_sqlx)
}

/// Read from the catalogue with the statement's own snapshot: `to_regclass` answers from a cache that does not
/// hear of what was made while this transaction waited for the lock.
async fn stands(connection: &mut PgConnection) -> Result<Stands, StoreError> {
    let sql = "
        SELECT count(*) FILTER (WHERE relname = 'alert_operation_log') = 1 AS log,
               count(*) FILTER (WHERE relname IN ('readback_event', 'readback_review_event', 'readback_chain_head')) = 3
                   AS own,
               count(*) FILTER (WHERE relname IN ('readback_segment', 'readback_segment_mark')) = 2 AS seals,
               count(*) FILTER (WHERE relname = 'readback_review_event_reader') = 1 AND EXISTS (
                   SELECT FROM pg_trigger JOIN pg_class AS of ON of.oid = tgrelid
                   WHERE tgname = 'readback_review_rules' AND pg_table_is_visible(of.oid)
                     AND obj_description(pg_trigger.oid, 'pg_trigger') >= 'rules 2') AS rules,
               count(*) FILTER (WHERE relname = 'readback_presence') = 1 AS presence,
               EXISTS (SELECT FROM pg_trigger JOIN pg_class AS of ON of.oid = tgrelid
                       WHERE tgname = 'readback_head_is_told' AND pg_table_is_visible(of.oid)
                         AND obj_description(pg_trigger.oid, 'pg_trigger') >= 'guards 3') AS guards
        FROM pg_class
        WHERE relname IN ('alert_operation_log', 'readback_event', 'readback_review_event', 'readback_chain_head',
                          'readback_segment', 'readback_segment_mark', 'readback_presence',
                          'readback_review_event_reader')
          AND pg_table_is_visible(oid)";
    sqlx::query_as(sql).fetch_one(connection).await.map_err(from_sqlx)
}

/// A column as it stands. `size` is what a `varchar` holds, NULL without a limit.
#[derive(sqlx::FromRow)]
struct Column {
    name: String,
    kind: String,
    size: Option<i32>,
}

/// Whether somebody else's table is the one we know.
async fn columns(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql = "
        SELECT a.attname::text AS name, t.typname::text AS typname,
               CASE WHEN t.typname = 'alert_event_type' AND t.typtype = 'e' THEN 'alert_event_type'
                    ELSE format_type(a.atttypid, NULL) END AS kind,
               CASE WHEN t.typname = 'varchar' AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS size
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = to_regclass('alert_operation_log') AND a.attnum > 0 AND NOT a.attisdropped";
    let there: Vec<Column> = sqlx::query_as(sql).fetch_all(connection).await.map_err(from_sqlx)?;
    COLUMNS.iter().try_for_each(|expected| column(&there, *expected))
}

fn column(there: &[Column], (name, kind, size): (&str, &str, Option<i32>)) -> Result<(), StoreError> {
    let refuse = |what: String| Err(StoreError::Refused(format!("alert_operation_log {what}")));
    let Some(column) = there.iter().find(|column| column.name == name) else {
        return refuse(format!("has no column {name} ({kind})"));
    };
    // Unlimited text holds whatever a limited one does.
    let wider = kind == "character varying" && column.kind == "text";
    if column.kind != kind && !wider {
        return refuse(format!("column {name} is {}, it must be {kind}", guard::line(&column.kind)));
    }
    match (size, column.size) {
        (Some(needed), Some(holds)) if holds < needed => {
            refuse(format!("column {name} holds {holds} characters, {needed} are needed"))
        }
        _ => Ok(()),
    }
}
