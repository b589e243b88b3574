//! Follow-ups, sections and risks as steps: what is recorded, what is refused.

use super::reviewed::{acts, recorded};
use crate::support::scene;
use readback::guard::Watch;
use readback::review::actions::{self, Refused, Stamp};
use readback::review::{FollowUpStatus, NewReviewEvent, Recorded, Review, ReviewAct, Risk, Section};

fn stamp() -> Stamp {
    Stamp { id: "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b".to_owned(), actor: "console:cho".to_owned(), now: scene::now() }
}

fn review() -> Review {
    Review::fold(&recorded(acts())).unwrap()
}

fn apply(review: &mut Review, event: NewReviewEvent) {
    let (seq, id) = (review.version() + 1, format!("new-{}", review.version()));
    let event = NewReviewEvent { id, ..event };
    let (prev_hash, hash) = (String::new(), String::new());
    review.apply(&Recorded { event, seq, recorded_at: scene::now(), prev_hash, hash });
}

/// What the guard catches, and no scanner takes for real.
fn secret() -> String {
    ["password=", "not-", "a-real-", "one-71c2"].concat()
}

#[test]
fn an_item_is_done_only_with_evidence_and_nothing_is_recorded_twice() {
    let mut review = review();
    let guard = Watch::default();
    let done = |review: &Review, evidence: &[String]| {
        actions::move_follow_up(review, &guard, "P0-3", FollowUpStatus::Done, evidence, stamp())
    };
    assert_eq!(done(&review, &[]), Err(Refused::NoEvidence("P0-3".to_owned())));
    let made = done(&review, &["rotation run 12".to_owned()]).unwrap();
    assert_eq!(made.expected_version, review.version());
    apply(&mut review, made);
    assert!(review.follow_ups["P0-3"].item.is_proved());
    assert!(review.anomalies.is_empty(), "{:?}", review.anomalies);
    assert_eq!(done(&review, &[]), Err(Refused::StandsAlready("P0-3".to_owned())));
    let unknown = actions::move_follow_up(&review, &guard, "P0-99", FollowUpStatus::Done, &[], stamp());
    assert_eq!(unknown, Err(Refused::NoSuchItem("P0-99".to_owned())));
    let before = review.state_digest();
    let standing = review.follow_ups["P0-2"].item.clone();
    for (spoil, refused) in [
        (readback::review::FollowUp { id: "no id".to_owned(), ..standing.clone() }, Refused::BadItemId),
        (
            readback::review::FollowUp { title: "  ".to_owned(), ..standing.clone() },
            Refused::SaysNothing("P0-2".to_owned()),
        ),
    ] {
        assert_eq!(actions::set_follow_up(&review, &guard, spoil, stamp()), Err(refused));
    }
    let caught = readback::review::FollowUp { evidence: vec![secret()], ..standing };
    let refused = actions::set_follow_up(&review, &guard, caught, stamp()).unwrap_err();
    assert!(matches!(&refused, Refused::Caught { place, .. } if place == "P0-2"));
    assert!(!refused.to_string().contains("71c2"));
    assert_eq!(review.state_digest(), before, "what is owed moves no lane");
}

#[test]
fn sections_and_risks_are_written_anew_and_taken_back_and_the_guard_reads_them() {
    let mut review = review();
    let guard = Watch::default();
    let write = |review: &Review, text: &str| actions::write_section(review, &guard, Section::Summary, text, stamp());
    assert_eq!(write(&review, " "), Err(Refused::StandsAlready("summary".to_owned())));
    let made = write(&review, "The store was full.\nNobody was told.\n").unwrap();
    apply(&mut review, made);
    assert_eq!(review.sections[&Section::Summary].value, "The store was full.\nNobody was told.");
    assert!(matches!(write(&review, &secret()), Err(Refused::Caught { .. })));
    let taken = write(&review, "").unwrap();
    assert_eq!(taken.act, ReviewAct::SectionWritten { section: Section::Summary, text: String::new() });

    let risk = Risk { id: "R1".to_owned(), title: "It fills again".to_owned(), likelihood: 3, impact: 4 };
    let rate = |review: &Review, risk: Risk| actions::rate_risk(review, &guard, risk, stamp());
    for (spoiled, refused) in [
        (Risk { likelihood: 0, ..risk.clone() }, Refused::BadRating),
        (Risk { impact: 6, ..risk.clone() }, Refused::BadRating),
        (Risk { id: "R 1".to_owned(), ..risk.clone() }, Refused::BadItemId),
        (Risk { title: String::new(), ..risk.clone() }, Refused::SaysNothing("R1".to_owned())),
    ] {
        assert_eq!(rate(&review, spoiled), Err(refused));
    }
    let made = rate(&review, risk.clone()).unwrap();
    apply(&mut review, made);
    assert_eq!(rate(&review, risk), Err(Refused::StandsAlready("R1".to_owned())));
    let dropped = actions::drop_risk(&review, "R1", stamp()).unwrap();
    apply(&mut review, dropped);
    assert!(review.risks.is_empty());
    assert_eq!(actions::drop_risk(&review, "R1", stamp()), Err(Refused::NoSuchItem("R1".to_owned())));
}
