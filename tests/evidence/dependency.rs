//! One failure is one reason: what is blamed on another probe, and the laws that this must not break.

use crate::support::seen::{self, HALF_LIFE, now};
use jiff::SignedDuration;
use proptest::prelude::*;
use readback::evidence::dependency::{BLOCKED_REASON, blocked_by, resolve};
use readback::evidence::gate::{Circumstances, Known, recovery};
use readback::evidence::{Evidence, Recovery, RecoveryState, Source, Unknown, Verdict};

/// Each with a source of its own, so that any two are independent.
fn seen(probe: &str, kind: &str, verdict: Verdict, age: i64, needs: &[&str]) -> Evidence {
    let source = Source {
        observer: format!("observer of {probe}"),
        vantage: format!("vantage of {probe}"),
        credential: format!("credential of {probe}"),
        code_path: kind.to_owned(),
    };
    let needs = needs.iter().map(|need| (*need).into()).collect();
    Evidence { source, summary: format!("{probe} was seen"), needs, ..seen::seen(probe, kind, verdict, age) }
}

fn gate(evidence: &[Evidence]) -> Recovery {
    let around = Circumstances {
        running_equals_disk: Known::Holds,
        disk_equals_secrets: Known::Holds,
        restart_is_safe: Known::Holds,
        ..Circumstances::default()
    };
    recovery(evidence, &around, now())
}

/// The texts of the reasons that are about a probe.
fn reasons(evidence: &[Evidence]) -> Vec<(String, String)> {
    let why = gate(&resolve(evidence.to_vec(), now())).why_not.into_iter().filter(|why| why.probe.is_some());
    why.map(|why| (why.id, why.text)).collect()
}

const LATE: Verdict = Verdict::Unknown(Unknown::TimedOut);

fn containers(count: usize, verdict: Verdict) -> impl Iterator<Item = Evidence> {
    (0..count).map(move |number| seen(&format!("web{number}"), "container", verdict, 10, &["docker"]))
}

#[test]
fn a_dead_daemon_is_one_reason_and_not_twenty_one() {
    let mut all = vec![seen("docker", "docker", Verdict::Fail, 10, &[])];
    all.extend(containers(20, LATE));
    assert_eq!(reasons(&all), [("evidence_fails".to_owned(), "docker: docker was seen; blocks 20 probes".to_owned())]);
    let resolved = resolve(all.clone(), now());
    assert_eq!(resolved[0], all[0], "the root stands as it was");
    for blocked in &resolved[1..] {
        assert_eq!(blocked.verdict, Verdict::Unknown(Unknown::Blocked));
        assert_eq!(blocked.reason.as_deref(), Some(BLOCKED_REASON));
        assert_eq!(blocked.summary, "blocked by docker: docker was seen");
        assert!(blocked.facts.iter().any(|fact| fact.name == "its own answer"), "what it said is kept");
    }
    assert_eq!(resolve(resolved.clone(), now()), resolved, "twice is once");
}

#[test]
fn the_deepest_cause_is_named_through_any_number_of_steps() {
    let all = [
        seen("route", "http", LATE, 10, &["web"]),
        seen("web", "container", LATE, 10, &["docker"]),
        seen("docker", "docker", Verdict::Unknown(Unknown::Denied), 10, &[]),
    ];
    let resolved = resolve(all.to_vec(), now());
    let roots: Vec<_> = resolved.iter().map(blocked_by).collect();
    assert_eq!(roots, [Some("docker"), Some("docker"), None]);
    assert_eq!(reasons(&all).len(), 1);
    assert!(reasons(&all)[0].1.ends_with("; blocks 2 probes"), "{:?}", reasons(&all));
}

#[test]
fn a_failure_that_was_seen_and_a_fault_of_its_own_are_never_blamed_on_another() {
    use Unknown::{Crashed, NotBuilt, NotConfigured, Void};
    let own = [NotConfigured, NotBuilt, Crashed, Void].map(Verdict::Unknown);
    for verdict in own.into_iter().chain([Verdict::Fail, Verdict::Warn, Verdict::Pass]) {
        let all =
            vec![seen("docker", "docker", Verdict::Fail, 10, &[]), seen("web", "container", verdict, 10, &["docker"])];
        assert_eq!(resolve(all.clone(), now()), all, "{verdict:?}");
    }
}

#[test]
fn what_is_fresh_or_has_never_run_is_in_nobodys_way_and_what_is_stale_is() {
    for (verdict, age, blocks) in [
        (Verdict::Pass, 10, false),
        (Verdict::Warn, 10, false),
        (Verdict::Unknown(Unknown::NeverRun), 10, false),
        (Verdict::Pass, HALF_LIFE * 3, true),
        (Verdict::Warn, HALF_LIFE * 3, true),
        (Verdict::Fail, HALF_LIFE * 9, true),
    ] {
        let all = [seen("docker", "docker", verdict, age, &[]), seen("web", "container", LATE, 10, &["docker"])];
        assert_eq!(blocked_by(&resolve(all.to_vec(), now())[1]).is_some(), blocks, "{verdict:?} {age}");
    }
}

#[test]
fn an_optional_cause_that_is_stale_is_told_by_the_first_that_it_blocks() {
    let mut all = vec![Evidence { required: false, ..seen("docker", "docker", Verdict::Pass, HALF_LIFE * 3, &[]) }];
    all.extend(containers(3, LATE));
    let told = reasons(&all);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].1.contains("its evidence is stale; blocks 3 probes"), "{told:?}");
}

#[test]
fn names_that_nobody_has_and_circles_blame_nobody() {
    let all = vec![
        seen("a", "http", LATE, 10, &["b", "nobody"]),
        seen("b", "http", LATE, 10, &["a"]),
        seen("c", "http", LATE, 10, &["c"]),
    ];
    assert_eq!(resolve(all.clone(), now()), all);
    assert_eq!(reasons(&all).len(), 3);
}

fn verdict() -> impl Strategy<Value = Verdict> {
    use Unknown::{Denied, NeverRun, TimedOut, Void};
    prop_oneof![
        Just(Verdict::Pass),
        Just(Verdict::Pass),
        Just(Verdict::Warn),
        Just(Verdict::Fail),
        prop_oneof![Just(TimedOut), Just(Denied), Just(NeverRun), Just(Void)].prop_map(Verdict::Unknown),
    ]
}

/// Evidence of probes `p0` and on, each of which needs any others, itself and circles included.
fn any_stack() -> impl Strategy<Value = Vec<Evidence>> {
    let one = (verdict(), -60..1_200_i64, any::<bool>(), proptest::collection::vec(0..8_usize, 0..3), 0..3_usize);
    proptest::collection::vec(one, 0..8).prop_map(|all| {
        let evidence = |(number, (verdict, age, required, needs, kind)): (usize, (_, _, _, Vec<usize>, usize))| {
            let needs: Vec<String> = needs.into_iter().map(|need| format!("p{need}")).collect();
            let needs: Vec<&str> = needs.iter().map(String::as_str).collect();
            let kind = ["http", "container", "postgres"][kind];
            Evidence { required, ..seen(&format!("p{number}"), kind, verdict, age, &needs) }
        };
        all.into_iter().enumerate().map(evidence).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn blame_never_changes_the_state_nor_anything_but_what_is_unknown(all in any_stack()) {
        let resolved = resolve(all.clone(), now());
        let (before, after) = (gate(&all), gate(&resolved));
        prop_assert_eq!(before.state, after.state);
        prop_assert_eq!(after.state == RecoveryState::VerifiedRecovery, after.why_not.is_empty());
        for (own, shown) in all.iter().zip(&resolved) {
            prop_assert!(own == shown || matches!(own.verdict, Verdict::Unknown(_)));
        }
    }

    #[test]
    fn everything_that_is_blocked_is_told_of_by_itself_or_by_its_cause(all in any_stack()) {
        let resolved = resolve(all, now());
        let why_not = gate(&resolved).why_not;
        let is_told = |name: &str| why_not.iter().any(|why| why.probe.as_ref().is_some_and(|probe| probe.0 == name));
        let mut by_cause = std::collections::BTreeMap::<&str, bool>::new();
        for blocked in &resolved {
            let Some(cause) = blocked_by(blocked) else { continue };
            let root = resolved.iter().find(|seen| seen.probe.0 == cause);
            prop_assert!(root.is_some_and(|root| blocked_by(root).is_none()), "a cause is never blamed on another");
            *by_cause.entry(cause).or_insert(is_told(cause)) |= is_told(&blocked.probe.0);
        }
        prop_assert!(by_cause.values().all(|told| *told), "{why_not:?}");
    }

    #[test]
    fn bad_or_stale_evidence_never_makes_it_better_whatever_needs_it(all in any_stack(), added in any_stack(), of in 0..8_usize) {
        let before = gate(&resolve(all.clone(), now())).state;
        let is_bad = |seen: &Evidence| seen.verdict != Verdict::Pass || seen.as_of < now().checked_sub(SignedDuration::from_secs(HALF_LIFE)).unwrap();
        let mut more = all;
        more.extend(added.into_iter().filter(is_bad).map(|seen| {
            Evidence { required: true, probe: format!("p{}", of + 4).as_str().into(), ..seen }
        }));
        prop_assert!(gate(&resolve(more, now())).state <= before);
    }

    #[test]
    fn what_is_not_seen_any_more_never_leads_to_green(all in any_stack(), of in 0..8_usize) {
        prop_assume!(!all.is_empty());
        let of = of % all.len();
        // The console keeps a place for every configured probe.
        let mut gone = all;
        gone[of].verdict = Verdict::Unknown(Unknown::NeverRun);
        gone[of].required = true;
        prop_assert_ne!(gate(&resolve(gone, now())).state, RecoveryState::VerifiedRecovery);
    }
}
