//! Faults as data: none of them is green, each is called by its name, and what is well is green.

use crate::support::fault::{self, Case, Row, Table};
use proptest::prelude::*;
use readback::evidence::false_green::{Answer, RULES, answers, document};
use readback::evidence::{Recovery, RecoveryState, Unknown, Verdict};
use readback::timeline::incident::{Measure, incidents};
use readback::timeline::{Claim, Entry, proof};
use std::collections::BTreeSet;

fn table(text: &str) -> Table {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn faults() -> Vec<Case> {
    let texts = [include_str!("../fixtures/faults/evidence.toml"), include_str!("../fixtures/faults/false-green.toml")];
    texts.into_iter().flat_map(|text| table(text).fault).collect()
}

fn healthy() -> Vec<Case> {
    table(include_str!("../fixtures/faults/healthy.toml")).healthy
}

fn ids(recovery: &Recovery) -> Vec<&str> {
    recovery.why_not.iter().map(|why| why.id.as_str()).collect()
}

#[test]
fn no_fault_is_green_and_each_is_called_by_its_name() {
    let faults = faults();
    assert!(faults.len() >= 60, "{} faults", faults.len());
    let mut wrong = Vec::new();
    for case in &faults {
        let recovery = case.recovery();
        assert_ne!(recovery.state, RecoveryState::VerifiedRecovery, "a false green: {}", case.name);
        let ids = ids(&recovery);
        let is_said = case.also.iter().all(|id| ids.contains(&id.as_str()));
        if recovery.state.code() != case.state || ids[0] != case.first || !is_said {
            wrong.push(format!("{}: {} {ids:?}, not {} {}", case.name, recovery.state.code(), case.state, case.first));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_is_well_is_green() {
    let healthy = healthy();
    assert!(healthy.len() >= 20, "{} variations", healthy.len());
    let alarms: Vec<String> = healthy
        .iter()
        .map(|case| (case, case.recovery()))
        .filter(|(_, recovery)| recovery.state != RecoveryState::VerifiedRecovery)
        .map(|(case, recovery)| format!("{}: {:?}", case.name, ids(&recovery)))
        .collect();
    assert!(alarms.is_empty(), "\n{}", alarms.join("\n"));
}

#[test]
fn names_of_faults_are_unique_and_every_rule_that_can_be_decided_has_faults() {
    let faults = faults();
    let names: BTreeSet<&str> = faults.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), faults.len());
    for rule in RULES {
        let decisive = faults.iter().filter(|case| case.first == rule.id).count();
        assert!(decisive >= 3, "{}: {decisive} faults", rule.id);
    }
}

#[test]
fn a_rule_that_can_not_be_decided_says_so() {
    let case = &healthy()[0];
    let (entries, evidence) = (case.entries(), case.evidence());
    assert!(answers(&case.scene(&entries, &evidence)).iter().all(|(_, answer)| *answer == Answer::Quiet));
    let failed = Row {
        ago: 60,
        subject: "route".to_owned(),
        context: serde_json::json!({ "verdict": "FAIL" }),
        ..Row::of("PROBE_CHANGED")
    };
    let case = Case { log: vec![failed, Row { ago: 5, ..Row::of("RESOLVED") }], ..Case::default() };
    let mut evidence = case.evidence();
    evidence[0].facts.push(readback::evidence::Fact::text(readback::evidence::STATUS, "200"));
    let entries = case.entries();
    let undecided: Vec<&str> = answers(&case.scene(&entries, &evidence))
        .into_iter()
        .filter(|(_, answer)| matches!(answer, Answer::Undecided(_)))
        .map(|(rule, _)| rule.id)
        .collect();
    assert_eq!(undecided, ["FG02", "FG06", "FG12"]);
}

#[test]
fn a_resolved_row_that_does_not_say_how_leaves_the_timeout_undecided() {
    let case = Case { log: vec![Row { ago: 5, ..Row::of("RESOLVED") }], ..Case::default() };
    let (entries, evidence) = (case.entries(), case.evidence());
    let answers = answers(&case.scene(&entries, &evidence));
    assert!(matches!(answers[1], (rule, Answer::Undecided(_)) if rule.id == "FG02"), "{:?}", answers[1].1);
}

#[test]
fn cleared_and_verified_are_two_states_with_two_clocks() {
    let row = |kind: &str, ago| Row { ago, ..Row::of(kind) };
    let clocks = |rows: &[Row], verified_ago: Option<i64>| {
        let mut entries = Case { log: rows.to_vec(), ..Case::default() }.entries();
        let claim = Claim { incident: "INC-1".to_owned(), row: "resolved".to_owned(), at: fault::ago(600) };
        entries.extend(verified_ago.map(|ago| Entry::Own(proof(&claim, "console:ann", &[], fault::ago(ago)))));
        let incident = incidents(&entries).remove(0);
        let seconds = |measure: Measure| measure.of(&incident).map(|took| took.as_secs());
        let [claimed, verified] = [Measure::ClaimedRecovery, Measure::VerifiedRecovery].map(seconds);
        (incident.state(fault::ago(0)).code(), claimed, verified)
    };
    let (alert, resolved) = (row("ALERT_RECEIVED", 900), row("RESOLVED", 600));
    assert_eq!(clocks(std::slice::from_ref(&alert), Some(10)), ("firing", None, None));
    let mut rows = vec![alert, resolved];
    assert_eq!(clocks(&rows, None), ("cleared_unverified", Some(300), None));
    assert_eq!(clocks(&rows, Some(1_000)), ("cleared_unverified", Some(300), None));
    assert_eq!(clocks(&rows, Some(200)), ("verified_recovered", Some(300), Some(700)));
    assert_eq!(clocks(&rows, Some(800)), ("verified_recovered", Some(300), Some(300)));
    rows.push(row("ALERT_RECEIVED", 500));
    assert_eq!(clocks(&rows, Some(550)), ("firing", None, None));
    rows.push(row("RESOLVED", 100));
    assert_eq!(clocks(&rows, Some(550)), ("cleared_unverified", Some(800), None));
    assert_eq!(clocks(&rows, Some(50)), ("verified_recovered", Some(800), Some(850)));
    assert!(incidents(&[]).is_empty());
}

#[test]
fn a_foreign_name_is_made_safe() {
    let row = Row { incident: "\u{1b}[31mINC".to_owned(), ago: 5, ..Row::of("RESOLVED") };
    let recovery = Case { log: vec![row], ..Case::default() }.recovery();
    assert!(recovery.why_not[0].text.contains("INC") && !recovery.why_not[0].text.contains('\u{1b}'));
}

#[test]
fn the_page_on_false_greens_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/false-green.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, document()).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(page == document(), "docs/false-green.md is old: UPDATE_DOCS=1 cargo test --test evidence false_green::");
}

#[test]
fn the_ids_of_the_rules_are_in_order() {
    let ids: Vec<String> = (1..=12).map(|n| format!("FG{n:02}")).collect();
    assert_eq!(RULES.iter().map(|rule| rule.id).collect::<Vec<_>>(), ids);
}

fn any_case() -> impl Strategy<Value = Case> {
    proptest::sample::select(faults().into_iter().chain(healthy()).collect::<Vec<_>>())
}

/// A row that can only make it worse.
fn bad_row() -> impl Strategy<Value = Row> {
    let kinds = prop_oneof![
        Just("ALERT_RECEIVED"),
        Just("SILENCED"),
        Just("ESCALATED"),
        Just("EXECUTION_COMPLETED"),
        Just("PROBE_CHANGED"),
    ];
    (kinds, -3..4_000_i64, 0..3_usize, 0..2_usize).prop_map(|(kind, ago, incident, subject)| Row {
        ago,
        incident: ["", "INC-1", "INC-2"][incident].to_owned(),
        subject: ["database", "web"][subject].to_owned(),
        success: matches!(kind, "EXECUTION_COMPLETED" | "PROBE_CHANGED").then_some(false),
        ..Row::of(kind)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_bad_row_of_the_log_never_makes_it_better(case in any_case(), row in bad_row()) {
        let before = case.recovery().state;
        let mut worse = case;
        worse.log.push(row);
        prop_assert!(worse.recovery().state <= before, "{}", worse.name);
    }

    #[test]
    fn bad_or_stale_evidence_never_makes_it_better_whatever_the_log_says(
        case in any_case(),
        verdict in prop_oneof![
            Just(Verdict::Fail),
            Just(Verdict::Warn),
            Just(Verdict::Unknown(Unknown::Void)),
            Just(Verdict::Unknown(Unknown::Denied)),
            Just(Verdict::Pass),
        ],
        age in 301..2_000_i64,
        probe in prop_oneof![Just("database"), Just("added")],
    ) {
        let mut evidence = case.evidence();
        let before = case.recovery_of(&evidence).state;
        evidence.push(fault::seen(probe, "postgres", verdict, age));
        prop_assert!(case.recovery_of(&evidence).state <= before, "{}", case.name);
    }
}
