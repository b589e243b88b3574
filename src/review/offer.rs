//! What the console itself knows that could answer a check: what probes saw, restarts that were read back, rows of the
//! timeline, changes of the configuration. Each is offered by reference (id and digest), never as its payload.

mod relevance;
mod says;
mod scope;

use super::event::{EvidenceKind, EvidenceRef};
use super::hearback::{Datum, Said};
use crate::evidence::{Evidence, Freshness, Unknown, Verdict, age};
use crate::timeline::{Entry, OwnEvent, OwnKind};
use jiff::Timestamp;
use relevance::Relevance;
use scope::{Scope, Whose};
use std::time::Duration;

/// The most of each kind that are offered, but for probes.
const MOST: usize = 3;
/// The most rows of the timeline: of the review's incident, of none, and of others.
const MOST_ROWS: [usize; 3] = [12, 6, 3];

/// The fields that a readback of a restart answers with a side of its own.
const BEFORE: &str = "before_service_state_ref";
const AFTER: &str = "after_service_state_ref";
const WINDOW: &str = "restart_or_recovery_window_ref";
/// The field that names the incident; a reference alone does not.
const INCIDENT: &str = "change_or_incident_ref";

/// Something known that could answer a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The reference to it.
    pub evidence: EvidenceRef,
    /// What it is, one line. Foreign text.
    pub title: String,
    /// How fresh it is; what is history does not age.
    pub freshness: Freshness,
    /// What opening it shows: names and values. Foreign text.
    pub detail: Vec<(String, String)>,
    /// What can be heard back against it.
    pub says: Vec<(Datum, Said)>,
    /// What to write into which field: an id and a digest, no payload.
    pub texts: Vec<(String, String)>,
}

impl Offer {
    /// What to write into this field, if it answers it.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| name == field).map(|(_, text)| text.as_str())
    }
}

/// What is known that could answer these fields in a review of this incident: fresh ones first, stale ones last. Rows of
/// the incident are offered however old they are, and before what else happened around it; `digest` knows the digests
/// of rows: what has none is not recorded, or holds something masked, and is not offered.
pub fn offers(
    fields: &[String],
    incident: &str,
    evidence: &[Evidence],
    entries: &[Entry],
    digest: impl Fn(&str) -> Option<String>,
    now: Timestamp,
) -> Vec<Offer> {
    let relevance = Relevance::of(fields);
    let probes = evidence.iter().filter(|seen| was_seen(seen)).filter(|seen| relevance.wants_probe(seen));
    let mut offers: Vec<(u8, Offer)> = probes.map(|seen| probe(seen, &relevance, now)).map(ranked).collect();
    let scope = Scope::of(incident, entries, now);
    let (mut pairs, mut changes, mut rows) = ([MOST; 3], [MOST; 3], MOST_ROWS);
    for entry in entries {
        let Some((kind, whose)) = relevance.kind_of(entry).zip(scope.whose(entry)) else { continue };
        let left = match kind {
            EvidenceKind::Pair => &mut pairs,
            EvidenceKind::Configuration => &mut changes,
            EvidenceKind::Row | EvidenceKind::Probe => &mut rows,
        };
        let [own, nobodys, others] = left;
        let left = match whose {
            Whose::Incident => own,
            Whose::Nobodys => nobodys,
            Whose::Other(_) => others,
        };
        if *left == 0 {
            continue;
        }
        let Some(digest) = digest(entry.id()) else { continue };
        if let Some(offer) = row(entry, kind, digest, &relevance) {
            *left -= 1;
            offers.push(of_whom(offer, &whose));
        }
    }
    offers.sort_by_key(|(rank, offer)| (*rank, std::cmp::Reverse(offer.evidence.observed_at)));
    offers.into_iter().map(|(_, offer)| offer).collect()
}

/// A probe with its rank: what is fresh comes first, what ages after the rows of the incident, what is stale last.
fn ranked(offer: Offer) -> (u8, Offer) {
    let rank = match offer.freshness {
        Freshness::Fresh => 0,
        Freshness::Aging => 4,
        Freshness::Stale | Freshness::Never => 6,
    };
    (rank, offer)
}

/// A row with its rank: pairs, then the incident's own, then those of no incident. One of another says so.
fn of_whom(mut offer: Offer, whose: &Whose) -> (u8, Offer) {
    let rank = match whose {
        Whose::Other(incident) => {
            offer.title = format!("other incident {incident}: {}", offer.title);
            // Who acted there, and when, says nothing of here.
            offer.says.retain(|(datum, _)| *datum == Datum::Incident);
            5
        }
        _ if offer.evidence.kind == EvidenceKind::Pair => 1,
        Whose::Incident => 2,
        Whose::Nobodys => 3,
    };
    (rank, offer)
}

/// How fresh a reference is now: what is history does not age.
pub fn freshness_of(evidence: &EvidenceRef, now: Timestamp) -> Freshness {
    match evidence.half_life_s {
        Some(seconds) => Freshness::of(age(evidence.observed_at, now), Duration::from_secs(seconds)),
        None => Freshness::Fresh,
    }
}

/// What was never looked at shows nothing.
fn was_seen(seen: &Evidence) -> bool {
    seen.verdict != Verdict::Unknown(Unknown::NeverRun)
}

fn probe(seen: &Evidence, relevance: &Relevance, now: Timestamp) -> Offer {
    let digest = seen.digest();
    let text = format!("probe {} observed {} sha256:{digest}", seen.probe, seen.observed_at);
    let mut detail = vec![
        ("verdict".to_owned(), seen.verdict.word().to_owned()),
        ("claim".to_owned(), seen.claim.clone()),
        ("summary".to_owned(), seen.summary.clone()),
        ("vantage".to_owned(), seen.source.vantage.clone()),
        ("observer".to_owned(), seen.source.observer.clone()),
    ];
    detail.extend(seen.facts.iter().map(|fact| (fact.name.clone(), fact.value.to_string())));
    Offer {
        title: format!("{} {}: {}", seen.probe, seen.verdict.word(), seen.summary),
        freshness: seen.freshness(now),
        detail,
        says: says::of_probe(seen, now),
        texts: relevance.probe_fields(seen).map(|field| (field.to_owned(), text.clone())).collect(),
        evidence: EvidenceRef {
            kind: EvidenceKind::Probe,
            id: seen.probe.0.clone(),
            digest,
            observed_at: seen.observed_at,
            half_life_s: Some(seen.half_life.as_secs()),
        },
    }
}

fn row(entry: &Entry, kind: EvidenceKind, digest: String, relevance: &Relevance) -> Option<Offer> {
    let texts = if let (EvidenceKind::Pair, Entry::Own(event)) = (kind, entry) {
        pair_texts(event, relevance)?
    } else {
        let text = format!("timeline {} {} sha256:{digest}", entry.type_name(), entry.id());
        let named = |field: &str| match entry.incident().filter(|_| field == INCIDENT) {
            Some(incident) => format!("incident {incident}, {text}"),
            None => text.clone(),
        };
        relevance.row_fields(entry).map(|field| (field.to_owned(), named(field))).collect()
    };
    let actor = entry.actor().unwrap_or("-");
    let words = entry.alert().filter(|_| entry.detail().is_empty()).unwrap_or(entry.detail());
    let mut detail = vec![
        ("row".to_owned(), format!("{} {}", entry.type_name(), entry.id())),
        ("actor".to_owned(), actor.to_owned()),
        ("incident".to_owned(), entry.incident().unwrap_or("-").to_owned()),
        ("says".to_owned(), words.to_owned()),
    ];
    detail.extend(
        entry.success().map(|good| ("result".to_owned(), if good { "it went well" } else { "it failed" }.to_owned())),
    );
    detail.extend(says::after_words(entry));
    Some(Offer {
        title: format!("{} {actor} {words}", entry.type_name()),
        freshness: Freshness::Fresh,
        detail,
        says: says::of_row(entry),
        texts,
        evidence: EvidenceRef {
            kind,
            id: entry.id().to_owned(),
            digest,
            observed_at: entry.happened_at(),
            half_life_s: None,
        },
    })
}

/// What a pair says in the fields of its two sides and of the window; nothing where it was interrupted.
fn pair_texts(event: &OwnEvent, relevance: &Relevance) -> Option<Vec<(String, String)>> {
    let of = |side: &str| event.context.get(side)?.get("digest")?.as_str();
    let (id, after) = (&event.id, of("after")?);
    let text = |field: &str| match field {
        BEFORE => Some(format!("readback event {id} before sha256:{}", of("before")?)),
        AFTER => Some(format!("readback event {id} after sha256:{after}")),
        WINDOW => {
            let started = event.context.get("life")?.get("started_at")?.as_str()?;
            Some(format!("readback event {id} started {started} read back {}", event.occurred_at))
        }
        _ => Some(format!("readback event {id} sha256:{after}")),
    };
    let fields = relevance.own_fields(OwnKind::RestartRead);
    Some(fields.filter_map(|field| Some((field.to_owned(), text(field)?))).collect())
}

#[cfg(test)]
#[path = "offer_tests.rs"]
mod tests;
