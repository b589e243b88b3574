//! Values the console knows, and every way in which a piece of one may be written.

use super::fake::Fake;
use readback::guard::Secret;
use readback::guard::scan::KnownValues;
use std::collections::BTreeMap;

const STANDARD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let groups = bytes.chunks(3).map(|group| {
        let word = group.iter().enumerate().fold(0_u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        (0..4)
            .map(|at| {
                let sextet = (word >> (18 - 6 * at) & 63) as usize;
                if at <= group.len() { char::from(STANDARD.as_bytes()[sextet]) } else { '=' }
            })
            .collect::<String>()
    });
    groups.collect()
}

fn each(text: &str, written: impl Fn(char) -> String) -> String {
    text.chars().map(written).collect()
}

fn hex(text: &str) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    text.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// JSON as its writers write it: quotes and backslashes escaped.
fn json(text: &str) -> String {
    each(text, |c| if matches!(c, '"' | '\\') { format!("\\{c}") } else { c.to_string() })
}

fn percent(text: &str) -> String {
    each(text, |c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", u32::from(c)) })
}

/// A piece of a value in every encoding. In base64 it stands inside of a longer text, at any alignment.
fn written(piece: &str, shift: usize) -> Vec<(&'static str, String)> {
    let inside = format!("{}{piece}zz", &"ab"[..shift]);
    vec![
        ("plain", piece.to_owned()),
        ("base64", base64(inside.as_bytes())),
        ("base64url", base64(inside.as_bytes()).replace('+', "-").replace('/', "_").replace('=', "")),
        ("base64 in a URL", percent(&base64(inside.as_bytes()))),
        ("hex", hex(piece)),
        ("HEX", hex(piece).to_uppercase()),
        ("percent", percent(piece)),
        ("percent, every byte", each(piece, |c| format!("%{:02x}", u32::from(c)))),
        ("form", percent(piece).replace("%20", "+")),
        ("JSON", json(piece)),
        ("JSON, every character", each(piece, |c| format!("\\u{:04x}", u32::from(c)))),
        ("JSON in JSON", json(&json(piece))),
        ("HTML", piece.replace('&', "&amp;").replace('"', "&quot;")),
        ("reversed", piece.chars().rev().collect()),
    ]
}

/// For each encoding how many were made and how many found.
pub fn counted() -> BTreeMap<&'static str, (usize, usize)> {
    let mut fake = Fake(13);
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (n, length) in [8, 10, 16, 24, 40].into_iter().cycle().take(60).enumerate() {
        let value = fake.fill(&format!("<any {length}>"));
        let known = KnownValues::new(&Secret::new("a key of this test"), [&Secret::new(value.as_str())]);
        for from in 0..=length - 8 {
            for to in [from + 8, length] {
                for (encoding, text) in written(&value[from..to], n % 3) {
                    let found = !known.find(&format!("資料 {text} 結束")).is_empty();
                    let count = counts.entry(encoding).or_default();
                    count.0 += 1;
                    count.1 += usize::from(found);
                }
            }
        }
    }
    counts
}

/// Many values, known at once.
pub fn many() -> KnownValues {
    let mut fake = Fake(17);
    let values: Vec<Secret> = (0..300).map(|n| Secret::new(fake.fill(&format!("<any {}>", 4 + n % 40)))).collect();
    KnownValues::new(&Secret::new("a key of this test"), &values)
}
