//! Sealing what stood in the tables on a day, and checking that it still does. The engines read and write; what a
//! segment is, is decided in [`crate::timeline::segment`].

mod audit;
mod check;
mod db;
mod retain;
mod rows;
mod seal;
mod stream;

pub(super) use audit::Reach;
pub use audit::{Archived, Finding, SegmentAudit, Through, WitnessFinding, check_witness};
pub use check::{verify, verify_chain};
pub(super) use db::Open;
pub use db::SegmentDb;
pub(super) use retain::Span;
pub use retain::{Ahead, Layout, Month, MonthState, Plan, apply, plan};
pub(super) use rows::{LogRow, OwnRow, RecordRow, Row};
pub use seal::{MARGIN, PATIENCE, Sealed, Waiting, seal};

use crate::store::micros::Micros;
use crate::timeline::segment::{NewSeal, Seal, SealBreak, SealFault, SealKind, Table};

/// How many rows are read at once.
pub(super) const PAGE: u32 = 2_048;

/// The longest text, in bytes, that is hashed as it is; a longer one is hashed by its digest.
pub(super) const LARGE: i64 = 65_536;

/// The longest that one question of a check or of sealing may take.
pub(super) const LONGEST: std::time::Duration = std::time::Duration::from_mins(2);

/// Which rows of a table are asked for: in microseconds since 1970, in the order of time and id.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    /// The first moment.
    pub(super) from: i64,
    /// The first moment that is not asked for.
    pub(super) until: i64,
    /// What was read last.
    pub(super) after: Option<&'a (i64, String)>,
}

impl Asked<'_> {
    /// The lower bound, and the place that rows must be behind.
    pub(super) fn bounds(&self) -> (i64, i64, &str) {
        match self.after {
            Some((at, id)) => (self.from.max(*at), *at, id),
            None => (self.from, self.from.saturating_sub(1), ""),
        }
    }
}

/// A row of `readback_segment`.
#[derive(sqlx::FromRow)]
pub(super) struct SealRow {
    seq: i64,
    kind: String,
    tbl: String,
    day: String,
    part: i64,
    row_count: i64,
    root: String,
    marks: String,
    place: Option<String>,
    sealed_at: Micros,
    prev_hash: String,
    hash: String,
}

impl SealRow {
    /// The seal, or that it is none.
    pub(super) fn seal(self) -> Result<Seal, SealBreak> {
        let seq = self.seq as u64;
        let unreadable = SealBreak { seq, why: SealFault::Unreadable };
        let words = || {
            let new = NewSeal {
                kind: SealKind::from_name(&self.kind)?,
                table: Table::from_name(&self.tbl)?,
                day: self.day.parse().ok()?,
                part: u32::try_from(self.part).ok()?,
                rows: u64::try_from(self.row_count).ok()?,
                root: self.root,
                marks: self.marks,
                place: self.place,
            };
            let seal = Seal::after(None, new, self.sealed_at.into());
            Some(Seal { seq, prev_hash: self.prev_hash, hash: self.hash, ..seal })
        };
        words().ok_or(unreadable)
    }
}
