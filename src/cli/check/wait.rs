//! `--wait`: asks again until the gate says verified or time is up. Each probe is asked again at its own
//! cadence, no round begins within five seconds of the last, and the last round of all asks everything.

use super::report::Report;
use super::select::NOT_ASKED;
use crate::guard::line;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The least time between the beginnings of two rounds.
pub const LEAST_PAUSE: Duration = Duration::from_secs(5);
/// How often the layers of the configuration are read where no probe is due; as the console does.
const LAYERS_EVERY: Duration = Duration::from_secs(30);

/// Asks in rounds. `every` is the cadence of each probe, `ask` is given the places of those that are due,
/// `tell` gets a line after each round but the last.
pub(super) async fn until_verified(
    every: &[Duration],
    limit: Duration,
    mut ask: impl AsyncFnMut(&[usize]) -> Report,
    mut tell: impl FnMut(&str),
) -> Report {
    let start = Instant::now();
    let mut plan = Plan::new(every, limit);
    loop {
        let due = plan.begin(start.elapsed());
        let report = ask(&due).await;
        if is_final(&report) {
            return report;
        }
        let now = start.elapsed();
        let Some(next) = plan.next(now) else { return report };
        tell(&progress(&report, now, next, limit));
        sleep_until(start + next).await;
    }
}

/// Whether asking again could not improve it: it is verified, or would be if all probes were asked.
fn is_final(report: &Report) -> bool {
    report.recovery.why_not.iter().all(|why| why.id == NOT_ASKED)
}

/// Where the wait stands, one line for a person.
fn progress(report: &Report, now: Duration, next: Duration, limit: Duration) -> String {
    let state = report.recovery.state.word();
    let first = report.recovery.why_not.first().map(|why| format!(" - {}", why.text)).unwrap_or_default();
    let more = match report.recovery.why_not.len() {
        0 | 1 => String::new(),
        many => format!(" (and {} more)", many - 1),
    };
    let (now, next, limit) = (now.as_secs(), next.saturating_sub(now).as_secs_f32().ceil(), limit.as_secs());
    line(&format!("{now} of {limit} s: {state}{first}{more}; asks again in {next} s")).into_owned()
}

/// Who is asked when. All times are counted from the start of the wait.
struct Plan<'a> {
    every: &'a [Duration],
    /// When each was asked last.
    asked: Vec<Option<Duration>>,
    /// When the last round began.
    last: Duration,
    limit: Duration,
}

impl<'a> Plan<'a> {
    fn new(every: &'a [Duration], limit: Duration) -> Self {
        Self { every, asked: vec![None; every.len()], last: Duration::ZERO, limit }
    }

    /// Begins a round; answers who is due.
    fn begin(&mut self, now: Duration) -> Vec<usize> {
        self.last = now;
        let is_due = |(asked, every): (&Option<Duration>, &Duration)| {
            // The answer that is printed when time is up is not older than it has to be.
            now >= self.limit || asked.is_none_or(|asked| now >= asked + *every)
        };
        let due: Vec<bool> = self.asked.iter().zip(self.every).map(is_due).collect();
        for (asked, due) in self.asked.iter_mut().zip(&due) {
            if *due {
                *asked = Some(now);
            }
        }
        due.iter().enumerate().filter(|(_, due)| **due).map(|(index, _)| index).collect()
    }

    /// When the next round begins; `None` when time is up.
    fn next(&self, now: Duration) -> Option<Duration> {
        let earliest = self.last + LEAST_PAUSE;
        if now >= self.limit || earliest > self.limit {
            return None;
        }
        let due = self.asked.iter().zip(self.every).map(|(asked, every)| asked.unwrap_or_default() + *every);
        let due = due.min().unwrap_or(Duration::MAX).min(self.last + LAYERS_EVERY);
        Some(due.max(earliest).max(now).min(self.limit))
    }
}

#[cfg(test)]
#[path = "wait_tests.rs"]
mod tests;
