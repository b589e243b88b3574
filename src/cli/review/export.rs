//! `readback review export`: the plan with the current counts and states, in the contract's words.

use super::args::ExportArgs;
use super::desk::Desk;
use crate::cli::console::{actor, runtime};
use crate::cli::context::{Context, StartError};
use crate::cli::plan::{NO_COMMIT, commit, in_the_contracts_zone};
use crate::cli::report::put;
use crate::cli::timeline::{door_of, guard};
use crate::cli::{Args, UNKNOWN, nothing, say};
use crate::guard::Watch;
use crate::review::{CandidateId, Progress, Snapshot, plan_with, success_line_with};
use crate::store::Access;
use std::collections::BTreeMap;
use std::io::stdout;

/// Writes it. Where it goes to a file, the line of the contract says so.
pub(super) fn run(args: &Args, options: &ExportArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let runtime = runtime()?;
    let read = runtime.block_on(async {
        let guard = guard(&context).await?;
        let (desk, store) = Desk::open(&context, Access::ReadOnly).await?;
        store.close().await;
        let commit = commit(&context.root).await;
        Ok::<_, StartError>((guard, desk, commit.unwrap_or_else(|| NO_COMMIT.to_owned())))
    });
    runtime.shutdown_background();
    let (guard, desk, commit) = read?;
    let mut snapshot = desk.snapshot.clone().map_err(StartError::Other)?;
    let (reader, latest) = (actor(), snapshot.candidates.iter().filter_map(|one| desk.book.latest(&one.id)));
    // Its states follow from the answers, and its format has no word for "withheld".
    latest.into_iter().try_for_each(|review| Desk::may_see(review, &reader))?;
    let progress = progress(&desk, &snapshot, &guard);
    door_of(guard).snapshot(&mut snapshot);
    let generated_at = options.generated_at.clone().unwrap_or_else(|| in_the_contracts_zone(desk.now));
    let text = plan_with(&desk.contract, &snapshot, &progress, &generated_at, &commit);
    put(options.output.as_deref(), text.as_bytes())?;
    if options.output.is_some() {
        say(&mut stdout(), &success_line_with(&desk.contract, &snapshot, &progress));
    }
    Ok(0)
}

/// How far each candidate of the snapshot is, by its latest review.
fn progress(desk: &Desk, snapshot: &Snapshot, guard: &Watch) -> BTreeMap<CandidateId, Progress> {
    let masked = |text: &str| {
        let mut text = text.to_owned();
        guard.mask(&mut text);
        text
    };
    let latest = snapshot.candidates.iter().filter_map(|one| Some((one, desk.book.latest(&one.id)?)));
    latest
        .map(|(one, review)| (one.id.clone(), Progress::of(review, &desk.contract, &desk.around(review), masked)))
        .collect()
}
