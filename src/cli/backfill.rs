//! `readback backfill`: what another service kept in tables of its own becomes rows, once.

use super::context::{Context, StartError};
use super::ingest::{BackfillArgs, Lines, Tally, may_write, open, reader, watch_of};
use super::{Args, NOT_DONE, UNKNOWN, nothing, say};
use crate::guard::{Secret, Watch, line};
use crate::store::{AnyStore, Foreign, Reference, StoreError};
use crate::timeline::ingest::{History, Refused, Source};
use crate::timeline::{EventType, NewOperation};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::io::stderr;
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;

/// How many ids are asked for at a time.
const ASKED: usize = 1_000;

/// A record, and where it stands.
type Record = (String, Result<Map<String, Value>, Refused>);

/// Runs it; the exit code.
pub(super) fn run(args: &Args, options: &BackfillArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let url = url(options)?;
    if url.is_none() && Source::ALL.into_iter().all(|source| file(options, source).is_none()) {
        say(&mut stderr(), "readback: nothing to read: give --from-env NAME (the URL of a database), or files");
        return Ok(NOT_DONE);
    }
    if !options.dry_run {
        may_write(&context)?;
    }
    let runtime = super::console::runtime()?;
    let watch = runtime.block_on(watch_of(&context))?;
    let store = if options.dry_run { None } else { Some(runtime.block_on(open(&context))?) };
    let mut tally = Tally::new(store.as_ref().map(|store| (&runtime, store)));
    let mut rows = rows(&context, options, url.as_ref(), &runtime, &watch, &mut tally)?;
    if let Some(store) = &store {
        let read = rows.len();
        rows = runtime.block_on(untold(store, rows))?;
        tally.leave_out(read - rows.len());
    }
    for row in rows {
        tally.take(row)?;
    }
    let code = tally.end()?;
    if let Some(store) = store {
        runtime.block_on(store.close());
    }
    runtime.shutdown_background();
    Ok(code)
}

/// Every row, in the order in which they are claimed to have happened: that is the order they get in the log.
fn rows(
    context: &Context,
    options: &BackfillArgs,
    url: Option<&Secret>,
    runtime: &Runtime,
    watch: &Watch,
    tally: &mut Tally<'_>,
) -> Result<Vec<NewOperation>, StartError> {
    let settings = &context.config.backfill;
    let mut database = match url {
        Some(url) => Some(runtime.block_on(Foreign::open(url))?),
        None => None,
    };
    let (mut rows, received) = (Vec::new(), Timestamp::now());
    for source in Source::ALL {
        let columns = settings.columns(source);
        let records = match (file(options, source), &mut database) {
            (Some(path), _) => read(path)?,
            (None, Some(database)) => {
                let table = columns.table.as_deref().unwrap_or(source.table());
                if table.is_empty() {
                    continue;
                }
                let needed = [columns.id.as_str(), &columns.time];
                let found = runtime.block_on(database.records(table, &columns.names(), &needed))?;
                let at = |number: usize| format!("{table}, record {number}");
                (1..).zip(found).map(|(number, record)| (at(number), Ok(record))).collect()
            }
            (None, None) => continue,
        };
        if let Some(text) = missing(source, &columns.telling(source), &records) {
            say(&mut stderr(), &text);
        }
        let history = History { source, columns, zone: settings.timezone.0.time_zone(), watch, received };
        for (at, record) in records {
            match record.and_then(|record| history.rows(&record)) {
                Ok(made) => rows.extend(made),
                Err(why) => tally.refuse(&at, &why),
            }
        }
    }
    rows.sort_by(|(a, first), (b, second)| (a, &first.id).cmp(&(b, &second.id)));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// A line on the columns that no record has: a name that is wrong looks like records that say nothing.
fn missing(source: Source, telling: &[&str], records: &[Record]) -> Option<String> {
    let mut read = records.iter().filter_map(|(_, record)| record.as_ref().ok()).peekable();
    read.peek()?;
    let has: HashSet<&str> = read.flat_map(|record| record.keys().map(String::as_str)).collect();
    let missing: Vec<_> = telling.iter().filter(|name| !has.contains(*name)).map(|name| line(name)).collect();
    let name = source.name();
    (!missing.is_empty()).then(|| {
        let missing = missing.join(", ");
        format!(
            "readback: no record of {name} has {missing}: the rows lack that; [backfill.{name}] in readback.toml says \
             what a column is called"
        )
    })
}

/// The rows of which the log does not tell yet. The service may have told of some of its records itself: they would be
/// counted twice.
async fn untold(store: &AnyStore, rows: Vec<NewOperation>) -> Result<Vec<NewOperation>, StoreError> {
    let mut asked: HashMap<(EventType, Reference), Vec<String>> = HashMap::new();
    for row in &rows {
        if let Some((reference, id)) = Reference::of(row) {
            asked.entry((row.event_type, reference)).or_default().push(id.to_owned());
        }
    }
    let mut told = HashSet::new();
    for ((kind, reference), ids) in asked {
        for ids in ids.chunks(ASKED) {
            told.extend(store.told(kind, reference, ids).await?.into_iter().map(|id| (kind, id)));
        }
    }
    let is_told =
        |row: &NewOperation| Reference::of(row).is_some_and(|(_, id)| told.contains(&(row.event_type, id.to_owned())));
    Ok(rows.into_iter().filter(|row| !is_told(row)).collect())
}

/// The records of a file.
fn read(path: &Path) -> Result<Vec<Record>, StartError> {
    let name = path.display().to_string();
    let record = |text: String| match serde_json::from_str(&text) {
        Ok(Value::Object(record)) => Ok(record),
        Ok(_) => Err(Refused("not a JSON object".to_owned())),
        Err(error) => Err(Refused(format!("not JSON, from column {} on", error.column()))),
    };
    let mut records = Vec::new();
    for read in Lines::new(reader(path)?) {
        let (number, text) = read.map_err(StartError::io(format!("{name} can't be read")))?;
        records.push((format!("{name}:{number}"), text.and_then(record)));
    }
    Ok(records)
}

fn file(options: &BackfillArgs, source: Source) -> Option<&PathBuf> {
    match source {
        Source::Incidents => options.incidents.as_ref(),
        Source::Approvals => options.approvals.as_ref(),
        Source::AuditLogs => options.audit_logs.as_ref(),
    }
}

/// The URL of the other service's database.
fn url(options: &BackfillArgs) -> Result<Option<Secret>, StartError> {
    match (&options.from, &options.from_env) {
        (Some(url), _) => Ok(Some(Secret::from(url.clone()))),
        (None, Some(name)) => match std::env::var(name) {
            Ok(url) => Ok(Some(Secret::from(url))),
            Err(_) => Err(StartError::Other(format!("the variable {} is not set", line(name)))),
        },
        (None, None) => Ok(None),
    }
}
