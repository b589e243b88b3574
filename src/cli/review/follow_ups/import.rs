//! `readback review follow-ups import`: a checklist becomes steps of a review. The same text again makes none.

use crate::cli::context::StartError;
use crate::cli::files::read_limited;
use crate::cli::review::NO;
use crate::cli::review::narrative::read_stdin;
use crate::cli::review::writer::{WriteError, Writer, with_review};
use crate::cli::{Args, say};
use crate::guard::line;
use crate::review::actions::{self, Refused};
use crate::review::remediation::{Checklist, Listed, Why, parse};
use std::io::{stderr, stdout};
use std::path::Path;

/// The longest list, in bytes.
const LONGEST: usize = 1024 * 1024;
/// The field that what is caught in a list is recorded under.
const FIELD: &str = "follow_ups";

/// Takes a list in.
pub(super) fn run(args: &Args, review: &str, file: &Path, dry_run: bool) -> Result<u8, StartError> {
    let text = read(file)?;
    with_review(args, review, async |writer| {
        let hits = writer.guard.catch(&text);
        if !hits.is_empty() {
            if !dry_run {
                writer.quarantine(FIELD, &hits).await?;
            }
            // All of it or nothing: what else stands in such a text nobody has looked at.
            return Err(Refused::Caught { place: FIELD.to_owned(), hits }.into());
        }
        take(writer, &parse(&text), dry_run).await
    })
}

fn read(file: &Path) -> Result<String, StartError> {
    if file == Path::new("-") {
        return read_stdin(LONGEST);
    }
    let bytes = read_limited(file).map_err(StartError::Other)?;
    if bytes.len() > LONGEST {
        return Err(StartError::Other(format!("the list is over {LONGEST} bytes; it was not read")));
    }
    String::from_utf8(bytes).map_err(|_| StartError::Other("the list is no UTF-8 text".to_owned()))
}

async fn take(writer: &mut Writer, list: &Checklist, dry_run: bool) -> Result<u8, WriteError> {
    let (mut recorded, mut same, mut trouble) = (0, 0, tell_unread(list));
    for listed in &list.items {
        match take_one(writer, listed, dry_run).await {
            Ok(()) => recorded += 1,
            Err(WriteError::Refused(Refused::StandsAlready(_))) => same += 1,
            Err(WriteError::Refused(refused)) => {
                trouble += 1;
                tell(listed.line, &refused.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    let verb = if dry_run { "would be recorded" } else { "recorded" };
    say(&mut stdout(), &format!("{recorded} {verb}, {same} as they stand, {trouble} to look at"));
    Ok(if trouble > 0 { NO } else { 0 })
}

/// Records one item, or makes as if.
async fn take_one(writer: &mut Writer, listed: &Listed, dry_run: bool) -> Result<(), WriteError> {
    let standing = writer.review.follow_ups.get(&listed.id).map(|state| &state.item);
    let (item, held) = listed.onto(standing);
    if let Some(held) = held {
        tell(listed.line, &format!("{}: {held}", line(&listed.id)));
    }
    let words = format!("{}  {}  {}", line(&item.id), item.status.word(), line(&item.title));
    if dry_run {
        actions::set_follow_up(&writer.review, &writer.guard, item, writer.stamp())?;
    } else {
        writer.record(|review, guard, stamp| actions::set_follow_up(review, guard, item, stamp)).await?;
    }
    say(&mut stdout(), &words);
    Ok(())
}

/// Says what was not read, line by line; text around the items in one. Returns how much is to be looked at.
fn tell_unread(list: &Checklist) -> usize {
    let (trouble, around): (Vec<_>, Vec<_>) = list.unread.iter().partition(|unread| unread.why.is_trouble());
    for unread in &trouble {
        tell(unread.line, &unread.why.to_string());
    }
    let lines: Vec<String> =
        around.iter().filter(|unread| unread.why == Why::NotAnItem).map(|unread| unread.line.to_string()).collect();
    if !lines.is_empty() {
        say(&mut stderr(), &format!("no items, passed over: lines {}", lines.join(", ")));
    }
    for unread in around.iter().filter(|unread| unread.why == Why::Code) {
        tell(unread.line, &unread.why.to_string());
    }
    trouble.len()
}

fn tell(at: usize, what: &str) {
    say(&mut stderr(), &format!("line {at}: {what}"));
}
