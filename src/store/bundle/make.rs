//! Making a bundle.

use super::format::{End, LaneLine, Line, Manifest, Member, Policy, RecordLine, RowLine, SCHEMA, Tip};
use crate::guard;
use crate::review::{Around, Book, Contract, EvidenceKind, Recorded, Review, lane};
use crate::store::Stored;
use crate::store::chain::Head;
use crate::store::mirror;
use crate::timeline::{Entry, row_digest};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A row that evidence is.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The row, masked.
    pub entry: Entry,
    /// Its digest as it was read; none where something was masked.
    pub digest: Option<String>,
}

/// What goes into a bundle.
#[derive(Debug)]
pub struct Contents<'a> {
    /// Which review.
    pub review: &'a Review,
    /// The whole chain of its incident.
    pub records: &'a [Stored],
    /// The head of that chain.
    pub head: Option<&'a Head>,
    /// The rows that the records refer to, as far as they were found.
    pub rows: &'a [Row],
    /// The check set.
    pub contract: &'a Contract,
    /// What lies around the review now.
    pub around: &'a Around,
    /// The digest of the change-evidence snapshot now.
    pub snapshot: Option<&'a str>,
    /// Now.
    pub made_at: Timestamp,
}

/// The ids of the rows that these records refer to, each once.
pub fn referred(records: &[Recorded]) -> Vec<String> {
    let book = Book::fold(records);
    let rows = book.reviews.values().flat_map(evidence_rows);
    rows.map(|(id, ..)| id).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The rows that a review refers to, with the digest that each had, where that is known, and for what: rows that are
/// marked as evidence (one that held something masked has no digest), what is attached to a check or was read back
/// against, and what a field names. What a probe said is no row.
pub fn evidence_rows(review: &Review) -> Vec<(String, Option<String>, String)> {
    let marked = review.evidence.iter().map(|(id, mark)| (id.clone(), mark.digest.clone(), "the review".to_owned()));
    let attached = review.attached.iter().flat_map(|(check, all)| all.iter().map(move |one| (check, &one.evidence)));
    let answers = review.answers.iter();
    let heard = answers.filter_map(|(check, decision)| Some((check, &decision.heard.as_ref()?.evidence)));
    let rows = attached.chain(heard).filter(|(_, evidence)| evidence.kind != EvidenceKind::Probe);
    let rows = rows.map(|(check, evidence)| (evidence.id.clone(), Some(evidence.digest.clone()), check.clone()));
    let fields = review.fields.iter().filter_map(|(field, state)| {
        let (id, digest) = named(&state.value)?;
        Some((id, digest, field.clone()))
    });
    marked.chain(rows).chain(fields).collect()
}

/// The row that a field names, as the console writes it: `timeline TYPE ID sha256:DIGEST`, or `readback event ID …`,
/// whose digest is that of a side of it.
fn named(text: &str) -> Option<(String, Option<String>)> {
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["timeline", _, id, digest] => Some(((*id).to_owned(), Some(digest.strip_prefix("sha256:")?.to_owned()))),
        ["readback", "event", id, ..] => Some(((*id).to_owned(), None)),
        _ => None,
    }
}

/// The bundle. It holds what is stored, also where that does not hold: ask [`super::check`].
pub fn bundle(contents: &Contents<'_>) -> Vec<u8> {
    let mut lines = vec![Line::Policy(Policy {
        digest: contents.contract.digest().to_owned(),
        contract: serde_json::to_value(contents.contract).unwrap_or_default(),
    })];
    lines.extend(contents.records.iter().map(|record| Line::Record(record_line(record))));
    lines.extend(
        contents.rows.iter().map(|row| Line::Row(RowLine { digest: row.digest.clone(), row: row.entry.clone() })),
    );
    lines.push(Line::Lane(lane_line(contents)));

    let members: Vec<(String, Vec<u8>)> = lines.iter().map(|line| (line.name(), guard::canonical(line))).collect();
    let listed = members.iter().map(|(name, bytes)| Member {
        name: name.clone(),
        bytes: bytes.len(),
        sha256: guard::digest_bytes(bytes),
    });
    let manifest = guard::canonical(&Line::Manifest(Manifest {
        schema: SCHEMA.to_owned(),
        made_at: contents.made_at,
        made_by: concat!("readback ", env!("CARGO_PKG_VERSION")).to_owned(),
        incident: contents.review.incident_id.clone(),
        review: contents.review.id.0.clone(),
        head: contents.head.map(|head| Tip { seq: head.seq, hash: head.hash.clone(), recorded_at: head.recorded_at }),
        members: listed.collect(),
    }));
    let end = guard::canonical(&Line::End(End { manifest: guard::digest_bytes(&manifest) }));
    let all = [manifest].into_iter().chain(members.into_iter().map(|(_, bytes)| bytes)).chain([end]);
    all.flat_map(|mut line| {
        line.push(b'\n');
        line
    })
    .collect()
}

/// Bytes that are no text can't be the bytes of a record: what stands for them does not hold.
fn record_line(record: &Stored) -> RecordLine {
    RecordLine {
        id: record.id.clone(),
        incident: record.incident.clone(),
        review: record.review.clone(),
        seq: record.seq,
        version: record.version,
        occurred_at: record.occurred_at,
        recorded_at: record.recorded_at,
        hash: record.hash.clone(),
        body: String::from_utf8_lossy(&record.body).into_owned(),
    }
}

fn lane_line(contents: &Contents<'_>) -> LaneLine {
    let disposition = lane(contents.review, contents.contract, contents.around);
    LaneLine {
        at: contents.around.now,
        around: contents.around.clone(),
        snapshot: contents.snapshot.map(str::to_owned),
        lane: disposition.lane,
        input_digest: disposition.input_digest,
        policy: disposition.policy,
    }
}

/// The rows that steps of these records are in the timeline, of those that are asked for.
pub fn mirrored(records: &[Recorded], ids: &[String]) -> Vec<Row> {
    let asked = records.iter().filter(|record| ids.contains(&record.event.id));
    asked
        .map(|record| Entry::Own(mirror::mirror(record)))
        .map(|entry| Row { digest: row_digest(&entry), entry })
        .collect()
}
