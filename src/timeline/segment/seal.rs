//! A seal, and the chain of seals.

use super::day::Day;
use crate::guard;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt;

/// The hash before the first seal.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A table whose rows are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Table {
    /// `alert_operation_log`, by `created_at`: whoever wrote the row.
    #[serde(rename = "alert_operation_log")]
    Log,
    /// `readback_event`, by `recorded_at`: what it claims of when it happened may be of any day.
    #[serde(rename = "readback_event")]
    Own,
    /// `readback_review_event`, by `recorded_at`.
    #[serde(rename = "readback_review_event")]
    Records,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 3] = [Self::Log, Self::Own, Self::Records];

    /// The database's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "alert_operation_log",
            Self::Own => "readback_event",
            Self::Records => "readback_review_event",
        }
    }

    /// The table of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a seal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SealKind {
    /// These rows stood here.
    Rows,
    /// The sealed rows of this month were taken to another place; `day` is the first of the month.
    Archive,
}

impl SealKind {
    /// The database's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Archive => "archive",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Rows, Self::Archive].into_iter().find(|kind| kind.name() == name)
    }
}

/// What is to be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSeal {
    /// What it says.
    pub kind: SealKind,
    /// Of which table.
    pub table: Table,
    /// Of which UTC day.
    pub day: Day,
    /// Which segment of that day, from 1: further ones hold what came late, or did not fit.
    pub part: u32,
    /// How many rows.
    pub rows: u64,
    /// The root over their leaves, in hex.
    pub root: String,
    /// SHA-256 over their marks, in hex.
    pub marks: String,
    /// Where an archive is: a table's or a file's name.
    pub place: Option<String>,
}

/// A seal. Nothing in it is secret: it may be kept and published anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seal {
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// What it says.
    pub kind: SealKind,
    /// Of which table.
    pub table: Table,
    /// Of which UTC day.
    pub day: Day,
    /// Which segment of that day.
    pub part: u32,
    /// How many rows.
    pub rows: u64,
    /// The root over their leaves, in hex.
    pub root: String,
    /// SHA-256 over their marks, in hex.
    pub marks: String,
    /// Where an archive is.
    pub place: Option<String>,
    /// When it was sealed, by the database's clock.
    pub sealed_at: Timestamp,
    /// The hash of the seal before.
    pub prev_hash: String,
    /// SHA-256 over the canonical JSON (RFC 8785) of all above, in hex.
    pub hash: String,
}

#[derive(Serialize)]
struct Body<'a> {
    day: Day,
    kind: SealKind,
    marks: &'a str,
    part: u32,
    place: Option<&'a str>,
    prev_hash: &'a str,
    root: &'a str,
    rows: u64,
    sealed_at: Timestamp,
    seq: u64,
    table: Table,
}

impl Seal {
    /// Seals behind `last`.
    pub fn after(last: Option<&Self>, new: NewSeal, sealed_at: Timestamp) -> Self {
        let NewSeal { kind, table, day, part, rows, root, marks, place } = new;
        let seq = last.map_or(1, |last| last.seq.saturating_add(1));
        let prev_hash = last.map_or(GENESIS, |last| &last.hash).to_owned();
        let mut seal = Self {
            seq,
            kind,
            table,
            day,
            part,
            rows,
            root,
            marks,
            place,
            // Whole microseconds: what every engine stores exactly.
            sealed_at: Timestamp::from_microsecond(sealed_at.as_microsecond()).unwrap_or(sealed_at),
            prev_hash,
            hash: String::new(),
        };
        seal.hash = seal.digest();
        seal
    }

    fn digest(&self) -> String {
        let Self { seq, kind, table, day, part, rows, root, marks, place, sealed_at, prev_hash, hash: _ } = self;
        guard::digest_of(&Body {
            day: *day,
            kind: *kind,
            marks,
            part: *part,
            place: place.as_deref(),
            prev_hash,
            root,
            rows: *rows,
            sealed_at: *sealed_at,
            seq: *seq,
            table: *table,
        })
    }
}

/// A seal that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("seal {seq} does not hold: {why}")]
pub struct SealBreak {
    /// Its place in the chain.
    pub seq: u64,
    /// What is wrong with it.
    pub why: SealFault,
}

/// What is wrong with a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SealFault {
    /// Its hash is not that of what it says.
    #[error("it was changed after it was sealed")]
    Changed,
    /// It does not name the seal before it.
    #[error("it does not follow the seal before it")]
    Unlinked,
    /// Its number is not the next.
    #[error("its number is not the next, a seal before it is missing or stands twice")]
    Gap,
    /// The database's words are none that a seal can say.
    #[error("it can't be read: it was damaged, or a newer readback wrote it")]
    Unreadable,
}

/// Checks the chain of seals, in order; names the first that does not hold.
pub fn verify_seals(seals: &[Seal]) -> Result<(), SealBreak> {
    let mut last: Option<&Seal> = None;
    for seal in seals {
        let broken = |why| Err(SealBreak { seq: seal.seq, why });
        if seal.digest() != seal.hash {
            return broken(SealFault::Changed);
        }
        if seal.seq != last.map_or(1, |last| last.seq.saturating_add(1)) {
            return broken(SealFault::Gap);
        }
        if seal.prev_hash != last.map_or(GENESIS, |last| &last.hash) {
            return broken(SealFault::Unlinked);
        }
        last = Some(seal);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn chain(count: u32) -> Vec<Seal> {
        (1..=count).fold(Vec::new(), |mut seals, part| {
            let (day, marks) = ("2026-02-04".parse().unwrap(), GENESIS.to_owned());
            let (kind, table, root) = (SealKind::Rows, Table::Log, GENESIS.to_owned());
            let new = NewSeal { kind, table, day, part, rows: 7, root, marks, place: None };
            let seal = Seal::after(seals.last(), new, Timestamp::UNIX_EPOCH);
            seals.push(seal);
            seals
        })
    }

    #[test]
    fn a_seal_that_is_changed_taken_or_put_elsewhere_is_named() {
        type Spoil = fn(&mut Vec<Seal>);
        assert_eq!(verify_seals(&chain(5)), Ok(()));
        assert_eq!(verify_seals(&[]), Ok(()));
        let cases: [(Spoil, u64, SealFault); 6] = [
            (|seals| seals[2].rows += 1, 3, SealFault::Changed),
            (|seals| seals[2].place = Some(String::new()), 3, SealFault::Changed),
            (|seals| seals[2].sealed_at = Timestamp::MAX, 3, SealFault::Changed),
            (|seals| drop(seals.remove(2)), 4, SealFault::Gap),
            (|seals| seals.insert(1, seals[0].clone()), 1, SealFault::Gap),
            (
                |seals| {
                    seals[1].root.replace_range(..1, "1");
                    seals[1].hash = seals[1].digest();
                },
                3,
                SealFault::Unlinked,
            ),
        ];
        for (spoil, seq, why) in cases {
            let mut seals = chain(5);
            spoil(&mut seals);
            assert_eq!(verify_seals(&seals), Err(SealBreak { seq, why }));
        }
    }
}
