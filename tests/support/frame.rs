//! The screen as text: its symbols, and under them a legend of every run of cells that has a style, so
//! that a snapshot sees colours too.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use readback::app::App;
use readback::app::theme::{Depth, Theme};
use readback::panes::{Canvas, Glyphs};
use std::collections::BTreeMap;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Draws the app at a size.
pub fn render(app: &App, columns: u16, rows: u16, theme: &str, depth: Depth) -> Buffer {
    let theme = Theme::builtin(theme, depth).expect("a built-in theme");
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    app.view(&mut Canvas::new(&mut buffer, &theme, Glyphs::Unicode));
    buffer
}

/// Symbols, row by row; the second cell of a wide symbol is left out.
pub fn symbols(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += (symbol.width() as u16).max(1);
        }
        writeln!(out, "{}", line.trim_end()).unwrap();
    }
    out
}

/// Symbols, then for each row the styled runs: a letter per style, and what the letters mean.
pub fn snapshot_text(buffer: &Buffer) -> String {
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    let mut rows = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        for x in 0..buffer.area.width {
            let name = style_name(buffer[(x, y)].style());
            let next = char::from_u32('a' as u32 + letters.len() as u32).unwrap();
            let letter = if name.is_empty() { '.' } else { *letters.entry(name).or_insert(next) };
            row.push(letter);
        }
        writeln!(rows, "{}", row.trim_end_matches('.')).unwrap();
    }
    let mut legend: Vec<(char, String)> = letters.into_iter().map(|(name, letter)| (letter, name)).collect();
    legend.sort();
    let mut out = format!("{}--- styles ---\n{rows}--- legend ---\n", symbols(buffer));
    for (letter, name) in legend {
        writeln!(out, "{letter} = {name}").unwrap();
    }
    out
}

fn style_name(style: Style) -> String {
    let mut parts = Vec::new();
    for (what, color) in [("fg", style.fg), ("bg", style.bg)] {
        if let Some(color) = color.filter(|color| *color != Color::Reset) {
            parts.push(format!("{what} {color}"));
        }
    }
    if style.add_modifier != Modifier::empty() {
        parts.push(format!("{:?}", style.add_modifier));
    }
    parts.join(", ")
}
