//! The incidents as tables: CSV, whose first column says what a line is, and Markdown.

use super::Seen;
use super::human::{Item, interleaved, said};
use crate::cli::RowFormat;
use crate::cli::timeline::rows::{cell, escaped, header, local, row};
use crate::timeline::expected::Standing;
use crate::timeline::incident::{Incident, Measure, in_words, statistics};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write;

/// The columns of an incident before and after its durations.
const BEFORE: [&str; 5] = ["record", "name", "state", "detected_at", "alert"];
const AFTER: [&str; 9] = ["flaps", "reopened", "rows", "silenced_only", "n", "median_s", "p90_s", "due", "what"];

/// RFC 4180. A line is an `incident`, a `statistic` of all of them, or an `expected`, which is no row of the log.
pub(super) fn csv(seen: &Seen) -> String {
    let measures = Measure::ALL.map(|measure| format!("{}_s", measure.code()));
    let columns: Vec<&str> = BEFORE.into_iter().chain(measures.iter().map(String::as_str)).chain(AFTER).collect();
    let mut out = format!("{}\r\n", columns.join(","));
    let mut put = |fields: &[(&str, String)]| {
        let of = |column: &&str| fields.iter().find(|(name, _)| name == column).map(|(_, value)| cell(value));
        let line: Vec<String> = columns.iter().map(|column| of(column).unwrap_or_default()).collect();
        let _ = write!(out, "{}\r\n", line.join(","));
    };
    for incident in &seen.incidents {
        put(&fields(incident, &measures, seen));
        for expected in seen.expected_of(incident) {
            put(&[
                ("record", "expected".to_owned()),
                ("name", incident.name().to_owned()),
                ("state", expected.standing(seen.as_of).code().to_owned()),
                ("due", expected.due.to_string()),
                ("what", said(expected, seen.as_of).0),
            ]);
        }
    }
    for (measure, summary) in statistics(&seen.incidents, None, None).measures {
        let seconds = |of: fn(&crate::timeline::incident::Summary) -> SignedDuration| {
            summary.as_ref().map(|summary| of(summary).as_secs().to_string()).unwrap_or_default()
        };
        put(&[
            ("record", "statistic".to_owned()),
            ("name", measure.code().to_owned()),
            ("n", summary.map_or(0, |summary| summary.n).to_string()),
            ("median_s", seconds(|summary| summary.median)),
            ("p90_s", seconds(|summary| summary.p90)),
        ]);
    }
    out
}

fn fields<'a>(incident: &Incident, measures: &'a [String; 6], seen: &Seen) -> Vec<(&'a str, String)> {
    let mut fields = vec![
        ("record", "incident".to_owned()),
        ("name", incident.name().to_owned()),
        ("state", incident.state(seen.as_of).code().to_owned()),
        ("detected_at", incident.moments.detected.as_ref().map(Timestamp::to_string).unwrap_or_default()),
        ("alert", incident.alert.clone().unwrap_or_default()),
        ("flaps", incident.flaps.to_string()),
        ("reopened", incident.reopened.to_string()),
        ("rows", incident.rows.to_string()),
        ("silenced_only", incident.is_silenced_only().to_string()),
    ];
    for (column, measure) in measures.iter().zip(Measure::ALL) {
        let took = measure.of(incident).map(|took| took.as_secs().to_string());
        fields.push((column, took.unwrap_or_default()));
    }
    fields
}

/// Tables for a report: the incidents, what is missing, the numbers, and the rows of one.
pub(super) fn markdown(seen: &Seen, zone: &TimeZone) -> String {
    let mut out = "| incident | state | detected |".to_owned();
    for measure in Measure::ALL {
        let _ = write!(out, " {} |", measure.words());
    }
    out.push_str(" flaps | rows |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for incident in &seen.incidents {
        let detected = incident.moments.detected.map(|at| local(at, zone)).unwrap_or_default();
        let _ = write!(out, "| {} | {} |", escaped(incident.name()), escaped(incident.state(seen.as_of).code()));
        let _ = write!(out, " {} |", escaped(&detected));
        for measure in Measure::ALL {
            let _ = write!(out, " {} |", measure.of(incident).map(in_words).unwrap_or_default());
        }
        let _ = writeln!(out, " {} | {} |", incident.flaps, incident.rows);
    }
    missing(seen, zone, &mut out);
    if !seen.rows.is_empty() {
        out.push('\n');
        out.push_str(&header(RowFormat::Md));
        for item in interleaved(seen) {
            match item {
                Item::Row(entry, beside) => out.push_str(&row(entry, beside, RowFormat::Md, zone)),
                Item::Missing(expected) => {
                    let (text, standing) = said(expected, seen.as_of);
                    let (due, text) = (escaped(&local(expected.due, zone)), escaped(&text));
                    let _ = writeln!(out, "| {due} | *{standing}* | | | | {text} |");
                }
            }
        }
        return out;
    }
    out.push_str("\n| duration | n | median | p90 |\n|---|---|---|---|\n");
    for (measure, summary) in statistics(&seen.incidents, None, None).measures {
        let _ = match summary {
            Some(of) => {
                writeln!(out, "| {} | {} | {} | {} |", measure.words(), of.n, in_words(of.median), in_words(of.p90))
            }
            None => writeln!(out, "| {} | 0 | | |", measure.words()),
        };
    }
    out
}

/// What did not come in time, of every incident.
fn missing(seen: &Seen, zone: &TimeZone, out: &mut String) {
    let mut is_first = true;
    for incident in &seen.incidents {
        for expected in seen.expected_of(incident).filter(|of| of.standing(seen.as_of) != Standing::Waiting) {
            if is_first {
                out.push_str("\n| incident | due | expected, and not in time |\n|---|---|---|\n");
                is_first = false;
            }
            let text = said(expected, seen.as_of).0;
            let due = escaped(&local(expected.due, zone));
            let _ = writeln!(out, "| {} | {due} | {} |", escaped(incident.name()), escaped(&text));
        }
    }
}
