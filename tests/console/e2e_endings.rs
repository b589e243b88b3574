//! Every way the console can end, in a real terminal: the terminal is given back, and soon.

use crate::support::pty::{Pty, binary};
use crate::support::screen;
use crate::support::stack::{SOON, Stack};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// What the console may take to be gone once its terminal is.
const AT_ONCE: Duration = Duration::from_secs(2);

fn started(stack: &Stack, env: &[(&str, &str)]) -> Pty {
    let pty = stack.console_with(&[], env, (80, 24));
    pty.wait_for("1 wrong", SOON);
    assert!(pty.screen(screen::Screen::is_taken));
    pty
}

/// The console as a child of a shell that keeps it from being told of a hangup.
fn deaf(stack: &Stack) -> Pty {
    let own = stack.environment();
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let run = format!("trap '' HUP; '{}' --stack '{}'; exit $?", binary().display(), stack.root().display());
    let pty = Pty::spawn("bash", &["-c", &run], &own, 80, 24);
    pty.wait_for("1 wrong", SOON);
    pty
}

#[test]
fn quitting_gives_the_terminal_back() {
    let stack = Stack::new();
    for keys in ["q", "\x03"] {
        let mut pty = started(&stack, &[]);
        pty.send(keys);
        assert_eq!(pty.wait_exit(SOON).code, 0);
        assert_eq!(pty.leftovers(), Vec::<String>::new());
    }
}

#[test]
fn signals_give_the_terminal_back_and_set_the_exit_code() {
    let stack = Stack::new();
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let pty = started(&stack, &[]);
        let sent = Instant::now();
        pty.signal(signal);
        let exit = pty.wait_exit(SOON);
        assert_eq!((exit.code, exit.signal), (code, None), "{signal:?}");
        assert_eq!(pty.leftovers(), Vec::<String>::new(), "{signal:?}");
        assert!(exit.at - sent < AT_ONCE, "{signal:?}: {:?}", exit.at - sent);
    }
}

#[test]
fn a_signal_in_the_middle_of_a_text_keeps_what_was_written() {
    let stack = Stack::new();
    let mut pty = started(&stack, &[]);
    pty.send("4");
    pty.wait_for("not opened", SOON);
    pty.send("\r");
    pty.wait_for("y yes, n no", SOON);
    pty.send("y");
    pty.wait_for("incident_ref_present", SOON);
    pty.send("je");
    pty.wait_for("ctrl-s save", SOON);
    pty.send("half a sentence");
    pty.wait_for("half a sentence", SOON);
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit(SOON).code, 143);
    assert_eq!(pty.leftovers(), Vec::<String>::new());

    goes_on(&stack);
}

/// The next console is where the last one was, with what was being written.
fn goes_on(stack: &Stack) {
    let mut pty = stack.console(&[], (80, 24));
    pty.wait_for("resumed at incident_ref_present with your draft", SOON);
    pty.wait_for("half a sentence", SOON);
    pty.send("\x1b");
    pty.wait_for("S sign off", SOON);
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    let pty = started(stack, &[]);
    assert!(!pty.screen(screen::Screen::text).contains("resumed at"), "who leaves starts at the beginning");
}

#[test]
fn a_console_that_is_killed_has_kept_what_was_written_half_a_second_before() {
    let stack = Stack::new();
    let mut pty = started(&stack, &[]);
    pty.send("4");
    pty.wait_for("not opened", SOON);
    pty.send("\r");
    pty.wait_for("y yes, n no", SOON);
    pty.send("y");
    pty.wait_for("incident_ref_present", SOON);
    pty.send("je");
    pty.wait_for("ctrl-s save", SOON);
    pty.send("half a sentence");
    let sent = Instant::now();
    // While the journal stands, what is in the file is not kept yet.
    let is_kept = || {
        let files = stack.kept();
        let has_it = |bytes: &Vec<u8>| bytes.windows(15).any(|part| part == b"half a sentence");
        files.values().any(has_it) && !files.keys().any(|path| path.to_string_lossy().ends_with("drafts.db-journal"))
    };
    while !is_kept() {
        assert!(sent.elapsed() < SOON, "the draft was never kept");
        pty.is_quiet_for(Duration::from_millis(20));
    }
    pty.signal(Signal::KILL);
    assert!(pty.wait_for_process(SOON).signal.is_some());
    goes_on(&stack);
}

#[test]
fn a_hangup_without_a_signal_ends_the_console_in_time() {
    let stack = Stack::new();
    let mut pty = deaf(&stack);
    let closed = Instant::now();
    pty.close_master();
    let exit = pty.wait_exit(AT_ONCE);
    assert_eq!(exit.code, 129);
    assert!(exit.at - closed < AT_ONCE, "{:?}", exit.at - closed);
}

#[test]
fn a_terminal_that_takes_no_bytes_does_not_keep_the_console() {
    let stack = Stack::new();
    let mut pty = stack.console(&[], (200, 60));
    pty.wait_for("1 wrong", SOON);
    pty.hold_next();
    pty.send("z");
    pty.wait_held(SOON);
    // Each key is a whole pane, if it is drawn; together more than a terminal holds.
    for key in ["1", "2", "3", "4"].iter().cycle().take(40) {
        pty.send(key);
    }
    let sent = Instant::now();
    pty.signal(Signal::TERM);
    let exit = pty.wait_for_process(SOON);
    assert_eq!(exit.code, 143);
    assert!(exit.at - sent < AT_ONCE, "{:?}", exit.at - sent);
    pty.release();
    pty.wait_exit(SOON);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}

/// Faults on purpose are in no release build, so this is the program as cargo has just built it.
#[cfg(debug_assertions)]
mod panics {
    use super::*;

    fn faulty(stack: &Stack, fault: &str) -> Pty {
        let root = stack.root();
        let own = stack.environment();
        let mut own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        own.push(("READBACK_FAULT", fault));
        let program = env!("CARGO_BIN_EXE_readback");
        Pty::spawn(program, &["--stack", root.to_str().unwrap()], &own, 80, 24)
    }

    fn log(stack: &Stack) -> String {
        std::fs::read_to_string(stack.state().join("readback/readback.log")).unwrap()
    }

    #[test]
    fn a_panic_of_the_screen_gives_the_terminal_back_reports_and_exits_101() {
        let stack = Stack::new();
        let mut pty = faulty(&stack, "ui");
        pty.wait_for("1 wrong", SOON);
        pty.send("j");
        assert_eq!(pty.wait_exit(SOON).code, 101);
        assert_eq!(pty.leftovers(), Vec::<String>::new());
        let shown = pty.screen(screen::Screen::text);
        assert!(shown.contains("a fault on purpose: ui") && shown.contains("This is a bug in readback."), "{shown}");
        assert!(log(&stack).contains("a fault on purpose: ui"));
    }

    #[test]
    fn a_panic_of_a_probe_is_said_and_the_console_lives_on() {
        let stack = Stack::new();
        let mut pty = faulty(&stack, "probe:port");
        pty.wait_for("probe crashed (bug)", SOON);
        pty.wait_for("missing: APP_BUCKET", SOON);
        pty.send("2n");
        pty.wait_for("APP_BUCKET is required", SOON);
        let shown = pty.screen(screen::Screen::text);
        assert!(!shown.contains("on purpose"), "{shown}");
        assert!(log(&stack).contains("a fault on purpose: probe:port"));
        pty.send("q");
        assert_eq!(pty.wait_exit(SOON).code, 0);
        assert_eq!(pty.leftovers(), Vec::<String>::new());
    }
}
