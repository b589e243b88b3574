//! `readback retention`: takes months of the log that are older than what is kept to another place. It plans, unless told
//! to apply, and it never deletes.

use super::context::{Context, StartError};
use super::{Args, RetentionAction, RetentionArgs, UNKNOWN, nothing, say};
use crate::guard::line;
use crate::store::segments::{Layout, Month, MonthState, PATIENCE, Plan, SegmentDb, apply, plan, seal};
use crate::store::{Access, AnyStore};
use crate::timeline::segment::Day;
use std::fmt::Write;
use std::io::stdout;

/// Something stays that is older than what is kept, or can't be kept so.
const STAYS: u8 = 1;

/// Runs it and prints what was done.
pub(super) fn run(args: &Args, options: &RetentionArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let writes = options.apply || options.action.is_some();
    if writes && !context.access.may_write() {
        return Err(StartError::Other("this writes: not with --read-only".to_owned()));
    }
    let access = if writes { Access::ReadWrite } else { Access::ReadOnly };
    let runtime = super::console::runtime()?;
    let (text, code) = runtime.block_on(async {
        let store = AnyStore::open(&context.store_url()?, access).await?;
        store.ready().await?;
        let Some(mut db) = store.segments().await? else {
            return Err(StartError::Other("a store in memory keeps nothing; set [store] url".to_owned()));
        };
        let done = match options.action {
            Some(RetentionAction::Init) => init(&mut db).await,
            None => retain(&mut db, options).await,
        };
        store.close().await;
        done
    })?;
    say(&mut stdout(), text.trim_end());
    Ok(code)
}

async fn init(db: &mut SegmentDb) -> Result<(String, u8), StartError> {
    Ok(match db.layout().await? {
        Layout::Foreign => (foreign().to_owned(), STAYS),
        Layout::Monthly => ("alert_operation_log has its monthly partitions".to_owned(), 0),
        Layout::Plain => {
            db.partition().await?;
            (
                "alert_operation_log has monthly partitions from now on; run `readback retention --apply` in cron, \
              which makes the coming months"
                    .to_owned(),
                0,
            )
        }
    })
}

fn foreign() -> &'static str {
    "alert_operation_log was not made by this console: it is left alone, its owner decides what is kept of it"
}

async fn retain(db: &mut SegmentDb, options: &RetentionArgs) -> Result<(String, u8), StartError> {
    let mut out = String::new();
    if options.apply {
        // What is not sealed can't go.
        let sealed = seal(db, PATIENCE).await?;
        let _ = writeln!(out, "sealed {} segments", sealed.seals.len());
    }
    let mut planned = plan(db, options.keep).await?;
    if planned.layout == Layout::Foreign {
        return Ok((foreign().to_owned(), STAYS));
    }
    let mut stays = false;
    if options.apply && planned.layout == Layout::Monthly {
        let ahead = db.ahead().await?;
        let _ = writeln!(out, "made {} partitions of coming months", ahead.made);
        if let Some(day) = ahead.stays {
            stays = true;
            let _ = writeln!(
                out,
                "STAYS  the months from {} on are not made: a row of {day} stands in alert_operation_log_after, and a \
                 partition can't be put before it; ask who writes rows with a time to come",
                month_word(day)
            );
        }
    }
    let is_server = matches!(db, SegmentDb::Postgres(_));
    if is_server && planned.layout == Layout::Plain {
        let what = "alert_operation_log is one table, of which no month can be detached; `readback retention init` \
                    makes partitions of it, and docs/integrity.md says what that changes";
        return Ok((what.to_owned(), STAYS));
    }
    let gone = if options.apply { apply(db, &mut planned).await? } else { Vec::new() };
    say_plan(&mut out, &planned, &gone, options.apply, is_server);
    stays |= planned.months.iter().any(|month| matches!(month.state, MonthState::Stays(_)));
    Ok((out, if stays { STAYS } else { 0 }))
}

fn say_plan(out: &mut String, plan: &Plan, gone: &[Month], applied: bool, is_server: bool) {
    if plan.months.is_empty() {
        let _ = writeln!(out, "nothing of alert_operation_log is older than {}", plan.cutoff);
    }
    for month in &plan.months {
        let Month { place, months, rows, state, .. } = month;
        let what = match (months.first(), months.last()) {
            (Some(first), Some(last)) if first != last => format!("{} to {}", month_word(*first), month_word(*last)),
            (Some(first), _) => month_word(*first),
            _ => "no rows".to_owned(),
        };
        let is_gone = gone.contains(month);
        let _ = match state {
            MonthState::Stays(why) => writeln!(out, "STAYS  {what}, {rows} rows: {}", line(why)),
            _ if is_gone => {
                writeln!(out, "TAKEN  {what}, {rows} rows: to {}; {}", line(place), drop_by(place, is_server))
            }
            _ => writeln!(out, "READY  {what}, {rows} rows: would go to {}", line(place)),
        };
    }
    if !applied && plan.months.iter().any(|month| !matches!(month.state, MonthState::Stays(_))) {
        out.push_str("nothing was done; --apply does it\n");
    }
}

fn month_word(day: Day) -> String {
    day.to_string().get(..7).unwrap_or_default().to_owned()
}

/// The console deletes nothing; how it is done.
fn drop_by(place: &str, is_server: bool) -> String {
    if is_server {
        format!("when a dump of it is kept: psql -c 'DROP TABLE {place}'")
    } else {
        "it stands beside the database; when a copy is kept, remove the file".to_owned()
    }
}
