//! A console that is killed in the middle of a review, at many moments: what it had shown as recorded is recorded, once.

use crate::support::pty::Pty;
use crate::support::screen;
use crate::support::stack::{SOON, Stack};
use readback::review::{Recorded, ReviewAct};
use readback::store::{Access, AnyStore, Store, StoreUrl};
use rustix::process::Signal;
use std::collections::BTreeSet;

/// Tall enough to show every check at once.
const SIZE: (u16, u16) = (80, 60);
/// How many checks are answered, unless the console is killed before.
const ANSWERS: usize = 16;

fn opened(stack: &Stack) -> Pty {
    let mut pty = stack.console(&[], SIZE);
    pty.wait_until("the timeline", SOON, |screen| screen.text().contains("rows"));
    pty.send("4");
    pty.wait_for("not opened", SOON);
    pty.send("\r");
    pty.wait_for("y yes, n no", SOON);
    pty.send("y");
    pty.wait_until("the review, recorded", SOON, |screen| {
        let text = screen.text();
        text.contains("incident_ref_present") && !text.contains("not recorded yet")
    });
    pty
}

/// How many answers a screen shows.
fn shown(text: &str) -> usize {
    text.lines().filter(|line| line.contains(" FAILS ")).count()
}

/// How many steps it says are not recorded.
fn pending(text: &str) -> usize {
    let number = |before: &str| before.rsplit(['(', ' ']).find(|word| !word.is_empty())?.parse().ok();
    text.split_once("not recorded yet").map_or(0, |(before, _)| number(before).expect("a number"))
}

async fn recorded(stack: &Stack) -> Vec<Recorded> {
    let url = StoreUrl::sqlite(stack.root().join("log.db"));
    let store = AnyStore::open(&url, Access::ReadOnly).await.unwrap();
    let audit = store.audit(None).await.unwrap();
    assert!(audit.broken.is_none(), "{audit:?}");
    let steps = store.reviews().await.unwrap();
    store.close().await;
    steps
}

/// The checks that were answered, in order; each once.
fn answered(steps: &[Recorded]) -> Vec<String> {
    let versions: Vec<u64> = steps.iter().map(|step| step.event.expected_version).collect();
    assert_eq!(versions, (0..steps.len() as u64).collect::<Vec<_>>(), "no step twice, and none left out");
    let checks: Vec<String> = steps
        .iter()
        .filter_map(|step| match &step.event.act {
            ReviewAct::CheckDecided { check, .. } => Some(check.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(checks.iter().collect::<BTreeSet<_>>().len(), checks.len(), "{checks:?}");
    checks
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_killed_at_any_moment_of_a_review_loses_nothing_it_showed_as_recorded_and_records_nothing_twice() {
    for killed_at in 0..=8 {
        let stack = Stack::new();
        stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
        let mut pty = opened(&stack);
        pty.send("j");
        pty.send(&"fj".repeat(ANSWERS));
        pty.wait_until("so many answers", SOON, |screen| shown(&screen.text()) >= 2 * killed_at);
        pty.signal(Signal::KILL);
        assert!(pty.wait_for_process(SOON).signal.is_some());
        let last = pty.screen(screen::Screen::text);
        let proved = shown(&last).saturating_sub(pending(&last));

        // The next console sends what was kept, where anything was.
        let mut next = stack.console(&[], SIZE);
        // What was kept is sent before anything is read.
        next.wait_until("what stands in the database", SOON, |screen| {
            let text = screen.text();
            text.contains(" rows") && !text.contains("not recorded yet")
        });
        next.send("q");
        assert_eq!(next.wait_exit(SOON).code, 0);
        let checks = answered(&recorded(&stack).await);
        assert!(checks.len() >= proved, "{proved} were shown as recorded, {} are: {last}", checks.len());
    }
}
