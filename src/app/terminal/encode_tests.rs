//! The encoder against a real terminal emulator: the screen has to show what the buffer holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

const WIDTH: u16 = 24;
const HEIGHT: u16 = 5;

fn bytes(prev: &Buffer, next: &Buffer) -> Vec<u8> {
    let mut out = Vec::new();
    encode(prev, next, None, None, &mut out);
    out
}

fn text(prev: &Buffer, next: &Buffer) -> String {
    String::from_utf8(bytes(prev, next)).unwrap().replace('\x1b', "")
}

fn unknown() -> Buffer {
    Buffer::empty(Rect::ZERO)
}

/// What a person sees: per cell the text and what shows of its style.
fn seen(screen: &vt100::Screen) -> Vec<String> {
    let (rows, columns) = screen.size();
    let cell = |row, column| {
        let cell = screen.cell(row, column).unwrap();
        if cell.is_wide_continuation() {
            return "<".to_owned();
        }
        let blank = matches!(cell.contents(), "" | " ");
        let shows = !blank || cell.inverse() || cell.underline();
        let text = if blank { " " } else { cell.contents() };
        let bg = format!("{text}{:?}{}{}", cell.bgcolor(), cell.inverse(), cell.underline());
        let fg = format!("{:?}{}{}{}", cell.fgcolor(), cell.bold(), cell.dim(), cell.italic());
        if shows { bg + &fg } else { bg }
    };
    (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| cell(row, column))).collect()
}

fn differences(a: &vt100::Parser, b: &vt100::Parser) -> Vec<String> {
    let (a, b) = (seen(a.screen()), seen(b.screen()));
    let pairs = a.iter().zip(&b).enumerate().filter(|(_, (a, b))| a != b);
    pairs.map(|(at, (a, b))| format!("column {} row {}: {a} | {b}", at % 24, at / 24)).collect()
}

fn terminal(buffer: &Buffer) -> vt100::Parser {
    vt100::Parser::new(buffer.area.height.try_into().unwrap(), buffer.area.width.try_into().unwrap(), 0)
}

fn write() -> impl Strategy<Value = (u16, u16, String, Style)> {
    let word = prop::sample::select(vec![
        "a",
        "ok",
        "資料庫",
        "🦀",
        "❤\u{fe0f}",
        "⌨\u{fe0f}x",
        "e\u{301}",
        "👍🏽",
        "👩\u{200d}💻",
        "🇹🇼",
        "ｶﾞ",
        "─┐",
        "       ",
        "                    ",
        "✓ pass",
        "x資y",
        " ",
        "ก\u{e33}",
    ]);
    let colour = prop::sample::select(vec![
        Color::Reset,
        Color::Red,
        Color::White,
        Color::LightBlue,
        Color::Indexed(99),
        Color::Rgb(1, 2, 3),
    ]);
    let style = (colour.clone(), colour, any::<u16>()).prop_map(|(fg, bg, bits)| {
        // Most of a screen is plain; a style everywhere would hide mistakes in erasing.
        let bits = if bits % 3 == 0 { 0 } else { bits };
        let bg = if bits % 2 == 0 { Color::Reset } else { bg };
        Style::new().fg(fg).bg(bg).add_modifier(Modifier::from_bits_truncate(bits))
    });
    (0..WIDTH, 0..HEIGHT, prop::collection::vec(word, 1..4).prop_map(|words| words.concat()), style)
}

fn draw(writes: &[(u16, u16, String, Style)]) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
    for (x, y, text, style) in writes {
        buffer.set_string(*x, *y, text, *style);
    }
    // The reference terminal knows bold or dim, not both; the tests of the pen cover both.
    for cell in buffer.content.iter_mut().filter(|cell| cell.modifier.contains(Modifier::BOLD)) {
        cell.modifier -= Modifier::DIM;
    }
    buffer
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_walk_from_frame_to_frame_ends_at_the_screen_drawn_from_scratch(
        frames in prop::collection::vec((prop::collection::vec(write(), 0..12), prop::option::of((0..WIDTH, 0..HEIGHT))), 1..5),
    ) {
        let mut walked = terminal(&draw(&[]));
        let (mut prev, mut prev_cursor) = (unknown(), None);
        walked.process(b"\x1b[?25l");
        for (writes, cursor) in &frames {
            let next = draw(writes);
            let cursor = cursor.map(|(x, y)| Position { x, y });
            let mut out = Vec::new();
            encode(&prev, &next, cursor, prev_cursor, &mut out);
            walked.process(&out);

            let mut scratch = terminal(&next);
            scratch.process(&bytes(&unknown(), &next));
            prop_assert_eq!(differences(&walked, &scratch), Vec::<String>::new(), "{:?}", String::from_utf8_lossy(&out));
            prop_assert_eq!(walked.screen().hide_cursor(), cursor.is_none());
            if let Some(at) = cursor {
                prop_assert_eq!(walked.screen().cursor_position(), (at.y, at.x));
            }
            out.clear();
            encode(&next, &next.clone(), cursor, cursor, &mut out);
            prop_assert!(out.is_empty());
            (prev, prev_cursor) = (next, cursor);
        }
    }

    #[test]
    fn a_screen_drawn_from_scratch_shows_the_buffer(writes in prop::collection::vec(write(), 0..12)) {
        let next = draw(&writes);
        let mut scratch = terminal(&next);
        scratch.process(&bytes(&unknown(), &next));
        // A plain reference: every cell by itself, absolutely placed, with its whole style.
        let mut plain = terminal(&next);
        for y in 0..HEIGHT {
            for spot in spots(&next.content[usize::from(y * WIDTH)..usize::from((y + 1) * WIDTH)]) {
                let mut out = Vec::new();
                let mut pen = Pen::PLAIN;
                pen.change(spot.pen, &mut out);
                let (row, column) = (y + 1, spot.x + 1);
                let text = spot.glyph.text;
                let blank = " ".repeat(usize::from(spot.glyph.width));
                let out = String::from_utf8(out).unwrap();
                plain.process(format!("\x1b[m{out}\x1b[{row};{column}H{blank}\x1b[{row};{column}H{text}").as_bytes());
            }
        }
        prop_assert_eq!(differences(&scratch, &plain), Vec::<String>::new());
    }
}

#[test]
fn an_unchanged_frame_is_nothing_at_all() {
    let buffer = draw(&[(2, 1, "資料 ok".to_owned(), Style::new().fg(Color::Red))]);
    assert_eq!(bytes(&buffer, &buffer.clone()), b"");
    // Neither is a change no one can see.
    let mut painted = buffer.clone();
    painted[(20, 3)].set_style(Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
    assert_eq!(bytes(&buffer, &painted), b"");
}

#[test]
fn a_clock_tick_is_a_move_and_a_digit() {
    let at = |clock: &str| draw(&[(15, 0, clock.to_owned(), Style::new())]);
    assert_eq!(text(&at("12:00:01"), &at("12:00:02")), "[;23H2");
}

#[test]
fn a_larger_frame_is_bracketed_as_one_synchronized_update() {
    let lines = |word: &str| draw(&[0, 1, 2, 3].map(|y| (0, y, word.repeat(4), Style::new())));
    let frame = text(&lines("abcd"), &lines("efgh"));
    assert_eq!(frame, "[?2026h[Hefghefghefghefgh\r\nefghefghefghefgh\r\nefghefghefghefgh\r\nefghefghefghefgh[?2026l");
}

#[test]
fn blank_runs_are_erased_only_where_the_background_is_the_terminals_own() {
    let full = draw(&[(0, 0, "x".repeat(24), Style::new())]);
    assert_eq!(text(&full, &draw(&[])), "[H[K");
    let middle = draw(&[(0, 0, "xx".to_owned(), Style::new()), (20, 0, "xxxx".to_owned(), Style::new())]);
    assert_eq!(text(&full, &middle), "[;3H[18X");
    let coloured = draw(&[(0, 0, " ".repeat(24), Style::new().bg(Color::Blue))]);
    assert_eq!(text(&full, &coloured), format!("[H[44m{}[m", " ".repeat(24)));
}

#[test]
fn a_new_size_clears_and_draws_anew() {
    let small = Buffer::with_lines(["ab"]);
    assert_eq!(text(&unknown(), &small), "[m[2J[Hab");
    assert_eq!(text(&Buffer::with_lines(["ab", "cd"]), &small), "[m[2J[Hab");
    assert_eq!(bytes(&unknown(), &unknown()), b"");
}

#[test]
fn the_cursor_is_shown_moved_and_hidden() {
    let buffer = Buffer::with_lines(["abc"]);
    let cursor = |from: Option<(u16, u16)>, to: Option<(u16, u16)>| {
        let mut out = Vec::new();
        encode(&buffer, &buffer.clone(), to.map(Into::into), from.map(Into::into), &mut out);
        String::from_utf8(out).unwrap().replace('\x1b', "")
    };
    assert_eq!(cursor(None, Some((1, 0))), "[;2H[?25h");
    assert_eq!(cursor(Some((1, 0)), Some((2, 0))), "[C");
    assert_eq!(cursor(Some((2, 0)), None), "[?25l");
    assert_eq!(cursor(Some((2, 0)), Some((2, 0))), "");
}

#[test]
fn a_typical_dashboard_of_120_by_40_fits_in_seven_kilobytes() {
    let (screen, next) = (dashboard(120, 40, 0), dashboard(120, 40, 1));
    let first = bytes(&unknown(), &screen);
    assert!(first.len() <= 7_000, "{}", first.len());
    // As full as the densest screen of a real stack: more than half of the cells.
    assert!(screen.content.iter().filter(|cell| cell.symbol() != " ").count() > 2_500);
    let moved = bytes(&screen, &next);
    assert!(moved.len() <= 250, "{}", moved.len());
}

/// Four bordered panes of rows with a state, a name, an age and a source, and one row selected.
fn dashboard(width: u16, height: u16, selected: u16) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    buffer.set_string(0, 0, "odoo18-prod  [RW]  ClearedUnverified: docker evidence is stale", Style::new().bold());
    let (pane_width, pane_height) = (width / 2, (height - 2) / 2);
    for pane in 0..4 {
        let (left, top) = (pane % 2 * pane_width, 1 + pane / 2 * pane_height);
        let border = Style::new().fg(if pane == 0 { Color::Cyan } else { Color::DarkGray });
        let edge = "─".repeat(usize::from(pane_width - 2));
        buffer.set_string(left, top, format!("┌{edge}┐"), border);
        buffer.set_string(left, top + pane_height - 1, format!("└{edge}┘"), border);
        buffer.set_string(left + 2, top, " Health ", Style::new().bold());
        for row in 1..pane_height - 1 {
            let y = top + row;
            let (glyph, word, colour) = match row % 4 {
                0 => ("✗", "fail", Color::Red),
                1 => ("!", "warn", Color::Yellow),
                _ => ("✓", "pass", Color::Green),
            };
            buffer.set_string(left, y, "│", border);
            buffer.set_string(left + 1, y, format!("{glyph} {word}"), Style::new().fg(colour));
            let claim = format!("odoo18-{row:02} answers on its port");
            buffer.set_string(left + 8, y, claim, Style::new());
            buffer.set_string(
                left + pane_width - 8,
                y,
                format!("{}s", row * 7),
                Style::new().add_modifier(Modifier::DIM),
            );
            buffer.set_string(left + pane_width - 1, y, "│", border);
            if pane == 0 && row == selected + 1 {
                buffer.set_style(Rect::new(left + 1, y, pane_width - 2, 1), Style::new().reversed());
            }
        }
    }
    buffer.set_string(0, height - 1, "? help  1-4 focus  z zoom  Enter detail  q quit", Style::new().fg(Color::Cyan));
    buffer
}
