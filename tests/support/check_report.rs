//! Reports of `readback check` to be printed.

use jiff::{SignedDuration, Timestamp};
use readback::cli::check::{NotAsked, Report, SCHEMA, UnreadLayer, exit_code};
use readback::env::{Finding, Layer, Place, Severity};
use readback::evidence::gate::Circumstances;
use readback::evidence::{Evidence, Recovery, RecoveryState, Source, Unknown, Verdict, WhyNot, missing};
use std::time::Duration;

fn now() -> Timestamp {
    "2026-02-04T01:31:00Z".parse().unwrap()
}

pub(crate) fn seen(probe: &str, kind: &str, verdict: Verdict, summary: &str, hint: Option<&str>) -> Evidence {
    let at = now().checked_sub(SignedDuration::from_millis(1250)).unwrap();
    Evidence {
        probe: probe.into(),
        kind: kind.to_owned(),
        claim: format!("{probe} works"),
        verdict,
        reason: None,
        observed_at: at,
        as_of: at,
        source: Source::default(),
        summary: summary.to_owned(),
        hint: hint.map(str::to_owned),
        facts: Vec::new(),
        half_life: Duration::from_mins(2),
        required: kind != "docker",
        needs: Vec::new(),
    }
}

/// A report on this evidence, with these reasons why it is not green.
pub(crate) fn report(evidence: Vec<Evidence>, state: RecoveryState, reasons: &[(&str, &str)]) -> Report {
    let why = |(id, text): &(&str, &str)| WhyNot { id: (*id).to_owned(), probe: None, text: (*text).to_owned() };
    let recovery = Recovery { state, why_not: reasons.iter().map(why).collect() };
    Report {
        schema: SCHEMA,
        stack: "shop".to_owned(),
        environment: Some("production".to_owned()),
        checked_at: now(),
        exit_code: exit_code(&recovery, &evidence),
        missing: missing(&recovery, &evidence, &Circumstances::default(), now()),
        recovery,
        evidence,
        not_asked: Vec::new(),
        findings: Vec::new(),
        unread: Vec::new(),
    }
}

/// All is well, and one optional probe was left out.
pub(crate) fn healthy() -> Report {
    let evidence = vec![
        seen("web", "http", Verdict::Pass, "200 in 12 ms", None),
        seen("db", "postgres", Verdict::Pass, "answers a query", None),
    ];
    let not_asked = vec![NotAsked { probe: "bucket".into(), required: false }];
    Report { not_asked, ..report(evidence, RecoveryState::VerifiedRecovery, &[]) }
}

/// Every verdict, every reason to escape, a probe that was left out.
pub(crate) fn broken() -> Report {
    let evidence = vec![
        seen("web", "http", Verdict::Fail, "said <502> & \"bad | gateway\"", Some("curl -sS 'https://shop.example/'")),
        seen("db", "postgres", Verdict::Pass, "answers a query", None),
        seen("cache", "tcp", Verdict::Warn, "slow\\late:\nsaid \x1b[31mred", None),
        seen("engine", "docker", Verdict::Unknown(Unknown::Denied), "this user may not ask", Some("id")),
    ];
    let reasons = [
        ("evidence_fails", "web: said <502> & \"bad | gateway\""),
        ("evidence_warns", "cache: slow\\late:\nsaid \x1b[31mred"),
        ("evidence_unknown", "engine: not permitted - this user may not ask"),
        ("not_asked", "not asked this time: bucket"),
    ];
    let finding = |severity, key: &str| Finding {
        id: "too_short".to_owned(),
        severity,
        key: Some(key.to_owned()),
        place: Some(Place { file: ".env".to_owned(), line: 2 }),
        text: format!("{key} has 8 characters, at least 20 wanted"),
        fix: "take it from the secret".to_owned(),
    };
    Report {
        not_asked: vec![NotAsked { probe: "bucket".into(), required: true }],
        findings: vec![finding(Severity::Error, "DB_PASSWORD"), finding(Severity::Note, "API_TOKEN")],
        unread: vec![UnreadLayer { layer: Layer::Running, reason: "no socket".to_owned() }],
        ..report(evidence, RecoveryState::Down, &reasons)
    }
}
