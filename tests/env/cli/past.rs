//! What the store adds to what the files tell: events near a change, and restarts.

use super::{WELL, code, env, json as answer, said, shop};
use crate::support::stack::Stack;
use jiff::Timestamp;
use readback::store::{Access, AnyStore, Store, StoreUrl};
use readback::timeline::{EventType, NewOperation, OwnEvent, OwnKind};
use serde_json::{Value, json};

/// A stack whose store is a file of its own.
fn stored() -> Stack {
    let stack = shop();
    stack.change("readback.toml", "[display]", "[store]\nurl = \"sqlite:log.db\"\n[display]");
    stack
}

/// Records events as a console does.
fn record(stack: &Stack, events: &[OwnEvent], operations: &[NewOperation]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = AnyStore::open(&StoreUrl::sqlite(stack.root().join("log.db")), Access::ReadWrite).await.unwrap();
        for event in events {
            store.append_own(event).await.unwrap();
        }
        for operation in operations {
            store.append(operation).await.unwrap();
        }
        store.close().await;
    });
}

fn event(kind: OwnKind, at: Timestamp, subject: &str, summary: &str, context: Value) -> OwnEvent {
    OwnEvent {
        id: format!("{}-{at}", kind.name()),
        incident_id: None,
        kind,
        subject: subject.to_owned(),
        actor: Some("console:mira".to_owned()),
        summary: summary.to_owned(),
        success: None,
        context,
        occurred_at: at,
        recorded_at: None,
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn blame_tells_the_nearest_event_within_ten_minutes_of_either_end_of_a_change() {
    let stack = stored();
    stack.write(".env.backup.20260202_103434", WELL);
    stack.write(".env.backup.20260204_082611", "DB_HOST=127.0.0.1\nDB_PASSWORD=short\nMODE=prod\n");
    // The names are in +08:00.
    let secret = ["password=", "not-", "a-real-", "one-71c2"].concat();
    let note = |at: &str, words: &str| event(OwnKind::Note, time(at), "shop", words, Value::Null);
    record(
        &stack,
        &[
            note("2026-02-02T02:44:00Z", "release of 18.0.3"),
            note("2026-02-04T00:23:11Z", &format!("pasted {secret}")),
            note("2026-02-04T00:15:00Z", "eleven minutes earlier"),
            note("2026-02-03T00:00:00Z", "far from both"),
        ],
        &[],
    );
    let text = said(&env(&stack, &["blame", "S3_KEY"]));
    assert!(text.contains("near the first: 9 min later, NOTE release of 18.0.3 by console:mira"), "{text}");
    assert!(text.contains("near the second: 3 min earlier, NOTE pasted "), "{text}");
    assert!(!text.contains("far from both") && !text.contains("eleven") && !text.contains("one-71c2"), "{text}");
    let report = answer(&stack, &["blame", "S3_KEY"]);
    let went = &report["keys"][0]["steps"].as_array().unwrap()[1];
    assert_eq!(went["did"], "vanished", "{report}");
    let near: Vec<(&str, i64)> = (went["near"].as_array().unwrap().iter())
        .map(|near| (near["end"].as_str().unwrap(), near["seconds"].as_i64().unwrap()))
        .collect();
    assert_eq!(near, [("after", 566), ("by", -180)]);
    assert!(!report.to_string().contains("one-71c2"));
    // Without a store nothing is near, and why is said.
    std::fs::remove_file(stack.root().join("log.db")).unwrap();
    let text = said(&env(&stack, &["blame", "S3_KEY"]));
    assert!(text.contains("what was recorded is not in this") && !text.contains("near the"), "{text}");
}

#[test]
fn a_file_that_can_not_be_read_makes_blame_not_known_and_not_a_key_that_is_gone() {
    let stack = stored();
    assert_eq!(code(&env(&stack, &["blame", "S3_KEY"])), 0);
    assert_eq!(code(&env(&stack, &["blame", "NOBODY"])), 1);
    stack.write(".env", "A='open\n");
    assert_eq!(code(&env(&stack, &["blame", "NOBODY"])), 3);
}

#[test]
fn files_of_other_environments_are_not_taken_for_the_past_of_the_file() {
    let stack = stored();
    stack.write(".env.bak", "DB_HOST=127.0.0.1\nGONE=1\n");
    for name in [".env.local", ".env.production", ".env.example", ".env.test", ".envrc"] {
        stack.write(name, "FOREIGN=1\n");
    }
    let report = answer(&stack, &["blame"]);
    let labels: Vec<&str> =
        report["snapshots"].as_array().unwrap().iter().map(|looked| looked["label"].as_str().unwrap()).collect();
    assert_eq!(labels, [".env.bak", ".env"], "{report}");
    assert_eq!(code(&env(&stack, &["blame", "FOREIGN"])), 1);
    // Who names them has them.
    stack.change("readback.toml", "[env]\n", "[env]\nbackups = \".env.l*\"\n");
    assert_eq!(code(&env(&stack, &["blame", "FOREIGN"])), 0);
}

#[test]
fn forecast_tells_the_last_restarts_and_how_long_they_took() {
    let stack = stored();
    let life = |at: &str| json!({ "life": { "container": "shop-web", "started_at": at } });
    let seen = |at: &str| event(OwnKind::RestartSeen, time(at), "web", "web was restarted", life(at));
    let pass = |at: &str| event(OwnKind::ProbeChanged, time(at), "web", "web passes", json!({ "to": "pass" }));
    let read = |at: &str, of: &str| OwnEvent {
        success: Some(false),
        ..event(OwnKind::RestartRead, time(at), "web", "web was restarted: fails", life(of))
    };
    let operation = |id: &str, kind: EventType, success: Option<bool>| NewOperation {
        actor: Some("robot".to_owned()),
        action_detail: Some("docker compose restart web".to_owned()),
        success,
        ..NewOperation::new(id, kind)
    };
    record(
        &stack,
        &[
            seen("2026-02-04T00:00:00Z"),
            read("2026-02-04T00:01:00Z", "2026-02-04T00:00:00Z"),
            seen("2026-02-04T01:00:00Z"),
            pass("2026-02-04T01:00:42Z"),
        ],
        &[operation("a", EventType::ExecutionStarted, None), operation("b", EventType::ExecutionCompleted, Some(true))],
    );
    let text = said(&env(&stack, &["forecast"]));
    assert!(text.contains("2026-02-04 09:00:00 web started: passed after 42 s at most"), "{text}");
    assert!(text.contains("2026-02-04 08:00:00 web started: did not pass within a minute"), "{text}");
    assert!(text.contains("docker compose restart web by robot: was done after "), "{text}");
    let report = answer(&stack, &["forecast"]);
    let restarts = report["restarts"].as_array().unwrap();
    assert_eq!((restarts.len(), &restarts[1]["seconds"]), (3, &42.into()), "{report}");
    assert_eq!((&restarts[2]["seconds"], &report["restarts_unread"]), (&Value::Null, &Value::Null), "{report}");
    // A store that is not there is said, and decides nothing.
    std::fs::remove_file(stack.root().join("log.db")).unwrap();
    let without = env(&stack, &["forecast"]);
    assert!(said(&without).contains("last restarts: not known: the store can't be read"), "{}", said(&without));
    assert_eq!(code(&without), code(&env(&stack, &["forecast"])));
}

#[test]
fn an_older_backup_over_a_synced_file_is_found_however_new_the_file_is() {
    let stack = stored();
    let old = "DB_HOST=127.0.0.1\nDB_PASSWORD=invented-old-words-of-a-password\nMODE=prod\n";
    stack.write(".env", old);
    assert_eq!(code(&env(&stack, &["sync", "--apply", "--stack-name", "shop"])), 0);
    let undone = |stack: &Stack| -> Vec<String> {
        let report = answer(stack, &["verify"]);
        let all = report["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == "sync_undone");
        all.map(|finding| finding["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(undone(&stack), [""; 0]);
    // Put back as it was, key by key, one that the sync had added too.
    stack.write(".env", old);
    assert_eq!(undone(&stack), ["DB_PASSWORD", "S3_KEY"]);
    let text = said(&env(&stack, &["verify"]));
    assert!(text.contains("an older file was put over it") && !text.contains("invented"), "{text}");
    // By the store alone, where the backups were cleared away; and by their notes alone.
    let folder = std::fs::read_dir(stack.root()).unwrap().map(|entry| entry.unwrap().path());
    let notes: Vec<_> = folder.filter(|path| path.extension().is_some_and(|end| end == "why")).collect();
    assert_eq!(notes.len(), 1);
    let note = std::fs::read_to_string(&notes[0]).unwrap();
    std::fs::remove_file(&notes[0]).unwrap();
    assert_eq!(undone(&stack), ["DB_PASSWORD", "S3_KEY"]);
    std::fs::remove_file(stack.root().join("log.db")).unwrap();
    assert_eq!(undone(&stack), [""; 0], "nobody knows of the sync any more");
    std::fs::write(&notes[0], note).unwrap();
    assert_eq!(undone(&stack), ["DB_PASSWORD", "S3_KEY"]);
    // A later edit is another value, not the old one; a secret that was rolled back makes the old one right.
    stack.write(".env", old.replace("old-words", "third-set-of-words"));
    assert_eq!(undone(&stack), ["S3_KEY"]);
    stack.write(".env", old);
    stack.change("secret.json", "invented-words-of-a-password", "invented-old-words-of-a-password");
    assert_eq!(undone(&stack), ["S3_KEY"]);
}
