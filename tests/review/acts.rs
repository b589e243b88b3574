//! The acts of a guided review: what each refuses, and what the fold makes of it when it is taken.

use crate::story::{Story, contract, now};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use readback::guard::Watch;
use readback::review::actions::{self, Given, Refused, Stamp};
use readback::review::{
    Answer, CheckKind, Datum, EvidenceKind, EvidenceRef, HeardBack, NewReviewEvent, Reading, Review, ReviewAct,
    may_be_overridden,
};

const CHECK: &str = "docker_daemon_state_present";

fn stamp(user: &str) -> Stamp {
    Stamp { id: "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b".to_owned(), actor: format!("console:{user}"), now: now() }
}

fn guard() -> Watch {
    Watch::default()
}

fn evidence(id: &str, digest: char) -> EvidenceRef {
    EvidenceRef {
        kind: EvidenceKind::Probe,
        id: id.to_owned(),
        digest: digest.to_string().repeat(64),
        observed_at: now(),
        half_life_s: Some(300),
    }
}

fn secret() -> String {
    ["password=", "hunter", "2-canary-", "77d1e0"].concat()
}

/// Takes a step; it must not be odd.
fn take(story: &mut Story, made: Result<NewReviewEvent, Refused>) {
    let event = made.unwrap();
    let user = event.actor.strip_prefix("console:").unwrap().to_owned();
    story.push(&user, event.act);
    assert_eq!(story.review().anomalies, []);
}

fn attach(review: &Review, check: &str, evidence: EvidenceRef) -> Result<NewReviewEvent, Refused> {
    actions::attach(review, contract(), &guard(), check, evidence, stamp("alice"))
}

#[test]
fn evidence_is_attached_once_by_its_digest_replaced_when_it_was_seen_anew_and_taken_off() {
    let mut story = Story::empty();
    let made = attach(&story.review(), CHECK, evidence("docker", 'a'));
    take(&mut story, made);
    assert_eq!(attach(&story.review(), CHECK, evidence("docker", 'a')).unwrap_err(), Refused::AlreadyAttached);
    let made = attach(&story.review(), CHECK, evidence("docker", 'b'));
    take(&mut story, made);
    assert_eq!(story.review().attached[CHECK].len(), 1);
    assert!(matches!(attach(&story.review(), "nope", evidence("docker", 'a')), Err(Refused::NoSuchCheck(_))));
    assert!(matches!(attach(&story.review(), CHECK, evidence(&secret(), 'a')), Err(Refused::Caught { .. })));
    let detach = |review: &Review, id: &str| actions::detach(review, CHECK, id, stamp("alice"));
    assert_eq!(detach(&story.review(), "other").unwrap_err(), Refused::NotAttached);
    let made = detach(&story.review(), "docker");
    take(&mut story, made);
    assert!(story.review().attached.is_empty());
}

#[test]
fn a_decisive_check_passes_only_on_its_own_datum_and_every_other_answer_needs_none() {
    let review = Story::empty().review();
    let decide = |check: &str, answer, heard: Option<&str>| {
        let said = "a word".to_owned();
        let heard = heard.map(|datum| HeardBack { datum: datum.to_owned(), said, evidence: evidence("docker", 'a') });
        let given = Given { answer, heard, diligence: None };
        actions::decide(&review, contract(), &guard(), check, given, stamp("alice")).map(|event| event.act)
    };
    for check in &contract().checks {
        let bare = decide(&check.id, Answer::Pass, None);
        match check.readback {
            Some(datum) => {
                assert_eq!(bare.unwrap_err(), Refused::NotHeard(check.id.clone()));
                assert!(decide(&check.id, Answer::Pass, Some(datum.name())).is_ok());
                let other = if datum == Datum::Actor { Datum::Proof } else { Datum::Actor };
                assert_eq!(
                    decide(&check.id, Answer::Pass, Some(other.name())).unwrap_err(),
                    Refused::NotHeard(check.id.clone())
                );
            }
            None => assert!(bare.is_ok()),
        }
        assert!(decide(&check.id, Answer::Fail, None).is_ok() && decide(&check.id, Answer::Unknown, None).is_ok());
    }
    assert_eq!(contract().checks.iter().filter(|check| check.readback.is_some()).count(), 6);
}

#[test]
fn who_is_named_as_the_actor_judges_nothing_in_either_reading() {
    let mut story = Story::empty();
    let made = actions::join(&story.review(), false, stamp("bea"));
    take(&mut story, made);
    story.hear("actor_not_anonymous", "actor", "telegram:alice");
    let decide = |review: &Review, user: &str, check: &str| {
        actions::decide(review, contract(), &guard(), check, Answer::Fail, stamp(user)).map(|_| ())
    };
    for check in &contract().checks {
        let refused = Err(Refused::ActorJudges(check.id.clone()));
        let judged = decide(&story.review(), "alice", &check.id);
        assert_eq!(judged == refused, check.kind == CheckKind::Judgement, "{}", check.id);
        assert_eq!(decide(&story.review(), "ann", &check.id), Ok(()));
    }
    let answer = |review: &Review| {
        actions::answer_second(review, contract(), &guard(), CHECK, (Answer::Pass, None), stamp("bea")).map(|_| ())
    };
    assert_eq!(answer(&story.review()), Ok(()));
    story.set("actor_attribution_ref", "bea");
    assert_eq!(answer(&story.review()), Err(Refused::NotIndependent));
}

#[test]
fn a_second_reader_took_no_part_takes_none_and_hands_in_every_check_once() {
    let mut story = Story::empty();
    story.set("actor_attribution_ref", "bob, on-call");
    let join = |review: &Review, user: &str| actions::join(review, false, stamp(user));
    for user in ["reviewer", "bob"] {
        assert_eq!(join(&story.review(), user).unwrap_err(), Refused::NotIndependent, "{user}");
    }
    let made = join(&story.review(), "bea");
    take(&mut story, made);
    assert_eq!(join(&story.review(), "carl").unwrap_err(), Refused::SecondTaken);
    let answer = |review: &Review, user: &str, check: &str, answer| {
        actions::answer_second(review, contract(), &guard(), check, (answer, None), stamp(user))
    };
    assert_eq!(answer(&story.review(), "reviewer", CHECK, Answer::Pass).unwrap_err(), Refused::NotSecondReader);
    let waive = Answer::NotApplicable { reason: " - ".to_owned() };
    assert!(matches!(answer(&story.review(), "bea", CHECK, waive), Err(Refused::NoReason(_))));
    // None of the first reading is theirs.
    let review = story.review();
    let field = actions::set_field(&review, contract(), &guard(), "rollback_owner", "infra", stamp("bea"));
    let decided = actions::decide(&review, contract(), &guard(), CHECK, Answer::Pass, stamp("bea"));
    let submitted = actions::submit(&review, stamp("bea"));
    for made in [field, decided, submitted] {
        assert_eq!(made.unwrap_err(), Refused::ReadsSecond);
    }
    let asked: Vec<&str> =
        contract().checks.iter().filter(|check| check.kind != CheckKind::Auto).map(|check| check.id.as_str()).collect();
    for (at, check) in asked.iter().enumerate() {
        let open = actions::submit_second(&story.review(), contract(), stamp("bea"));
        assert_eq!(open.unwrap_err(), Refused::Unanswered(asked.len() - at));
        assert_eq!(story.review().reading_of("console:bea"), Reading::Second);
        let made = answer(&story.review(), "bea", check, Answer::Pass);
        take(&mut story, made);
    }
    let made = actions::submit_second(&story.review(), contract(), stamp("bea"));
    take(&mut story, made);
    assert_eq!(story.review().reading_of("console:reviewer"), Reading::Both);
    let again = actions::submit_second(&story.review(), contract(), stamp("bea"));
    assert_eq!(again.unwrap_err(), Refused::AlreadySubmitted);
    // A difference is settled by answering again, from either side.
    story.answer(CHECK, Answer::Fail);
    assert!(story.review().disputes().contains(&CHECK));
    let made = answer(&story.review(), "bea", CHECK, Answer::Fail);
    take(&mut story, made);
    assert!(!story.review().disputes().contains(&CHECK));
}

#[test]
fn a_reading_is_handed_in_once_reopened_for_a_reason_and_never_while_something_is_in_quarantine() {
    let mut story = Story::empty();
    let reopen = |review: &Review, why: &str| actions::reopen(review, contract(), &guard(), why, stamp("reviewer"));
    assert_eq!(reopen(&story.review(), "more came in").unwrap_err(), Refused::NotClosed);
    let made = actions::submit(&story.review(), stamp("reviewer"));
    take(&mut story, made);
    assert_eq!(actions::submit(&story.review(), stamp("alice")).unwrap_err(), Refused::AlreadySubmitted);
    assert!(matches!(reopen(&story.review(), " "), Err(Refused::NeedsReason(_))));
    assert!(matches!(reopen(&story.review(), &secret()), Err(Refused::Caught { .. })));
    let made = reopen(&story.review(), "more came in");
    take(&mut story, made);
    assert_eq!(reopen(&story.review(), "again").unwrap_err(), Refused::NotClosed);
    story.push(
        "reviewer",
        ReviewAct::Quarantined { field: CHECK.to_owned(), detector: "jwt".to_owned(), offset: 0, len: 9, more: 0 },
    );
    assert_eq!(actions::submit(&story.review(), stamp("reviewer")).unwrap_err(), Refused::Quarantined);
}

#[test]
fn a_correction_names_the_step_that_wrote_what_stands_and_says_why() {
    let mut story = Story::empty();
    let field = "rollback_owner";
    let correct = |review: &Review, value: &str, why: &str| {
        actions::correct(review, contract(), &guard(), field, (value, why), stamp("reviewer"))
    };
    assert!(matches!(correct(&story.review(), "infra", "a slip"), Err(Refused::NothingWritten(_))));
    story.set(field, "infar");
    assert!(matches!(correct(&story.review(), "infar", "a slip"), Err(Refused::SameValue(_))));
    assert!(matches!(correct(&story.review(), "infra", "tbd"), Err(Refused::NeedsReason(_))));
    assert!(matches!(correct(&story.review(), &secret(), "a slip"), Err(Refused::Caught { .. })));
    assert!(matches!(correct(&story.review(), "infra", &secret()), Err(Refused::Caught { .. })));
    for value in ["infra", "infra on-call"] {
        let made = correct(&story.review(), value, "a slip");
        take(&mut story, made);
    }
    let review = story.review();
    assert_eq!((review.value(field), review.corrections.len()), (Some("infra on-call"), 2));
    assert_eq!(review.corrections[1].step, "event-2", "the correction before it");
}

#[test]
fn a_check_is_passed_over_for_a_reason_for_a_time_and_not_where_the_console_decides() {
    let review = Story::empty().review();
    let over = |check: &str, reason: &str, until: Timestamp| {
        actions::override_check(&review, contract(), &guard(), check, (reason, until), stamp("reviewer"))
    };
    let after = |hours: i64| now().checked_add(SignedDuration::from_hours(hours)).unwrap();
    assert!(over(CHECK, "the tracker is down", after(24 * 7)).is_ok());
    for until in [now(), after(-1), after(24 * 7 + 1)] {
        assert_eq!(over(CHECK, "the tracker is down", until).unwrap_err(), Refused::BadUntil);
    }
    assert!(matches!(over(CHECK, "n/a", after(1)), Err(Refused::NeedsReason(_))));
    assert!(matches!(over(CHECK, &secret(), after(1)), Err(Refused::Caught { .. })));
    for check in &contract().checks {
        let is_refused = matches!(over(&check.id, "a reason", after(1)), Err(Refused::NotOverridable(_)));
        assert_eq!(is_refused, !may_be_overridden(check), "{}", check.id);
    }
}

proptest! {
    #[test]
    fn what_is_taken_again_says_the_same_at_the_version_that_stands_now(value in "[a-z]{1,12}", others in 1_usize..5) {
        let mut story = Story::empty();
        let made = actions::set_field(&story.review(), contract(), &guard(), "rollback_owner", &value, stamp("bea"));
        let lost = made.unwrap();
        for other in 0..others {
            story.set("followup_owner", &format!("somebody {other}"));
        }
        let review = story.review();
        let again = actions::again(&review, contract(), &guard(), &lost.act, stamp("bea")).unwrap();
        prop_assert_eq!(&again.act, &lost.act);
        prop_assert_eq!(again.expected_version, review.version());
        prop_assert!(lost.expected_version < again.expected_version);
    }
}
