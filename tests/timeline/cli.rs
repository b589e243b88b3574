//! `readback timeline` and `readback verify` with the real program: what is asked, what is printed, how it ends.

use crate::support::pty;
use crate::support::stack::Stack;
use readback::review::{NewReviewEvent, ReviewAct, ReviewId};
use readback::store::{Access, AnyStore, Outcome, Store, StoreUrl};
use readback::timeline::{EventType, NewOperation, OwnKind, Target, written};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

/// A stack whose log is a file of its own.
fn stack() -> Stack {
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    stack.change("readback.toml", "[timeline]", "[timeline]\nfilters = { people = \"type=USER_ACTION\" }");
    stack
}

async fn store(stack: &Stack) -> AnyStore {
    AnyStore::open(&StoreUrl::sqlite(stack.root().join("log.db")), Access::ReadWrite).await.unwrap()
}

fn operation(id: &str, event_type: EventType, detail: &str) -> NewOperation {
    NewOperation {
        incident_id: Some("INC-7".to_owned()),
        actor: Some("telegram:100".to_owned()),
        action_detail: Some(detail.to_owned()),
        success: Some(true),
        ..NewOperation::new(id, event_type)
    }
}

async fn filled(stack: &Stack) -> AnyStore {
    let store = store(stack).await;
    let secret = ["password=", "not-", "a-real-", "one-71c2"].concat();
    for (id, kind, detail) in [
        ("a", EventType::AlertReceived, "=HYPERLINK(1)"),
        ("b", EventType::UserAction, "approve \u{1b}[31m\u{202e}x|y"),
        ("c", EventType::UserAction, secret.as_str()),
        ("d", EventType::Resolved, ""),
    ] {
        store.append(&operation(id, kind, detail)).await.unwrap();
    }
    store
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn ids(output: &Output) -> Vec<String> {
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    text(output).lines().map(id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_fit_are_printed_oldest_first_in_every_format_and_the_exit_code_says_whether_there_are_any() {
    let stack = stack();
    filled(&stack).await.close().await;
    let ask = |args: &[&str]| stack.run(&[&["timeline"], args].concat(), &[]);
    let all = ask(&["--format", "json"]);
    assert_eq!((ids(&all), code(&all)), (["a", "b", "c", "d"].map(str::to_owned).to_vec(), Some(0)));
    assert_eq!(ids(&ask(&["--format", "json", "--filter", "type=USER_ACTION since=1h \"approve\""])), ["b"]);
    assert_eq!(ids(&ask(&["--format", "json", "--saved", "people"])), ["b", "c"]);
    assert_eq!(ids(&ask(&["--format", "json", "--limit", "2"])), ["c", "d"]);
    assert_eq!(code(&ask(&["--filter", "incident=INC-8"])), Some(1));

    for format in ["human", "json", "csv", "md"] {
        let printed = text(&ask(&["--format", format]));
        assert!(!printed.contains("71c2") && printed.contains(" masked"), "{printed}");
        assert!(!printed.chars().any(|c| "\u{1b}\u{202e}".contains(c)), "{printed}");
    }
    let csv = text(&ask(&["--format", "csv"]));
    assert!(csv.starts_with("at,type,incident") && csv.contains(",'=HYPERLINK(1),") && csv.ends_with("\r\n"), "{csv}");
    assert!(text(&ask(&["--format", "md"])).contains("x\\|y"));
    // What is masked can't be felt for.
    assert_eq!(code(&ask(&["--filter", "\"71c2\""])), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_question_is_shown_with_its_place_and_a_log_that_can_not_be_read_is_no_empty_log() {
    let stack = stack();
    let unread = stack.run(&["timeline"], &[]);
    assert_eq!(code(&unread), Some(3), "there is no database yet");
    store(&stack).await.close().await;
    let wrong = stack.run(&["timeline", "--filter", "success=true actr=ann"], &[]);
    let said = String::from_utf8(wrong.stderr.clone()).unwrap();
    assert_eq!((code(&wrong), text(&wrong).as_str()), (Some(2), ""));
    assert!(said.contains("column 14: unknown field actr") && said.contains("did you mean actor?"), "{said}");
    assert!(said.ends_with("\n  success=true actr=ann\n               ^\n"), "{said}");
    let unknown = stack.run(&["timeline", "--saved", "people2"], &[]);
    assert_eq!(code(&unknown), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there are: people"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_counted_by_type_and_by_time_in_every_format_whatever_the_database_can_tell() {
    let stack = stack();
    assert_eq!(code(&stack.run(&["timeline", "--stats"], &[])), Some(3), "there is no database yet");
    let log = filled(&stack).await;
    let ask = |args: &[&str]| stack.run(&[&["timeline"], args].concat(), &[]);
    let failed = NewOperation { success: Some(false), ..operation("e", EventType::UserAction, "restart") };
    log.append(&failed).await.unwrap();
    log.append(&NewOperation::new("f", EventType::AlertReceived)).await.unwrap();
    log.close().await;

    let all: Value = serde_json::from_str(&text(&ask(&["--stats", "--format", "json"]))).unwrap();
    let of = |value: &Value| {
        let number = |name: &str| value[name].as_u64().unwrap();
        (number("rows"), number("succeeded"), number("failed"), number("neither"))
    };
    let types: Vec<_> =
        all["types"].as_array().unwrap().iter().map(|one| (one["type"].as_str().unwrap(), of(one))).collect();
    let expected = [("ALERT_RECEIVED", (2, 1, 0, 1)), ("USER_ACTION", (3, 2, 1, 0)), ("RESOLVED", (1, 1, 0, 0))];
    assert_eq!((types.as_slice(), of(&all["all"])), (&expected[..], (6, 4, 1, 1)));
    // What the database can tell, what it can't, and nothing.
    for filter in ["type=USER_ACTION", "type=~\"USER.*\""] {
        let human = text(&ask(&["--stats", "--filter", filter]));
        assert!(human.contains("USER_ACTION") && human.contains("66.7 %") && !human.contains("RESOLVED"), "{human}");
    }
    assert_eq!(code(&ask(&["--stats", "--filter", "incident=INC-8"])), Some(1));
    assert!(text(&ask(&["--stats", "--format", "csv"])).contains("USER_ACTION,3,2,1,0,66.7\r\n"));
    assert!(text(&ask(&["--stats", "--format", "md"])).contains("| USER\\_ACTION | 3 | 2 | 1 | 0 | 66.7 |"));

    for filter in ["", "type!~\"X\""] {
        let lines = text(&ask(&["--histogram", "--width", "1d", "--format", "json", "--filter", filter]));
        let days: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let sum = |name: &str| days.iter().map(|day| day[name].as_u64().unwrap()).sum::<u64>();
        let sums = ["rows", "failures", "alerts", "actions", "routine"].map(sum);
        assert_eq!((sums, sum("width_seconds")), ([6, 1, 2, 2, 1], 86_400 * days.len() as u64), "{lines}");
    }
    let human = text(&ask(&["--histogram"]));
    assert!(human.contains("failures 1") && human.contains("####"), "{human}");
    assert_eq!(code(&ask(&["--histogram", "--filter", "incident=INC-8"])), Some(1));
    assert_eq!(code(&ask(&["--stats", "--follow"])), Some(2));
    for format in ["csv", "md"] {
        let printed = text(&ask(&["--histogram", "--width", "1d", "--format", format]));
        assert!(printed.contains("rows") && printed.lines().count() >= 2, "{printed}");
    }
}

fn follow(stack: &Stack, args: &[&str]) -> Child {
    let mut command = Command::new(pty::binary());
    command.args(["timeline", "--follow", "--format", "json"]).args(args).current_dir(stack.root()).env_clear();
    command.envs(stack.environment()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn followed_rows_come_once_even_when_they_are_older_than_what_was_seen_and_ctrl_c_ends_it() {
    let stack = stack();
    let store = filled(&stack).await;
    let mut child = follow(&stack, &["--limit", "1", "--filter", "incident=INC-7"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = move || -> String {
        let row: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(next(), "d");
    let other = NewOperation { incident_id: None, ..operation("other", EventType::Resolved, "") };
    store.append(&other).await.unwrap();
    store.append(&operation("new", EventType::UserAction, "")).await.unwrap();
    assert_eq!(next(), "new");
    // Another program commits what it wrote a minute ago.
    let late = readback::timeline::Operation {
        row: operation("late", EventType::UserAction, ""),
        raw_type: None,
        created_at: jiff::Timestamp::now() - jiff::SignedDuration::from_secs(60),
    };
    store.import(&[late]).await.unwrap();
    assert_eq!(next(), "late");
    for n in 0..40 {
        store.append(&operation(&format!("row-{n}"), EventType::UserAction, "")).await.unwrap();
    }
    for n in 0..40 {
        assert_eq!(next(), format!("row-{n}"));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_ends_when_nobody_reads_any_more_though_nothing_is_written() {
    let stack = stack();
    filled(&stack).await.close().await;
    let mut child = follow(&stack, &["--limit", "1"]);
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("\"id\":\"d\""), "{first}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_beside_a_row_is_printed_in_every_format_and_no_secret_is() {
    let stack = stack();
    let store = filled(&stack).await;
    let canary = ["hunter", "2-canary-", "83bd41"].concat();
    let late = readback::timeline::Operation {
        row: NewOperation {
            context: json!({
                "occurred_at": "2026-02-04T01:00:00Z", "nested": [{"cmd": format!("run --password={canary}")}],
            }),
            ..operation("late", EventType::ExecutionCompleted, "restart web")
        },
        raw_type: None,
        created_at: "2026-02-04T03:00:00Z".parse().unwrap(),
    };
    store.import(&[late]).await.unwrap();
    let target =
        |of: &str| Target { row: "late".to_owned(), of: of.to_owned(), digest: Some("0".repeat(64)), incident: None };
    let now = jiff::Timestamp::now();
    for (kind, id, of, text) in [
        (OwnKind::Annotated, "n-1", "late", "the pager was mutde | <img>".to_owned()),
        (OwnKind::Corrected, "n-2", "n-1", "the pager was muted | <img>".to_owned()),
        (OwnKind::Corrected, "n-3", "late", "=restart web and db".to_owned()),
        // Another program may write what this console would not.
        (OwnKind::Annotated, "n-4", "late", format!("it ran with password={canary}")),
    ] {
        store.append_own(&written(kind, target(of), &text, id.to_owned(), "console:ann", now)).await.unwrap();
    }
    for (version, act) in [
        ReviewAct::Opened {
            candidate: readback::review::CandidateId("host:web".to_owned()),
            snapshot_digest: "s".to_owned(),
            policy: "p".to_owned(),
        },
        ReviewAct::EvidenceMarked { row: "late".to_owned(), digest: None },
    ]
    .into_iter()
    .enumerate()
    {
        let mut outcome = step(version as u64);
        outcome.event.act = act;
        store.record(&outcome).await.unwrap();
    }
    store.close().await;
    let ask = |format: &str| text(&stack.run(&["timeline", "--filter", "id=late", "--format", format], &[]));
    let row: Value = serde_json::from_str(&ask("json")).unwrap();
    assert_eq!((&row["late_seconds"], &row["occurred_at"]), (&json!(7200), &json!("2026-02-04T01:00:00Z")));
    assert_eq!(row["notes"][0]["text"], "the pager was mutde | <img>");
    assert_eq!(row["notes"][0]["corrections"][0]["text"], "the pager was muted | <img>");
    assert_eq!(
        (&row["detail"], &row["corrections"][0]["text"]),
        (&json!("restart web"), &json!("=restart web and db"))
    );
    assert_eq!(
        (&row["corrections"][0]["by"], &row["evidence"][0]["candidate"]),
        (&json!("console:ann"), &json!("host:web"))
    );
    // The row holds a secret, so it has no digest, and nothing is claimed about it.
    assert_eq!(row["notes"][0]["row_changed"], false);
    let human = ask("human");
    for words in [
        "[late by 7200 s] =restart web and db [was: restart web; corrected by console:ann at",
        "[note: the pager was muted",
        "[evidence for host:web (by console:ann)]",
    ] {
        assert!(human.contains(words) && human.lines().count() == 1, "{words}: {human}");
    }
    let csv = ask("csv");
    assert!(csv.contains(",7200,'=restart web and db,") && csv.contains("the pager was muted"), "{csv}");
    assert!(ask("md").contains("the pager was muted \\| &lt;img&gt;"), "{}", ask("md"));
    for format in ["human", "json", "csv", "md"] {
        let all = text(&stack.run(&["timeline", "--format", format], &[]));
        assert!(!all.contains("canary") && all.contains("masked"), "{format}: {all}");
    }
    // The row was another when the note was written on it.
    let changed: Value = {
        let store = self::store(&stack).await;
        let of_b = Target { row: "b".to_owned(), ..target("b") };
        store.append_own(&written(OwnKind::Annotated, of_b, "x", "n-5".to_owned(), "console:ann", now)).await.unwrap();
        store.close().await;
        serde_json::from_str(&text(&stack.run(&["timeline", "--filter", "id=b", "--format", "json"], &[]))).unwrap()
    };
    assert_eq!(changed["notes"][0]["row_changed"], true);
}

fn step(version: u64) -> Outcome {
    let event = NewReviewEvent {
        id: format!("event-{version}"),
        review: ReviewId("r".to_owned()),
        incident_id: "INC-7".to_owned(),
        expected_version: version,
        actor: "console:ann".to_owned(),
        occurred_at: jiff::Timestamp::UNIX_EPOCH,
        act: ReviewAct::FieldSet { field: "impact".to_owned(), value: "none".to_owned(), diligence: None },
    };
    Outcome { event, operation: None }
}

async fn tamper(stack: &Stack, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(stack.root().join("log.db"));
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_says_holds_broken_with_the_record_and_the_next_step_or_that_it_can_not_tell() {
    let stack = stack();
    assert_eq!(code(&stack.run(&["verify"], &[])), Some(3), "no database");
    assert_eq!(code(&stack.run(&["verify", "--formt", "x"], &[])), Some(3), "a wrong argument is not broken");
    let store = store(&stack).await;
    let nothing = stack.run(&["verify"], &[]);
    assert_eq!(code(&nothing), Some(3), "an empty database proves nothing: {}", text(&nothing));
    for version in 0..5 {
        store.record(&step(version)).await.unwrap();
    }
    store.close().await;
    let holds = stack.run(&["verify"], &[]);
    assert_eq!(code(&holds), Some(0));
    assert!(text(&holds).starts_with("HOLDS  5 records in 1 chains"), "{}", text(&holds));
    assert_eq!(code(&stack.run(&["verify", "--incident", "INC-8"], &[])), Some(3));

    tamper(
        &stack,
        "DROP TRIGGER readback_review_event_no_update;
         UPDATE readback_review_event SET body = CAST(replace(CAST(body AS TEXT), ':ann', ':bnn') AS BLOB)
         WHERE seq = 3",
    )
    .await;
    let broken = stack.run(&["verify"], &[]);
    assert_eq!(code(&broken), Some(2));
    let said = text(&broken);
    assert!(said.starts_with("BROKEN  record 3 of incident INC-7 (event event-2): its bytes were changed"), "{said}");
    assert!(said.contains("next: change nothing and copy the database"), "{said}");
    let json: Value = serde_json::from_str(&text(&stack.run(&["verify", "--format", "json"], &[]))).unwrap();
    assert_eq!((&json["schema"], &json["verdict"]), (&json!("readback_verify_v1"), &json!("broken")));
    assert_eq!((&json["broken"]["seq"], &json["broken"]["id"]), (&json!(3), &json!("event-2")));
    assert_eq!(json["chains"][0]["records"], 5);

    tamper(&stack, "UPDATE readback_review_event SET body = substr(body, 2) WHERE seq = 1").await;
    let unreadable = text(&stack.run(&["verify", "--incident", "INC-7"], &[]));
    assert!(unreadable.starts_with("BROKEN  record 1 of incident INC-7"), "{unreadable}");
}
