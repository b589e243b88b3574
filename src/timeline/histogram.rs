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

    /// Counts a row, where it lies within.
    pub fn add(&mut self, entry: &Entry) {
        if let Some(bucket) = self.grid.bucket(entry.at()) {
            self.count(bucket as usize, entry.type_name(), entry.success() == Some(false), 1);
        }
    }

    /// Counts rows of a type; a bucket that is not there counts nothing.
    pub fn count(&mut self, bucket: usize, type_name: &str, failed: bool, rows: u64) {
        if let Some(counts) = self.buckets.get_mut(bucket) {
            counts.add(Weight::of(type_name, failed), rows);
        }
    }
}
