//! Partitions of a month each, where this console made the table and somebody asked for them; see
//! docs/decisions/0012-partitions-on-request.md.

use super::segment::PgSegments;
use crate::guard;
use crate::store::StoreError;
use crate::store::micros::Micros;
use crate::store::segments::{Ahead, Layout, Span};
use crate::store::sqlx_error::from_sqlx;
use crate::timeline::segment::{Day, Marks, NewSeal, Seal};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const PARTITION: &str = include_str!("../migrations/postgres/partition.sql");

/// What the console writes on a table that it makes.
const MARK: &str = "made by readback";

/// A partition has rights of its own, and none of those that are given on the table.
const READERS: &str = "
    DO $$
    DECLARE
        given record;
    BEGIN
        FOR given IN
            SELECT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS role
            FROM pg_class, aclexplode(relacl)
            WHERE oid = to_regclass('alert_operation_log') AND privilege_type = 'SELECT' AND grantee <> relowner
        LOOP
            EXECUTE format('GRANT SELECT ON {place} TO %s', given.role);
        END LOOP;
    END
    $$;";

/// What others hang on the table: it follows the table when that is renamed, and silently sees no new row.
const HOLDERS: &str = "
    WITH log AS (SELECT to_regclass('alert_operation_log')::oid AS oid)
    SELECT DISTINCT 'view ' || r.ev_class::regclass::text AS holder
    FROM log JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = log.oid
         JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid WHERE r.ev_class <> log.oid
    UNION SELECT 'function ' || d.objid::regprocedure::text
    FROM log JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = log.oid
    WHERE d.classid = 'pg_proc'::regclass
    UNION SELECT 'rule ' || rulename::text FROM log JOIN pg_rewrite ON ev_class = log.oid
    UNION SELECT 'trigger ' || tgname::text FROM log JOIN pg_trigger ON tgrelid = log.oid JOIN pg_proc p ON p.oid = tgfoid
    WHERE NOT tgisinternal AND NOT starts_with(p.proname, 'readback_')
    UNION SELECT 'policy ' || polname::text FROM log JOIN pg_policy ON polrelid = log.oid
    UNION SELECT 'publication ' || pubname::text
    FROM log JOIN pg_publication_rel ON prrelid = log.oid JOIN pg_publication p ON p.oid = prpubid
    UNION SELECT 'foreign key ' || conname::text FROM log JOIN pg_constraint ON confrelid = log.oid AND contype = 'f'
    ORDER BY holder";

/// How many months are made ahead.
const AHEAD: usize = 3;

/// What was there before there were partitions.
const BEFORE: &str = "alert_operation_log_before";

impl PgSegments {
    pub(in crate::store) async fn layout(&mut self) -> Result<Layout, StoreError> {
        let sql = "
            SELECT relkind = 'p', coalesce(obj_description(oid, 'pg_class') = $1, false)
            FROM pg_class WHERE oid = to_regclass('alert_operation_log')";
        let row = sqlx::query_as(sql).bind(MARK).fetch_one(self.connection());
        let (is_partitioned, is_ours): (bool, bool) = row.await.map_err(from_sqlx)?;
        Ok(match (is_ours, is_partitioned) {
            (false, _) => Layout::Foreign,
            (true, false) => Layout::Plain,
            (true, true) => Layout::Monthly,
        })
    }

    /// The partitions that end at `cutoff` or before; none where there are no partitions.
    pub(in crate::store) async fn spans(&mut self, cutoff: Day) -> Result<Vec<Span>, StoreError> {
        let partitions = partitions(self.connection()).await?;
        let months: Vec<(String, Day)> =
            partitions.iter().filter_map(|name| Some((name.clone(), month_of(name)?))).collect();
        let mut spans = Vec::new();
        if let Some((_, first)) = months.first().filter(|_| partitions.iter().any(|name| name == BEFORE)) {
            spans.push(Span { place: BEFORE.to_owned(), from: Day::FIRST, until: *first });
        }
        spans.extend(months.into_iter().map(|(place, from)| Span { place, from, until: from.next_month() }));
        spans.retain(|span| span.until <= cutoff);
        Ok(spans)
    }

    /// Makes partitions of the table as it stands, and those of the coming months.
    pub(in crate::store) async fn partition(&mut self) -> Result<(), StoreError> {
        let holders: Vec<String> = sqlx::query_scalar(HOLDERS).fetch_all(self.connection()).await.map_err(from_sqlx)?;
        if !holders.is_empty() {
            return Err(StoreError::Refused(format!(
                "these would stay on the old table and see no new row: {}; drop them, run `readback retention init`, and make \
                 them anew",
                guard::line(&holders.join(", "))
            )));
        }
        let now = Day::of(self.now().await?.as_microsecond());
        let mut month = now.next_month();
        let mut sql = PARTITION.replace("{next}", &month.to_string());
        for _ in 0..AHEAD {
            sql += &create(month);
            month = month.next_month();
        }
        let after = format!(
            "CREATE TABLE alert_operation_log_after PARTITION OF alert_operation_log
             FOR VALUES FROM ('{month} 00:00:00+00') TO (MAXVALUE);"
        );
        in_turn(self.connection(), sql + &after + &no_truncate("alert_operation_log_after")).await
    }

    /// Makes the partitions of the coming months that are missing. A month of which rows stand in the last partition
    /// already is not made, nor a later one: the last could not begin behind it.
    pub(in crate::store) async fn ahead(&mut self) -> Result<Ahead, StoreError> {
        let now = Day::of(self.now().await?.as_microsecond());
        let last = partitions(self.connection()).await?.iter().filter_map(|name| month_of(name)).max();
        let (mut month, mut wanted) = (last.unwrap_or(now).next_month(), now);
        for _ in 0..AHEAD {
            wanted = wanted.next_month();
        }
        if month > wanted {
            return Ok(Ahead::default());
        }
        let early = sqlx::query_scalar("SELECT min(created_at) FROM alert_operation_log_after");
        let early: Option<Micros> = early.fetch_one(self.connection()).await.map_err(from_sqlx)?;
        let early = early.map(|at| Day::of(at.micros()));
        let (mut sql, mut made) = (String::new(), 0);
        while month <= wanted && early.is_none_or(|early| month.next_month() <= early) {
            sql += &create(month);
            month = month.next_month();
            made += 1;
        }
        if made > 0 {
            // A row that came in between makes the last statement fail, and nothing is done.
            let sql = format!(
                "ALTER TABLE alert_operation_log DETACH PARTITION alert_operation_log_after; {sql}
                 ALTER TABLE alert_operation_log ATTACH PARTITION alert_operation_log_after
                     FOR VALUES FROM ('{month} 00:00:00+00') TO (MAXVALUE);"
            );
            in_turn(self.connection(), sql).await?;
        }
        Ok(Ahead { made, stays: early.filter(|_| month <= wanted) })
    }

    /// Records where the months went, and detaches the partition. Writers are not kept out meanwhile, but for those of
    /// this partition. Gives whether it went: not where it holds another number of rows than was sealed of it.
    pub(in crate::store) async fn take_away(
        &mut self,
        span: &Span,
        rows: u64,
        last: Option<&Seal>,
        new: Vec<NewSeal>,
    ) -> Result<bool, StoreError> {
        let place = &span.place;
        if !self.shut(place, rows).await? {
            return Ok(false);
        }
        let mut last = last.cloned();
        for seal in new {
            last = Some(self.put(last.as_ref(), seal, &Marks::default()).await?);
        }
        let sql = "SELECT inhdetachpending FROM pg_inherits
                   WHERE inhrelid = to_regclass($1) AND inhparent = to_regclass('alert_operation_log')";
        let pending = sqlx::query_scalar(sql).bind(place).fetch_optional(self.connection());
        let how = match pending.await.map_err(from_sqlx)? {
            Some(true) => "FINALIZE",
            Some(false) => "CONCURRENTLY",
            None => return Ok(true),
        };
        let detach = format!("ALTER TABLE alert_operation_log DETACH PARTITION {place} {how}");
        sqlx::query(AssertSqlSafe(detach)).persistent(false).execute(self.connection()).await.map_err(from_sqlx)?;
        Ok(true)
    }

    /// Lets nobody change the partition any more, and whoever reads the log read it under its own name. The triggers wait
    /// for whoever still writes to it, so what is counted behind them is what it holds for good: a row that came after it
    /// was checked would leave the log unsealed. With another number of rows all stays as it was.
    async fn shut(&mut self, place: &str, rows: u64) -> Result<bool, StoreError> {
        let shut = format!(
            "CREATE OR REPLACE TRIGGER readback_append_only BEFORE INSERT OR UPDATE OR DELETE ON {place}
                 FOR EACH ROW EXECUTE FUNCTION readback_append_only();
             CREATE OR REPLACE TRIGGER readback_no_truncate BEFORE TRUNCATE ON {place}
                 FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();"
        );
        let mut turn = self.connection().begin().await.map_err(from_sqlx)?;
        sqlx::raw_sql(AssertSqlSafe(shut + &READERS.replace("{place}", place)))
            .execute(&mut *turn)
            .await
            .map_err(from_sqlx)?;
        let count = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {place}")));
        let count: i64 = count.fetch_one(&mut *turn).await.map_err(from_sqlx)?;
        if count as u64 != rows {
            turn.rollback().await.map_err(from_sqlx)?;
            return Ok(false);
        }
        turn.commit().await.map_err(from_sqlx)?;
        Ok(true)
    }
}

/// The names of the partitions, in their order.
async fn partitions(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT relname::text FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
        WHERE inhparent = to_regclass('alert_operation_log') ORDER BY relname";
    sqlx::query_scalar(sql).fetch_all(connection).await.map_err(from_sqlx)
}

/// All of it, or nothing.
async fn in_turn(connection: &mut PgConnection, sql: String) -> Result<(), StoreError> {
    let mut turn = connection.begin().await.map_err(from_sqlx)?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *turn).await.map_err(from_sqlx)?;
    turn.commit().await.map_err(from_sqlx)
}

fn create(month: Day) -> String {
    let (name, until) = (name_of(month), month.next_month());
    let made = format!(
        "CREATE TABLE {name} PARTITION OF alert_operation_log
             FOR VALUES FROM ('{month} 00:00:00+00') TO ('{until} 00:00:00+00');"
    );
    made + &no_truncate(&name)
}

/// The table's own trigger does not see a partition truncated by its name.
fn no_truncate(name: &str) -> String {
    format!(
        "CREATE TRIGGER readback_log_no_truncate BEFORE TRUNCATE ON {name}
             FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();"
    )
}

fn name_of(month: Day) -> String {
    let text = month.to_string();
    format!("alert_operation_log_{}", text.get(..7).unwrap_or_default().replace('-', "_"))
}

/// The month of a partition that is one month's.
fn month_of(name: &str) -> Option<Day> {
    let month = name.strip_prefix("alert_operation_log_")?;
    format!("{}-01", month.replace('_', "-")).parse().ok()
}
