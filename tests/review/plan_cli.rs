//! `readback plan`: one file in, one file out, in the contract's words; and nothing out where the first is broken.

use readback::review::{Contract, Snapshot, plan};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

const USUAL_SOURCE: &str = "docs/security/host-service-change-evidence-acceptance.snapshot.json";
const USUAL_OUTPUT: &str = "docs/security/host-service-post-incident-readback-plan.snapshot.json";
const AT: &str = "2026-02-04T12:00:00+08:00";

fn source(surfaces: &[&str]) -> Value {
    let row = |surface: &&str| {
        json!({
            "change_evidence_candidate_id": format!("change_evidence:{surface}"), "surface_id": surface,
            "label": "反向代理 \"edge\"", "expected_host_scope": "web-1", "config_kind": "compose",
            "service_scope": "proxy", "control_tier": "tier-1", "write_capable_surface": true,
            "requires_live_evidence": false,
        })
    };
    json!({"schema_version": "v1", "status": "ready", "change_evidence_candidates": surfaces.iter().map(row).collect::<Vec<_>>()})
}

fn root(source: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("docs/security")).unwrap();
    std::fs::write(root.path().join(USUAL_SOURCE), source).unwrap();
    root
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readback"));
    command.arg("plan").args(args).current_dir(folder).env_clear();
    // So that no repository above the folder is taken for its own.
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    command.output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_plan_goes_where_it_usually_goes_and_is_said_in_the_contracts_words() {
    let text = source(&["web-proxy", "app-db"]).to_string();
    let root = root(&text);
    let out = run(root.path(), &["--generated-at", AT]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(
        String::from_utf8(out.stdout).unwrap(),
        "HOST_SERVICE_POST_INCIDENT_READBACK_PLAN_OK candidates=2 checks=28 lanes=10 accepted=0 runtime_gate=0\n"
    );
    let contract = Contract::builtin();
    let snapshot = Snapshot::parse(text.as_bytes(), &contract.plan.candidate_prefix).unwrap();
    let written = std::fs::read_to_string(root.path().join(USUAL_OUTPUT)).unwrap();
    assert_eq!(written, plan(&contract, &snapshot, AT, "unknown"));
    assert_eq!(names(&root.path().join("docs/security")).len(), 2, "nothing else is left behind");
}

#[test]
fn files_can_be_named_and_the_time_is_taken_as_it_is() {
    let root = root(&source(&["a"]).to_string());
    let from = root.path().join("elsewhere.json");
    std::fs::rename(root.path().join(USUAL_SOURCE), &from).unwrap();
    let args = ["--root", ".", "--source-change-evidence-report", "elsewhere.json", "--output", "plan.json"];
    let out = run(root.path(), &[&args[..], &["--generated-at", "as said"]].concat());
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let written: Value = serde_json::from_slice(&std::fs::read(root.path().join("plan.json")).unwrap()).unwrap();
    assert_eq!(written["generated_at"], "as said");
}

#[test]
fn the_commit_of_the_root_and_the_time_in_the_contracts_zone_stand_in_it() {
    let root = root(&source(&["a"]).to_string());
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.invalid"]).args(args).current_dir(root.path());
        let out = command.output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    let commit = git(&["rev-parse", "--short", "HEAD"]);
    assert_eq!(run(root.path(), &[]).status.code(), Some(0));
    let written: Value = serde_json::from_slice(&std::fs::read(root.path().join(USUAL_OUTPUT)).unwrap()).unwrap();
    assert_eq!(written["git_commit"], commit.as_str());
    let at = written["generated_at"].as_str().unwrap();
    assert!(at.ends_with("+08:00") && at.len() == AT.len(), "{at}");
}

#[test]
fn a_broken_source_names_the_candidate_and_the_key_exits_2_and_leaves_no_plan() {
    let mut broken = source(&["web-proxy", "app-db"]);
    broken["change_evidence_candidates"][1].as_object_mut().unwrap().remove("label");
    for (text, words) in [
        (broken.to_string(), &["candidate #2 (app-db)", "label is missing"][..]),
        ("{\n  nope".to_owned(), &["not JSON (line 2"]),
        ("{}".to_owned(), &["change_evidence_candidates must be a list"]),
        (source(&["a", "a"]).to_string(), &["#2 (a)", "#1"]),
    ] {
        let root = root(&text);
        let out = run(root.path(), &[]);
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{said}");
        assert!(words.iter().all(|word| said.contains(word)) && said.lines().count() == 1, "{said}");
        assert_eq!(names(&root.path().join("docs/security")).len(), 1, "{said}");
    }
}

#[test]
fn a_plan_that_is_there_stays_as_it_is_where_the_source_is_broken_or_missing() {
    let root = root("{}");
    std::fs::write(root.path().join(USUAL_OUTPUT), "the old one").unwrap();
    assert_eq!(run(root.path(), &[]).status.code(), Some(2));
    std::fs::remove_file(root.path().join(USUAL_SOURCE)).unwrap();
    let out = run(root.path(), &[]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("is not there"));
    assert_eq!(std::fs::read_to_string(root.path().join(USUAL_OUTPUT)).unwrap(), "the old one");
}

#[test]
fn a_place_that_can_not_be_written_is_said_and_nothing_is_left_there() {
    let root = root(&source(&["a"]).to_string());
    let out = run(root.path(), &["--output", "no/such/folder/plan.json"]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("its folder is not there"), "{said}");
    let out = run(root.path(), &["--output", "docs"]);
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(names(root.path()), ["docs"]);
}
