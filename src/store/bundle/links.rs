//! What the lines of a bundle say together: the chain, the fold, the lanes, the rows. None of this rests on the
//! manifest's digests: who changes a record and writes the manifest anew is found here.

use super::check::Checked;
use super::evidence_rows;
use super::format::{LaneLine, Line, Manifest, Policy, RecordLine, RowLine};
use crate::guard;
use crate::review::{Around, Book, Contract, Recorded, Review, ReviewAct, ReviewId, lane};
use crate::store::Stored;
use crate::store::chain::{Head, verify_chain, verify_heads};
use crate::timeline::row_digest;
use std::collections::BTreeMap;

/// The lines by what they are.
pub(super) struct Links<'a> {
    manifest: &'a Manifest,
    policies: Vec<Policy>,
    records: Vec<(String, RecordLine)>,
    rows: Vec<(String, RowLine)>,
    lanes: Vec<LaneLine>,
    strays: Vec<String>,
}

impl<'a> Links<'a> {
    /// Of these lines, with their names.
    pub(super) fn new(manifest: &'a Manifest, lines: Vec<(String, Line)>) -> Self {
        let mut sorted = Self {
            manifest,
            policies: Vec::new(),
            records: Vec::new(),
            rows: Vec::new(),
            lanes: Vec::new(),
            strays: Vec::new(),
        };
        for (name, line) in lines {
            match line {
                Line::Policy(policy) => sorted.policies.push(policy),
                Line::Record(record) => sorted.records.push((name, record)),
                Line::Row(row) => sorted.rows.push((name, row)),
                Line::Lane(lane) => sorted.lanes.push(lane),
                Line::Manifest(_) | Line::End(_) => sorted.strays.push(name),
            }
        }
        sorted
    }

    /// Checks all of it.
    pub(super) fn follow(&self, checked: &mut Checked) {
        for stray in &self.strays {
            checked.find(stray, "it stands among the members");
        }
        let records = self.chain(checked);
        checked.records = self.records.len();
        let book = Book::fold(&records);
        checked.reviews = book.reviews.len();
        self.evidence(&book, checked);
        let contract = self.policy(checked);
        let review = book.get(&ReviewId(self.manifest.review.clone()));
        if review.is_none() {
            checked.find("manifest", format!("no record is of the review {}", self.manifest.review));
        }
        if let Some(contract) = contract {
            contract.digest().clone_into(&mut checked.policy);
            self.lane(review, &contract, checked);
            sign_offs(&records, &contract, checked);
        }
    }

    /// The records that can be read, in their order: every hash over its bytes, every link from the first.
    fn chain(&self, checked: &mut Checked) -> Vec<Recorded> {
        let mut records = Vec::with_capacity(self.records.len());
        let mut whole = true;
        for (name, line) in &self.records {
            if line.incident != self.manifest.incident {
                checked.find(name, format!("it is of the incident {}, not of the bundle's", line.incident));
            }
            if guard::digest_bytes(line.body.as_bytes()) != line.hash {
                checked.find(name, "its hash is not that of its bytes: it was changed after it was recorded");
            }
            match stored(line).recorded() {
                None => {
                    whole = false;
                    checked.find(name, "its bytes are no record: they were damaged, or a newer readback wrote them");
                }
                Some(record) => {
                    if record.hash.is_empty() {
                        checked.find(name, "its columns say something else than its bytes, or those are not canonical");
                    }
                    records.push(record);
                }
            }
        }
        let head = self.manifest.head.as_ref().map(|tip| Head {
            scope: self.manifest.incident.clone(),
            seq: tip.seq,
            hash: tip.hash.clone(),
            recorded_at: tip.recorded_at,
        });
        // Where a record is missing, the chain ends before it.
        let verified = match &head {
            Some(head) if whole => verify_heads(&records, std::slice::from_ref(head)),
            _ => verify_chain(&records),
        };
        if let Err(broken) = verified {
            checked.find(format!("record {} (event {})", broken.seq, broken.id), broken.why.to_string());
        }
        if head.is_none() {
            checked.find("manifest", "it names no head of the chain: nothing shows where the chain ends");
        }
        records
    }

    fn policy(&self, checked: &mut Checked) -> Option<Contract> {
        let [policy] = self.policies.as_slice() else {
            checked.find("policy", format!("there are {} of it, not one", self.policies.len()));
            return None;
        };
        let contract = match Contract::from_json(policy.contract.clone()) {
            Ok(contract) => contract,
            Err(error) => {
                checked.find("policy", error.to_string());
                return None;
            }
        };
        // An older version of the rules that are code is still computed by.
        let then = contract.of_policy(&policy.digest);
        if then.is_none() {
            let what =
                "its digest is another under the rules of this readback: it was changed, or another version wrote it";
            checked.find("policy", what);
        }
        then
    }

    /// The lane, computed again.
    fn lane(&self, review: Option<&Review>, contract: &Contract, checked: &mut Checked) {
        let ([line], Some(review)) = (self.lanes.as_slice(), review) else {
            if self.lanes.len() != 1 {
                checked.find("lane", format!("there are {} of it, not one", self.lanes.len()));
            }
            return;
        };
        let around = Around { now: line.at, ..line.around.clone() };
        let opened_from = review.opening.as_ref().map(|opening| opening.snapshot_digest.as_str());
        let is_current = opened_from.zip(line.snapshot.as_deref()).map(|(from, now)| from == now);
        if is_current != around.snapshot_current {
            checked.find("lane", "what it says of the snapshot is not what the two digests say");
        }
        let computed = lane(review, contract, &around);
        checked.lane = Some(computed.lane);
        if computed.lane != line.lane {
            checked
                .find("lane", format!("it says {}, and computed again it is {}", line.lane.id(), computed.lane.id()));
        }
        if computed.input_digest != line.input_digest {
            checked.find("lane", "what it was computed from is not what the records say");
        }
        if line.policy != contract.digest() {
            checked.find("lane", "it was computed under another policy than the bundle's");
        }
    }

    /// Every row against its digest, and every reference to a row against the row.
    fn evidence(&self, book: &Book, checked: &mut Checked) {
        let mut digests: BTreeMap<&str, Option<&String>> = BTreeMap::new();
        for (name, RowLine { row, digest }) in &self.rows {
            match digest {
                None => checked.masked += 1,
                Some(digest) if row_digest(row).as_ref() == Some(digest) => checked.rows += 1,
                Some(_) => checked.find(name, "its digest is not that of what it says: the row was changed"),
            }
            if digests.insert(row.id(), digest.as_ref()).is_some() {
                checked.find(name, "it stands there twice");
            }
        }
        for review in book.reviews.values() {
            for (id, digest, of) in evidence_rows(review) {
                match (digests.get(id.as_str()), digest) {
                    (None, _) => {
                        checked
                            .find(format!("row {id}"), format!("it is evidence for {of}, and it is not in the bundle"));
                    }
                    (Some(Some(now)), Some(then)) if **now != *then => checked.find(
                        format!("row {id}"),
                        format!("it is not what it was when it became evidence for {of}: it was changed since"),
                    ),
                    _ => {}
                }
            }
        }
    }
}

/// Every sign-off of this policy that counts and says what lay around it, computed again from the steps before it.
fn sign_offs(records: &[Recorded], contract: &Contract, checked: &mut Checked) {
    for (at, record) in records.iter().enumerate() {
        let ReviewAct::Signed { lane: signed, input_digest, policy, around } = &record.event.act else { continue };
        let before = records.iter().take(at).filter(|step| step.event.review == record.event.review);
        let then = contract.of_policy(policy);
        let (Some(around), Some(then), Some(review)) = (around, then, Review::fold(before)) else {
            checked.not_computed += 1;
            continue;
        };
        let around = Around { now: record.event.occurred_at, ..around.clone() };
        let computed = lane(&review, &then, &around);
        if computed.lane.id() != signed || computed.input_digest != *input_digest {
            checked.find(
                format!("record {} (event {})", record.seq, record.event.id),
                format!("it signs {signed}, and computed again from the steps before it it is {}", computed.lane.id()),
            );
        }
        checked.signed += 1;
    }
}

fn stored(line: &RecordLine) -> Stored {
    Stored {
        id: line.id.clone(),
        incident: line.incident.clone(),
        review: line.review.clone(),
        seq: line.seq,
        version: line.version,
        occurred_at: line.occurred_at,
        recorded_at: line.recorded_at,
        hash: line.hash.clone(),
        body: line.body.clone().into_bytes(),
    }
}
