//! Sealing the days that are over.

use super::SegmentDb;
use super::check::verify_chain;
use super::stream::{MarkStream, Rows};
use crate::store::StoreError;
use crate::timeline::segment::{Day, MOST_ROWS, Mark, Marks, NewSeal, Seal, SealKind, Step, Table, Tree, hex, step};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long after its end a day may be sealed: other programs' clocks need not be the database's.
pub const MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// How long transactions under way are waited for.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How often they are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What sealing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// The new seals.
    pub seals: Vec<Seal>,
    /// How many rows of them stand in days that were sealed before: they came late.
    pub late: u64,
    /// Sealed days of which rows are missing, and how many at least.
    pub missing: Vec<(Table, Day, u64)>,
    /// What kept days that are over from being sealed.
    pub waiting: Option<Waiting>,
}

/// Transactions that may still add rows to a day that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The last day that is over.
    pub day: Day,
    /// The transactions, in the server's words.
    pub sessions: Vec<String>,
}

/// Seals what is due, by the database's clock: each day that is over by [`MARGIN`], and what came late to sealed days.
/// Running it again adds nothing. `patience` is how long transactions under way are waited for.
pub async fn seal(db: &mut SegmentDb, patience: Duration) -> Result<Sealed, StoreError> {
    let mut chain = verify_chain(db).await?;
    let now = db.now().await?;
    let over = Day::of((now - MARGIN).as_microsecond() - (Day::of(0).end() - Day::of(0).start()));
    let mut sealed = Sealed::default();
    let Some(due) = settled(db, over, patience, &mut sealed).await? else { return Ok(sealed) };
    for table in Table::ALL {
        if table == Table::Log || db.has_own() {
            of_table(db, table, due, &mut chain, &mut sealed).await?;
        }
    }
    Ok(sealed)
}

/// The last day that nobody can add to any more: of rows that get their time from the database, that is. `None` where
/// that can't be told of any.
async fn settled(
    db: &mut SegmentDb,
    over: Day,
    patience: Duration,
    sealed: &mut Sealed,
) -> Result<Option<Day>, StoreError> {
    let until = tokio::time::Instant::now() + patience;
    let mut open = db.open_before(over.end()).await?;
    // Those that began later are not waited for: their rows are of later days, whenever they end.
    let waited_for: BTreeSet<String> = open.iter().map(|open| open.who.clone()).collect();
    while !open.is_empty() && tokio::time::Instant::now() < until {
        tokio::time::sleep(LOOK_EVERY).await;
        open = db.open_before(over.end()).await?;
        open.retain(|open| waited_for.contains(&open.who));
    }
    // One that the server does not tell is before all that it tells.
    let Some(oldest) = open.iter().map(|open| open.since).min() else { return Ok(Some(over)) };
    sealed.waiting = Some(Waiting { day: over, sessions: open.into_iter().map(|open| open.who).collect() });
    Ok(oldest.map(|oldest| Day::of(Day::of(oldest).start() - 1)))
}

async fn of_table(
    db: &mut SegmentDb,
    table: Table,
    due: Day,
    chain: &mut Vec<Seal>,
    sealed: &mut Sealed,
) -> Result<(), StoreError> {
    let mut parts: BTreeMap<Day, Vec<Seal>> = BTreeMap::new();
    let mut archived = BTreeSet::new();
    for seal in chain.iter().filter(|seal| seal.table == table) {
        match seal.kind {
            SealKind::Rows => parts.entry(seal.day).or_default().push(seal.clone()),
            SealKind::Archive => drop(archived.insert(seal.day)),
        }
    }
    let frontier = parts.keys().next_back().copied();
    let mut counts: BTreeMap<Day, u64> = BTreeMap::new();
    for (day, rows) in db.counts(table, due.end()).await? {
        *counts.entry(day).or_default() += rows;
    }
    let days: BTreeSet<Day> = counts.keys().chain(parts.keys()).copied().chain([due]).collect();
    for day in days.into_iter().filter(|day| *day <= due && !archived.contains(&day.month())) {
        let before = parts.remove(&day).unwrap_or_default();
        let (stand, sealed_rows) =
            (counts.get(&day).copied().unwrap_or_default(), before.iter().map(|seal| seal.rows).sum::<u64>());
        let is_late = frontier.is_some_and(|frontier| day <= frontier);
        if stand < sealed_rows {
            sealed.missing.push((table, day, sealed_rows - stand));
        }
        if stand > sealed_rows || (before.is_empty() && !is_late) {
            let is_empty_allowed = before.is_empty();
            let from = chain.len();
            of_day(db, (table, day), &before, is_empty_allowed, chain).await?;
            let new = chain[from..].to_vec();
            sealed.late += if is_late { new.iter().map(|seal| seal.rows).sum() } else { 0 };
            sealed.seals.extend(new);
        }
    }
    Ok(())
}

/// What is gathered for the next seal.
#[derive(Default)]
struct Draft {
    tree: Tree,
    marks: Marks,
}

/// Seals the rows of a day that no segment of it has yet. A day of no rows gets an empty seal, where that is allowed:
/// that there was nothing is worth a seal, too.
async fn of_day(
    db: &mut SegmentDb,
    (table, day): (Table, Day),
    before: &[Seal],
    is_empty_allowed: bool,
    chain: &mut Vec<Seal>,
) -> Result<(), StoreError> {
    let mut rows = Rows::new(table, None, day.start(), day.end());
    let mut known: Vec<MarkStream> = before.iter().map(MarkStream::of).collect();
    let mut part = before.iter().map(|seal| seal.part).max().unwrap_or_default();
    let mut draft = Draft::default();
    let mut is_first = is_empty_allowed;
    loop {
        rows.fill(db).await?;
        for marks in &mut known {
            marks.fill(db).await?;
        }
        let first = known.iter_mut().filter(|marks| marks.next().is_some()).min_by(|a, b| a.next().cmp(&b.next()));
        let row = rows.next_before(day.end()).map(|row| (row.at, row.id.as_str()));
        let mark = first.as_ref().and_then(|marks| marks.next()).map(Mark::place);
        match step(row, mark) {
            Step::RowOnly => {
                if let Some(row) = rows.take() {
                    draft.marks.push(&Mark::of(row.at, &row.id, &row.leaf));
                    draft.tree.push(row.leaf);
                }
            }
            Step::Both => {
                rows.take();
                first.and_then(MarkStream::take);
            }
            Step::MarkOnly => drop(first.and_then(MarkStream::take)),
            Step::End => break,
        }
        if draft.tree.len() == MOST_ROWS {
            part += 1;
            put(db, (table, day, part), std::mem::take(&mut draft), chain).await?;
            is_first = false;
        }
    }
    if is_first || !draft.tree.is_empty() {
        put(db, (table, day, part + 1), draft, chain).await?;
    }
    Ok(())
}

async fn put(
    db: &mut SegmentDb,
    (table, day, part): (Table, Day, u32),
    draft: Draft,
    chain: &mut Vec<Seal>,
) -> Result<(), StoreError> {
    let new = NewSeal {
        kind: SealKind::Rows,
        table,
        day,
        part,
        rows: draft.tree.len(),
        root: hex(&draft.tree.root()),
        marks: hex(&draft.marks.digest()),
        place: None,
    };
    let seal = db.put(chain.last(), new, &draft.marks).await?;
    chain.push(seal);
    Ok(())
}
