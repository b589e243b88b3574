//! Which rows are shown: the newest that the console keeps, or a window somewhere in the timeline.

use crate::app::theme::Role;
use crate::app::{Effect, Facts, Look, Looked, Window};
use crate::panes::{Badge, Canvas};
use crate::timeline::Entry;
use crate::timeline::filter::Filter;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// The selection's distance to the end from which more is read.
const AHEAD: usize = 20;
/// How many of the newest rows go into a window that begins where they end.
const CARRIED: usize = 1_000;

/// The rows that are shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// None where the newest rows are shown, all of them.
    window: Option<Window>,
    /// The number of the newest window.
    number: u64,
    /// How many rows that fit have come since the person left the top.
    new: usize,
    /// As of which second what is shown fits.
    settled: Option<i64>,
}

impl Shown {
    /// The filter that stands.
    pub(super) fn filter(&self) -> Option<&Filter> {
        self.window.as_ref().map(Window::filter).filter(|filter| !filter.is_all())
    }

    /// The same, or the one that lets every row through.
    pub(super) fn question(&self) -> Filter {
        self.filter().cloned().unwrap_or_default()
    }

    /// The rows, newest first.
    pub(super) fn rows<'a>(&'a self, facts: &'a Facts) -> &'a [Entry] {
        self.window.as_ref().map_or(&facts.log.entries, |window| window.rows())
    }

    /// How many rows there are to show.
    pub(super) fn len(&self, facts: &Facts) -> usize {
        self.rows(facts).len()
    }

    /// A row by its place among those.
    pub(super) fn entry<'a>(&'a self, facts: &'a Facts, at: usize) -> Option<&'a Entry> {
        self.rows(facts).get(at)
    }

    /// What the list knows it by.
    pub(super) fn name(&self, facts: &Facts, at: usize) -> String {
        self.entry(facts, at).map(Entry::id).unwrap_or_default().to_owned()
    }

    /// Whether new rows appear at its top by themselves.
    pub(super) fn is_live(&self) -> bool {
        self.window.as_ref().is_none_or(Window::is_live)
    }

    /// Whether nothing older is left to read.
    pub(super) fn is_complete(&self, facts: &Facts) -> bool {
        self.window.as_ref().map_or(facts.log.complete, Window::is_complete)
    }

    /// Whether the newest rows that the console keeps are shown, all of them.
    pub(super) fn is_all_of_the_newest(&self) -> bool {
        self.window.is_none()
    }

    /// How many rows, how many of them fit, and how many have come that the person has not seen.
    pub(super) fn badge(&self, facts: &Facts) -> Badge {
        let more = if self.is_complete(facts) { "" } else { "+" };
        let new = if self.new > 0 { format!(", {} new (g)", self.new) } else { String::new() };
        match (&self.window, self.filter()) {
            (Some(window), Some(_)) => {
                Badge::new(format!("{} of {}{more} fit{new}", window.rows().len(), self.read(facts)), Role::Accent)
            }
            (Some(window), None) => Badge::new(format!("{}{more} rows here{new}", window.rows().len()), Role::Accent),
            (None, _) => Badge::new(format!("{}{more} rows{new}", facts.log.entries.len()), Role::Muted),
        }
    }

    /// How many rows were read for what is shown.
    fn read(&self, facts: &Facts) -> usize {
        let looked = self.window.as_ref().map_or(0, Window::read);
        looked + if self.is_live() { facts.log.entries.len() } else { 0 }
    }

    /// Shows what fits, from the newest row on; every row, where nothing is asked.
    pub(super) fn ask(&mut self, filter: Option<Filter>, facts: &Facts) {
        let filter = filter.filter(|filter| !filter.is_all());
        self.number += 1;
        self.new = 0;
        self.window = filter.map(|filter| Window::newest(self.number, filter, &facts.log, facts.now));
    }

    /// Shows the newest rows.
    pub(super) fn go_newest(&mut self, facts: &Facts) {
        if !self.is_live() || self.filter().is_none() {
            self.ask(Some(self.question()), facts);
        }
        self.new = 0;
    }

    /// Shows the oldest rows. Returns false where they are shown already.
    pub(super) fn go_oldest(&mut self, facts: &Facts) -> bool {
        if self.is_complete(facts) {
            return false;
        }
        self.number += 1;
        self.window = Some(Window::oldest(self.number, self.question()));
        true
    }

    /// Shows the rows around a moment. Returns false where the newest rows, which are shown, reach back to it.
    pub(super) fn go_to(&mut self, at: Timestamp, facts: &Facts) -> bool {
        let reaches = |window: &Window| window.is_complete() || window.reached().is_some_and(|reached| reached < at);
        let known = match &self.window {
            Some(window) => window.is_live() && reaches(window),
            None => facts.log.complete || facts.log.entries.last().is_some_and(|oldest| oldest.at() < at),
        };
        if !known {
            self.number += 1;
            self.window = Some(Window::around(self.number, self.question(), at));
        }
        !known
    }

    /// The person moved: what was read enough for now may be read on.
    pub(super) fn moved(&mut self) {
        if let Some(window) = &mut self.window {
            window.go_on();
        }
    }

    /// Takes what a look found.
    pub(super) fn take(&mut self, looked: Looked) {
        if let Some(window) = &mut self.window {
            window.take(looked);
        }
    }

    /// The newest rows were read again; `fresh` are those that were not known. A gap is more of them than were read.
    pub(super) fn arrived(&mut self, fresh: &[Entry], gap: bool, facts: &Facts) {
        let Some(window) = &mut self.window else {
            self.new += fresh.len();
            return;
        };
        window.retry();
        if gap {
            window.lose_the_top();
        }
        window.arrive(&facts.log.entries, facts.now);
        self.new += fresh.iter().filter(|entry| window.filter().matches(entry, facts.now)).count();
    }

    /// Time has passed, or the person is at the top again.
    pub(super) fn settle(&mut self, at_top: bool, facts: &Facts) {
        if at_top && self.is_live() {
            self.new = 0;
            if self.filter().is_none() && self.window.as_ref().is_some_and(|window| !window.is_looking()) {
                self.window = None;
            }
        }
        let second = Some(facts.now.as_second());
        if self.settled != second {
            self.settled = second;
            if let Some(window) = &mut self.window {
                window.settle(facts.now);
                // What has begun to fit as time passed.
                window.arrive(&facts.log.entries, facts.now);
            }
        }
    }

    /// What has to be read while this row is selected.
    pub(super) fn more(&mut self, selected: usize, facts: &Facts) -> Option<Effect> {
        let log = &facts.log;
        let Some(window) = &mut self.window else {
            let near_end = selected > 0 && selected + AHEAD >= log.entries.len();
            if near_end && log.is_full() && !log.complete {
                // What is older than the console keeps is read from here on.
                self.number += 1;
                let carried = &log.entries[log.entries.len().saturating_sub(CARRIED)..];
                self.window = Some(Window::of_rows(self.number, carried));
            }
            return None;
        };
        if !log.read || !matches!(facts.store, crate::app::StoreState::Ready) {
            return None;
        }
        window.ask(selected, facts.now).map(|look: Look| Effect::Look(Box::new(look)))
    }

    /// Says which filter stands, how many of the rows that were read fit, and how far back was read.
    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect) {
        let (Some(window), Some(filter)) = (&self.window, self.filter()) else { return };
        if row.height == 0 {
            return;
        }
        let read = self.read(facts);
        let older = match window.reached() {
            _ if window.is_complete() => String::new(),
            Some(at) => format!(", read back to {}", facts.local(at).strftime("%Y-%m-%d %H:%M")),
            None => ", older rows are not read yet".to_owned(),
        };
        let count = format!(" {} match of {read} read{older}", window.rows().len());
        let taken = canvas.put_right(row, row.y, &count, Role::Muted);
        let room = row.width.saturating_sub(taken);
        canvas.spans(row.x, row.y, room, &[("/ ", Role::Key), (&filter.to_string(), Role::Accent)]);
    }
}
