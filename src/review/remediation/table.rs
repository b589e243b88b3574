//! A Markdown table of follow-ups: its columns by their names.

use super::letters::{Letter, find, is, letters, text};
use super::listed::Listed;
use super::parse::Why;
use super::words;
use crate::review::follow_up::is_item_id;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Id,
    Title,
    Owner,
    Due,
    Effort,
    Kind,
    Priority,
    Domain,
    Status,
    Evidence,
    Unknown(String),
}

/// A table whose head was read.
#[derive(Debug)]
pub(super) struct Table(Vec<Column>);

impl Table {
    /// The table that begins with the first of these lines, and how many rows follow its head and its rule. It has an id
    /// and a title; another table is a text.
    pub(super) fn begin(_number: usize, lines: &[&str]) -> Option<(Self, usize)> {
        let is_row = |line: &&str| line.trim().starts_with('|');
        let head = lines.first().filter(|line| is_row(line))?;
        let is_rule = |line: &&str| is_row(line) && line.contains('-') && line.chars().all(|c| " |:-\t".contains(c));
        lines.get(1).filter(|line| is_rule(line))?;
        let columns: Vec<Column> = cells(head).iter().map(|cell| column(&text(cell))).collect();
        let table = (columns.contains(&Column::Id) && columns.contains(&Column::Title)).then_some(Self(columns))?;
        Some((table, lines[2..].iter().take_while(|line| is_row(line)).count()))
    }

    /// The columns that are not known.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|column| match column {
            Column::Unknown(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// A row as an item, and which of its cells can't be read.
    pub(super) fn row(&self, line: usize, row: &str) -> (Listed, Vec<Why>) {
        let mut item = Listed { line, ..Listed::default() };
        let mut trouble = Vec::new();
        let cells = cells(row);
        for (column, cell) in self.0.iter().zip(&cells) {
            let value = text(cell);
            if value.is_empty() || ["-", "–", "—", "n/a"].contains(&value.as_str()) {
                continue;
            }
            if let Err(name) = take(column, &value, cell, &mut item) {
                trouble.push(Why::Cell(name, value));
            }
        }
        trouble.extend(cells.iter().skip(self.0.len()).map(|cell| Why::Cell("(one more than there are)", text(cell))));
        (item, trouble)
    }
}

fn take(column: &Column, value: &str, cell: &[Letter], item: &mut Listed) -> Result<(), &'static str> {
    match column {
        Column::Id => {
            let id = value.trim_matches(['*', '`', '_', '[', ']', ':']);
            item.id = if is_item_id(id) { id.to_ascii_uppercase() } else { return Err("id") };
        }
        Column::Title => value.clone_into(&mut item.title),
        Column::Owner => item.owner = Some(value.trim_start_matches(['@', ' ']).to_owned()),
        Column::Domain => item.domain = Some(value.to_owned()),
        Column::Due => item.due = Some(words::date(value).ok_or("due")?),
        Column::Effort => {
            let days = || words::effort(&format!("{value} d"));
            item.effort_quarters = Some(words::effort(value).or_else(days).ok_or("effort")?);
        }
        Column::Kind => item.kind = Some(words::kind(value).ok_or("type")?),
        Column::Priority => item.priority = Some(words::priority(value).ok_or("priority")?),
        Column::Status => item.status = words::status(value).ok_or("status")?,
        Column::Evidence => item.evidence = references(cell),
        // Said once, at the head.
        Column::Unknown(_) => {}
    }
    Ok(())
}

/// References with semicolons between them.
fn references(cell: &[Letter]) -> Vec<String> {
    let parts = cell.split(|letter| *letter == (';', false));
    parts.map(text).filter(|reference| !reference.is_empty()).collect()
}

fn column(name: &str) -> Column {
    match name.trim_matches('*').trim().to_lowercase().as_str() {
        "id" | "#" => Column::Id,
        "title" | "item" | "task" | "action" | "description" | "follow-up" => Column::Title,
        "owner" | "assignee" | "who" => Column::Owner,
        "due" | "deadline" | "by" => Column::Due,
        "effort" | "estimate" | "days" => Column::Effort,
        "type" | "kind" => Column::Kind,
        "priority" => Column::Priority,
        "domain" | "area" => Column::Domain,
        "status" | "state" => Column::Status,
        "evidence" | "proof" | "link" | "links" => Column::Evidence,
        _ => Column::Unknown(name.to_owned()),
    }
}

/// The cells of a row; a bar with a backslash before it is no border.
fn cells(row: &str) -> Vec<Vec<Letter>> {
    let all = letters(row.trim());
    let mut from = usize::from(is(&all, 0, '|'));
    let mut cells = Vec::new();
    while let Some(end) = find(&all, from, '|') {
        cells.push(all[from..end].to_vec());
        from = end + 1;
    }
    if !text(&all[from.min(all.len())..]).is_empty() {
        cells.push(all[from..].to_vec());
    }
    cells
}
