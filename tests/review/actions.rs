//! Steps of a review: what may be made, what is refused and why, and what the fold makes of them.

use crate::story::{SNAPSHOT, Story, contract, current, now};
use readback::guard::scan::Hit;
use readback::guard::{Allow, Watch};
use readback::review::actions::{self, Given, Refused, Stamp};
use readback::review::{
    AnomalyKind, Answer, Book, CandidateId, Check, CheckKind, Datum, EvidenceKind, EvidenceRef, HeardBack, Lane,
    NewReviewEvent, Recorded, Review, ReviewAct, Void, lane,
};
use readback::timeline::EventType;

fn stamp(user: &str) -> Stamp {
    Stamp { id: "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b".to_owned(), actor: format!("console:{user}"), now: now() }
}

fn candidate() -> CandidateId {
    CandidateId("host_service_post_incident_readback:web-proxy".to_owned())
}

fn recorded(event: NewReviewEvent, seq: u64) -> Recorded {
    Recorded { event, seq, recorded_at: now(), prev_hash: String::new(), hash: String::new() }
}

/// As if this datum had been read back.
fn heard(datum: Datum) -> HeardBack {
    let evidence = EvidenceRef {
        kind: EvidenceKind::Probe,
        id: "database".to_owned(),
        digest: "d".repeat(64),
        observed_at: now(),
        half_life_s: Some(300),
    };
    let said = if datum == Datum::Incident { "INC-2031" } else { "host" };
    HeardBack { datum: datum.name().to_owned(), said: said.to_owned(), evidence }
}

#[test]
fn a_review_goes_from_opening_to_acceptance_by_its_actions() {
    let opened = actions::open(&candidate(), SNAPSHOT, contract(), "INC-2031", stamp("alice")).unwrap();
    assert_eq!((opened.expected_version, &opened.review.0), (0, &opened.id));
    let mut review = Review::fold([&recorded(opened, 1)]).unwrap();
    let step = |review: &mut Review, make: &dyn Fn(&Review, Stamp) -> Result<NewReviewEvent, Refused>| {
        let id = format!("step-{}", review.version());
        let event = make(review, Stamp { id, ..stamp("alice") }).unwrap();
        assert_eq!(event.expected_version, review.version());
        let seq = review.version() + 1;
        review.apply(&recorded(event, seq));
    };
    for field in &contract().fields.required {
        step(&mut review, &|review, stamp| {
            actions::set_field(review, contract(), &Watch::default(), field, "see INC-2031", stamp)
        });
    }
    let asked = |check: &&Check| check.kind == CheckKind::Judgement || check.readback.is_some();
    for check in contract().checks.iter().filter(asked) {
        let heard = check.readback.map(heard);
        if let Some(heard) = &heard {
            step(&mut review, &|review, stamp| {
                actions::attach(review, contract(), &Watch::default(), &check.id, heard.evidence.clone(), stamp)
            });
        }
        let given = Given { answer: Answer::Pass, heard, diligence: None };
        step(&mut review, &|review, stamp| {
            actions::decide(review, contract(), &Watch::default(), &check.id, given.clone(), stamp)
        });
    }
    let ready = lane(&review, contract(), &current());
    assert_eq!(ready.lane, Lane::Ready);
    step(&mut review, &|review, stamp| actions::sign(review, contract(), &ready, stamp));
    assert_eq!(lane(&review, contract(), &current()).lane, Lane::WaitingRuntimeGate);
    assert!(review.anomalies.is_empty() && !review.changed_since_signed());
    let signature = review.signature().unwrap();
    assert_eq!((signature.actor.as_str(), signature.lane.as_str()), ("console:alice", Lane::Ready.id()));
    assert_eq!(signature.input_digest, ready.input_digest);
}

#[test]
fn a_row_is_marked_as_evidence_once_by_its_digest_and_the_lane_is_none_of_its_business() {
    let mut story = Story::complete();
    let before = (story.review().state_digest(), lane(&story.review(), contract(), &current()));
    let mark = |review: &Review, row: &str| actions::mark_evidence(review, row, Some("d".repeat(64)), stamp("alice"));
    let event = mark(&story.review(), "op-1").unwrap();
    assert_eq!(event.act, ReviewAct::EvidenceMarked { row: "op-1".to_owned(), digest: Some("d".repeat(64)) });
    story.push("alice", event.act);
    let review = story.review();
    assert_eq!(review.evidence["op-1"].by.actor, "console:alice");
    assert_eq!(mark(&review, "op-1").unwrap_err(), Refused::AlreadyMarked);
    assert_eq!((review.state_digest(), lane(&review, contract(), &current())), before);
    assert_eq!(actions::unmark_evidence(&review, "op-2", stamp("alice")).unwrap_err(), Refused::NotMarked);
    let event = actions::unmark_evidence(&review, "op-1", stamp("alice")).unwrap();
    assert_eq!(actions::operation_row(&event, Some(&review)), None);
    story.push("alice", event.act.clone());
    assert!(story.review().evidence.is_empty() && story.review().anomalies.is_empty());
    story.push("mallory", event.act);
    assert_eq!(story.review().anomalies[0].kind, AnomalyKind::NotMarked);
}

#[test]
fn the_open_review_is_that_of_the_incident_else_the_last_one_and_none_that_was_accepted() {
    let open = |id: &str, incident: &str, second: i64| {
        let stamp = Stamp { id: id.to_owned(), ..stamp("alice") };
        let event = actions::open(&candidate(), SNAPSHOT, contract(), incident, stamp).unwrap();
        Recorded { recorded_at: now().checked_add(jiff::Span::new().seconds(second)).unwrap(), ..recorded(event, 1) }
    };
    assert!(Book::default().open_for(Some("INC-1")).is_none());
    let book = Book::fold(&[open("r1", "INC-1", 0), open("r2", "INC-2", 5)]);
    for (incident, expected) in [(Some("INC-1"), "r1"), (Some("INC-2"), "r2"), (Some("INC-3"), "r2"), (None, "r2")] {
        assert_eq!(book.open_for(incident).unwrap().id.0, expected, "{incident:?}");
    }
    let mut story = Story::complete();
    story.forge(Lane::Ready.id(), "alice");
    assert!(Book::fold(&story.steps).open_for(Some("INC-2031")).is_none());
    story.set("rollback_owner", "somebody else");
    assert!(Book::fold(&story.steps).open_for(Some("INC-2031")).is_some());
}

#[test]
fn a_reviewer_named_as_the_actor_may_not_sign() {
    let mut story = Story::complete();
    story.set("actor_attribution_ref", "Alice, on-call lead");
    let ready = lane(&story.review(), contract(), &current());
    assert_eq!(ready.lane, Lane::Ready);
    let sign = |user| actions::sign(&story.review(), contract(), &ready, stamp(user));
    assert_eq!(sign("alice").unwrap_err(), Refused::ReviewerIsActor);
    assert!(sign("bob").is_ok());
    story.set("actor_attribution_ref", "infra on-call lead");
    let ready = lane(&story.review(), contract(), &current());
    let signed = actions::sign(&story.review(), contract(), &ready, stamp("alice"));
    assert_eq!(signed.unwrap_err(), Refused::ReviewerIsActor, "writing another name over one's own is no way out");
}

#[test]
fn lanes_that_may_not_be_signed_say_why() {
    let sign = |story: &Story| {
        let lane = lane(&story.review(), contract(), &current());
        actions::sign(&story.review(), contract(), &lane, stamp("reviewer"))
    };
    assert_eq!(sign(&Story::empty()).unwrap_err(), Refused::NothingReceived);
    let mut story = Story::complete();
    story.step("catch change_or_incident_ref jwt", &current());
    assert_eq!(sign(&story).unwrap_err(), Refused::Quarantined);
    let mut story = Story::complete();
    story.step("take compose_stack_state_ref", &current());
    assert!(sign(&story).is_ok(), "a request is an outcome, too");
    story.step("sign", &current());
    assert_eq!(sign(&story).unwrap_err(), Refused::AlreadySigned);
    let mut story = Story::complete();
    story.step("sign", &current());
    assert_eq!(sign(&story).unwrap_err(), Refused::AlreadyAccepted);
}

#[test]
fn what_the_guard_catches_is_refused_with_its_place_and_without_its_text() {
    let story = Story::empty();
    let value = format!("DB_PASSWORD={}", ["correct", "Horse", "9"].concat());
    let refused = actions::set_field(
        &story.review(),
        contract(),
        &Watch::default(),
        "dependency_impact_ref",
        &value,
        stamp("reviewer"),
    )
    .unwrap_err();
    let Refused::Caught { hits, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!((hits[0].detector, hits[0].offset), ("secret_assignment", 12));
    assert!(!format!("{refused} {refused:?}").contains("Horse"));
    let events = actions::quarantine(&story.review(), "dependency_impact_ref", hits, || stamp("reviewer")).unwrap();
    assert!(!format!("{events:?}").contains("Horse"));
}

#[test]
fn every_hit_of_a_text_has_a_record_and_of_very_many_the_first_sixteen_and_how_many_follow() {
    let mut story = Story::empty();
    let hits: Vec<Hit> = (0..20).map(|at| Hit { detector: "jwt", offset: at * 100, len: 40 }).collect();
    for (count, field) in [(3, "rollback_owner"), (20, "boot_time_ref")] {
        let before = story.review().caught.len();
        let made = actions::quarantine(&story.review(), field, &hits[..count], || stamp("reviewer")).unwrap();
        for event in made {
            assert_eq!(event.expected_version, story.review().version(), "one after the other");
            story.push("reviewer", event.act);
        }
        let review = story.review();
        let caught = &review.caught[before..];
        assert_eq!(caught.len(), count.min(16));
        assert_eq!(
            caught.iter().map(|one| one.offset).collect::<Vec<_>>(),
            (0..caught.len()).map(|at| at * 100).collect::<Vec<_>>()
        );
        assert_eq!((caught[0].more, caught.last().unwrap().more), (count - 1, count - caught.len()));
    }
    let removed = actions::clear(&story.review(), "boot_time_ref", stamp("reviewer")).unwrap();
    story.push("reviewer", removed.act);
    assert_eq!(story.review().caught.iter().filter(|one| one.cleared).count(), 16, "all of the field at once");
}

#[test]
fn what_is_let_through_is_recorded_after_the_step_that_carries_it_by_where_and_why() {
    let id = ["bld_", "9aZ4kQ81xW7", "mR2tB6vY3"].concat();
    let allow = Allow::new(None, "bld_[0-9A-Za-z]{20}", "ids of builds").unwrap();
    let guard = Watch::default().allowing(&[allow]);
    let mut story = Story::empty();
    let value = format!("deployed {id}, then {id}");
    let step =
        actions::set_field(&story.review(), contract(), &guard, "boot_time_ref", &value, stamp("alice")).unwrap();
    let allowed = actions::let_through(&step, &guard, || stamp("alice"));
    assert!(actions::let_through(&step, &Watch::default(), || stamp("alice")).is_empty());
    for event in [step].into_iter().chain(allowed) {
        assert_eq!(event.expected_version, story.review().version());
        let is_named = serde_json::to_string(&event.act).unwrap().contains(&id);
        assert_eq!(is_named, matches!(event.act, ReviewAct::FieldSet { .. }), "never the text: {:?}", event.act);
        story.push("alice", event.act);
    }
    let review = story.review();
    let places: Vec<(usize, usize)> = review.allowed.iter().map(|one| (one.offset, one.len)).collect();
    assert_eq!(places, [(9, id.len()), (9 + id.len() + 7, id.len())]);
    assert_eq!(
        (review.allowed[0].field.as_str(), review.allowed[0].reason.as_str()),
        ("boot_time_ref", "ids of builds")
    );
    assert!(review.anomalies.is_empty() && review.caught.is_empty());
}

#[test]
fn bad_input_is_refused_one_by_one() {
    let review = Story::empty().review();
    let set = |field: &str, value: &str| {
        actions::set_field(&review, contract(), &Watch::default(), field, value, stamp("reviewer")).unwrap_err()
    };
    assert_eq!(set("runtime_gate", "1"), Refused::NoSuchField("runtime_gate".to_owned()));
    assert_eq!(set("rollback_owner", &"long ".repeat(1000)), Refused::TooLong("rollback_owner".to_owned()));
    let decide = |check: &str, answer| {
        actions::decide(&review, contract(), &Watch::default(), check, answer, stamp("reviewer")).unwrap_err()
    };
    let waive = |reason: &str| Answer::NotApplicable { reason: reason.to_owned() };
    assert!(matches!(decide("nope", Answer::Pass), Refused::NoSuchCheck(_)));
    assert!(matches!(decide("actor_not_anonymous", waive("why not")), Refused::MustApply(_)));
    assert!(matches!(decide("admin_route_recovery_present", waive(" n/a ")), Refused::NoReason(_)));
    assert!(matches!(actions::clear(&review, "rollback_owner", stamp("x")), Err(Refused::NothingQuarantined(_))));
    let open = |incident: &str, user: &str| actions::open(&candidate(), SNAPSHOT, contract(), incident, stamp(user));
    assert_eq!(open("", "alice").unwrap_err(), Refused::BadIncident);
    assert_eq!(open(&"I".repeat(31), "alice").unwrap_err(), Refused::BadIncident);
    assert!(open(&"事".repeat(30), "alice").is_ok());
    assert_eq!(open("INC-1", "").unwrap_err(), Refused::BadActor);
    let unopened = Review::fold(&Story::empty().steps[..0]);
    assert!(unopened.is_none());
}

#[test]
fn rows_of_the_log_hold_ids_and_digests_and_nothing_that_was_typed() {
    let mut story = Story::complete();
    let review = story.review();
    let disposition = lane(&review, contract(), &current());
    let signed = actions::sign(&review, contract(), &disposition, stamp("alice")).unwrap();
    let row = actions::operation_row(&signed, Some(&review)).unwrap();
    assert_eq!(row.event_type, EventType::UserAction);
    assert_eq!(row.actor.as_deref(), Some("console:alice"));
    assert_eq!(row.incident_id.as_deref(), Some("INC-2031"));
    assert_eq!(
        row.action_detail.as_deref(),
        Some(
            "readback_signed lane=ready_for_host_service_post_incident_review candidate=host_service_post_incident_readback:web-proxy"
        )
    );
    assert_eq!(row.context["lane"], Lane::Ready.id());
    assert_eq!(row.context["candidate"], candidate().0);
    assert_eq!(row.context["input_digest"], disposition.input_digest);
    assert_eq!(row.success, None, "nothing was executed");
    assert_eq!(row.id.len(), 36);
    assert_eq!(uuid::Uuid::parse_str(&row.id).unwrap().get_version_num(), 8);
    assert_eq!(row, actions::operation_row(&signed, Some(&review)).unwrap(), "the same step has the same row");
    assert!(!serde_json::to_string(&row).unwrap().contains("ref of "));

    story.set("rollback_owner", "bob");
    let typed = &story.steps.last().unwrap().event;
    assert!(actions::operation_row(typed, Some(&review)).is_none());
    let opened = actions::operation_row(&story.steps[0].event, None).unwrap();
    assert_eq!(opened.context["snapshot_digest"], SNAPSHOT);
    let hit = Hit { detector: "jwt", offset: 3, len: 120 };
    let caught = actions::quarantine(&review, "rollback_owner", &[hit], || stamp("alice")).unwrap();
    let row = actions::operation_row(&caught[0], Some(&review)).unwrap();
    assert_eq!((&row.context["detector"], &row.context["len"]), (&"jwt".into(), &120.into()));
}

#[test]
fn a_long_or_hostile_candidate_fits_the_column() {
    let long = CandidateId(format!("x\u{1b}[31m{}", "長".repeat(300)));
    let event = actions::open(&long, SNAPSHOT, contract(), "INC-1", stamp("alice")).unwrap();
    let detail = actions::operation_row(&event, None).unwrap().action_detail.unwrap();
    assert!(detail.chars().count() <= 200 && !detail.contains('\u{1b}'), "{detail}");
}

#[test]
fn the_fold_keeps_what_does_not_fit_and_applies_a_step_once() {
    let story = Story::complete();
    let mut twice = story.steps.clone();
    twice.extend(story.steps.iter().cloned());
    assert_eq!(Review::fold(&twice).unwrap(), story.review(), "a tail reads an overlap");

    let late = &story.steps[1..3];
    let headless = Review::fold(late).unwrap();
    assert!(headless.opening.is_none());
    assert!(headless.anomalies.iter().any(|anomaly| anomaly.kind == AnomalyKind::NotOpened));
    assert!(lane(&headless, contract(), &current()).lane <= Lane::RequestActor);
    assert!(matches!(
        actions::set_field(&headless, contract(), &Watch::default(), "rollback_owner", "bob", stamp("x")),
        Err(Refused::NotOpened)
    ));

    let mut odd = story.clone();
    let opening = odd.steps[0].event.act.clone();
    odd.push("mallory", opening);
    odd.push("mallory", ReviewAct::QuarantineCleared { field: "rollback_owner".to_owned() });
    odd.forge("all_green", "mallory");
    odd.steps.last_mut().unwrap().event.expected_version = 3;
    let kinds: Vec<_> = odd.review().anomalies.into_iter().map(|anomaly| anomaly.kind).collect();
    let version = AnomalyKind::Version { expected: 3, found: odd.steps.len() as u64 - 1 };
    let expected =
        [AnomalyKind::OpenedTwice, AnomalyKind::NothingQuarantined, version, AnomalyKind::Void(Void::UnknownLane)];
    assert_eq!(kinds, expected);
    assert_eq!(odd.review().version(), odd.steps.len() as u64);
}

#[test]
fn the_book_sorts_steps_into_reviews_and_knows_the_latest_of_a_candidate() {
    let first = Story::complete();
    let mut second = Story::empty();
    for (index, step) in second.steps.iter_mut().enumerate() {
        step.event.id = format!("second-{index}");
        step.event.review.0 = "review-2".to_owned();
        step.recorded_at = now().checked_add(jiff::Span::new().hours(1)).unwrap();
    }
    let book = Book::fold(second.steps.iter().chain(&first.steps));
    assert_eq!(book.reviews.len(), 2);
    assert_eq!(book.get(&first.review().id), Some(&first.review()));
    assert_eq!(book.latest(&candidate()).unwrap().id.0, "review-2");
    assert!(book.latest(&CandidateId("other".to_owned())).is_none());
}
