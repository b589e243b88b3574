//! The last restarts, and how long they took, as far as the console has seen them. Pure.

use crate::app::Facts;
use crate::evidence::Verdict;
use crate::timeline::{Entry, EventType};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How many are told.
const TOLD: usize = 5;

/// A restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Restart {
    /// When it began.
    pub(super) at: Timestamp,
    /// What was restarted, or by what.
    pub(super) what: String,
    /// How long it took, and how it went; in words.
    pub(super) took: String,
}

/// The newest restarts first: those that containers tell by when they started, and those that the log tells.
pub(super) fn restarts(facts: &Facts) -> Vec<Restart> {
    let mut all: Vec<Restart> = started(facts).chain(executed(facts)).collect();
    all.sort_by(|left, right| right.at.cmp(&left.at).then_with(|| left.what.cmp(&right.what)));
    all.truncate(TOLD);
    all
}

/// When each container started, and the first pass that was seen after it did not pass.
fn started(facts: &Facts) -> impl Iterator<Item = Restart> {
    facts.evidence.iter().filter_map(|seen| {
        let at = seen.started_at()?;
        let flips = facts.history.get(&seen.probe).map_or(&[][..], |history| history.flips.as_slice());
        let passed = flips.iter().rev().find(|flip| flip.at >= at && flip.to == Verdict::Pass);
        let took = match passed {
            Some(flip) => format!("passed after {} at most", in_words(flip.at.duration_since(at))),
            None if seen.verdict == Verdict::Pass => "passes; how long it took was not seen".to_owned(),
            None => format!("has not passed since ({})", seen.verdict.word()),
        };
        Some(Restart { at, what: format!("{} started", seen.probe), took })
    })
}

/// What the log tells of executions that restart or recreate something.
fn executed(facts: &Facts) -> impl Iterator<Item = Restart> {
    let entries = &facts.log.entries;
    entries.iter().filter(|entry| is_start(entry)).map(move |start| {
        let id = |entry: &Entry| match entry {
            Entry::Operation(row) => row.row.auto_repair_id.clone(),
            Entry::Own(_) => None,
        };
        let is_end = |entry: &&Entry| {
            entry.event_type() == Some(EventType::ExecutionCompleted)
                && entry.at() >= start.at()
                && id(entry) == id(start)
                && entry.detail() == start.detail()
                && entry.incident() == start.incident()
        };
        // Newest first: the last that fits is the first that came.
        let took = match entries.iter().rfind(is_end) {
            Some(end) => {
                let lasted = in_words(end.at().duration_since(start.at()));
                let how = if end.success() == Some(false) { "FAILED" } else { "was done" };
                format!("{how} after {lasted}")
            }
            None => "its end is not in the log".to_owned(),
        };
        Restart {
            at: start.at(),
            what: format!("{} by {}", start.detail(), start.actor().unwrap_or("nobody named")),
            took,
        }
    })
}

fn is_start(entry: &Entry) -> bool {
    let detail = entry.detail().to_lowercase();
    entry.event_type() == Some(EventType::ExecutionStarted)
        && ["restart", "recreate", "up -d"].iter().any(|word| detail.contains(word))
}

fn in_words(lasted: SignedDuration) -> String {
    let lasted = Duration::try_from(lasted).unwrap_or_default().as_secs();
    if lasted < 120 { format!("{lasted} s") } else { format!("{} min", lasted / 60) }
}
