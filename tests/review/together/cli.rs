//! `readback review`: follow-ups, sections, risks, and whether anything is production ready.

use super::reviewed::PLAN;
use crate::support::pty::binary;
use crate::support::stack::Stack;
use jiff::Timestamp;
use readback::review::{Book, CandidateId, Contract, NewReviewEvent, Review, ReviewAct, ReviewId, Section};
use readback::store::chain::verify_heads;
use readback::store::{Access, AnyStore, Outcome, Store, StoreUrl};
use readback::timeline::Entry;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Output, Stdio};

const REVIEW: &str = "0198f3a0-0000-7000-8000-000000000001";

async fn store(stack: &Stack) -> AnyStore {
    AnyStore::open(&StoreUrl::sqlite(stack.root().join("log.db")), Access::ReadWrite).await.unwrap()
}

/// A stack with one review that was opened in `INC-7`, and the plan in a file.
async fn stack() -> Stack {
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    stack.write("plan.md", PLAN);
    let event = NewReviewEvent {
        review: ReviewId(REVIEW.to_owned()),
        id: REVIEW.to_owned(),
        incident_id: "INC-7".to_owned(),
        expected_version: 0,
        actor: "console:ann".to_owned(),
        occurred_at: Timestamp::now(),
        act: ReviewAct::Opened {
            candidate: CandidateId("host_service_post_incident_readback:web".to_owned()),
            snapshot_digest: "0".repeat(64),
            policy: Contract::builtin().digest().to_owned(),
        },
    };
    let store = store(&stack).await;
    store.record(&Outcome { event, operation: None }).await.unwrap();
    store.close().await;
    stack
}

async fn review(stack: &Stack) -> Review {
    let store = store(stack).await;
    let steps = store.reviews().await.unwrap();
    assert_eq!(verify_heads(&steps, &store.heads().await.unwrap()), Ok(()));
    store.close().await;
    let review = Book::fold(&steps).get(&ReviewId(REVIEW.to_owned())).unwrap().clone();
    assert!(review.anomalies.is_empty(), "{:?}", review.anomalies);
    review
}

fn run(stack: &Stack, args: &[&str]) -> (Option<i32>, String, String) {
    let output = stack.run(&[&["review"], args].concat(), &[]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The same with a text on standard input.
fn run_with(stack: &Stack, args: &[&str], input: &str) -> Output {
    let mut command = Command::new(binary());
    command.args(["review"]).args(args).current_dir(stack.root()).env_clear().envs(stack.environment());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checklist_is_taken_in_once_and_says_how_far_and_how_ready_everything_is() {
    let stack = stack().await;
    let (code, said, told) = run(&stack, &["follow-ups", "import", "INC-7", "plan.md", "--dry-run"]);
    assert_eq!((code, told.as_str()), (Some(0), ""), "{said}");
    assert!(said.ends_with("18 would be recorded, 0 as they stand, 0 to look at\n"), "{said}");
    assert_eq!(review(&stack).await.version(), 1);
    let (code, said, _) = run(&stack, &["follow-ups", "import", "INC-7", "plan.md"]);
    assert!(code == Some(0) && said.ends_with("18 recorded, 0 as they stand, 0 to look at\n"), "{said}");
    let (code, said, _) = run(&stack, &["follow-ups", "import", "INC-7", "plan.md"]);
    assert_eq!((code, said.as_str()), (Some(0), "0 recorded, 18 as they stand, 0 to look at\n"));
    let taken = review(&stack).await;
    assert_eq!((taken.version(), taken.follow_ups.len()), (19, 18));
    assert_eq!(taken.last.unwrap().actor, "console:tester");

    let (code, text, _) = run(&stack, &["follow-ups"]);
    assert_eq!(code, Some(0));
    for words in [
        "4 of 18 done (22.2 %); P0: 3 of 17 done (17.6 %); 24.5 d remain",
        "not production ready: 14 P0 open: P0-2 (in progress), P0-3 (to do)",
        "ready  all domains: 30 % -> 35 % with what is in progress",
        "ready  Zero trust security: 20 % -> 40 % with what is in progress",
        "ready  Disaster recovery: 10 %",
        "due  week of 2026-11-30: 3 of 4 done: P0-1, P0-3, P0-6, P0-10",
        "P0-2  P0  in progress  bob  due 2026-12-09",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let (_, markdown, _) = run(&stack, &["follow-ups", "INC-7", "--format", "md"]);
    stack.write("again.md", &markdown);
    let (code, said, told) = run(&stack, &["follow-ups", "import", "INC-7", "again.md"]);
    assert_eq!((code, said.as_str(), told.as_str()), (Some(0), "0 recorded, 18 as they stand, 0 to look at\n", ""));
    let (_, text, _) = run(&stack, &["follow-ups", "INC-7", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let figures = &report["reviews"][0]["figures"];
    assert_eq!((&figures["p0"]["percent"], &figures["all"]["remaining_days"]), (&"17.6 %".into(), &"24.5".into()));
    assert_eq!((&figures["readiness"]["percent"], figures["weeks"].as_array().unwrap().len()), (&30.into(), 4));
    assert_eq!(report["reviews"][0]["items"].as_array().unwrap().len(), 18);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_production_ready_before_every_p0_item_is_done_with_evidence() {
    let stack = stack().await;
    let ready = || run(&stack, &["ready", "INC-7"]);
    let (code, said, _) = ready();
    assert_eq!(code, Some(1), "nothing was listed: {said}");
    let set = |args: &[&str]| run(&stack, &[&["follow-up", "set", "INC-7"], args].concat());
    let (code, said, _) = set(&["P0-1", "--title", "Rotate the key", "--owner", "@ann", "--effort", "3.5 d"]);
    assert_eq!((code, said.as_str()), (Some(0), "P0-1 recorded: to do\n"));
    let (code, said, _) = ready();
    assert_eq!(code, Some(1));
    assert!(said.starts_with("not production ready: 1 P0 open: P0-1 (to do)\n  P0-1  to do  Rotate the key"), "{said}");
    let (code, _, told) = set(&["P0-1", "--status", "done"]);
    assert_eq!(
        (code, told.as_str()),
        (Some(1), "readback: P0-1: done needs evidence; give a reference to what shows it\n")
    );
    assert_eq!(set(&["p0-1", "--status", "done", "--evidence", "rotation run 12"]).0, Some(0));
    let (code, said, _) = set(&["P0-1", "--status", "done"]);
    assert_eq!((code, said.as_str()), (Some(0), "P0-1: stands so already; nothing was recorded\n"));
    let (code, said, _) = ready();
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "every P0 follow-up is done with evidence; this opens no runtime gate\n")
    );
    let item = review(&stack).await.follow_ups["P0-1"].item.clone();
    assert_eq!(
        (item.owner.as_str(), item.effort_quarters, item.evidence.as_slice()),
        ("ann", 14, ["rotation run 12".to_owned()].as_slice())
    );
    assert_eq!(set(&["P0-1", "--status", "soon"]).0, Some(2));
    assert_eq!(set(&["P0-2"]).0, Some(1), "a new item says what it is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_read_of_a_list_is_said_by_line_and_the_rest_is_recorded() {
    let stack = stack().await;
    let list = "Prose.\n- [x] **P0-1** done without evidence\n- [ ] no id\n- [ ] P1-1 fix it; due: soon\n";
    let output = run_with(&stack, &["follow-ups", "import", "INC-7", "-"], list);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    for words in ["lines 1", "line 2: P0-1: it is called done", "line 3: has no id", "line 4: due: is no date"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let review = review(&stack).await;
    assert_eq!(review.follow_ups["P1-1"].item.title, "fix it; due: soon");
    assert_eq!(review.follow_ups["P0-1"].item.status, readback::review::FollowUpStatus::InProgress);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_with_a_secret_is_not_taken_in_and_the_review_is_in_quarantine() {
    let stack = stack().await;
    let secret = ["not-", "a-real-", "one-71c2"].concat();
    stack.write("leak.md", format!("- [ ] P0-1 fix it\n- [ ] P0-2 set password={secret}\n"));
    for args in [
        &["follow-ups", "import", "INC-7", "leak.md"][..],
        &["risk", "INC-7", "R1", "--title", &format!("password={secret}"), "--likelihood", "1", "--impact", "2"],
    ] {
        let (code, said, told) = run(&stack, args);
        assert_eq!(code, Some(1), "{said} {told}");
        assert!(told.contains("caught at byte") && !told.contains(&secret) && !said.contains(&secret), "{told}");
    }
    let review = review(&stack).await;
    assert!(review.is_quarantined() && review.follow_ups.is_empty() && review.risks.is_empty());
    assert_eq!(review.caught.iter().map(|hit| hit.field.as_str()).collect::<Vec<_>>(), ["follow_ups", "R1"]);
    let store = store(&stack).await;
    let page = store.page(None, 10).await.unwrap();
    let logged = page.iter().filter(|entry| {
        matches!(entry, Entry::Operation(row)
        if row.row.action_detail.as_deref().is_some_and(|detail| detail.starts_with("readback_quarantined")))
    });
    assert_eq!(logged.count(), 2, "the log has the rows that the console would have written");
    store.close().await;
    let kept = stack.kept().into_values().chain([std::fs::read(stack.root().join("log.db")).unwrap()]);
    for bytes in kept {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sections_and_risks_are_written_and_a_read_only_run_writes_nothing() {
    let stack = stack().await;
    let write = |text: &str| run_with(&stack, &["write", "INC-7", "--section", "went-well"], text);
    assert_eq!(write("The pager rang.\nTwo people came.\n").status.code(), Some(0));
    assert_eq!(write("x".repeat(5_000).as_str()).status.code(), Some(3));
    let risk = |args: &[&str]| run(&stack, &[&["risk", "INC-7", "R1"], args].concat());
    assert_eq!(risk(&["--title", "It fills again", "--likelihood", "3", "--impact", "4"]).0, Some(0));
    assert_eq!(risk(&["--title", "It fills again", "--likelihood", "9", "--impact", "4"]).0, Some(2));
    let stands = review(&stack).await;
    assert_eq!(stands.sections[&Section::WentWell].value, "The pager rang.\nTwo people came.");
    assert_eq!((stands.risks["R1"].likelihood, stands.risks["R1"].impact), (3, 4));
    let (code, _, told) = risk(&["--drop", "--read-only"]);
    assert!(code == Some(3) && told.contains("--read-only records nothing"), "{told}");
    assert_eq!(risk(&["--drop"]).0, Some(0));
    assert_eq!(risk(&["--drop"]).0, Some(1));
    assert_eq!(write("").status.code(), Some(0));
    let taken = review(&stack).await;
    assert!(taken.risks.is_empty() && taken.sections[&Section::WentWell].value.is_empty());
}
