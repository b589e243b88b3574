//! What a check of the segments found. Pure.

use crate::timeline::segment::{Day, Seal, SealBreak, Table, Witnessed};
use jiff::Timestamp;
use serde::Serialize;

/// How many findings of a kind are named; all are counted.
const NAMED: u64 = 20;

/// Something that does not hold, or that nobody sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Finding {
    /// A row is not what it was when it was sealed.
    RowChanged(Place),
    /// A row that was sealed is not there.
    RowRemoved(Place),
    /// A row stands in a day that was sealed without it.
    RowAdded(Place),
    /// The root over the rows is not the sealed one, and the marks don't tell which row it is.
    Root(Part),
    /// The marks of a segment are not the sealed ones: whoever did it hid which rows.
    Marks(Part),
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its table.
    pub table: Table,
    /// Its id.
    pub id: String,
    /// Its time.
    pub at: Timestamp,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The number of its seal.
    pub seq: u64,
    /// Its table.
    pub table: Table,
    /// Its UTC day.
    pub day: Day,
    /// Which segment of that day.
    #[serde(rename = "part")]
    pub number: u32,
}

impl Part {
    pub(super) fn of(seal: &Seal) -> Self {
        Self { seq: seal.seq, table: seal.table, day: seal.day, number: seal.part }
    }
}

/// How far a table is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Through {
    /// The table.
    pub table: Table,
    /// The last day that is sealed.
    pub day: Option<Day>,
    /// How many of its sealed rows were checked.
    pub rows: u64,
    /// How many rows came after their day was sealed first, and were sealed later: backfills, mostly.
    pub late_rows: u64,
    /// How many rows stand after that day, sealed by nothing yet.
    pub unsealed: u64,
}

/// A month that was taken to another place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Archived {
    /// Its table.
    pub table: Table,
    /// Its first day.
    pub month: Day,
    /// How many rows.
    pub rows: u64,
    /// Where they are.
    pub place: String,
    /// Whether they were there to be checked.
    pub is_here: bool,
    /// Whether they are there, and this role may not read them.
    pub is_denied: bool,
}

/// What can be done with an archive from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Reach {
    /// It can be read.
    Here,
    /// It is there, and this role may not read it.
    Denied,
    /// It is somewhere else, or nowhere.
    Elsewhere,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SegmentAudit {
    /// How many seals there are.
    pub seals: u64,
    /// The hash of the last: it stands for all before it. Keep it where this database's owner can't write.
    pub last: Option<String>,
    /// The first seal that does not hold.
    pub broken_seal: Option<SealBreak>,
    /// How far each table is sealed.
    pub tables: Vec<Through>,
    /// How many rows were changed.
    pub changed: u64,
    /// How many rows are gone.
    pub removed: u64,
    /// How many rows stand in sealed days and under no seal.
    pub added: u64,
    /// How many segments do not hold without a row that could be named.
    pub unnamed: u64,
    /// The first of each kind, in the order of the tables and of time.
    pub findings: Vec<Finding>,
    /// What was taken to other places.
    pub archives: Vec<Archived>,
    /// The day from which on it was asked; `None` for all of it.
    pub since: Option<Day>,
}

impl SegmentAudit {
    /// Whether something that was sealed is not there as it was.
    pub fn is_broken(&self) -> bool {
        self.broken_seal.is_some() || self.changed + self.removed + self.unnamed > 0
    }

    /// Whether a table has nothing sealed since the day that was asked of: of that table nothing was checked.
    pub fn is_unsealed_since(&self) -> bool {
        let ends_before = |since: Day| self.tables.iter().any(|table| table.day.is_none_or(|day| day < since));
        self.since.is_some_and(ends_before)
    }

    /// The archives that are there, and that this role may not read.
    pub fn denied(&self) -> impl Iterator<Item = &Archived> {
        self.archives.iter().filter(|archive| archive.is_denied)
    }

    pub(super) fn add(&mut self, finding: Finding) {
        let count = match finding {
            Finding::RowChanged(_) => &mut self.changed,
            Finding::RowRemoved(_) => &mut self.removed,
            Finding::RowAdded(_) => &mut self.added,
            Finding::Root(_) | Finding::Marks(_) => &mut self.unnamed,
        };
        *count += 1;
        if *count <= NAMED {
            self.findings.push(finding);
        }
    }
}

/// What a witness kept, and the database no longer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum WitnessFinding {
    /// The seal that was witnessed is gone.
    Missing {
        /// What the witness kept.
        kept: String,
    },
    /// Another seal stands in its place: the chain was written anew.
    Replaced {
        /// What the witness kept.
        kept: String,
        /// What stands there.
        stands: String,
    },
}

/// Compares what a witness kept with the seals that stand.
pub fn check_witness(kept: &[Witnessed], seals: &[Seal]) -> Vec<WitnessFinding> {
    let differs = |kept: &Witnessed| {
        let is_place = |seal: &&Seal| (seal.day, seal.table, seal.part) == (kept.day, kept.table, kept.part);
        if seals.iter().any(|seal| Witnessed::from(seal) == *kept) {
            return None;
        }
        Some(match seals.iter().find(is_place) {
            Some(seal) => {
                WitnessFinding::Replaced { kept: kept.to_string(), stands: Witnessed::from(seal).to_string() }
            }
            None => WitnessFinding::Missing { kept: kept.to_string() },
        })
    };
    kept.iter().filter_map(differs).collect()
}
