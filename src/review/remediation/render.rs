//! Follow-ups as a Markdown checklist that [`super::parse`] reads back as it was.

use super::letters::is_escapable;
use super::line;
use super::listed::Listed;
use super::progress::days;
use crate::guard;
use crate::review::follow_up::{FollowUp, FollowUpKind, FollowUpStatus};
use std::fmt::Write;

/// The items as a checklist, a line for each, in this order.
pub fn render<'a>(items: impl IntoIterator<Item = &'a FollowUp>) -> String {
    items.into_iter().map(|item| row(item) + "\n").collect()
}

fn row(item: &FollowUp) -> String {
    let mark = match item.status {
        FollowUpStatus::ToDo => ' ',
        FollowUpStatus::InProgress => '~',
        FollowUpStatus::Done => 'x',
        FollowUpStatus::Dropped => '-',
    };
    let plain = body(item, |text| guard::line(text).into_owned());
    // Backslashes only where the plain words would be read as something else.
    let body = if reads_back(&plain, item) { plain } else { body(item, escaped) };
    format!("- [{mark}] {body}")
}

fn body(item: &FollowUp, write: impl Fn(&str) -> String) -> String {
    let mut text = format!("**{}** {}", item.id, write(&item.title));
    let mut add = |name: &str, value: &str| {
        // Writing to a string can't fail.
        let _ = write!(text, "; {name}: {value}");
    };
    if !item.owner.is_empty() {
        add("owner", &write(&item.owner));
    }
    if let Some(due) = item.due {
        add("due", &due.to_string());
    }
    if item.effort_quarters > 0 {
        add("effort", &format!("{} d", days(item.effort_quarters)));
    }
    if item.kind != FollowUpKind::Other {
        add("type", item.kind.word());
    }
    add("priority", item.priority.word());
    add("domain", &write(&item.domain));
    for reference in &item.evidence {
        add("evidence", &write(reference));
    }
    text
}

fn reads_back(body: &str, item: &FollowUp) -> bool {
    let mut read = Listed { status: item.status, ..Listed::default() };
    line::read(body, &mut read).is_empty() && read.onto(None).0 == *item
}

fn escaped(text: &str) -> String {
    let line = guard::line(text);
    let mut safe = String::with_capacity(line.len() * 2);
    for letter in line.chars() {
        if is_escapable(letter) {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}
