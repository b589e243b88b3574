//! The recovery gate over many evidences, and the lane of a review.

use divan::Bencher;
use jiff::Timestamp;
use readback::evidence::gate::{self, Circumstances};
use readback::evidence::{Evidence, Source, Unknown, Verdict, missing};
use readback::review::{
    Around, CandidateId, Contract, EvidenceKind, EvidenceRef, NewReviewEvent, Recorded, Review, ReviewAct, ReviewId,
    lane,
};
use std::time::Duration;

/// Far more than a stack has.
const MANY: [usize; 3] = [100, 1_000, 10_000];

fn main() {
    divan::main();
}

/// An evidence of a kind that asks as the application asks, so that a pair is looked for.
fn evidence(n: usize, verdict: Verdict, code_path: String) -> Evidence {
    Evidence {
        probe: format!("probe-{n}").as_str().into(),
        kind: "postgres".to_owned(),
        claim: "the database answers".to_owned(),
        verdict,
        reason: None,
        observed_at: Timestamp::UNIX_EPOCH,
        as_of: Timestamp::UNIX_EPOCH,
        source: Source {
            observer: "readback@host".to_owned(),
            vantage: "host".to_owned(),
            credential: "none".to_owned(),
            code_path,
        },
        summary: "answers a query over TLS".to_owned(),
        hint: None,
        facts: Vec::new(),
        half_life: Duration::from_mins(5),
        required: true,
        needs: Vec::new(),
    }
}

fn judge(bencher: Bencher<'_, '_>, evidence: &[Evidence]) {
    let around = Circumstances::default();
    bencher.bench(|| gate::recovery(evidence, &around, Timestamp::UNIX_EPOCH));
}

/// Every verdict; each second one is a proof.
#[divan::bench(args = MANY)]
fn of_every_verdict(bencher: Bencher<'_, '_>, many: usize) {
    let verdicts = [Verdict::Fail, Verdict::Pass, Verdict::Unknown(Unknown::TimedOut), Verdict::Pass, Verdict::Warn];
    let evidence: Vec<_> = (0..many).map(|n| evidence(n, verdicts[n % 5], "http".to_owned())).collect();
    judge(bencher, &evidence);
}

/// The worst case: all pass, and no two are independent, so that every pair is looked at.
#[divan::bench(args = MANY, sample_count = 5, sample_size = 1)]
fn of_passes_none_of_which_are_independent(bencher: Bencher<'_, '_>, many: usize) {
    let evidence: Vec<_> = (0..many).map(|n| evidence(n, Verdict::Pass, format!("http/{n}"))).collect();
    judge(bencher, &evidence);
}

/// What is missing for green, where every second evidence is not what it must be.
#[divan::bench(args = MANY)]
fn what_is_missing(bencher: Bencher<'_, '_>, many: usize) {
    let verdicts = [Verdict::Fail, Verdict::Pass, Verdict::Unknown(Unknown::TimedOut), Verdict::Pass, Verdict::Warn];
    let evidence: Vec<_> = (0..many).map(|n| evidence(n, verdicts[n % 5], "postgres".to_owned())).collect();
    let (around, now) = (Circumstances::default(), Timestamp::UNIX_EPOCH);
    let recovery = gate::recovery(&evidence, &around, now);
    bencher.bench(|| missing(&recovery, &evidence, &around, now));
}

/// A review in which every field is filled and every check has two pieces of evidence.
fn review(contract: &Contract) -> Option<Review> {
    let text = str::to_owned;
    let candidate = CandidateId(text("prefix:web"));
    let mut acts =
        vec![ReviewAct::Opened { candidate, snapshot_digest: text("s"), policy: contract.digest().to_owned() }];
    let set = |field: &String| ReviewAct::FieldSet {
        field: field.clone(),
        value: format!("ref of {field}"),
        diligence: None,
    };
    acts.extend(contract.fields.required.iter().map(set));
    for (check, id) in contract.checks.iter().flat_map(|check| [(check, "a"), (check, "b")]) {
        let (kind, digest, half_life_s) = (EvidenceKind::Probe, "0".repeat(64), Some(300));
        let evidence = EvidenceRef { kind, id: text(id), digest, observed_at: Timestamp::UNIX_EPOCH, half_life_s };
        acts.push(ReviewAct::EvidenceAttached { check: check.id.clone(), evidence });
    }
    let steps: Vec<Recorded> = (0..)
        .zip(acts)
        .map(|(version, act)| Recorded {
            event: NewReviewEvent {
                id: format!("step-{version}"),
                review: ReviewId(text("r")),
                incident_id: text("INC-1"),
                expected_version: version,
                actor: text("console:ann"),
                occurred_at: Timestamp::UNIX_EPOCH,
                act,
            },
            seq: version + 1,
            recorded_at: Timestamp::UNIX_EPOCH,
            prev_hash: String::new(),
            hash: String::new(),
        })
        .collect();
    Review::fold(&steps)
}

/// The 28 built-in checks, with nothing against them and with everything stale.
#[divan::bench(args = [0, 1_000])]
fn lane_of_28_checks(bencher: Bencher<'_, '_>, seconds: i64) {
    let contract = Contract::builtin();
    let review = review(&contract);
    let now = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let around = Around { snapshot_current: Some(true), ..Around::unknown(now) };
    bencher.bench(|| review.as_ref().map(|review| lane(review, &contract, &around)));
}
