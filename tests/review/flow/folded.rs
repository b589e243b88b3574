//! What the timeline makes of the steps of a review.

use super::scenes::{FIRST, console, review};
use readback::timeline::{Entry, OwnKind};

#[tokio::test]
async fn fields_that_one_review_set_fold_to_a_line_and_its_answers_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(FIRST, "memory:", folder.path(), 1).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    for keys in ["j e", "j e", "j e"] {
        rig.press(keys).await;
        rig.write("see the tracker").await;
        rig.press("ctrl-s").await;
        rig.settled().await;
        rig.later(1).await;
    }
    rig.press("u").await;
    rig.settled().await;
    let steps = |entries: &[Entry]| {
        entries.iter().filter(|entry| matches!(entry, Entry::Own(own) if own.kind == OwnKind::ReviewEvent)).count()
    };
    rig.until("the steps are rows", |facts| steps(&facts.log.entries) == 4).await;
    assert_eq!(review(rig.app.facts()).unwrap().fields.len(), 3);
    rig.press("3").await;
    let screen = rig.screen();
    assert!(screen.contains("3 fields set in review") && screen.contains("X shows each"), "{screen}");
    assert!(screen.contains("answered ") && screen.contains("readback_opened"), "{screen}");
    assert!(!screen.contains("wrote "), "{screen}");
    rig.press("X").await;
    let screen = rig.screen();
    assert_eq!(screen.lines().filter(|line| line.contains("wrote ")).count(), 3, "{screen}");
    assert!(!screen.contains("fields set"), "{screen}");
    rig.press("X").await;
    assert!(rig.screen().contains("3 fields set in review"), "{}", rig.screen());
    rig.end().await;
}
