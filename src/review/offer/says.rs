//! What a piece of evidence says that a reviewer can say back.

use crate::evidence::{Evidence, Freshness, Verdict, is_thin};
use crate::review::hearback::{Datum, Said};
use crate::timeline::{Entry, EventType, OwnEvent, OwnKind};
use jiff::Timestamp;

/// Of what a probe saw. What is stale says nothing any more.
pub(super) fn of_probe(seen: &Evidence, now: Timestamp) -> Vec<(Datum, Said)> {
    if seen.freshness(now) == Freshness::Stale {
        return Vec::new();
    }
    let mut says = vec![(Datum::AfterState, word(seen.verdict.word())), (Datum::Vantage, word(&seen.source.vantage))];
    let states = ["state", "health"].into_iter().filter_map(|name| seen.text_fact(name));
    says.extend(states.map(|state| (Datum::AfterState, word(state))));
    says.extend(seen.started_at().map(|at| (Datum::RestartTime, Said::At(at))));
    if seen.verdict == Verdict::Pass && !is_thin(&seen.kind) {
        says.extend([&seen.probe.0, &seen.kind].map(|name| (Datum::Proof, word(name))));
    }
    says
}

/// Of a row of the timeline.
pub(super) fn of_row(entry: &Entry) -> Vec<(Datum, Said)> {
    let mut says = Vec::new();
    says.extend(entry.incident().map(|id| (Datum::Incident, Said::Id(id.to_owned()))));
    says.extend(entry.actor().filter(|actor| !actor.trim().is_empty()).map(|actor| (Datum::Actor, word(actor))));
    match entry {
        Entry::Own(event) => says.extend(of_own(event)),
        Entry::Operation(row) if row.row.event_type == EventType::ExecutionCompleted => {
            says.push((Datum::RestartTime, Said::At(entry.happened_at())));
        }
        Entry::Operation(_) => {}
    }
    says
}

fn of_own(event: &OwnEvent) -> Vec<(Datum, Said)> {
    let mut says = Vec::new();
    let started = || event.context.get("life")?.get("started_at")?.as_str()?.parse().ok();
    if matches!(event.kind, OwnKind::RestartRead | OwnKind::RestartSeen) {
        says.extend(started().map(|at| (Datum::RestartTime, Said::At(at))));
    }
    if event.kind == OwnKind::RestartRead {
        let outcome = event.context.get("outcome").and_then(|outcome| outcome.as_str());
        says.extend(outcome.map(|outcome| (Datum::AfterState, word(outcome))));
    }
    if event.kind == OwnKind::RecoveryVerified {
        says.push((Datum::Proof, word(&event.subject)));
    }
    says
}

/// What a pair shows of both sides, for the detail.
pub(super) fn after_words(entry: &Entry) -> Vec<(String, String)> {
    let Entry::Own(event) = entry else { return Vec::new() };
    if event.kind != OwnKind::RestartRead {
        return Vec::new();
    }
    let text = |name: &str| event.context.get(name).and_then(|value| value.as_str());
    let side = |name: &str| event.context.get(name)?.get("digest")?.as_str();
    let started = event.context.get("life").and_then(|life| life.get("started_at")).and_then(|at| at.as_str());
    let pairs = [
        ("outcome", text("outcome")),
        ("started", started),
        ("before sha256", side("before")),
        ("after sha256", side("after")),
    ];
    pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}

fn word(text: &str) -> Said {
    Said::Word(text.to_owned())
}
