//! Runs of fields that one review set, folded into a line each: a review has many, and what happened stands among them.
//! Answers, evidence, sign-offs and every other row keep a line of their own.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::guard;
use crate::panes::Canvas;
use crate::timeline::{Entry, OwnEvent, OwnKind};
use ratatui::layout::Rect;
use std::collections::BTreeSet;

/// The lines of the list: which rows each stands for.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The first row of each line; it ends where the next begins.
    starts: Vec<usize>,
    rows: usize,
    /// Whether each field that was set has a line of its own.
    apart: bool,
}

impl Lines {
    /// Of these rows, newest first; `set` knows the ids of steps that wrote a field. Who asks with a filter sees every row
    /// that fits.
    pub(super) fn fold(&mut self, rows: &[Entry], filtered: bool, set: impl Fn(&str) -> bool) {
        self.starts.clear();
        self.rows = rows.len();
        let folds = !self.apart && !filtered;
        let goes_on = |at: usize| {
            let pair = at.checked_sub(1).and_then(|before| rows.get(before)).zip(rows.get(at));
            pair.and_then(|(before, here)| step(before).zip(step(here)))
                .is_some_and(|(before, here)| before.subject == here.subject && set(&before.id) && set(&here.id))
        };
        self.starts.extend((0..rows.len()).filter(|at| !folds || !goes_on(*at)));
    }

    /// Folds, or gives each field a line.
    pub(super) fn toggle(&mut self) {
        self.apart = !self.apart;
    }

    /// Whether runs are folded.
    pub(super) fn are_folded(&self) -> bool {
        !self.apart
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The newest row of a line.
    pub(super) fn row(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.rows)
    }

    /// How many rows a line stands for.
    pub(super) fn count(&self, line: usize) -> usize {
        self.row(line + 1) - self.row(line)
    }

    /// The line in which a row is.
    pub(super) fn line(&self, row: usize) -> usize {
        self.starts.partition_point(|start| *start <= row).saturating_sub(1)
    }

    /// The row that a line is known by: its oldest, which stays while steps are taken.
    pub(super) fn named_by(&self, line: usize) -> usize {
        self.row(line + 1).saturating_sub(1)
    }
}

/// The step of a review that a row is.
fn step(entry: &Entry) -> Option<&OwnEvent> {
    match entry {
        Entry::Own(event) if event.kind == OwnKind::ReviewEvent => Some(event),
        Entry::Own(_) | Entry::Operation(_) => None,
    }
}

/// Draws a run of fields: when the last was set, how many, in which review, by whom.
pub(super) fn draw(rows: &[Entry], facts: &Facts, canvas: &mut Canvas<'_>, row: Rect, selected: bool) {
    let Some(last) = rows.first().and_then(step) else { return };
    let mark = if selected { canvas.glyphs.cursor() } else { " " };
    canvas.put(row.x, row.y, 1, mark, Role::Accent);
    let pattern = if row.width >= 100 { "%Y-%m-%d %H:%M:%S" } else { "%m-%d %H:%M:%S" };
    let time = facts.local(last.occurred_at).strftime(pattern).to_string();
    let mut x = row.x + 2;
    x += canvas.put(x, row.y, row.right().saturating_sub(x), &time, Role::Muted) + 3;
    let actors: BTreeSet<&str> = rows.iter().filter_map(Entry::actor).collect();
    let actors: Vec<_> = actors.into_iter().map(|actor| guard::line(actor).into_owned()).collect();
    let review: String = guard::line(&last.subject).chars().take(8).collect();
    let text = format!("{} fields set in review {review} by {}", rows.len(), actors.join(", "));
    canvas.spans(x, row.y, row.right().saturating_sub(x), &[(&text, Role::Accent), ("  X shows each", Role::Muted)]);
    if selected {
        canvas.select(row, row.right());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn row(kind: OwnKind, subject: &str, id: &str) -> Entry {
        Entry::Own(OwnEvent {
            id: id.to_owned(),
            incident_id: None,
            kind,
            subject: subject.to_owned(),
            actor: None,
            summary: String::new(),
            success: None,
            context: Value::Null,
            occurred_at: jiff::Timestamp::UNIX_EPOCH,
            recorded_at: None,
        })
    }

    #[test]
    fn fields_of_one_review_that_were_set_one_after_the_other_are_one_line_and_everything_else_has_its_own() {
        let set = |review: &str| row(OwnKind::ReviewEvent, review, "set");
        let (answer, other) =
            (|| row(OwnKind::ReviewEvent, "b", "answer"), || row(OwnKind::ProbeChanged, "web", "set"));
        let rows = [
            other(),
            set("a"),
            set("a"),
            set("b"),
            other(),
            set("b"),
            set("b"),
            set("b"),
            answer(),
            answer(),
            set("b"),
        ];
        let mut lines = Lines::default();
        let is_set = |id: &str| id == "set";
        lines.fold(&rows, false, is_set);
        let counts: Vec<usize> = (0..lines.len()).map(|line| lines.count(line)).collect();
        assert_eq!(counts, [1, 2, 1, 1, 3, 1, 1, 1]);
        assert_eq!((lines.row(4), lines.named_by(4), lines.line(7), lines.line(2)), (5, 7, 4, 1));
        lines.fold(&rows, true, is_set);
        assert_eq!(lines.len(), rows.len(), "what was asked for is shown");
        lines.toggle();
        lines.fold(&rows, false, is_set);
        assert_eq!(lines.len(), rows.len());
        lines.fold(&[], false, is_set);
        assert_eq!((lines.len(), lines.line(0), lines.row(0)), (0, 0, 0));
    }
}
