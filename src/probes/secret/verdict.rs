//! Judges a secret. One that is described can be without a value, and one that was rotated today too.

use super::{Described, ManagedSecret, Read, Seen};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use crate::probes::aws::{Trouble, reasons};
use crate::probes::{Control, Judgement, Kind, words};
use jiff::Timestamp;
use std::time::Duration;

/// How far ahead of this host's clock that of AWS may be, in seconds.
const AHEAD_S: i64 = 300;

pub(super) fn judge(options: &ManagedSecret, seen: &Seen, at: Timestamp) -> Judgement {
    let judgement = match (&seen.described, &seen.read) {
        (Ok(described), Ok(read)) => weigh(options, described, read, seen.control, at),
        (Ok(described), Err(trouble)) => unread(options, described, trouble, seen.control),
        (Err(trouble), read) => undescribed(options, trouble, read),
    };
    let judgement = judgement.facts(facts(options, seen, at));
    if judgement.hint.is_some() || judgement.verdict == Verdict::Pass {
        return judgement;
    }
    judgement.hint(format!("aws secretsmanager describe-secret --secret-id {}", line(&options.name)))
}

fn failed(options: &ManagedSecret, trouble: &Trouble) -> Judgement {
    trouble.judgement(&format!("secret {}", line(&options.name)), &options.credential())
}

fn found(verdict: Verdict, reason: &'static str, summary: String) -> Judgement {
    Judgement::new(verdict, summary).reason(reason)
}

fn void() -> Judgement {
    let summary = "a secret that can't exist was answered too: this is not the service it looks like";
    Judgement::new(Verdict::Unknown(Unknown::Void), summary)
}

/// It can't be described. What was seen of the value says more where it says that there is none.
fn undescribed(options: &ManagedSecret, trouble: &Trouble, read: &Result<Read, Trouble>) -> Judgement {
    match (trouble, read) {
        (Trouble::Denied, Ok(_)) => {
            let summary = "it can be read, but these credentials may not describe it: its rotation is not known";
            found(Verdict::Unknown(Unknown::Denied), "permission_describe", summary.to_owned())
        }
        (Trouble::Denied, Err(other)) => failed(options, other),
        _ => failed(options, trouble),
    }
}

/// It is described, and its value did not come.
fn unread(options: &ManagedSecret, described: &Described, trouble: &Trouble, control: Control) -> Judgement {
    if control == Control::Passed {
        return void();
    }
    match trouble {
        _ if described.deleted_at.is_some() => failed(options, &Trouble::BeingDeleted),
        Trouble::Absent => {
            let summary = format!("the secret {} is there, and has no current value", line(&options.name));
            found(Verdict::Fail, "no_value", summary)
        }
        Trouble::Denied => {
            let summary = format!("{} may not read the secret {}", options.credential(), line(&options.name));
            found(Verdict::Unknown(Unknown::Denied), "permission_read", summary)
        }
        trouble => failed(options, trouble),
    }
}

fn weigh(options: &ManagedSecret, described: &Described, read: &Read, control: Control, at: Timestamp) -> Judgement {
    if control == Control::Passed {
        return void();
    }
    if described.deleted_at.is_some() {
        return failed(options, &Trouble::BeingDeleted);
    }
    let wrong = of_value(options, read).or_else(|| of_rotation(options, described, read, at));
    if let Some(judgement) = wrong {
        return judgement;
    }
    if control != Control::Refused {
        let summary = "it can be read; whether a secret that can't exist is refused is not clear";
        return found(Verdict::Warn, "control_unclear", summary.to_owned());
    }
    let age = read.made_at.map(|made| format!(", {} old", words::span(age(made, at)))).unwrap_or_default();
    Judgement::new(Verdict::Pass, format!("the secret {} can be read{age}", line(&options.name)))
}

fn of_value(options: &ManagedSecret, read: &Read) -> Option<Judgement> {
    let name = line(&options.name);
    let list = |fields: &[String]| line(&fields.join(", ")).into_owned();
    let (reason, summary) = if read.is_empty {
        ("empty", format!("the value of the secret {name} is empty"))
    } else if !read.missing.is_empty() {
        ("field_missing", format!("the secret {name} has no field {}", list(&read.missing)))
    } else if !read.empty.is_empty() {
        ("field_empty", format!("the secret {name} is empty in {}", list(&read.empty)))
    } else {
        return None;
    };
    Some(found(Verdict::Fail, reason, summary))
}

fn of_rotation(options: &ManagedSecret, described: &Described, read: &Read, at: Timestamp) -> Option<Judgement> {
    let since = described.pending.and_then(|pending| pending.since);
    if [read.made_at, since].into_iter().flatten().any(|made| made.duration_since(at).as_secs() > AHEAD_S) {
        let summary = "its value is of the future: this host's clock is off, or that of AWS";
        return Some(found(Verdict::Unknown(Unknown::Garbled), reasons::CLOCK.0, summary.to_owned()));
    }
    if let Some(pending) = described.pending {
        let Some(since) = pending.since else {
            let summary = "a rotation is under way; since when can't be seen";
            let hint = "it needs secretsmanager:ListSecretVersionIds";
            return Some(found(Verdict::Warn, "pending_age_unknown", summary.to_owned()).hint(hint));
        };
        if age(since, at) > Duration::from_secs(options.pending_max_s) {
            let summary = format!("a rotation began {} ago and has not ended", words::span(age(since, at)));
            return Some(found(Verdict::Warn, "rotation_stuck", summary));
        }
    }
    if options.max_age().is_some() && read.made_at.is_none() {
        let summary = "its value has no date: how old it is can't be said";
        return Some(found(Verdict::Unknown(Unknown::Garbled), "age_unknown", summary.to_owned()));
    }
    let due = options.due(described, read).filter(|due| *due < at)?;
    let late = words::span(age(due, at));
    let summary = format!("the secret {} had to be rotated {late} ago", line(&options.name));
    let hint = format!("aws secretsmanager describe-secret --secret-id {}", line(&options.name));
    Some(found(Verdict::Warn, "rotation_overdue", summary).hint(hint))
}

fn age(since: Timestamp, at: Timestamp) -> Duration {
    Duration::from_secs(at.duration_since(since).as_secs().max(0) as u64)
}

fn facts(options: &ManagedSecret, seen: &Seen, at: Timestamp) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("described", Quantity::Flag(seen.described.is_ok())),
        Fact::new("readable", Quantity::Flag(seen.read.is_ok())),
        seen.control.fact(),
    ];
    let time = |name: &str, at: Option<Timestamp>| at.map(|at| Fact::new(name, Quantity::At(at)));
    if let Ok(read) = &seen.read {
        facts.extend(time("value made", read.made_at));
    }
    let Ok(described) = &seen.described else { return facts };
    facts.push(Fact::new("rotated by AWS", Quantity::Flag(described.rotation_enabled)));
    facts.extend(time("last rotation", described.rotated_at));
    facts.extend(time("deletion asked for", described.deleted_at));
    facts.extend(described.pending.map(|pending| match pending.since {
        Some(since) => Fact::new("rotation under way since", Quantity::At(since)),
        None => Fact::text("rotation under way since", "unknown"),
    }));
    let Ok(read) = &seen.read else { return facts };
    facts.extend(time("next due", options.due(described, read)));
    if let Some(end) = options.grace_end(described, read) {
        facts.push(Fact::text("previous value", if at < end { "in grace" } else { "grace period over" }));
        facts.push(Fact::new("grace period ends", Quantity::At(end)));
    }
    facts
}
