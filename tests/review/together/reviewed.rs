//! A review that two people have read, with what is left to talk about.

use crate::support::scene;
use jiff::{SignedDuration, Timestamp};
use readback::review::remediation::parse;
use readback::review::{
    Answer, Attendance, FollowUp, FollowUpKind, FollowUpStatus, Part, Presence, Priority, Recorded, ReviewAct, ReviewId,
};

pub(crate) const PLAN: &str = include_str!("../../fixtures/review/follow-ups.md");
pub(crate) const REVIEW: &str = "review-1";

pub(crate) fn after(seconds: i64) -> Timestamp {
    scene::now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

fn decided(check: &str, answer: Answer) -> ReviewAct {
    ReviewAct::CheckDecided { check: check.to_owned(), answer, heard: None, diligence: None }
}

/// The first reading of ann, with an answer that bob will not share, one that fails, and an override that is about to
/// lapse.
pub(crate) fn first() -> Vec<(&'static str, ReviewAct)> {
    let snapshot = scene::snapshot();
    let opened = ReviewAct::Opened {
        candidate: snapshot.candidates[0].id.clone(),
        snapshot_digest: snapshot.digest,
        policy: readback::review::Contract::builtin().digest().to_owned(),
    };
    let passed_over = ReviewAct::Overridden {
        check: "maintenance_window_present".to_owned(),
        reason: "the window is agreed upon by telephone".to_owned(),
        until: after(3 * 3600),
    };
    vec![
        ("ann", opened),
        ("ann", decided("postcheck_independent", Answer::Pass)),
        ("ann", decided("no_false_green_route_or_container", Answer::Fail)),
        ("ann", passed_over),
    ]
}

/// The same with bob's reading and what is owed.
pub(crate) fn acts() -> Vec<(&'static str, ReviewAct)> {
    let mut acts = first();
    let seen =
        ReviewAct::SecondAnswered { check: "postcheck_independent".to_owned(), answer: Answer::Fail, diligence: None };
    acts.extend([
        ("bob", ReviewAct::SecondReaderJoined { looked: false }),
        ("bob", seen),
        ("bob", ReviewAct::SecondSubmitted),
    ]);
    acts.extend(parse(PLAN).items.iter().map(|item| ("ann", ReviewAct::FollowUpSet { item: item.onto(None).0 })));
    let late = FollowUp {
        id: "P2-1".to_owned(),
        title: "Tell the team next door \u{1b}[2J資料庫".to_owned(),
        owner: "bob".to_owned(),
        due: Some(jiff::civil::date(2026, 2, 1)),
        kind: FollowUpKind::Other,
        priority: Priority::P2,
        domain: "Monitoring and alerting".to_owned(),
        effort_quarters: 0,
        status: FollowUpStatus::Dropped,
        evidence: vec!["they know".to_owned()],
    };
    let open = FollowUp { id: "P1-2".to_owned(), status: FollowUpStatus::ToDo, priority: Priority::P1, ..late.clone() };
    acts.extend([late, open].map(|item| ("ann", ReviewAct::FollowUpSet { item })));
    acts
}

pub(crate) fn recorded(acts: Vec<(&'static str, ReviewAct)>) -> Vec<Recorded> {
    let step = |(at, (user, act)): (u64, (&str, ReviewAct))| Recorded {
        event: readback::review::NewReviewEvent {
            id: format!("step-{at}"),
            review: ReviewId(REVIEW.to_owned()),
            incident_id: "INC-20260204-01".to_owned(),
            expected_version: at,
            actor: format!("console:{user}"),
            occurred_at: after(-600),
            act,
        },
        seq: at + 1,
        recorded_at: after(-600),
        prev_hash: String::new(),
        hash: "0".repeat(64),
    };
    (0..).zip(acts).map(step).collect()
}

pub(crate) fn reviewed() -> Vec<Recorded> {
    recorded(acts())
}

pub(crate) fn presence(user: &str, check: Option<&str>, part: Part) -> Presence {
    let at = Attendance {
        actor: format!("console:{user}"),
        incident_id: "INC-20260204-01".to_owned(),
        review: ReviewId(REVIEW.to_owned()),
        check: check.map(str::to_owned),
        part,
    };
    Presence { console: format!("console of {user}"), at, seen_at: scene::now() }
}

/// Two in this review, one of them with a hostile name, and one in another.
pub(crate) fn presences() -> Vec<Presence> {
    let mut elsewhere = presence("eve", Some("postcheck_independent"), Part::Reviewer);
    elsewhere.at.review = ReviewId("another".to_owned());
    vec![
        presence("ann", Some("postcheck_independent"), Part::Reviewer),
        presence("bob\u{1b}[31m\u{202e}", None, Part::SecondReader),
        elsewhere,
    ]
}
