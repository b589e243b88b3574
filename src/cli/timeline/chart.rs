//! `--histogram`: how many rows stand in each stretch of time, as above the list of the console.

use super::count::{count, grid, reach};
use super::rows::{local, safe_json};
use super::{NONE_FITS, StartError};
use crate::app::shell::Door;
use crate::cli::{RowFormat, TimelineArgs, say};
use crate::evidence::Verdict;
use crate::store::Store;
use crate::timeline::filter::Filter;
use crate::timeline::{Counts, Feed, Histogram, OwnKind, Span, WIDTHS, Weight, coverage};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::fmt::Write;
use std::io::stdout;

/// How many stretches there are unless a width is asked for: as many as the console has columns.
const COLUMNS: i64 = 96;
/// The most that are printed.
const MOST: u32 = 100_000;
/// The longest bar.
const BAR: u64 = 24;
/// How far back is looked, unless the filter says.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How many changes of the feeds are read.
const CHANGES: u32 = 5_000;

/// Counts and prints; the exit code.
pub(super) async fn run(
    store: &impl Store,
    door: &Door,
    filter: &Filter,
    options: &TimelineArgs,
    feeds: &[String],
    zone: &TimeZone,
) -> Result<u8, StartError> {
    let now = Timestamp::now();
    let Some((mut from, until)) = reach(store, filter, now).await? else { return Ok(NONE_FITS) };
    if filter.pushed(now).since.is_none() {
        from = until.checked_sub(DAY).unwrap_or(from).max(from);
    }
    let width_s = options.width.map_or_else(|| fitting(from, until), |width| width.as_secs().max(1) as u32);
    let grid = grid(from, until, width_s);
    if grid.buckets > MOST {
        let what = format!("{} stretches of {width_s} s are more than {MOST}; give a greater --width", grid.buckets);
        return Err(StartError::Other(what));
    }
    let bins = count(store, door, filter, grid, now).await?;
    if bins.is_empty() {
        return Ok(NONE_FITS);
    }
    let chart =
        Chart { histogram: Histogram::of(grid, &bins), dead: dead(store, feeds, grid.from, grid.until()).await? };
    say(&mut stdout(), chart.print(options.format, zone).trim_end_matches(['\n', '\r']));
    Ok(0)
}

/// The least width with which no more stretches are needed than the console has columns.
fn fitting(from: Timestamp, until: Timestamp) -> u32 {
    let seconds = until.as_second() - from.as_second();
    let fits = |width: &u32| seconds / i64::from(*width) < COLUMNS;
    WIDTHS.into_iter().find(fits).unwrap_or(WIDTHS[WIDTHS.len() - 1])
}

/// When a feed was dead: nothing there proves nothing.
async fn dead(
    store: &impl Store,
    feeds: &[String],
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Span>, StartError> {
    if feeds.is_empty() {
        return Ok(Vec::new());
    }
    let mut changes = store.probe_history(CHANGES).await?;
    changes.retain(|event| event.kind == OwnKind::ProbeChanged);
    changes.reverse();
    let spans = feeds.iter().flat_map(|feed| {
        let of_feed = changes.iter().filter(|event| event.subject == *feed);
        let told = of_feed.filter_map(|event| {
            let verdict: Verdict = serde_json::from_value(event.context.get("to")?.clone()).ok()?;
            Some((event.occurred_at, Feed::of(verdict)))
        });
        coverage(told, from, until)
    });
    Ok(spans.filter(|span| span.feed == Feed::Dead).collect())
}

/// What was counted, and when a feed was dead.
struct Chart {
    histogram: Histogram,
    dead: Vec<Span>,
}

/// The weights, the heaviest first.
fn weights() -> impl Iterator<Item = Weight> {
    Weight::ALL.into_iter().rev()
}

impl Chart {
    fn print(&self, format: RowFormat, zone: &TimeZone) -> String {
        let grid = &self.histogram.grid;
        let names = || weights().map(Weight::word).collect::<Vec<_>>();
        let mut out = match format {
            RowFormat::Human | RowFormat::Json => String::new(),
            RowFormat::Csv => format!("at,width_seconds,rows,{},feed_dead\r\n", names().join(",")),
            RowFormat::Md => format!("| at | rows | {} | |\n|---|{}---|\n", names().join(" | "), "---:|".repeat(6)),
        };
        let most = self.histogram.buckets.iter().map(Counts::rows).max().unwrap_or_default().max(1);
        for (bucket, counts) in (0..).zip(&self.histogram.buckets) {
            let (at, until) = (grid.begin(bucket), grid.begin(bucket + 1));
            let is_dead = self.dead.iter().any(|span| span.from < until && at < span.until);
            let (rows, each) = (counts.rows(), || weights().map(|weight| counts.of(weight).to_string()));
            let _ = match format {
                RowFormat::Human => writeln!(out, "{}", human(&local(at, zone), counts, most, is_dead)),
                RowFormat::Json => {
                    let mut one = json!({
                        "at": at, "width_seconds": grid.width_s, "rows": rows, "feed_dead": is_dead,
                        "worst": counts.worst().map(Weight::word),
                    });
                    weights().for_each(|weight| one[weight.word()] = counts.of(weight).into());
                    write!(out, "{}", safe_json(&one.to_string()))
                }
                RowFormat::Csv => {
                    let each = each().collect::<Vec<_>>().join(",");
                    write!(out, "{at},{},{rows},{each},{is_dead}\r\n", grid.width_s)
                }
                RowFormat::Md => {
                    let each = each().collect::<Vec<_>>().join(" | ");
                    let feed = if is_dead { "feed dead" } else { "" };
                    writeln!(out, "| {} | {rows} | {each} | {feed} |", local(at, zone))
                }
            };
        }
        out
    }
}

/// A line for people: the bar is as long as the stretch has rows beside the fullest.
fn human(at: &str, counts: &Counts, most: u64, is_dead: bool) -> String {
    let rows = counts.rows();
    let bar = "#".repeat((rows * BAR).div_ceil(most) as usize);
    let mut said: Vec<String> = weights()
        .filter(|weight| counts.of(*weight) > 0)
        .map(|weight| format!("{} {}", weight.word(), counts.of(weight)))
        .collect();
    said.extend(is_dead.then(|| "the feed was dead".to_owned()));
    format!("{at} {rows:>8}  {bar:<24}  {}", said.join(", ")).trim_end().to_owned()
}
