//! `readback review bundle`: a review to take away, for whoever checks it with no database.

use super::args::BundleArgs;
use super::desk::Desk;
use crate::app::shell::Door;
use crate::cli::console::{actor, runtime};
use crate::cli::context::{Context, StartError};
use crate::cli::plan::write_whole;
use crate::cli::timeline::{door_of, guard};
use crate::cli::verify::BundleReport;
use crate::cli::{Args, UNKNOWN, nothing, say};
use crate::guard::{Watch, line};
use crate::review::Recorded;
use crate::store::bundle::{Contents, MAX_BYTES, Row, bundle, check, mirrored, referred};
use crate::store::{Access, AnyStore, Stored};
use crate::timeline::Entry;
use serde_json::Value;
use std::io::stdout;

/// What a bundle that does not hold exits with: it is written, for it shows what is wrong.
const BROKEN: u8 = 1;

/// Writes the bundle and checks what was written.
pub(super) fn run(args: &Args, options: &BundleArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let runtime = runtime()?;
    let made = runtime.block_on(make(&context, &options.review));
    runtime.shutdown_background();
    let bytes = made?;
    if bytes.len() as u64 > MAX_BYTES {
        let most = MAX_BYTES / 1024 / 1024;
        return Err(StartError::Other(format!("the bundle would be larger than {most} MiB, which nobody would read")));
    }
    write_whole(&options.output, &bytes)?;
    let report = BundleReport::of(check(&bytes));
    say(&mut stdout(), report.human().trim_end());
    Ok(if report.holds() { 0 } else { BROKEN })
}

async fn make(context: &Context, name: &str) -> Result<Vec<u8>, StartError> {
    let guard = guard(context).await?;
    let (desk, store) = Desk::open(context, Access::ReadOnly).await?;
    let review = desk.find(name)?;
    may_see(&desk, &review.incident_id)?;
    let (records, head) = store.chain(&review.incident_id).await?;
    records.iter().try_for_each(|record| may_leave(record, &guard))?;
    let rows = rows(&store, &door_of(guard), &records).await?;
    store.close().await;
    let snapshot = desk.snapshot.as_ref().ok().map(|snapshot| snapshot.digest.as_str());
    Ok(bundle(&Contents {
        review,
        records: &records,
        head: head.as_ref(),
        rows: &rows,
        contract: &desk.contract,
        around: &desk.around(review),
        snapshot,
        made_at: desk.now,
    }))
}

/// Whether who asks may see every answer in this incident's chain: a second reader may not yet.
fn may_see(desk: &Desk, incident: &str) -> Result<(), StartError> {
    let reader = actor();
    let mut all = desk.book.reviews.values().filter(|review| review.incident_id == incident);
    all.try_for_each(|review| Desk::may_see(review, &reader))
}

/// The rows that the records refer to, by id: masked, with the digest of each that held nothing to mask.
async fn rows(store: &AnyStore, door: &Door, records: &[Stored]) -> Result<Vec<Row>, StartError> {
    let records: Vec<Recorded> = records.iter().filter_map(Stored::recorded).collect();
    let ids = referred(&records);
    let mut entries: Vec<Entry> = store.find(&ids).await?.into_iter().map(Entry::Operation).collect();
    entries.extend(store.find_own(&ids).await?.into_iter().map(Entry::Own));
    let (entries, digests) = door.identified(entries);
    let found = entries.into_iter().zip(digests).map(|(entry, (_, digest))| Row { entry, digest });
    let mut rows: Vec<Row> = found.chain(mirrored(&records, &ids)).collect();
    rows.sort_by(|a, b| a.entry.id().cmp(b.entry.id()));
    Ok(rows)
}

/// A record leaves as it is or not at all: what is masked in it would be another record.
fn may_leave(record: &Stored, guard: &Watch) -> Result<(), StartError> {
    let caught = match serde_json::from_slice(&record.body) {
        Ok(body) => caught(&body, guard),
        Err(_) => guard.catch(&String::from_utf8_lossy(&record.body)).first().map(|hit| hit.detector),
    };
    let Some(detector) = caught else { return Ok(()) };
    let id = line(&record.id);
    Err(StartError::Other(format!(
        "record {} (event {id}) holds what looks like a secret ({detector}); a record leaves as it is, so nothing was \
         written. Let it through under [guard] if it is none",
        record.seq
    )))
}

/// What is caught in the texts of a value.
fn caught(value: &Value, guard: &Watch) -> Option<&'static str> {
    match value {
        Value::String(text) => guard.catch(text).first().map(|hit| hit.detector),
        Value::Array(list) => list.iter().find_map(|item| caught(item, guard)),
        Value::Object(map) => map.values().find_map(|item| caught(item, guard)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
