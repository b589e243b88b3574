//! The plan: what is owed at the start, before anything was received, and the same with the current counts and
//! states. The format is the contract's and exact: keys sorted, two spaces, UTF-8 as it is, one newline at the end.

use super::candidate::{Candidate, Snapshot};
use super::contract::Contract;
use super::event::CandidateId;
use super::gate::RuntimeGate;
use super::lane::Lane;
use super::progress::Progress;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A JSON object whose keys are sorted whatever features `serde_json` was built with.
type Object = BTreeMap<String, Value>;

/// The plan of a snapshot as text. `generated_at` and `git_commit` are taken verbatim.
pub fn plan(contract: &Contract, snapshot: &Snapshot, generated_at: &str, git_commit: &str) -> String {
    plan_with(contract, snapshot, &BTreeMap::new(), generated_at, git_commit)
}

/// The same with how far each candidate is; those that are not among `progress` stand as at the start.
pub fn plan_with(
    contract: &Contract,
    snapshot: &Snapshot,
    progress: &BTreeMap<CandidateId, Progress>,
    generated_at: &str,
    git_commit: &str,
) -> String {
    let at_the_start = Progress::default();
    let of = |one: &Candidate| progress.get(&one.id).unwrap_or(&at_the_start);
    let candidates: Vec<Object> = snapshot.candidates.iter().map(|one| candidate(contract, one, of(one))).collect();
    let raised = |flag: &str| snapshot.candidates.iter().filter(|one| of(one).raises(flag)).count();
    let checks: Vec<Object> = contract
        .checks
        .iter()
        .map(|check| object([("check_id", json!(check.id)), ("instruction", json!(check.instruction))]))
        .collect();
    let lanes: Vec<Object> = contract
        .lanes
        .iter()
        .map(|lane| object([("lane_id", json!(lane.id)), ("meaning", json!(lane.meaning))]))
        .collect();
    let plan = object([
        ("schema_version", json!(contract.plan.plan_version)),
        ("generated_at", json!(generated_at)),
        ("git_commit", json!(git_commit)),
        ("status", json!(contract.plan.plan_status)),
        ("source_schema_version", snapshot.schema_version.clone()),
        ("source_status", snapshot.status.clone()),
        ("source_paths", json!(contract.plan.source_paths)),
        ("summary", json!(summary(contract, snapshot, raised))),
        ("required_readback_fields", json!(contract.fields.required)),
        ("reviewer_checks", json!(checks)),
        ("outcome_lanes", json!(lanes)),
        ("blocked_actions", json!(contract.never.blocked_actions)),
        ("readback_candidates", json!(candidates)),
        ("boundaries", json!(contract.boundaries)),
    ]);
    // A map of texts, numbers and flags always serialises.
    let mut text = serde_json::to_string_pretty(&plan).unwrap_or_default();
    text.push('\n');
    text
}

/// The line that says a plan was written.
pub fn success_line(contract: &Contract, snapshot: &Snapshot) -> String {
    success_line_with(contract, snapshot, &BTreeMap::new())
}

/// The same for a plan with how far each candidate is.
pub fn success_line_with(
    contract: &Contract,
    snapshot: &Snapshot,
    progress: &BTreeMap<CandidateId, Progress>,
) -> String {
    let of = snapshot.candidates.iter().filter_map(|one| progress.get(&one.id));
    format!(
        "HOST_SERVICE_POST_INCIDENT_READBACK_PLAN_OK candidates={} checks={} lanes={} accepted={} runtime_gate={}",
        snapshot.candidates.len(),
        contract.checks.len(),
        contract.lanes.len(),
        of.filter(|progress| progress.is_accepted()).count(),
        RuntimeGate::COUNT
    )
}

fn object<const N: usize>(pairs: [(&str, Value); N]) -> Object {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn candidate(contract: &Contract, candidate: &Candidate, progress: &Progress) -> Object {
    let constants = &contract.candidate;
    let ids: Vec<&str> = contract.checks.iter().map(|check| check.id.as_str()).collect();
    let lanes: Vec<Lane> = contract.lanes.iter().map(|lane| lane.id).collect();
    let mut all = object([
        ("readback_candidate_id", json!(candidate.id)),
        ("source_change_evidence_candidate_id", json!(candidate.change_evidence_candidate_id)),
        ("surface_id", json!(candidate.surface_id)),
        ("label", json!(candidate.label)),
        ("expected_host_scope", json!(candidate.expected_host_scope)),
        ("config_kind", json!(candidate.config_kind)),
        ("service_scope", json!(candidate.service_scope)),
        ("control_tier", json!(candidate.control_tier)),
        ("write_capable_surface", json!(candidate.write_capable_surface)),
        ("requires_live_evidence", json!(candidate.requires_live_evidence)),
        ("readback_fields", json!(contract.fields.readback)),
        ("required_readback_fields", json!(contract.fields.required)),
        ("reviewer_checks", json!(ids)),
        ("outcome_lanes", json!(lanes)),
        ("blocked_actions", json!(contract.never.blocked_actions)),
    ]);
    let text = |key: &str, at_the_start: &str| match key {
        "status" => progress.lane().map_or(json!(at_the_start), |lane| json!(lane)),
        "reviewer_outcome" => progress.outcome().map_or(json!(at_the_start), |lane| json!(lane)),
        _ => json!(progress.field(key).unwrap_or(at_the_start)),
    };
    all.extend(constants.nulls.iter().map(|key| (key.clone(), json!(progress.field(key)))));
    all.extend(constants.texts.iter().map(|(key, start)| (key.clone(), text(key, start))));
    all.extend(constants.flags.iter().map(|(key, flag)| (key.clone(), json!(*flag || progress.raises(key)))));
    all.insert("runtime_gate".to_owned(), json!(RuntimeGate));
    all
}

/// `raised` says how many candidates have a flag up that a review can raise; the counts that start at 0 are named after
/// their flags.
fn summary(contract: &Contract, snapshot: &Snapshot, raised: impl Fn(&str) -> usize) -> Object {
    let keys = &contract.summary;
    let candidates = &snapshot.candidates;
    let counted = [
        candidates.len(),
        candidates.iter().filter(|candidate| candidate.write_capable_surface).count(),
        candidates.iter().filter(|candidate| candidate.requires_live_evidence).count(),
    ];
    let of_contract = [
        contract.fields.readback.len(),
        contract.fields.required.len(),
        contract.checks.len(),
        contract.lanes.len(),
        contract.never.blocked_actions.len(),
    ];
    let mut all = object([("coverage_percent_after_readback_plan", json!(contract.plan.coverage_percent))]);
    let pairs = keys
        .counted_from_candidates
        .iter()
        .zip(counted)
        .chain(keys.equal_to_candidate_count.iter().map(|key| (key, candidates.len())))
        .chain(keys.counted_from_contract.iter().zip(of_contract))
        .chain(keys.zero_at_start.iter().map(|key| (key, key.strip_suffix("_count").map_or(0, &raised))));
    all.extend(pairs.map(|(key, count)| (key.clone(), json!(count))));
    all.insert("runtime_gate_count".to_owned(), json!(RuntimeGate::COUNT));
    all
}
