//! The terminal in a real pty: taken, drawn on, and given back in every way a program can end.

#![allow(clippy::print_stdout)]

use crate::fixture;
use crate::support::pty::Pty;
use crate::support::screen;
use rustix::process::{Pid, Signal, kill_process};
use std::time::{Duration, Instant};

/// Long enough for a loaded machine; nothing waits that long unless it fails.
const SOON: Duration = Duration::from_secs(20);

/// Not a test: the program that the tests run, in a process of its own.
#[test]
fn fixture_program() {
    if std::env::var_os("READBACK_FIXTURE").is_some() {
        fixture::main();
    }
}

/// How a shell would start the fixture.
fn command() -> String {
    let program = std::env::current_exe().unwrap();
    format!("'{}' terminal::fixture_program --exact --nocapture --test-threads=1", program.display())
}

/// The fixture under a shell script; `RUN` in it stands for the program.
fn script(script: &str, env: &[(&str, &str)]) -> Pty {
    let env = [&[("READBACK_FIXTURE", "1")], env].concat();
    Pty::spawn("bash", &["-c", &script.replace("RUN", &command())], &env, 100, 30)
}

/// The fixture by itself, as the leader of its session, ready for keys.
fn started(env: &[(&str, &str)]) -> Pty {
    let pty = script("exec RUN", env);
    pty.wait_for("ready", SOON);
    pty.wait_until("the alternate screen", SOON, screen::Screen::is_taken);
    pty
}

#[test]
fn quitting_gives_the_terminal_back() {
    let mut pty = started(&[]);
    assert!(!pty.restored());
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}

#[test]
fn each_signal_that_ends_the_program_gives_the_terminal_back_and_sets_the_exit_code() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let pty = started(&[]);
        pty.signal(signal);
        let exit = pty.wait_exit(SOON);
        assert_eq!((exit.code, exit.signal), (code, None), "{signal:?}");
        assert_eq!(pty.leftovers(), Vec::<String>::new(), "{signal:?}");
    }
}

#[test]
fn a_panic_of_the_screen_gives_the_terminal_back_then_reports_and_exits_101() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut pty = started(&[("FIXTURE_LOG", log.to_str().unwrap())]);
    pty.send("p");
    assert_eq!(pty.wait_exit(SOON).code, 101);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
    let shown = pty.screen(screen::Screen::text);
    assert!(shown.contains("the screen has a bug") && shown.contains("The report is in"), "{shown}");
    assert!(std::fs::read_to_string(log).unwrap().contains("the screen has a bug"));
}

#[test]
fn a_panic_in_the_background_leaves_the_screen_as_it_is_and_goes_to_the_log() {
    let folder = tempfile::tempdir().unwrap();
    for threads in ["FIXTURE_MANY_THREADS", "FIXTURE_ONE_THREAD"] {
        let log = folder.path().join(threads);
        let mut pty = started(&[("FIXTURE_LOG", log.to_str().unwrap()), (threads, "1")]);
        pty.send("b");
        pty.wait_for("the probe crashed: true", SOON);
        assert!(pty.screen(screen::Screen::is_taken));
        assert!(!pty.screen(screen::Screen::text).contains("a probe has a bug"));
        assert!(std::fs::read_to_string(log).unwrap().contains("a probe has a bug"));
        pty.send("q");
        assert_eq!(pty.wait_exit(SOON).code, 0);
        assert_eq!(pty.leftovers(), Vec::<String>::new());
    }
}

#[test]
fn a_closed_terminal_ends_the_program_with_129() {
    let mut pty = started(&[]);
    let closed = Instant::now();
    pty.close_master();
    let exit = pty.wait_exit(SOON);
    assert_eq!((exit.code, exit.signal), (129, None));
    assert!(exit.at - closed < Duration::from_secs(2));
}

#[test]
fn a_hangup_without_a_signal_ends_the_program_in_time() {
    let mut pty = script("trap '' HUP; RUN; exit $?", &[]);
    pty.wait_for("ready", SOON);
    let closed = Instant::now();
    pty.close_master();
    let exit = pty.wait_exit(SOON);
    assert_eq!(exit.code, 129);
    assert!(exit.at - closed < Duration::from_secs(2), "{:?}", exit.at - closed);
}

#[test]
fn a_hangup_ends_even_a_screen_that_hangs() {
    let mut pty = script("trap '' HUP; RUN; exit $?", &[]);
    pty.wait_for("ready", SOON);
    pty.send("h");
    let closed = Instant::now();
    pty.close_master();
    let exit = pty.wait_exit(SOON);
    assert_eq!(exit.code, 129);
    assert!(exit.at - closed < Duration::from_secs(2), "{:?}", exit.at - closed);
}

#[test]
fn the_program_can_be_stopped_and_continued_by_key_and_by_signal() {
    let job = "set -m; RUN; echo has stopped; read -r; fg >/dev/null; echo stopped again; read -r; fg >/dev/null; echo ended $?";
    let mut pty = script(job, &[]);
    let running = |screen: &screen::Screen| screen.is_taken() && screen.text().contains("back again");
    pty.wait_for("ready", SOON);
    pty.send("z");
    pty.wait_for("has stopped", SOON);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
    pty.send("\r");
    pty.wait_until("the program again", SOON, running);
    pty.send("i");
    pty.wait_until("a process id", SOON, |screen| screen.text().contains("process ") && screen.text().contains('.'));
    let text = pty.screen(screen::Screen::text);
    let process = text.split(['.', ' ']).nth(1).and_then(|id| Pid::from_raw(id.parse().ok()?)).unwrap();
    kill_process(process, Signal::TSTP).unwrap();
    pty.wait_for("stopped again", SOON);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
    pty.send("\r");
    pty.wait_until("the program again", SOON, running);
    pty.send("q");
    pty.wait_for("ended 0", SOON);
    pty.wait_exit(SOON);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}

#[test]
fn the_leader_of_a_session_is_not_stopped_for_ever() {
    let mut pty = started(&[]);
    pty.signal(Signal::TSTP);
    pty.wait_for("back again", SOON);
    pty.signal(Signal::CONT);
    pty.wait_for("continued", SOON);
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}

/// The fixture, stuck in the middle of a frame that is larger than what a pty holds.
fn blocked() -> Pty {
    let mut pty = script("exec RUN", &[]);
    pty.wait_for("ready", SOON);
    pty.resize(300, 100);
    pty.wait_for("size 300x100", SOON);
    pty.hold_next();
    pty.send("k");
    pty.wait_held(SOON);
    pty
}

#[test]
fn a_blocked_terminal_blocks_neither_the_way_out_nor_the_giving_back() {
    let pty = blocked();
    let told = Instant::now();
    pty.signal(Signal::TERM);
    let exit = pty.wait_for_process(SOON);
    assert_eq!(exit.code, 143);
    assert!(exit.at - told < Duration::from_secs(2), "{:?}", exit.at - told);
    pty.release();
    pty.wait_exit(SOON);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}

#[test]
fn behind_a_blocked_terminal_keys_are_handled_and_then_the_newest_state_is_drawn() {
    let mut pty = blocked();
    let mark = pty.mark();
    pty.send(&"k".repeat(40));
    pty.release();
    pty.wait_for("key k number 41", SOON);
    let frames = pty.bytes_since(mark).windows(8).filter(|bytes| bytes == b"\x1b[?2026h").count();
    assert!(frames < 20, "{frames} frames for 40 keys");
}

#[test]
fn a_frame_is_one_write_and_an_idle_program_writes_nothing() {
    const QUIET: Duration = Duration::from_millis(200);
    let mut pty = started(&[]);
    let all = pty.bytes_since(0);
    let first = all.windows(8).position(|bytes| bytes == b"\x1b[?2026h").unwrap();
    assert!(pty.is_quiet_for(QUIET));
    assert_eq!(pty.frame_writes(all.len() - first), 1);
    // A key that changes nothing draws nothing.
    pty.send("u");
    assert!(pty.is_quiet_for(QUIET));
    let mark = pty.mark();
    pty.send("k");
    pty.wait_for("key k number 1", SOON);
    assert!(pty.is_quiet_for(QUIET));
    let frame = pty.bytes_since(mark);
    assert!(frame.starts_with(b"\x1b[?2026h") && frame.ends_with(b"\x1b[?2026l"), "{}", frame.escape_ascii());
    assert_eq!(pty.frame_writes(pty.mark() - first), 2);
}

#[test]
fn a_resize_is_seen_and_drawn_down_to_one_cell() {
    let mut pty = started(&[]);
    pty.resize(60, 10);
    pty.wait_for("size 60x10", SOON);
    pty.resize(1, 1);
    pty.wait_until("one letter", SOON, |screen| screen.text().trim() == "s");
    pty.resize(40, 5);
    pty.wait_for("size 40x5", SOON);
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}

#[test]
fn a_paste_arrives_as_one_piece() {
    let mut pty = started(&[]);
    pty.send("\x1b[200~two words\x1b[201~");
    pty.wait_for("pasted two words", SOON);
}

#[test]
fn copied_text_goes_to_the_terminals_clipboard() {
    let mut pty = started(&[]);
    pty.send("c");
    pty.wait_until("a copy", SOON, |screen| screen.copied() == [b"Zm9vYmFy"]);
}

#[test]
fn a_terminal_that_cannot_serve_is_refused_in_words() {
    let pty = script("exec RUN", &[("TERM", "dumb")]);
    pty.wait_for("refused: TERM is `dumb`", SOON);
    assert_eq!(pty.wait_exit(SOON).code, 2);
    let pty = script("RUN </dev/null", &[]);
    pty.wait_for("refused: no terminal on standard input", SOON);
    assert_eq!(pty.leftovers(), Vec::<String>::new());
}
