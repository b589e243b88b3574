//! House rules that a single file keeps or breaks.

use super::paths::Path;
use super::tokens::Token;

/// The most lines of a file.
const MAX_LINES: usize = 500;
/// What most files stay within, in lines.
const USUAL_LINES: usize = 250;
/// How many of a hundred files are most.
const MOST: usize = 85;

/// A file of more lines than any may have.
pub(crate) fn too_long(text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines > MAX_LINES { vec![format!("{lines} lines, {MAX_LINES} at most")] } else { Vec::new() }
}

/// Whether most files are of a usual length.
pub(crate) fn mostly_short(lengths: &[usize]) -> bool {
    let short = lengths.iter().filter(|lines| **lines <= USUAL_LINES).count();
    short * 100 >= lengths.len() * MOST
}

/// A file that does not begin by saying what it is.
pub(crate) fn untitled(text: &str) -> Vec<String> {
    let titled = text.starts_with("//! ") && text.lines().next().is_some_and(|line| line.len() > 10);
    if titled { Vec::new() } else { vec!["does not begin with a //! comment".to_owned()] }
}

/// What a merge leaves where nobody ended it.
pub(crate) fn unmerged(bytes: &[u8]) -> Vec<String> {
    let is_mark = |line: &[u8]| {
        [b'<', b'>', b'|']
            .iter()
            .any(|mark| line.len() > 7 && line[..7].iter().all(|byte| byte == mark) && line[7] == b' ')
    };
    let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| is_mark(line));
    lines.map(|(at, _)| format!("line {}: a mark of a merge", at + 1)).collect()
}

/// Work left undone, tests left out, and code that the compiler can't check: in no file, tests included.
pub(crate) fn unfinished(tokens: &[Token]) -> Vec<String> {
    let patterns: [&[&str]; 5] =
        [&["todo", "!"], &["unimplemented", "!"], &["#", "[", "ignore"], &["cfg_attr", "(", "ignore"], &["unsafe"]];
    patterns.iter().flat_map(|pattern| find(tokens, pattern)).collect()
}

/// What ends the program instead of saying what is wrong.
pub(crate) fn brittle(tokens: &[Token]) -> Vec<String> {
    let patterns: [&[&str]; 2] = [&[".", "unwrap", "(", ")"], &[".", "expect", "("]];
    patterns.iter().flat_map(|pattern| find(tokens, pattern)).collect()
}

fn find(tokens: &[Token], pattern: &[&str]) -> Vec<String> {
    let at = tokens.windows(pattern.len()).filter(|seen| seen.iter().map(|token| &token.text).eq(pattern));
    at.map(|seen| format!("line {}: {}", seen[0].line, pattern.concat())).collect()
}

/// The clock, the environment and the disk, where everything comes in as a parameter.
pub(crate) fn impure(paths: &[Path]) -> Vec<String> {
    let starts: [&[&str]; 5] =
        [&["std", "env"], &["std", "fs"], &["std", "net"], &["std", "process"], &["std", "thread"]];
    let ends: [&[&str]; 5] =
        [&["Timestamp", "now"], &["Zoned", "now"], &["Instant", "now"], &["env", "var"], &["env", "var_os"]];
    let wrong = |path: &&Path| {
        starts.iter().any(|start| path.starts_with(start))
            || ends.iter().any(|end| path.ends_with(end))
            || path.segments.iter().any(|name| name == "SystemTime")
    };
    paths.iter().filter(wrong).map(|path| format!("line {}: {}", path.line, path.segments.join("::"))).collect()
}

#[cfg(test)]
fn tokens(text: &str) -> Vec<Token> {
    super::tokens::tokens(text)
}

#[test]
fn a_long_file_is_found_and_so_are_many() {
    assert!(too_long(&"\n".repeat(500)).is_empty());
    assert_eq!(too_long(&"\n".repeat(501)).len(), 1);
    assert!(mostly_short(&[250, 250, 250, 250, 250, 250, 251]));
    assert!(!mostly_short(&[250, 250, 250, 250, 251]));
}

#[test]
fn a_merge_that_nobody_ended_is_found() {
    let of = |mark: &str| format!("a\n{} theirs\nb\n", mark.repeat(7));
    for mark in ["<", ">", "|"] {
        assert_eq!(unmerged(of(mark).as_bytes()), ["line 2: a mark of a merge"]);
    }
    let fine =
        ["=======\n".to_owned(), "<<<<<<<<<< x\n".to_owned(), format!("  {}", of("<").trim_start_matches("a\n"))];
    assert!(fine.iter().all(|text| unmerged(text.as_bytes()).is_empty()));
}

#[test]
fn a_file_says_what_it_is() {
    assert!(untitled("//! The rows of the list.\n").is_empty());
    for text in ["use std::io;\n", "//! x\n", "// The rows of the list.\n", ""] {
        assert_eq!(untitled(text).len(), 1, "{text}");
    }
}

#[test]
fn unfinished_work_is_found_wherever_it_stands() {
    for text in ["todo!()", "unimplemented!(\"x\")", "#[ignore = \"slow\"] fn f() {}", "unsafe { f() }"] {
        assert_eq!(unfinished(&tokens(text)).len(), 1, "{text}");
    }
    assert!(unfinished(&tokens("// todo!()\nlet todo = \"unsafe\"; eq_ignore_ascii_case()")).is_empty());
}

#[test]
fn what_panics_is_found_and_what_only_looks_so_is_not() {
    assert_eq!(brittle(&tokens("a\n    .unwrap();\nb.expect(\"c\")")).len(), 2);
    assert!(brittle(&tokens("a.unwrap_or(0); #[expect(dead_code)] fn expect() {} \".unwrap()\"")).is_empty());
}

#[test]
fn a_clock_an_environment_or_a_disk_is_found() {
    let impure = |text: &str| impure(&super::paths::paths(&["env".to_owned()], &tokens(text))).len();
    for text in [
        "std::env::var(\"X\")",
        "use std::{fs, time::Duration};",
        "jiff::Timestamp::now()",
        "x.unwrap_or_else(Timestamp::now)",
        "tokio::time::Instant::now()",
        "use std::time::SystemTime;",
        "env::var_os(\"X\")",
    ] {
        assert_eq!(impure(text), 1, "{text}");
    }
    assert_eq!(impure("use crate::env::Matrix; fn f(now: Timestamp) { env!(\"X\"); Timestamp::from_second(now) }"), 0);
}
