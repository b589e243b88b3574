//! How many rows of which weight stand in each stretch of time.

use super::{Entry, EventType, OwnKind};
use jiff::{SignedDuration, Timestamp};

/// How much a row asks for attention; the heavier is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Messages, silences, notes, executions that went well.
    Routine,
    /// The configuration, a probe's verdict or a container changed.
    Change,
    /// A person did something.
    Person,
    /// An alert, or its escalation.
    Alert,
    /// Something failed.
    Failure,
}

impl Weight {
    /// Every weight, the lightest first.
    pub const ALL: [Self; 5] = [Self::Routine, Self::Change, Self::Person, Self::Alert, Self::Failure];

    /// The weight of a row of this type.
    pub fn of(type_name: &str, failed: bool) -> Self {
        if failed {
            return Self::Failure;
        }
        match (EventType::from_name(type_name), OwnKind::from_name(type_name)) {
            (Some(EventType::AlertReceived | EventType::Escalated), _) => Self::Alert,
            (Some(EventType::UserAction), _) | (_, Some(OwnKind::ReviewEvent)) => Self::Person,
            (_, Some(OwnKind::ProbeChanged | OwnKind::ConfigChanged | OwnKind::RestartSeen)) => Self::Change,
            _ => Self::Routine,
        }
    }

    /// What a person reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Change => "changes",
            Self::Person => "actions",
            Self::Alert => "alerts",
            Self::Failure => "failures",
        }
    }
}

/// The widths of a histogram's buckets, in seconds; those above a day are of whole days, those above an hour of whole hours.
pub const WIDTHS: [u32; 16] = [
    10, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800, 1_209_600, 2_419_200,
    31_536_000,
];

/// Stretches of equal width, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Where the first begins; whole seconds.
    pub from: Timestamp,
    /// How wide each is, in seconds.
    pub width_s: u32,
    /// How many there are.
    pub buckets: u32,
}

impl Grid {
    /// Where the last ends.
    pub fn until(&self) -> Timestamp {
        self.begin(self.buckets)
    }

    /// Where a bucket begins.
    pub fn begin(&self, bucket: u32) -> Timestamp {
        let seconds = i64::from(self.width_s) * i64::from(bucket);
        self.from.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    /// The bucket in which a moment lies.
    pub fn bucket(&self, at: Timestamp) -> Option<u32> {
        if at < self.from || self.width_s == 0 {
            return None;
        }
        let micros = at.as_microsecond() - self.from.as_microsecond();
        let bucket = u32::try_from(micros / (i64::from(self.width_s) * 1_000_000)).ok()?;
        (bucket < self.buckets).then_some(bucket)
    }
}

/// How many rows of each weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Weight::ALL.len()]);

impl Counts {
    /// Adds rows.
    pub fn add(&mut self, weight: Weight, rows: u64) {
        self.0[weight as usize] += rows;
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        for weight in Weight::ALL {
            self.add(weight, other.of(weight));
        }
        self
    }

    /// How many of a weight.
    pub fn of(&self, weight: Weight) -> u64 {
        self.0[weight as usize]
    }

    /// How many in all.
    pub fn rows(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The heaviest of which there is one.
    pub fn worst(&self) -> Option<Weight> {
        Weight::ALL.into_iter().rev().find(|weight| self.of(*weight) > 0)
    }
}

/// How many rows of a type went one way in a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bin {
    /// The bucket's number.
    pub bucket: u32,
    /// The type's name; foreign text.
    pub type_name: String,
    /// How they went; `None` where that does not apply.
    pub success: Option<bool>,
    /// How many.
    pub rows: u64,
}

impl Bin {
    /// A row, as a bin of its own; `None` where it lies outside of the grid.
    pub fn of(entry: &Entry, grid: &Grid) -> Option<Self> {
        let bucket = grid.bucket(entry.at())?;
        Some(Self { bucket, type_name: entry.type_name().to_owned(), success: entry.success(), rows: 1 })
    }
}

/// What stands in each bucket of a grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// The buckets' times.
    pub grid: Grid,
    /// What is in them, the oldest first.
    pub buckets: Vec<Counts>,
}

impl Histogram {
    /// With nothing in it.
    pub fn new(grid: Grid) -> Self {
        Self { grid, buckets: vec![Counts::default(); grid.buckets as usize] }
    }

    /// With these in it.
    pub fn of<'a>(grid: Grid, bins: impl IntoIterator<Item = &'a Bin>) -> Self {
        let mut histogram = Self::new(grid);
        bins.into_iter().for_each(|bin| histogram.count(bin));
        histogram
    }

    /// Counts a row, where it lies within.
    pub fn add(&mut self, entry: &Entry) {
        if let Some(bin) = Bin::of(entry, &self.grid) {
            self.count(&bin);
        }
    }

    /// Counts rows of a type; a bucket that is not there counts nothing.
    pub fn count(&mut self, bin: &Bin) {
        if let Some(counts) = self.buckets.get_mut(bin.bucket as usize) {
            counts.add(Weight::of(&bin.type_name, bin.success == Some(false)), bin.rows);
        }
    }
}
