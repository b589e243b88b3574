//! The commands, with the real program.

use super::bundle::record;
use super::scene::{self, open, read_second, read_twice, signed};
use crate::story::Story;
use crate::support::stack::Stack;
use readback::review::report::WITHHELD;
use readback::review::{CandidateId, Lane, ReviewAct, Section};
use readback::store::{Access, AnyStore, StoreUrl};
use readback::timeline::Entry;
use serde_json::Value;
use std::process::Output;

/// A stack whose database holds this story, of the candidate of its snapshot.
async fn stack(mut told: Story) -> Stack {
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    let bytes = std::fs::read(stack.root().join("snapshot.json")).unwrap();
    if let ReviewAct::Opened { candidate, snapshot_digest, .. } = &mut told.steps[0].event.act {
        *candidate = CandidateId("host_service_post_incident_readback:small_env_file".to_owned());
        *snapshot_digest = readback::guard::digest_bytes(&bytes);
    }
    let url = StoreUrl::sqlite(stack.root().join("log.db"));
    let store = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
    let rows: Vec<_> = scene::rows().into_iter().filter_map(Entry::into_operation).collect();
    store.import(&rows).await.unwrap();
    record(&store, &told).await;
    store.close().await;
    stack
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

fn ask(stack: &Stack, args: &[&str]) -> (Option<i32>, String) {
    said(&stack.run(args, &[]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_goes_to_whoever_listens_or_to_a_file_and_is_found_by_every_name() {
    let stack = stack(open()).await;
    for name in ["review-1", "review", "host_service_post_incident_readback:small_env_file", "INC-2031"] {
        let (code, text) = ask(&stack, &["report", name]);
        assert_eq!(code, Some(0), "{text}");
        assert!(
            text.starts_with("lane: ") && text.contains("# Post-incident review of The small .env lost its bucket")
        );
        assert!(text.contains("| claimed time to recover | 12 m 00 s |"), "{text}");
    }
    for (format, first) in
        [("html", "<!DOCTYPE html><!-- lane: "), ("json", "{\n  \"schema\": \"readback_report_v1\",\n  \"lane\"")]
    {
        let (code, text) = ask(&stack, &["report", "review-1", "--format", format, "--output", "out"]);
        assert_eq!((code, text.as_str()), (Some(0), ""));
        let written = std::fs::read_to_string(stack.root().join("out")).unwrap();
        assert!(written.starts_with(first), "{written}");
    }
    let (code, text) = ask(&stack, &["report", "nothing"]);
    assert_eq!(
        (code, text.as_str()),
        (Some(3), "readback: there is no review nothing; `readback review list` has them\n")
    );
    let (code, text) = ask(&stack, &["report", "review-1", "--output", "no/such/folder/out"]);
    assert!(code == Some(3) && text.contains("its folder is not there") && text.lines().count() == 1, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_the_stack_leaves_in_no_report_and_no_bundle() {
    let mut story = open();
    let text = "it said invented-no-secret in the log".to_owned();
    story.push("reviewer", ReviewAct::SectionWritten { section: Section::Summary, text });
    let stack = stack(story).await;
    for format in ["md", "html", "json"] {
        let (code, text) = ask(&stack, &["report", "review-1", "--format", format]);
        assert_eq!(code, Some(0), "{text}");
        assert!(!text.contains("invented-no-secret") && text.contains("known_value masked]"), "{text}");
    }
    let (code, text) = ask(&stack, &["review", "bundle", "review-1", "--output", "out"]);
    assert!(code == Some(3) && text.contains("(known_value)") && text.lines().count() == 1, "{text}");
    assert!(!text.contains("invented-no-secret") && !stack.root().join("out").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_reader_gets_neither_the_first_answers_nor_a_bundle_before_handing_in() {
    let mut first = signed(open());
    let act = ReviewAct::Overridden {
        check: "maintenance_window_present".to_owned(),
        reason: "passed over in the call".to_owned(),
        until: jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(2)).unwrap(),
    };
    first.push("reviewer", act);
    let stack = stack(read_second(first)).await;
    let as_user = |user: &str, args: &[&str]| said(&stack.run(args, &[("USER", user)]));
    let (code, text) = as_user("second", &["report", "review-1"]);
    assert!(code == Some(0) && text.starts_with(&format!("lane: {WITHHELD}\n")), "{text}");
    for lane in Lane::ALL {
        assert!(!text.contains(lane.id()), "{}: {text}", lane.id());
    }
    assert!(!text.contains("passed over in the call") && !text.contains("Handed in by"), "{text}");
    assert!(!as_user("reviewer", &["report", "review-1"]).1.contains(WITHHELD));
    let (code, text) = as_user("second", &["review", "list"]);
    assert!(code == Some(0) && text.contains(&format!("second reading; the lane is {WITHHELD}")), "{text}");
    let (_, text) = as_user("second", &["review", "list", "--format", "json"]);
    let line = &serde_json::from_str::<Value>(&text).unwrap()["reviews"][0];
    assert_eq!(
        (&line["withheld"], &line["signed"], &line["changed_since_signed"]),
        (&true.into(), &Value::Null, &false.into())
    );
    assert_eq!([&line["lane"], &line["to_go"], &line["version"]], [&Value::Null; 3]);
    assert!(as_user("reviewer", &["review", "list"]).1.contains("to go"));
    for args in [&["review", "export"][..], &["review", "recheck", "review-1"]] {
        let (code, text) = as_user("second", args);
        assert!(code == Some(3) && text.contains(WITHHELD) && text.lines().count() == 1, "{text}");
        assert!(!as_user("reviewer", args).1.contains(WITHHELD));
    }
    let (code, text) = as_user("second", &["review", "bundle", "review-1", "--output", "out"]);
    assert!(code == Some(3) && text.contains(WITHHELD) && text.lines().count() == 1, "{text}");
    assert!(!stack.root().join("out").exists());
    // What was signed was signed of another candidate in this story, and the bundle says so; it is written.
    assert_eq!(as_user("reviewer", &["review", "bundle", "review-1", "--output", "out"]).0, Some(1));
    assert!(stack.root().join("out").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_export_is_the_plan_of_the_stacks_snapshot_with_what_its_reviews_say() {
    let stack = stack(open()).await;
    let args = ["review", "export", "--generated-at", "as said"];
    let (code, text) = ask(&stack, &args);
    assert_eq!(code, Some(0), "{text}");
    let export: Value = serde_json::from_str(&text).unwrap();
    let candidate = &export["readback_candidates"][0];
    assert_eq!((&export["generated_at"], &candidate["surface_id"]), (&"as said".into(), &"small_env_file".into()));
    assert_eq!(candidate["maintenance_window"], "CHG-88, Sunday 02:00");
    // Nobody has signed, and no probe was asked: it is ready for nobody to say.
    assert_eq!(candidate["status"], "request_before_after_supplement");
    assert_eq!(candidate["reviewer_outcome"], "waiting_post_incident_readback");
    assert_eq!(export["summary"]["post_incident_readback_received_count"], 1);
    let (code, text) = ask(&stack, &[&args[..], &["--output", "plan.json"]].concat());
    let line =
        "HOST_SERVICE_POST_INCIDENT_READBACK_PLAN_OK candidates=1 checks=28 lanes=10 accepted=0 runtime_gate=0\n";
    assert_eq!((code, text.as_str()), (Some(0), line));
    stack.write("snapshot.json", "{}");
    let (code, text) = ask(&stack, &args);
    assert!(code == Some(3) && text.contains("change_evidence_candidates must be a list"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_written_and_checked_where_there_is_no_stack() {
    let stack = stack(read_twice(open())).await;
    let (code, text) = ask(&stack, &["review", "bundle", "review-1", "--output", "review.jsonl"]);
    assert!(code == Some(0) && text.starts_with("HOLDS  review review-1 of incident INC-2031\n"), "{text}");
    let elsewhere = stack.home().join("review.jsonl");
    std::fs::rename(stack.root().join("review.jsonl"), &elsewhere).unwrap();
    std::fs::remove_file(stack.root().join("log.db")).unwrap();
    std::fs::remove_file(stack.root().join("readback.toml")).unwrap();
    let path = elsewhere.to_str().unwrap();
    let (code, text) = ask(&stack, &["verify", path]);
    assert_eq!(code, Some(0), "{text}");
    for part in ["rows against their digests", "head: ", "not shown: ", "compare the head with one that was kept"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let mut bytes = std::fs::read(&elsewhere).unwrap();
    let at = bytes.windows(20).position(|window| window == b"ref of rollback_owne").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&elsewhere, bytes).unwrap();
    let (code, text) = ask(&stack, &["verify", path]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("BROKEN  ") && text.contains("(event event-23): its SHA-256 is not the one"), "{text}");
    let output = stack.run(&["verify", path, "--format", "json"], &[]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["schema"], &json["verdict"]), (&"readback_verify_bundle_v1".into(), &"broken".into()));
    for (path, says) in [("nothing", "entity not found"), (".", "is no file"), ("/dev/zero", "is no file")] {
        let (code, text) = ask(&stack, &["verify", path]);
        assert!(code == Some(3) && text.contains(says) && text.lines().count() == 1, "{text}");
    }
    assert_eq!(ask(&stack, &["verify", path, "--incident", "INC-1"]).0, Some(3), "a bundle is of one incident");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_of_what_does_not_hold_is_written_says_so_and_fails() {
    let stack = stack(signed(open())).await;
    let (code, text) = ask(&stack, &["review", "bundle", "INC-2031", "--output", "review.jsonl"]);
    // The story was signed with another snapshot than the stack's, and so with another lane.
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("it signs ready_for_host_service_post_incident_review, and computed again"), "{text}");
    assert!(stack.root().join("review.jsonl").exists());
}
