//! `readback report`: a review as a document. Allowed in any lane: a report is no gate.

use super::console::{actor, runtime};
use super::context::{Context, StartError};
use super::plan::write_whole;
use super::review::Desk;
use super::timeline::{door_of, guard};
use super::{Args, ReportArgs, ReportFormat, UNKNOWN, incidents, nothing};
use crate::guard::Watch;
use crate::review::lane;
use crate::review::report::{Input, Report};
use crate::store::Access;
use crate::timeline::incident::Key;
use std::io::{Write, stdout};
use std::path::Path;

/// Writes the report of a review.
pub(super) fn run(args: &Args, options: &ReportArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let runtime = runtime()?;
    let made = runtime.block_on(make(&context, &options.review));
    // A layer that hangs in a system call must not keep the answer.
    runtime.shutdown_background();
    let (report, guard) = made?;
    let text = match options.format {
        ReportFormat::Md => report.markdown(&guard),
        ReportFormat::Html => report.html(&guard),
        ReportFormat::Json => report.json(&guard).map_err(|leak| StartError::Other(leak.to_string()))?,
    };
    put(options.output.as_deref(), text.as_bytes())?;
    Ok(0)
}

/// Writes to a file, whole or not at all, or to whoever listens.
pub(super) fn put(output: Option<&Path>, bytes: &[u8]) -> Result<(), StartError> {
    if let Some(path) = output {
        return write_whole(path, bytes);
    }
    // Who does not listen any more is no error.
    let _ = stdout().write_all(bytes);
    Ok(())
}

async fn make(context: &Context, name: &str) -> Result<(Report, Watch), StartError> {
    let guard = guard(context).await?;
    let (desk, store) = Desk::open(context, Access::ReadOnly).await?;
    let review = desk.find(name)?;
    let seen = incidents::look_at(context, &store, &door_of(guard.clone()), &review.incident_id, desk.now).await?;
    store.close().await;
    let around = desk.around(review);
    let candidate = review.opening.as_ref().map(|opening| &opening.candidate);
    let candidate = candidate.and_then(|candidate| desk.snapshot.as_ref().ok()?.candidate(candidate));
    let is_of_it = |key: &Key| matches!(key, Key::Incident(name) if *name == review.incident_id);
    let report = Report::of(&Input {
        review,
        contract: &desk.contract,
        disposition: &lane(review, &desk.contract, &around),
        around: &around,
        label: candidate.map(|candidate| candidate.label.as_str()),
        incident: seen.incidents.iter().find(|incident| is_of_it(&incident.key)),
        rows: &seen.rows,
        complete: seen.complete,
        zone: context.config.display.timezone.time_zone(),
        now: desk.now,
        reader: &actor(),
        guard: &guard,
    });
    Ok((report, guard))
}
