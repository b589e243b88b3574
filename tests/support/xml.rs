//! As much of XML as a check of well-formedness needs: a prolog, elements, attributes, the five entities.

use std::collections::BTreeSet;

/// A tag and its attributes.
pub type Element = (String, Vec<(String, String)>);

/// The elements in order, each with its attributes as they are written; or what is wrong.
pub fn elements(document: &str) -> Result<Vec<Element>, String> {
    let body = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").ok_or("no prolog")?;
    let (mut rest, mut open, mut found) = (body, Vec::new(), Vec::new());
    while let Some(at) = rest.find('<') {
        characters(&rest[..at])?;
        if open.is_empty() && !rest[..at].trim().is_empty() {
            return Err("text outside of the root".to_owned());
        }
        let end = rest.find('>').ok_or("a tag that does not end")?;
        let tag = &rest[at + 1..end];
        if let Some(name) = tag.strip_prefix('/') {
            let wanted: Option<String> = open.pop();
            if wanted.as_deref() != Some(name) {
                return Err(format!("</{name}> closes {wanted:?}"));
            }
        } else {
            if open.is_empty() && !found.is_empty() {
                return Err("a second root".to_owned());
            }
            let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let (name, attributes) = start(tag)?;
            if !is_empty {
                open.push(name.clone());
            }
            found.push((name, attributes));
        }
        rest = &rest[end + 1..];
    }
    match (open.is_empty(), rest.trim().is_empty()) {
        (true, true) => Ok(found),
        _ => Err(format!("left open: {open:?}, left over: {rest:?}")),
    }
}

fn start(tag: &str) -> Result<Element, String> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let (mut attributes, mut names) = (Vec::new(), BTreeSet::new());
    while !rest.is_empty() {
        let (key, value) = rest.split_once("=\"").ok_or(format!("no value: {rest:?}"))?;
        let (value, more) = value.split_once('"').ok_or(format!("no end: {value:?}"))?;
        characters(value)?;
        if !is_name(key) || !names.insert(key) || value.contains(['<', '\n']) {
            return Err(format!("the attribute {key:?}={value:?}"));
        }
        attributes.push((key.to_owned(), value.to_owned()));
        rest = match more.strip_prefix(' ') {
            Some(more) => more,
            None if more.is_empty() => more,
            None => return Err(format!("after an attribute: {more:?}")),
        };
    }
    if is_name(name) { Ok((name.to_owned(), attributes)) } else { Err(format!("the tag {name:?}")) }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase())
}

fn characters(text: &str) -> Result<(), String> {
    let allowed = |c: char| !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    if let Some(c) = text.chars().find(|c| !allowed(*c)) {
        return Err(format!("the character {c:?}"));
    }
    let known = ["amp;", "lt;", "gt;", "quot;", "apos;"];
    match text.split('&').skip(1).find(|rest| !known.iter().any(|entity| rest.starts_with(entity))) {
        Some(rest) => Err(format!("the entity &{rest}")),
        None => Ok(()),
    }
}
