//! A stack whose file is systemd's: everything that reads the file reads it as systemd does.

use super::watch::Watching;
use super::{code, env, json, said, shop};
use crate::support::stack::Stack;

/// Compose refuses it: `;` starts no comment there, and the second `=` of the last line would make another key.
const FILE: &str = "; of the unit\nDB_HOST=127.0.0.1\nDB_PASSWORD='invented words 'of=a-password\n";

fn unit() -> Stack {
    let stack = shop();
    stack.change("readback.toml", "template = \".env.template\"", "template = \".env.template\"\nformat = \"systemd\"");
    stack.write(".env", FILE);
    stack
}

#[test]
fn blame_reads_the_file_and_its_backups_as_systemd_does() {
    let stack = unit();
    stack.write(".env.backup.20260202_103434", "; of the unit\nDB_HOST=127.0.0.1\n");
    let report = json(&stack, &["blame", "DB_PASSWORD"]);
    assert!(report["snapshots"].as_array().unwrap().iter().all(|looked| looked["unread"].is_null()), "{report}");
    let steps = report["keys"][0]["steps"].as_array().unwrap();
    assert_eq!((&steps[0]["did"], &steps[0]["held"]["len"]), (&"appeared".into(), &28.into()), "{report}");
}

#[test]
fn two_files_are_compared_in_the_format_of_the_stack_or_as_is_said() {
    let stack = unit();
    stack.write(".env.backup.20260202_103434", "; of the unit\nDB_HOST=127.0.0.1\n");
    for args in [
        &["diff", ".env.backup.20260202_103434", ".env"][..],
        &["diff", ".env.backup.20260202_103434", ".env", "--as", "systemd"],
    ] {
        let report = json(&stack, args);
        let rows = report["rows"].as_array().unwrap();
        assert_eq!((rows.len(), &rows[0]["key"], &rows[0]["right"][0]["len"]), (1, &"DB_PASSWORD".into(), &28.into()));
    }
    // Files of which the stack says nothing are a `.env`, unless it is said.
    for name in ["one", "other"] {
        stack.write(name, FILE);
    }
    assert_eq!(code(&env(&stack, &["diff", "one", "other"])), 3);
    assert_eq!(code(&env(&stack, &["diff", "one", "other", "--as", "systemd"])), 0);
    assert_eq!(code(&env(&stack, &["diff", "--as", "systemd"])), 2, "it is for two files");
}

#[test]
fn a_watch_tells_a_change_of_it() {
    let stack = unit();
    let watching = Watching::start(&stack, &[]);
    stack.change(".env", "of=a-password", "of=another");
    let line = watching.line();
    assert!(line.contains("changed DB_PASSWORD ("), "{line}");
    assert_eq!(watching.end().0, Some(0));
}

#[test]
fn the_probe_of_the_file_knows_its_format() {
    let stack = unit();
    let probe = "[[probe]]\nid = \"env\"\nkind = \"env-file\"\nkeys = [\"DB_PASSWORD\"]\n";
    let config = std::fs::read_to_string(stack.root().join("readback.toml")).unwrap();
    stack.write("readback.toml", format!("{config}{probe}"));
    let check = said(&stack.run(&["check"], &[]));
    assert!(check.contains("all 1 required keys have a value"), "{check}");
}
