//! `--stats`: how many rows of each type, and how they went.

use super::count::{count, grid, reach};
use super::rows::{cell, escaped, local, safe_json};
use super::{NONE_FITS, StartError};
use crate::app::shell::Door;
use crate::cli::{RowFormat, say};
use crate::guard::line;
use crate::store::Store;
use crate::timeline::filter::Filter;
use crate::timeline::stats::{TypeStats, statistics};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::fmt::Write;
use std::io::stdout;

const DAY_S: u32 = 86_400;

/// Counts and prints; the exit code.
pub(super) async fn run(
    store: &impl Store,
    door: &Door,
    filter: &Filter,
    format: RowFormat,
    zone: &TimeZone,
) -> Result<u8, StartError> {
    let now = Timestamp::now();
    let Some((from, until)) = reach(store, filter, now).await? else { return Ok(NONE_FITS) };
    let bins = count(store, door, filter, grid(from, until, DAY_S), now).await?;
    let counted = Counted { from, until, stats: statistics(&bins) };
    if counted.stats.1.rows == 0 {
        return Ok(NONE_FITS);
    }
    say(&mut stdout(), counted.print(format, zone).trim_end_matches(['\n', '\r']));
    Ok(0)
}

/// What was counted between two rows.
struct Counted {
    from: Timestamp,
    until: Timestamp,
    stats: (Vec<TypeStats>, TypeStats),
}

const COLUMNS: [&str; 6] = ["type", "rows", "succeeded", "failed", "neither", "success_percent"];

impl Counted {
    fn print(&self, format: RowFormat, zone: &TimeZone) -> String {
        let (types, all) = &self.stats;
        let rows = types.iter().chain([all]);
        match format {
            RowFormat::Human => {
                let mut out =
                    format!("{:<22} {:>10} {:>10} {:>10} {:>10}  success\n", "type", "rows", "ok", "failed", "neither");
                for stats in rows {
                    let (name, neither) = (line(&stats.type_name), stats.neither());
                    let percent = percent(stats).map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"));
                    let TypeStats { rows, succeeded, failed, .. } = stats;
                    let _ =
                        writeln!(out, "{name:<22} {rows:>10} {succeeded:>10} {failed:>10} {neither:>10}  {percent:>7}");
                }
                let _ = writeln!(out, "from {} to {}", local(self.from, zone), local(self.until, zone));
                out
            }
            RowFormat::Json => {
                let one = |stats: &TypeStats| {
                    json!({
                        "type": stats.type_name, "rows": stats.rows, "succeeded": stats.succeeded, "failed": stats.failed,
                        "neither": stats.neither(), "success_percent": stats.success_percent(),
                    })
                };
                let types: Vec<Value> = types.iter().map(one).collect();
                let all = json!({
                    "schema": "readback_timeline_stats_v1", "from": self.from, "until": self.until, "types": types,
                    "all": one(all),
                });
                safe_json(&all.to_string())
            }
            RowFormat::Csv => {
                let cells = |stats: &TypeStats| fields(stats).map(|field| cell(&field)).join(",") + "\r\n";
                COLUMNS.join(",") + "\r\n" + &rows.map(cells).collect::<String>()
            }
            RowFormat::Md => {
                let cells =
                    |stats: &TypeStats| format!("| {} |\n", fields(stats).map(|field| escaped(&field)).join(" | "));
                format!("| {} |\n|---|---:|---:|---:|---:|---:|\n", COLUMNS.join(" | "))
                    + &rows.map(cells).collect::<String>()
            }
        }
    }
}

fn fields(stats: &TypeStats) -> [String; 6] {
    let TypeStats { type_name, rows, succeeded, failed } = stats;
    let number = |number: u64| number.to_string();
    let percent = percent(stats).unwrap_or_default();
    [type_name.clone(), number(*rows), number(*succeeded), number(*failed), number(stats.neither()), percent]
}

fn percent(stats: &TypeStats) -> Option<String> {
    stats.success_percent().map(|percent| format!("{percent:.1}"))
}
