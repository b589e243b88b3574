//! Lines of environment dumps.

use super::{Kind, RULES, Tally, bytes};
use crate::guard::scan::Hit;

/// What may stand before a name.
const BEFORE: [&str; 7] = ["export ", "declare -x ", "- ", "-e ", "--env ", "ENV ", "set "];
/// How a value begins that is none.
const MASKS: [&str; 4] = ["***", "•", "[redacted]", "<"];
/// The longest name that is looked at.
const NAME: usize = 128;

/// `KEY=value`, `export KEY=value`, `declare -x KEY="value"`, `- KEY=value`, `db.host=value`; masked values count for
/// nothing.
pub(super) fn kind(line: &str) -> Option<Kind> {
    let begins = matches!(line.as_bytes().first()?, b'e' | b'd' | b'-' | b'E' | b's');
    let line = if begins { BEFORE.iter().find_map(|before| line.strip_prefix(before)).unwrap_or(line) } else { line };
    let line = line.strip_prefix('"').unwrap_or(line);
    let all = line.as_bytes();
    let end = bytes::run(all, 0, NAME, |byte| IN_NAME[usize::from(byte)] != 0);
    let name = &all[..end];
    if all.get(end) != Some(&b'=') || name.len() < 2 || !(name[0].is_ascii_alphabetic() || name[0] == b'_') {
        return None;
    }
    let value = &line[end + 1..];
    let quoted = value.starts_with(['"', '\'']);
    let is_border = |byte: u8| matches!(byte, b'"' | b'\'' | b' ' | b',');
    let inside = &value[bytes::run(value.as_bytes(), 0, usize::MAX, is_border)..];
    let first = inside.as_bytes().first()?;
    let masked = match first {
        b'l' | b'f' => is_described(inside),
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => false,
        _ => MASKS.iter().any(|mask| inside.starts_with(mask)),
    };
    if masked {
        return None;
    }
    if name.iter().all(|byte| IN_NAME[usize::from(*byte)] == 1) {
        return Some(Kind::Env);
    }
    let sentence = !quoted && memchr::memchr(b' ', value.as_bytes()).is_some();
    let code = value.starts_with('=') || value.ends_with([';', '{', ',', '(']);
    (!sentence && !code).then_some(Kind::Pair)
}

/// What the console shows instead of a value.
fn is_described(value: &str) -> bool {
    value.starts_with("len=") || value.starts_with("fp=")
}

/// What names are made of: 1 where a variable's is, 2 where only a property's is.
const IN_NAME: [u8; 256] = {
    let mut is = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        is[byte] = match byte as u8 {
            b'A'..=b'Z' | b'0'..=b'9' | b'_' => 1,
            b'a'..=b'z' | b'.' | b'-' => 2,
            _ => 0,
        };
        byte += 1;
    }
    is
};

/// `/proc/PID/environ`: entries divided by NUL.
pub(super) fn divided_by_zeros(text: &str) -> Option<Hit> {
    memchr::memchr(0, text.as_bytes())?;
    let rule = &RULES[Kind::Env as usize];
    let mut tally = Tally::default();
    let mut offset = 0;
    for part in text.split('\0') {
        if kind(part) == Some(Kind::Env) {
            tally.add(rule, 0, offset, offset + part.len());
        }
        offset += part.len() + 1;
    }
    tally.hit(rule)
}
