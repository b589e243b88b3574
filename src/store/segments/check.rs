//! Checking: every sealed row is read and hashed again, beside the marks of its segment.

use super::audit::{Archived, Finding, Part, Place, Reach, SegmentAudit, Through};
use super::stream::{MarkStream, Rows};
use super::{Row, SegmentDb};
use crate::store::StoreError;
use crate::timeline::segment::{Day, Mark, Seal, SealBreak, SealKind, Step, Table, Tally, step, verify_seals};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The segments of a table by their days.
type Days<'a> = BTreeMap<Day, Vec<&'a Seal>>;

/// Checks the chain of seals, and every row that is sealed, or those of `since` and later days. Gives the seals that
/// could be read, for a witness.
pub async fn verify(db: &mut SegmentDb, since: Option<Day>) -> Result<(SegmentAudit, Vec<Seal>), StoreError> {
    let mut audit = SegmentAudit { since, ..SegmentAudit::default() };
    let mut seals = Vec::new();
    for seal in db.seals().await? {
        match seal {
            Ok(seal) => seals.push(seal),
            Err(broken) => audit.broken_seal = audit.broken_seal.or(Some(broken)),
        }
    }
    audit.seals = seals.len() as u64;
    audit.last = seals.last().map(|seal| seal.hash.clone());
    if audit.broken_seal.is_none() {
        audit.broken_seal = verify_seals(&seals).err();
    }
    for table in Table::ALL {
        if table == Table::Log || db.has_own() {
            of_table(db, table, &seals, since, &mut audit).await?;
        }
    }
    Ok((audit, seals))
}

/// Every seal, where their chain holds.
pub async fn verify_chain(db: &mut SegmentDb) -> Result<Vec<Seal>, StoreError> {
    let mut chain = Vec::new();
    for seal in db.seals().await? {
        chain.push(seal.map_err(|broken| refuse(&broken))?);
    }
    verify_seals(&chain).map_err(|broken| refuse(&broken))?;
    Ok(chain)
}

fn refuse(broken: &SealBreak) -> StoreError {
    StoreError::Refused(format!("{broken}; nothing is sealed or taken away behind it: ask `readback verify`"))
}

async fn of_table(
    db: &mut SegmentDb,
    table: Table,
    seals: &[Seal],
    since: Option<Day>,
    audit: &mut SegmentAudit,
) -> Result<(), StoreError> {
    let of_kind = |kind| seals.iter().filter(move |seal| seal.table == table && seal.kind == kind);
    let archives: Vec<&Seal> = of_kind(SealKind::Archive).collect();
    let months: BTreeSet<Day> = archives.iter().map(|seal| seal.day).collect();
    let mut days = Days::new();
    for seal in of_kind(SealKind::Rows).filter(|seal| since.is_none_or(|since| seal.day >= since)) {
        days.entry(seal.day).or_default().push(seal);
    }
    let last = of_kind(SealKind::Rows).map(|seal| seal.day).max();
    let (here, elsewhere): (Days<'_>, Days<'_>) = days.into_iter().partition(|(day, _)| !months.contains(&day.month()));
    let end = last.map_or(i64::MIN, Day::end);
    let mut through = Through {
        table,
        day: last,
        rows: 0,
        late_rows: late_rows(of_kind(SealKind::Rows)),
        unsealed: db.rows_since(table, end).await?,
    };
    if last.is_some() {
        let from = since.map_or(i64::MIN, Day::start);
        through.rows += compare(db, Rows::new(table, None, from, end), &here, table, end, audit).await?;
    }
    for archive in archives {
        let month = archive.day;
        if since.is_some_and(|since| month.next_month() <= since) {
            continue;
        }
        let place = archive.place.as_deref().unwrap_or_default();
        let reach = db.reach(table, place).await?;
        if reach == Reach::Here {
            let end = month.next_month().start();
            let from = since.map_or(month, |since| since.max(month)).start();
            let of_month: Days<'_> =
                elsewhere.range(month..month.next_month()).map(|(day, seals)| (*day, seals.clone())).collect();
            through.rows += compare(db, Rows::new(table, Some(place), from, end), &of_month, table, end, audit).await?;
        }
        let (is_here, is_denied) = (reach == Reach::Here, reach == Reach::Denied);
        audit.archives.push(Archived { table, month, rows: archive.rows, place: place.to_owned(), is_here, is_denied });
    }
    audit.tables.push(through);
    Ok(())
}

/// The rows of segments of days that the table was sealed through before. A segment right behind one of its own day is
/// of the same run: the day was too long for one.
fn late_rows<'a>(seals: impl Iterator<Item = &'a Seal>) -> u64 {
    let (mut through, mut last_seq, mut late) = (None, 0, 0);
    for seal in seals {
        let continues = (through, last_seq + 1) == (Some(seal.day), seal.seq);
        late += if through.is_some_and(|through| seal.day <= through) && !continues { seal.rows } else { 0 };
        (through, last_seq) = (through.max(Some(seal.day)), seal.seq);
    }
    late
}

/// Checks a span of `alert_operation_log`, here or in the archive at `place`, beside the seals of its days.
pub(super) async fn of_range(
    db: &mut SegmentDb,
    seals: &[&Seal],
    place: Option<&str>,
    from: Day,
    until: Day,
) -> Result<SegmentAudit, StoreError> {
    let mut days = Days::new();
    for seal in seals {
        days.entry(seal.day).or_default().push(seal);
    }
    let mut audit = SegmentAudit::default();
    let rows = Rows::new(Table::Log, place, from.start(), until.start());
    compare(db, rows, &days, Table::Log, until.start(), &mut audit).await?;
    Ok(audit)
}

/// Reads the rows beside the marks of these days; how many rows were sealed.
async fn compare(
    db: &mut SegmentDb,
    mut rows: Rows<'_>,
    days: &Days<'_>,
    table: Table,
    end: i64,
    audit: &mut SegmentAudit,
) -> Result<u64, StoreError> {
    let mut checked = 0;
    for (day, seals) in days {
        // Days between that no seal covers.
        all_added(db, &mut rows, table, day.start(), audit).await?;
        checked += of_day(db, &mut rows, table, *day, seals, audit).await?;
    }
    all_added(db, &mut rows, table, end, audit).await?;
    Ok(checked)
}

async fn all_added(
    db: &mut SegmentDb,
    rows: &mut Rows<'_>,
    table: Table,
    until: i64,
    audit: &mut SegmentAudit,
) -> Result<(), StoreError> {
    loop {
        rows.fill(db).await?;
        match rows.next_before(until) {
            Some(row) => audit.add(Finding::RowAdded(place(table, row))),
            None => return Ok(()),
        }
        rows.take();
    }
}

async fn of_day(
    db: &mut SegmentDb,
    rows: &mut Rows<'_>,
    table: Table,
    day: Day,
    seals: &[&Seal],
    audit: &mut SegmentAudit,
) -> Result<u64, StoreError> {
    let mut parts: Vec<(MarkStream, Tally<'_>)> =
        seals.iter().map(|seal| (MarkStream::of(seal), Tally::new(seal))).collect();
    let mut checked = 0;
    loop {
        rows.fill(db).await?;
        for (marks, _) in &mut parts {
            marks.fill(db).await?;
        }
        let first = parts.iter_mut().filter(|(marks, _)| marks.next().is_some());
        let first = first.min_by(|(a, _), (b, _)| a.next().cmp(&b.next()));
        let row = rows.next_before(day.end());
        let mark = first.as_ref().and_then(|(marks, _)| marks.next());
        match (step(row.map(|row| (row.at, row.id.as_str())), mark.map(Mark::place)), first) {
            (Step::Both, Some((marks, tally))) => {
                checked += 1;
                if let (Some(row), Some(mark)) = (rows.take(), marks.take())
                    && !tally.row(&mark, row.leaf)
                {
                    audit.add(Finding::RowChanged(place(table, &row)));
                }
            }
            (Step::MarkOnly, Some((marks, tally))) => {
                tally.missing();
                if let Some(mark) = marks.take() {
                    audit.add(Finding::RowRemoved(Place { table, at: moment(mark.at), id: mark.id }));
                }
            }
            (Step::RowOnly, _) => {
                if let Some(row) = rows.take() {
                    audit.add(Finding::RowAdded(place(table, &row)));
                }
            }
            _ => break,
        }
    }
    for (marks, tally) in &parts {
        let part = Part::of(tally.seal);
        if !marks.hold() {
            audit.add(Finding::Marks(part));
        } else if !tally.holds() && !tally.is_explained() {
            audit.add(Finding::Root(part));
        }
    }
    Ok(checked)
}

fn place(table: Table, row: &Row) -> Place {
    Place { table, id: row.id.clone(), at: moment(row.at) }
}

/// What is beyond the calendar stands at its end.
fn moment(micros: i64) -> Timestamp {
    let end = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(micros).unwrap_or(end)
}
