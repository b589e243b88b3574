//! `readback ingest` and `readback backfill` with the real program.

use crate::support::ingest::{TOKEN, alert, bearer, payload, request};
use crate::support::pg;
use crate::support::pty;
use crate::support::stack::Stack;
use jiff::Timestamp;
use readback::store::{Access, AnyStore, Store, StoreUrl};
use readback::timeline::{Entry, EventType};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};

/// A stack whose log is a file of its own.
fn stack() -> Stack {
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    stack
}

async fn rows(url: &StoreUrl) -> Vec<Entry> {
    let store = AnyStore::open(url, Access::ReadOnly).await.unwrap();
    let mut page = store.page(None, 5_000).await.unwrap();
    store.close().await;
    page.reverse();
    page
}

fn log(stack: &Stack) -> StoreUrl {
    StoreUrl::sqlite(stack.root().join("log.db"))
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_recorded_once_and_wrong_ones_are_told_by_their_number_and_not_by_their_text() {
    let stack = stack();
    let secret = ["not-", "a-real-", "one-71c2"].concat();
    let lines = [
        json!({ "event_type": "USER_ACTION", "actor": "telegram:1", "action_detail": "approve" }).to_string(),
        String::new(),
        "{\"event_type\": \"USER_ACTION\", canary-71c2".to_owned(),
        json!({ "id": "own-id", "event_type": "RESOLVED", "incident_id": "INC-9", "occurred_at": "2026-01-02T03:04:05+08:00",
                "context": { "note": format!("password={secret}") } })
        .to_string(),
        json!({ "event_type": "RESOLVED", "canary": 1 }).to_string(),
    ];
    stack.write("rows.jsonl", lines.join("\n"));
    let (code, out, err) = said(&stack.run(&["ingest", "jsonl", "rows.jsonl", "--dry-run"], &[]));
    assert_eq!(
        (code, out.as_str()),
        (Some(1), "2 rows would be recorded; 2 refused (a dry run: nothing was recorded)\n")
    );
    assert!(!stack.root().join("log.db").exists());
    assert!(err.contains("rows.jsonl:3: not JSON, from column 31 on\n"), "{err}");
    assert!(err.contains("rows.jsonl:5: unknown field \"canary\"") && !err.contains("71c2"), "{err}");
    for (new, old) in [(2, 0), (0, 2)] {
        let (code, out, _) = said(&stack.run(&["ingest", "jsonl", "rows.jsonl"], &[]));
        assert_eq!((code, out), (Some(1), format!("2 rows: {new} new, {old} stood already; 2 refused\n")));
    }
    let rows = rows(&log(&stack)).await;
    let [first, second] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((first.detail(), second.id(), second.incident()), ("approve", "own-id", Some("INC-9")));
    assert_eq!(second.context()["occurred_at"], "2026-01-01T19:04:05Z");
    assert_eq!(
        (&second.context()["late"], &second.context()["withheld"][0]["at"]),
        (&json!(true), &json!("context.note"))
    );
    assert!(!format!("{rows:?}").contains("71c2"));
    assert!(Timestamp::now().duration_since(second.at()).as_secs() < 300, "it stands where it was recorded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_come_through_a_pipe_and_read_only_records_nothing() {
    let stack = stack();
    let mut child = command(&stack, &["ingest", "jsonl", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for number in 0..1_200 {
        writeln!(input, "{}", json!({ "event_type": "ESCALATED", "action_detail": number.to_string() })).unwrap();
    }
    drop(input);
    assert_eq!(said(&child.wait_with_output().unwrap()).1, "1200 rows: 1200 new, 0 stood already; 0 refused\n");
    let details: Vec<String> = rows(&log(&stack)).await.iter().map(|row| row.detail().to_owned()).collect();
    assert_eq!(details, (0..1_200).map(|number| number.to_string()).collect::<Vec<_>>());
    let (code, _, err) = said(&stack.run(&["--read-only", "ingest", "jsonl", "readback.toml"], &[]));
    assert!(code == Some(3) && err.contains("--read-only records nothing"), "{err}");
    let (code, _, err) = said(&stack.run(&["ingest", "jsonl", "not-there.jsonl"], &[]));
    assert!(code == Some(3) && err.contains("not-there.jsonl can't be read"), "{err}");
}

fn command(stack: &Stack, args: &[&str]) -> Command {
    let mut command = Command::new(pty::binary());
    command.args(args).current_dir(stack.root()).env_clear().envs(stack.environment());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The listener as a program of its own, and where it says that it listens.
fn listening(stack: &Stack, more: &[&str]) -> (Child, std::net::SocketAddr) {
    let args = [&["ingest", "alertmanager", "--listen", "127.0.0.1:0"], more].concat();
    let mut child = command(stack, &args).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix("/alertmanager"));
    let address = address.unwrap_or_else(|| panic!("it says {line:?}")).parse().unwrap();
    (child, address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_listens_takes_its_token_from_a_file_and_ends_in_order_at_sigterm() {
    let stack = stack();
    stack.write("token", format!("{TOKEN}\n"));
    let known = "ingest = \"the stack knows this\"";
    stack.write(".env", "APP_NAME=small\nAPP_PORT=8080\nAPP_TOKEN=invented-no-secret\n");
    let (mut child, address) = listening(&stack, &["--token-file", "token"]);
    let mut told = alert("ApiDown", "a", None);
    told["annotations"]["summary"] = format!("invented-no-secret {known}").into();
    let body = payload("g", &[told]);
    let tell =
        async |headers: &[&str]| request(address, "POST", "/alertmanager", headers, body.as_bytes()).await.status;
    assert_eq!((tell(&[]).await, tell(&[&bearer()]).await), (401, 200));
    assert_eq!(request(address, "GET", "/healthz", &[], b"").await.body, "ok\n");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(0));
    let rows = rows(&log(&stack)).await;
    assert_eq!(rows.iter().filter_map(Entry::event_type).collect::<Vec<_>>(), [EventType::AlertReceived]);
    assert!(!format!("{rows:?}").contains("invented-no-secret"), "a value of the stack's own is withheld: {rows:?}");
}

#[test]
fn a_listener_that_others_can_reach_needs_a_token_and_a_wrong_one_is_said_without_showing_it() {
    let stack = stack();
    let refused = |args: &[&str], env: &[(&str, &str)]| {
        let (code, out, err) = said(&stack.run(&[&["ingest", "alertmanager"], args].concat(), env));
        assert_eq!((code, out.as_str()), (Some(3), ""), "{err}");
        err
    };
    let open = ["--listen", "0.0.0.0:0"];
    assert!(refused(&open, &[]).contains("nobody would have to show a token"));
    let short = ("RB_TOKEN", "short-71c2");
    let error = refused(&[open.as_slice(), &["--token-env", "RB_TOKEN"]].concat(), &[short]);
    assert!(error.contains("RB_TOKEN: a token is 16 to 4096") && !error.contains("71c2"), "{error}");
    assert!(refused(&[open.as_slice(), &["--token-env", "NOT_SET"]].concat(), &[]).contains("NOT_SET is not set"));
    assert!(refused(&[open.as_slice(), &["--token-file", "none"]].concat(), &[]).contains("the token file none"));
    let wrong = stack.run(&["ingest", "alertmanager"], &[]);
    assert_eq!(said(&wrong).0, Some(2), "an argument is missing");
}

/// The records of the other service, as its tables have them: 14 incidents, 265 approvals, 110 lines of the audit log.
fn records() -> [Vec<serde_json::Value>; 3] {
    let at = |minute: usize| {
        format!("2025-11-{:02}T{:02}:{:02}:00+00:00", 1 + minute / 1_440, minute / 60 % 24, minute % 60)
    };
    let incident = |number: usize| format!("INC-2025-{:03}", number % 14);
    let incidents = (0..14).map(|number| {
        json!({ "id": number, "incident_id": incident(number), "alert_name": "ApiDown", "severity": "P2",
                "namespace": "web", "created_at": at(number * 60) })
    });
    let approvals = (0..265).map(|number| {
        json!({ "id": format!("approval-{number}"), "incident_id": incident(number), "created_at": at(number * 3 + 1),
                "decided_at": at(number * 3 + 2), "action": if number % 9 == 0 { "reject" } else { "approve" },
                "actor": format!("telegram:{}", 100 + number % 5), "telegram_message": "left alone" })
    });
    let audit = (0..110).map(|number| {
        json!({ "id": format!("audit-{number}"), "incident_id": incident(number), "approval_id": format!("approval-{number}"),
                "created_at": at(number * 3 + 3), "action": "restart web", "actor": "auto_repair",
                "success": number % 11 != 0, "error_message": (number % 11 == 0).then_some("it did not come up") })
    });
    [incidents.collect(), approvals.collect(), audit.collect()]
}

fn counts(rows: &[Entry]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for row in rows.iter().filter(|row| row.context().get("backfill").is_some()) {
        *counts.entry(row.event_type().unwrap().name()).or_insert(0) += 1;
    }
    counts
}

fn expected() -> BTreeMap<&'static str, usize> {
    [("ALERT_RECEIVED", 14), ("TELEGRAM_SENT", 265), ("USER_ACTION", 265), ("EXECUTION_COMPLETED", 110)].into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_of_files_adds_654_rows_once_with_what_was_claimed_apart_from_what_is_recorded() {
    let stack = stack();
    let names = ["incidents", "approvals", "audit-logs"];
    let mut args = vec!["backfill".to_owned()];
    for (name, records) in names.iter().zip(records()) {
        let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
        stack.write(&format!("{name}.jsonl"), lines.join("\n"));
        args.extend([format!("--{name}"), format!("{name}.jsonl")]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let began = Timestamp::now();
    let dry = said(&stack.run(&[args.as_slice(), &["--dry-run"]].concat(), &[]));
    assert_eq!((dry.0, dry.1.starts_with("654 rows would be recorded; 0 refused")), (Some(0), true), "{dry:?}");
    for (new, old) in [(654, 0), (0, 654)] {
        let (code, out, err) = said(&stack.run(&args, &[]));
        assert_eq!((code, out), (Some(0), format!("654 rows: {new} new, {old} stood already; 0 refused\n")), "{err}");
    }
    let rows = rows(&log(&stack)).await;
    assert_eq!((rows.len(), counts(&rows)), (654, expected()));
    let claims: Vec<Timestamp> =
        rows.iter().map(|row| row.context()["occurred_at"].as_str().unwrap().parse().unwrap()).collect();
    assert!(claims.is_sorted(), "their order is that of the claims");
    assert!(rows.iter().zip(&claims).all(|(row, claim)| row.at() >= began && *claim < began));
    assert!(rows.iter().all(|row| row.context()["late"] == true));
    let failed = rows.iter().filter(|row| row.success() == Some(false)).count();
    assert_eq!(failed, 10);
    let (code, _, err) = said(&stack.run(&["backfill"], &[]));
    assert!(code == Some(2) && err.contains("nothing to read"), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_of_tables_leaves_out_what_the_service_has_told_itself() {
    use std::fmt::Write as _;
    let Some(db) = pg::TestDb::create().await else { return };
    let mut sql = String::from(
        "CREATE TABLE incidents (id int, incident_id varchar(30), alert_name text, severity text, namespace text,
                                 created_at timestamptz);
         CREATE SCHEMA bot;
         CREATE TABLE bot.\"Approval\" (id text, incident_id text, created_at timestamp, decided_at timestamp, choice text,
                                        actor text, telegram_message text);
         CREATE TABLE audit_logs (id text, incident_id text, approval_id text, created_at timestamptz, action text,
                                  actor text, success boolean, error_message text);",
    );
    for (table, records) in ["incidents", "bot.\"Approval\"", "audit_logs"].iter().zip(records()) {
        for record in records {
            let record = record.to_string().replace("\"action\":\"approve\"", "\"choice\":\"approve\"");
            writeln!(sql, "INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, '{record}');")
                .unwrap();
        }
    }
    db.sql(&sql).await.unwrap();
    let stack = stack();
    // The log stands in the same database.
    stack.change("readback.toml", "sqlite:log.db", &db.url());
    let url = db.url();
    let backfill = || said(&stack.run(&["backfill", "--from-env", "OLD_URL"], &[("OLD_URL", url.as_str())]));
    let (code, _, err) = backfill();
    assert!(code == Some(3) && err.contains("there is no table approval_records; [backfill]"), "{err}");
    let config = std::fs::read_to_string(stack.root().join("readback.toml")).unwrap();
    stack.write(
        "readback.toml",
        format!("{config}\n[backfill.approvals]\ntable = \"bot.Approval\"\naction = \"choice\"\n"),
    );
    // The service itself told of two of its records before.
    let log = StoreUrl::parse(&db.url()).unwrap();
    let store = AnyStore::open(&log, Access::ReadWrite).await.unwrap();
    store.ready().await.unwrap();
    db.sql(
        "INSERT INTO alert_operation_log (approval_id, event_type) VALUES ('approval-7', 'USER_ACTION');
         INSERT INTO alert_operation_log (audit_log_id, event_type) VALUES ('audit-9', 'EXECUTION_COMPLETED');",
    )
    .await
    .unwrap();
    for (new, old) in [(652, 2), (0, 654)] {
        let (code, out, err) = backfill();
        assert_eq!((code, out), (Some(0), format!("654 rows: {new} new, {old} stood already; 0 refused\n")), "{err}");
        // What a table lacks is named; what one has, by whatever name, is not.
        assert!(err.contains("no record of incidents has resolved_at: ") && !err.contains("approvals has"), "{err}");
    }
    let rows = rows(&log).await;
    assert_eq!(rows.len(), 654);
    let mut expected = expected();
    expected.insert("USER_ACTION", 264);
    expected.insert("EXECUTION_COMPLETED", 109);
    assert_eq!(counts(&rows), expected);
    let approved = rows.iter().filter(|row| row.detail() == "approve").count();
    assert!(approved > 200, "the column of another name is read: {approved}");
    assert!(!format!("{rows:?}").contains("left alone"));
    store.close().await;
    db.drop().await;
}
