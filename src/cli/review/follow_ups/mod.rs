//! `readback review follow-ups` and `readback review follow-up set`.

mod import;
mod report;
mod set;

pub use report::FollowUpsReport;
pub(super) use set::set;

use super::args::{FollowUpsAction, FollowUpsArgs, FollowUpsFormat};
use super::desk::Desk;
use crate::cli::console::runtime;
use crate::cli::context::{Context, StartError};
use crate::cli::{Args, UNKNOWN, nothing, say};
use crate::store::Access;
use std::io::stdout;

/// Prints what is owed, or takes a list in.
pub(super) fn run(args: &Args, options: &FollowUpsArgs) -> Result<u8, StartError> {
    if let Some(FollowUpsAction::Import { review, file, dry_run }) = &options.action {
        return import::run(args, review, file, *dry_run);
    }
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let desk = runtime()?.block_on(async {
        let (desk, store) = Desk::open(&context, Access::ReadOnly).await?;
        store.close().await;
        Ok::<_, StartError>(desk)
    })?;
    let reviews = match &options.review {
        Some(name) => vec![desk.find(name)?],
        None => desk.book.reviews.values().filter(|review| !review.follow_ups.is_empty()).collect(),
    };
    let today = desk.now.to_zoned(context.config.display.timezone.time_zone().clone()).date();
    let report = FollowUpsReport::of(&reviews);
    let text = match options.format {
        FollowUpsFormat::Text => report.text(today),
        FollowUpsFormat::Md => report.markdown(),
        FollowUpsFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
    };
    say(&mut stdout(), text.trim_end());
    Ok(if report.is_empty() { super::NO } else { 0 })
}
