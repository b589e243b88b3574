//! The least of the `.env` grammar that the probes need: names, values, and lines that are neither.
//! Everything else about `.env` files belongs to [`crate::env`].

use crate::guard::Secret;

/// What a `.env` text holds. The last assignment of a key wins.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Each assignment in the order of the file.
    pub(super) assignments: Vec<(String, Secret)>,
    /// The numbers, from 1, of lines that are neither an assignment, nor a comment, nor blank.
    pub(super) bad_lines: Vec<u64>,
}

impl Entries {
    /// The value that wins.
    pub(super) fn get(&self, key: &str) -> Option<&Secret> {
        self.assignments.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

/// Reads a `.env` text.
pub(super) fn read(text: &str) -> Entries {
    let mut entries = Entries::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match assignment(line) {
            Some((name, value)) => entries.assignments.push((name.to_owned(), Secret::new(value))),
            None => entries.bad_lines.push(number),
        }
    }
    entries
}

/// The keys of a template that stand under a comment with the word REQUIRED, until one with OPTIONAL.
pub(super) fn required_keys(template: &str) -> Vec<String> {
    let mut required = false;
    let mut keys = Vec::new();
    for line in template.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix('#') {
            let says = |wanted| comment.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == wanted);
            required = (required || says("REQUIRED")) && !says("OPTIONAL");
        } else if let Some((name, _)) = assignment(line).filter(|_| required) {
            keys.push(name.to_owned());
        }
    }
    keys
}

/// `KEY=value`, with or without `export`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_name = starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| (name, unquoted(value.trim())))
}

/// The value without its quotes, or without the comment behind it.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inside, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inside;
        }
    }
    if value.starts_with('#') {
        return "";
    }
    value.split_once(" #").map_or(value, |(before, _)| before.trim_end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn value(text: &str, key: &str) -> Option<String> {
        read(text).get(key).map(|value| String::from_utf8(value.expose().to_vec()).unwrap())
    }

    #[test]
    fn the_last_assignment_wins_and_quotes_and_comments_are_not_part_of_a_value() {
        let text = "A=1\nexport A=2 # two\nB=\"x # y\" # z\nC='q'\nD=a#b\nE= # none\n";
        assert_eq!(value(text, "A").unwrap(), "2");
        assert_eq!(value(text, "B").unwrap(), "x # y");
        assert_eq!(value(text, "C").unwrap(), "q");
        assert_eq!(value(text, "D").unwrap(), "a#b");
        assert_eq!(value(text, "E").unwrap(), "");
        assert_eq!(value(text, "F"), None);
    }

    #[test]
    fn a_line_that_is_no_assignment_is_known_by_its_number_only() {
        assert_eq!(read("A=1\n\n# c\nhello world\n1X=2\n").bad_lines, [4, 5]);
    }

    #[test]
    fn required_lasts_until_optional() {
        let template = "X=1\n# image (REQUIRED)\nIMAGE=\n# Secret: some/name\nY=\n# OCR (OPTIONAL)\nZ=\n";
        assert_eq!(required_keys(template), ["IMAGE", "Y"]);
    }
}
