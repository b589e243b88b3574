//! Consoles in a review: with a store behind them, or painted from recorded steps.

use crate::support::frame::{render, symbols};
use crate::support::rig::Rig;
use crate::support::scene;
use jiff::Timestamp;
use readback::app::theme::Depth;
use readback::app::{Access, App, Event, Facts, Ids, Setting};
use readback::review::{
    Answer, CandidateId, CheckKind, Contract, Datum, Diligence, EvidenceKind, EvidenceRef, HeardBack, NewReviewEvent,
    Recorded, Review, ReviewAct, ReviewId,
};
use readback::timeline::{EventType, NewOperation, Operation};
use serde_json::json;
use std::path::Path;

pub const FIRST: &str = "console:reviewer";
pub const SECOND: &str = "console:bea";
pub const INCIDENT: &str = "INC-20260204-01";

/// Two rows of the log: the alert, and who restarted.
pub fn rows() -> Vec<Operation> {
    let row = |id: &str, event_type, actor: &str, detail: &str, minute: &str| Operation {
        row: NewOperation {
            incident_id: Some(INCIDENT.to_owned()),
            actor: Some(actor.to_owned()),
            action_detail: Some(detail.to_owned()),
            context: json!({"alert_name": "OdooDown"}),
            ..NewOperation::new(id, event_type)
        },
        raw_type: None,
        created_at: format!("2026-02-04T00:{minute}:00Z").parse().unwrap(),
    };
    vec![
        row("0198a000-0000-7000-8000-000000000001", EventType::AlertReceived, "alertmanager", "", "52"),
        row("0198a000-0000-7000-8000-000000000002", EventType::ExecutionStarted, "telegram:chen.wei", "restart", "58"),
    ]
}

/// A console of a person, on a store; `seed` makes its ids its own.
pub async fn console(actor: &str, url: &str, folder: &Path, seed: u8) -> Rig {
    let mut rig = Rig::start_as(actor, rows(), (url, folder, seed), scene::evidence(), scene::now()).await;
    rig.until("the log is read", |facts| facts.log.read && facts.log.entries.len() >= 2).await;
    rig.press("z").await;
    rig
}

/// The review of the first candidate.
pub fn review(facts: &Facts) -> Option<&Review> {
    facts.book.latest(&facts.snapshot.as_ref().ok()?.candidates.first()?.id)
}

/// The checks that a person answers.
pub fn asked() -> usize {
    Contract::builtin().checks.iter().filter(|check| check.kind != CheckKind::Auto).count()
}

/// Steps of one review as recorded: who, and what.
pub fn recorded(acts: Vec<(&str, ReviewAct)>) -> Vec<Recorded> {
    let snapshot = scene::snapshot();
    let opened = ReviewAct::Opened {
        candidate: CandidateId(snapshot.candidates[0].id.0.clone()),
        snapshot_digest: snapshot.digest,
        policy: Contract::builtin().digest().to_owned(),
    };
    let at = |number: u64| Timestamp::from_second(scene::now().as_second() - 600 + number as i64).unwrap();
    let step = |(number, (actor, act)): (u64, (&str, ReviewAct))| Recorded {
        event: NewReviewEvent {
            id: format!("step-{number}"),
            review: ReviewId("review-1".to_owned()),
            incident_id: INCIDENT.to_owned(),
            expected_version: number,
            actor: actor.to_owned(),
            occurred_at: at(number),
            act,
        },
        seq: number + 1,
        recorded_at: at(number),
        prev_hash: String::new(),
        hash: "0".repeat(64),
    };
    (0..).zip([(FIRST, opened)].into_iter().chain(acts)).map(step).collect()
}

/// What the reviewer takes to fill every field and to answer every check that asks for it, the decisive ones heard.
pub fn complete() -> Vec<(&'static str, ReviewAct)> {
    let contract = Contract::builtin();
    let mut acts: Vec<ReviewAct> =
        contract.fields.required.iter().map(|field| written(field, &format!("{INCIDENT}, ref of {field}"))).collect();
    for check in &contract.checks {
        let evidence = EvidenceRef {
            kind: EvidenceKind::Row,
            id: format!("row of {}", check.id),
            digest: "d".repeat(64),
            observed_at: scene::now(),
            half_life_s: None,
        };
        let said = |datum| if datum == Datum::Incident { INCIDENT } else { "the duty lead" };
        let heard = check.readback.map(|datum| HeardBack {
            datum: datum.name().to_owned(),
            said: said(datum).to_owned(),
            evidence: evidence.clone(),
        });
        if heard.is_some() {
            acts.push(ReviewAct::EvidenceAttached { check: check.id.clone(), evidence });
        }
        if heard.is_some() || check.kind == CheckKind::Judgement {
            acts.push(ReviewAct::CheckDecided {
                check: check.id.clone(),
                answer: Answer::Pass,
                heard,
                diligence: None,
            });
        }
    }
    acts.into_iter().map(|act| (FIRST, act)).collect()
}

/// What stands on the screen.
pub fn shown(app: &App) -> String {
    let (columns, rows) = (80, 24);
    symbols(&render(app, columns, rows, "default", Depth::Ansi16))
}

pub fn decided(check: &str, answer: Answer, diligence: Option<Diligence>) -> ReviewAct {
    ReviewAct::CheckDecided { check: check.to_owned(), answer, heard: None, diligence }
}

pub fn second(check: &str, answer: Answer, diligence: Option<Diligence>) -> ReviewAct {
    ReviewAct::SecondAnswered { check: check.to_owned(), answer, diligence }
}

pub fn written(field: &str, value: &str) -> ReviewAct {
    ReviewAct::FieldSet { field: field.to_owned(), value: value.to_owned(), diligence: None }
}

/// The console of a person in the middle of the incident, with these steps recorded, in the readback pane.
pub fn painted(actor: &str, steps: Vec<Recorded>, (columns, rows): (u16, u16)) -> App {
    let setting = Setting { actor: actor.to_owned(), ..scene::setting(Access::ReadWrite) };
    let facts = Facts::new(setting, scene::evidence(), scene::now());
    let mut app = App::new(facts, Ids::new([7; 16]), (columns, rows));
    app.update(Event::EnvCompared(Box::new(scene::matrix())), scene::now());
    app.update(Event::SnapshotRead(Ok(Box::new(scene::snapshot()))), scene::now());
    let digests = scene::entries().iter().map(|entry| (entry.id().to_owned(), Some("d0".repeat(32)))).collect();
    app.update(Event::Margin { annotations: Vec::new(), digests }, scene::now());
    let read = Event::StoreRead { entries: scene::entries(), complete: true, reviews: steps };
    app.update(read, scene::now());
    scene::press(&mut app, "4");
    app
}
