//! What is told to a witness of a seal, and what is read back from it.

use super::day::Day;
use super::seal::{Seal, Table};
use std::fmt;

/// What a witness keeps of a seal: a line, in a chat or in a file. Whatever stands around it (a name, a time) is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// The UTC day.
    pub day: Day,
    /// The table.
    pub table: Table,
    /// Which segment of the day; archives have 0.
    pub part: u32,
    /// How many rows.
    pub rows: u64,
    /// The root, in hex.
    pub root: String,
    /// The seal's hash, in hex.
    pub seal: String,
}

impl From<&Seal> for Witnessed {
    fn from(seal: &Seal) -> Self {
        Self {
            day: seal.day,
            table: seal.table,
            part: seal.part,
            rows: seal.rows,
            root: seal.root.clone(),
            seal: seal.hash.clone(),
        }
    }
}

impl fmt::Display for Witnessed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, table, part, rows, root, seal } = self;
        write!(f, "{day} {table} part {part} rows {rows} root {root} seal {seal}")
    }
}

/// Reads the lines that a witness kept; other lines are passed over.
pub fn read_witness(text: &str) -> Vec<Witnessed> {
    text.lines().filter_map(read_line).collect()
}

fn read_line(line: &str) -> Option<Witnessed> {
    // Chats put words into quotes and code marks.
    let words: Vec<&str> = line.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.windows(10).find_map(|words| {
        let &[day, table, "part", part, "rows", rows, "root", root, "seal", seal] = words else { return None };
        let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hash(root) && is_hash(seal)).then_some(())?;
        Some(Witnessed {
            day: day.parse().ok()?,
            table: Table::from_name(table)?,
            part: part.parse().ok()?,
            rows: rows.parse().ok()?,
            root: root.to_ascii_lowercase(),
            seal: seal.to_ascii_lowercase(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_back_whatever_the_chat_puts_around_it() {
        let told = Witnessed {
            day: Day::of(0),
            table: Table::Own,
            part: 2,
            rows: 12,
            root: "ab".repeat(32),
            seal: "0c".repeat(32),
        };
        let chat =
            format!("ann  09:00\n> `{told}`\n:tada: nice\n1970-01-01 readback_event part 1 rows 1 root x seal y\n");
        assert_eq!(read_witness(&chat), [told]);
        assert_eq!(read_witness(""), []);
    }
}
