//! Markdown (`CommonMark` with tables). Foreign text stays text: it makes no markup, no link and no HTML.

use super::document::Block;
use std::fmt::Write;

pub(super) fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            // Ours alone: the lane's id.
            Block::Lane(text) => out.push_str(text),
            Block::Heading(level, text) => {
                let _ = write!(out, "{} {}", "#".repeat(usize::from(*level)), escaped(text));
            }
            Block::Text(text) => {
                let lines: Vec<String> = text.trim().lines().map(|line| escaped(line.trim())).collect();
                // Two spaces would be a line break that editors take away.
                out.push_str(&lines.join("\\\n").replace("\\\n\\\n", "\n\n"));
            }
            Block::Aside(text) => {
                let _ = write!(out, "*{text}*");
            }
            Block::Facts(facts) => {
                let lines: Vec<String> =
                    facts.iter().map(|(name, value)| format!("- **{name}:** {}", escaped(value))).collect();
                out.push_str(&lines.join("\n"));
            }
            Block::Table(columns, rows) => table(columns, rows, &mut out),
        }
        out.push_str("\n\n");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn table(columns: &[&str], rows: &[Vec<String>], out: &mut String) {
    let _ = writeln!(out, "| {} |", columns.join(" | "));
    let _ = write!(out, "|{}", "---|".repeat(columns.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        let _ = write!(out, "\n| {} |", cells.join(" | "));
    }
}

/// A text that Markdown and the HTML in it take for text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    let mut before = ' ';
    let (mut is_first, mut only_digits) = (true, false);
    while let Some(c) = rest.next() {
        let next = rest.clone().next().unwrap_or(' ');
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' => out.push(' '),
            // Within a word it marks nothing, and names are full of it.
            '_' if before.is_alphanumeric() && next.is_alphanumeric() => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | '|' | '~' | '!' | '$' => out.extend(['\\', c]),
            // What would begin a heading, a list or a rule, where a line begins with it.
            '#' | '+' | '-' | '=' if is_first => out.extend(['\\', c]),
            '.' | ')' if only_digits => out.extend(['\\', c]),
            // A bare address would become a link.
            ':' if next == '/' => out.push_str("&#58;"),
            '@' => out.push_str("&#64;"),
            c => out.push(c),
        }
        only_digits = c.is_ascii_digit() && (is_first || only_digits);
        is_first = false;
        before = c;
    }
    // `www.` is a link without a scheme.
    out.replace("www.", "www&#46;")
}
