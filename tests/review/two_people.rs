//! A review by two people, each at a terminal of their own, on one real `PostgreSQL`: from the opening to a bundle that
//! is checked without it.

use crate::support::pg::TestDb;
use crate::support::proxy::Proxy;
use crate::support::pty::Pty;
use crate::support::screen;
use crate::support::stack::{SOON, Stack};
use readback::review::{CheckKind, Contract};
use readback::store::{Access, AnyStore, StoreUrl};
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Output;
use std::str::FromStr;

const SIZE: (u16, u16) = (80, 24);
/// The checks that a person answers: all but the three that the console decides.
const ASKED: usize = 25;

/// A service whose database answers, and nothing that speaks against its recovery.
const CONFIG: &str = r#"
[stack]
name = "small"
environment = "test"

[store]
url = "STORE"

[display]
timezone = "+00:00"

[env]
file = ".env"

[[probe]]
id = "database"
kind = "postgres"
host = "$STORE_HOST"
port = "$STORE_PORT"
user = "$STORE_ROLE"
database = "postgres"
password_key = "STORE_WORD"
sslmode = "prefer"
every = "1h"
half_life = "2h"
required = false

[review]
snapshot = "snapshot.json"
incident = "INC-TEST-1"
"#;

/// What other programs have written into the log: the alert, who restarted, and that it is over.
const LOG: &str = "INSERT INTO alert_operation_log (incident_id, event_type, actor, action_detail, created_at) VALUES
    ('INC-TEST-1', 'ALERT_RECEIVED', 'alertmanager', 'the bucket is gone', '2026-02-04T01:00:00Z'),
    ('INC-TEST-1', 'EXECUTION_COMPLETED', 'telegram:chen.wei', 'restarted', '2026-02-04T01:05:00Z'),
    ('INC-TEST-1', 'RESOLVED', 'alertmanager', 'it is back', '2026-02-04T01:09:00Z')";

/// A stack of one person's own: the same service, and the database they share.
fn stack(url: &str, db: &TestDb) -> Stack {
    let stack = Stack::new();
    stack.write("readback.toml", CONFIG.replace("\"STORE\"", &format!("\"{url}\"")));
    let options = PgConnectOptions::from_str(&db.url()).unwrap();
    let word = db.url().split_once('@').and_then(|(before, _)| before.rsplit(':').next().map(str::to_owned)).unwrap();
    let (host, port, role) = (options.get_host(), options.get_port(), options.get_username());
    stack.write(".env", format!("STORE_HOST={host}\nSTORE_PORT={port}\nSTORE_ROLE={role}\nSTORE_WORD={word}\n"));
    stack
}

/// The console of a person, in the readback pane.
fn console(stack: &Stack, user: &str) -> Pty {
    let mut pty = stack.console_with(&[], &[("READBACK_USER", user)], SIZE);
    pty.wait_until("what stands in the database", SOON, |screen| screen.text().contains("rows"));
    pty.send("4");
    pty.wait_for("lost its bucket", SOON);
    pty
}

/// Presses keys, then waits for a text.
fn then(pty: &mut Pty, keys: &str, text: &str) {
    pty.send(keys);
    pty.wait_for(text, SOON);
}

/// Everything that was done is recorded.
fn settled(pty: &Pty) {
    pty.wait_until("every step recorded", SOON, |screen| !screen.text().contains("not recorded yet"));
}

fn text(pty: &Pty) -> String {
    pty.screen(screen::Screen::text)
}

fn said(output: &Output) -> String {
    [output.stdout.as_slice(), output.stderr.as_slice()].map(String::from_utf8_lossy).concat()
}

/// The keys that go to a check in the list.
fn to(check: &str) -> String {
    let contract = Contract::builtin();
    let place = contract.checks.iter().position(|known| known.id == check).unwrap();
    format!("g{}", "j".repeat(place))
}

/// Writes every field that a person fills in, check by check.
fn fill(pty: &mut Pty) {
    let contract = Contract::builtin();
    let mut filled = BTreeSet::new();
    let loose = contract.fields.open.keys().map(std::slice::from_ref);
    let rows = contract.checks.iter().map(|check| check.fields.as_slice()).chain(loose);
    pty.send("g");
    for fields in rows {
        for field in fields.iter().filter(|field| filled.insert((*field).clone())) {
            let value = if field == "change_or_incident_ref" { "INC-TEST-1" } else { "see the runbook of the day" };
            pty.send(&format!("e{value}\x13"));
        }
        pty.send("j");
    }
    pty.wait_until("the last field", SOON, |screen| screen.text().contains("followup_owner"));
    settled(pty);
}

/// Reads a decisive check back: attaches what the console offers first, says something else, then what it says.
fn hear(pty: &mut Pty, check: &str, (wrong, miss): (&str, &str), right: &str) {
    then(pty, &format!("{}\r", to(check)), &format!(" of 29  {check}"));
    then(pty, "i", "attached");
    settled(pty);
    then(pty, "p", "enter says it");
    then(pty, &format!("{wrong}\r"), miss);
    pty.send(&"\x7f".repeat(wrong.len()));
    pty.send(&format!("{right}\r"));
    pty.wait_until("it was heard", SOON, |screen| !screen.text().contains("enter says it"));
    settled(pty);
    then(pty, "\x1b", "s step through");
}

/// Opens the review, writes every field, reads back what is decisive but who acted, answers two as they seem to be, and
/// hands in.
fn first_reading(stack: &Stack) -> Pty {
    let mut ann = console(stack, "ann");
    then(&mut ann, "\r", "Open a review of");
    then(&mut ann, "y", "incident_ref_present");
    fill(&mut ann);
    hear(&mut ann, "boot_or_recovery_window_present", ("02:05", "the hour differs"), "01:05");
    hear(&mut ann, "before_after_service_state_present", ("fail", "not the state"), "pass");
    hear(&mut ann, "no_false_green_route_or_container", ("the route", "no probe among the evidence"), "database");
    hear(&mut ann, "postcheck_independent", ("the dashboard", "not seen from there"), "host");
    then(&mut ann, &format!("{}p", to("runner_repair_bot_contention_present")), "holds  runner_repair");
    then(&mut ann, &format!("{}f", to("incident_ref_present")), "FAILS");
    then(&mut ann, "ju", "can't tell");
    settled(&ann);
    then(&mut ann, "m", "Hand my reading in");
    then(&mut ann, "j\r", "y yes");
    then(&mut ann, "y", "handed in");
    settled(&ann);
    ann
}

/// Reads second, sees nothing of the first reading, answers everything check by check, and hands in.
fn second_reading(stack: &Stack, ann: &Pty) -> Pty {
    let mut bob = console(stack, "bob");
    bob.wait_for("waits for a second reader", SOON);
    then(&mut bob, "m", "Read second, without");
    then(&mut bob, "\r", "y yes");
    then(&mut bob, "y", "second reading, blind");
    bob.wait_for(&format!("0 of {ASKED} answered"), SOON);
    for hidden in ["FAILS", "can't tell", "handed in", "request_"] {
        assert!(!text(&bob).contains(hidden), "{hidden}: {}", text(&bob));
    }
    ann.wait_for("bob", SOON);
    bob.send("s");
    for check in Contract::builtin().checks.iter().filter(|check| check.kind != CheckKind::Auto) {
        // Each is read before it is answered.
        bob.wait_for(&format!(" of 29  {}", check.id), SOON);
        bob.send("p");
    }
    bob.wait_for(&format!("{ASKED} of {ASKED} answered"), SOON);
    settled(&bob);
    then(&mut bob, "m", "Hand my reading in");
    then(&mut bob, "j\r", "y yes");
    then(&mut bob, "y", "the readings differ on 2 checks");
    then(&mut bob, "\x1b", "s step through");
    bob
}

/// Waits until so many sessions of this database wait for a lock.
async fn waiting(db: &mut PgConnection, count: i64) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *db).await.unwrap() < count {}
}

/// Both answer at the same moment: one is recorded, the other is shown both and takes theirs again.
async fn at_the_same_moment(db: &TestDb, ann: &mut Pty, bob: &mut Pty) {
    let mut lock = db.connect().await;
    let mut turn = lock.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM readback_chain_head FOR UPDATE").execute(&mut *turn).await.unwrap();
    let mut eye = db.connect().await;
    bob.send(&format!("{}u", to("actor_not_anonymous")));
    ann.send(&format!("{}p", to("port_binding_state_present")));
    waiting(&mut eye, 2).await;
    turn.rollback().await.unwrap();
    let is_lost = |pty: &Pty| text(pty).contains("you tried");
    let deadline = std::time::Instant::now() + SOON;
    while !is_lost(ann) && !is_lost(bob) {
        assert!(std::time::Instant::now() < deadline, "nobody lost:\n{}\n{}", text(ann), text(bob));
        tokio::task::yield_now().await;
    }
    let loser = if is_lost(ann) { &mut *ann } else { &mut *bob };
    loser.wait_for("the other step was about something else", SOON);
    loser.send("T");
    loser.wait_until("it is taken again", SOON, |screen| !screen.text().contains("you tried"));
    settled(ann);
    settled(bob);
    eye.close().await.unwrap();
    lock.close().await.unwrap();
}

/// What was signed goes out, and is checked without the database; the file of the bundle.
fn goes_out(stack: &Stack) -> PathBuf {
    let exported = stack.run(&["review", "export"], &[]);
    assert_eq!(exported.status.code(), Some(0), "{exported:?}");
    let plan: Value = serde_json::from_slice(&exported.stdout).unwrap();
    let (candidate, summary) = (&plan["readback_candidates"][0], &plan["summary"]);
    assert_eq!(candidate["status"], "waiting_runtime_gate");
    assert_eq!(candidate["reviewer_outcome"], "ready_for_host_service_post_incident_review");
    for flag in
        ["post_incident_readback", "actor_attribution", "before_after_state", "postcheck_readback", "no_false_green"]
    {
        assert_eq!(candidate[format!("{flag}_accepted")], true, "{flag}");
        assert_eq!(summary[format!("{flag}_accepted_count")], 1, "{flag}");
    }
    assert_eq!((&candidate["runtime_gate"], &summary["runtime_gate_count"]), (&false.into(), &0.into()));
    let rechecked = stack.run(&["review", "recheck"], &[]);
    assert_eq!(rechecked.status.code(), Some(0), "{}", said(&rechecked));
    assert!(said(&rechecked).contains("SAME  under lanes-3"), "{}", said(&rechecked));
    let report = stack.run(&["report", "INC-TEST-1", "--format", "md"], &[("READBACK_USER", "bob")]);
    let first = said(&report).lines().next().unwrap_or_default().to_owned();
    assert_eq!(first, "lane: waiting_runtime_gate");
    let bundle = stack.root().join("review.bundle");
    let written = stack.run(&["review", "bundle", "INC-TEST-1", "--output", bundle.to_str().unwrap()], &[]);
    assert_eq!(written.status.code(), Some(0), "{}", said(&written));
    bundle
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_people_review_on_two_consoles_and_what_they_signed_is_checked_without_the_database() {
    let Some(db) = TestDb::create().await else { return };
    let (host, port) = db.address();
    let (network, near) = Proxy::start(0, (host.clone(), port)).await;
    let through = db.url().replacen(&format!(":{port}/"), &format!(":{near}/"), 1);
    let store = AnyStore::open(&StoreUrl::parse(&db.url()).unwrap(), Access::ReadWrite).await.unwrap();
    store.ready().await.unwrap();
    store.close().await;
    db.sql(LOG).await.unwrap();
    let (hers, his) = (stack(&through, &db), stack(&db.url(), &db));

    let mut ann = first_reading(&hers);
    let mut bob = second_reading(&his, &ann);
    // Now both see both; Ann comes round on the first, with evidence.
    ann.wait_for("the readings differ on 2 checks", SOON);
    hear(&mut ann, "incident_ref_present", ("INC-TEST-2", "not the incident"), "INC-TEST-1");
    bob.wait_for("the readings differ on 1 check", SOON);
    at_the_same_moment(&db, &mut ann, &mut bob).await;
    bob.wait_for("both readings agree", SOON);
    ann.wait_for("both readings agree", SOON);

    // Ann's connection drops; what she answers meanwhile is kept, and recorded when it is back.
    network.cut().await;
    ann.wait_for("no database", SOON);
    then(&mut ann, &format!("{}f", to("compose_stack_state_present")), "1 kept");
    let (network, _) = Proxy::start(near, (host, port)).await;
    ann.wait_until("the step is recorded", SOON, |screen| !screen.text().contains("no database"));
    settled(&ann);
    bob.wait_for("the readings differ on 1 check", SOON);
    then(&mut ann, &format!("{}p", to("compose_stack_state_present")), "both readings agree");

    // Who acted neither could tell. The log can: Ann reads it back, and Bob, who saw the same, agrees.
    hear(&mut ann, "actor_not_anonymous", ("root", "not the actor"), "chen wei");
    bob.wait_for("the readings differ on 1 check", SOON);
    bob.send(&format!("{}p", to("actor_not_anonymous")));
    bob.wait_for("both readings agree", SOON);
    ann.wait_for("ready_for_host_service_post_incident_review", SOON);

    then(&mut ann, "S", "Sign the lane ready_for_host_service_post_incident_review");
    then(&mut ann, "y", "waiting_runtime_gate");
    ann.wait_for("  signed", SOON);
    settled(&ann);
    for pty in [&mut ann, &mut bob] {
        pty.send("q");
        assert_eq!(pty.wait_exit(SOON).code, 0);
    }
    drop(network);

    let bundle = goes_out(&his);
    let nowhere = Stack::new();
    let verify = || nowhere.run(&["verify", bundle.to_str().unwrap()], &[]);
    let verified = verify();
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    // One byte of it, or of a row, and it is named.
    let mut bytes = std::fs::read(&bundle).unwrap();
    let at = bytes.windows(13).position(|part| part == b"check_decided").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let broken = verify();
    assert_eq!(broken.status.code(), Some(1), "{}", said(&broken));
    assert!(said(&broken).contains("line "), "{}", said(&broken));
    let before = his.run(&["verify", "--incident", "INC-TEST-1"], &[]);
    assert_eq!(before.status.code(), Some(0), "{}", said(&before));
    db.sql(
        "ALTER TABLE readback_review_event DISABLE TRIGGER ALL;
         UPDATE readback_review_event SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE seq = 3",
    )
    .await
    .unwrap();
    let tampered = his.run(&["verify", "--incident", "INC-TEST-1"], &[]);
    assert_eq!(tampered.status.code(), Some(2), "{}", said(&tampered));
    assert!(said(&tampered).contains("record 3"), "{}", said(&tampered));
    db.drop().await;
}
