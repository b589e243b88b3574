//! What `readback check --format json` prints is what docs/schemas/check.json says.

use crate::support::schema;
use jiff::Timestamp;
use readback::cli::check::{NotAsked, Report, SCHEMA, UnreadLayer};
use readback::env::{Finding, Layer, Place, Severity};
use readback::evidence::{
    Evidence, Fact, Missing, Quantity, Recovery, RecoveryState, Source, Step, Unknown, Verdict, WhyNot,
};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn check_schema() -> Value {
    serde_json::from_str(include_str!("../../docs/schemas/check.json")).unwrap()
}

fn faults(report: &Value) -> Vec<String> {
    schema::faults(&check_schema(), report)
}

/// A stack on which probes pass, fail and cannot know, and a configuration with faults.
fn stack(folder: &Path, open: u16) {
    let config = format!(
        "[stack]\nname = 'shop'\n\n[env]\nfile = '.env'\ntemplate = '.env.template'\n\n\
         [[probe]]\nid = 'port'\nkind = 'tcp'\nhost = '127.0.0.1'\nport = '{open}'\ntimeout = '5s'\n\n\
         [[probe]]\nid = 'closed'\nkind = 'tcp'\nhost = '127.0.0.1'\nport = '1'\ntimeout = '5s'\n\n\
         [[probe]]\nid = 'docker'\nkind = 'docker'\nhost = 'unix:///nonexistent/docker.sock'\n\n\
         [[probe]]\nid = 'env'\nkind = 'env-file'\npath = '.env'\ntemplate = '.env.template'\n"
    );
    std::fs::write(folder.join("readback.toml"), config).unwrap();
    std::fs::write(folder.join(".env.template"), "# Database (REQUIRED)\nDB_HOST=\nDB_PASSWORD=\n").unwrap();
    std::fs::write(folder.join(".env"), "DB_HOST=\nDB_PASSWORD=not-long\nDB_PASSWORD=not-long\n").unwrap();
}

#[test]
fn the_output_of_the_program_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    stack(folder.path(), listener.local_addr().unwrap().port());
    let output = Command::new(env!("CARGO_BIN_EXE_readback"))
        .args(["check", "--format", "json", "--stack"])
        .arg(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let report: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert_eq!(faults(&report), [""; 0]);
    assert_eq!(report["exit_code"], json!(output.status.code()));
    assert_eq!(report["evidence"].as_array().unwrap().len(), 4);
    assert!(!report["findings"].as_array().unwrap().is_empty() && !report["unread"].as_array().unwrap().is_empty());
    assert!(!said.contains("not-long"), "a value is in the report");
}

/// A report with one of everything.
fn everything() -> Report {
    use Unknown::{Blocked, Crashed, Denied, Garbled, NeverRun, NotBuilt, NotConfigured, TimedOut, Unreachable, Void};
    let reasons = [NeverRun, Unreachable, Denied, TimedOut, NotConfigured, NotBuilt, Garbled, Crashed, Blocked, Void];
    let verdicts = [Verdict::Pass, Verdict::Warn, Verdict::Fail].into_iter().chain(reasons.map(Verdict::Unknown));
    let quantities = [
        Quantity::Text("running".to_owned()),
        Quantity::Count(3),
        Quantity::Bytes(1),
        Quantity::Millis(250),
        Quantity::BasisPoints(486),
        Quantity::At(Timestamp::UNIX_EPOCH),
        Quantity::Flag(true),
    ];
    let evidence = verdicts.map(|verdict| Evidence {
        probe: "web".into(),
        kind: "http".to_owned(),
        claim: "the route answers".to_owned(),
        verdict,
        reason: None,
        observed_at: Timestamp::UNIX_EPOCH,
        as_of: Timestamp::UNIX_EPOCH,
        source: Source::default(),
        summary: "200 OK".to_owned(),
        hint: Some("curl".to_owned()),
        facts: quantities.iter().map(|value| Fact::new("one", value.clone())).collect(),
        half_life: Duration::from_mins(5),
        required: true,
        needs: Vec::new(),
    });
    let finding = |severity| Finding {
        id: "too_short".to_owned(),
        severity,
        key: Some("DB_PASSWORD".to_owned()),
        place: Some(Place { file: ".env".to_owned(), line: 2 }),
        text: "8 bytes, at least 20 wanted".to_owned(),
        fix: "take it from the secret".to_owned(),
    };
    let why = WhyNot { id: "not_independent".to_owned(), probe: Some("web".into()), text: "no two".to_owned() };
    let step = |step| Missing {
        step,
        wait_s: (step == Step::Wait).then_some(40),
        probe: Some("web".into()),
        frees: vec!["inside".into()],
        removes: vec!["not_independent".to_owned()],
        text: "do it".to_owned(),
    };
    Report {
        schema: SCHEMA,
        stack: "shop".to_owned(),
        environment: Some("production".to_owned()),
        checked_at: Timestamp::UNIX_EPOCH,
        exit_code: 1,
        recovery: Recovery { state: RecoveryState::ClearedUnverified, why_not: vec![why] },
        missing: [Step::Wait, Step::Run, Step::Configure, Step::Fix].map(step).to_vec(),
        evidence: evidence.collect(),
        not_asked: [true, false].map(|required| NotAsked { probe: "bucket".into(), required }).into(),
        findings: [Severity::Error, Severity::Warning, Severity::Note].map(finding).to_vec(),
        unread: Layer::ALL.map(|layer| UnreadLayer { layer, reason: "not configured".to_owned() }).into(),
    }
}

#[test]
fn a_report_with_one_of_everything_is_valid() {
    let all = [
        RecoveryState::Down,
        RecoveryState::Degraded,
        RecoveryState::ClearedUnverified,
        RecoveryState::VerifiedRecovery,
    ];
    for state in all {
        let mut report = everything();
        report.recovery.state = state;
        let report = serde_json::to_value(report).unwrap();
        assert_eq!(faults(&report), [""; 0], "{state:?}");
        assert_eq!(report["recovery"]["state"], state.code());
    }
}

#[test]
fn the_schema_names_every_reason_and_no_other() {
    let report = serde_json::to_value(everything()).unwrap();
    let evidence = report["evidence"].as_array().unwrap();
    let seen: Vec<&Value> = evidence.iter().filter_map(|seen| seen["verdict"].get("unknown")).collect();
    let schema = check_schema();
    let named = schema.pointer("/$defs/verdict/oneOf/1/properties/unknown/enum").unwrap();
    assert_eq!(named.as_array().unwrap().iter().collect::<Vec<_>>(), seen);
}

#[test]
fn a_report_that_is_not_as_the_schema_says_is_found() {
    let good = serde_json::to_value(everything()).unwrap();
    let changes: [(&str, Value); 13] = [
        ("/schema", json!("readback_check_v2")),
        ("/stack", json!("")),
        ("/environment", json!(1)),
        ("/checked_at", json!("yesterday")),
        ("/exit_code", json!(4)),
        ("/recovery", json!({"state": "down"})),
        ("/recovery/state", json!("verified_recovery")),
        ("/evidence/0/verdict", json!({"unknown": "bored"})),
        ("/evidence/0/half_life", json!(-1)),
        ("/evidence/0/facts/0/value", json!({"text": "a", "count": 1})),
        ("/not_asked/0", json!("bucket")),
        ("/findings/0/place", json!({"file": ".env", "line": "2"})),
        ("/unread/0", json!(["running", "no socket"])),
    ];
    for (pointer, value) in changes {
        let mut report = good.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(!faults(&report).is_empty(), "{pointer}");
    }
    let mut report = good.clone();
    report["value"] = json!("something new");
    assert_eq!(faults(&report).len(), 1);
}
