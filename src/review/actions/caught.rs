//! What the guard says of a text, for the record: what it caught, and what it let through on purpose. Where it stood,
//! never what it was.

use super::{Refused, Stamp, step};
use crate::guard::Watch;
use crate::guard::scan::Hit;
use crate::review::event::{Answer, NewReviewEvent, ReviewAct};
use crate::review::fold::Review;

/// The most hits of one text that have a record of their own.
const MOST: usize = 16;

/// Records everything that was caught in a text, one record per hit; of very many the first, with how many follow.
pub fn quarantine(
    review: &Review,
    field: &str,
    hits: &[Hit],
    mut stamp: impl FnMut() -> Stamp,
) -> Result<Vec<NewReviewEvent>, Refused> {
    let one = |(at, hit): (usize, &Hit)| {
        let act = ReviewAct::Quarantined {
            field: field.to_owned(),
            detector: hit.detector.to_owned(),
            offset: hit.offset,
            len: hit.len,
            more: hits.len() - at - 1,
        };
        step(review, stamp(), act).map(|event| after(event, at))
    };
    hits.iter().enumerate().take(MOST).map(one).collect()
}

/// What in the texts of a step looks like a secret and is allowed: recorded right after the step that carries it.
pub fn let_through(event: &NewReviewEvent, guard: &Watch, mut stamp: impl FnMut() -> Stamp) -> Vec<NewReviewEvent> {
    let found = texts(&event.act).into_iter().flat_map(|(field, text)| {
        let allowed = guard.look(text).1.into_iter();
        allowed.map(move |allowed| (field, allowed))
    });
    let one = |(at, (field, allowed)): (usize, (&str, crate::guard::Allowed))| {
        let act = ReviewAct::Allowed {
            field: field.to_owned(),
            detector: allowed.hit.detector.to_owned(),
            offset: allowed.hit.offset,
            len: allowed.hit.len,
            reason: allowed.reason,
        };
        let Stamp { id, actor, now } = stamp();
        after(NewReviewEvent { id, actor, occurred_at: now, act, ..event.clone() }, at + 1)
    };
    found.take(MOST).enumerate().map(one).collect()
}

/// The same step after so many that are recorded before it.
fn after(event: NewReviewEvent, steps: usize) -> NewReviewEvent {
    NewReviewEvent { expected_version: event.expected_version + steps as u64, ..event }
}

/// What people wrote into a step, and where it stands.
fn texts(act: &ReviewAct) -> Vec<(&str, &str)> {
    match act {
        ReviewAct::FieldSet { field, value, .. } => vec![(field, value)],
        ReviewAct::Corrected { field, value, why, .. } => vec![(field, value), ("correction", why)],
        ReviewAct::CheckDecided { check, answer, heard, .. } => {
            let said = heard.as_ref().map(|heard| (check.as_str(), heard.said.as_str()));
            reason(answer).map(|text| ("reason", text)).into_iter().chain(said).collect()
        }
        ReviewAct::SecondAnswered { answer, .. } => reason(answer).map(|text| ("reason", text)).into_iter().collect(),
        ReviewAct::EvidenceAttached { check, evidence } => vec![(check, &evidence.id)],
        ReviewAct::Overridden { reason, .. } => vec![("override", reason)],
        ReviewAct::Reopened { why } => vec![("reopening", why)],
        ReviewAct::SectionWritten { section, text } => vec![(section.id(), text)],
        ReviewAct::RiskRated { risk } => vec![(&risk.id, &risk.title)],
        ReviewAct::FollowUpSet { item } => [&item.title, &item.owner, &item.domain]
            .into_iter()
            .chain(&item.evidence)
            .map(|text| (item.id.as_str(), text.as_str()))
            .collect(),
        ReviewAct::Opened { .. }
        | ReviewAct::EvidenceDetached { .. }
        | ReviewAct::Quarantined { .. }
        | ReviewAct::Allowed { .. }
        | ReviewAct::QuarantineCleared { .. }
        | ReviewAct::EvidenceMarked { .. }
        | ReviewAct::EvidenceUnmarked { .. }
        | ReviewAct::SecondReaderJoined { .. }
        | ReviewAct::SecondSubmitted
        | ReviewAct::Submitted
        | ReviewAct::RiskDropped { .. }
        | ReviewAct::Signed { .. } => Vec::new(),
    }
}

fn reason(answer: &Answer) -> Option<&str> {
    match answer {
        Answer::NotApplicable { reason } => Some(reason),
        Answer::Pass | Answer::Fail | Answer::Unknown => None,
    }
}
