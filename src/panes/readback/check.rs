//! All of one check: the challenge (what is asked), what could answer it (fields and evidence), and the response.

use super::checks::Row;
use super::items::{self, Item};
use super::look::Look;
use super::words;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::evidence::Freshness;
use crate::panes::Canvas;
use crate::panes::widgets::{List, Pen, age_label};
use crate::review::{Check, CheckKind, Reading, Review};
use ratatui::layout::Rect;

/// What is on the screen besides the check itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    /// The evidence that is selected, where it can be.
    pub(super) selected: Option<&'a List>,
    /// What is open of it.
    pub(super) look: &'a Look,
}

/// Draws a row of the review.
pub(super) fn draw(
    review: &Review,
    rows: &[Row],
    at: usize,
    beside: Beside<'_>,
    facts: &Facts,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let Some(row) = rows.get(at) else { return };
    let items = items::of(row, review, facts);
    let mut pen = Pen::new(area, canvas);
    let place = if beside.selected.is_some() { format!("{} of {}  ", at + 1, rows.len()) } else { String::new() };
    pen.rule(&format!("{place}{}", row.name(facts)));
    let open = beside.look.shown().and_then(|id| items.iter().find(|item| item.offer.evidence.id == id));
    if let (Some(item), true) = (open, beside.selected.is_some()) {
        return opened(item, facts, &mut pen);
    }
    challenge(row, &mut pen, facts);
    answers(row, review, &mut pen, facts);
    if let Some(check) = row.check(facts) {
        pen.pair("decided by", decided_by(check), Role::Muted);
    }
    for field in row.fields(facts) {
        match review.value(&field) {
            Some(value) => pen.pair(&field, &words::short_digests(value), Role::Text),
            None => pen.pair(&field, "empty", Role::Muted),
        }
        if words::reading(review, facts) == Reading::Both
            && let Some(how) = review.fields.get(&field).and_then(|state| state.diligence)
        {
            pen.pair("", &format!("written {}", words::diligence(Some(how))), Role::Muted);
        }
        corrections(&field, review, &mut pen, facts);
    }
    evidence(&items, row, beside, facts, &mut pen);
    if let Some(opening) = review.opening.as_ref().filter(|_| beside.selected.is_none()) {
        pen.pair("opened", &words::touch(&opening.by, facts), Role::Muted);
    }
}

/// What is asked, and how.
fn challenge(row: &Row, pen: &mut Pen<'_, '_>, facts: &Facts) {
    let Some(check) = row.check(facts) else { return };
    pen.text(&check.instruction, Role::Title);
    if let Some(datum) = check.readback {
        pen.pair("p asks", datum.question(), Role::Muted);
    }
}

/// What was answered, as far as the person may see it, and what is to do.
fn answers(row: &Row, review: &Review, pen: &mut Pen<'_, '_>, facts: &Facts) {
    let Some(check) = row.check(facts) else { return };
    match words::reading(review, facts) {
        Reading::Second => {
            if let Some(own) = words::own_answer(review, &check.id, facts) {
                pen.pair("your answer", &words::answer(&own.answer), Role::Accent);
            }
            return;
        }
        Reading::First => {
            if let Some(decision) = review.answers.get(&check.id) {
                pen.pair("answer", &words::decision(decision), Role::Accent);
            }
        }
        Reading::Both => {
            let second = review.second.as_ref().and_then(|second| second.answers.get(&check.id));
            for (name, decision) in [("first reading", review.answers.get(&check.id)), ("second reading", second)] {
                match decision {
                    Some(decision) => {
                        pen.pair(name, &words::decision(decision), Role::Accent);
                        pen.pair("", &words::diligence(decision.diligence), Role::Muted);
                    }
                    None => pen.pair(name, "no answer", Role::Muted),
                }
            }
            if row.is_disputed(review, facts) {
                pen.pair("they differ", "either side may answer again; what agrees is settled", Role::Warn);
            }
        }
    }
    if let Some(heard) = review.answers.get(&check.id).and_then(|decision| decision.heard.as_ref()) {
        pen.pair("read back", &format!("\"{}\", as {} says", heard.said, heard.evidence.id), Role::Muted);
    }
    if let Some(one) = review.overrides.get(&check.id) {
        let until = facts.local(one.until).strftime("%Y-%m-%d %H:%M");
        let word = if one.until > facts.now { "overridden" } else { "was overridden" };
        pen.pair(word, &format!("until {until}, {}: {}", words::touch(&one.by, facts), one.reason), Role::Warn);
    }
    let disposition = words::disposition(review, facts);
    for gap in row.state(&disposition, facts).map(|state| state.gaps.as_slice()).unwrap_or_default() {
        pen.pair("to do", &words::gap(gap), Role::Warn);
    }
}

fn corrections(field: &str, review: &Review, pen: &mut Pen<'_, '_>, facts: &Facts) {
    if let Some(last) = review.corrections.iter().rev().find(|correction| correction.field == *field) {
        pen.pair("  corrected", &format!("{}: {}", words::touch(&last.by, facts), last.why), Role::Muted);
    }
}

/// What the console knows: each with whether it is attached, how fresh it is, and how old.
fn evidence(items: &[Item], row: &Row, beside: Beside<'_>, facts: &Facts, pen: &mut Pen<'_, '_>) {
    if row.check(facts).is_none() {
        return;
    }
    if items.is_empty() {
        if !row.fields(facts).is_empty() {
            pen.pair("evidence", "the console knows of none that answers this", Role::Muted);
        }
        return;
    }
    if beside.selected.is_some() {
        let attached = items.iter().filter(|item| item.attached.is_some()).count();
        pen.rule(&format!("evidence: {} known, {attached} attached; i attaches, o opens, x takes off", items.len()));
    }
    let (height, at) = (usize::from(pen.rest().height), beside.selected.map(List::index));
    let shown = match beside.selected {
        Some(list) => list.window(items.len(), height),
        None => 0..items.len().min(height),
    };
    for (at_item, item) in items.iter().enumerate().skip(shown.start).take(shown.len()) {
        line(item, at == Some(at_item), facts, pen);
    }
}

fn line(item: &Item, selected: bool, facts: &Facts, pen: &mut Pen<'_, '_>) {
    let area = pen.rest();
    if area.height == 0 {
        return;
    }
    let glyphs = pen.glyphs();
    let freshness = item.freshness(facts);
    let age = age_label(crate::evidence::age(item.offer.evidence.observed_at, facts.now));
    let is_old = freshness != Freshness::Fresh;
    let state = match (&item.attached, is_old) {
        (Some(_), true) => format!("attached, {}", freshness.word()),
        (Some(_), false) => "attached".to_owned(),
        (None, true) => freshness.word().to_owned(),
        (None, false) => "offered".to_owned(),
    };
    let role = match (&item.attached, is_old) {
        (_, true) => Role::Stale,
        (Some(_), false) => Role::Accent,
        (None, false) => Role::Muted,
    };
    let cursor = if selected { glyphs.cursor() } else { " " };
    let text = format!("{} {}", items::kind(item.offer.evidence.kind), item.offer.title);
    let canvas = pen.canvas();
    canvas.put(area.x, area.y, 1, cursor, Role::Accent);
    canvas.put(area.x + 2, area.y, 15, &state, role);
    canvas.put(area.x + 18, area.y, 3, &age, Role::Muted);
    canvas.put(area.x + 22, area.y, area.width.saturating_sub(22), &text, Role::Text);
    if selected {
        canvas.select(Rect { height: 1, ..area }, area.x + 48);
    }
    pen.take(1);
}

/// The selected evidence, below the check where there is room for it.
pub(super) fn below(item: &Item, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = Pen::new(area, canvas);
    pen.rule("the selected evidence; o says that you have opened it");
    opened(item, facts, &mut pen);
}

/// What opening a piece of evidence shows.
fn opened(item: &Item, facts: &Facts, pen: &mut Pen<'_, '_>) {
    let evidence = &item.offer.evidence;
    pen.text(&item.offer.title, Role::Title);
    let at = facts.local(evidence.observed_at).strftime("%Y-%m-%d %H:%M:%S");
    pen.pair("observed", &format!("{at}, {}", item.freshness(facts).word()), Role::Text);
    for (name, value) in &item.offer.detail {
        pen.pair(name, &words::short_digests(value), Role::Text);
    }
    pen.pair("sha256", &words::short_digests(&evidence.digest), Role::Muted);
    match &item.attached {
        Some(attached) => {
            pen.pair("attached", &words::touch(&attached.by, facts), Role::Accent);
            if item.is_newer() {
                pen.pair("", "it has been seen again since; i attaches it as it is now", Role::Warn);
            }
        }
        None => pen.pair("attached", "no; i attaches it", Role::Muted),
    }
}

/// Who decides it.
fn decided_by(check: &Check) -> &'static str {
    match check.kind {
        CheckKind::Field | CheckKind::Judgement if check.readback.is_some() => {
            "you: say what the attached evidence says, and fill its fields"
        }
        CheckKind::Field => "its fields, unless you answer otherwise",
        CheckKind::Judgement => "you: judge it, and fill its fields",
        CheckKind::Guard => "the redaction guard, and your attestation",
        CheckKind::Auto => "the console, from its own records",
    }
}
