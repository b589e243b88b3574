//! A context as a tree: a line for each value, with guides; bounded in depth, in lines and in the length of a string.

use crate::guard::Watch;
use crate::panes::Glyphs;
use serde_json::Value;

/// How deep it goes.
const DEEPEST: usize = 8;
/// How many lines it has at most.
const LINES: usize = 300;
/// How many characters of a string are shown.
const LONGEST: usize = 400;
/// How many characters of a name are.
const LONGEST_NAME: usize = 60;

/// A line of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Branch {
    /// The guides before it.
    pub(super) guides: String,
    /// What it is called.
    pub(super) name: String,
    /// What it is; how much is in it, where it is folded. Empty where what is in it follows.
    pub(super) value: String,
}

/// How a tree is drawn.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) guard: &'a Watch,
    pub(super) glyphs: Glyphs,
    /// What is in a value of the first level is counted, not shown.
    pub(super) folded: bool,
}

/// The lines of a value. What the guard has learnt to catch since it was read is masked here.
pub(super) fn branches(value: &Value, look: Look<'_>) -> Vec<Branch> {
    let mut lines = Vec::new();
    if is_node(value) {
        grow(value, "", 0, look, &mut lines);
    } else if !matches!(value, Value::Null | Value::Object(_) | Value::Array(_)) {
        lines.push(Branch { value: leaf(value, look), ..Branch::default() });
    }
    if lines.len() >= LINES {
        lines.push(Branch { value: format!("more than {LINES} values: the rest is left out"), ..Branch::default() });
    }
    lines
}

fn grow(value: &Value, before: &str, depth: usize, look: Look<'_>, lines: &mut Vec<Branch>) {
    let children: Vec<(String, &Value)> = match value {
        // No more than can be shown: a list of a million is not walked.
        Value::Object(map) => map.iter().take(LINES).map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(list) => list.iter().take(LINES).enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => return,
    };
    let last = children.len().saturating_sub(1);
    for (at, (name, child)) in children.into_iter().enumerate() {
        if lines.len() >= LINES {
            return;
        }
        let (joint, below) = look.glyphs.branch(at == last);
        let is_open = is_node(child) && !look.folded && depth + 1 < DEEPEST;
        let value = if is_open { String::new() } else { leaf(child, look) };
        lines.push(Branch {
            guides: format!("{before}{joint}"),
            name: cut(masked(name, look), LONGEST_NAME, look),
            value,
        });
        if is_open {
            grow(child, &format!("{before}{below}"), depth + 1, look, lines);
        }
    }
}

/// Whether something is in it.
fn is_node(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    }
}

fn leaf(value: &Value, look: Look<'_>) -> String {
    match value {
        Value::String(text) => cut(masked(text.clone(), look), LONGEST, look),
        Value::Object(map) => format!("{{{}}}", counted(map.len(), "key")),
        Value::Array(list) => format!("[{}]", counted(list.len(), "value")),
        other => other.to_string(),
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

fn masked(mut text: String, look: Look<'_>) -> String {
    look.guard.mask(&mut text);
    text
}

/// A text that is too long ends in how long it is.
fn cut(text: String, longest: usize, look: Look<'_>) -> String {
    let count = text.chars().count();
    if count <= longest {
        return text;
    }
    let head: String = text.chars().take(longest).collect();
    format!("{head}{} ({count} characters)", look.glyphs.ellipsis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(value: &Value, folded: bool) -> Vec<String> {
        let look = Look { guard: &Watch::default(), glyphs: Glyphs::Unicode, folded };
        let line = |branch: Branch| format!("{}{}: {}", branch.guides, branch.name, branch.value);
        branches(value, look).into_iter().map(line).collect()
    }

    #[test]
    fn values_hang_on_guides_and_a_folded_one_says_how_much_is_in_it() {
        let value = json!({"a": {"steps": [1, {"x": null}]}, "b": "two", "c": {}, "d": []});
        let whole = [
            "├─ a: ",
            "│  └─ steps: ",
            "│     ├─ 0: 1",
            "│     └─ 1: ",
            "│        └─ x: null",
            "├─ b: two",
            "├─ c: {}",
        ];
        assert_eq!(text(&value, false)[..7], whole);
        assert_eq!(text(&value, true), ["├─ a: {1 key}", "├─ b: two", "├─ c: {}", "└─ d: []"]);
        assert_eq!(text(&json!("no object"), false), [": no object"]);
        assert!(text(&json!({}), false).is_empty() && text(&Value::Null, false).is_empty());
    }

    #[test]
    fn it_is_bounded_in_depth_in_lines_and_in_the_length_of_a_string() {
        let deep = (0..50).fold(json!("end"), |inner, _| json!({ "in": inner }));
        assert_eq!(text(&deep, false).len(), DEEPEST);
        let wide: Vec<Value> = (0..5_000).map(|n| json!([n])).collect();
        let lines = text(&json!(wide), false);
        assert_eq!(lines.len(), LINES + 1);
        assert!(lines[LINES].ends_with("the rest is left out"), "{}", lines[LINES]);
        let long = &text(&json!({ "log": "資".repeat(5_000) }), false)[0];
        assert!(long.ends_with("資… (5000 characters)") && long.chars().count() < 450, "{long}");
    }

    #[test]
    fn what_looks_like_a_secret_is_masked_in_values_and_in_names() {
        let (command, name) =
            (["run --password=", "invented-nine-7x"].concat(), ["password=", "invented-ten-8y"].concat());
        let value = json!({ "cmd": command, name: 1 });
        let lines = text(&value, false).join("\n");
        assert!(!lines.contains("invented") && lines.matches("masked").count() == 2, "{lines}");
    }
}
