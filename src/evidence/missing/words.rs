//! Which step answers a reason, and how it reads.

use super::{Missing, Step};
use crate::evidence::false_green::SETTLED;
use crate::evidence::gate::{CLOCK_SKEW_SECONDS, Circumstances, Known, NOT_READ_YET, TOO_OLD, WhyNot};
use crate::evidence::restraint::{FLAPPING, IN_MAINTENANCE, PAUSED};
use crate::evidence::{COUNTS_FROM, Evidence, Quantity, Unknown, Verdict, age};
use jiff::{SignedDuration, Timestamp};

/// How long something has to run before its running counts, where its probe does not say.
const YOUNG: SignedDuration = SignedDuration::from_secs(60);

/// A step that takes this reason away.
pub(super) fn step(step: Step, why: &WhyNot, text: String) -> Missing {
    Missing { step, wait_s: None, probe: why.probe.clone(), frees: Vec::new(), removes: vec![why.id.clone()], text }
}

/// The step for a reason about a probe.
pub(super) fn of_probe(why: &WhyNot, seen: &Evidence, around: &Circumstances, now: Timestamp) -> Missing {
    let name = &seen.probe;
    let again = || step(Step::Run, why, format!("run `{name}` again"));
    let clocks = || step(Step::Fix, why, format!("set the clocks right: `{name}` speaks of the future"));
    let is_ahead = |at: Timestamp| at.duration_since(now).as_secs() > CLOCK_SKEW_SECONDS;
    match why.id.as_str() {
        "evidence_warns" => match young_until(seen) {
            Some((until, wanted)) if until > now => {
                wait(why, until, now, &format!("until `{name}` has run for {wanted} s"))
            }
            Some(_) => again(),
            None => step(Step::Fix, why, format!("clear the warning of `{name}`: {}", seen.summary)),
        },
        "evidence_fails" => step(Step::Fix, why, format!("fix `{name}`: {}", seen.summary)),
        "evidence_unknown" => unknown(why, seen),
        "evidence_stale" if is_ahead(seen.as_of.max(seen.observed_at)) => clocks(),
        // It was old when it was read: reading it again brings the same.
        "evidence_stale" if age(seen.as_of, seen.observed_at) > seen.half_life => {
            step(Step::Fix, why, format!("have what `{name}` reads made anew: it was old when it was seen"))
        }
        "FG04" if around.last_restart.is_some_and(|restart| restart > now) => clocks(),
        "evidence_stale" | "failure_stale" | "FG04" => again(),
        "FG05" => match settled(around).filter(|until| *until > now) {
            Some(until) => wait(
                why,
                until,
                now,
                &format!("and run `{name}` again: it passed only in the minute after the restart"),
            ),
            None => again(),
        },
        "FG06" => step(Step::Fix, why, format!("fix the page of {}", why.text)),
        "FG07" => {
            let how = seen.hint.as_deref().unwrap_or("it must be able to fail");
            step(Step::Configure, why, format!("have the control of `{name}` refused: {how}"))
        }
        IN_MAINTENANCE | FLAPPING => step(Step::Wait, why, format!("wait: {}", why.text)),
        _ => step(Step::Fix, why, format!("fix {}", why.text)),
    }
}

/// The step for a probe that can say nothing.
fn unknown(why: &WhyNot, seen: &Evidence) -> Missing {
    let name = &seen.probe;
    let Verdict::Unknown(reason) = seen.verdict else {
        return step(Step::Run, why, format!("run `{name}` again"));
    };
    match reason {
        Unknown::NeverRun => step(Step::Run, why, format!("run `{name}`")),
        Unknown::Denied | Unknown::NotConfigured | Unknown::NotBuilt => {
            step(Step::Configure, why, format!("give `{name}` what it needs: {}", seen.summary))
        }
        _ => step(Step::Run, why, format!("run `{name}` again: {}", reason.word())),
    }
}

/// The step for a reason about the whole.
pub(super) fn of_stack(why: &WhyNot, around: &Circumstances, now: Timestamp) -> Missing {
    if let Some(step) = of_comparison(why, around) {
        return step;
    }
    match why.id.as_str() {
        "log_unread" if around.log_unread.as_deref() == Some(NOT_READ_YET) => {
            step(Step::Run, why, "read the event log".to_owned())
        }
        PAUSED => step(Step::Run, why, "let the probes look again".to_owned()),
        "not_asked" => step(Step::Run, why, format!("ask every probe, without --only and --tag: {}", why.text)),
        "FG03" => step(Step::Configure, why, format!("let somebody or something else look: {}", why.text)),
        "FG05" => match settled(around).filter(|until| *until > now) {
            Some(until) => wait(why, until, now, "until something is seen to work a minute after the restart"),
            None => step(Step::Run, why, "run every probe again: it has to work a minute after the restart".to_owned()),
        },
        "FG09" => step(Step::Fix, why, format!("send the result again, so that it can be read: {}", why.text)),
        "FG11" => step(Step::Fix, why, format!("resolve it again, and let it stay so for 15 minutes: {}", why.text)),
        "FG10" => step(Step::Wait, why, format!("wait until 15 minutes after the silence: {}", why.text)),
        _ => step(Step::Fix, why, format!("fix {}", why.text)),
    }
}

/// The step for a comparison that does not hold, or could not be made.
fn of_comparison(why: &WhyNot, around: &Circumstances) -> Option<Missing> {
    let (known, broken, subject) = match why.id.trim_end_matches("_unknown") {
        "running_differs_from_disk" => {
            (&around.running_equals_disk, "recreate what runs with another environment than is written", "what runs")
        }
        "disk_differs_from_secrets" => {
            (&around.disk_equals_secrets, "bring .env in line with the secrets", ".env with the secrets")
        }
        "restart_not_safe" => {
            (&around.restart_is_safe, "repair what the next recreate would load", "what the next recreate loads")
        }
        _ => return None,
    };
    Some(match known {
        Known::Unknown(how) if [NOT_READ_YET, TOO_OLD].contains(&how.as_str()) => {
            step(Step::Run, why, format!("compare {subject} again"))
        }
        Known::Unknown(how) => step(Step::Configure, why, format!("make it possible to compare {subject}: {how}")),
        Known::Broken(how) => step(Step::Fix, why, format!("{broken}: {how}")),
        Known::NotCompared | Known::Holds => {
            step(Step::Configure, why, format!("give what it takes to compare {subject}: nothing was there to compare"))
        }
    })
}

/// A wait until then.
fn wait(why: &WhyNot, until: Timestamp, now: Timestamp, what: &str) -> Missing {
    // Rounded up: a second too early is too early.
    let seconds = age(now, until).as_millis().div_ceil(1000) as u64;
    Missing { wait_s: Some(seconds), ..step(Step::Wait, why, format!("wait {seconds} s {what}")) }
}

/// When what was restarted last has run long enough.
fn settled(around: &Circumstances) -> Option<Timestamp> {
    around.last_restart?.checked_add(SETTLED).ok()
}

/// Until when, and for how many seconds, this has to run before its running counts, where that was what it
/// warned of.
fn young_until(seen: &Evidence) -> Option<(Timestamp, u64)> {
    let wanted = seen.facts.iter().find_map(|fact| match fact.value {
        Quantity::Millis(millis) if fact.name == COUNTS_FROM => Some(SignedDuration::from_millis(millis as i64)),
        _ => None,
    });
    let wanted = wanted.unwrap_or(YOUNG);
    let until = seen.started_at()?.checked_add(wanted).ok()?;
    (seen.kind == "container" && seen.observed_at < until).then_some((until, wanted.as_secs() as u64))
}
