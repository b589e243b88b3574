//! The last restarts, and how long they took: what the rows of the log tell. Pure.

use crate::evidence::Verdict;
use crate::timeline::{Entry, EventType, OwnEvent, OwnKind};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// How many are told.
const TOLD: usize = 5;

/// A restart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restart {
    /// When it began.
    pub at: Timestamp,
    /// What was restarted, or by what. Foreign text.
    pub what: String,
    /// How it went and how long it took, in words.
    pub took: String,
    /// How long it took in seconds, where that is known.
    pub seconds: Option<i64>,
}

/// The newest ones, the last first.
pub fn newest(all: impl IntoIterator<Item = Restart>) -> Vec<Restart> {
    let mut all: Vec<Restart> = all.into_iter().collect();
    all.sort_by(|left, right| right.at.cmp(&left.at).then_with(|| left.what.cmp(&right.what)));
    all.truncate(TOLD);
    all
}

/// What the log tells of executions that restart or recreate something. Rows from the newest to the oldest.
pub fn executed(entries: &[Entry]) -> impl Iterator<Item = Restart> {
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
        let end = entries.iter().rfind(is_end);
        let lasted = end.map(|end| end.at().duration_since(start.at()));
        let took = match end.zip(lasted) {
            Some((end, lasted)) => {
                let how = if end.success() == Some(false) { "FAILED" } else { "was done" };
                format!("{how} after {}", in_words(lasted))
            }
            None => "its end is not in the log".to_owned(),
        };
        Restart {
            at: start.at(),
            what: format!("{} by {}", start.detail(), start.actor().unwrap_or("nobody named")),
            took,
            seconds: lasted.map(|lasted| lasted.as_secs()),
        }
    })
}

/// The starts of containers that a console noticed, and how long each took until its probe passed. Rows from the newest
/// to the oldest.
pub fn noticed(entries: &[Entry]) -> impl Iterator<Item = Restart> {
    let own = |entry: &'_ Entry| match entry {
        Entry::Own(event) => Some(event.clone()),
        Entry::Operation(_) => None,
    };
    let events: Vec<OwnEvent> = entries.iter().filter_map(own).collect();
    let seen: Vec<Restart> = (events.iter().filter(|event| event.kind == OwnKind::RestartSeen))
        .filter_map(|event| {
            let started = started_at(event)?;
            let of = |other: &&OwnEvent| other.subject == event.subject;
            // Of a container that was started again before it passed, the next start has the pass.
            let later = |other: &&OwnEvent| other.kind == OwnKind::RestartSeen && started_at(other) > Some(started);
            let until = events.iter().filter(of).filter(later).filter_map(started_at).min();
            let is_pass = |other: &&OwnEvent| {
                other.kind == OwnKind::ProbeChanged
                    && other.occurred_at >= started
                    && until.is_none_or(|until| other.occurred_at < until)
                    && verdict_after(other) == Some(Verdict::Pass)
            };
            let passed = events.iter().filter(of).filter(is_pass).map(|other| other.occurred_at).min();
            let lasted = passed.map(|at| at.duration_since(started));
            let read = |other: &&OwnEvent| other.kind == OwnKind::RestartRead && started_at(other) == Some(started);
            let took = match (lasted, events.iter().filter(of).find(read).map(|read| read.success)) {
                (Some(lasted), _) => format!("passed after {} at most", in_words(lasted)),
                (None, Some(Some(true))) => "passed a minute after its start; how long it took was not seen".to_owned(),
                (None, Some(Some(false))) => "did not pass within a minute".to_owned(),
                (None, _) => "how it went was not recorded".to_owned(),
            };
            let seconds = lasted.map(|lasted| lasted.as_secs());
            Some(Restart { at: started, what: format!("{} started", event.subject), took, seconds })
        })
        .collect();
    seen.into_iter()
}

fn started_at(event: &OwnEvent) -> Option<Timestamp> {
    serde_json::from_value(event.context.get("life")?.get("started_at")?.clone()).ok()
}

fn verdict_after(event: &OwnEvent) -> Option<Verdict> {
    serde_json::from_value(event.context.get("to")?.clone()).ok()
}

fn is_start(entry: &Entry) -> bool {
    let detail = entry.detail().to_lowercase();
    entry.event_type() == Some(EventType::ExecutionStarted)
        && ["restart", "recreate", "up -d"].iter().any(|word| detail.contains(word))
}

/// How long something lasted.
pub fn in_words(lasted: SignedDuration) -> String {
    let lasted = lasted.as_secs().max(0);
    if lasted < 120 { format!("{lasted} s") } else { format!("{} min", lasted / 60) }
}
