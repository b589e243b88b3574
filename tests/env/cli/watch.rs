//! `readback env watch` and the console: a change of the file is told when it is made, recorded once, and a sync's own
//! is not told as somebody's edit.

use super::{BROKEN, WELL, code, env, faults, json, shop};
use crate::support::pty::binary;
use crate::support::stack::{SOON, Stack};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// A watch that runs, and the lines that it prints.
pub(super) struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    pub(super) fn start(stack: &Stack, args: &[&str]) -> Self {
        let mut command = Command::new(binary());
        command.args(["env", "watch"]).args(args).current_dir(stack.root()).env_clear().envs(stack.environment());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut ready = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(ready.any(|line| line.unwrap().contains("watching ")), "it never began");
        let lines = reader(child.stdout.take().unwrap());
        Self { child, lines }
    }

    pub(super) fn line(&self) -> String {
        self.lines.recv_timeout(SOON).expect("a line")
    }

    /// Interrupts it, as Ctrl-C does; returns the exit code and what was still to be read.
    pub(super) fn end(mut self) -> (Option<i32>, Vec<String>) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        let code = self.child.wait().unwrap().code();
        (code, self.lines.iter().collect())
    }
}

fn reader(out: ChildStdout) -> Receiver<String> {
    let (to, lines) = channel();
    std::thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| to.send(line)));
    lines
}

#[test]
fn each_change_is_a_line_when_it_is_made_and_stands_in_the_store() {
    let stack = shop();
    let watching = Watching::start(&stack, &["--format", "json"]);
    stack.write(".env", BROKEN);
    let line = watching.line();
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(faults(&told), [""; 0]);
    assert_eq!((&told["recorded"], &told["file"]), (&true.into(), &".env".into()), "{line}");
    assert!(
        told["summary"].as_str().unwrap().starts_with("changed by hand: lost S3_KEY; changed DB_PASSWORD"),
        "{line}"
    );
    assert!(!line.contains("invented"), "{line}");
    stack.write("new.env", WELL);
    std::fs::rename(stack.root().join("new.env"), stack.root().join(".env")).unwrap();
    assert!(watching.line().contains("added S3_KEY"));
    assert_eq!(watching.end(), (Some(0), Vec::new()));
    let report = json(&stack, &["blame", "S3_KEY"]);
    assert_eq!(report["recorded"]["changes"], 2, "{report}");
}

#[test]
fn a_read_only_watch_shows_and_records_nothing() {
    let stack = shop();
    let watching = Watching::start(&stack, &["--read-only"]);
    stack.write(".env", BROKEN);
    let line = watching.line();
    assert!(line.contains(".env changed by hand: lost S3_KEY") && line.contains("not recorded"), "{line}");
    assert!(line.contains("; the file is "), "it says whose the file is: {line}");
    stack.write(".env", WELL);
    assert!(watching.line().contains("added S3_KEY"));
    assert_eq!(watching.end().0, Some(0));
    assert!(stack.kept().is_empty(), "{:?}", stack.kept().keys());
}

#[test]
fn what_a_sync_writes_is_not_told_as_an_edit() {
    let stack = shop();
    stack.write(".env", BROKEN);
    let watching = Watching::start(&stack, &[]);
    assert_eq!(code(&env(&stack, &["sync", "--apply", "--stack-name", "shop"])), 0);
    // What is edited afterwards is: so the sync was seen, and passed over.
    stack.change(".env", "EXTRA=1", "EXTRA=2");
    let line = watching.line();
    assert!(line.contains("changed EXTRA (") && !line.contains("DB_PASSWORD"), "{line}");
    assert_eq!(watching.end(), (Some(0), Vec::new()));
}

#[test]
fn the_console_tells_a_change_at_once_and_keeps_it_in_the_timeline() {
    for read_only in [false, true] {
        let stack = shop();
        let args = if read_only { &["--read-only"][..] } else { &[] };
        let mut pty = stack.console(args, (120, 40));
        pty.wait_for("unread", SOON);
        pty.send("2s");
        pty.wait_for("DB_PASSWORD", SOON);
        stack.write(".env", BROKEN);
        pty.wait_for("changed by hand: lost S3_KEY", SOON);
        pty.send("3");
        pty.wait_for("config", SOON);
        pty.send("2");
        pty.wait_for("vanished", SOON);
        pty.send("q");
        assert_eq!(pty.wait_exit(SOON).code, 0);
        if !read_only {
            assert_eq!(json(&stack, &["blame", "S3_KEY"])["recorded"]["changes"], 1);
        }
    }
}

#[test]
fn a_file_that_goes_breaks_or_grows_too_large_is_a_line_and_so_is_what_came_back() {
    let stack = shop();
    let watching = Watching::start(&stack, &["--format", "json"]);
    let told = |what: &str, state: &str| {
        let line = watching.line();
        let value: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(faults(&value), [""; 0]);
        assert!(value["summary"].as_str().unwrap().starts_with(what), "{what}: {line}");
        assert_eq!(value["state"], state, "{line}");
    };
    std::fs::remove_file(stack.root().join(".env")).unwrap();
    told("removed (who", "removed");
    stack.write(".env", WELL);
    told("put back as it was", "back");
    stack.write(".env", format!("{WELL}MODE='\n"));
    told("changed by hand: refused at line 5", "refused");
    stack.write(".env", BROKEN);
    told("readable again: lost S3_KEY; changed DB_PASSWORD; added EXTRA", "back");
    std::fs::File::create(stack.root().join(".env")).unwrap().set_len(9 * 1024 * 1024).unwrap();
    told("changed by hand: too large to read", "too_large");
    assert_eq!(watching.end(), (Some(0), Vec::new()));
}
