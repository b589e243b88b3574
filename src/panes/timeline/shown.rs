//! The rows that fit the filter, found again when the rows, the filter or the time change.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::timeline::Entry;
use crate::timeline::filter::Filter;
use ratatui::layout::Rect;

/// Which rows are shown: all, or those that fit.
#[derive(Debug, Default)]
pub(super) struct Shown {
    filter: Option<Filter>,
    /// The positions among all rows.
    rows: Vec<usize>,
    /// As of which rows and which second they were found.
    found: Option<(u64, i64)>,
}

impl Shown {
    /// The filter that stands.
    pub(super) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Shows what fits; all, where nothing is asked.
    pub(super) fn ask(&mut self, filter: Option<Filter>, facts: &Facts) {
        self.filter = filter.filter(|filter| !filter.is_all());
        self.found = None;
        self.settle(facts);
    }

    /// Finds the rows again, where they may be others.
    pub(super) fn settle(&mut self, facts: &Facts) {
        let as_of = Some((facts.log.version(), facts.now.as_second()));
        if self.found == as_of {
            return;
        }
        self.rows.clear();
        if let Some(filter) = &self.filter {
            let fits = |(at, entry): (usize, &Entry)| filter.matches(entry, facts.now).then_some(at);
            self.rows.extend(facts.log.entries.iter().enumerate().filter_map(fits));
        }
        self.found = as_of;
    }

    /// How many rows there are to show.
    pub(super) fn len(&self, facts: &Facts) -> usize {
        if self.filter.is_some() { self.rows.len() } else { facts.log.entries.len() }
    }

    /// A row by its place among those.
    pub(super) fn entry<'a>(&self, facts: &'a Facts, at: usize) -> Option<&'a Entry> {
        let at = if self.filter.is_some() { *self.rows.get(at)? } else { at };
        facts.log.entries.get(at)
    }

    /// What the list knows it by.
    pub(super) fn name(&self, facts: &Facts, at: usize) -> String {
        self.entry(facts, at).map(Entry::id).unwrap_or_default().to_owned()
    }

    /// Says which filter stands, and how many of the rows that were read fit.
    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect) {
        let Some(filter) = self.filter.as_ref().filter(|_| row.height > 0) else { return };
        let older = if facts.log.complete { "" } else { ", older rows are not read yet" };
        let count = format!(" {} match of {} read{older}", self.rows.len(), facts.log.entries.len());
        let taken = canvas.put_right(row, row.y, &count, Role::Muted);
        let room = row.width.saturating_sub(taken);
        canvas.spans(row.x, row.y, room, &[("/ ", Role::Key), (&filter.to_string(), Role::Accent)]);
    }
}
