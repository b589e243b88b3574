//! Retention: months of `alert_operation_log` are taken to another place, and never deleted. What is not sealed, or does
//! not hold, stays where it is. The seals stay in any case, with one more that says where the month went.

use super::SegmentDb;
use super::check::{of_range, verify_chain};
use crate::store::StoreError;
use crate::timeline::segment::{Day, Hash, Marks, NewSeal, Seal, SealKind, Table, hex, leaf, root};

/// How `alert_operation_log` is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Another program made it: it is left alone.
    Foreign,
    /// One table that this console made.
    Plain,
    /// Partitions of a month each.
    Monthly,
}

/// A place that a month can be taken to, or from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Span {
    /// The partition's or the archive's name.
    pub(in crate::store) place: String,
    /// Its first day; [`Day::FIRST`] where it begins with time.
    pub(in crate::store) from: Day,
    /// The first day that is not of it.
    pub(in crate::store) until: Day,
}

/// What is planned of a partition or a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// The place that it goes to.
    pub place: String,
    /// The months in it.
    pub months: Vec<Day>,
    /// How many sealed rows it has.
    pub rows: u64,
    /// Whether it can go.
    pub state: MonthState,
    span: Span,
}

/// Whether a month can go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonthState {
    /// Every row of it is sealed, and holds.
    Ready,
    /// It was recorded as gone, and is still here: a run was cut off.
    Unfinished,
    /// It stays: why, and what to do.
    Stays(String),
}

/// What became of the partitions of the coming months.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// How many were made.
    pub made: usize,
    /// The day of a row that stands in the last partition already; from its month on none could be made.
    pub stays: Option<Day>,
}

/// What retention would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How the table is kept.
    pub layout: Layout,
    /// What is before this day is older than what is kept.
    pub cutoff: Day,
    /// What is older, oldest first.
    pub months: Vec<Month>,
}

/// Looks what is older than so many whole months before this one, and whether it may go.
pub async fn plan(db: &mut SegmentDb, keep: u32) -> Result<Plan, StoreError> {
    let layout = db.layout().await?;
    let cutoff = Day::of(db.now().await?.as_microsecond()).months_back(keep);
    let mut months = Vec::new();
    if layout != Layout::Foreign {
        let chain = verify_chain(db).await?;
        for span in db.spans(cutoff).await? {
            months.push(look(db, &chain, span).await?);
        }
    }
    Ok(Plan { layout, cutoff, months })
}

fn of_span<'a>(chain: &'a [Seal], span: &Span, kind: SealKind) -> Vec<&'a Seal> {
    let is_in = |seal: &&Seal| (span.from..span.until).contains(&seal.day);
    chain.iter().filter(|seal| seal.table == Table::Log && seal.kind == kind).filter(is_in).collect()
}

async fn look(db: &mut SegmentDb, chain: &[Seal], span: Span) -> Result<Month, StoreError> {
    let seals = of_span(chain, &span, SealKind::Rows);
    let mut months: Vec<Day> = seals.iter().map(|seal| seal.day.month()).collect();
    months.sort_unstable();
    months.dedup();
    let rows = seals.iter().map(|seal| seal.rows).sum();
    let through = chain.iter().filter(|seal| seal.table == Table::Log && seal.kind == SealKind::Rows);
    let through = through.map(|seal| seal.day.next()).max();
    let archived = of_span(chain, &span, SealKind::Archive);
    // In a file the record and the rows go together: what stands there came later.
    let is_back = !archived.is_empty() && db.layout().await? != Layout::Monthly;
    let state = if is_back {
        MonthState::Stays("rows were written into a month that was taken away; ask `readback verify`".to_owned())
    } else if through.is_none_or(|through| through < span.until) {
        MonthState::Stays("it is not sealed to its end; run `readback seal`".to_owned())
    } else {
        // A partition is read as a whole: what it holds besides would go with it.
        let audit = match db.layout().await? {
            Layout::Monthly => of_range(db, &seals, Some(&span.place), Day::FIRST, Day::LAST).await?,
            _ => of_range(db, &seals, None, span.from, span.until).await?,
        };
        match (audit.is_broken(), audit.added) {
            (true, _) => MonthState::Stays("it does not hold; ask `readback verify`".to_owned()),
            (false, 1..) => MonthState::Stays(format!("{} rows are not sealed; run `readback seal`", audit.added)),
            (false, 0) if !archived.is_empty() => MonthState::Unfinished,
            (false, 0) => MonthState::Ready,
        }
    };
    Ok(Month { place: span.place.clone(), months, rows, state, span })
}

/// Takes the months away that may go; gives those that went, and notes in the plan which stay all the same. Each is
/// recorded before it goes, so that a run that is cut off is seen, and finished by the next.
pub async fn apply(db: &mut SegmentDb, plan: &mut Plan) -> Result<Vec<Month>, StoreError> {
    let mut gone = Vec::new();
    for month in plan.months.iter_mut().filter(|month| !matches!(month.state, MonthState::Stays(_))) {
        let chain = verify_chain(db).await?;
        let archived = of_span(&chain, &month.span, SealKind::Archive);
        let missing = month.months.iter().filter(|first| archived.iter().all(|seal| seal.day != **first));
        let new: Vec<NewSeal> = missing.map(|first| record(&chain, *first, &month.place)).collect();
        let seals = of_span(&chain, &month.span, SealKind::Rows);
        if db.take_away(&month.span, &seals, chain.last(), new).await? {
            gone.push(month.clone());
        } else {
            let why =
                "rows were written into it meanwhile; nothing was taken away: run `readback seal`, then this again";
            month.state = MonthState::Stays(why.to_owned());
        }
    }
    Ok(gone)
}

/// The seal that says where a month went: its root is over the seals of its days.
fn record(chain: &[Seal], month: Day, place: &str) -> NewSeal {
    let span = Span { place: place.to_owned(), from: month, until: month.next_month() };
    let seals = of_span(chain, &span, SealKind::Rows);
    let leaves: Vec<Hash> = seals.iter().map(|seal| leaf(seal.hash.as_bytes())).collect();
    NewSeal {
        kind: SealKind::Archive,
        table: Table::Log,
        day: month,
        part: 0,
        rows: seals.iter().map(|seal| seal.rows).sum(),
        root: hex(&root(&leaves)),
        marks: hex(&Marks::default().digest()),
        place: Some(place.to_owned()),
    }
}
