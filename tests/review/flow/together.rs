//! Two people: the second reader, blind until both have handed in, and two reviewers who write at the same moment.

use super::scenes::{FIRST, SECOND, asked, console, review};
use crate::support::rig::Rig;
use readback::review::{Answer, Review};
use std::path::{Path, PathBuf};

/// One store for two consoles, each with a folder of its own.
fn for_two(folder: &Path) -> (String, PathBuf, PathBuf) {
    let (mine, theirs) = (folder.join("mine"), folder.join("theirs"));
    std::fs::create_dir(&mine).unwrap();
    std::fs::create_dir(&theirs).unwrap();
    (format!("sqlite:{}", folder.join("store.db").display()), mine, theirs)
}

async fn opened(actor: &str, url: &str, folder: &Path) -> Rig {
    let mut rig = console(actor, url, folder, 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig
}

#[tokio::test]
async fn the_second_reader_sees_no_answer_until_both_readings_are_in_and_a_dispute_is_settled_by_either_side() {
    let folder = tempfile::tempdir().unwrap();
    let (url, mine, theirs) = for_two(folder.path());
    let mut first = Box::pin(opened(FIRST, &url, &mine)).await;
    first.press("j f j u").await;
    first.settled().await;
    first.press("m j enter y").await;
    first.settled().await;
    let mut second = console(SECOND, &url, &theirs, 2).await;
    second.until("the review is seen", |facts| review(facts).is_some_and(|review| review.submitted.is_some())).await;
    second.press("4 enter").await;
    assert!(second.screen().contains("waits for a second reader"), "{}", second.screen());
    second.press("n m enter y").await;
    second.settled().await;
    let screen = second.screen();
    assert!(screen.contains("second reading, blind"), "{screen}");
    assert!(screen.contains(&format!("0 of {} answered", asked())), "{screen}");
    for hidden in ["FAILS", "reject_unattributed", "request_", "to go", "handed in"] {
        assert!(!screen.contains(hidden), "{hidden}: {screen}");
    }
    // What is not theirs is refused in words that tell nothing.
    for key in ["S", "e"] {
        second.press(key).await;
        assert!(second.screen().contains("the first reading is not yours to change"), "{}", second.screen());
    }
    second.press("L").await;
    assert!(second.screen().contains("which you do not see yet"), "{}", second.screen());
    second.press("L m j enter").await;
    assert!(second.screen().contains("checks are not answered yet"), "{}", second.screen());
    second.press("esc s").await;
    for _ in 0..asked() {
        second.press("p").await;
    }
    second.settled().await;
    second.press("m j enter y").await;
    second.settled().await;
    let disputes = |review: &Review| review.disputes().len();
    let seen = review(second.app.facts()).unwrap();
    assert_eq!(seen.second.as_ref().unwrap().answers.len(), asked());
    assert!(seen.anomalies.is_empty());
    // Both see both.
    first.until("the second reading", |facts| review(facts).is_some_and(|review| disputes(review) > 0)).await;
    let before = disputes(review(first.app.facts()).unwrap());
    first.press("g j enter").await;
    let screen = first.screen();
    for text in ["does not hold by console:reviewer", "holds by console:bea", "they differ", "after 0 s"] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
    second.press("esc g j f").await;
    assert_eq!(second.app.facts().pending.len(), 1);
    second.settled().await;
    first.until("a dispute less", |facts| disputes(review(facts).unwrap()) < before).await;
    let settled = review(first.app.facts()).unwrap();
    assert_eq!(disputes(settled), before - 1);
    first.end().await;
    second.end().await;
}

#[tokio::test]
async fn who_looked_before_reading_second_is_told_and_told_of_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (url, mine, theirs) = for_two(folder.path());
    let mut first = Box::pin(opened(FIRST, &url, &mine)).await;
    first.press("j f j u m j enter y").await;
    first.settled().await;
    let mut second = console(SECOND, &url, &theirs, 2).await;
    second.until("the review is seen", |facts| review(facts).is_some_and(|review| review.submitted.is_some())).await;
    second.press("4").await;
    // The lane follows from the answers: it is not on the screen before one has decided to look.
    assert!(second.screen().contains("waits for a second reader"), "{}", second.screen());
    assert!(!second.screen().contains("waiting_post_incident_readback"), "{}", second.screen());
    second.press("enter y").await;
    assert!(second.screen().contains("FAILS"), "{}", second.screen());
    second.press("esc").await;
    let screen = second.screen();
    assert!(screen.contains("waiting_post_incident_readback"), "who has looked may go on looking: {screen}");
    second.settled().await;
    second.end().await;

    let mut second = console(SECOND, &url, &theirs, 3).await;
    second.until("the review is seen", |facts| review(facts).is_some_and(|review| review.submitted.is_some())).await;
    second.press("4 m enter").await;
    let screen = second.screen().replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(screen.contains("You have looked at it with its answers: that is recorded, too."), "{screen}");
    second.press("y").await;
    second.settled().await;
    assert!(review(second.app.facts()).unwrap().second.as_ref().unwrap().looked);
    assert!(second.screen().contains("not blind: you had looked before"), "{}", second.screen());
    assert!(!second.screen().contains("FAILS"), "and from here on nothing of it: {}", second.screen());
    first.until("the other has joined", |facts| review(facts).is_some_and(|review| review.second.is_some())).await;
    assert!(first.screen().contains("not blind: they had looked before"), "{}", first.screen());
    first.end().await;
    second.end().await;
}

#[tokio::test]
async fn a_conflict_shows_both_loses_nothing_typed_and_the_step_is_taken_again_or_left() {
    let folder = tempfile::tempdir().unwrap();
    let (url, mine, theirs) = for_two(folder.path());
    let mut first = Box::pin(opened(FIRST, &url, &mine)).await;
    let mut second = console(SECOND, &url, &theirs, 2).await;
    second.until("the review is seen", |facts| review(facts).is_some()).await;
    second.press("4 enter j e").await;
    second.write("INC-OF-BEA").await;
    for (text, key) in [("INC-MINE", "T"), ("INC-MINE-AGAIN", "D")] {
        let before = review(first.app.facts()).unwrap().value("change_or_incident_ref").map(str::to_owned);
        first.press("g j e").await;
        if before.is_some() {
            // It lacks its answer: which of the two is meant is asked.
            first.press("j enter").await;
        }
        for _ in 0..before.as_deref().unwrap_or_default().len() {
            first.press("backspace").await;
        }
        first.write(text).await;
        first.press("ctrl-s").await;
        first.settled().await;
        // The other console has not heard of it when it records its own.
        second.press("ctrl-s").await;
        second.until("the conflict", |facts| facts.pending.is_empty() && !facts.lost.is_empty()).await;
        let lost = |facts: &readback::app::Facts| facts.lost[0].expected_version;
        second.until("what stands now", |facts| review(facts).unwrap().version() > lost(facts)).await;
        let screen = second.screen();
        for shown in ["INC-OF-BEA", text, "by console:reviewer", "you tried", "stands now"] {
            assert!(screen.contains(shown), "{shown}: {screen}");
        }
        let kept = |rig: &Rig| rig.app.facts().drafts.values().any(|draft| draft == "INC-OF-BEA");
        assert!(kept(&second), "what was typed is a draft");
        second.press(key).await;
        assert!(second.app.facts().lost.is_empty());
        second.settled().await;
        if key == "T" {
            assert_eq!(review(second.app.facts()).unwrap().value("change_or_incident_ref"), Some("INC-OF-BEA"));
            assert!(!kept(&second));
            first
                .until("theirs", |facts| review(facts).unwrap().value("change_or_incident_ref") == Some("INC-OF-BEA"))
                .await;
            second.press("e j enter").await;
        } else {
            assert_eq!(review(second.app.facts()).unwrap().value("change_or_incident_ref"), Some(text));
            assert!(kept(&second), "left, and still a draft");
        }
    }
    assert!(review(second.app.facts()).unwrap().anomalies.is_empty());
    first.end().await;
    second.end().await;
}

#[tokio::test]
async fn two_answers_at_once_are_both_shown_with_who_gave_which() {
    let folder = tempfile::tempdir().unwrap();
    let (url, mine, theirs) = for_two(folder.path());
    let mut first = Box::pin(opened(FIRST, &url, &mine)).await;
    let mut second = console(SECOND, &url, &theirs, 2).await;
    second.until("the review is seen", |facts| review(facts).is_some()).await;
    second.press("4 enter j").await;
    first.press("j f").await;
    first.settled().await;
    second.press("u").await;
    second.until("the conflict", |facts| facts.pending.is_empty() && !facts.lost.is_empty()).await;
    second.until("what stands", |facts| review(facts).unwrap().answers.contains_key("incident_ref_present")).await;
    let screen = second.screen();
    assert!(screen.contains("can't tell") && screen.contains("does not hold, "), "{screen}");
    second.press("T").await;
    second.settled().await;
    let review = review(second.app.facts()).unwrap();
    assert_eq!(review.answers["incident_ref_present"].answer, Answer::Unknown);
    assert_eq!(review.answers["incident_ref_present"].by.actor, SECOND);
    first.end().await;
    second.end().await;
}
