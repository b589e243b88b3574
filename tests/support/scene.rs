//! A console in the middle of the incident, with hostile text in its data, at a fixed time.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use readback::app::{Access, App, Event, Facts, Ids, Setting, Turn};
use readback::env::{Cell, Finding, Layer, Matrix, Place, Row, Severity, Shown};
use readback::evidence::{Evidence, Fact, Quantity, Source, Unknown, Verdict};
use readback::guard::{Fingerprinter, Secret};
use readback::review::{CandidateId, NewReviewEvent, Recorded, ReviewAct, ReviewId};
use readback::review::{Contract, Snapshot};
use readback::timeline::{Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind, Target, written};
use serde_json::json;
use std::time::Duration;

/// The scene's time: 09:31 on the incident's day, in the first users' zone.
pub fn now() -> Timestamp {
    "2026-02-04T01:31:00Z".parse().unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).unwrap()
}

pub fn setting(access: Access) -> Setting {
    Setting {
        stack: "odoo18-prod".to_owned(),
        environment: "production".to_owned(),
        access,
        zone: TimeZone::fixed(Offset::constant(8)),
        actor: "console:reviewer".to_owned(),
        incident: "INC-20260204-01".to_owned(),
    }
}

/// A console that has seen nothing yet but which probes there are.
pub fn fresh(access: Access, columns: u16, rows: u16) -> App {
    let probes = evidence().into_iter().map(|seen| Evidence {
        verdict: Verdict::Unknown(Unknown::NeverRun),
        reason: None,
        summary: "it has not run yet".to_owned(),
        hint: None,
        facts: Vec::new(),
        ..seen
    });
    App::new(Facts::new(setting(access), probes.collect(), now()), Ids::new([7; 16]), (columns, rows))
}

/// A console in the middle of the incident.
pub fn incident(columns: u16, rows: u16) -> App {
    let mut app = fresh(Access::ReadWrite, columns, rows);
    for seen in evidence() {
        app.update(Event::Judged(Box::new(seen)), now());
    }
    app.update(Event::EnvCompared(Box::new(matrix())), now());
    app.update(Event::PastRead(Ok(past())), now());
    app.update(Event::SnapshotRead(Ok(Box::new(snapshot()))), now());
    app.update(Event::StoreRead { entries: entries(), complete: true, reviews: Vec::new() }, now());
    app
}

/// Presses keys by name, one after the other, at the scene's time; returns the last turn.
pub fn press(app: &mut App, keys: &str) -> Turn {
    let mut turn = Turn::default();
    for name in keys.split(' ') {
        turn = app.update(Event::Key(key(name)), now());
    }
    turn
}

/// Lets the cursors rest, so that the details follow.
pub fn rest(app: &mut App) {
    let later = now().checked_add(jiff::SignedDuration::from_millis(200)).unwrap();
    app.update(Event::Woken, later);
    app.update(Event::Woken, now());
}

/// A key press by the name that the action table gives it.
pub fn key(name: &str) -> KeyEvent {
    let (modifiers, base) = match name.strip_prefix("ctrl-") {
        Some(base) => (KeyModifiers::CONTROL, base),
        None => (KeyModifiers::NONE, name),
    };
    let code = match base {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "shift-tab" => KeyCode::BackTab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "backspace" => KeyCode::Backspace,
        "pagedown" => KeyCode::PageDown,
        "space" => KeyCode::Char(' '),
        other => KeyCode::Char(other.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

pub fn snapshot() -> Snapshot {
    let bytes = include_bytes!(
        "../../examples/odoo18-prod/docs/security/host-service-change-evidence-acceptance.snapshot.json"
    );
    Snapshot::parse(bytes, &Contract::builtin().plan.candidate_prefix).unwrap()
}

pub fn evidence() -> Vec<Evidence> {
    let seen = |probe: &str, kind: &str, claim: &str, verdict, age: i64, summary: &str| Evidence {
        probe: probe.into(),
        kind: kind.to_owned(),
        claim: claim.to_owned(),
        verdict,
        reason: None,
        observed_at: ago(age),
        as_of: ago(age),
        source: Source {
            observer: "readback@host".to_owned(),
            vantage: "host".to_owned(),
            credential: "none".to_owned(),
            code_path: kind.to_owned(),
        },
        summary: summary.to_owned(),
        hint: None,
        facts: Vec::new(),
        half_life: Duration::from_mins(5),
        required: true,
        needs: Vec::new(),
    };
    let mut all = vec![
        seen("docker", "docker", "the Docker daemon answers", Verdict::Pass, 12, "answers, 2 containers run"),
        seen(
            "web",
            "container",
            "the container web runs and is healthy",
            Verdict::Warn,
            20,
            "runs, but its health check is from before the restart",
        ),
        seen(
            "database",
            "postgres",
            "the database answers a query over TLS",
            Verdict::Fail,
            31,
            "could not translate host name \u{1b}[31mold-db\u{1b}[0m 資料庫連線失敗",
        ),
        seen("route", "http", "the public route answers", Verdict::Pass, 700, "200 OK 🦀, the random path was refused"),
        seen(
            "redis",
            "tcp",
            "the port 6379 takes connections",
            Verdict::Unknown(Unknown::TimedOut),
            40,
            "no answer within 5 s",
        ),
        seen("env-file", "env-file", "every required key is set", Verdict::Fail, 5, "4 required keys are missing"),
    ];
    all[2].hint = Some("docker compose exec web getent hosts \"$DB_HOST\"".to_owned());
    all[1].facts = vec![
        Fact::text("state", "running"),
        Fact::new("restart count", Quantity::Count(3)),
        Fact::new("started at", Quantity::At(ago(120))),
        Fact::new("memory", Quantity::BasisPoints(486)),
    ];
    all
}

fn fingerprint(value: &str) -> readback::guard::Fingerprint {
    Fingerprinter::new(&Secret::new("a key for the scene")).of(value.as_bytes())
}

fn value(text: Option<&str>, hidden: &str, file: &str, line: usize) -> Cell {
    let full = text.unwrap_or(hidden);
    Cell::Value(Shown {
        text: text.map(str::to_owned),
        len: full.len(),
        fingerprint: fingerprint(full),
        place: Place { file: file.to_owned(), line },
    })
}

fn finding(id: &str, severity: Severity, key: &str, text: &str, fix: &str) -> Finding {
    Finding {
        id: id.to_owned(),
        severity,
        key: Some(key.to_owned()),
        place: Some(Place { file: ".env".to_owned(), line: 9 }),
        text: text.to_owned(),
        fix: fix.to_owned(),
    }
}

pub fn matrix() -> Matrix {
    let row = |key: &str, section: &str, sensitive, cells, findings| Row {
        key: key.to_owned(),
        section: section.to_owned(),
        required: true,
        sensitive,
        cells,
        winner: Some((Layer::App, Place { file: "odoo.conf".to_owned(), line: 14 })),
        findings,
    };
    let at = |line| Place { file: ".env.template".to_owned(), line };
    Matrix {
        rows: vec![
            row(
                "COMPOSE_PROJECT_NAME",
                "project",
                false,
                [
                    value(Some("odoo18-prod"), "", ".env.template", 2),
                    value(Some("odoo18-prod"), "", ".env", 1),
                    Cell::Absent,
                    Cell::Absent,
                    Cell::Absent,
                    Cell::Unread,
                ],
                vec![],
            ),
            row(
                "DB_HOST",
                "database",
                false,
                [
                    Cell::Empty(at(8)),
                    value(Some("db.managed.example"), "", ".env", 7),
                    value(Some("db.managed.example"), "", "secret", 0),
                    value(Some("old-db 資料庫"), "", "docker-compose.yml", 21),
                    Cell::Absent,
                    Cell::Unread,
                ],
                vec![finding(
                    "hardcoded_in_compose",
                    Severity::Error,
                    "DB_HOST",
                    "docker-compose.yml sets another value",
                    "remove the line",
                )],
            ),
            row(
                "DB_PASSWORD",
                "database",
                true,
                [
                    Cell::Empty(at(10)),
                    value(None, "8 chars!", ".env", 9),
                    value(None, "thirty-two characters of nothing", "secret", 0),
                    Cell::Absent,
                    value(None, "another one", "odoo.conf", 14),
                    Cell::Unread,
                ],
                vec![
                    finding(
                        "too_short",
                        Severity::Error,
                        "DB_PASSWORD",
                        "8 bytes, at least 20 wanted",
                        "take it from the secret",
                    ),
                    finding(
                        "differs_from_secret",
                        Severity::Error,
                        "DB_PASSWORD",
                        "not what the secret says",
                        "readback env sync",
                    ),
                ],
            ),
            row(
                "CAPSULE_S3_BUCKET",
                "S3",
                false,
                [
                    Cell::Empty(at(20)),
                    Cell::Absent,
                    value(Some("bucket-\u{202e}evil"), "", "secret", 0),
                    Cell::Absent,
                    Cell::Absent,
                    Cell::Unread,
                ],
                vec![finding(
                    "missing_required",
                    Severity::Error,
                    "CAPSULE_S3_BUCKET",
                    "REQUIRED by the template, not in .env",
                    "add it",
                )],
            ),
        ],
        unread: vec![(Layer::Running, "the Docker socket does not exist".to_owned())],
        ..Matrix::default()
    }
}

/// Four backups, one of them broken, and the file as it stands: the bucket went between the second and the last.
pub fn past() -> Vec<readback::env::snapshot::Snapshot> {
    use readback::env::format::FileFormat;
    use readback::env::snapshot::{Dated, Snapshot, keys_of};
    let fingerprinter = Fingerprinter::new(&Secret::new("a key for the scene"));
    let snapshot = |label: &str, at: &str, dated, text: Option<&str>| Snapshot {
        label: label.to_owned(),
        at: at.parse().unwrap(),
        dated,
        keys: text
            .map(|text| keys_of(FileFormat::Dotenv, text.as_bytes(), &fingerprinter).unwrap())
            .ok_or_else(|| "line 3: a quote is not closed".to_owned()),
    };
    let old = "DB_HOST=old-db.example\nDB_PASSWORD=8 chars!\nCAPSULE_S3_BUCKET=bucket\n";
    let moved = "DB_HOST=db.managed.example\nDB_PASSWORD=8 chars!\nCAPSULE_S3_BUCKET=bucket\n";
    let lost = "DB_HOST=db.managed.example\nDB_PASSWORD=8 chars!\nOCR_SERVICE_URL=https://ocr.example\n";
    vec![
        snapshot(".env.backup.20251103_020004", "2025-11-02T18:00:04Z", Dated::Name, Some(old)),
        snapshot(".env.backup-before-ocr-central-20260202-103434", "2026-02-02T02:34:34Z", Dated::Name, Some(moved)),
        snapshot(".env.bak", "2026-02-03T02:00:00Z", Dated::Modified, None),
        snapshot(".env.backup.20260204_085011", "2026-02-04T00:50:11Z", Dated::Name, Some(lost)),
        snapshot(".env", "2026-02-04T01:02:00Z", Dated::Now, Some(lost)),
    ]
}

pub fn entries() -> Vec<Entry> {
    let operation = |id: &str, event_type, actor: &str, detail: &str, success, seconds| {
        Entry::Operation(Operation {
            row: NewOperation {
                incident_id: Some("INC-20260204-01".to_owned()),
                actor: Some(actor.to_owned()),
                action_detail: Some(detail.to_owned()),
                success,
                error_message: (success == Some(false)).then(|| "exit status 1".to_owned()),
                context: json!({"alert_name": "OdooDown", "severity": "P0", "nested": {"steps": [1, 2]}}),
                ..NewOperation::new(id, event_type)
            },
            raw_type: None,
            created_at: ago(seconds),
        })
    };
    vec![
        Entry::Own(OwnEvent {
            id: "own-1".to_owned(),
            incident_id: None,
            kind: OwnKind::ProbeChanged,
            subject: "database".to_owned(),
            actor: Some("readback@host".to_owned()),
            summary: "database pass to FAIL".to_owned(),
            success: Some(false),
            context: json!({}),
            occurred_at: ago(31),
            recorded_at: Some(ago(30)),
        }),
        operation("op-4", EventType::Resolved, "alertmanager", "", None, 60),
        operation(
            "op-3",
            EventType::ExecutionCompleted,
            "auto_repair",
            "docker restart web \u{1b}]0;owned\u{7}",
            Some(false),
            600,
        ),
        operation("op-2", EventType::UserAction, "telegram:100200", "approve 重新啟動 🚑", Some(true), 900),
        operation("op-1", EventType::AlertReceived, "alertmanager", "", None, 2340),
    ]
}

/// The same rows, the oldest of which was recorded hours after it occurred.
pub fn entries_with_a_late_one() -> Vec<Entry> {
    let mut entries = entries();
    if let Some(Entry::Operation(oldest)) = entries.last_mut() {
        oldest.row.context["occurred_at"] = json!(ago(2340 + 3 * 3600).to_string());
    }
    entries
}

/// Two notes on op-2, one of them corrected, a correction of its words, and a note on own-1 that is not recorded yet.
pub fn annotations() -> Vec<OwnEvent> {
    let event = |kind, id: &str, row: &str, of: &str, text: &str, seconds| {
        let target = Target { row: row.to_owned(), of: of.to_owned(), digest: None, incident: None };
        let event = written(kind, target, text, id.to_owned(), "console:reviewer", ago(seconds));
        OwnEvent { recorded_at: (seconds > 0).then(|| ago(seconds)), ..event }
    };
    vec![
        event(OwnKind::Annotated, "note-1", "op-2", "op-2", "asked in the chnnel \u{1b}[2J資料庫", 25),
        event(OwnKind::Corrected, "note-2", "op-2", "note-1", "asked in the channel", 20),
        event(OwnKind::Corrected, "note-3", "op-2", "op-2", "approve the restart of web", 15),
        event(OwnKind::Annotated, "note-4", "own-1", "own-1", "not the pool: the disk", 0),
    ]
}

/// A review in which this row is marked as evidence.
pub fn marked(row: &str) -> Vec<Recorded> {
    let candidate = snapshot().candidates[0].id.clone();
    let digest = snapshot().digest;
    let acts = [
        ReviewAct::Opened { candidate: CandidateId(candidate.0), snapshot_digest: digest, policy: "p".to_owned() },
        ReviewAct::EvidenceMarked { row: row.to_owned(), digest: None },
    ];
    let step = |(at, act)| Recorded {
        event: NewReviewEvent {
            id: format!("step-{at}"),
            review: ReviewId("review-1".to_owned()),
            incident_id: "INC-20260204-01".to_owned(),
            expected_version: at,
            actor: "console:reviewer".to_owned(),
            occurred_at: ago(10),
            act,
        },
        seq: at + 1,
        recorded_at: ago(10),
        prev_hash: String::new(),
        hash: "0".repeat(64),
    };
    (0..).zip(acts).map(step).collect()
}
