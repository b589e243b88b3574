//! Counting a long stretch of time a piece at a time, the newest first: nobody knows how many rows are in it, and a
//! statement that goes through ten million of them would end at its deadline.

use super::{Place, Store, StoreError};
use crate::timeline::filter::Pushed;
use crate::timeline::{Bin, Entry, Grid};
use jiff::Timestamp;
use std::time::{Duration, Instant};

/// The widest stretch that is counted at a time, while it is not known to be quick. Every bucket that is wider is of whole
/// ones of these.
const DAY_S: u32 = 86_400;
/// What took less is followed by twice as much at a time, what took more by half as much.
const QUICK: Duration = Duration::from_millis(60);
/// How many pieces are counted at a time at most.
const MOST: u32 = 500;

/// What of a grid is counted.
#[derive(Debug)]
pub struct Tally {
    grid: Grid,
    /// The same stretch in pieces, so many to a bucket.
    pieces: Grid,
    in_bucket: u32,
    /// How many pieces are left, and how many are counted at a time.
    left: u32,
    at_once: u32,
    oldest: Option<Timestamp>,
}

impl Tally {
    /// Nothing of this grid yet.
    pub async fn begin(grid: Grid, store: &impl Store) -> Result<Self, StoreError> {
        let oldest = store.page_from(Place::Oldest, 1, &Pushed::default()).await?.first().map(Entry::at);
        let width_s = grid.width_s.clamp(1, DAY_S);
        let in_bucket = (grid.width_s / width_s).max(1);
        let pieces = Grid { width_s, buckets: grid.buckets.saturating_mul(in_bucket), ..grid };
        Ok(Self { grid, pieces, in_bucket, left: pieces.buckets, at_once: 1, oldest })
    }

    /// When the timeline begins.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.oldest
    }

    /// How many of the oldest buckets are not counted whole.
    pub fn left(&self) -> u32 {
        self.left.div_ceil(self.in_bucket)
    }

    /// Whether what is counted ends where a bucket begins.
    pub fn is_at_border(&self) -> bool {
        self.left.is_multiple_of(self.in_bucket)
    }

    /// Counts on; nothing where nothing is left. In a hurry no further than to the next border.
    pub async fn next(
        &mut self,
        store: &impl Store,
        pushed: &Pushed,
        in_a_hurry: bool,
    ) -> Result<Vec<Bin>, StoreError> {
        if self.left == 0 {
            return Ok(Vec::new());
        }
        let to_border = (self.left - 1) % self.in_bucket + 1;
        let pieces = self.at_once.min(if in_a_hurry { to_border } else { self.left }).min(MOST);
        let first = self.left - pieces;
        let part = Grid { from: self.pieces.begin(first), buckets: pieces, ..self.pieces };
        let mut bins = Vec::new();
        let asked = Instant::now();
        // What ends before the first row is empty, and need not be asked.
        if self.oldest.is_some_and(|oldest| oldest < part.until()) {
            bins = store.count(&part, pushed).await?;
        }
        self.left = first;
        self.at_once = if asked.elapsed() < QUICK { self.at_once.saturating_mul(2) } else { (self.at_once / 2).max(1) };
        for bin in &mut bins {
            bin.bucket = (first + bin.bucket) / self.in_bucket;
        }
        bins.retain(|bin| bin.bucket < self.grid.buckets);
        Ok(bins)
    }
}
