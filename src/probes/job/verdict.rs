//! Judges a job's last run. A scheduler that runs proves nothing: a job that cron ignores is silent, and
//! one that hangs has not failed yet.

use super::{Format, Job, Last, Seen, Status};
use crate::evidence::gate::CLOCK_SKEW_SECONDS;
use crate::evidence::{Fact, Quantity, Unknown, Verdict, age};
use crate::guard::line;
use crate::probes::{Judgement, words};
use jiff::Timestamp;
use std::time::Duration;

/// The verdict, the id of why it is not a pass, and both in words.
type Weighed = (Verdict, &'static str, String);

pub(super) fn judge(options: &Job, seen: &Seen, at: Timestamp) -> Judgement {
    let (verdict, reason, summary) = weigh(options, seen, at);
    let shown = options.shown();
    let judgement = Judgement::new(verdict, summary).facts(facts(seen, at));
    match verdict {
        Verdict::Pass => judgement,
        Verdict::Unknown(_) => judgement.reason(reason).hint(format!("ls -l {shown}; date")),
        _ => judgement.reason(reason).hint("crontab -l; systemctl list-timers; then the job's log"),
    }
}

fn weigh(options: &Job, seen: &Seen, at: Timestamp) -> Weighed {
    let file = options.shown();
    let garbled = |id, why: String| (Verdict::Unknown(Unknown::Garbled), id, why);
    if times(seen).any(|time| time.duration_since(at).as_secs() > CLOCK_SKEW_SECONDS) {
        let why = format!("{file} is dated in the future: when the job ran can't be told");
        return garbled("from_the_future", why);
    }
    if let Last::Garbled(why) = &seen.last {
        return garbled("malformed", format!("{file} makes no sense: {why}"));
    }
    if seen.last == Last::Another {
        let wanted = options.name.as_deref().map(line).unwrap_or_default();
        let summary = format!("{file} is not of the job {wanted}");
        return (Verdict::Unknown(Unknown::NotConfigured), "another_job", summary);
    }
    // A run that hangs is worse than whatever the run before it left.
    if let Some(since) = running_since(seen) {
        let running = age(since, at);
        if running > Duration::from_secs(options.max_runtime_s) {
            let most = words::span(Duration::from_secs(options.max_runtime_s));
            let summary = format!("it has been running for {}, {most} at most", words::span(running));
            return (Verdict::Fail, "hung", summary);
        }
    }
    match &seen.last {
        Last::Status(Status { started, ended: None, .. }) => {
            // The file of the run before was written over.
            let running = words::span(age(*started, at));
            let summary = format!("it runs, for {running}; how the last run ended is not kept");
            (Verdict::Warn, "still_running", summary)
        }
        Last::Status(Status { started, ended: Some(ended), exit }) => match exit {
            Some(0) => of_success(options, Some(*started), *ended, at),
            Some(code) => {
                (Verdict::Fail, "run_failed", format!("its last run ended with {code}, {} ago", ago(*ended, at)))
            }
            None => garbled("malformed", format!("{file} makes no sense: an end without an exit code")),
        },
        Last::Beat(beat) => of_success(options, seen.started, *beat, at),
        Last::Logged { at: ended, success: true } => of_success(options, seen.started, *ended, at),
        Last::Logged { at: ended, success: false } => {
            (Verdict::Fail, "run_failed", format!("its log says that the last run failed, {} ago", ago(*ended, at)))
        }
        Last::NoMark => garbled("no_mark", format!("the end of {file} does not say how any run ended")),
        Last::None if options.format == Format::Log => {
            (Verdict::Fail, "never_ran", format!("{file} says of no run that it ended"))
        }
        Last::None | Last::Another | Last::Garbled(_) => {
            (Verdict::Fail, "never_ran", format!("no run since it was set up: {file} is not there"))
        }
    }
}

fn of_success(options: &Job, started: Option<Timestamp>, ended: Timestamp, at: Timestamp) -> Weighed {
    let old = words::span(age(ended, at));
    let since = |why: String| (Verdict::Fail, "overdue", format!("no run since {ended:.0}, {old} ago; {why}"));
    if let Some(most) = options.max_age_s.map(Duration::from_secs).filter(|most| age(ended, at) > *most) {
        return since(format!("{} at most", words::span(most)));
    }
    if let Some(due) = last_due(options, at).filter(|due| ended < *due) {
        return since(format!("it was due at {due:.0}"));
    }
    let took = started.filter(|started| *started <= ended).map(|started| age(started, ended));
    if let Some(took) = took.filter(|took| took.as_secs() < options.min_runtime_s) {
        let least = words::span(Duration::from_secs(options.min_runtime_s));
        let summary = format!("its last run took {}, {least} at least: it can't have done its work", words::span(took));
        return (Verdict::Fail, "too_fast", summary);
    }
    (Verdict::Pass, "", format!("succeeded {old} ago"))
}

/// When a run should have begun that should have succeeded by now.
fn last_due(options: &Job, at: Timestamp) -> Option<Timestamp> {
    let schedule = options.schedule.as_ref()?;
    let by = at.checked_sub(Duration::from_secs(options.grace_s)).ok()?;
    schedule.last_due(options.zone.time_zone(), by)
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
        Last::Logged { at, .. } => Some(*at),
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
        Last::Logged { at, .. } => (Some(*at), None),
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
        Last::Logged { at: ended, .. } => {
            facts.push(Fact::new("last end", Quantity::At(*ended)));
            facts.push(Fact::new("age", since(*ended)));
        }
        Last::None | Last::NoMark | Last::Garbled(_) | Last::Another => {}
    }
    facts.extend(running_since(seen).map(|since_then| Fact::new("running for", since(since_then))));
    facts
}
