//! The recovery gate: green only by proof, and always with a reason when it is not.

use crate::support::seen::{HALF_LIFE, ago, now, seen};
use proptest::prelude::*;
use readback::evidence::false_green::{FalseGreen, RULES, Subject};
use readback::evidence::gate::{Circumstances, Known, recovery};
use readback::evidence::{Evidence, RecoveryState, Source, Unknown, Verdict, independence, independent_pair};

fn healthy() -> Vec<Evidence> {
    vec![seen("route", "http", Verdict::Pass, 10), seen("database", "postgres", Verdict::Pass, 10)]
}

fn all_holds() -> Circumstances {
    Circumstances {
        last_restart: None,
        running_equals_disk: Known::Holds,
        disk_equals_secrets: Known::Holds,
        restart_is_safe: Known::Holds,
        false_greens: Vec::new(),
        log_unread: None,
    }
}

fn hit(id: &str) -> FalseGreen {
    let rule = RULES.iter().find(|rule| rule.id == id).unwrap();
    let (what, at_best) = ("seen".to_owned(), rule.at_best);
    FalseGreen { id: rule.id, title: rule.title, what, at: Some(ago(60)), subject: Subject::Stack, at_best }
}

fn state_and_first(evidence: &[Evidence], around: &Circumstances) -> (RecoveryState, String) {
    let recovery = recovery(evidence, around, now());
    (recovery.state, recovery.why_not.first().map(|why| why.id.clone()).unwrap_or_default())
}

#[test]
fn fresh_independent_proof_of_everything_is_green() {
    assert_eq!(state_and_first(&healthy(), &all_holds()), (RecoveryState::VerifiedRecovery, String::new()));
}

#[test]
fn every_missing_proof_takes_the_green_away_and_says_which() {
    type Spoil = fn(&mut Vec<Evidence>, &mut Circumstances);
    let cases: [(&str, RecoveryState, Spoil); 18] = [
        ("evidence_fails", RecoveryState::Down, |e, _| e[1].verdict = Verdict::Fail),
        ("evidence_fails", RecoveryState::Degraded, |e, _| {
            e.push(Evidence { required: false, ..seen("extra", "tcp", Verdict::Fail, 1) });
        }),
        ("failure_stale", RecoveryState::Degraded, |e, _| e.push(seen("old", "tcp", Verdict::Fail, HALF_LIFE * 3))),
        ("evidence_warns", RecoveryState::Degraded, |e, _| e[1].verdict = Verdict::Warn),
        ("evidence_unknown", RecoveryState::ClearedUnverified, |e, _| {
            e[1].verdict = Verdict::Unknown(Unknown::TimedOut);
        }),
        ("evidence_stale", RecoveryState::ClearedUnverified, |e, _| e[1].as_of = ago(HALF_LIFE + 1)),
        ("evidence_stale", RecoveryState::ClearedUnverified, |e, _| e[1].as_of = ago(-60)),
        ("FG04", RecoveryState::ClearedUnverified, |_, a| a.last_restart = Some(ago(5))),
        ("not_independent", RecoveryState::ClearedUnverified, |e, _| drop(e.remove(0))),
        ("FG08", RecoveryState::ClearedUnverified, |e, _| e.truncate(1)),
        ("FG08", RecoveryState::ClearedUnverified, |e, _| e[1].kind = "container".to_owned()),
        ("not_independent", RecoveryState::ClearedUnverified, |e, _| e[1].source = e[0].source.clone()),
        ("nothing_required", RecoveryState::ClearedUnverified, |e, _| e.iter_mut().for_each(|e| e.required = false)),
        ("disk_differs_from_secrets", RecoveryState::Degraded, |_, a| {
            a.disk_equals_secrets = Known::Broken("DB_PASSWORD".to_owned());
        }),
        ("running_differs_from_disk_unknown", RecoveryState::ClearedUnverified, |_, a| {
            a.running_equals_disk = Known::Unknown("no Docker".to_owned());
        }),
        ("FG07", RecoveryState::ClearedUnverified, |e, _| e[1].verdict = Verdict::Unknown(Unknown::Void)),
        ("FG11", RecoveryState::Degraded, |_, a| a.false_greens.push(hit("FG11"))),
        ("FG01", RecoveryState::ClearedUnverified, |_, a| a.false_greens.push(hit("FG01"))),
    ];
    for (id, state, spoil) in cases {
        let (mut evidence, mut around) = (healthy(), all_holds());
        spoil(&mut evidence, &mut around);
        assert_eq!(state_and_first(&evidence, &around), (state, id.to_owned()));
    }
}

#[test]
fn nothing_seen_at_all_is_not_green() {
    let recovery = recovery(&[], &Circumstances::default(), now());
    assert_eq!(recovery.state, RecoveryState::ClearedUnverified);
    assert!(recovery.why_not.len() >= 5);
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Pass),
        Just(Verdict::Warn),
        Just(Verdict::Fail),
        Just(Verdict::Unknown(Unknown::TimedOut)),
    ]
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    (0..4_usize, verdict(), -600..2_000_i64, any::<bool>()).prop_map(|(kind, verdict, age, required)| {
        let kind = ["http", "container", "postgres", "tcp"][kind];
        Evidence { required, ..seen(&format!("{kind}-{age}"), kind, verdict, age) }
    })
}

fn badness(state: RecoveryState) -> u8 {
    state as u8
}

/// The definition, pair by pair.
fn naive_pair(proofs: &[Evidence]) -> bool {
    let thick = |seen: &Evidence| !["http", "tcp", "container", "docker"].contains(&seen.kind.as_str());
    proofs
        .iter()
        .enumerate()
        .any(|(at, a)| proofs[at + 1..].iter().any(|b| independence(a, b) >= 3 && (thick(a) || thick(b))))
}

fn any_proof() -> impl Strategy<Value = Evidence> {
    // Few names, so that some are equal, and times on both sides of a window's edge.
    let name = || 0..4_u8;
    ((name(), name(), name(), name()), 0..3_usize, 0..7_i64).prop_map(|((o, v, c, p), kind, at)| {
        let source = Source {
            observer: o.to_string(),
            vantage: v.to_string(),
            credential: c.to_string(),
            code_path: p.to_string(),
        };
        let kind = ["http", "container", "postgres"][kind];
        Evidence { source, ..seen(kind, kind, Verdict::Pass, [0, 60, 120, 121, 180, 240, 241][at as usize]) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_fast_search_for_a_pair_finds_what_looking_at_every_pair_finds(
        proofs in proptest::collection::vec(any_proof(), 0..12),
    ) {
        prop_assert_eq!(independent_pair(&proofs), naive_pair(&proofs));
    }

    #[test]
    fn and_where_pairs_are_rare(
        proofs in proptest::collection::vec(any_proof(), 0..12),
        same in 0..6_usize,
    ) {
        let two = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]][same];
        let proofs: Vec<Evidence> = proofs.into_iter().map(|mut seen| {
            let source = &mut seen.source;
            let names =
                [&mut source.observer, &mut source.vantage, &mut source.credential, &mut source.code_path];
            for name in two {
                "same".clone_into(names[name]);
            }
            seen
        }).collect();
        prop_assert_eq!(independent_pair(&proofs), naive_pair(&proofs));
    }
}

proptest! {
    #[test]
    fn bad_or_stale_evidence_never_makes_it_better(
        evidence in proptest::collection::vec(any_evidence(), 0..6),
        added in any_evidence(),
    ) {
        prop_assume!(added.verdict != Verdict::Pass || added.as_of < ago(HALF_LIFE));
        let before = recovery(&evidence, &all_holds(), now()).state;
        let mut more = evidence;
        more.push(Evidence { required: true, ..added });
        // A required probe that is not green can end "nothing is required", which is itself no green.
        prop_assert!(badness(recovery(&more, &all_holds(), now()).state) <= badness(before));
    }

    #[test]
    fn green_has_no_reason_against_it_and_everything_else_has_one(
        evidence in proptest::collection::vec(any_evidence(), 0..6),
    ) {
        let recovery = recovery(&evidence, &all_holds(), now());
        prop_assert_eq!(recovery.state == RecoveryState::VerifiedRecovery, recovery.why_not.is_empty());
    }

    #[test]
    fn removing_evidence_of_a_required_claim_never_leads_to_green(
        evidence in proptest::collection::vec(any_evidence(), 1..6),
    ) {
        // What was required and is gone stands as "never run": the console keeps a place for every configured probe.
        let mut gone = evidence;
        gone[0].verdict = Verdict::Unknown(Unknown::NeverRun);
        gone[0].required = true;
        prop_assert_ne!(recovery(&gone, &all_holds(), now()).state, RecoveryState::VerifiedRecovery);
    }
}
