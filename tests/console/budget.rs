//! What the screen costs, in bytes and in writes: the terminal is far away. Never in time.

#![allow(clippy::print_stderr, reason = "what was measured is worth a line")]

use crate::support::frame;
use crate::support::scene;
use crate::support::stack::{SOON, Stack};
use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use readback::app::terminal::encode;
use readback::app::theme::Depth;
use readback::app::{App, Event};
use std::time::Duration;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];
/// The four panes, and an open review.
const PANES: [&str; 5] = ["1", "2", "3", "4", "4 enter y j k"];
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

fn render(app: &App, (columns, rows): (u16, u16), depth: Depth) -> Buffer {
    frame::render(app, columns, rows, "default", depth)
}

/// A console in the middle of the incident, in the pane that these keys open.
fn in_pane(keys: &str, size: (u16, u16)) -> App {
    let mut app = scene::incident(size.0, size.1);
    scene::press(&mut app, keys);
    app
}

fn bytes(prev: &Buffer, next: &Buffer) -> usize {
    let mut out = Vec::new();
    encode(prev, next, None, None, &mut out);
    out.len()
}

fn count(all: &[u8], part: &[u8]) -> usize {
    all.windows(part.len()).filter(|window| *window == part).count()
}

#[test]
fn a_whole_screen_fits_its_budget() {
    for (size, most) in SIZES.into_iter().zip([3600, 7000, 14_000]) {
        for (depth, pane) in [Depth::Ansi256, Depth::True].into_iter().flat_map(|it| PANES.map(|pane| (it, pane))) {
            let spent = bytes(&Buffer::empty(Rect::ZERO), &render(&in_pane(pane, size), size, depth));
            eprintln!("whole {size:?} {depth:?} {pane}: {spent}");
            assert!(spent <= most, "{size:?} {depth:?} {pane}: {spent} bytes");
        }
    }
}

#[test]
fn a_cursor_move_fits_in_250_bytes_in_every_pane_and_its_detail_follows_alone() {
    let mut over = Vec::new();
    for size in SIZES {
        for pane in PANES {
            let mut app = in_pane(pane, size);
            // The detail has come to rest.
            let mut at = scene::now();
            let mut wake = |app: &mut App| {
                at += SignedDuration::from_millis(200);
                app.update(Event::Woken, at);
            };
            wake(&mut app);
            let (mut most, mut detail) = (0, 0);
            for key in ["j", "j", "j", "k", "k", "k"] {
                let before = render(&app, size, Depth::Ansi256);
                scene::press(&mut app, key);
                let moved = render(&app, size, Depth::Ansi256);
                most = most.max(bytes(&before, &moved));
                wake(&mut app);
                detail = detail.max(bytes(&moved, &render(&app, size, Depth::Ansi256)));
            }
            eprintln!("move {size:?} pane {pane}: {most}, then its detail {detail}");
            if most > 250 {
                over.push(format!("{size:?} pane {pane}: {most} bytes"));
            }
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn the_first_frame_is_one_write_and_an_idle_console_writes_nothing() {
    let stack = Stack::new();
    let pty = stack.console(&[], (120, 40));
    pty.wait_until("a frame", SOON, |screen| screen.text().contains("[RW]"));
    let all = pty.bytes_since(0);
    let from = all.windows(BEGIN.len()).position(|bytes| bytes == BEGIN).unwrap();
    let to = all.windows(END.len()).position(|bytes| bytes == END).unwrap() + END.len();
    let first = &all[from..to];
    assert_eq!((count(first, BEGIN), count(first, END)), (1, 1));
    assert!(first.len() <= 7000, "{} bytes", first.len());

    pty.wait_until("every state", SOON, |screen| {
        let text = screen.text();
        ["2 fail", "1 wrong", "1 rows", "0/1 accepted"].iter().all(|word| text.contains(word))
    });
    // The one place where time passes: the window that is measured. What is still in flight may arrive first.
    let quiet = (0..3).any(|_| pty.is_quiet_for(Duration::from_secs(3)));
    assert!(quiet, "{}", pty.bytes_since(all.len()).escape_ascii());
    let written = pty.mark() - from;
    let frames = count(&pty.bytes_since(from), BEGIN);
    let writes = pty.frame_writes(written);
    eprintln!("first frame {} bytes; {frames} bracketed frames, {writes} writes, {written} bytes in all", first.len());
    // A small frame has no bracket, so there may be more writes than brackets; never fewer, never one split.
    assert!(writes >= frames && writes <= frames + 8, "{frames} frames in {writes} writes");
}

#[test]
fn a_cursor_move_in_the_running_console_fits_its_budget() {
    let stack = Stack::new();
    let mut pty = stack.console(&[], (80, 24));
    pty.wait_for("1 wrong", SOON);
    pty.wait_for("1 rows", SOON);
    pty.send("2g");
    pty.wait_until("the first row", SOON, |screen| {
        screen.text().lines().any(|line| line.starts_with('▸') && line.contains("APP_NAME"))
    });
    assert!((0..3).any(|_| pty.is_quiet_for(Duration::from_millis(600))));
    let mark = pty.mark();
    pty.send("j");
    pty.wait_until("the cursor", SOON, |screen| {
        screen.text().lines().any(|line| line.starts_with('▸') && line.contains("APP_PORT"))
    });
    let moved = pty.bytes_since(mark);
    let frame = moved.windows(END.len()).position(|bytes| bytes == END).map_or(moved.len(), |at| at + END.len());
    eprintln!("a move in the running console: {frame} bytes");
    assert!(frame <= 250, "{frame} bytes");
}
