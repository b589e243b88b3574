//! The report for Nagios and its kin: one line of text, a bar, and performance data
//! (the plugin guidelines of Monitoring Plugins).

use super::report::Report;
use crate::evidence::{Evidence, age};
use crate::guard::line;

/// How many reasons the line names.
const NAMED: usize = 3;
/// How much of a reason it shows, in characters.
const REASON: usize = 160;

/// `OK - shop: VERIFIED RECOVERY, 4 of 4 probes pass | pass=4;;;0;4 …`
pub(super) fn render(report: &Report) -> String {
    format!("{} - {} | {}\n", report.word(), plain(&text(report)), perfdata(report))
}

/// The line for a check that could not be made.
pub(super) fn unknown(why: &str) -> String {
    format!("UNKNOWN - {}", plain(why))
}

fn text(report: &Report) -> String {
    let state = report.recovery.state.word();
    let counts = format!("{} of {} probes pass", report.count("pass"), report.evidence.len());
    let mut parts = vec![format!("{}: {state}, {counts}", report.stack)];
    parts.extend(report.left_out());
    let reasons = &report.recovery.why_not;
    parts.extend(reasons.iter().take(NAMED).map(|why| cut(&why.text)));
    if reasons.len() > NAMED {
        parts.push(format!("and {} more", reasons.len() - NAMED));
    }
    parts.join("; ")
}

fn cut(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(REASON).collect();
    if chars.next().is_some() { format!("{start}…") } else { start }
}

/// One line without the bar, which begins the performance data.
fn plain(text: &str) -> String {
    line(text).replace('|', "/")
}

/// `label=value[unit];[warn];[crit];[min];[max]`, with a space between two.
fn perfdata(report: &Report) -> String {
    let whole = report.evidence.len();
    let words = ["pass", "warn", "FAIL", "unknown"];
    let counts = words.map(|word| format!("{}={};;;0;{whole}", word.to_ascii_lowercase(), report.count(word)));
    let not_asked = format!("not_asked={};;;0", report.not_asked.len());
    let ages = report.evidence.iter().map(|seen| age_of(seen, report));
    counts.into_iter().chain([not_asked]).chain(ages).collect::<Vec<_>>().join(" ")
}

/// An age in seconds: from one half-life on it is no longer fresh, from two on stale.
fn age_of(seen: &Evidence, report: &Report) -> String {
    let label = line(&seen.probe.0).replace(['\'', '=', '|'], "_");
    let (seconds, half_life) = (age(seen.as_of, report.checked_at).as_secs(), seen.half_life.as_secs());
    format!("'{label}_age'={seconds}s;{half_life};{};0", half_life.saturating_mul(2))
}
