//! The rules that the timeline decides, together with the evidence.

use super::{Answer, Hit, SETTLED, Scene, Subject};
use crate::evidence::{BODY_DIGEST, Evidence, STATUS, Verdict, pair};
use crate::guard;
use crate::timeline::incident::{says_postcheck, silence_end};
use crate::timeline::{self, Entry, EventType, FLAP_WINDOW, Latest, OwnKind};
use jiff::Timestamp;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::HashSet;

/// How long a sender may be silent before its alert counts as resolved, unless the row says otherwise.
const RESOLVE_TIMEOUT_SECONDS: i64 = 300;
/// What stands in place of a message that was too long to be sent.
const FALLBACK: &str = "notification could not be sent";
/// The most characters of a foreign name in a text.
const NAME: usize = 60;

/// FG01.
pub(super) fn resolved_by_nobody(scene: &Scene<'_>) -> Answer {
    let checks = postchecks(scene);
    let fixed = fixed(scene);
    let unproved = claims(scene).filter(|at| !fixed.contains(at) && !was_checked(scene, &checks, *at));
    let say = |at| of(&scene.entries[at], "RESOLVED, with no execution that went well and no postcheck");
    unproved.map(say).collect::<Vec<_>>().into()
}

/// FG02.
pub(super) fn resolved_by_timeout(scene: &Scene<'_>) -> Answer {
    let mut hits = Vec::new();
    let mut is_silent = false;
    let checks = postchecks(scene);
    for at in claims(scene).filter(|at| !was_checked(scene, &checks, *at)) {
        match is_timeout(scene.entries[at].context()) {
            Some(true) => {
                hits.push(of(&scene.entries[at], "RESOLVED because nothing was heard, not because it was measured"));
            }
            Some(false) => {}
            None => is_silent = true,
        }
    }
    if hits.is_empty() && is_silent {
        return Answer::Undecided("the RESOLVED row does not say how it was resolved");
    }
    hits.into()
}

/// FG03.
pub(super) fn checked_by_the_same_hand(scene: &Scene<'_>) -> Answer {
    let mut actors: Vec<&str> = Vec::new();
    let mut hits = Vec::new();
    let mut is_anonymous = false;
    for (at, fix) in scene.recent().enumerate().filter(|(_, entry)| is_fix(entry)) {
        let Some(actor) = fix.actor() else {
            is_anonymous = true;
            continue;
        };
        if actors.contains(&actor) {
            continue;
        }
        actors.push(actor);
        let by_right = text(fix.context(), "credential").filter(|credential| *credential != "none");
        let own = |seen: &Evidence| seen.source.observer == actor || by_right == Some(seen.source.credential.as_str());
        let mut checks = proofs_after(scene, fix.at()).map(own).chain(
            scene.entries[..at]
                .iter()
                .filter(|row| is_postcheck(row) && timeline::is_same(row, fix))
                .map(|row| row.actor() == Some(actor)),
        );
        // Without any postcheck there is no hand to compare; that is another rule's matter.
        if checks.next().is_some_and(|is_own| is_own && checks.all(|is_own| is_own)) {
            hits.push(of(
                fix,
                &format!("whatever was checked after the fix was checked by {}, who made it", name(actor)),
            ));
        }
    }
    if hits.is_empty() && is_anonymous {
        return Answer::Undecided("the fix names no actor");
    }
    hits.into()
}

/// FG05.
pub(super) fn restart_hid_it(scene: &Scene<'_>) -> Answer {
    let Some(restart) = scene.last_restart else { return Answer::Quiet };
    let settled = |seen: &Evidence| seen.as_of.duration_since(restart) >= SETTLED;
    let anything_settled = scene.fresh_passes().any(settled);
    let mut hits = Vec::new();
    let mut probes: Vec<&str> = Vec::new();
    let mut over = Latest::default();
    let mut alerts = HashSet::new();
    // Newest first: what ended before the restart is met before its beginning.
    for entry in scene.recent().filter(|entry| entry.at() < restart) {
        match entry {
            Entry::Own(event) if event.kind == OwnKind::ProbeChanged && !probes.contains(&event.subject.as_str()) => {
                probes.push(&event.subject);
                let hidden = scene
                    .evidence
                    .iter()
                    .find(|seen| seen.probe.0 == event.subject && seen.verdict == Verdict::Pass && !settled(seen));
                if let Some(seen) = hidden.filter(|_| event.success == Some(false)) {
                    let what = format!(
                        "{}: it did not pass before the restart, and passes only in the minute after",
                        seen.probe
                    );
                    hits.push(Hit { what, at: Some(entry.at()), subject: Subject::Probe(seen.probe.clone()) });
                }
            }
            _ if entry.event_type() == Some(EventType::Resolved) => over.put(entry, ()),
            _ if entry.event_type() == Some(EventType::AlertReceived)
                && !anything_settled
                && over.of(entry).is_none()
                && alerts.insert(subject(entry)) =>
            {
                let what = "it was restarted while the alert stood, and nothing is seen to work a minute later";
                hits.push(of(entry, what));
            }
            _ => {}
        }
    }
    hits.into()
}

/// FG06. The status has to differ: where it is the same, something else than the page was wrong.
pub(super) fn error_page_again(scene: &Scene<'_>) -> Answer {
    let mut hits = Vec::new();
    let mut is_silent = false;
    for seen in scene.fresh_passes() {
        let Some(status) = seen.text_fact(STATUS) else { continue };
        let failed = scene.recent().find(|row| match row {
            Entry::Own(event) => {
                event.kind == OwnKind::ProbeChanged
                    && event.subject == seen.probe.0
                    && text(&event.context, "verdict") == Some(Verdict::Fail.word())
            }
            Entry::Operation(_) => false,
        });
        let Some(failed) = failed else { continue };
        let then = text(failed.context(), "body").zip(text(failed.context(), "status"));
        match then.zip(seen.text_fact(BODY_DIGEST)) {
            None => is_silent = true,
            Some(((body, then), now)) if body == now && then != status => {
                let what = format!("{}: {status}, with the very page that it had while it said {then}", seen.probe);
                hits.push(Hit { what, at: Some(failed.at()), subject: Subject::Probe(seen.probe.clone()) });
            }
            Some(_) => {}
        }
    }
    if hits.is_empty() && is_silent {
        return Answer::Undecided("the page at the time of the failure was not kept");
    }
    hits.into()
}

/// FG12.
pub(super) fn series_is_gone(scene: &Scene<'_>) -> Answer {
    let mut hits = Vec::new();
    let mut is_silent = false;
    let checks = postchecks(scene);
    for at in claims(scene).filter(|at| !was_checked(scene, &checks, *at)) {
        match is_no_data(scene.entries[at].context()) {
            Some(true) => {
                hits.push(of(&scene.entries[at], "RESOLVED because its series is gone, not because it is well"));
            }
            Some(false) => {}
            None => is_silent = true,
        }
    }
    if hits.is_empty() && is_silent {
        return Answer::Undecided("the RESOLVED row does not say whether its series was there");
    }
    hits.into()
}

/// FG09.
pub(super) fn sent_as_fallback(scene: &Scene<'_>) -> Answer {
    let mut readable = Latest::default();
    let mut hits = Vec::new();
    let mut is_silent = false;
    let sent =
        |entry: &&Entry| entry.event_type() == Some(EventType::TelegramResultSent) && entry.success() == Some(true);
    for row in scene.recent().filter(sent) {
        match is_fallback(row) {
            Some(false) => readable.put(row, ()),
            Some(true) if readable.of(row).is_some() => {}
            Some(true) => hits.push(of(row, "the result counts as sent, and what was sent is the fallback text")),
            None => is_silent = true,
        }
    }
    if hits.is_empty() && is_silent {
        return Answer::Undecided("the row does not say what was sent");
    }
    hits.into()
}

/// FG10.
pub(super) fn silenced_meanwhile(scene: &Scene<'_>) -> Answer {
    let claims: HashSet<usize> = claims(scene).collect();
    if claims.is_empty() {
        return Answer::Quiet;
    }
    let mut silences = Latest::default();
    let mut hits = Vec::new();
    for (at, row) in scene.entries.iter().enumerate().rev() {
        if row.event_type() == Some(EventType::Silenced) && row.success() != Some(false) {
            silences.put(row, silence_end(row).unwrap_or(Timestamp::MAX));
        } else if claims.contains(&at) && silences.of(row).is_some_and(|end| covers(end, row.at(), scene.now)) {
            hits.push(of(row, "the alert was silenced for the whole time in which it could have fired again"));
        }
    }
    hits.into()
}

/// FG11.
pub(super) fn fired_again(scene: &Scene<'_>) -> Answer {
    let again = timeline::claims(scene.entries, scene.since()).into_iter().filter_map(|at| {
        let fired = timeline::refire_of(scene.entries, at)?;
        let hit = of(&scene.entries[at], "the alert fired again within 15 minutes of RESOLVED");
        Some(Hit { at: Some(fired), ..hit })
    });
    again.collect::<Vec<_>>().into()
}

/// The positions of the claims of the last day.
fn claims(scene: &Scene<'_>) -> impl Iterator<Item = usize> {
    let since = scene.since();
    timeline::claims(scene.entries, since).into_iter().filter(move |at| scene.entries[*at].at() >= since)
}

/// The positions of the RESOLVED rows of the last day with an execution that went well before them, and after
/// the RESOLVED before.
fn fixed(scene: &Scene<'_>) -> HashSet<usize> {
    let rows: Vec<(usize, &Entry)> = scene.recent().enumerate().collect();
    let (mut fixes, mut ends) = (Latest::default(), Latest::default());
    let mut positions = HashSet::new();
    for (at, row) in rows.into_iter().rev() {
        // Positions grow with age, and what is wanted is the newest.
        if is_fix(row) {
            fixes.put(row, Reverse(at));
        } else if row.event_type() == Some(EventType::Resolved) {
            if fixes.of(row).is_some_and(|fix| ends.of(row).is_none_or(|end| fix > end)) {
                positions.insert(at);
            }
            ends.put(row, Reverse(at));
        }
    }
    positions
}

/// The positions of the rows by which another program says that it looked afterwards.
fn postchecks<'a>(scene: &Scene<'a>) -> Latest<'a, Reverse<usize>> {
    let mut checks = Latest::default();
    for (at, row) in scene.recent().enumerate().filter(|(_, row)| is_postcheck(row)) {
        checks.put(row, Reverse(at));
    }
    checks
}

/// Whether somebody or something looked after this claim, and saw more than an answer.
fn was_checked(scene: &Scene<'_>, checks: &Latest<'_, Reverse<usize>>, claim: usize) -> bool {
    let resolved = &scene.entries[claim];
    checks.of(resolved).is_some_and(|check| check > Reverse(claim))
        || proofs_after(scene, resolved.at()).next().is_some()
}

fn proofs_after<'a>(scene: &Scene<'a>, at: Timestamp) -> impl Iterator<Item = &'a Evidence> + use<'a> {
    scene.fresh_passes().filter(move |seen| seen.as_of > at && !pair::is_thin(&seen.kind))
}

fn is_fix(entry: &Entry) -> bool {
    let is_execution = entry.event_type() == Some(EventType::ExecutionCompleted);
    is_execution && entry.success() != Some(false) && !says_postcheck(entry)
}

/// A row by which another program says that it looked afterwards and that it is well.
fn is_postcheck(row: &Entry) -> bool {
    let kind = matches!(row.event_type(), Some(EventType::ExecutionCompleted | EventType::UserAction));
    kind && row.success() == Some(true) && says_postcheck(row)
}

/// Whether this context of a RESOLVED tells of a timeout; `None` where it does not tell.
fn is_timeout(context: &Value) -> Option<bool> {
    let says_so = |reason| ["timeout", "resolve_timeout", "expired"].contains(&reason);
    if flag(context, "timeout") || text(context, "reason").is_some_and(says_so) {
        return Some(true);
    }
    let ended = time(context, &["endsAt", "ends_at"])?;
    let heard = time(context, &["last_resend", "lastResend"])?;
    let limit = context.get("resolve_timeout_s").and_then(Value::as_i64).unwrap_or(RESOLVE_TIMEOUT_SECONDS);
    Some(ended.duration_since(heard).as_secs() >= limit)
}

/// Whether this context of a RESOLVED tells of a series that was absent; `None` where it does not tell.
fn is_no_data(context: &Value) -> Option<bool> {
    const GONE: [&str; 7] =
        ["nodata", "no_data", "no data", "absent", "absent_series", "missing_series", "series_absent"];
    if flag(context, "no_data") || flag(context, "absent") {
        return Some(true);
    }
    let words = ["reason", "state", "state_reason"].into_iter().filter_map(|key| text(context, key));
    let is_gone = words.map(|word| GONE.contains(&word.to_lowercase().as_str())).reduce(|a, b| a || b);
    // A value that was measured says that the series was there.
    is_gone.filter(|gone| *gone).or_else(|| context.get("value").is_some_and(Value::is_number).then_some(false))
}

/// Whether what was sent is the fallback text; `None` where the row does not tell.
fn is_fallback(row: &Entry) -> Option<bool> {
    let is_it = |text: &str| text.to_lowercase().contains(FALLBACK);
    let told = ["text", "message", "content"].into_iter().find_map(|key| text(row.context(), key));
    let said = row.context().get("fallback").and_then(Value::as_bool);
    match (said, told) {
        (Some(true), _) => Some(true),
        _ if is_it(row.detail()) || told.is_some_and(is_it) => Some(true),
        (None, None) => None,
        _ => Some(false),
    }
}

/// Whether a silence up to `end` left no time in which the alert could have fired again.
fn covers(end: Timestamp, resolved: Timestamp, now: Timestamp) -> bool {
    let listened = now.duration_since(end.max(resolved));
    let needed = FLAP_WINDOW.min(now.duration_since(resolved));
    let was_quiet = end.duration_since(resolved) >= needed;
    was_quiet && listened < FLAP_WINDOW
}

fn flag(context: &Value, key: &str) -> bool {
    context.get(key).and_then(Value::as_bool) == Some(true)
}

fn text<'a>(context: &'a Value, key: &str) -> Option<&'a str> {
    context.get(key)?.as_str()
}

fn time(context: &Value, keys: &[&str]) -> Option<Timestamp> {
    keys.iter().find_map(|key| text(context, key)?.parse().ok())
}

/// A hit at a row, with the name of what it is about.
fn of(row: &Entry, what: &str) -> Hit {
    let subject = subject(row);
    let what = match &subject {
        Subject::Incident(incident) => format!("{incident}: {what}"),
        _ => what.to_owned(),
    };
    Hit { what, at: Some(row.at()), subject }
}

fn subject(row: &Entry) -> Subject {
    row.incident().or_else(|| row.alert()).map_or(Subject::Stack, |named| Subject::Incident(name(named)))
}

/// A foreign name, safe to show and not too long.
fn name(foreign: &str) -> String {
    guard::line(foreign).chars().take(NAME).collect()
}

/// The times at which a silence, or what is left of the flap window after it, ends.
pub(super) fn silence_borders<'a>(scene: &Scene<'a>) -> impl Iterator<Item = Timestamp> + use<'a> {
    let silences = scene.entries.iter().filter(|row| row.event_type() == Some(EventType::Silenced));
    let ends = silences.filter_map(silence_end).flat_map(|end| [Some(end), end.checked_add(FLAP_WINDOW).ok()]);
    let resolved = scene.recent().filter(|row| row.event_type() == Some(EventType::Resolved));
    ends.chain(resolved.map(|row| row.at().checked_add(FLAP_WINDOW).ok())).flatten()
}
