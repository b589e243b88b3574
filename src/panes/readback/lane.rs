//! Why a review is in its lane, and what is the least that would make it ready.

use super::{quarantine, words};
use crate::app::theme::Role;
use crate::app::{Action, Facts};
use crate::panes::Canvas;
use crate::panes::widgets::Pen;
use crate::review::{Disposition, Lane, Missing, Review, Subject};
use ratatui::layout::Rect;

/// A line: a name at the left, words, and a look; without a name it is a rule.
type Line = (String, String, Role);

/// Scrolls; returns whether it took the action.
pub(super) fn act(scroll: &mut usize, action: Action) -> bool {
    *scroll = match action {
        Action::Down => scroll.saturating_add(1),
        Action::Up => scroll.saturating_sub(1),
        Action::PageDown => scroll.saturating_add(10),
        Action::PageUp => scroll.saturating_sub(10),
        Action::Top => 0,
        _ => return false,
    };
    true
}

/// Draws it from the line that it is scrolled to.
pub(super) fn draw(review: &Review, scroll: usize, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let lines = lines(review, facts);
    let start = scroll.min(lines.len().saturating_sub(usize::from(area.height / 2).max(1)));
    let mut pen = Pen::new(area, canvas);
    for (name, text, role) in lines.iter().skip(start) {
        if name.is_empty() {
            pen.rule(text);
        } else {
            pen.pair(name, text, *role);
        }
    }
}

fn lines(review: &Review, facts: &Facts) -> Vec<Line> {
    let Some(disposition) = words::shown(review, facts) else {
        let why = "the lane follows from the answers of the first reading, which you do not see yet".to_owned();
        return vec![("hidden".to_owned(), why, Role::Muted)];
    };
    let mut lines = vec![(String::new(), format!("why {}", disposition.lane.id()), Role::Title)];
    lines.push(("means".to_owned(), facts.contract.meaning(disposition.lane).to_owned(), Role::Muted));
    lines.extend(trace(&disposition));
    lines.extend(caught(review, facts));
    lines.push((String::new(), least_title(&disposition), Role::Title));
    lines.extend(disposition.least.iter().map(missing));
    lines.push((String::new(), "the lane was computed from".to_owned(), Role::Title));
    lines.push(("policy".to_owned(), disposition.policy.clone(), Role::Muted));
    lines.push(("input".to_owned(), disposition.input_digest.clone(), Role::Muted));
    lines
}

/// Everything that was ever caught; the record of it stays.
fn caught(review: &Review, facts: &Facts) -> Vec<Line> {
    if review.caught.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![(String::new(), "caught by the guard; nothing of it was kept".to_owned(), Role::Title)];
    lines.extend(review.caught.iter().map(|caught| {
        let (word, role) = if caught.cleared { ("is out", Role::Muted) } else { ("quarantine", Role::Fail) };
        (word.to_owned(), quarantine::line(caught, facts), role)
    }));
    lines
}

/// The decisive rules one by one; of the others, how many ask for which lane.
fn trace(disposition: &Disposition) -> Vec<Line> {
    let decisive = disposition.trace.iter().filter(|step| step.decisive);
    let mut lines: Vec<Line> =
        decisive.map(|step| ("decides".to_owned(), subject(&step.subject), words::role_of(step.asks))).collect();
    for lane in Lane::ALL {
        let asks = disposition.trace.iter().filter(|step| !step.decisive && step.asks == lane).count();
        if asks > 0 {
            let what = if asks == 1 { "rule asks" } else { "rules ask" };
            lines.push(("then".to_owned(), format!("{asks} {what} for {}", lane.id()), Role::Muted));
        }
    }
    lines
}

fn least_title(disposition: &Disposition) -> String {
    match disposition.least.len() {
        0 => "nothing is missing".to_owned(),
        count => format!("the least for ready: {count}, the cheapest first"),
    }
}

fn missing(missing: &Missing) -> Line {
    let mut text = missing.gaps.iter().map(words::gap).collect::<Vec<_>>().join("; ");
    if missing.or_not_applicable {
        text.push_str("; or it does not apply, with a reason");
    }
    (subject(&missing.subject), text, Role::Text)
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Check { id } => id.clone(),
        Subject::Field { name } => name.clone(),
        Subject::NothingReceived => "nothing has been received".to_owned(),
        Subject::NoChecks => "the check set has no checks".to_owned(),
        Subject::Complete => "every check holds".to_owned(),
        Subject::Accepted => "it was signed as ready, and nothing has changed since".to_owned(),
    }
}
