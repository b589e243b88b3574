//! Stack traces: Python, Java, .NET, Node, Go, Rust, Ruby, PHP.

use super::{Kind, bytes};

pub(super) fn kind(text: &str) -> Option<Kind> {
    let is_frame = match text.as_bytes().first()? {
        b'T' => text == "Traceback (most recent call last):",
        b'F' => text.starts_with("File \"") && text.contains("\", line "),
        b'C' => text.starts_with("Caused by: "),
        b'E' => text.starts_with("Exception in thread "),
        b'a' => text.strip_prefix("at ").is_some_and(is_call),
        b'.' => text.starts_with("... ") && text.ends_with(" more"),
        b'g' => text.starts_with("goroutine ") && text.ends_with("]:"),
        b'p' => text.starts_with("panic: "),
        b'c' => text.starts_with("created by "),
        b'f' => text.starts_with("from ") && text.contains(".rb:") && text.contains(":in "),
        b'#' => is_numbered(text),
        b'/' => is_go(text),
        _ => false,
    };
    is_frame.then_some(Kind::Frame)
}

/// `com.example.Web.start(Web.java:12)`, `handle (/app/web.js:1:2)`, `/app/web.js:1:2`, `./src/main.rs:1:2`.
fn is_call(text: &str) -> bool {
    let text = text.strip_prefix("async ").unwrap_or(text);
    let called =
        text.bytes().position(|byte| !bytes::is_word(byte) && !matches!(byte, b'.' | b'$' | b'<' | b'>' | b'/' | b'@'));
    let java = called.is_some_and(|at| at > 2 && text[at..].starts_with('(') && text[..at].contains('.'));
    java || is_position(text.trim_end_matches(')')) || text.contains(":line ")
}

/// Whether a text ends with a line and a column.
fn is_position(text: &str) -> bool {
    let mut parts = text.rsplit(':');
    let digits = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    digits(parts.next()) && digits(parts.next()) && parts.next().is_some_and(|file| file.contains(['/', '.', '\\']))
}

/// `#0 /srv/web.php(12): load()`, `#1  0x00007f in main () at main.c:1`.
fn is_numbered(text: &str) -> bool {
    let digits = bytes::run(text.as_bytes(), 1, 4, |byte| byte.is_ascii_digit());
    let rest = text[digits..].trim_start();
    digits > 1
        && text[digits..].starts_with(' ')
        && (rest.starts_with("0x") || rest.starts_with('/') && rest.contains("): ") || rest == "{main}")
}

/// `/srv/web/main.go:12 +0x1d`.
fn is_go(text: &str) -> bool {
    text.split_once(".go:").is_some_and(|(_, line)| line.starts_with(|c: char| c.is_ascii_digit()))
}
