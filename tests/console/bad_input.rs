//! Input that is broken, huge, forbidden or away: said in words a person can act on, by the real program.

use crate::support::pg::TestDb;
use crate::support::proxy::Proxy;
use crate::support::pty::{Pty, binary};
use crate::support::screen;
use crate::support::stack::{SOON, Stack};
use sqlx::{Connection, Row};
use std::fs::File;
use std::os::unix::fs::PermissionsExt;

const SIZE: (u16, u16) = (80, 24);

/// Room for the console to see that a database is back: it asks again after eight seconds at the latest.
const RECONNECTED: std::time::Duration = std::time::Duration::from_secs(40);

fn quit(mut pty: Pty) {
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}

#[test]
fn a_broken_readback_toml_is_one_line_with_place_and_what_is_allowed_and_no_full_screen() {
    let broken = [
        ("kind = \"tcp\"", "kind = \"tpc\"", ":30:8: ", "tcp"),
        (
            "half_life = \"2h\"\n\n[[probe]]\nid = \"port\"",
            "half_live = \"2h\"\n\n[[probe]]\nid = \"port\"",
            "",
            "half_life",
        ),
        ("[display]", "[displya]", "", "display"),
        ("name = \"small\"", "name = \"small", ":3:", ""),
    ];
    for (from, to, place, allowed) in broken {
        let stack = Stack::new();
        stack.change("readback.toml", from, to);
        let pty = stack.console(&[], (200, 24));
        assert_eq!(pty.wait_exit(SOON).code, 1, "{to}");
        let output = String::from_utf8(pty.bytes_since(0)).unwrap();
        assert!(!output.contains('\x1b'), "{}", output.escape_debug());
        let said = output.trim_end();
        assert_eq!(said.lines().count(), 1, "{said}");
        let at = said.split_once("readback.toml").unwrap().1;
        let numbered = at.split(':').skip(1).take(2).all(|part| part.parse::<usize>().is_ok());
        assert!(numbered && at.starts_with(place) && at.contains(allowed), "{said}");
        assert!(stack.kept().is_empty());
        let check = stack.run(&["check"], &[]);
        assert_eq!(check.status.code(), Some(3), "{to}");
        assert!(check.stdout.is_empty());
    }
}

#[test]
fn an_env_file_that_is_no_utf_8_is_said() {
    let stack = Stack::new();
    stack.write(".env", b"APP_NAME=small\nAPP_PORT=\xff\xfe\n");
    let mut pty = stack.console(&[], (100, 28));
    pty.wait_for(".env is not UTF-8, from byte 24 on", SOON);
    pty.send("2j");
    pty.wait_for("APP_PORT has bytes that are not UTF-8 in its value", SOON);
    quit(pty);
}

#[test]
fn an_env_file_of_fifty_megabytes_is_refused_and_not_read_into_memory() {
    let stack = Stack::new();
    let file = File::create(stack.root().join(".env")).unwrap();
    file.set_len(50 * 1024 * 1024).unwrap();
    let mut pty = stack.console(&[], (100, 28));
    pty.wait_for("[RW]", SOON);
    pty.send("2");
    pty.wait_for("is too large (52428800 bytes)", SOON);
    let peak = pty.peak_memory();
    assert!(peak < 128 * 1024 * 1024, "{peak} bytes");
    quit(pty);
}

#[test]
fn a_file_that_may_not_be_read_is_said_and_so_is_a_folder_in_its_place() {
    let stack = Stack::new();
    std::fs::remove_file(stack.root().join(".env")).unwrap();
    std::fs::create_dir(stack.root().join(".env")).unwrap();
    let mut pty = stack.console(&[], (100, 28));
    pty.wait_for("[RW]", SOON);
    pty.send("2");
    pty.wait_for(".env is not a regular file", SOON);
    quit(pty);

    let stack = Stack::new();
    std::fs::set_permissions(stack.root().join(".env"), PermissionsExt::from_mode(0o000)).unwrap();
    std::fs::set_permissions(stack.root().join("snapshot.json"), PermissionsExt::from_mode(0o000)).unwrap();
    let mut pty = unprivileged(&stack);
    pty.wait_for("[RW]", SOON);
    pty.send("2");
    pty.wait_for(".env may not be read by this user", SOON);
    pty.send("4");
    pty.wait_for("There is nothing to review", SOON);
    quit(pty);
}

#[test]
fn a_state_folder_that_may_not_be_written_is_one_line() {
    let stack = Stack::new();
    std::fs::remove_dir(stack.state()).unwrap();
    std::fs::write(stack.state(), "a file in its place").unwrap();
    let pty = stack.console(&[], (200, 24));
    assert_eq!(pty.wait_exit(SOON).code, 1);
    let output = String::from_utf8(pty.bytes_since(0)).unwrap();
    assert!(output.contains("can't be made") && !output.contains('\x1b'), "{}", output.escape_debug());
    std::fs::remove_file(stack.state()).unwrap();
    std::fs::create_dir(stack.state()).unwrap();
}

/// The console as somebody who may read only what everybody may: root may read everything.
fn unprivileged(stack: &Stack) -> Pty {
    if !rustix::process::geteuid().is_root() {
        return stack.console(&[], (100, 28));
    }
    // What the console needs on its way belongs to everybody; the file in question stays as it is.
    let open = |path: &std::path::Path| std::fs::set_permissions(path, PermissionsExt::from_mode(0o777)).unwrap();
    let root = stack.root();
    open(root.parent().unwrap());
    for folder in [stack.state(), stack.home()] {
        open(&folder);
    }
    // The folder of the build may be closed to others.
    let program = root.parent().unwrap().join("readback");
    std::fs::copy(binary(), &program).unwrap();
    open(&program);
    let own = stack.environment();
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let args = [
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        program.to_str().unwrap(),
        "--stack",
        root.to_str().unwrap(),
    ];
    Pty::spawn("setpriv", &args, &own, 100, 28)
}

#[test]
fn a_terminal_of_one_cell_and_a_dumb_one() {
    let stack = Stack::new();
    let mut pty = stack.console(&[], (1, 1));
    pty.wait_until("one cell", SOON, |screen| screen.is_taken() && screen.text().trim().chars().count() == 1);
    pty.send("234?w\x0c");
    quit(pty);

    let pty = stack.console_with(&[], &[("TERM", "dumb")], SIZE);
    assert_eq!(pty.wait_exit(SOON).code, 1);
    assert!(pty.screen(screen::Screen::text).contains("TERM is `dumb`"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_decided_while_the_database_is_away_is_kept_and_sent_once_when_it_is_back() {
    let Some(db) = TestDb::create().await else { return };
    // A port that is ours, and closed for now.
    let (proxy, port) = Proxy::start(0, db.address()).await;
    proxy.cut().await;
    let role = db.role().await;
    db.sql(&format!("GRANT CREATE ON SCHEMA public TO {}", role.name)).await.unwrap();
    let url = db.url_for(&role, Some(port)).replace(&db.address().0, "127.0.0.1");
    let stack = Stack::new();
    stack.change("readback.toml", "sqlite:", &url);
    stack.change("readback.toml", "seed = \"events.jsonl\"", "");

    let mut pty = stack.console(&[], SIZE);
    pty.wait_for("no database", SOON);
    pty.send("3");
    pty.wait_for("The timeline can't be read", SOON);
    pty.send("4\r");
    pty.wait_for("y yes, n no", SOON);
    pty.send("y");
    pty.wait_for("no database, 1 kept", SOON);
    pty.wait_for("kept here, and sent when it is back", SOON);
    pty.send("ju");
    pty.wait_for("no database, 2 kept", SOON);
    quit(pty);

    // Another console of the same person, still without a database, knows what is kept.
    let mut pty = stack.console(&[], SIZE);
    pty.wait_for("no database, 2 kept", SOON);
    pty.send("4\r");
    pty.wait_for("(2 not recorded yet)", SOON);
    let (_proxy, _) = Proxy::start(port, db.address()).await;
    pty.wait_until("both recorded", RECONNECTED, |screen| {
        !screen.text().contains("kept") && !screen.text().contains("not recorded")
    });
    pty.send("3");
    pty.wait_until("both in the timeline", SOON, |screen| {
        let text = screen.text();
        text.contains("USER_ACTION") && text.contains("REVIEW_EVENT")
    });
    quit(pty);

    // And once more: nothing is sent twice.
    let mut pty = stack.console(&[], SIZE);
    pty.send("3");
    pty.wait_for("2 rows", SOON);
    quit(pty);
    let mut connection = db.connect().await;
    for (table, many) in [("readback_review_event", 2_i64), ("alert_operation_log", 1)] {
        let count =
            sqlx::query(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(&mut connection).await;
        assert_eq!(count.unwrap().get::<i64, _>(0), many, "{table}");
    }
    connection.close().await.unwrap();
    db.drop_role(role).await;
    db.drop().await;
}
