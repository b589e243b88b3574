//! The console's main job, in a real terminal, with the real program: see what is broken, review it, sign.

use crate::support::pty::{Pty, binary};
use crate::support::screen;
use crate::support::stack::{SOON, Stack};
use std::collections::BTreeMap;
use std::path::PathBuf;

const SIZE: (u16, u16) = (80, 24);

/// The console once all that is seen at the start has been seen.
fn opened(stack: &Stack, args: &[&str], size: (u16, u16)) -> Pty {
    let pty = stack.console(args, size);
    pty.wait_until("every state", SOON, |screen| {
        let text = screen.text();
        ["2 fail", "1 wrong", "rows", "accepted"].iter().all(|word| text.contains(word))
    });
    pty
}

fn quit(mut pty: Pty) {
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}

/// Opens the review of the only candidate, from wherever the console is.
fn open_review(pty: &mut Pty) {
    pty.send("4\r");
    pty.wait_for("Open a review of host_service_post_incident_readback:small_env_file", SOON);
    pty.send("y");
    pty.wait_for("incident_ref_present", SOON);
}

/// Waits until the line with the first text also has the second.
fn wait_for_line(pty: &Pty, line: &str, has: &str) {
    pty.wait_until(&format!("a line with {line:?} and {has:?}"), SOON, |screen| {
        screen.text().lines().any(|text| text.contains(line) && text.contains(has))
    });
}

#[test]
fn an_incident_is_read_reviewed_and_signed_and_is_still_there_after_a_restart() {
    let stack = Stack::new();
    let mut pty = opened(&stack, &[], SIZE);
    let first = pty.screen(screen::Screen::text);
    assert!(first.contains("[RW]") && first.contains("DOWN"), "{first}");

    pty.send("2n");
    wait_for_line(&pty, "▸✗ APP_BUCKET", "missing");
    pty.wait_for("APP_BUCKET is required and not in the file", SOON);

    open_review(&mut pty);
    pty.send("j");
    wait_for_line(&pty, "▸", "incident_ref_present");
    pty.send("p");
    pty.wait_for("nothing to hear it back against", SOON);
    pty.send("e");
    pty.wait_for("ctrl-s save", SOON);
    pty.send("INC-TEST-1\x13");
    // The field alone says nothing of what the evidence names.
    wait_for_line(&pty, "open   incident_ref_present", "not answered");
    pty.send("jf");
    wait_for_line(&pty, "FAILS", "actor_not_anonymous");
    // Signing waits for what was asked before.
    wait_for_line(&pty, "Timeline", "4 rows");
    pty.send("S");
    pty.wait_for("Sign the lane reject_unattributed_restart as console:tester?", SOON);
    pty.send("y");
    pty.wait_for("reject_unattributed_restart  signed", SOON);

    pty.send("3");
    pty.wait_until("every step in the timeline", SOON, |screen| {
        let text = screen.text();
        let count =
            |kind: &str| text.lines().filter(|line| line.contains(kind) && line.contains("console:tester")).count();
        count("REVIEW_EVENT") == 2 && count("USER_ACTION") == 2 && text.contains("ALERT_RECEIVED")
    });
    quit(pty);

    let mut pty = opened(&stack, &[], SIZE);
    pty.send("4\r");
    pty.wait_for("reject_unattributed_restart  signed", SOON);
    wait_for_line(&pty, "open   incident_ref_present", "not answered");
    quit(pty);
}

#[test]
fn a_second_console_shows_what_the_first_recorded_without_being_asked() {
    let stack = Stack::new();
    let mut first = opened(&stack, &[], SIZE);
    let mut second = opened(&stack, &[], SIZE);
    second.send("3");
    wait_for_line(&second, "▸", "ALERT_RECEIVED");
    let before = second.screen(screen::Screen::text);
    assert!(!before.contains("USER_ACTION"), "{before}");
    open_review(&mut first);
    wait_for_line(&second, "USER_ACTION", "console:tester");
    quit(first);
    quit(second);
}

#[test]
fn a_read_only_console_shows_refuses_in_words_and_leaves_every_file_as_it_was() {
    let stack = Stack::new();
    let mut pty = opened(&stack, &[], SIZE);
    open_review(&mut pty);
    wait_for_line(&pty, "Timeline", "2 rows");
    quit(pty);
    let before = stack.kept();

    let mut pty = opened(&stack, &["--read-only"], SIZE);
    assert!(pty.screen(screen::Screen::text).contains("[R]"));
    pty.send("4\r");
    pty.wait_for("incident_ref_present", SOON);
    pty.send("jp");
    pty.wait_for("this console is read-only", SOON);
    pty.send("S");
    pty.wait_for("this console is read-only", SOON);
    quit(pty);
    let after = stack.kept();
    // What SQLite shares between processes while they run (`-shm`: locks, an index; a `-wal` with nothing in it)
    // is no record; it is there or not by how the last connection ended.
    let is_record = |(file, bytes): &(&PathBuf, &Vec<u8>)| match file.extension().and_then(|end| end.to_str()) {
        Some("db-shm") => false,
        Some("db-wal") => !bytes.is_empty(),
        _ => true,
    };
    let names = |kept: &BTreeMap<PathBuf, Vec<u8>>| {
        kept.iter().filter(is_record).map(|(file, _)| file.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&before), names(&after));
    for (file, bytes) in before.iter().filter(is_record) {
        assert!(after[file] == *bytes, "{} has changed", file.display());
    }
}

#[test]
fn a_read_only_console_opens_where_nothing_was_ever_recorded() {
    let stack = Stack::new();
    let mut pty = stack.console(&["--read-only"], SIZE);
    pty.wait_for("[R]", SOON);
    pty.wait_for("no database", SOON);
    pty.send("2n");
    wait_for_line(&pty, "▸✗ APP_BUCKET", "missing");
    quit(pty);
    assert!(stack.kept().into_keys().all(|file| file.ends_with("readback.log")));
}

#[test]
fn every_size_is_drawn_down_to_one_cell_and_a_storm_of_resizes_ends_in_a_whole_screen() {
    let stack = Stack::new();
    let mut pty = stack.console(&[], (40, 12));
    pty.wait_for("2 fail", SOON);
    pty.send("2");
    wait_for_line(&pty, "APP_BUCKET", "missing");
    pty.resize(1, 1);
    pty.wait_until("one cell", SOON, |screen| screen.text().trim().chars().count() == 1);
    for round in 0..60 {
        pty.resize(1 + round * 37 % 230, 1 + round * 17 % 70);
    }
    pty.resize(200, 60);
    pty.wait_until("all four panes", SOON, |screen| {
        let text = screen.text();
        [" 1 Health ", " 2 Env ", " 3 Timeline ", " 4 Readback ", "APP_BUCKET", "the bucket is gone"]
            .iter()
            .all(|word| text.contains(word))
    });
    pty.resize(80, 24);
    wait_for_line(&pty, "APP_BUCKET", "missing");
    // What the difference drew is what drawing all of it anew would give.
    let drawn = pty.screen(screen::Screen::text);
    let lines: Vec<&str> = drawn.lines().collect();
    assert!(lines[0].starts_with(" readback  small  test") && lines.len() == 24, "{drawn}");
    quit(pty);
}

#[test]
fn a_folder_without_a_stack_gets_a_short_answer_and_no_full_screen() {
    let stack = Stack::new();
    let home = stack.home();
    let own = stack.environment();
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let command = format!("cd '{}' && exec '{}'", home.display(), binary().display());
    let pty = Pty::spawn("sh", &["-c", &command], &own, 80, 24);
    assert_eq!(pty.wait_exit(SOON).code, 2);
    let text = pty.screen(screen::Screen::text);
    for what in ["there is no stack here", "readback init", "--stack DIR", "readback demo"] {
        assert!(text.contains(what), "no {what:?} in {text}");
    }
    assert!(!pty.bytes_since(0).windows(8).any(|bytes| bytes == b"\x1b[?1049h"));
    assert!(stack.kept().is_empty());
}

#[test]
fn the_demo_starts_says_so_quits_and_writes_nothing() {
    let stack = Stack::new();
    let own = stack.environment();
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut pty = Pty::spawn(binary(), &["demo"], &own, 80, 24);
    pty.wait_for("[DEMO]", SOON);
    pty.send("4\r");
    quit(pty);
    assert!(stack.kept().is_empty());
}

#[test]
fn the_bundled_example_tells_its_incident_on_a_machine_without_its_back_ends() {
    let stack = Stack::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/odoo18-prod");
    let own = stack.environment();
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut pty = Pty::spawn(binary(), &["--stack", example], &own, 120, 40);
    pty.wait_until("the incident", SOON, |screen| {
        let text = screen.text();
        ["odoo18-prod", "production", "no Docker at", "6 wrong", "31 rows", "0/5 accepted"]
            .iter()
            .all(|word| text.contains(word))
    });
    let text = pty.screen(screen::Screen::text);
    assert!(!text.contains("VERIFIED"), "{text}");
    pty.send("4j");
    pty.wait_for(".env edited by hand for OCR", SOON);
    quit(pty);
}
