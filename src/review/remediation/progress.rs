//! How far the follow-ups are.
//!
//! Readiness of a domain is the share of its work that is done, with evidence, weighed by effort; an item without an
//! estimate weighs a day. What was dropped is not counted. It is rounded down to a step of five percent, because
//! estimates are no measurement and rounding up would promise. The readiness of all is the mean of the domains, each
//! with the same weight, because much work in one does not make up for none in another; it too is rounded down.

use crate::review::follow_up::{FollowUp, FollowUpStatus};
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use std::collections::BTreeMap;

/// What an item without an estimate weighs: a day.
const NO_ESTIMATE: u32 = 4;
/// The steps that readiness is told in, in percent.
const STEP: u64 = 5;

/// How many items there are, and how far they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// All but those that were dropped.
    pub total: usize,
    /// Those that are done, with evidence.
    pub done: usize,
    /// Those that somebody is at.
    pub in_progress: usize,
    /// Those that will not be done.
    pub dropped: usize,
    /// The effort of what is not done, in quarters of a day.
    pub remaining_quarters: u64,
    /// Those that are not done and have no estimate.
    pub without_estimate: usize,
}

/// How ready a domain is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The domain, as its first item has it. Foreign text.
    pub domain: String,
    /// Percent that is done.
    pub now: u64,
    /// Percent once what is in progress is done, too.
    pub then: u64,
    /// The figures of its items.
    pub progress: Progress,
}

/// What is due in a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its Monday; `None` for what has no date.
    pub week: Option<Date>,
    /// The ids of what is due then, in order.
    pub items: Vec<String>,
    /// The figures of those.
    pub progress: Progress,
}

/// The figures of items.
pub fn progress<'a>(items: impl IntoIterator<Item = &'a FollowUp>) -> Progress {
    let mut sum = Progress::default();
    for item in items {
        if item.status == FollowUpStatus::Dropped {
            sum.dropped += 1;
            continue;
        }
        sum.total += 1;
        if item.is_proved() {
            sum.done += 1;
            continue;
        }
        sum.in_progress += usize::from(item.status == FollowUpStatus::InProgress);
        sum.remaining_quarters += u64::from(item.effort_quarters);
        sum.without_estimate += usize::from(item.effort_quarters == 0);
    }
    sum
}

/// A share in percent with one decimal, as it is said; rounded down, so that 100.0 % is all: 3 of 17 is 17.6 %.
pub fn percent(part: usize, whole: usize) -> String {
    let tenths = (part as u64 * 1_000).checked_div(whole as u64).unwrap_or_default();
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// Quarters of a day as days: 98 are `24.5`.
pub fn days(quarters: impl Into<u64>) -> String {
    let quarters = quarters.into();
    let fraction = ["", ".25", ".5", ".75"][(quarters % 4) as usize];
    format!("{}{fraction}", quarters / 4)
}

/// The readiness of each domain, by its name; `Security` and `security` are one.
pub fn readiness<'a>(items: impl IntoIterator<Item = &'a FollowUp>) -> Vec<Readiness> {
    let mut domains: BTreeMap<String, Vec<&FollowUp>> = BTreeMap::new();
    for item in items {
        domains.entry(item.domain.trim().to_lowercase()).or_default().push(item);
    }
    let domains = domains.into_values().filter(|items| items.iter().any(|item| item.status != FollowUpStatus::Dropped));
    domains
        .map(|items| Readiness {
            domain: items.first().map(|item| item.domain.trim().to_owned()).unwrap_or_default(),
            now: share(&items, FollowUp::is_proved),
            then: share(&items, |item| item.is_proved() || item.status == FollowUpStatus::InProgress),
            progress: progress(items),
        })
        .collect()
}

/// The readiness of all domains, now and once what is in progress is done; `None` where there is no domain.
pub fn readiness_overall(items: &[&FollowUp]) -> Option<(u64, u64)> {
    let domains = readiness(items.iter().copied());
    let count = u64::try_from(domains.len()).ok().filter(|count| *count > 0)?;
    let mean = |of: fn(&Readiness) -> u64| down(domains.iter().map(of).sum::<u64>() / count);
    Some((mean(|domain| domain.now), mean(|domain| domain.then)))
}

/// The share of the work that counts, in percent, rounded down.
fn share(items: &[&FollowUp], counts: impl Fn(&FollowUp) -> bool) -> u64 {
    let weight =
        |item: &&&FollowUp| u64::from(if item.effort_quarters == 0 { NO_ESTIMATE } else { item.effort_quarters });
    let owed: Vec<&&FollowUp> = items.iter().filter(|item| item.status != FollowUpStatus::Dropped).collect();
    let all: u64 = owed.iter().map(weight).sum();
    let part: u64 = owed.iter().filter(|item| counts(item)).map(weight).sum();
    down((part * 100).checked_div(all).unwrap_or_default())
}

fn down(percent: u64) -> u64 {
    percent / STEP * STEP
}

/// What is due week by week, the earliest first, and last what has no date. What was dropped is not due.
pub fn milestones<'a>(items: impl IntoIterator<Item = &'a FollowUp>) -> Vec<Milestone> {
    let mut weeks: BTreeMap<(bool, Option<Date>), Vec<&FollowUp>> = BTreeMap::new();
    for item in items.into_iter().filter(|item| item.status != FollowUpStatus::Dropped) {
        let week = item.due.map(monday);
        weeks.entry((week.is_none(), week)).or_default().push(item);
    }
    let milestone = |((_, week), mut items): ((bool, Option<Date>), Vec<&FollowUp>)| {
        items.sort_by_key(|item| item.order());
        let ids = items.iter().map(|item| item.id.clone()).collect();
        Milestone { week, items: ids, progress: progress(items) }
    };
    weeks.into_iter().map(milestone).collect()
}

/// The Monday of a date's week.
fn monday(date: Date) -> Date {
    let since: Span = i64::from(date.weekday().to_monday_zero_offset()).days();
    // The first week that there is has no Monday.
    date.checked_sub(since).unwrap_or(date)
}
