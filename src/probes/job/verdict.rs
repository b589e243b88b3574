//! Judges a job's last run. A scheduler that runs proves nothing: a job that cron ignores is silent, and
//! one that hangs has not failed yet.

use super::{Job, Last, Seen, Status};
use crate::evidence::gate::CLOCK_SKEW_SECONDS;
use crate::evidence::{Fact, Quantity, Unknown, Verdict, age};
use crate::guard::line;
use crate::probes::{Judgement, words};
use jiff::Timestamp;
use std::time::Duration;

type Weighed = (Verdict, String);

pub(super) fn judge(options: &Job, seen: &Seen, at: Timestamp) -> Judgement {
    let (verdict, summary) = weigh(options, seen, at);
    let shown = options.shown();
    let judgement = Judgement::new(verdict, summary).facts(facts(seen, at));
    match verdict {
        Verdict::Pass => judgement,
        Verdict::Unknown(_) => judgement.hint(format!("ls -l {shown}; date")),
        _ => judgement.hint("crontab -l; systemctl list-timers; then the job's log"),
    }
}

fn weigh(options: &Job, seen: &Seen, at: Timestamp) -> Weighed {
    let file = options.shown();
    let garbled = |why: String| (Verdict::Unknown(Unknown::Garbled), why);
    if times(seen).any(|time| time.duration_since(at).as_secs() > CLOCK_SKEW_SECONDS) {
        return garbled(format!("{file} is dated in the future: when the job ran can't be told"));
    }
    if let Last::Garbled(why) = &seen.last {
        return garbled(format!("{file} makes no sense: {why}"));
    }
    if seen.last == Last::Another {
        let wanted = options.name.as_deref().map(line).unwrap_or_default();
        return (Verdict::Unknown(Unknown::NotConfigured), format!("{file} is not of the job {wanted}"));
    }
    // A run that hangs is worse than whatever the run before it left.
    if let Some(since) = running_since(seen) {
        let running = age(since, at);
        if running > Duration::from_secs(options.max_runtime_s) {
            let most = words::span(Duration::from_secs(options.max_runtime_s));
            let summary = format!("it has been running for {}, {most} at most", words::span(running));
            return (Verdict::Fail, summary);
        }
    }
    match &seen.last {
        Last::Status(Status { started, ended: None, .. }) => {
            // The file of the run before was written over.
            let running = words::span(age(*started, at));
            (Verdict::Warn, format!("it runs, for {running}; how the last run ended is not kept"))
        }
        Last::Status(Status { ended: Some(ended), exit, .. }) => match exit {
            Some(0) => in_window(options, *ended, at),
            Some(code) => (Verdict::Fail, format!("its last run ended with {code}, {} ago", ago(*ended, at))),
            None => garbled(format!("{file} makes no sense: an end without an exit code")),
        },
        Last::Beat(beat) => in_window(options, *beat, at),
        Last::None | Last::Another | Last::Garbled(_) => {
            (Verdict::Fail, format!("no run since it was set up: {file} is not there"))
        }
    }
}

fn in_window(options: &Job, success: Timestamp, at: Timestamp) -> Weighed {
    let old = age(success, at);
    if old > Duration::from_secs(options.max_age_s) {
        let window = words::span(Duration::from_secs(options.max_age_s));
        return (Verdict::Fail, format!("no run since {success:.0}, {} ago; {window} at most", words::span(old)));
    }
    (Verdict::Pass, format!("succeeded {} ago", words::span(old)))
}

/// Since when a run is under way: it started, and has not ended since.
fn running_since(seen: &Seen) -> Option<Timestamp> {
    let unended = match &seen.last {
        Last::Status(Status { started, ended: None, .. }) => Some(*started),
        _ => None,
    };
    let ended = match &seen.last {
        Last::Beat(beat) => Some(*beat),
        Last::Status(status) => status.ended,
        _ => None,
    };
    let started = seen.started.filter(|started| ended.is_none_or(|ended| ended < *started));
    // A status of its own is nearer to the truth than the time of a file.
    unended.or(started)
}

fn times(seen: &Seen) -> impl Iterator<Item = Timestamp> {
    let (first, last) = match &seen.last {
        Last::Beat(beat) => (Some(*beat), None),
        Last::Status(status) => (Some(status.started), status.ended),
        _ => (None, None),
    };
    first.into_iter().chain(last).chain(seen.started)
}

fn ago(then: Timestamp, at: Timestamp) -> String {
    words::span(age(then, at))
}

fn facts(seen: &Seen, at: Timestamp) -> Vec<Fact> {
    let since = |then| Quantity::Millis(age(then, at).as_millis() as u64);
    let mut facts = Vec::new();
    match &seen.last {
        Last::Beat(beat) => {
            facts.push(Fact::new("last success", Quantity::At(*beat)));
            facts.push(Fact::new("age", since(*beat)));
        }
        Last::Status(status) => {
            facts.push(Fact::new("last start", Quantity::At(status.started)));
            if let Some(ended) = status.ended {
                facts.push(Fact::new("last end", Quantity::At(ended)));
                facts.push(Fact::new("age", since(ended)));
                let took = age(status.started, ended).as_millis() as u64;
                facts.push(Fact::new("took", Quantity::Millis(took)));
            }
            facts.extend(status.exit.map(|code| Fact::text("exit code", code.to_string())));
        }
        Last::None | Last::Garbled(_) | Last::Another => {}
    }
    facts.extend(running_since(seen).map(|since_then| Fact::new("running for", since(since_then))));
    facts
}
