//! Judges units. `active` alone is a moment: a unit that is restarted every few seconds is active most of the time.

use super::{Seen, Systemd, Timer, Unit};
use crate::evidence::{Fact, Quantity, STARTED_AT, Unknown, Verdict, age};
use crate::probes::{Control, Judgement, words};
use jiff::Timestamp;
use std::time::Duration;

/// How many names a summary holds.
const NAMED: usize = 3;

/// Something a person would want to know of.
struct Finding {
    verdict: Verdict,
    reason: &'static str,
    summary: String,
    hint: String,
}

pub(super) fn judge(options: &Systemd, seen: &Seen, at: Timestamp) -> Judgement {
    let facts = facts(seen, at);
    if seen.control == Control::Passed {
        let summary = "systemctl knows a unit that can't exist: what it says of the others proves nothing";
        return Judgement::new(Verdict::Unknown(Unknown::Void), summary).reason("void").facts(facts);
    }
    let mut findings: Vec<Finding> = seen.units.iter().filter_map(|unit| of_unit(options, unit, at)).collect();
    findings.extend(of_failed(seen));
    // The first of the worst.
    let judgement = match findings.into_iter().min_by_key(|finding| finding.verdict.rank()) {
        Some(worst) => Judgement::new(worst.verdict, worst.summary).reason(worst.reason).hint(worst.hint),
        None => Judgement::new(Verdict::Pass, good(seen)),
    };
    judgement.facts(facts)
}

fn good(seen: &Seen) -> String {
    let failed = if seen.failed.is_some() { "no unit has failed" } else { "failed units were not asked for" };
    match seen.units.len() {
        0 => failed.to_owned(),
        1 => format!("{} is active, {failed}", seen.units[0].name),
        many => format!("all {many} units are active, {failed}"),
    }
}

fn of_failed(seen: &Seen) -> Option<Finding> {
    let failed = seen.failed.as_ref().filter(|failed| !failed.is_empty())?;
    let named = failed.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if failed.len() > NAMED { format!(" and {} more", failed.len() - NAMED) } else { String::new() };
    Some(Finding {
        verdict: Verdict::Fail,
        reason: "failed_units",
        summary: format!("failed: {named}{more}"),
        hint: "systemctl list-units --failed; journalctl -xe -u UNIT".to_owned(),
    })
}

fn of_unit(options: &Systemd, unit: &Unit, at: Timestamp) -> Option<Finding> {
    let (verdict, reason, what) = weigh(options, unit, at)?;
    let name = &unit.name;
    let hint = match reason {
        "not_found" => format!("systemctl list-unit-files | grep -i {name}"),
        "outdated" => "systemctl daemon-reload".to_owned(),
        _ => format!("systemctl status {name}; journalctl -u {name} -n 50"),
    };
    Some(Finding { verdict, reason, summary: format!("{name} {what}"), hint })
}

type Weighed = (Verdict, &'static str, String);

fn weigh(options: &Systemd, unit: &Unit, at: Timestamp) -> Option<Weighed> {
    let fail = |reason, what: String| Some((Verdict::Fail, reason, what));
    match unit.load.as_str() {
        "loaded" => {}
        "not-found" => return fail("not_found", "is not there: is its name right?".to_owned()),
        "masked" => return fail("masked", "is masked: it can't be started".to_owned()),
        "" => return Some((Verdict::Unknown(Unknown::Garbled), "garbled", "has no LoadState".to_owned())),
        other => return fail("bad_unit", format!("could not be loaded ({other})")),
    }
    match unit.active.as_str() {
        "active" | "reloading" => of_active(options, unit, at),
        "failed" => fail("unit_failed", format!("has failed ({})", unit.result)),
        "activating" if unit.sub.starts_with("auto-restart") => {
            fail("flapping", format!("waits to be restarted ({}), for the {} time", unit.result, nth(unit)))
        }
        "activating" | "deactivating" => {
            let for_how_long = unit.changed.map(|changed| age(changed, at));
            let most = Duration::from_secs(options.max_activating_s);
            match for_how_long {
                Some(long) if long <= most => {
                    let what = format!("is {}, for {}", unit.active, words::span(long));
                    Some((Verdict::Warn, "activating", what))
                }
                Some(long) => fail("stuck_activating", format!("has been {} for {}", unit.active, words::span(long))),
                None => Some((Verdict::Warn, "activating", format!("is {}", unit.active))),
            }
        }
        "inactive" => fail("inactive", "does not run".to_owned()),
        other => fail("inactive", format!("is {other}")),
    }
}

fn of_active(options: &Systemd, unit: &Unit, at: Timestamp) -> Option<Weighed> {
    let fail = |reason, what: String| Some((Verdict::Fail, reason, what));
    let is_stable = unit.since.is_some_and(|since| age(since, at).as_secs() >= options.stable_s);
    if let Some(restarts) = unit.restarts.filter(|restarts| *restarts > options.max_restarts && !is_stable) {
        return fail("flapping", format!("is active, and was restarted {restarts} times"));
    }
    if !matches!(unit.result.as_str(), "success" | "") {
        return fail("bad_result", format!("is active, and its last result is {}", unit.result));
    }
    match unit.timer {
        // While what it starts runs, a timer has no next time.
        Some(Timer { has_next: false, .. }) if unit.sub != "running" => {
            return fail("timer_dead", "will not fire again".to_owned());
        }
        Some(Timer { last: None, .. }) => {
            return Some((Verdict::Warn, "never_triggered", "has not fired yet".to_owned()));
        }
        _ => {}
    }
    let what = "was changed on disk since systemd read it".to_owned();
    unit.is_outdated.then_some((Verdict::Warn, "outdated", what))
}

/// Which restart is waited for, in words.
fn nth(unit: &Unit) -> String {
    unit.restarts.map_or_else(|| "next".to_owned(), |count| format!("{}.", count.saturating_add(1)))
}

fn facts(seen: &Seen, at: Timestamp) -> Vec<Fact> {
    let mut facts = Vec::new();
    for unit in &seen.units {
        let name = &unit.name;
        facts.push(Fact::text(name, format!("{} ({})", unit.active, unit.sub)));
        facts.extend(unit.restarts.map(|count| Fact::new(&format!("{name} restarts"), Quantity::Count(count))));
        let since = |time: Timestamp| Quantity::Millis(age(time, at).as_millis() as u64);
        facts.extend(unit.since.map(|time| Fact::new(&format!("{name} active for"), since(time))));
        let last = unit.timer.and_then(|timer| timer.last);
        facts.extend(last.map(|time| Fact::new(&format!("{name} fired last"), Quantity::At(time))));
    }
    let services = seen.units.iter().filter(|unit| unit.timer.is_none());
    // What was proved before a service started proves nothing of it.
    facts.extend(services.filter_map(|unit| unit.since).max().map(|at| Fact::new(STARTED_AT, Quantity::At(at))));
    facts.extend(seen.failed.as_ref().map(|failed| Fact::new("failed units", Quantity::Count(failed.len() as u64))));
    facts.push(seen.control.fact());
    facts
}
