//! A conflict: what was tried beside what stands now. Nothing is overwritten, and nothing that was typed is lost.

use super::words;
use crate::app::theme::Role;
use crate::app::{Action, Facts};
use crate::panes::Canvas;
use crate::panes::widgets::Pen;
use crate::review::{NewReviewEvent, Review, ReviewAct};
use ratatui::layout::Rect;

/// Draws the step that lost, and what stands in its place.
pub(super) fn draw(tried: &NewReviewEvent, review: &Review, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = Pen::new(area, canvas);
    let more = facts.lost.iter().filter(|event| event.review == tried.review).count().saturating_sub(1);
    pen.rule(if more > 0 { "conflict, and more after it" } else { "conflict" });
    pen.text(
        "Somebody else wrote into this review before your step was recorded. Nothing was overwritten.",
        Role::Title,
    );
    let (about, mine) = yours(&tried.act);
    pen.pair("about", &about, Role::Text);
    pen.pair("you tried", &mine, Role::Accent);
    let at = facts.local(tried.occurred_at).strftime("%Y-%m-%d %H:%M:%S");
    pen.pair("", &format!("at {at}, on version {}", tried.expected_version), Role::Muted);
    if review.version() <= tried.expected_version {
        pen.pair("stands now", "it is being read", Role::Muted);
        return;
    }
    for line in stands(tried, review, facts) {
        pen.pair("stands now", &line, Role::Warn);
    }
    pen.pair("", &format!("version {} of the review", review.version()), Role::Muted);
    let again = Action::TakeAgain.info();
    let leave = Action::LeaveIt.info();
    pen.pair(again.keys[0], again.help, Role::Text);
    pen.pair(leave.keys[0], leave.help, Role::Text);
    if more > 0 {
        pen.pair("after it", &format!("{more} of your steps fell with it; each is asked about"), Role::Muted);
    }
}

/// What a step was about, and what it said.
fn yours(act: &ReviewAct) -> (String, String) {
    match act {
        ReviewAct::FieldSet { field, value, .. } => (field.clone(), quoted(value)),
        ReviewAct::CheckDecided { check, answer, .. } | ReviewAct::SecondAnswered { check, answer, .. } => {
            (check.clone(), words::answer(answer))
        }
        ReviewAct::Corrected { field, value, why, .. } => (field.clone(), format!("{}, because {why}", quoted(value))),
        ReviewAct::Overridden { check, reason, until } => {
            (check.clone(), format!("passed over until {until}: {reason}"))
        }
        ReviewAct::EvidenceAttached { check, evidence } => (check.clone(), format!("attach {}", evidence.id)),
        ReviewAct::EvidenceDetached { check, id } => (check.clone(), format!("take {id} off")),
        ReviewAct::QuarantineCleared { field } => (field.clone(), "say that what was caught is out".to_owned()),
        ReviewAct::Quarantined { field, detector, .. } => (field.clone(), format!("{detector} was caught")),
        ReviewAct::SectionWritten { section, text } => (section.id().to_owned(), quoted(text)),
        ReviewAct::Reopened { why } => ("the review".to_owned(), format!("reopen it: {why}")),
        ReviewAct::SecondReaderJoined { .. } => ("the review".to_owned(), "read it second".to_owned()),
        ReviewAct::SecondSubmitted => ("the review".to_owned(), "hand the second reading in".to_owned()),
        ReviewAct::Submitted => ("the review".to_owned(), "hand the first reading in".to_owned()),
        ReviewAct::Signed { lane, .. } => ("the review".to_owned(), format!("sign {lane}")),
        _ => ("the review".to_owned(), "a step of yours".to_owned()),
    }
}

fn quoted(value: &str) -> String {
    match value {
        "" => "nothing: it was taken back".to_owned(),
        value => format!("\"{}\"", words::short_digests(value)),
    }
}

/// What stands where the step would go, and who wrote it. Of the first reading nothing is told to who reads second.
fn stands(tried: &NewReviewEvent, review: &Review, facts: &Facts) -> Vec<String> {
    let field = |field: &str| match review.fields.get(field) {
        Some(state) => format!("{}, {}", quoted(&state.value), words::touch(&state.by, facts)),
        None => "nothing was written there".to_owned(),
    };
    let is_newer = |version: u64| version > tried.expected_version;
    match &tried.act {
        ReviewAct::FieldSet { field: name, .. } | ReviewAct::Corrected { field: name, .. } => {
            let mut lines = vec![field(name)];
            if !review.fields.get(name).is_some_and(|state| is_newer(state.version)) {
                lines.push(elsewhere(review, facts));
            }
            lines
        }
        ReviewAct::CheckDecided { check, .. } | ReviewAct::SecondAnswered { check, .. } => {
            let decision = words::own_answer(review, check, facts);
            let mut lines = vec![match decision {
                Some(decision) => format!("{}, {}", words::answer(&decision.answer), words::touch(&decision.by, facts)),
                None => "nobody has answered it".to_owned(),
            }];
            if !decision.is_some_and(|decision| is_newer(decision.version)) {
                lines.push(elsewhere(review, facts));
            }
            lines
        }
        _ => vec![elsewhere(review, facts)],
    }
}

/// The other step was about something else.
fn elsewhere(review: &Review, facts: &Facts) -> String {
    match &review.last {
        Some(last) if !words::reads_second(review, facts) => {
            format!("the other step was about something else: {}", words::touch(last, facts))
        }
        _ => "the other step was about something else".to_owned(),
    }
}
