//! The recovery gate over many evidences.

use divan::Bencher;
use jiff::Timestamp;
use readback::evidence::gate::{self, Circumstances};
use readback::evidence::{Evidence, Source, Unknown, Verdict, missing};
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
