//! The built-in contract holds exactly the identifiers of the recorded facts.

use readback::review::{CheckKind, Contract, ContractError, Lane};
use toml::{Table, Value};

const SET: &str = include_str!("../../src/review/contract.toml");

fn facts() -> Table {
    include_str!("../fixtures/review/contract-facts.toml").parse().unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn counts_are_the_contracts() {
    let contract = Contract::builtin();
    assert_eq!(contract.checks.len(), 28);
    assert_eq!(contract.lanes.len(), 10);
    assert_eq!(contract.fields.readback.len(), 36);
    assert_eq!(contract.fields.required.len(), 28);
    assert_eq!(contract.never.blocked_actions.len(), 41);
    assert_eq!(contract.boundaries.len(), 22);
    assert_eq!(contract.summary.zero_at_start.len(), 22);
    assert_eq!(contract.candidate.nulls.len(), 21);
    assert_eq!(contract.candidate.texts.len() + contract.candidate.flags.len(), 41);
    let kinds = |kind| contract.checks.iter().filter(|check| check.kind == kind).count();
    assert_eq!([CheckKind::Field, CheckKind::Judgement, CheckKind::Guard, CheckKind::Auto].map(kinds), [20, 3, 2, 3]);
}

#[test]
fn names_fields_and_actions_are_the_facts_in_their_order() {
    let (facts, contract) = (facts(), Contract::builtin());
    let plan = &facts["schema"];
    assert_eq!(contract.plan.plan_version, plan["plan_version"].as_str().unwrap());
    assert_eq!(contract.plan.plan_status, plan["plan_status"].as_str().unwrap());
    assert_eq!(contract.plan.candidate_prefix, plan["candidate_prefix"].as_str().unwrap());
    assert_eq!(contract.plan.initial_lane, plan["initial_lane"].as_str().unwrap());
    assert_eq!(contract.plan.pending_value, plan["pending_value"].as_str().unwrap());
    assert_eq!(
        i64::from(contract.plan.coverage_percent),
        plan["coverage_percent_after_readback_plan"].as_integer().unwrap()
    );
    assert_eq!(contract.plan.source_paths, texts(&plan["source_paths"]));
    assert_eq!(contract.fields.readback, texts(&facts["fields"]["readback_fields"]));
    assert_eq!(contract.fields.required, texts(&facts["fields"]["required_readback_fields"]));
    assert_eq!(contract.never.blocked_actions, texts(&facts["never"]["blocked_actions"]));
    let summary = &facts["summary"];
    assert_eq!(contract.summary.counted_from_candidates, texts(&summary["counted_from_candidates"]));
    assert_eq!(contract.summary.equal_to_candidate_count, texts(&summary["equal_to_candidate_count"]));
    assert_eq!(contract.summary.counted_from_contract, texts(&summary["counted_from_contract"]));
    assert_eq!(contract.summary.zero_at_start, texts(&summary["zero_at_start"]));
}

#[test]
fn checks_and_lanes_are_the_facts_in_their_order() {
    let (facts, contract) = (facts(), Contract::builtin());
    let checks = facts["check"].as_array().unwrap();
    for (check, fact) in contract.checks.iter().zip(checks) {
        assert_eq!(check.id, fact["id"].as_str().unwrap());
        assert_eq!(Value::try_from(check.kind).unwrap(), fact["kind"], "{}", check.id);
        assert_eq!(check.fields, texts(&fact["fields"]), "{}", check.id);
        assert_eq!(check.instruction, fact["instruction"].as_str().unwrap(), "{}", check.id);
    }
    let lanes = facts["lane"].as_array().unwrap();
    for (lane, fact) in contract.lanes.iter().zip(lanes) {
        assert_eq!(lane.id.id(), fact["id"].as_str().unwrap());
        assert_eq!(lane.meaning, fact["meaning"].as_str().unwrap());
    }
    assert_eq!((checks.len(), lanes.len()), (28, 10));
}

#[test]
fn constants_and_boundaries_are_the_facts() {
    let (facts, contract) = (facts(), Contract::builtin());
    let constants = facts["candidate_constants"].as_table().unwrap();
    assert_eq!(constants.len(), 41);
    for (key, value) in constants {
        match value {
            Value::String(text) => assert_eq!(contract.candidate.texts.get(key), Some(text), "{key}"),
            Value::Boolean(flag) => assert_eq!(contract.candidate.flags.get(key), Some(flag), "{key}"),
            other => panic!("{key}: {other:?}"),
        }
    }
    let boundaries = facts["boundaries"].as_table().unwrap();
    assert_eq!(contract.boundaries.len(), boundaries.len());
    for (key, value) in boundaries {
        assert_eq!(contract.boundaries.get(key).copied(), value.as_bool(), "{key}");
    }
    // TOML has no null; the facts note those keys in comments.
    let text = include_str!("../fixtures/review/contract-facts.toml");
    let nulls: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# ")?.strip_suffix(" = null")).collect();
    assert_eq!(contract.candidate.nulls, nulls);
}

#[test]
fn every_lane_has_an_id_of_its_own_that_reads_back() {
    for lane in Lane::ALL {
        assert_eq!(Lane::from_id(lane.id()), Some(lane));
        assert_eq!(Value::try_from(lane).unwrap().as_str(), Some(lane.id()));
        assert!(!Contract::builtin().meaning(lane).is_empty());
    }
    assert_eq!(Lane::from_id("all_green"), None);
}

#[test]
fn the_digest_is_stable_and_follows_every_rule() {
    let contract = Contract::parse(SET).unwrap();
    assert_eq!(contract.digest(), Contract::builtin().digest());
    assert_eq!(contract.digest().len(), 64);
    let changed = SET.replacen("not_applicable = true\n", "", 1);
    assert_ne!(Contract::parse(&changed).unwrap().digest(), contract.digest());
}

#[test]
fn a_broken_set_says_what_is_wrong() {
    let error = |from: &str, to: &str| {
        let text = SET.replacen(from, to, 1);
        assert_ne!(text, SET, "{from}");
        Contract::parse(&text).unwrap_err()
    };
    assert!(matches!(Contract::parse("[plan"), Err(ContractError::Shape(_))));
    assert!(matches!(error("kind = \"auto\"", "kind = \"guess\""), ContractError::Shape(_)));
    assert_eq!(
        error("id = \"incident_ref_present\"", "id = \"actor_not_anonymous\""),
        ContractError::Twice("actor_not_anonymous".to_owned())
    );
    assert!(matches!(
        error("fields = [\"change_or_incident_ref\"]", "fields = [\"nope\"]"),
        ContractError::NoField { .. }
    ));
    assert!(matches!(
        error("followup_owner = \"request_actor_supplement\"", ""),
        ContractError::Idle(field) if field == "followup_owner"
    ));
    assert!(matches!(
        error("open = \"request_impact_supplement\"", "open = \"waiting_runtime_gate\""),
        ContractError::BadLane(_)
    ));
    assert!(matches!(
        error("fail = \"request_actor_supplement\"", "fail = \"recurrence_guard_backfill_required\""),
        ContractError::BadLane(_)
    ));
    assert!(matches!(error("id = \"counts_transition_safe\"", "id = \"counts_look_nice\""), ContractError::NoRule(_)));
    let start = SET.find("[[lane]]").unwrap();
    let cut = format!("{}{}", &SET[..start], &SET[SET[start + 1..].find("[[lane]]").unwrap() + start + 1..]);
    assert_eq!(Contract::parse(&cut).unwrap_err(), ContractError::NoLane("waiting_post_incident_readback"));
}

#[test]
fn words_that_say_nothing_are_known() {
    let contract = Contract::builtin();
    for nothing in ["", "  ", "TBD", "n/a", "pending_post_incident_readback", "-"] {
        assert!(!contract.says_something(nothing), "{nothing:?}");
    }
    assert!(contract.says_something("INC-2031") && contract.says_something("不適用：沒有後台"));
    for nobody in ["root", "Admin", "user:root", "ubuntu@web-1", " anonymous "] {
        assert!(contract.is_anonymous(nobody), "{nobody:?}");
    }
    for somebody in ["alice", "console:alice", "infra on-call lead", "admin team of the shop", "平台值班"] {
        assert!(!contract.is_anonymous(somebody), "{somebody:?}");
    }
    assert!(contract.is_runtime("docker_restart") && contract.is_runtime("runtime_gate"));
    assert!(!contract.is_runtime("rollback_owner"));
}
