//! The evidence of a check as it is listed: what is attached, and what is offered besides.

use super::checks::Row;
use crate::app::Facts;
use crate::evidence::Freshness;
use crate::review::{
    Attached, Datum, EvidenceKind, EvidenceRef, Misheard, Offer, Review, Said, freshness_of, names_incident, offers,
};

/// A piece of evidence.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What is known of it; of evidence that is no longer seen here, its reference.
    pub(super) offer: Offer,
    /// Its reference as it was attached.
    pub(super) attached: Option<Attached>,
}

impl Item {
    /// How fresh it is: what is attached, as it was.
    pub(super) fn freshness(&self, facts: &Facts) -> Freshness {
        self.attached.as_ref().map_or(self.offer.freshness, |attached| freshness_of(&attached.evidence, facts.now))
    }

    /// Whether what is known now is no longer what was attached.
    pub(super) fn is_newer(&self) -> bool {
        self.attached.as_ref().is_some_and(|attached| attached.evidence.digest != self.offer.evidence.digest)
    }
}

/// What is known that could answer this row.
fn known(row: &Row, review: &Review, facts: &Facts) -> Vec<Offer> {
    // A field that stands for itself is no check: nothing can be attached to it.
    if row.check(facts).is_none() {
        return Vec::new();
    }
    let digest = |id: &str| facts.margin.digest(id);
    offers(&row.fields(facts), &review.incident_id, &facts.evidence, &facts.log.entries, digest, facts.now)
}

/// The evidence of a row: what is offered in its order, then what is attached and no longer seen here.
pub(super) fn of(row: &Row, review: &Review, facts: &Facts) -> Vec<Item> {
    let name = row.name(facts);
    let attached = review.attached.get(&name).map(Vec::as_slice).unwrap_or_default();
    let find = |id: &str| attached.iter().find(|one| one.evidence.id == id).cloned();
    let mut items: Vec<Item> =
        known(row, review, facts).into_iter().map(|offer| Item { attached: find(&offer.evidence.id), offer }).collect();
    let gone = attached.iter().filter(|one| !items.iter().any(|item| item.offer.evidence.id == one.evidence.id));
    let gone: Vec<Item> = gone.map(|one| Item { offer: gone_offer(one, facts), attached: Some(one.clone()) }).collect();
    items.extend(gone);
    items
}

fn gone_offer(attached: &Attached, facts: &Facts) -> Offer {
    let evidence = attached.evidence.clone();
    Offer {
        title: format!("{} {} (not seen by this console now)", kind(evidence.kind), evidence.id),
        freshness: freshness_of(&evidence, facts.now),
        detail: Vec::new(),
        says: Vec::new(),
        texts: Vec::new(),
        evidence,
    }
}

/// What the evidence that is attached to a check says of a datum. Of a probe that has looked again since, what it says
/// now counts; a row that is another than was attached does not count, nor does one of another incident.
pub(super) fn against(
    row: &Row,
    datum: Datum,
    review: &Review,
    facts: &Facts,
) -> Result<Vec<(EvidenceRef, Said)>, Misheard> {
    let says: Vec<(EvidenceRef, Said)> = of(row, review, facts)
        .into_iter()
        .filter(|item| item.attached.is_some())
        .filter(|item| item.offer.evidence.kind == EvidenceKind::Probe || !item.is_newer())
        .flat_map(|item| {
            let says = item.offer.says.into_iter().filter(|(of, _)| *of == datum);
            says.map(|(_, said)| (item.offer.evidence.clone(), said)).collect::<Vec<_>>()
        })
        .collect();
    let any = !says.is_empty();
    let says: Vec<_> = says.into_iter().filter(|(_, said)| counts(datum, said, review, facts)).collect();
    match (says.is_empty(), any && datum == Datum::Incident) {
        (false, _) => Ok(says),
        (true, true) => Err(Misheard::OtherIncident),
        (true, false) => Err(Misheard::Nothing),
    }
}

/// Who is nobody's name is no answer to who acted, and another incident none to which one this is.
fn counts(datum: Datum, said: &Said, review: &Review, facts: &Facts) -> bool {
    match (datum, said) {
        (Datum::Actor, Said::Word(word)) => !facts.contract.is_anonymous(word),
        (Datum::Incident, Said::Id(id)) => *id == review.incident_id,
        _ => true,
    }
}

/// Whether a datum can be heard of a check at all: something says it, and no field says another incident.
pub(super) fn hearable(row: &Row, datum: Datum, review: &Review, facts: &Facts) -> Result<(), Misheard> {
    against(row, datum, review, facts)?;
    let written: Vec<String> = row.fields(facts).into_iter().filter(|field| review.value(field).is_some()).collect();
    let names = |field: &String| names_incident(review.value(field).unwrap_or_default(), &review.incident_id);
    match written.into_iter().next().filter(|_| datum == Datum::Incident) {
        Some(field) if !row.fields(facts).iter().any(names) => Err(Misheard::OtherField(field)),
        _ => Ok(()),
    }
}

/// What kind of evidence it is, in a word.
pub(super) fn kind(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Probe => "probe",
        EvidenceKind::Pair => "before/after",
        EvidenceKind::Row => "timeline",
        EvidenceKind::Configuration => "configuration",
    }
}
