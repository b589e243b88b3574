//! How a review reads: lanes, gaps, answers.

use crate::app::theme::Role;
use crate::app::{Facts, around};
use crate::review::{Answer, Decision, Diligence, Disposition, Gap, Lane, Reading, Review, Touch, lane};

/// What a review adds up to now, with steps that are not recorded yet counted in.
pub(super) fn disposition(review: &Review, facts: &Facts) -> Disposition {
    lane(review, &facts.contract, &around(review, facts))
}

/// The same for the person at this console: nothing while they read second and blind, for it tells of the answers.
pub(super) fn shown(review: &Review, facts: &Facts) -> Option<Disposition> {
    (reading(review, facts) != Reading::Second).then(|| disposition(review, facts))
}

/// Whose answers the person at this console may see.
pub(super) fn reading(review: &Review, facts: &Facts) -> Reading {
    review.reading_of(&facts.setting.actor)
}

/// Whether the person at this console reads this review second.
pub(super) fn reads_second(review: &Review, facts: &Facts) -> bool {
    review.second.as_ref().is_some_and(|second| second.reader.actor == facts.setting.actor)
}

/// The answer of the person at this console, or of the reading that is theirs.
pub(super) fn own_answer<'a>(review: &'a Review, check: &str, facts: &Facts) -> Option<&'a Decision> {
    match &review.second {
        Some(second) if reads_second(review, facts) => second.answers.get(check),
        _ => review.answers.get(check),
    }
}

/// The look of a lane. No lane is green: an accepted readback opens no gate.
pub(super) fn role_of(lane: Lane) -> Role {
    match lane {
        Lane::Quarantine | Lane::RejectUnattributed => Role::Fail,
        Lane::Ready | Lane::WaitingRuntimeGate => Role::Accent,
        Lane::WaitingReadback => Role::Unknown,
        _ => Role::Warn,
    }
}

/// A gap in words.
pub(super) fn gap(gap: &Gap) -> String {
    match gap {
        Gap::Quarantined { field, detector } => format!("{field}: {detector} was caught there; X says that it is out"),
        Gap::VoidSignature { why } => format!("a sign-off does not count: {why}"),
        Gap::RuntimeTouched { name } => format!("a step names the runtime action {name}"),
        Gap::SnapshotChanged => "the change-evidence snapshot has changed since this review was opened".to_owned(),
        Gap::Anonymous { field } => format!("{field} names nobody"),
        Gap::Refuted => "the reviewer says it does not hold".to_owned(),
        Gap::Objected { why } => format!("fresh evidence speaks against it: {why}"),
        Gap::Disputed => "the two readings differ: talk, then answer again".to_owned(),
        Gap::StaleEvidence { id } => format!("the evidence {id} is stale: I attaches it anew, x takes it off"),
        Gap::ChangedEvidence { id } => format!("the evidence {id} is not what it was: look again; I attaches it anew"),
        Gap::SecondNotIndependent => "who reads second is not independent: open a new review".to_owned(),
        Gap::SecondPending => "a second reader has not read it yet".to_owned(),
        Gap::SnapshotUnknown => "nobody can tell whether the snapshot is still current".to_owned(),
        Gap::Missing { field } => format!("{field} is empty; e writes it"),
        Gap::Unattested { field } => format!("{field} is not attested; e writes it"),
        Gap::MustApply => "this check always applies".to_owned(),
        Gap::NoReason => "\"does not apply\" needs a reason".to_owned(),
        Gap::CannotTell => "the reviewer can't tell".to_owned(),
        Gap::Unanswered => "not answered yet: p, f, a or u".to_owned(),
        Gap::NotLooked => "no probe was asked".to_owned(),
        Gap::Unheard => "nothing that is attached was read back: i attaches, p says it".to_owned(),
        Gap::OtherIncident { field } => format!("{field} does not name this incident; e writes it"),
        Gap::ByActor => "who answered it is named as who acted: another person has to judge it".to_owned(),
    }
}

/// The same in a word or two, for a row that has no room for more.
pub(super) fn short(gap: &Gap) -> &'static str {
    match gap {
        Gap::Quarantined { .. } => "in quarantine",
        Gap::VoidSignature { .. } => "a void sign-off",
        Gap::RuntimeTouched { .. } => "a runtime action",
        Gap::SnapshotChanged => "the snapshot changed",
        Gap::Anonymous { .. } => "names nobody",
        Gap::Refuted => "answered: no",
        Gap::Objected { .. } => "evidence against it",
        Gap::Disputed => "the readings differ",
        Gap::StaleEvidence { .. } => "stale evidence (I)",
        Gap::ChangedEvidence { .. } => "evidence changed (I)",
        Gap::SecondNotIndependent => "reader not independent",
        Gap::SecondPending => "second reading owed",
        Gap::NotLooked => "no probe was asked",
        Gap::SnapshotUnknown => "snapshot not readable",
        Gap::Missing { .. } => "empty field (e)",
        Gap::OtherIncident { .. } => "names another incident",
        Gap::Unattested { .. } => "not attested (e)",
        Gap::MustApply => "always applies",
        Gap::NoReason => "no reason given",
        Gap::CannotTell => "can't tell",
        Gap::Unanswered => "not answered",
        Gap::Unheard => "not read back (p)",
        Gap::ByActor => "judged by the actor",
    }
}

/// The least of a digest that tells two apart on a screen.
const DIGITS: usize = 12;
/// How long a SHA-256 is in hex.
const SHA256: usize = 64;

/// A text with twelve digits of each SHA-256 in it; copying gives all of them.
pub(super) fn short_digests(text: &str) -> String {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().map(Some).chain([None]) {
        if let Some(c) = c.filter(|c| is_hex(*c)) {
            run.push(c);
            continue;
        }
        if run.len() == SHA256 {
            run.truncate(DIGITS);
        }
        out.push_str(&run);
        run.clear();
        out.extend(c);
    }
    out
}

/// An answer in words.
pub(super) fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Pass => "holds".to_owned(),
        Answer::Fail => "does not hold".to_owned(),
        Answer::NotApplicable { reason } => format!("does not apply: {reason}"),
        Answer::Unknown => "can't tell".to_owned(),
    }
}

/// An answer with who gave it.
pub(super) fn decision(decision: &Decision) -> String {
    format!("{} by {}", answer(&decision.answer), decision.by.actor)
}

/// How an answer was come to. It helps the other reader to weigh it; it is no verdict on anybody.
pub(super) fn diligence(diligence: Option<Diligence>) -> String {
    match diligence {
        None => "how long it was looked at is not known".to_owned(),
        Some(Diligence { seconds, offered: 0, .. }) => {
            format!("after {}; no evidence was offered", seconds_in(seconds))
        }
        Some(Diligence { seconds, offered, opened: 0 }) => {
            format!("after {}; none of the {offered} offered was opened", seconds_in(seconds))
        }
        Some(Diligence { seconds, offered, opened }) => {
            format!("after {}; {opened} of the {offered} offered opened", seconds_in(seconds))
        }
    }
}

fn seconds_in(seconds: u32) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    }
}

/// Who and when, in the operator's zone.
pub(super) fn touch(by: &Touch, facts: &Facts) -> String {
    format!("{} by {}", facts.local(by.recorded_at).strftime("%Y-%m-%d %H:%M"), by.actor)
}
