//! The fault matrix as a whole: how many faults, of which kinds, under which names. Each file is run against its real
//! back end by the test named after it (`tests/faults_<file>.rs`).

use crate::support::matrix::{Case, Matrix};
use readback::probes::{KINDS, REASONS};
use std::collections::BTreeSet;

/// Each file's name and what stands in it.
fn files() -> Vec<(String, Matrix<toml::Value>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/faults/real");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, Matrix::parse(&std::fs::read_to_string(&path).unwrap()))
        })
        .collect();
    files.sort_by(|(left, _), (right, _)| left.cmp(right));
    files
}

fn all(of: fn(Matrix<toml::Value>) -> Vec<Case<toml::Value>>) -> Vec<Case<toml::Value>> {
    files().into_iter().flat_map(|(_, matrix)| of(matrix)).collect()
}

#[test]
fn there_are_150_faults_and_20_healthy_variations_under_names_of_their_own() {
    let (faults, healthy) = (all(|matrix| matrix.fault), all(|matrix| matrix.healthy));
    assert!(faults.len() >= 150, "{} faults", faults.len());
    assert!(healthy.len() >= 20, "{} healthy variations", healthy.len());
    let names: BTreeSet<&str> = faults.iter().chain(&healthy).map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), faults.len() + healthy.len());
}

#[test]
fn no_fault_is_expected_to_be_green_and_all_that_is_well_is() {
    for case in all(|matrix| matrix.fault) {
        assert!(case.verdict != "pass" && case.state != "verified_recovered", "{}", case.name);
    }
    for case in all(|matrix| matrix.healthy) {
        assert_eq!((case.verdict.as_str(), case.state.as_str()), ("pass", "verified_recovered"), "{}", case.name);
    }
}

#[test]
fn every_reason_is_a_documented_one_of_its_kind() {
    for case in all(|matrix| matrix.fault) {
        let kind = case.probe["kind"].as_str().unwrap();
        let about = KINDS.iter().find(|about| about.name == kind).unwrap_or_else(|| panic!("{kind}"));
        let own = about.reasons.iter().any(|(id, _)| *id == case.reason);
        let general = REASONS.iter().any(|reason| reason.code() == case.reason);
        assert!(own || general, "{}: {kind} has no reason {}", case.name, case.reason);
    }
}

#[test]
fn every_file_has_a_test_that_runs_it() {
    for (name, _) in files() {
        let path = format!("{}/tests/faults/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        let test = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(test.contains(&format!("fixtures/faults/real/{name}.toml")), "{path} does not run {name}.toml");
    }
}
