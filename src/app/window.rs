//! A part of the timeline around a place: rows that fit a question, read from the store in both directions as a person
//! moves, and dropped behind. However far one scrolls, it holds no more than a few thousand.

use super::log::Log;
use crate::timeline::filter::Filter;
use crate::timeline::{Cursor, Entry, Grid, Histogram, Toward};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// How many rows it holds before those that are farthest from the person are dropped.
const MOST: usize = 2_000;
/// How many rows are asked for at a time.
const LIMIT: usize = 200;
/// Rows are asked for when the selection is this close to an end.
const AHEAD: usize = 20;
/// How many rows are read by themselves, to find some that fit, until the person moves again.
const READ_ON: usize = 200_000;

/// What the store is asked for: rows that fit, from a place, one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Which window asks; it takes no answers that are another's.
    pub number: u64,
    /// The question.
    pub filter: Filter,
    /// The time it is asked at.
    pub now: Timestamp,
    /// Where it begins; `None` at the newest row, or the oldest.
    pub from: Option<Cursor>,
    /// Which way it goes.
    pub toward: Toward,
    /// How many rows are enough.
    pub limit: usize,
}

/// What became of a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    /// Whose it is.
    pub number: u64,
    /// Which way it went.
    pub toward: Toward,
    /// The rows that fit, the nearest first.
    pub entries: Vec<Entry>,
    /// How many rows were read for them.
    pub read: usize,
    /// How far it got.
    pub reached: Option<Cursor>,
    /// Whether nothing is left that way.
    pub end: bool,
}

/// What the store is asked to count.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// Who asks; it takes no answers that are another's.
    pub number: u64,
    /// The buckets.
    pub grid: Grid,
    /// What is counted.
    pub filter: Filter,
    /// The time it is asked at.
    pub now: Timestamp,
}

/// What was counted: the newest of the buckets that were asked for, as many as were counted in a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// Whose it is.
    pub number: u64,
    /// The buckets.
    pub histogram: Histogram,
    /// When the timeline begins.
    pub oldest: Option<Timestamp>,
}

/// How far was read on a side.
#[derive(Clone, Debug, PartialEq)]
enum Side {
    /// To the end.
    End,
    /// To here; from the very end, where it says nothing.
    More(Option<Cursor>),
    /// To here, and what is beyond is on its way.
    Asked(Option<Cursor>),
}

impl Side {
    fn reached(&self) -> Option<&Cursor> {
        match self {
            Self::End => None,
            Self::More(cursor) | Self::Asked(cursor) => cursor.as_ref(),
        }
    }
}

/// A part of the timeline.
#[derive(Clone, Debug)]
pub struct Window {
    number: u64,
    filter: Filter,
    rows: Vec<Entry>,
    newer: Side,
    older: Side,
    read: usize,
    /// How many rows may be read by themselves.
    allowed: usize,
}

impl Window {
    /// From the newest row on: what is known of it at once, the rest from the store.
    pub fn newest(number: u64, filter: Filter, log: &Log, now: Timestamp) -> Self {
        let rows: Vec<Entry> = log.entries.iter().filter(|entry| filter.matches(entry, now)).cloned().collect();
        let older = if log.complete { Side::End } else { Side::More(log.entries.last().map(Entry::cursor)) };
        Self { rows, older, ..Self::empty(number, filter) }
    }

    /// From the oldest row on.
    pub fn oldest(number: u64, filter: Filter) -> Self {
        Self { newer: Side::More(None), ..Self::empty(number, filter) }
    }

    /// Around a moment.
    pub fn around(number: u64, filter: Filter, at: Timestamp) -> Self {
        let side = Side::More(Some(Cursor { at, id: String::new() }));
        Self { newer: side.clone(), older: side, ..Self::empty(number, filter) }
    }

    /// Around rows that are known; newest first, without a gap.
    pub fn of_rows(number: u64, rows: &[Entry]) -> Self {
        let side = |row: Option<&Entry>| Side::More(row.map(Entry::cursor));
        let (newer, older) = (side(rows.first()), side(rows.last()));
        Self { rows: rows.to_vec(), newer, older, ..Self::empty(number, Filter::default()) }
    }

    fn empty(number: u64, filter: Filter) -> Self {
        Self { number, filter, rows: Vec::new(), newer: Side::End, older: Side::End, read: 0, allowed: READ_ON }
    }

    /// The question.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The rows, newest first.
    pub fn rows(&self) -> &[Entry] {
        &self.rows
    }

    /// How many rows were read from the store for them.
    pub fn read(&self) -> usize {
        self.read
    }

    /// Whether nothing newer is left to read: new rows appear by themselves.
    pub fn is_live(&self) -> bool {
        self.newer == Side::End
    }

    /// Whether nothing older is left to read.
    pub fn is_complete(&self) -> bool {
        self.older == Side::End
    }

    /// Whether rows are on their way.
    pub fn is_looking(&self) -> bool {
        matches!((&self.newer, &self.older), (Side::Asked(_), _) | (_, Side::Asked(_)))
    }

    /// Back to when it was read.
    pub fn reached(&self) -> Option<Timestamp> {
        self.older.reached().map(|cursor| cursor.at)
    }

    /// The person moved: it may read on by itself again.
    pub fn go_on(&mut self) {
        self.allowed = self.read + READ_ON;
    }

    /// An answer will not come: the store was away.
    pub fn retry(&mut self) {
        for side in [&mut self.newer, &mut self.older] {
            if let Side::Asked(cursor) = side {
                *side = Side::More(cursor.take());
            }
        }
    }

    /// More rows came at the top than were read there.
    pub fn lose_the_top(&mut self) {
        if self.is_live() {
            self.newer = Side::More(self.rows.first().map(Entry::cursor).or_else(|| self.older.reached().cloned()));
        }
    }

    /// What has to be read when this row is selected; one look at a time.
    pub fn ask(&mut self, selected: usize, now: Timestamp) -> Option<Look> {
        if self.is_looking() || self.read >= self.allowed {
            return None;
        }
        let (near_end, near_top) = (selected + AHEAD >= self.rows.len(), selected < AHEAD);
        let (toward, side) = match (&self.older, &self.newer) {
            (Side::More(_), _) if near_end => (Toward::Older, &mut self.older),
            (_, Side::More(_)) if near_top => (Toward::Newer, &mut self.newer),
            _ => return None,
        };
        let from = side.reached().cloned();
        *side = Side::Asked(from.clone());
        Some(Look { number: self.number, filter: self.filter.clone(), now, from, toward, limit: LIMIT })
    }

    /// Takes an answer; one that is another's changes nothing.
    pub fn take(&mut self, looked: Looked) {
        if looked.number != self.number {
            return;
        }
        self.read += looked.read;
        let side = if looked.end { Side::End } else { Side::More(looked.reached) };
        match looked.toward {
            Toward::Older => {
                self.older = side;
                self.rows.extend(looked.entries);
                let above = self.rows.len().saturating_sub(MOST);
                if above > 0 {
                    self.rows.drain(..above);
                    self.newer = Side::More(self.rows.first().map(Entry::cursor));
                }
            }
            Toward::Newer => {
                self.newer = side;
                self.rows.splice(..0, looked.entries.into_iter().rev());
                if self.rows.len() > MOST {
                    self.rows.truncate(MOST);
                    self.older = Side::More(self.rows.last().map(Entry::cursor));
                }
            }
        }
        self.tidy();
    }

    /// Takes rows that the log has now, where they belong into the part that was read.
    pub fn arrive(&mut self, rows: &[Entry], now: Timestamp) {
        let place = |entry: &Entry| entry.cursor();
        let lowest = self.older.reached().cloned();
        let highest = if self.is_live() { None } else { Some(self.newer.reached().cloned()) };
        let is_within = |entry: &&Entry| {
            let at = place(entry);
            lowest.as_ref().is_none_or(|lowest| at >= *lowest)
                && highest.as_ref().is_none_or(|highest| highest.as_ref().is_some_and(|highest| at <= *highest))
                && self.filter.matches(entry, now)
        };
        let come: Vec<Entry> = rows.iter().filter(is_within).cloned().collect();
        self.rows.extend(come);
        self.tidy();
        if self.rows.len() > 2 * MOST {
            self.rows.truncate(2 * MOST);
            self.older = Side::More(self.rows.last().map(Entry::cursor));
        }
    }

    /// Time has passed: what no longer fits goes.
    pub fn settle(&mut self, now: Timestamp) {
        let filter = &self.filter;
        self.rows.retain(|entry| filter.matches(entry, now));
    }

    /// In order, no row twice.
    fn tidy(&mut self) {
        self.rows.sort_by(Entry::newest_first);
        let mut seen = BTreeSet::new();
        self.rows.retain(|entry| seen.insert((matches!(entry, Entry::Own(_)), entry.id().to_owned())));
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
