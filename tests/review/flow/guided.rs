//! One reviewer: led check by check, asked for the datum, and never past the guard.

use super::scenes::{self, INCIDENT, console, review};
use crate::support::scene;
use readback::app::{Effect, Event, Facts};
use readback::review::{Answer, Datum, EvidenceKind, Review, ReviewAct};

fn answer<'a>(facts: &'a Facts, check: &str) -> Option<&'a Answer> {
    review(facts)?.answers.get(check).map(|decision| &decision.answer)
}

#[tokio::test]
async fn a_decisive_check_passes_only_once_its_datum_was_read_back_from_attached_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(scenes::FIRST, "memory:", folder.path(), 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("s").await;
    let screen = rig.screen();
    for text in [
        "2 of 29  incident_ref_present",
        "A traceable change or incident reference is given.",
        "Which incident does the evidence name?",
        "change_or_incident_ref",
        "offered",
        "ALERT_RECEIVED",
    ] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
    rig.press("p").await;
    assert!(rig.screen().contains("nothing to hear it back against: attach evidence"), "{}", rig.screen());

    rig.later(40).await;
    rig.press("o").await;
    assert!(rig.screen().contains("sha256"), "{}", rig.screen());
    rig.press("esc i").await;
    rig.settled().await;
    let digest = rig.app.facts().margin.digest("0198a000-0000-7000-8000-000000000001").unwrap();
    let value = review(rig.app.facts()).unwrap().value("change_or_incident_ref").unwrap().to_owned();
    assert!(value.ends_with(&format!("0198a000-0000-7000-8000-000000000001 sha256:{digest}")), "{value}");

    rig.press("p").await;
    rig.write("INC-20260204-02").await;
    rig.press("enter").await;
    assert!(
        rig.screen().contains("some characters differ: not the incident that the evidence names"),
        "{}",
        rig.screen()
    );
    assert!(!rig.screen().contains("INC-20260204-01\""), "the answer is not given away");
    assert_eq!(answer(rig.app.facts(), "incident_ref_present"), None);
    rig.press("backspace").await;
    rig.write("1").await;
    rig.press("enter").await;
    rig.settled().await;
    let facts = rig.app.facts();
    let decision = &review(facts).unwrap().answers["incident_ref_present"];
    let heard = decision.heard.as_ref().unwrap();
    assert_eq!((heard.datum.as_str(), heard.said.as_str()), (Datum::Incident.name(), INCIDENT));
    assert_eq!((heard.evidence.kind, &heard.evidence.digest), (EvidenceKind::Row, &digest));
    let diligence = decision.diligence.unwrap();
    assert_eq!((diligence.seconds, diligence.opened), (40, 1));
    assert!(!facts.drafts.keys().any(|key| key.contains("heard")), "{:?}", facts.drafts.keys());
    assert!(rig.screen().contains("3 of 29  actor_not_anonymous"), "it goes on: {}", rig.screen());
    rig.end().await;
}

#[tokio::test]
async fn how_a_check_was_looked_at_adds_up_over_visits_and_goes_with_its_fields_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(scenes::FIRST, "memory:", folder.path(), 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("j enter").await;
    rig.later(30).await;
    rig.press("o esc esc").await;
    // Another check, then back.
    rig.press("j enter").await;
    rig.later(500).await;
    rig.press("esc k enter").await;
    rig.later(12).await;
    rig.press("e").await;
    rig.write("INC-20260204-01").await;
    rig.press("ctrl-s").await;
    rig.settled().await;
    let written = review(rig.app.facts()).unwrap().fields["change_or_incident_ref"].diligence.unwrap();
    assert_eq!((written.seconds, written.opened), (42, 1), "and not the time of the other check");
    rig.later(8).await;
    rig.press("u").await;
    rig.settled().await;
    let answered = review(rig.app.facts()).unwrap().answers["incident_ref_present"].diligence.unwrap();
    assert_eq!((answered.seconds, answered.opened), (50, 1));
    rig.end().await;
}

#[test]
fn the_lane_that_is_signed_is_the_lane_that_was_asked_about() {
    let mut app = scenes::painted(scenes::FIRST, scenes::recorded(scenes::complete()), (80, 24));
    scene::press(&mut app, "enter S");
    assert!(scenes::shown(&app).contains("Sign the lane request_before_after_supplement"), "{}", scenes::shown(&app));
    // Nobody takes a step meanwhile, but the change evidence is another now.
    let mut other = scene::snapshot();
    other.digest = "another".to_owned();
    app.update(Event::SnapshotRead(Ok(Box::new(other))), scene::now());
    let turn = scene::press(&mut app, "y");
    assert!(!turn.effects.iter().any(|effect| matches!(effect, Effect::Record(_))), "{:?}", turn.effects);
    let said = "not signed: the lane is request_actor_supplement now";
    assert!(scenes::shown(&app).contains(said), "{}", scenes::shown(&app));
    let turn = scene::press(&mut app, "S y");
    let signed = turn.effects.iter().find_map(|effect| match effect {
        Effect::Record(step) => Some(&step.event.act),
        _ => None,
    });
    assert!(matches!(signed, Some(ReviewAct::Signed { lane, .. }) if lane == "request_actor_supplement"), "{signed:?}");
}

#[tokio::test]
async fn what_a_probe_shows_afterwards_is_heard_as_it_is_now_and_attached_as_it_was_heard() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(scenes::FIRST, "memory:", folder.path(), 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    let check = "before_after_service_state_present";
    let place = rig.app.facts().contract.checks.iter().position(|known| known.id == check);
    assert_eq!(place, Some(4));
    rig.press("j j j j enter").await;
    rig.press("i").await;
    rig.settled().await;
    let attached = review(rig.app.facts()).unwrap().attached[check][0].evidence.clone();
    // The probe looks again while the reviewer reads.
    let mut again = rig.app.facts().evidence.iter().find(|seen| seen.probe.0 == attached.id).unwrap().clone();
    again.observed_at = again.observed_at.checked_add(jiff::SignedDuration::from_secs(5)).unwrap();
    rig.take(readback::app::Event::Judged(Box::new(again.clone()))).await;
    let word = again.verdict.word();
    rig.press("p").await;
    rig.write(&word.to_uppercase()).await;
    rig.press("enter").await;
    rig.settled().await;
    let review = review(rig.app.facts()).unwrap();
    let heard = review.answers[check].heard.as_ref().unwrap();
    assert_eq!(heard.evidence.digest, again.digest());
    assert_eq!(review.attached[check].iter().map(|one| &one.evidence).collect::<Vec<_>>(), [&heard.evidence]);
    assert!(review.anomalies.is_empty());
    rig.end().await;
}

#[tokio::test]
async fn evidence_is_taken_off_again_and_a_reason_is_asked_where_a_check_does_not_apply() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(scenes::FIRST, "memory:", folder.path(), 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("j enter i").await;
    rig.settled().await;
    rig.press("x").await;
    rig.settled().await;
    assert!(review(rig.app.facts()).unwrap().attached.is_empty());
    rig.press("esc j j j j enter a").await;
    assert!(rig.screen().contains("docker_daemon_state_present: why does it not apply?"), "{}", rig.screen());
    rig.write("no docker on this host").await;
    rig.press("ctrl-s").await;
    rig.settled().await;
    let reason = Answer::NotApplicable { reason: "no docker on this host".to_owned() };
    assert_eq!(answer(rig.app.facts(), "docker_daemon_state_present"), Some(&reason));
    assert!(rig.screen().contains("7 of 29  compose_stack_state_present"), "{}", rig.screen());
    rig.end().await;
}

#[tokio::test]
async fn a_review_is_handed_in_corrected_passed_over_and_reopened_from_the_menu() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(scenes::FIRST, "memory:", folder.path(), 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("j m").await;
    let screen = rig.screen();
    assert!(screen.contains("another person has to read second"), "{screen}");
    assert!(screen.contains("no field of this check is written"), "{screen}");
    assert!(screen.contains("neither handed in nor signed"), "{screen}");
    rig.press("j j j enter esc e").await;
    rig.write("INC-1").await;
    rig.press("ctrl-s").await;
    rig.settled().await;

    rig.press("m j j j enter").await;
    rig.press("backspace").await;
    rig.write("2").await;
    rig.press("ctrl-s").await;
    assert!(rig.screen().contains("why was what stood there wrong?"), "{}", rig.screen());
    rig.write("a slip of the pen").await;
    rig.press("ctrl-s").await;
    rig.settled().await;
    let corrected = review(rig.app.facts()).unwrap();
    assert_eq!(corrected.value("change_or_incident_ref"), Some("INC-2"));
    assert_eq!((corrected.corrections.len(), corrected.anomalies.len()), (1, 0));

    // An override has to end after it is recorded, by the clock of the store, which is that of today.
    rig.now = jiff::Timestamp::now();
    rig.later(0).await;
    rig.press("m j j enter").await;
    rig.write("the tracker is down").await;
    rig.press("ctrl-s").await;
    assert!(rig.screen().contains("until when?"), "{}", rig.screen());
    rig.press("backspace backspace backspace").await;
    rig.write("30d").await;
    rig.press("enter").await;
    assert!(rig.screen().contains("within 7 days"), "{}", rig.screen());
    rig.press("backspace backspace backspace").await;
    rig.write("2d").await;
    rig.press("enter").await;
    rig.settled().await;
    let over = &review(rig.app.facts()).unwrap().overrides["incident_ref_present"];
    assert_eq!((over.reason.as_str(), over.until.duration_since(rig.now).as_hours()), ("the tracker is down", 48));
    assert!(rig.screen().contains("overridden until"), "{}", rig.screen());

    rig.press("m j enter").await;
    assert!(rig.screen().contains("Hand the first reading in"), "{}", rig.screen());
    rig.press("y").await;
    rig.settled().await;
    assert!(review(rig.app.facts()).unwrap().submitted.is_some());
    rig.press("m j j j j enter").await;
    rig.write("more came in").await;
    rig.press("ctrl-s").await;
    rig.settled().await;
    let reopened = review(rig.app.facts()).unwrap();
    assert!(reopened.submitted.is_none());
    assert_eq!(reopened.reopenings[0].why, "more came in");
    assert_eq!(rig.app.facts().drafts.keys().collect::<Vec<_>>(), ["place/readback"], "every text is in the record");
    rig.end().await;
}

#[tokio::test]
async fn a_text_with_a_hit_is_in_no_draft_wherever_it_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let mut rig = console(scenes::FIRST, &url, folder.path(), 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    let canary = ["hunter", "2-canary-", "5e1b90"].concat();
    for keys in ["j e", "j j j j a", "m j j enter"] {
        rig.press(keys).await;
        rig.write("see password=").await;
        rig.write(&canary).await;
        assert!(!rig.screen().contains(&canary), "{}", rig.screen());
        rig.press("ctrl-s").await;
        rig.settled().await;
    }
    let caught = &review(rig.app.facts()).unwrap().caught;
    let places: Vec<&str> = caught.iter().map(|caught| caught.field.as_str()).collect();
    assert_eq!(places, ["change_or_incident_ref", "reason", "override"]);
    let screen = rig.screen();
    assert!(screen.contains("In quarantine") && screen.contains("bytes from byte"), "{screen}");
    rig.press("L").await;
    assert!(rig.screen().contains("caught by the guard"), "{}", rig.screen());
    rig.end().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let Ok(bytes) = std::fs::read(file.unwrap().path()) else { continue };
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()));
    }
}

#[test]
fn evidence_that_has_grown_stale_since_it_was_attached_says_so() {
    let mut app = scenes::painted(scenes::FIRST, scenes::recorded(Vec::new()), (120, 40));
    crate::support::scene::press(&mut app, "z enter j j j j enter i");
    let shown = |app: &readback::app::App| {
        let frame = crate::support::frame::render(app, 120, 40, "default", readback::app::theme::Depth::Ansi16);
        crate::support::frame::symbols(&frame)
    };
    assert!(shown(&app).contains("1 attached") && !shown(&app).contains("attached, stale"), "{}", shown(&app));
    let later = crate::support::scene::now().checked_add(jiff::SignedDuration::from_mins(11)).unwrap();
    app.update(readback::app::Event::Woken, later);
    assert!(shown(&app).contains("attached, stale"), "{}", shown(&app));
}

#[test]
fn every_step_of_a_review_names_what_it_is_about_and_nothing_of_a_payload() {
    let steps = scenes::recorded(vec![(scenes::FIRST, scenes::written("rollback_owner", "infra on-call"))]);
    let review = Review::fold(&steps).unwrap();
    assert_eq!(review.fields["rollback_owner"].step, "step-1", "what a correction names");
    assert!(matches!(steps[0].event.act, ReviewAct::Opened { .. }));
}
