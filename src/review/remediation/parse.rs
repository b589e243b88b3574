//! A Markdown document as follow-ups. Total: every line is an item, says something of one, or is reported.

use super::line;
use super::listed::Listed;
use super::table::Table;
use super::words;
use crate::guard;
use crate::review::follow_up::Priority;

/// What a document holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    /// Its items, in its order.
    pub items: Vec<Listed>,
    /// What could not be read, by line.
    pub unread: Vec<Unread>,
}

/// Something in a document that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The line; the first is 1.
    pub line: usize,
    /// Why.
    pub why: Why,
}

/// Why something was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is a text, or a list without boxes.
    #[error("is no item and was passed over")]
    NotAnItem,
    /// An item that nothing can refer to.
    #[error("has no id; write one like **P1-4** before the title")]
    NoId,
    /// An item that says nothing.
    #[error("has no title")]
    NoTitle,
    /// An id that stands twice.
    #[error("has the id of line {0}; only that one was read")]
    SameId(usize),
    /// A box with something else in it.
    #[error("has {0:?} in its box; there are [ ], [x], [~] or [/] (in progress) and [-] (dropped)")]
    Box(char),
    /// A part of an item; the rest of it was read.
    #[error("{}; it was left in the title", guard::line(.0))]
    Part(String),
    /// A column of a table.
    #[error("has a column {:?} that is not known", guard::line(.0))]
    Column(String),
    /// A cell of a table.
    #[error("has in the column {} what is none: {:?}", .0, guard::line(.1))]
    Cell(&'static str, String),
    /// An item whose priority nothing gives.
    #[error("has no priority; P2 is taken, unless one is recorded")]
    NoPriority,
    /// A block of code.
    #[error("begins a block of code, which was passed over")]
    Code,
}

impl Why {
    /// Whether it is about an item, and not only about text around items.
    pub fn is_trouble(&self) -> bool {
        !matches!(self, Self::NotAnItem | Self::Code)
    }
}

/// The headings above a line.
#[derive(Debug, Default)]
pub(super) struct Place {
    headings: Vec<(usize, Option<Priority>, Option<String>)>,
}

impl Place {
    fn enter(&mut self, level: usize, text: &str, is_title: bool) {
        self.headings.retain(|(outer, ..)| *outer < level);
        let (priority, domain) = words::heading(text);
        self.headings.push((level, priority, domain.filter(|_| !is_title)));
    }

    /// Gives an item what the headings say and it does not.
    fn complete(&self, item: &mut Listed) {
        let priority = self.headings.iter().rev().find_map(|(_, priority, _)| *priority);
        item.priority = item.priority.or_else(|| words::priority_of_id(&item.id)).or(priority);
        let domain = self.headings.iter().rev().find_map(|(.., domain)| domain.clone());
        item.domain = item.domain.take().or(domain);
    }
}

/// Reads a document.
pub fn parse(text: &str) -> Checklist {
    let lines: Vec<&str> = text.lines().collect();
    // One heading of the first level is the document's title; of several, each is a domain.
    let has_title = lines.iter().filter(|line| heading(line).is_some_and(|(level, _)| level == 1)).count() == 1;
    let mut reader = Reader::default();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let number = at + 1;
        at += 1;
        let trimmed = line.trim();
        if let Some(fence) = fence(trimmed) {
            reader.miss(number, Why::Code);
            reader.open = false;
            let length = lines[at..].iter().position(|line| line.trim().starts_with(fence));
            at = length.map_or(lines.len(), |length| at + length + 1);
        } else if trimmed.is_empty() || is_rule(trimmed) {
            reader.open &= trimmed.is_empty();
        } else if let Some((level, text)) = heading(line) {
            reader.open = false;
            reader.place.enter(level, text, has_title && level == 1);
        } else if let Some((table, rows)) = Table::begin(number, &lines[number - 1..]) {
            reader.open = false;
            table.unknown().for_each(|column| reader.miss(number, Why::Column(column.to_owned())));
            for (row, line) in lines[at + 1..at + 1 + rows].iter().enumerate() {
                let number = at + 2 + row;
                let (item, trouble) = table.row(number, line);
                for why in trouble {
                    reader.miss(number, why);
                }
                reader.add(item);
            }
            at += 1 + rows;
        } else {
            reader.line(number, line);
        }
    }
    reader.found.unread.sort_by_key(|unread| unread.line);
    reader.found
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Reader {
    found: Checklist,
    place: Place,
    /// Whether indented lines still belong to the last item.
    open: bool,
}

impl Reader {
    fn miss(&mut self, line: usize, why: Why) {
        self.found.unread.push(Unread { line, why });
    }

    fn miss_parts(&mut self, line: usize, parts: Vec<String>) {
        for part in parts {
            self.miss(line, Why::Part(part));
        }
    }

    /// Takes an item, or says why not.
    fn add(&mut self, mut item: Listed) -> bool {
        let line = item.line;
        let why = if item.id.is_empty() {
            Some(Why::NoId)
        } else if item.title.is_empty() {
            Some(Why::NoTitle)
        } else {
            self.found.items.iter().find(|known| known.id == item.id).map(|known| Why::SameId(known.line))
        };
        if let Some(why) = why {
            self.miss(line, why);
            return false;
        }
        self.place.complete(&mut item);
        if item.priority.is_none() {
            self.miss(line, Why::NoPriority);
        }
        self.found.items.push(item);
        true
    }

    fn line(&mut self, number: usize, line: &str) {
        let is_indented = line.starts_with([' ', '\t']);
        let (bullet, body) = bullet(line.trim());
        match boxed(body).filter(|_| bullet) {
            Some((mark, body)) => {
                let mut item = Listed { line: number, ..Listed::default() };
                let trouble = line::read(body, &mut item);
                let Some(status) = words::boxed(mark) else {
                    self.open = false;
                    return self.miss(number, Why::Box(mark));
                };
                item.status = status;
                self.miss_parts(number, trouble);
                self.open = self.add(item);
            }
            None if is_indented && self.open => {
                let Some(item) = self.found.items.last_mut() else { return };
                let (rest, trouble) = line::read_more(body, item);
                let is_read = rest.is_empty();
                self.miss_parts(number, trouble);
                if !is_read {
                    self.miss(number, Why::NotAnItem);
                }
            }
            None => {
                self.open = false;
                self.miss(number, Why::NotAnItem);
            }
        }
    }
}

/// The level and the text of a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && (text.is_empty() || text.starts_with([' ', '\t']))).then_some((level, text.trim()))
}

fn fence(trimmed: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence))
}

/// A horizontal rule.
fn is_rule(trimmed: &str) -> bool {
    let is_of = |mark: char| trimmed.chars().all(|letter| letter == mark || letter == ' ');
    trimmed.len() >= 3 && ['-', '*', '_'].into_iter().any(is_of)
}

/// Whether a list's mark stands at the start, and what follows it.
fn bullet(trimmed: &str) -> (bool, &str) {
    let digits = trimmed.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let number = digits.strip_prefix(['.', ')']).filter(|_| digits.len() < trimmed.len());
    let body = trimmed.strip_prefix(['-', '*', '+']).or(number).filter(|rest| rest.starts_with([' ', '\t']));
    body.map_or((false, trimmed), |body| (true, body.trim_start()))
}

/// What stands in a box at the start, and what follows it.
fn boxed(body: &str) -> Option<(char, &str)> {
    let mut letters = body.strip_prefix('[')?.chars();
    let mark = letters.next()?;
    let rest = letters.as_str().strip_prefix(']')?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some((mark, rest))
}
