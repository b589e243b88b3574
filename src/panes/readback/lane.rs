//! Why a review is in its lane, and what is the least that would make it ready.

use super::lines::Line;
use super::{quarantine, words};
use crate::app::Facts;
use crate::app::theme::Role;
use crate::review::{Disposition, Lane, Missing, Review, Step, Subject};

/// All of it.
pub(super) fn lines(review: &Review, facts: &Facts) -> Vec<Line> {
    let Some(disposition) = words::shown(review, facts) else {
        let why = "the lane follows from the answers of the first reading, which you do not see yet".to_owned();
        return vec![Line::new("hidden", why, Role::Muted)];
    };
    let mut lines = vec![Line::rule(format!("why {}", disposition.lane.id()))];
    lines.push(Line::new("means", facts.contract.meaning(disposition.lane), Role::Muted));
    lines.extend(trace(&disposition));
    lines.extend(caught(review, facts));
    lines.extend(allowed(review, facts));
    lines.push(Line::rule(least_title(&disposition)));
    lines.extend(disposition.least.iter().map(missing));
    lines.push(Line::rule("the lane was computed from"));
    for (name, digest) in [("policy", &disposition.policy), ("input", &disposition.input_digest)] {
        lines.push(Line::new(name, words::short_digests(digest), Role::Muted).whole(digest));
    }
    lines
}

/// Everything that was ever caught; the record of it stays.
fn caught(review: &Review, facts: &Facts) -> Vec<Line> {
    if review.caught.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::rule("caught by the guard; nothing of it was kept")];
    lines.extend(review.caught.iter().map(|caught| {
        let (word, role) = if caught.cleared { ("is out", Role::Muted) } else { ("quarantine", Role::Fail) };
        Line::new(word, quarantine::line(caught, facts), role)
    }));
    lines
}

/// Everything that looks like a secret and was let through on purpose.
fn allowed(review: &Review, facts: &Facts) -> Vec<Line> {
    if review.allowed.is_empty() {
        return Vec::new();
    }
    let lines = review.allowed.iter();
    let lines = lines.map(|one| Line::new("allowed", quarantine::allowed(one, facts), Role::Muted));
    [Line::rule("looks like a secret and was let through, as [[guard.allow]] says")].into_iter().chain(lines).collect()
}

/// The decisive rules one by one; of the others, how many ask for which lane.
fn trace(disposition: &Disposition) -> Vec<Line> {
    let decisive = disposition.trace.iter().filter(|step| step.decisive);
    let one =
        |step: &Step| about(Line::new("decides", subject(&step.subject), words::role_of(step.asks)), &step.subject);
    let mut lines: Vec<Line> = decisive.map(one).collect();
    for lane in Lane::ALL {
        let asks = disposition.trace.iter().filter(|step| !step.decisive && step.asks == lane).count();
        if asks > 0 {
            let what = if asks == 1 { "rule asks" } else { "rules ask" };
            lines.push(Line::new("then", format!("{asks} {what} for {}", lane.id()), Role::Muted));
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
    about(Line::new(subject(&missing.subject), text, Role::Text), &missing.subject)
}

/// A line about a check or a field: enter goes there.
fn about(line: Line, subject: &Subject) -> Line {
    match subject {
        Subject::Check { id } | Subject::Field { name: id } => line.to(id),
        _ => line,
    }
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Check { id } => id.clone(),
        Subject::Field { name } => name.clone(),
        Subject::NothingReceived => "nothing has been received".to_owned(),
        Subject::NotLooked => "what the probes say".to_owned(),
        Subject::NoChecks => "the check set has no checks".to_owned(),
        Subject::Complete => "every check holds".to_owned(),
        Subject::Accepted => "it was signed as ready, and nothing has changed since".to_owned(),
    }
}
