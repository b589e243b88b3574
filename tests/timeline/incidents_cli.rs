//! `readback incidents` with the real program: every format, the schema of the JSON, and how it ends.

use crate::support::schema;
use crate::support::stack::Stack;
use jiff::{SignedDuration, Timestamp};
use readback::store::{Access, AnyStore, Store, StoreUrl};
use readback::timeline::{Claim, EventType, NewOperation, Operation, proof};
use serde_json::{Value, json};
use std::process::Output;

fn ago(seconds: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_secs(seconds)
}

fn row(incident: &str, event_type: EventType, seconds_ago: i64, actor: &str) -> Operation {
    let row = NewOperation {
        incident_id: Some(incident.to_owned()),
        actor: Some(actor.to_owned()),
        action_detail: Some("=SUM(1) \u{1b}[31m|".to_owned()),
        context: json!({ "alert_name": "Down\u{202e}" }),
        ..NewOperation::new(format!("{incident}-{seconds_ago}"), event_type)
    };
    Operation { row, raw_type: None, created_at: ago(seconds_ago) }
}

/// A stack with two incidents of the last hour and one of 40 days ago: one flapped and is acknowledged, one was proved
/// 600 s after it was claimed.
async fn stack() -> Stack {
    use EventType::{AlertReceived, Resolved, TelegramSent, UserAction};
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    let store = AnyStore::open(&StoreUrl::sqlite(stack.root().join("log.db")), Access::ReadWrite).await.unwrap();
    let old = 40 * 86_400;
    let rows = [
        row("INC-1", AlertReceived, old, "alertmanager"),
        row("INC-1", Resolved, old - 60, "alertmanager"),
        row("INC-2", AlertReceived, 3_000, "alertmanager"),
        row("INC-2", TelegramSent, 2_990, "system"),
        row("INC-2", Resolved, 2_700, "alertmanager"),
        row("INC-3", AlertReceived, 1_800, "alertmanager"),
        row("INC-3", Resolved, 1_500, "alertmanager"),
        row("INC-3", AlertReceived, 1_400, "alertmanager"),
        row("INC-3", TelegramSent, 1_200, "system"),
        row("INC-3", UserAction, 1_100, "telegram:700"),
    ];
    store.import(&rows).await.unwrap();
    let claim = Claim { incident: "INC-2".to_owned(), row: "INC-2-2700".to_owned(), at: ago(2_700) };
    store.append_own(&proof(&claim, "console:ann", &[], ago(2_100))).await.unwrap();
    store.close().await;
    stack
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    let value: Value = serde_json::from_str(&text(output)).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let schema: Value = serde_json::from_str(include_str!("../../docs/schemas/incidents.json")).unwrap();
    assert_eq!(schema::faults(&schema, &value), [""; 0]);
    value
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incidents_are_printed_with_states_durations_and_numbers_as_the_schema_says() {
    let stack = stack().await;
    let ask = |args: &[&str]| stack.run(&[&["incidents"], args].concat(), &[]);
    let all = json(&ask(&["--format", "json"]));
    let names: Vec<&str> =
        all["incidents"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["INC-3", "INC-2"], "the third is older than 30 days");
    let (flapped, proved) = (&all["incidents"][0], &all["incidents"][1]);
    assert_eq!((flapped["state"].as_str(), flapped["flaps"].as_i64()), (Some("acknowledged"), Some(1)));
    assert_eq!(flapped["seconds"]["claimed_time_to_recover"], Value::Null);
    assert_eq!(flapped["actors"].as_array().unwrap().len(), 3);
    assert_eq!(proved["state"], "verified_recovered");
    let seconds = |name: &str| proved["seconds"][name].as_i64();
    // The rows and the proof were written around two calls of the clock.
    let near = |found: Option<i64>, wanted: i64| found.is_some_and(|found| (found - wanted).abs() <= 5);
    assert!(near(seconds("claimed_time_to_recover"), 300) && near(seconds("false_green_gap"), 600), "{proved}");
    let standings: Vec<(&str, Option<i64>)> = flapped["expected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["standing"].as_str().unwrap(), one["late_seconds"].as_i64()))
        .collect();
    assert!(matches!(standings[..], [("overdue", None), ("late", Some(138..=142))]), "{standings:?}");
    assert_eq!(proved["expected"], json!([]));
    assert_eq!(all["statistics"]["counted"], 2);
    assert_eq!(all["statistics"]["measures"]["false_green_gap"]["n"], 1);

    let old = json(&ask(&["--format", "json", "--since", "60d", "--until", "20d"]));
    assert_eq!(old["incidents"][0]["name"], "INC-1");
    assert_eq!(old["incidents"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_printed_among_the_rows_of_one_incident_and_says_that_it_is_no_row() {
    let stack = stack().await;
    let ask = |args: &[&str]| stack.run(&[&["incidents"], args].concat(), &[]);
    let human = text(&ask(&["INC-3"]));
    let lines: Vec<&str> = human.lines().collect();
    let at =
        |word: &str| lines.iter().rposition(|line| line.contains(word)).unwrap_or_else(|| panic!("{word}: {human}"));
    let missing = at("EXPECTED, NOT SEEN: TELEGRAM_SENT within 60 s of ALERT_RECEIVED");
    assert!(at("RESOLVED") > missing, "{human}");
    assert!(human.contains("late by 2 m 20 s: TELEGRAM_SENT"), "{human}");
    assert!(human.contains("time to acknowledge 11 m 40 s"), "{human}");

    let markdown = text(&ask(&["INC-3", "--format", "md"]));
    assert!(markdown.contains("*EXPECTED, NOT SEEN*") && markdown.contains("| RESOLVED |"), "{markdown}");
    let csv = text(&ask(&["INC-3", "--format", "csv"]));
    let records: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(records[..3], ["incident", "expected", "expected"]);
    assert!(records[3..].iter().all(|record| *record == "statistic") && records.len() == 9, "{csv}");

    for format in ["human", "json", "csv", "md"] {
        for args in [&["INC-3", "--format", format][..], &["--format", format]] {
            let printed = text(&ask(args));
            assert!(!printed.contains("MTTR") && !printed.chars().any(|c| "\u{1b}\u{202e}".contains(c)), "{printed}");
        }
    }
    let table = text(&ask(&[]));
    assert!(table.contains("false-green gap") && table.contains("n 1") && table.contains("p90"), "{table}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_with_1_for_none_2_for_a_wrong_argument_and_3_for_a_log_that_can_not_be_read() {
    let code = |output: Output| output.status.code();
    let empty = Stack::new();
    assert_eq!(code(empty.run(&["incidents"], &[])), Some(3));
    let stack = stack().await;
    let ask = |args: &[&str]| code(stack.run(&[&["incidents"], args].concat(), &[]));
    assert_eq!([ask(&[]), ask(&["INC-9"]), ask(&["--since", "1s"])], [Some(0), Some(1), Some(1)]);
    for wrong in [&["--since", "soon"][..], &["--since", "1h or x"], &["--until", "\"\""], &["INC-3", "--since", "1h"]]
    {
        assert_eq!(ask(wrong), Some(2), "{wrong:?}");
    }
    assert_eq!(ask(&["INC\u{1b}"]), Some(2));
    stack.change(
        "readback.toml",
        "[timeline]",
        "[[timeline.expect]]\nid = \"alert-told\"\nenabled = false\n\n[timeline]",
    );
    let off = json(&stack.run(&["incidents", "INC-3", "--format", "json"], &[]));
    assert_eq!(off["incidents"][0]["expected"], json!([]));
}
