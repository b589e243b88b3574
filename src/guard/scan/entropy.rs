//! Random-looking strings that nothing else knows. Random letters and digits change class (upper, lower,
//! digit) at six of ten steps; words, identifiers and paths do at two or three.

use super::{Hit, bytes, innocent};

/// Shorter strings can't be told from identifiers.
const SHORTEST: usize = 20;
/// What is looked at of a longer one.
const SAMPLE: usize = 256;

pub(super) fn scan(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let public = public_blocks(text);
    for (from, to) in runs(bytes) {
        let body = &bytes[from..to];
        if !is_random(body) || is_public(text, from, to) || in_url(text, from) {
            continue;
        }
        // Sorted blocks: few, and most texts have none.
        if public.iter().any(|(begin, end)| (*begin..*end).contains(&from)) {
            continue;
        }
        hits.push(Hit::new("high_entropy", from, to));
    }
}

/// The longest runs of base64 or base64url bytes.
pub(super) fn runs(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() && !is_base64(bytes[at]) {
            at += 1;
        }
        let from = at;
        while at < bytes.len() && is_base64(bytes[at]) {
            at += 1;
        }
        (at > from).then_some((from, at))
    })
    .filter(|(from, to)| to - from >= SHORTEST)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-')
}

/// Upper, lower or digit; `None` for the rest.
fn class(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(0),
        b'a'..=b'z' => Some(1),
        b'0'..=b'9' => Some(2),
        _ => None,
    }
}

/// Whether a run looks random: all three classes, varied, and changing class often.
pub(super) fn is_random(run: &[u8]) -> bool {
    let sample = &run[..run.len().min(SAMPLE)];
    let mut seen = [0_usize; 3];
    for class in sample.iter().filter_map(|byte| class(*byte)) {
        seen[usize::from(class)] += 1;
    }
    if sample.len() < SHORTEST || seen.contains(&0) || !bytes::is_varied(sample, SHORTEST / 2) {
        return false;
    }
    let (mut pairs, mut changes) = (0, 0);
    for pair in sample.windows(2) {
        if let (Some(left), Some(right)) = (class(pair[0]), class(pair[1])) {
            pairs += 1;
            changes += usize::from(left != right);
        }
    }
    changes * 100 >= pairs * 42
}

/// Digests and public keys say what they are (`sha256-`, `SHA256:`, `ssh-ed25519 AAAA...`), and paths are
/// made of words.
fn is_public(text: &str, from: usize, to: usize) -> bool {
    let run = &text[from..to];
    let before = &text[..from];
    let digest = ["sha256-", "sha384-", "sha512-"].iter().any(|prefix| run.starts_with(prefix));
    let fingerprint = ["SHA256:", "sha256:", "sha512:", "sha384:", "etag: \"", "ETag: \""];
    digest
        || innocent::is_path(run)
        || run.starts_with("AAAA")
        || fingerprint.iter().any(|prefix| before.ends_with(prefix))
}

/// Whether a place is in the path of a URL: links to documents and dashboards carry random ids. Looks
/// back a bounded way.
pub(super) fn in_url(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let back = bytes[..at].iter().rev().take(256);
    let word = back.take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'?')).count();
    let word = &bytes[at - word..at];
    // The run itself may have begun with the slashes.
    word.windows(2).any(|pair| pair == b":/") || (word.ends_with(b":") && bytes[at..].starts_with(b"//"))
}

/// Where certificates and public keys stand.
fn public_blocks(text: &str) -> Vec<(usize, usize)> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(begin) = text.get(from..).and_then(|rest| rest.find("-----BEGIN ")).map(|at| from + at) {
        from = begin + 11;
        let label = bytes::run(text.as_bytes(), from, 64, |byte| byte != b'-' && byte != b'\n');
        let Some(end) = text[from..].find("-----END ").map(|at| from + at) else {
            break;
        };
        if !text.get(from..label).is_some_and(|label| label.contains("PRIVATE")) {
            blocks.push((begin, end));
        }
        from = end;
    }
    blocks
}
