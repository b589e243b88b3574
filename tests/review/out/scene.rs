//! A review with something of everything in it, and the incident it is about.

use crate::story::{Story, contract, current, now};
use jiff::{Timestamp, ToSpan};
use readback::review::{
    Answer, Around, EvidenceKind, EvidenceRef, FollowUp, FollowUpKind, FollowUpStatus, HeardBack, Priority, ReviewAct,
    Risk, Section, lane,
};
use readback::timeline::{Entry, EventType, NewOperation, Operation, row_digest};
use serde_json::json;

/// The row that is evidence.
pub(crate) const ROW: &str = "0d00c0de-0000-4000-8000-000000000003";

/// What an attacker or a careless person writes.
pub(crate) const HOSTILE: &str = "| [x](javascript:alert(1)) <img src=x onerror=alert(2)> \u{1b}[31m **bold** # \\";

/// The rows of the incident, oldest first.
pub(crate) fn rows() -> Vec<Entry> {
    let row = |number: u8, minutes: i64, kind, actor: &str, detail: &str, success| {
        let row = NewOperation {
            incident_id: Some("INC-2031".to_owned()),
            actor: Some(actor.to_owned()),
            action_detail: Some(detail.to_owned()),
            success,
            context: json!({"alert_name": "EdgeDown"}),
            ..NewOperation::new(format!("0d00c0de-0000-4000-8000-00000000000{number}"), kind)
        };
        Entry::Operation(Operation { row, raw_type: None, created_at: before(60 - minutes) })
    };
    vec![
        row(1, 0, EventType::AlertReceived, "alertmanager", "edge does not answer", None),
        row(2, 4, EventType::UserAction, "telegram:mei", HOSTILE, None),
        row(3, 9, EventType::ExecutionCompleted, "runner", "the proxy was recreated", Some(true)),
        row(4, 12, EventType::Resolved, "alertmanager", "edge answers", None),
    ]
}

/// So many minutes before the review.
pub(crate) fn before(minutes: i64) -> Timestamp {
    now().checked_sub(minutes.minutes()).unwrap()
}

/// A few steps, with a row as evidence.
pub(crate) fn short() -> Story {
    let mut story = Story::empty();
    story.set("change_or_incident_ref", "INC-2031");
    story.answer("postcheck_independent", Answer::Fail);
    let digest = row_digest(&rows()[2]);
    story.push("reviewer", ReviewAct::EvidenceMarked { row: ROW.to_owned(), digest });
    story
}

/// Everything but the sign-off.
pub(crate) fn open() -> Story {
    let mut story = Story::complete();
    let row = rows().remove(2);
    let digest = row_digest(&row).unwrap();
    let evidence = EvidenceRef {
        kind: EvidenceKind::Row,
        id: ROW.to_owned(),
        digest: digest.clone(),
        observed_at: row.at(),
        half_life_s: None,
    };
    let check = "restoration_evidence_present".to_owned();
    story.push("reviewer", ReviewAct::EvidenceAttached { check: check.clone(), evidence: evidence.clone() });
    let heard = HeardBack { datum: "after_state".to_owned(), said: "running".to_owned(), evidence };
    story
        .push("reviewer", ReviewAct::CheckDecided { check, answer: Answer::Pass, heard: Some(heard), diligence: None });
    story.push("reviewer", ReviewAct::EvidenceMarked { row: ROW.to_owned(), digest: Some(digest) });
    story.answer("docker_daemon_state_present", Answer::NotApplicable { reason: HOSTILE.to_owned() });
    let wrote = story
        .steps
        .iter()
        .find(|step| matches!(&step.event.act, ReviewAct::FieldSet { field, .. } if field == "maintenance_window"));
    let step = wrote.unwrap().event.id.clone();
    let field = "maintenance_window".to_owned();
    let (value, why) = ("CHG-88, Sunday 02:00".to_owned(), "it was the window of another host".to_owned());
    story.push("reviewer", ReviewAct::Corrected { step, field, value, why });
    narrative(&mut story);
    story
}

fn narrative(story: &mut Story) {
    for (section, text) in [
        (Section::Summary, "The edge proxy lost its upstream.\nIt was recreated.\n\nNobody lost data."),
        (Section::Impact, "Every customer, for 12 minutes."),
        (Section::ContributingFactors, HOSTILE),
        (Section::GotLucky, "The cache was warm."),
    ] {
        story.push("reviewer", ReviewAct::SectionWritten { section, text: text.to_owned() });
    }
    let allowed = ReviewAct::Allowed {
        field: Section::GotLucky.id().to_owned(),
        detector: "high_entropy".to_owned(),
        offset: 4,
        len: 24,
        reason: "ids of builds".to_owned(),
    };
    story.push("reviewer", allowed);
    for (id, title, likelihood, impact) in [("R1", "it happens again", 4, 5), ("R2", "the cache is cold", 2, 3)] {
        let risk = Risk { id: id.to_owned(), title: title.to_owned(), likelihood, impact };
        story.push("reviewer", ReviewAct::RiskRated { risk });
    }
    let item = FollowUp {
        id: "P0-1".to_owned(),
        title: "Pin the upstream <b>now</b>".to_owned(),
        owner: "infra duty lead".to_owned(),
        due: Some("2026-10-01".parse().unwrap()),
        kind: FollowUpKind::Prevent,
        priority: Priority::P0,
        domain: "edge".to_owned(),
        effort_quarters: 6,
        status: FollowUpStatus::InProgress,
        evidence: vec!["CHG-91".to_owned()],
    };
    story.push("reviewer", ReviewAct::FollowUpSet { item });
}

/// Read by a second person as well, who differs on one check, and handed in.
pub(crate) fn read_twice(mut story: Story) -> Story {
    story = read_second(story);
    story.push("second", ReviewAct::SecondSubmitted);
    story
}

/// And both agree in the end.
pub(crate) fn agreed(mut story: Story) -> Story {
    let check = "postcheck_independent".to_owned();
    story.push("second", ReviewAct::SecondAnswered { check, answer: Answer::Pass, diligence: None });
    story
}

/// The second reading is under way.
pub(crate) fn read_second(mut story: Story) -> Story {
    story.push("reviewer", ReviewAct::Submitted);
    story.push("second", ReviewAct::SecondReaderJoined { looked: false });
    for (check, answer) in [
        ("postcheck_independent", Answer::Fail),
        ("runner_repair_bot_contention_present", Answer::Pass),
        ("no_false_green_route_or_container", Answer::Pass),
    ] {
        story.push("second", ReviewAct::SecondAnswered { check: check.to_owned(), answer, diligence: None });
    }
    story
}

/// Signed as what it adds up to, with what lay around it.
pub(crate) fn signed(mut story: Story) -> Story {
    let disposition = lane(&story.review(), contract(), &current());
    story.push(
        "reviewer",
        ReviewAct::Signed {
            lane: disposition.lane.id().to_owned(),
            input_digest: disposition.input_digest,
            policy: disposition.policy,
            // Its time is the step's own.
            around: Some(Around { now: Timestamp::default(), ..current() }),
        },
    );
    story
}
