//! `readback seal`, `verify` and `retention` with the real program: what is printed, what the witness gets, how it ends.

use crate::support::stack::Stack;
use readback::store::{Access, AnyStore, StoreUrl};
use readback::timeline::Operation;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::process::Output;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A stack with three rows of two days of 2026, in a file of its own.
async fn stack() -> Stack {
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    put(&stack, &[("a", "2026-02-03T09:00:00Z"), ("b", "2026-02-03T10:00:00Z"), ("c", "2026-02-05T00:00:00Z")]).await;
    stack
}

/// Rows of another program.
async fn put(stack: &Stack, rows: &[(&str, &str)]) {
    let store = AnyStore::open(&StoreUrl::sqlite(stack.root().join("log.db")), Access::ReadWrite).await.unwrap();
    let row = |(id, at): &(&str, &str)| -> Operation {
        serde_json::from_value(json!({"id": id, "event_type": "RESOLVED", "context": {}, "created_at": at})).unwrap()
    };
    store.import(&rows.iter().map(row).collect::<Vec<_>>()).await.unwrap();
    store.close().await;
}

/// By hand: the guard of the log is taken off first.
async fn sql(stack: &Stack, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(stack.root().join("log.db"));
    let mut connection = options.connect().await.unwrap();
    let off = "DROP TRIGGER IF EXISTS readback_log_no_update; DROP TRIGGER IF EXISTS readback_log_no_delete";
    sqlx::raw_sql(off).execute(&mut connection).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn ask(stack: &Stack, args: &[&str]) -> (Option<i32>, String) {
    said(&stack.run(args, &[]))
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

fn answer(stack: &Stack, args: &[&str]) -> Value {
    serde_json::from_slice(&stack.run(args, &[]).stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sealed_is_verified_and_what_was_done_to_it_is_named_with_the_next_step() {
    let stack = stack().await;
    let (code, text) = ask(&stack, &["verify"]);
    assert!(code == Some(3) && text.contains("UNSEALED"), "{code:?} {text}");
    let (code, text) = ask(&stack, &["seal"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("2026-02-03 alert_operation_log part 1 rows 2 root "), "{text}");
    assert_eq!(ask(&stack, &["seal"]), (Some(0), "nothing is due\n".to_owned()));
    let (code, text) = ask(&stack, &["verify"]);
    assert!(code == Some(0) && text.starts_with("HOLDS  3 rows under 5 seals"), "{text}");
    assert!(text.contains("NO REVIEWS"), "{text}");

    sql(&stack, "UPDATE alert_operation_log SET actor = 'ann' WHERE id = 'b'").await;
    let (code, text) = ask(&stack, &["verify"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("alert_operation_log  2026-02-03T10:00:00Z  row b: changed"), "{text}");
    assert!(text.contains("next: change nothing and copy the database"), "{text}");
    sql(&stack, "DELETE FROM alert_operation_log WHERE id = 'b'").await;
    let json = answer(&stack, &["verify", "--format", "json"]);
    assert_eq!((&json["verdict"], &json["log"]["removed"]), (&json!("broken"), &json!(1)));
    assert_eq!(
        (&json["log"]["findings"][0]["what"], &json["log"]["findings"][0]["id"]),
        (&json!("row_removed"), &json!("b"))
    );
    assert_eq!(ask(&stack, &["verify", "--since", "2026-02-04"]).0, Some(0));
    assert_eq!(ask(&stack, &["verify", "--since", "yesterday"]).0, Some(3));
    // What no seal covers is not checked, and that is not the same as "holds".
    let (code, text) = ask(&stack, &["verify", "--since", "2999-01-01"]);
    assert!(code == Some(3) && text.contains("NOT CHECKED  nothing is sealed since 2999-01-01"), "{code:?} {text}");
    assert!(text.contains("next: run `readback seal`") && !text.contains("HOLDS  0 rows"), "{text}");
    assert_eq!(answer(&stack, &["verify", "--since", "2999-01-01", "--format", "json"])["verdict"], "unchecked");
    let (code, text) = ask(&stack, &["seal"]);
    assert!(
        code == Some(2) && text.contains("BROKEN  alert_operation_log 2026-02-03: 1 sealed rows or more are gone"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_came_late_are_told_apart_until_they_are_sealed_and_counted_after() {
    let stack = stack().await;
    ask(&stack, &["seal"]);
    put(&stack, &[("late\u{1b}[31m", "2026-02-03T09:30:00Z")]).await;
    let (code, text) = ask(&stack, &["verify"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("LATE  3 rows hold") && text.contains("row late␛[31m: put in after its day was sealed"),
        "{text}"
    );
    let (code, text) = ask(&stack, &["seal"]);
    assert!(code == Some(0) && text.contains("part 2 rows 1") && text.contains("LATE  1 rows"), "{text}");
    let (code, text) = ask(&stack, &["verify"]);
    assert!(code == Some(0) && text.contains("4 rows checked, 1 of all came late"), "{text}");
}

/// A chat that takes what it is sent.
async fn chat() -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook-not-a-secret", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
    let told = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut question = Vec::new();
            while !question.ends_with(b"}") && stream.read_buf(&mut question).await.is_ok_and(|read| read > 0) {}
            let start = question.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
            told.lock().unwrap().push(serde_json::from_slice(&question[start..]).unwrap());
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok").await;
            let _ = stream.shutdown().await;
        }
    });
    (url, heard)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_gets_roots_and_nothing_else_and_sees_a_chain_that_was_written_anew() {
    let stack = stack().await;
    let (code, text) = ask(&stack, &["seal", "--post"]);
    assert!(code == Some(3) && text.contains("--post needs [notify.webhook]"), "{text}");
    let config = std::fs::read_to_string(stack.root().join("readback.toml")).unwrap();
    stack.write("readback.toml", format!("{config}\n[notify.webhook]\nurl = \"$HOOK\"\ntimeout = \"600ms\"\n"));
    assert!(ask(&stack, &["seal", "--post"]).1.contains("the variable HOOK, which is not set"));
    // Nobody there: sealed all the same, and told with the next run.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (code, text) =
        said(&stack.run(&["seal", "--post"], &[("HOOK", &format!("http://{nobody}/hook-not-a-secret"))]));
    assert!(code == Some(1) && text.contains("NOT POSTED  the webhook at 127.0.0.1 can't be reached"), "{text}");
    assert!(!text.contains("hook-not-a-secret"), "{text}");
    let (url, heard) = chat().await;
    let (code, text) = said(&stack.run(&["seal", "--post"], &[("HOOK", &url)]));
    assert!(code == Some(0) && text.ends_with("posted\n"), "{text}");
    put(&stack, &[("d", "2026-02-05T01:00:00Z")]).await;
    assert_eq!(said(&stack.run(&["seal", "--post"], &[("HOOK", &url)])).0, Some(0));

    let posted: Vec<String> =
        heard.lock().unwrap().iter().map(|body| body["text"].as_str().unwrap().to_owned()).collect();
    let seals = posted.join("\n");
    assert_eq!((posted.len(), posted[0].lines().count(), posted[1].lines().count()), (2, 3, 1));
    for line in seals.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let shape = [words[2], words[4], words[6], words[8]];
        assert_eq!((words.len(), shape), (10, ["part", "rows", "root", "seal"]), "{line}");
    }
    stack.write("posted.txt", format!("10:04 bot: {seals}\nthanks!\n"));
    let (code, text) = ask(&stack, &["verify", "--witness", "posted.txt"]);
    assert_eq!(code, Some(0), "{text}");
    stack.write("empty.txt", "nothing here\n");
    assert_eq!(ask(&stack, &["verify", "--witness", "empty.txt"]).0, Some(3));

    // The owner takes a row and writes every seal anew: the database holds in itself.
    sql(
        &stack,
        "DROP TRIGGER readback_segment_no_delete; DROP TRIGGER readback_segment_mark_no_delete;
         DELETE FROM readback_segment; DELETE FROM readback_segment_mark;
         DELETE FROM alert_operation_log WHERE id = 'c'",
    )
    .await;
    ask(&stack, &["seal"]);
    assert_eq!(ask(&stack, &["verify"]).0, Some(0));
    let (code, text) = ask(&stack, &["verify", "--witness", "posted.txt"]);
    assert!(code == Some(2) && text.contains("witnessed") && text.contains("next: change nothing"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retention_plans_seals_first_takes_old_months_away_and_tells_how_to_delete_them() {
    let stack = stack().await;
    for wrong in ["13", "0mo", "x", "2000mo"] {
        assert_eq!(ask(&stack, &["retention", "--keep", wrong]).0, Some(3), "{wrong}");
    }
    assert_eq!(ask(&stack, &["retention", "--apply", "--read-only"]).0, Some(3));
    let (code, text) = ask(&stack, &["retention", "--keep", "1mo"]);
    assert!(code == Some(1) && text.contains("STAYS  2026-02") || text.contains("STAYS  no rows"), "{text}");
    let (code, text) = ask(&stack, &["retention", "--keep", "1mo", "--apply"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("TAKEN  2026-02, 3 rows: to log-2026-02.archive.db"), "{text}");
    assert!(stack.root().join("log-2026-02.archive.db").exists());
    let (code, text) = ask(&stack, &["verify"]);
    assert!(
        code == Some(0) && text.contains("2026-02: 3 rows taken to log-2026-02.archive.db, checked there"),
        "{text}"
    );
    let (code, text) = ask(&stack, &["retention", "--keep", "1mo"]);
    assert!(code == Some(0) && text.contains("nothing of alert_operation_log is older than"), "{text}");
    assert_eq!(ask(&stack, &["retention", "init"]).0, Some(3), "a file has no partitions");
}
