//! One item's words: its id, its title, and what else stands in the line.
//!
//! A line is cut at `;`, `|`, a comma before a space, a dash between spaces, before `name:` of a known name and around
//! `@name`; never within `code` or a `[link](url)`. The first part is the title, whatever it looks like; a later part that
//! reads as nothing else belongs to it.

use super::letters::{DASHES, Letter, find, is, letters, text, trim};
use super::listed::Listed;
use super::words;
use crate::review::follow_up::is_item_id;

/// The names that an attribute may have.
const NAMES: [&str; 13] = [
    "owner", "assignee", "due", "effort", "estimate", "type", "kind", "priority", "domain", "area", "evidence",
    "proof", "link",
];

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    /// What separates.
    Separator(&'a [Letter]),
    /// A known name, its value, and both as they stand.
    Named(&'static str, &'a [Letter], &'a [Letter]),
    /// `@name`.
    At(&'a [Letter]),
    /// Anything else.
    Words(&'a [Letter]),
}

/// Reads the words behind the box into the item; what can't be read is returned in words and stays in the title.
pub(super) fn read(body: &str, item: &mut Listed) -> Vec<String> {
    let all = letters(body);
    let (id, rest) = split_id(&all);
    if let Some(id) = id {
        item.id = id;
    }
    let (title, trouble) = take(rest, item, true);
    item.title = title;
    trouble
}

/// Reads a line below an item; returns what is no attribute, and what can't be read.
pub(super) fn read_more(body: &str, item: &mut Listed) -> (String, Vec<String>) {
    take(&letters(body), item, false)
}

/// The id in bold, in code, in brackets or plain, and what follows it.
fn split_id(all: &[Letter]) -> (Option<String>, &[Letter]) {
    let all = trim(all);
    for (open, close) in [("**", "**"), ("__", "__"), ("`", "`"), ("[", "]")] {
        if !starts(all, open) {
            continue;
        }
        let inside = &all[open.len()..];
        let Some(end) = (0..inside.len()).find(|at| starts(&inside[*at..], close)) else { continue };
        let id = text(&inside[..end]);
        let id = id.trim_end_matches(':');
        if is_item_id(id) && !starts(&inside[end..], "](") {
            return (Some(id.to_ascii_uppercase()), after_id(&inside[end + close.len()..]));
        }
    }
    let end = all.iter().position(|letter| letter.0.is_whitespace() || *letter == (':', false)).unwrap_or(all.len());
    let id = text(&all[..end]);
    // In plain text only what is written like an id: "utf-8" begins a sentence.
    if is_item_id(&id) && id.starts_with(|first: char| first.is_ascii_uppercase()) {
        return (Some(id.to_ascii_uppercase()), after_id(&all[end..]));
    }
    (None, all)
}

/// Without the colon or the dash that may follow an id.
fn after_id(rest: &[Letter]) -> &[Letter] {
    let rest = trim(rest);
    match rest {
        [(':', false), after @ ..] => trim(after),
        [(dash, false), (space, _), after @ ..] if space.is_whitespace() && (*dash == '-' || DASHES.contains(dash)) => {
            trim(after)
        }
        _ => rest,
    }
}

fn starts(letters: &[Letter], with: &str) -> bool {
    with.chars().enumerate().all(|(at, letter)| is(letters, at, letter))
}

/// Takes the attributes; returns the other words and what can't be read.
fn take(all: &[Letter], item: &mut Listed, has_title: bool) -> (String, Vec<String>) {
    let mut trouble = Vec::new();
    let mut runs: Vec<Vec<Letter>> = vec![Vec::new()];
    let mut is_first = has_title;
    for part in parts(all) {
        let taken = match &part {
            Part::Separator(separator) => {
                runs.last_mut().into_iter().for_each(|run| run.extend_from_slice(separator));
                continue;
            }
            Part::Named(name, value, _) => named(name, value, item),
            Part::At(name) => Ok(at(name, item)),
            Part::Words(words) if is_first && !trim(words).is_empty() => Ok(false),
            Part::Words(words) => Ok(bare(trim(words), item)),
        };
        let (Part::Words(words) | Part::At(words) | Part::Separator(words) | Part::Named(_, _, words)) = &part;
        is_first &= !matches!(&part, Part::Words(words) if !trim(words).is_empty());
        match taken {
            Ok(true) => runs.push(Vec::new()),
            kept => {
                trouble.extend(kept.err());
                runs.last_mut().into_iter().for_each(|run| run.extend_from_slice(words));
            }
        }
    }
    let texts: Vec<String> =
        runs.iter().map(|run| text(without_separators(run))).filter(|run| !run.is_empty()).collect();
    (texts.join(" "), trouble)
}

/// Without separators at both ends.
fn without_separators(run: &[Letter]) -> &[Letter] {
    let is_separator = |letter: &Letter| {
        letter.0.is_whitespace() || (!letter.1 && (";|,".contains(letter.0) || DASHES.contains(&letter.0)))
    };
    let Some(first) = run.iter().position(|letter| !is_separator(letter)) else { return &[] };
    let last = run.iter().rposition(|letter| !is_separator(letter)).unwrap_or(first);
    &run[first..=last]
}

/// Cuts a line.
fn parts(all: &[Letter]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    // The name of the part that begins at `from`, and where its value begins.
    let mut name: Option<(&'static str, usize)> = None;
    while at < all.len() {
        if let Some(next) = whole(all, at) {
            at = next;
        } else if let Some((end, inside)) = group(all, at) {
            parts.extend(part(all, name.take(), from, at));
            parts.extend(inside);
            (from, at) = (end, end);
        } else if is_separator(all, at) {
            parts.extend(part(all, name.take(), from, at));
            parts.push(Part::Separator(&all[at..=at]));
            at += 1;
            from = at;
        } else if let Some((found, value)) = name_at(all, at) {
            parts.extend(part(all, name.replace((found, value)), from, at));
            (from, at) = (at, value);
        } else if let Some(end) = at_name(all, at).filter(|_| name.is_none()) {
            parts.extend(part(all, None, from, at));
            parts.push(Part::At(&all[at..end]));
            (from, at) = (end, end);
        } else {
            at += 1;
        }
    }
    parts.extend(part(all, name, from, all.len()));
    parts
}

/// The part that ends here, where there is any.
fn part<'a>(all: &'a [Letter], name: Option<(&'static str, usize)>, from: usize, end: usize) -> Option<Part<'a>> {
    match name {
        Some((name, value)) => Some(Part::Named(name, &all[value..end], &all[from..end])),
        None if from < end => Some(Part::Words(&all[from..end])),
        None => None,
    }
}

/// The end of a `code` or a `[link](url)` that begins here.
fn whole(all: &[Letter], at: usize) -> Option<usize> {
    if is(all, at, '`') {
        return find(all, at + 1, '`').map(|end| end + 1);
    }
    if is(all, at, '[') {
        let middle = find(all, at + 1, ']').filter(|end| is(all, end + 1, '('))?;
        return find(all, middle + 2, ')').map(|end| end + 1);
    }
    None
}

/// What stands in brackets that begin here, where it is attributes and nothing else; and the end of the brackets.
fn group(all: &[Letter], at: usize) -> Option<(usize, Vec<Part<'_>>)> {
    let is_start = at == 0 || all[at - 1].0.is_whitespace();
    let end = find(all, at + 1, ')').filter(|_| is_start && is(all, at, '('))?;
    // Brackets within brackets are words.
    if find(&all[..end], at + 1, '(').is_some() {
        return None;
    }
    let inside = parts(&all[at + 1..end]);
    let is_attribute = |part: &Part<'_>| {
        let mut probe = Listed::default();
        match part {
            Part::Separator(_) | Part::At(_) => true,
            Part::Named(name, value, _) => named(name, value, &mut probe).is_ok(),
            Part::Words(words) => trim(words).is_empty() || bare(trim(words), &mut probe),
        }
    };
    let any = inside.iter().any(|part| !matches!(part, Part::Separator(_)));
    (any && inside.iter().all(is_attribute)).then_some((end + 1, inside))
}

fn is_separator(all: &[Letter], at: usize) -> bool {
    let Some((letter, false)) = all.get(at) else { return false };
    let space_at = |at: Option<usize>| at.and_then(|at| all.get(at)).is_none_or(|letter| letter.0.is_whitespace());
    match letter {
        ';' | '|' => true,
        ',' => space_at(Some(at + 1)),
        dash if DASHES.contains(dash) => space_at(at.checked_sub(1)) && space_at(Some(at + 1)),
        _ => false,
    }
}

/// A known name with its colon that begins here, and where its value begins. It may stand in bold.
fn name_at(all: &[Letter], at: usize) -> Option<(&'static str, usize)> {
    if at > 0 && !all[at - 1].0.is_whitespace() && !is_separator(all, at - 1) {
        return None;
    }
    let bold = if starts(&all[at..], "**") { 2 } else { 0 };
    let word: &[Letter] = all.get(at + bold..)?;
    let name = NAMES.into_iter().find(|name| {
        let same = name.chars().zip(word).all(|(wanted, (found, _))| found.eq_ignore_ascii_case(&wanted));
        let colon = is(word, name.len(), ':') || (bold > 0 && starts(word.get(name.len()..).unwrap_or(&[]), "**:"));
        same && colon
    })?;
    let mut value = at + bold + name.len();
    while value < all.len() && (is(all, value, ':') || (bold > 0 && is(all, value, '*'))) {
        value += 1;
    }
    Some((name, value))
}

/// The end of an `@name` that begins here.
fn at_name(all: &[Letter], at: usize) -> Option<usize> {
    if !is(all, at, '@') || (at > 0 && !all[at - 1].0.is_whitespace() && all[at - 1] != ('(', false)) {
        return None;
    }
    let is_name = |letter: &&Letter| letter.0.is_alphanumeric() || "._-/".contains(letter.0);
    let mut length = all[at + 1..].iter().take_while(is_name).count();
    while length > 0 && is(all, at + length, '.') {
        length -= 1;
    }
    (length > 0).then_some(at + 1 + length)
}

/// Takes a named value. `Ok(false)` where it is no attribute after all.
fn named(name: &str, value: &[Letter], item: &mut Listed) -> Result<bool, String> {
    let value = text(value);
    let cant = |what: &str| Err(format!("{name}: is no {what}"));
    match name {
        "owner" | "assignee" => {
            let owner = value.trim_start_matches(['@', ' ']);
            item.owner = (!owner.is_empty()).then(|| owner.to_owned());
        }
        "due" => match words::date(&value) {
            Some(date) => item.due = Some(date),
            None => return cant("date like 2026-12-01"),
        },
        "effort" | "estimate" => match words::effort(&value) {
            Some(effort) => item.effort_quarters = Some(effort),
            None => return cant("effort like 3.5 d, in quarters of a day"),
        },
        "type" | "kind" => match words::kind(&value) {
            Some(kind) => item.kind = Some(kind),
            None => return cant("type; there are mitigate, prevent, process and other"),
        },
        "priority" => match words::priority(&value) {
            Some(priority) => item.priority = Some(priority),
            None => return cant("priority; there are P0 to P3"),
        },
        "domain" | "area" if !value.is_empty() => item.domain = Some(value),
        "evidence" | "proof" | "link" if !value.is_empty() => push(&mut item.evidence, value),
        _ => return cant("value"),
    }
    Ok(true)
}

/// Takes `@name` as the owner; the second one is part of the title.
fn at(name: &[Letter], item: &mut Listed) -> bool {
    let is_first = item.owner.is_none();
    if is_first {
        item.owner = Some(text(&name[1..]));
    }
    is_first
}

/// Takes a part without a name, where it can only be one thing.
fn bare(words: &[Letter], item: &mut Listed) -> bool {
    let value = text(words);
    let due = value.strip_prefix("due ").or_else(|| value.strip_prefix("by ")).unwrap_or(&value);
    let is_link = whole(words, 0) == Some(words.len()) && is(words, 0, '[');
    let is_url = ["http://", "https://"].iter().any(|scheme| value.starts_with(scheme)) && !value.contains(' ');
    if let Some(effort) = words::effort(&value) {
        item.effort_quarters = Some(effort);
    } else if let Some(date) = words::date(due) {
        item.due = Some(date);
    } else if value.len() == 2 && words::priority(&value).is_some() {
        item.priority = words::priority(&value);
    } else if is_link || is_url {
        push(&mut item.evidence, value);
    } else {
        return false;
    }
    true
}

fn push(evidence: &mut Vec<String>, reference: String) {
    if !evidence.contains(&reference) {
        evidence.push(reference);
    }
}
