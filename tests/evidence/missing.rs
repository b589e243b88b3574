//! What is missing for green: doing all of it makes it green, and nothing of it can be left out.

use crate::support::seen::{HALF_LIFE, ago, now, seen};
use proptest::prelude::*;
use readback::evidence::false_green::{FalseGreen, RULES, Subject};
use readback::evidence::gate::{Circumstances, Known, NOT_READ_YET, TOO_OLD, recovery};
use readback::evidence::{
    COUNTS_FROM, Evidence, Fact, Missing, Quantity, RecoveryState, STARTED_AT, Source, Step, Unknown, Verdict, missing,
};

fn all_holds() -> Circumstances {
    Circumstances {
        running_equals_disk: Known::Holds,
        disk_equals_secrets: Known::Holds,
        restart_is_safe: Known::Holds,
        ..Circumstances::default()
    }
}

fn hit(id: &str) -> FalseGreen {
    let rule = RULES.iter().find(|rule| rule.id == id).unwrap();
    let (what, at_best) = ("seen".to_owned(), rule.at_best);
    FalseGreen { id: rule.id, title: rule.title, what, at: Some(ago(60)), subject: Subject::Stack, at_best }
}

fn what_is_missing(evidence: &[Evidence], around: &Circumstances) -> Vec<Missing> {
    missing(&recovery(evidence, around, now()), evidence, around, now())
}

fn texts(evidence: &[Evidence], around: &Circumstances) -> Vec<String> {
    what_is_missing(evidence, around).into_iter().map(|step| step.text).collect()
}

/// The world after these steps, each of which succeeded.
fn after(steps: &[&Missing], evidence: &[Evidence], around: &Circumstances) -> (Vec<Evidence>, Circumstances) {
    let (mut evidence, mut around) = (evidence.to_vec(), around.clone());
    for (at, step) in steps.iter().enumerate() {
        for seen in &mut evidence {
            if step.probe.as_ref() == Some(&seen.probe) || step.frees.contains(&seen.probe) {
                seen.verdict = Verdict::Pass;
                (seen.observed_at, seen.as_of) = (now(), now());
            }
        }
        if around.last_restart.is_some_and(|restart| restart > now()) && step.text.contains("clocks") {
            around.last_restart = None;
        }
        if step.probe.is_none() && step.step == Step::Configure {
            if step.text.starts_with("make a probe required") {
                for seen in &mut evidence {
                    seen.required |= step.text.contains(&format!("`{}`", seen.probe));
                }
            }
            if step.text.starts_with("configure a ") {
                let mut new = seen(&format!("new-{at}"), "postgres", Verdict::Pass, 0);
                new.source = Source {
                    observer: format!("new {at}"),
                    vantage: format!("new {at}"),
                    credential: format!("new {at}"),
                    code_path: format!("new {at}"),
                };
                evidence.push(new);
            }
        }
        let removes = |id: &str| step.removes.iter().any(|removed| removed == id);
        around.false_greens.retain(|hit| !removes(hit.id));
        for (id, known) in [
            ("running_differs_from_disk", &mut around.running_equals_disk),
            ("disk_differs_from_secrets", &mut around.disk_equals_secrets),
            ("restart_not_safe", &mut around.restart_is_safe),
        ] {
            if removes(id) || removes(&format!("{id}_unknown")) {
                *known = Known::Holds;
            }
        }
        if removes("log_unread") {
            around.log_unread = None;
        }
    }
    (evidence, around)
}

fn is_green(steps: &[&Missing], evidence: &[Evidence], around: &Circumstances) -> bool {
    let (evidence, around) = after(steps, evidence, around);
    recovery(&evidence, &around, now()).state == RecoveryState::VerifiedRecovery
}

#[test]
fn each_step_is_said_in_words_and_the_cheapest_comes_first() {
    let mut young = seen("web", "container", Verdict::Warn, 0);
    young.facts = vec![Fact::new(STARTED_AT, Quantity::At(ago(20))), Fact::new(COUNTS_FROM, Quantity::Millis(60_000))];
    let evidence = [
        seen("database", "postgres", Verdict::Fail, 1),
        young,
        seen("route", "http", Verdict::Pass, HALF_LIFE + 1),
        seen("bucket", "s3", Verdict::Unknown(Unknown::Denied), 1),
    ];
    let around = Circumstances { last_restart: Some(ago(20)), ..all_holds() };
    let steps = what_is_missing(&evidence, &around);
    let said: Vec<(Step, &str)> = steps.iter().map(|step| (step.step, step.text.as_str())).collect();
    assert_eq!(
        said,
        [
            (Step::Wait, "wait 40 s until `web` has run for 60 s"),
            (Step::Run, "run `route` again"),
            (Step::Configure, "give `bucket` what it needs: seen"),
            (Step::Fix, "fix `database`: seen"),
        ]
    );
    assert_eq!(steps[0].wait_s, Some(40));
}

#[test]
fn what_only_answers_lacks_a_second_vantage() {
    let evidence = [seen("route", "http", Verdict::Pass, 1)];
    let said = texts(&evidence, &all_holds());
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("configure a second vantage: a postgres, redis"), "{said:?}");
}

#[test]
fn an_optional_probe_that_has_aged_is_cheaper_than_a_new_one() {
    let mut optional = seen("database", "postgres", Verdict::Pass, HALF_LIFE + 1);
    optional.required = false;
    let evidence = [seen("route", "http", Verdict::Pass, 1), optional];
    assert_eq!(texts(&evidence, &all_holds()), ["run `database` again: its proof is wanted"]);
}

#[test]
fn a_dead_daemon_is_one_step_for_all_that_it_blocks() {
    let blocked = |name: &str, needs: &str| Evidence {
        needs: vec![needs.into()],
        ..seen(name, "container", Verdict::Unknown(Unknown::Blocked), 1)
    };
    let evidence = [
        seen("docker", "docker", Verdict::Fail, 1),
        blocked("web", "docker"),
        blocked("inside", "web"),
        seen("database", "postgres", Verdict::Pass, 1),
    ];
    let steps = what_is_missing(&evidence, &all_holds());
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert_eq!(steps[0].frees.len(), 2);
    assert_eq!(steps[0].removes, ["evidence_fails", "evidence_unknown", "not_independent"]);
}

#[test]
fn a_claim_nobody_proved_wants_what_asks_as_the_application_does() {
    let evidence = [seen("route", "http", Verdict::Pass, 1), seen("database", "postgres", Verdict::Pass, 90)];
    let around = Circumstances { false_greens: vec![hit("FG01"), hit("FG02")], ..all_holds() };
    let steps = what_is_missing(&evidence, &around);
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].text, "run `database` again: its proof is wanted");
    assert_eq!(steps[0].removes, ["FG01", "FG02"]);
}

#[test]
fn with_no_probe_at_all_two_are_missing() {
    let steps = what_is_missing(&[], &all_holds());
    assert_eq!(steps.len(), 2, "{steps:?}");
    assert!(is_green(&steps.iter().collect::<Vec<_>>(), &[], &all_holds()));
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        3 => Just(Verdict::Pass),
        1 => Just(Verdict::Warn),
        1 => Just(Verdict::Fail),
        1 => Just(Verdict::Unknown(Unknown::TimedOut)),
        1 => Just(Verdict::Unknown(Unknown::Blocked)),
        1 => Just(Verdict::Unknown(Unknown::Denied)),
        1 => Just(Verdict::Unknown(Unknown::Void)),
    ]
}

fn stack() -> impl Strategy<Value = Vec<Evidence>> {
    let one = (0..5_usize, verdict(), -20..1_200_i64, 0..400_i64, any::<bool>(), proptest::option::of(0..6_usize));
    proptest::collection::vec(one, 0..6).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(at, (kind, verdict, age, older, required, needs))| {
                let kind = ["http", "container", "postgres", "redis", "tcp"][kind];
                let needs = needs.map(|at| format!("p{at}").as_str().into()).into_iter().collect();
                Evidence { required, needs, as_of: ago(age + older / 2), ..seen(&format!("p{at}"), kind, verdict, age) }
            })
            .collect()
    })
}

fn known() -> impl Strategy<Value = Known> {
    prop_oneof![
        3 => Just(Known::Holds),
        1 => Just(Known::Broken("DB_HOST".to_owned())),
        1 => Just(Known::NotCompared),
        1 => Just(Known::Unknown(TOO_OLD.to_owned())),
        1 => Just(Known::Unknown("no Docker".to_owned())),
    ]
}

prop_compose! {
    fn circumstances()(
        restart in proptest::option::of(-60..600_i64),
        known in proptest::collection::vec(known(), 3),
        log in 0..3_usize,
        hits in proptest::sample::subsequence(vec!["FG01", "FG02", "FG03", "FG05", "FG09", "FG10", "FG11", "FG12"], 0..4),
    ) -> Circumstances {
        Circumstances {
            last_restart: restart.map(ago),
            running_equals_disk: known[0].clone(),
            disk_equals_secrets: known[1].clone(),
            restart_is_safe: known[2].clone(),
            false_greens: hits.into_iter().map(hit).collect(),
            log_unread: [None, Some(NOT_READ_YET.to_owned()), Some("refused".to_owned())][log].clone(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn doing_all_of_it_is_green_and_leaving_any_of_it_out_is_not(
        evidence in stack(),
        around in circumstances(),
    ) {
        // A start in the future counts once the clocks agree, which changes what every probe has to show.
        prop_assume!(around.last_restart.is_none_or(|restart| restart <= now()));
        let steps = what_is_missing(&evidence, &around);
        let all: Vec<&Missing> = steps.iter().collect();
        prop_assert!(is_green(&all, &evidence, &around), "{steps:#?}");
        for left_out in 0..all.len() {
            let mut some = all.clone();
            some.remove(left_out);
            prop_assert!(!is_green(&some, &evidence, &around), "{:?} is one too many: {steps:#?}", all[left_out]);
        }
    }

    #[test]
    fn every_reason_goes_with_a_step_and_the_steps_are_in_order(
        evidence in stack(),
        around in circumstances(),
    ) {
        let found = recovery(&evidence, &around, now());
        let steps = missing(&found, &evidence, &around, now());
        prop_assert_eq!(found.why_not.is_empty(), steps.is_empty());
        for why in &found.why_not {
            prop_assert!(steps.iter().any(|step| step.removes.contains(&why.id)), "{why:?}: {steps:#?}");
        }
        prop_assert!(steps.windows(2).all(|two| two[0].step <= two[1].step), "{steps:#?}");
        prop_assert!(steps.iter().all(|step| !step.removes.is_empty() && !step.text.contains('\n')), "{steps:#?}");
    }
}
