//! What a session talks about, in which order, and what nobody may learn from it.

use super::reviewed::{acts, after, first, presences, recorded};
use crate::support::scene;
use jiff::civil::{Date, date};
use readback::review::agenda::{Scene, Topic, Why, agenda};
use readback::review::{Answer, Around, CheckKind, Contract, Priority, Reading, Review, ReviewAct, lane};

const TODAY: Date = date(2026, 2, 4);

fn topics(acts: Vec<(&'static str, ReviewAct)>, actor: &str) -> Vec<Topic> {
    let steps = recorded(acts);
    let review = Review::fold(&steps).unwrap();
    let contract = Contract::builtin();
    let disposition = lane(&review, &contract, &Around::unknown(scene::now()));
    agenda(&Scene {
        review: &review,
        contract: &contract,
        disposition: &disposition,
        present: &presences(),
        reading: review.reading_of(actor),
        now: scene::now(),
        today: TODAY,
    })
}

#[test]
fn what_divides_the_readers_comes_first_and_what_nobody_owes_last() {
    let all = topics(acts(), "console:cho");
    assert_eq!((all[0].subject.as_str(), all[0].why), ("postcheck_independent", Why::Disputed));
    assert_eq!(all[0].who, ["ann"], "eve is in another review");
    assert_eq!((all[1].subject.as_str(), all[1].why), ("maintenance_window_present", Why::Lapses(after(3 * 3600))));
    assert!(all.iter().any(|topic| topic.why == Why::Fails && topic.subject == "no_false_green_route_or_container"));
    let open = all.iter().position(|topic| topic.why == Why::Open).unwrap();
    let fails = all.iter().rposition(|topic| topic.why == Why::Fails).unwrap();
    assert!(fails < open);
    let owed: Vec<(&str, Why)> =
        all.iter().filter(|topic| topic.why > Why::Open).map(|topic| (topic.subject.as_str(), topic.why)).collect();
    let unowned = Why::Unowned(Priority::P0);
    assert_eq!(
        owed,
        [
            ("P0-3", unowned),
            ("P0-9", unowned),
            ("P0-13", unowned),
            ("P0-17", unowned),
            ("P1-2", Why::Overdue(date(2026, 2, 1))),
        ]
    );
}

#[test]
fn an_override_that_holds_for_days_is_nothing_to_talk_about_and_one_that_lapsed_is() {
    let with = |until| {
        let mut acts = first();
        acts.push((
            "ann",
            ReviewAct::Overridden { check: "rollback_owner_present".to_owned(), reason: "r".to_owned(), until },
        ));
        let found = topics(acts, "console:cho").into_iter().find(|topic| topic.subject == "rollback_owner_present");
        found.map(|topic| topic.why)
    };
    assert_eq!(with(after(48 * 3600)), None);
    assert_eq!(with(after(-1)), Some(Why::Lapses(after(-1))));
    // What holds by now is none, whatever was passed over.
    let mut acts = first();
    let over =
        |until| ReviewAct::Overridden { check: "rollback_owner_present".to_owned(), reason: "r".to_owned(), until };
    acts.push(("ann", over(after(-1))));
    let (field, value) = ("rollback_owner".to_owned(), "the duty lead".to_owned());
    acts.push(("ann", ReviewAct::FieldSet { field, value, diligence: None }));
    assert!(topics(acts, "console:cho").iter().all(|topic| topic.subject != "rollback_owner_present"));
}

#[test]
fn who_reads_second_learns_nothing_of_the_first_reading_before_handing_in() {
    let mut blind = first();
    blind.push(("bob", ReviewAct::SecondReaderJoined { looked: false }));
    let other = |answer: Answer| {
        let mut acts = blind.clone();
        for (_, act) in &mut acts {
            if let ReviewAct::CheckDecided { answer: given, .. } = act {
                *given = answer.clone();
            }
        }
        topics(acts, "console:bob")
    };
    let seen = topics(blind.clone(), "console:bob");
    assert_eq!(seen, other(Answer::Unknown), "another first reading looks the same");
    assert_eq!(seen, other(Answer::Fail));
    assert!(seen.iter().all(|topic| topic.why == Why::Open));
    let asked = Contract::builtin().checks.iter().filter(|check| check.kind != CheckKind::Auto).count();
    assert_eq!(seen.len(), asked);
    // Nor does anybody else learn of a dispute before it is handed in.
    blind.push((
        "bob",
        ReviewAct::SecondAnswered { check: "postcheck_independent".to_owned(), answer: Answer::Fail, diligence: None },
    ));
    assert!(topics(blind.clone(), "console:ann").iter().all(|topic| topic.why != Why::Disputed));
    assert!(topics(blind, "console:bob").iter().all(|topic| topic.subject != "postcheck_independent"));
    let steps = recorded(acts());
    assert_eq!(Review::fold(&steps).unwrap().reading_of("console:bob"), Reading::Both);
}

#[test]
fn a_reading_that_was_handed_in_waits_for_a_second_reader_until_theirs_is_in() {
    let waits = |acts: &[(&'static str, ReviewAct)], actor: &str| {
        let found = topics(acts.to_vec(), actor).into_iter().find(|topic| topic.why == Why::Waits);
        found.map(|topic| topic.title)
    };
    let mut acts = first();
    assert_eq!(waits(&acts, "console:ann"), None, "nobody has handed in, and no rule asks for it");
    acts.push(("ann", ReviewAct::Submitted));
    assert!(waits(&acts, "console:ann").unwrap().starts_with("nobody reads it second yet"));
    acts.push(("bob", ReviewAct::SecondReaderJoined { looked: false }));
    assert_eq!(waits(&acts, "console:ann").as_deref(), Some("console:bob reads it second and has not handed in"));
    assert_eq!(waits(&acts, "console:bob"), None, "who it is knows");
    acts.push(("bob", ReviewAct::SecondSubmitted));
    assert_eq!(waits(&acts, "console:ann"), None);
}
