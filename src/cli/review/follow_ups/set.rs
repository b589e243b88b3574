//! `readback review follow-up set`: one item, or a part of it.

use crate::cli::Args;
use crate::cli::context::StartError;
use crate::cli::review::args::{FollowUpCommand, SetArgs};
use crate::cli::review::narrative::said;
use crate::cli::review::writer::{Writer, with_review};
use crate::guard::line;
use crate::review::remediation::Listed;
use crate::review::{FollowUp, actions};

/// Writes it.
pub(in crate::cli::review) fn set(args: &Args, command: &FollowUpCommand) -> Result<u8, StartError> {
    let FollowUpCommand::Set(options) = command;
    with_review(args, &options.review, async |writer| {
        let item = changed(writer, options);
        let done = format!("{} recorded: {}", line(&item.id), item.status.word());
        let made = writer.record(|review, guard, stamp| actions::set_follow_up(review, guard, item, stamp));
        said(made.await, &done)
    })
}

/// The item with what was asked for; a new one is made as a list would make it.
fn changed(writer: &Writer, options: &SetArgs) -> FollowUp {
    let id = options.id.to_ascii_uppercase();
    let standing = writer.review.follow_ups.get(&id).map(|state| &state.item);
    let text = |asked: &Option<String>| asked.as_deref().map(|text| line(text).into_owned());
    let listed = Listed {
        title: text(&options.title).or_else(|| standing.map(|item| item.title.clone())).unwrap_or_default(),
        owner: text(&options.owner),
        due: options.due,
        kind: options.kind,
        priority: options.priority.or_else(|| Listed::priority_of(&id).filter(|_| standing.is_none())),
        domain: text(&options.domain),
        effort_quarters: options.effort,
        evidence: options.evidence.iter().map(|text| line(text).into_owned()).collect(),
        id,
        ..Listed::default()
    };
    let (mut item, _) = listed.onto(standing);
    // A person may take back what a list may not.
    item.status = options.status.or_else(|| standing.map(|item| item.status)).unwrap_or_default();
    item
}
