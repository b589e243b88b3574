//! What keys do in a review besides answering: what they ask first, where they go, and what stays in view.

use super::scenes::{self, FIRST, INCIDENT, complete, console, decided, painted, recorded, review, shown, written};
use crate::support::scene;
use jiff::SignedDuration;
use readback::app::{Access, App, Effect, Event, Facts, Ids, Setting, Turn};
use readback::guard::{Allow, Watch};
use readback::review::{Answer, EvidenceKind, EvidenceRef, HeardBack, NewReviewEvent, ReviewAct, Section};

/// The steps that a turn asks to be recorded.
fn steps(turn: &Turn) -> Vec<&NewReviewEvent> {
    let mut steps = Vec::new();
    for effect in &turn.effects {
        if let Effect::Record(step) = effect {
            steps.push(&step.event);
        }
    }
    steps
}

/// What stands on the screen as one text, whatever is wrapped where.
pub fn flat(screen: &str) -> String {
    screen.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn copied(turn: &Turn) -> Option<&str> {
    turn.effects.iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text.as_str()) } else { None })
}

/// The reviewer's console after these steps.
pub fn after(acts: Vec<(&'static str, ReviewAct)>) -> App {
    let mut app = painted(FIRST, recorded(acts), (80, 24));
    scene::press(&mut app, "enter");
    app
}

#[tokio::test]
async fn a_new_review_asks_for_its_incident_and_offers_those_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(FIRST, "memory:", folder.path(), 1).await;
    rig.press("4 enter").await;
    let screen = flat(&rig.screen());
    assert!(screen.contains(&format!("in the incident {INCIDENT}.")), "one is no choice: {screen}");
    rig.press("n").await;
    let mut other = scenes::rows().remove(0);
    other.row.id = "0198a000-0000-7000-8000-000000000009".to_owned();
    other.row.incident_id = Some("INC-20260204-02".to_owned());
    let entries = [other].into_iter().chain(scenes::rows()).map(readback::timeline::Entry::Operation).collect();
    rig.take(Event::StoreRead { entries, complete: true, reviews: Vec::new() }).await;
    rig.press("enter").await;
    assert!(flat(&rig.screen()).contains("(1 of 2: j and k choose another)"), "{}", rig.screen());
    rig.press("j").await;
    assert!(flat(&rig.screen()).contains("INC-20260204-02 (2 of 2"), "{}", rig.screen());
    let screen = flat(&rig.screen());
    assert!(screen.contains("▸ INC-20260204-02 last in the log at 02-04 08:52"), "{screen}");
    assert!(
        screen.contains(&format!("{INCIDENT} last in the log at 02-04 08:58")),
        "both are there to choose: {screen}"
    );
    rig.press("j y").await;
    rig.settled().await;
    assert_eq!(review(rig.app.facts()).unwrap().incident_id, "INC-20260204-02");
    rig.end().await;
}

#[test]
fn where_no_incident_is_known_none_is_guessed_and_no_review_is_opened() {
    let setting = Setting { incident: String::new(), ..scene::setting(Access::ReadWrite) };
    let mut app = App::new(Facts::new(setting, scene::evidence(), scene::now()), Ids::new([7; 16]), (80, 24));
    app.update(Event::SnapshotRead(Ok(Box::new(scene::snapshot()))), scene::now());
    app.update(Event::StoreRead { entries: Vec::new(), complete: true, reviews: Vec::new() }, scene::now());
    assert!(steps(&scene::press(&mut app, "4 enter y")).is_empty());
    scene::press(&mut app, "enter");
    assert!(flat(&shown(&app)).contains("of which incident? the log names none"), "{}", shown(&app));
    // With a log, its latest incident is offered first.
    app.update(Event::StoreRead { entries: scene::entries(), complete: true, reviews: Vec::new() }, scene::now());
    scene::press(&mut app, "enter");
    assert!(flat(&shown(&app)).contains(&format!("in the incident {INCIDENT}")), "{}", shown(&app));
    let turn = scene::press(&mut app, "y");
    assert_eq!(steps(&turn).iter().map(|step| step.incident_id.as_str()).collect::<Vec<_>>(), [INCIDENT]);
}

#[test]
fn what_was_caught_is_said_to_be_out_only_after_a_question() {
    let caught = ReviewAct::Quarantined {
        field: "rollback_owner".to_owned(),
        detector: "jwt".to_owned(),
        offset: 3,
        len: 40,
        more: 0,
    };
    let mut app = after(vec![(FIRST, caught)]);
    assert!(steps(&scene::press(&mut app, "X")).is_empty());
    assert!(shown(&app).contains("what was caught in rollback_owner is out"), "{}", shown(&app));
    assert!(steps(&scene::press(&mut app, "n")).is_empty());
    let turn = scene::press(&mut app, "X y");
    let cleared = ReviewAct::QuarantineCleared { field: "rollback_owner".to_owned() };
    assert_eq!(steps(&turn).iter().map(|step| &step.act).collect::<Vec<_>>(), [&cleared]);
}

#[test]
fn writing_on_a_check_that_lacks_only_its_answer_asks_what_is_meant() {
    let mut app = after(vec![(FIRST, written("change_or_incident_ref", INCIDENT))]);
    scene::press(&mut app, "j e");
    let screen = shown(&app);
    assert!(screen.contains("answer the check: p, f, a or u") && screen.contains("write change_or_incident_ref anew"));
    scene::press(&mut app, "enter");
    assert!(shown(&app).contains("p holds, f does not"), "{}", shown(&app));
    scene::press(&mut app, "e j enter");
    assert!(shown(&app).contains("ctrl-s save"), "{}", shown(&app));
    // An empty field is what is meant.
    let mut app = after(vec![(FIRST, written("boot_time_ref", "09:29"))]);
    scene::press(&mut app, "j j j e");
    assert!(shown(&app).contains("restart_or_recovery_window_ref") && shown(&app).contains("ctrl-s save"));
}

#[test]
fn stepping_through_begins_with_what_blocks_first_and_goes_on_from_there() {
    let mut acts = complete();
    acts.push((FIRST, written("recurrence_guard_ref", "")));
    acts.push((FIRST, written("compose_stack_state_ref", "")));
    acts.push((FIRST, written("rollback_owner", "")));
    let mut app = after(acts);
    let at = |app: &App| {
        let screen = shown(app);
        let line = screen.lines().find(|line| line.contains(" of 29  ")).unwrap().to_owned();
        line.split_whitespace().find(|word| word.ends_with("_present")).unwrap_or_default().to_owned()
    };
    scene::press(&mut app, "G s");
    assert_eq!(at(&app), "rollback_owner_present", "it asks for the worst lane");
    scene::press(&mut app, "u");
    scene::press(&mut app, "s s s s s s s s");
    let seen: Vec<String> = (0..12)
        .map(|_| {
            scene::press(&mut app, "s");
            at(&app)
        })
        .collect();
    let place = |name: &str| seen.iter().position(|one| one == name);
    assert!(place("compose_stack_state_present").is_some() && place("recurrence_guard_present").is_some(), "{seen:?}");
}

/// A decisive check that was heard from a probe, and an ordinary one to which that is attached, both long ago.
pub fn grown_stale(
    probe: &readback::evidence::Evidence,
    said: &str,
    by: &'static str,
) -> Vec<(&'static str, ReviewAct)> {
    let then = probe.observed_at.checked_sub(SignedDuration::from_hours(1)).unwrap();
    let evidence = EvidenceRef {
        kind: EvidenceKind::Probe,
        id: probe.probe.0.clone(),
        digest: "0".repeat(64),
        observed_at: then,
        half_life_s: Some(300),
    };
    let check = "before_after_service_state_present".to_owned();
    let other = "dependency_impact_present".to_owned();
    let heard = HeardBack { datum: "after_state".to_owned(), said: said.to_owned(), evidence: evidence.clone() };
    vec![
        (by, ReviewAct::EvidenceAttached { check: check.clone(), evidence: evidence.clone() }),
        (by, ReviewAct::CheckDecided { check, answer: Answer::Pass, heard: Some(heard), diligence: None }),
        (by, ReviewAct::EvidenceAttached { check: other, evidence }),
    ]
}

#[test]
fn one_key_attaches_anew_all_that_is_stale_and_ones_own_hearback_goes_along_where_it_still_holds() {
    let database = scene::evidence().into_iter().find(|seen| seen.kind == "postgres").unwrap();
    let word = database.verdict.word().to_lowercase();
    let acts_of = |said: &str, by| {
        let mut app = after(grown_stale(&database, said, by));
        assert!(steps(&scene::press(&mut app, "I")).is_empty(), "it asks first");
        let asked = flat(&shown(&app));
        assert!(
            asked.contains("database for before_after_service_state_present, database for dependency_impact_present?")
        );
        scene::press(&mut app, "y");
        let all: Vec<&NewReviewEvent> = app.facts().pending.iter().map(|step| &step.event).collect();
        // One after the other, each on the one before.
        let versions: Vec<u64> = all.iter().map(|step| step.expected_version).collect();
        assert!(versions.windows(2).all(|pair| pair[1] == pair[0] + 1), "{versions:?}");
        let heard = all.iter().any(|step| {
            matches!(&step.act, ReviewAct::CheckDecided { heard: Some(heard), .. } if heard.evidence.digest == database.digest())
        });
        let anew = |step: &&&NewReviewEvent| matches!(&step.act, ReviewAct::EvidenceAttached { evidence, .. } if evidence.digest == database.digest());
        (all.iter().filter(anew).count(), heard)
    };
    assert_eq!(acts_of(&word, FIRST), (2, true));
    assert_eq!(acts_of("another word", FIRST), (2, false), "it does not say so any more");
    assert_eq!(acts_of(&word, "console:ann"), (2, false), "ann said so, and has to say it again");
    let mut app = after(grown_stale(&database, &word, FIRST));
    assert!(steps(&scene::press(&mut app, "I n")).is_empty());
    assert!(app.facts().pending.is_empty());
    // On a check's own screen it is about that check.
    scene::press(&mut app, "j j enter I");
    assert!(flat(&shown(&app)).contains("nothing here is stale; 2 of other checks"), "{}", shown(&app));
    scene::press(&mut app, "esc j j enter I");
    let asked = flat(&shown(&app));
    assert!(asked.contains("seen now: database for before_after_service_state_present?"), "{asked}");
    scene::press(&mut app, "y");
    assert_eq!(app.facts().pending.len(), 2, "attached, and what was heard");
    let mut app = after(complete());
    assert!(steps(&scene::press(&mut app, "I")).is_empty());
    assert!(shown(&app).contains("nothing that is attached is stale"), "{}", shown(&app));
}

#[test]
fn at_a_question_and_at_a_hearback_a_notice_does_not_take_the_keys_away() {
    let mut app = after(vec![(FIRST, written("change_or_incident_ref", INCIDENT))]);
    scene::press(&mut app, "j enter i");
    scene::press(&mut app, "p");
    app.update(Event::Paste("INC-1".to_owned()), scene::now());
    scene::press(&mut app, "enter");
    let screen = shown(&app);
    let footer = screen.lines().last().unwrap().to_owned();
    assert!(flat(&screen).contains("it is not as long: not the incident that the evidence names"), "{screen}");
    assert!(footer.contains("ctrl-s save  esc cancel"), "{footer}");
    let mut app = after(vec![(FIRST, written("change_or_incident_ref", INCIDENT))]);
    scene::press(&mut app, "S");
    app.update(
        Event::Trouble("the file of the layers could not be read, and more words than there is room for".to_owned()),
        scene::now(),
    );
    let screen = shown(&app);
    let footer = screen.lines().last().unwrap().to_owned();
    assert!(flat(&screen).contains("could not be read, and more words than there is room for"), "{screen}");
    assert!(footer.contains("y yes") && footer.contains("n no"), "{footer}");
}

#[test]
fn twelve_digits_of_a_digest_are_shown_and_all_of_them_copied() {
    let mut app = after(vec![(FIRST, decided("incident_ref_present", Answer::Unknown, None))]);
    scene::press(&mut app, "j enter o");
    let digest = "d0".repeat(32);
    let screen = shown(&app);
    assert!(screen.contains(&digest[..12]) && !screen.contains(&digest[..13]), "{screen}");
    assert_eq!(copied(&scene::press(&mut app, "y")), Some(digest.as_str()));
    scene::press(&mut app, "esc L G");
    let policy = app.facts().contract.digest().to_owned();
    let input = copied(&scene::press(&mut app, "y")).unwrap().to_owned();
    assert_eq!(input.len(), 64);
    assert_eq!(copied(&scene::press(&mut app, "k y")), Some(policy.as_str()));
    assert!(!shown(&app).contains(&policy[..13]), "{}", shown(&app));
}

#[test]
fn why_this_lane_ends_at_its_end_and_leads_to_the_check_that_a_line_is_about() {
    let mut app = after(vec![(FIRST, written("change_or_incident_ref", INCIDENT))]);
    scene::press(&mut app, "L G");
    let end = shown(&app);
    assert!(end.contains("▸input"), "{end}");
    let rows = end.lines().skip(6).take(16).filter(|line| !line.trim().is_empty()).count();
    assert!(rows >= 14, "no empty screen below: {end}");
    scene::press(&mut app, "j j j j j");
    assert_eq!(shown(&app), end, "there is nothing below the last line");
    scene::press(&mut app, "k");
    assert_ne!(shown(&app), end, "and one key goes back");
    scene::press(&mut app, "g");
    let line = shown(&app).lines().position(|line| line.contains("decides")).unwrap();
    let name = shown(&app).lines().nth(line).unwrap().split_whitespace().last().unwrap().to_owned();
    scene::press(&mut app, "j j enter");
    assert!(shown(&app).contains(&format!(" of 29  {name}")), "{name}: {}", shown(&app));
}

#[tokio::test]
async fn the_sections_of_the_report_and_its_risks_are_written_in_the_console_past_the_guard() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(FIRST, "memory:", folder.path(), 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("E e").await;
    rig.write("The store was full.").await;
    rig.press("enter").await;
    rig.write("Nobody was told.").await;
    rig.press("ctrl-s").await;
    rig.settled().await;
    let text = "The store was full.\nNobody was told.";
    assert_eq!(review(rig.app.facts()).unwrap().sections[&Section::Summary].value, text);
    assert!(rig.screen().contains("The store was full. Nobody was told."), "{}", rig.screen());
    rig.press("G e").await;
    rig.write("R1 4 much").await;
    rig.press("enter").await;
    assert!(rig.screen().contains("two numbers from 1 to 5"), "{}", rig.screen());
    for _ in 0.."much".len() {
        rig.press("backspace").await;
    }
    rig.write("5 it fills again").await;
    rig.press("enter").await;
    rig.settled().await;
    let risk = &review(rig.app.facts()).unwrap().risks["R1"];
    assert_eq!((risk.likelihood, risk.impact, risk.title.as_str()), (4, 5, "it fills again"));
    assert!(rig.screen().contains("4 x 5 = 20: it fills again"), "{}", rig.screen());
    rig.press("g j j e").await;
    rig.write(&["password=", "hunter", "2-canary-"].concat()).await;
    rig.press("ctrl-s").await;
    rig.settled().await;
    let after = review(rig.app.facts()).unwrap();
    assert!(!after.sections.contains_key(&Section::Impact) && after.is_quarantined());
    assert_eq!(after.caught[0].field, "impact");
    rig.end().await;
}

#[test]
fn what_is_attached_and_let_through_is_told_where_the_lane_is_explained() {
    let allowed = ReviewAct::Allowed {
        field: "boot_time_ref".to_owned(),
        detector: "high_entropy".to_owned(),
        offset: 9,
        len: 24,
        reason: "ids of builds".to_owned(),
    };
    let mut app = after(vec![(FIRST, written("boot_time_ref", "build 7")), (FIRST, allowed)]);
    scene::press(&mut app, "L");
    (0..14).for_each(|_| drop(scene::press(&mut app, "j")));
    let told = "boot_time_ref: high_entropy, 24 bytes from byte 9: ids of builds";
    assert!(flat(&shown(&app)).contains(told), "{}", shown(&app));
}

#[tokio::test]
async fn an_incident_is_read_back_from_a_row_of_its_own_and_is_the_one_that_the_field_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(FIRST, "memory:", folder.path(), 1).await;
    let mut other = scenes::rows().remove(0);
    other.row.id = "0198a000-0000-7000-8000-000000000009".to_owned();
    other.row.incident_id = Some("INC-20260204-02".to_owned());
    rig.press("4 enter y").await;
    rig.settled().await;
    let entries = [other].into_iter().chain(scenes::rows()).map(readback::timeline::Entry::Operation).collect();
    let reviews = rig.app.facts().recorded().to_vec();
    let digests = ["0198a000-0000-7000-8000-000000000009", "0198a000-0000-7000-8000-000000000001"]
        .map(|id| (id.to_owned(), Some("d0".repeat(32))));
    rig.take(Event::Margin { annotations: Vec::new(), digests: digests.into() }).await;
    rig.take(Event::StoreRead { entries, complete: true, reviews }).await;
    rig.press("j enter").await;
    assert!(rig.screen().contains("other incident INC-20260204-02"), "{}", rig.screen());
    rig.press("j i").await;
    rig.settled().await;
    rig.press("p").await;
    assert!(rig.screen().contains("what is attached is of another incident than this review"), "{}", rig.screen());
    // The row of this one is attached, but the field was filled from the other.
    rig.press("k i").await;
    rig.settled().await;
    rig.press("p").await;
    assert!(rig.screen().contains("change_or_incident_ref does not name this incident"), "{}", rig.screen());
    rig.end().await;
}

#[tokio::test]
async fn what_the_configuration_lets_through_is_recorded_with_the_step_that_carried_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(FIRST, "memory:", folder.path(), 1).await;
    let id = ["bld_", "9aZ4kQ81xW7", "mR2tB6vY3"].concat();
    let allow = Allow::new(None, "bld_[0-9A-Za-z]{20}", "ids of builds").unwrap();
    rig.take(Event::Guard(Watch::default().allowing(&[allow]))).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("j e").await;
    rig.write(&format!("{INCIDENT}, build {id}")).await;
    rig.press("ctrl-s").await;
    rig.settled().await;
    let review = review(rig.app.facts()).unwrap();
    assert!(review.value("change_or_incident_ref").unwrap().ends_with(&id) && !review.is_quarantined());
    let allowed: Vec<_> = review.allowed.iter().map(|one| (one.field.as_str(), one.reason.as_str(), one.len)).collect();
    assert_eq!(allowed, [("change_or_incident_ref", "ids of builds", id.len())]);
    assert!(review.anomalies.is_empty());
    let last = &rig.app.facts().recorded().last().unwrap().event;
    assert!(matches!(last.act, ReviewAct::Allowed { .. }) && !format!("{:?}", last.act).contains(&id));
    rig.end().await;
}
