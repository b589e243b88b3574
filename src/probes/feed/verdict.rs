//! Judges what arrived. Silence is a failure only where something has to beat.

use super::{Feed, Seen};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::probes::{Control, Judgement, words};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// The ids of this kind.
pub(super) const REASONS: &[(&str, &str)] = &[
    ("feed_silent", "The heartbeat has not arrived within its time."),
    ("quiet_or_dead", "Nothing arrived within the time, and no heartbeat is configured that would have to."),
    ("clock", "There are rows from the future: the clock of whoever writes them is wrong."),
    ("no_table", "There is no table `alert_operation_log`."),
    ("wrong_table", "The table is not as it has to be, or the file is no database."),
    ("permission", "This role, user or host may not read the log."),
    ("unreachable_log", "The database, the file or the Alertmanager can't be reached, or refuses."),
    ("silent_log", "It does not answer in time."),
    ("not_alertmanager", "What answers is no Alertmanager."),
    ("control_passed", "A name that can't exist has a heartbeat too."),
    ("control_unclear", "Whether a name that can't exist has a heartbeat is not clear."),
];

pub(super) fn judge(feed: &Feed, seen: &Seen, at: Timestamp) -> Judgement {
    let mut judgement = weigh(feed, seen, at);
    let age = newest_age(seen, at);
    let name = if feed.has_heartbeat() { "newest heartbeat" } else { "newest row" };
    let within = Quantity::Millis(feed.within_s.saturating_mul(1000));
    let mut facts = vec![Fact::new("has to come within", within), seen.control.fact()];
    if let Some(age) = age {
        facts.push(Fact::new(name, Quantity::Millis(age.as_millis() as u64)));
        // By this host's clock. A failure is as fresh as the look that saw it.
        judgement.as_of = SignedDuration::try_from(age).ok().and_then(|age| at.checked_sub(age).ok());
        judgement.as_of = judgement.as_of.filter(|_| judgement.verdict == Verdict::Pass);
    }
    judgement.facts(facts)
}

/// How old the newest is, by the clock that wrote it down.
fn newest_age(seen: &Seen, at: Timestamp) -> Option<Duration> {
    let since = SignedDuration::from_millis(i64::try_from(seen.since_ms).unwrap_or(i64::MAX));
    let age = match seen.source_time {
        Some(now) => now.duration_since(seen.newest?).saturating_add(since),
        None => at.duration_since(seen.newest?),
    };
    Some(age.try_into().unwrap_or_default())
}

fn weigh(feed: &Feed, seen: &Seen, at: Timestamp) -> Judgement {
    let wanted = feed.wanted();
    let within = words::span(Duration::from_secs(feed.within_s));
    if seen.control == Control::Passed {
        let summary = "a name that can't exist has a heartbeat too: whoever answers does not look for the name";
        return Judgement::new(Verdict::Unknown(Unknown::Void), summary)
            .reason("control_passed")
            .hint("is it the log itself, or a view or a page in between?");
    }
    let ahead = seen.source_time.is_none() && seen.newest.is_some_and(|newest| newest.duration_since(at).as_secs() > 5);
    if seen.from_the_future || ahead {
        let summary = format!("{wanted}: there are some from the future, so their age says nothing");
        return Judgement::new(Verdict::Unknown(Unknown::Garbled), summary)
            .reason("clock")
            .hint("timedatectl, on the host that writes them");
    }
    let age = newest_age(seen, at);
    let last = age.map_or("never".to_owned(), |age| format!("last {} ago", words::span(age)));
    match age {
        Some(age) if age.as_secs() <= feed.within_s => {
            let what = if feed.has_heartbeat() { "heartbeat" } else { "a row" };
            let alive = format!("alive: {what} {} ago", words::span(age));
            if seen.control == Control::Refused {
                return Judgement::new(Verdict::Pass, alive);
            }
            Judgement::new(Verdict::Warn, format!("{alive}; whether any name has one is not clear"))
                .reason("control_unclear")
                .hint("ask again; is the Alertmanager overloaded?")
        }
        _ if feed.has_heartbeat() => {
            Judgement::new(Verdict::Fail, format!("the feed is silent: no {wanted} within {within}, {last}"))
                .reason("feed_silent")
                .hint("is the sender up, and does it reach the receiver? an alert of now may be lost")
        }
        _ => {
            let summary = format!("nothing arrived within {within}, {last}: quiet, or dead? nobody can tell");
            Judgement::new(Verdict::Unknown(Unknown::NotConfigured), summary)
                .reason("quiet_or_dead")
                .hint("let an alert fire always, and set alert_name (or actor, event_type) to it")
        }
    }
}
