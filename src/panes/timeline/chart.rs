//! What the histogram knows: the buckets that the newest rows tell, and those that the store was asked to count.

use crate::app::{Count, Counted, Effect, Facts, StoreState};
use crate::timeline::filter::Filter;
use crate::timeline::{Counts, Feed, Grid, Span, WIDTHS, coverage};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The kind of the probes that tell whether alerts arrive.
const FEED: &str = "feed";
/// The most columns; a day of the first width.
pub(super) const COLUMNS: i64 = 96;
/// The first width.
const FIRST: usize = 3;

/// The buckets.
#[derive(Debug)]
pub(super) struct Chart {
    level: usize,
    /// Changes with the question.
    number: u64,
    filter: Filter,
    /// The last bucket, where it is not the one of now. A bucket's number counts widths since 1970.
    last: Option<i64>,
    /// What the store counted, and as of which rows.
    counted: BTreeMap<i64, (Counts, u64)>,
    /// What the newest rows tell, and the first bucket that they tell all of.
    head: BTreeMap<i64, Counts>,
    told_from: i64,
    /// As of which rows that was.
    as_of: Option<(u64, u64)>,
    asked: bool,
    oldest: Option<Timestamp>,
    /// When the feeds were alive.
    feeds: Vec<Span>,
}

/// What is known of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It was not counted yet.
    No,
    /// It lies before the first row: nobody recorded anything.
    Before,
    /// It was counted.
    Rows(Counts),
}

impl Default for Chart {
    fn default() -> Self {
        Self {
            level: FIRST,
            number: 0,
            filter: Filter::default(),
            last: None,
            counted: BTreeMap::new(),
            head: BTreeMap::new(),
            told_from: i64::MAX,
            as_of: None,
            asked: false,
            oldest: None,
            feeds: Vec::new(),
        }
    }
}

impl Chart {
    /// The width of a column, in seconds.
    pub(super) fn width_s(&self) -> u32 {
        WIDTHS[self.level]
    }

    /// The bucket of a moment.
    pub(super) fn bucket(&self, at: Timestamp) -> i64 {
        at.as_second().div_euclid(i64::from(self.width_s()))
    }

    /// When a bucket begins.
    pub(super) fn begin(&self, bucket: i64) -> Timestamp {
        Timestamp::from_second(bucket.saturating_mul(i64::from(self.width_s()))).unwrap_or(Timestamp::MIN)
    }

    /// The last bucket that is shown.
    pub(super) fn last(&self, facts: &Facts) -> i64 {
        self.last.unwrap_or_else(|| self.bucket(facts.now))
    }

    /// Whether what is counted may be more than what fits.
    pub(super) fn is_at_most(&self) -> bool {
        !self.filter.is_pushed()
    }

    /// A shorter or a longer stretch; false where there is none, or nothing more to see.
    pub(super) fn zoom(&mut self, closer: bool, facts: &Facts) -> bool {
        let shows_all = self.oldest.is_some_and(|oldest| self.bucket(oldest) > self.last(facts) - COLUMNS);
        let to = if closer { self.level.checked_sub(1) } else { Some(self.level + 1).filter(|_| !shows_all) };
        let Some(to) = to.filter(|to| *to < WIDTHS.len()) else { return false };
        self.level = to;
        self.last = None;
        self.forget();
        true
    }

    /// Counts anew.
    pub(super) fn forget(&mut self) {
        self.number += 1;
        self.counted.clear();
        self.as_of = None;
        self.asked = false;
    }

    /// What was asked may never have been answered.
    pub(super) fn retry(&mut self) {
        self.asked = false;
    }

    /// Shows the part in which the selected row lies, of what fits the filter.
    pub(super) fn settle(&mut self, filter: &Filter, selected: Option<Timestamp>, facts: &Facts) {
        if self.filter != *filter {
            self.filter = filter.clone();
            self.forget();
        }
        if let Some(at) = selected {
            let (bucket, last) = (self.bucket(at), self.last(facts));
            if bucket > last || bucket <= last - COLUMNS {
                let now = self.bucket(facts.now);
                self.last = Some(bucket + COLUMNS / 2).filter(|last| *last < now);
            }
        }
        self.read_head(facts);
        self.feeds = self.feeds(facts);
    }

    /// What the newest rows tell.
    fn read_head(&mut self, facts: &Facts) {
        let log = &facts.log;
        if self.as_of == Some((log.version(), self.number)) {
            return;
        }
        self.as_of = Some((log.version(), self.number));
        self.told_from = match (log.complete, log.entries.last()) {
            (true, _) => i64::MIN,
            (false, Some(oldest)) => self.bucket(oldest.at()) + 1,
            (false, None) => i64::MAX,
        };
        if log.complete {
            self.oldest = log.entries.last().map(crate::timeline::Entry::at);
        }
        self.head.clear();
        for entry in log.entries.iter().filter(|entry| self.filter.matches(entry, facts.now)) {
            let bucket = self.bucket(entry.at());
            let weight = crate::timeline::Weight::of(entry.type_name(), entry.success() == Some(false));
            self.head.entry(bucket).or_default().add(weight, 1);
        }
    }

    /// When the feeds were alive within what is shown: dead where one of them was.
    fn feeds(&self, facts: &Facts) -> Vec<Span> {
        let last = self.last(facts);
        let (from, until) = (self.begin(last - COLUMNS), self.begin(last + 1));
        let is_feed = |probe: &&crate::evidence::Evidence| probe.kind == FEED;
        let changes = facts.evidence.iter().filter(is_feed).filter_map(|probe| facts.history.get(&probe.probe));
        let spans = changes.flat_map(|said| {
            let changes = said.flips.iter().rev().map(|flip| (flip.at, Feed::of(flip.to)));
            coverage(changes, from, until)
        });
        spans.filter(|span| span.feed == Feed::Dead).collect()
    }

    /// Whether a feed was dead in a bucket.
    pub(super) fn is_dead(&self, bucket: i64) -> bool {
        let (from, until) = (self.begin(bucket), self.begin(bucket + 1));
        self.feeds.iter().any(|span| span.from < until && from < span.until)
    }

    /// What is known of a bucket.
    pub(super) fn known(&self, bucket: i64) -> Known {
        if self.oldest.is_some_and(|oldest| bucket < self.bucket(oldest)) {
            return Known::Before;
        }
        if bucket >= self.told_from {
            return Known::Rows(self.head.get(&bucket).copied().unwrap_or_default());
        }
        self.counted.get(&bucket).map_or(Known::No, |(counts, _)| Known::Rows(*counts))
    }

    /// What has to be counted: the newest buckets that are not, one question at a time. The bucket in which the newest
    /// rows begin is counted again when they change.
    pub(super) fn more(&mut self, facts: &Facts) -> Option<Effect> {
        if self.asked || !facts.log.read || facts.store != StoreState::Ready {
            return None;
        }
        let version = facts.log.version();
        let is_due = |bucket: &i64| {
            *bucket < self.told_from
                && self.oldest.is_none_or(|oldest| *bucket >= self.bucket(oldest))
                && match self.counted.get(bucket) {
                    None => true,
                    Some((_, as_of)) => *bucket + 1 == self.told_from && *as_of != version,
                }
        };
        let last = self.last(facts);
        let shown = last - COLUMNS + 1..=last;
        let newest = shown.clone().rev().find(is_due)?;
        let first = (*shown.start()..=newest).rev().take_while(is_due).last()?;
        self.asked = true;
        let buckets = u32::try_from(newest - first + 1).ok()?;
        let grid = Grid { from: self.begin(first), width_s: self.width_s(), buckets };
        let count = Count { number: self.number, grid, filter: self.filter.clone(), now: facts.now };
        Some(Effect::Count(Box::new(count)))
    }

    /// Takes what was counted; what was asked for another question changes nothing.
    pub(super) fn take(&mut self, counted: Counted, facts: &Facts) {
        if counted.number != self.number {
            return;
        }
        self.asked = false;
        self.oldest = counted.oldest;
        let first = self.bucket(counted.histogram.grid.from);
        let version = facts.log.version();
        for (bucket, counts) in (first..).zip(counted.histogram.buckets) {
            self.counted.insert(bucket, (counts, version));
        }
    }
}
