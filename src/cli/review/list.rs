//! `readback review list`: every review, its lane and how far it is.

use super::args::ListArgs;
use super::desk::Desk;
use crate::cli::console::actor;
use crate::cli::context::{Context, StartError};
use crate::cli::{Args, UNKNOWN, VerifyFormat, nothing, say};
use crate::guard::line;
use crate::review::report::WITHHELD;
use crate::review::{Lane, Reading, Review, lane};
use crate::store::Access;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;
use std::io::stdout;

/// What no review exits with.
const NONE: u8 = 1;

/// Every review.
#[derive(Debug, Serialize)]
pub struct ListReport {
    /// The name of this shape.
    pub schema: &'static str,
    /// The reviews, the one that was opened last first.
    pub reviews: Vec<Line>,
}

/// A review in a line.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Its id.
    pub review: String,
    /// Its incident.
    pub incident: String,
    /// Its candidate; `None` where its first step is missing.
    pub candidate: Option<String>,
    /// Whether the first reading is kept from who asks: they read it second, and have not handed in. Then the lane, what
    /// is to go, the version and the sign-off are, too.
    pub withheld: bool,
    /// The lane it is in now, as far as can be told without looking at the stack.
    pub lane: Option<Lane>,
    /// How many things it needs to be ready.
    pub to_go: Option<usize>,
    /// How many steps stand.
    pub version: Option<u64>,
    /// The lane of the last sign-off that counts.
    pub signed: Option<String>,
    /// Whether it has changed since.
    pub changed_since_signed: bool,
    /// When it was opened, by the database's clock.
    pub opened_at: Option<Timestamp>,
}

/// Runs it and prints the list.
pub(super) fn run(args: &Args, options: &ListArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let desk = crate::cli::console::runtime()?.block_on(async {
        let (desk, store) = Desk::open(&context, Access::ReadOnly).await?;
        store.close().await;
        Ok::<_, StartError>(desk)
    })?;
    let reviews = match &options.review {
        Some(name) => vec![desk.find(name)?],
        None => desk.book.reviews.values().collect(),
    };
    let report = ListReport::of(reviews, &desk);
    let text = match options.format {
        VerifyFormat::Human => report.human(),
        VerifyFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
    };
    say(&mut stdout(), text.trim_end());
    Ok(if report.reviews.is_empty() { NONE } else { 0 })
}

impl ListReport {
    fn of(reviews: Vec<&Review>, desk: &Desk) -> Self {
        let reader = actor();
        let mut reviews: Vec<Line> = reviews.into_iter().map(|review| row(review, desk, &reader)).collect();
        reviews.sort_by(|a, b| (b.opened_at, &b.review).cmp(&(a.opened_at, &a.review)));
        Self { schema: "readback_reviews_v1", reviews }
    }

    /// For people: one line each.
    fn human(&self) -> String {
        let mut out = String::new();
        for one in &self.reviews {
            let signed = match (&one.signed, one.changed_since_signed) {
                (Some(lane), false) => format!("  signed {}", line(lane)),
                (Some(lane), true) => format!("  changed since {} was signed", line(lane)),
                (None, _) => String::new(),
            };
            let candidate = one.candidate.as_deref().unwrap_or("never opened");
            let (id, incident) = (line(&one.review), line(&one.incident));
            let lane = match one.lane.zip(one.to_go) {
                Some((lane, to_go)) => format!("{}  {to_go} to go", lane.id()),
                None => format!("second reading; the lane is {WITHHELD}"),
            };
            let _ = writeln!(out, "{id}  {incident}  {lane}  {}{signed}", line(candidate));
        }
        if out.is_empty() {
            out.push_str("no review was opened yet\n");
        }
        out
    }
}

fn row(review: &Review, desk: &Desk, reader: &str) -> Line {
    let disposition = lane(review, &desk.contract, &desk.around(review));
    let withheld = review.reading_of(reader) == Reading::Second;
    let shown = !withheld;
    Line {
        review: review.id.0.clone(),
        incident: review.incident_id.clone(),
        candidate: review.opening.as_ref().map(|opening| opening.candidate.0.clone()),
        withheld,
        lane: shown.then_some(disposition.lane),
        to_go: shown.then_some(disposition.least.len()),
        version: shown.then(|| review.version()),
        signed: review.signature().filter(|_| shown).map(|signature| signature.lane.clone()),
        changed_since_signed: shown && review.changed_since_signed(),
        opened_at: review.opening.as_ref().map(|opening| opening.by.recorded_at),
    }
}
