//! A review by two people, each at a terminal of their own, on one real `PostgreSQL`: from the opening to a bundle that
//! is checked without it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]

#[path = "support/pg.rs"]
#[allow(dead_code, reason = "roles are not needed here")]
mod pg;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/pty.rs"]
mod pty;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/stack.rs"]
mod stack;

use pg::TestDb;
use proxy::Proxy;
use pty::Pty;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use stack::{SOON, Stack};
use std::path::PathBuf;
use std::process::Output;

const SIZE: (u16, u16) = (80, 24);
/// The checks that a person answers: all but the three that the console decides.
const ASKED: usize = 25;

/// A stack of one person's own: the same service, and the database they share.
fn stack(url: &str) -> Stack {
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", &format!("url = \"{url}\""));
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

/// Waits until so many sessions of this database wait for a lock.
async fn waiting(db: &mut PgConnection, count: i64) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *db).await.unwrap() < count {}
}

/// Opens the review, answers two checks, and hands in.
fn first_reading(stack: &Stack) -> Pty {
    let mut ann = console(stack, "ann");
    then(&mut ann, "\r", "Open a review of");
    then(&mut ann, "y", "incident_ref_present");
    then(&mut ann, "je", "ctrl-s save");
    then(&mut ann, "INC-7", "INC-7");
    then(&mut ann, "\x13", "s step through");
    then(&mut ann, "f", "FAILS");
    then(&mut ann, "ju", "can't tell");
    settled(&ann);
    then(&mut ann, "m", "Hand my reading in");
    then(&mut ann, "j\r", "y yes");
    then(&mut ann, "y", "handed in");
    settled(&ann);
    ann
}

/// Reads second, sees nothing of the first reading, answers everything, and hands in.
fn second_reading(stack: &Stack, ann: &Pty) -> Pty {
    let mut bob = console(stack, "bob");
    then(&mut bob, "\r", "waits for a second reader");
    then(&mut bob, "n", "enter open");
    then(&mut bob, "m", "Read second, without");
    then(&mut bob, "\r", "y yes");
    then(&mut bob, "y", "second reading, blind");
    bob.wait_for(&format!("0 of {ASKED} answered"), SOON);
    for hidden in ["FAILS", "can't tell", "handed in", "request_"] {
        assert!(!text(&bob).contains(hidden), "{hidden}: {}", text(&bob));
    }
    ann.wait_for("bob", SOON);
    bob.send("s");
    bob.send(&"p".repeat(ASKED));
    bob.wait_for(&format!("{ASKED} of {ASKED} answered"), SOON);
    settled(&bob);
    then(&mut bob, "m", "Hand my reading in");
    then(&mut bob, "j\r", "y yes");
    then(&mut bob, "y", "the readings differ on 2 checks");
    bob
}

/// Both answer the second check at the same moment: one is recorded, the other is shown both and takes theirs again.
async fn at_the_same_moment(db: &TestDb, ann: &mut Pty, bob: &mut Pty) {
    let mut lock = db.connect().await;
    let mut turn = lock.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM readback_chain_head FOR UPDATE").execute(&mut *turn).await.unwrap();
    let mut eye = db.connect().await;
    bob.send("ju");
    ann.send("gjf");
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
    let candidate = &plan["readback_candidates"][0];
    assert_eq!(candidate["post_incident_readback_received"], true);
    assert_eq!((&candidate["runtime_gate"], &plan["summary"]["runtime_gate_count"]), (&false.into(), &0.into()));
    let outcome = candidate["reviewer_outcome"].as_str().unwrap();
    let rechecked = stack.run(&["review", "recheck"], &[]);
    assert_eq!(rechecked.status.code(), Some(0), "{}", said(&rechecked));
    assert!(said(&rechecked).contains("SAME"), "{}", said(&rechecked));
    let report = stack.run(&["report", "INC-TEST-1", "--format", "md"], &[("READBACK_USER", "bob")]);
    let first = said(&report).lines().next().unwrap_or_default().to_owned();
    assert!(first.contains(outcome), "{first}");
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
    let (hers, his) = (stack(&through), stack(&db.url()));

    let mut ann = first_reading(&hers);
    let mut bob = second_reading(&his, &ann);
    // Now both see both; Bob comes round on the first.
    ann.wait_for("the readings differ on 2 checks", SOON);
    then(&mut bob, "\x1b", "s step through");
    then(&mut bob, "gjf", "the readings differ on 1 check");
    ann.wait_for("the readings differ on 1 check", SOON);
    at_the_same_moment(&db, &mut ann, &mut bob).await;
    bob.wait_for("both readings agree", SOON);
    ann.wait_for("both readings agree", SOON);

    // Ann's connection drops; what she answers meanwhile is kept, and recorded when it is back.
    network.cut().await;
    ann.wait_for("no database", SOON);
    then(&mut ann, "gjjjf", "1 kept");
    let (network, _) = Proxy::start(near, (host, port)).await;
    ann.wait_until("the step is recorded", SOON, |screen| !screen.text().contains("no database"));
    settled(&ann);
    bob.wait_for("the readings differ on 1 check", SOON);
    bob.send("gjjjf");
    bob.wait_for("both readings agree", SOON);
    ann.wait_for("both readings agree", SOON);

    then(&mut ann, "S", "Sign the lane");
    then(&mut ann, "y", "  signed");
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
