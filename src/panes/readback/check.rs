//! All of one check: what is asked, which fields answer it, what keeps it from holding.

use super::checks::Row;
use super::words;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::panes::widgets::Pen;
use crate::review::{Answer, CheckKind, Review, references};
use ratatui::layout::Rect;

/// Draws the detail of the selected row.
pub(super) fn draw(review: &Review, rows: &[Row], at: usize, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let Some(row) = rows.get(at) else { return };
    let mut pen = Pen::new(area, canvas);
    pen.rule(&row.name(facts));
    if let Some(check) = row.check(facts) {
        pen.text(&check.instruction, Role::Title);
        pen.pair("decided by", kind(check.kind), Role::Muted);
        if let Some(decision) = review.answers.get(&check.id) {
            pen.pair("answer", &format!("{} by {}", answer(&decision.answer), decision.by.actor), Role::Accent);
        }
    }
    let disposition = words::disposition(review, facts);
    for gap in row.state(&disposition, facts).map(|state| state.gaps.as_slice()).unwrap_or_default() {
        pen.pair("to do", &words::gap(gap), Role::Warn);
    }
    for field in row.fields(facts) {
        match review.value(&field) {
            Some(value) => pen.pair(&field, value, Role::Text),
            None => pen.pair(&field, "empty", Role::Muted),
        }
        for reference in references(&field, &facts.log.entries, facts.now) {
            let at = facts.local(reference.at).strftime("%Y-%m-%d %H:%M:%S");
            pen.pair("  evidence (i)", &format!("{at} {}: {}", reference.summary, reference.text), Role::Accent);
        }
    }
    if let Some(review) = &review.opening {
        let at = facts.local(review.by.recorded_at).strftime("%Y-%m-%d %H:%M");
        pen.pair("opened", &format!("{at} by {}", review.by.actor), Role::Muted);
    }
}

fn kind(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Field => "its fields: filled is enough, unless you answer otherwise",
        CheckKind::Judgement => "you: judge it, and fill its fields",
        CheckKind::Guard => "the redaction guard, and your attestation",
        CheckKind::Auto => "the console, from its own records",
    }
}

fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Pass => "holds".to_owned(),
        Answer::Fail => "does not hold".to_owned(),
        Answer::NotApplicable { reason } => format!("does not apply: {reason}"),
        Answer::Unknown => "can't tell".to_owned(),
    }
}
