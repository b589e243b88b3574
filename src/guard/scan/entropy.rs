//! Random-looking strings that nothing else knows. Random letters and digits change class (upper, lower,
//! digit) at six of ten steps; words, identifiers and paths do at two or three.

use super::{Hit, Places, bytes, innocent};

/// Shorter strings can't be told from identifiers.
pub(super) const SHORTEST: usize = 20;
/// What is looked at of a longer one.
const SAMPLE: usize = 256;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut public = None;
    for (from, to) in places.runs.iter().copied() {
        let body = &bytes[from..to];
        if !is_random(body) || is_public(text, from, to) || in_url(text, from) {
            continue;
        }
        // Sorted blocks: few, and most texts have none.
        let public: &Vec<_> = public.get_or_insert_with(|| public_blocks(text));
        if public.iter().any(|(begin, end)| (*begin..*end).contains(&from)) {
            continue;
        }
        hits.push(Hit::new("high_entropy", from, to));
    }
}

/// Upper, lower or digit, as a bit; none for the rest.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'A'..=b'Z' => 1,
            b'a'..=b'z' => 2,
            b'0'..=b'9' => 4,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Whether a run looks random: all three classes, varied, and changing class often.
pub(super) fn is_random(run: &[u8]) -> bool {
    let sample = &run[..run.len().min(SAMPLE)];
    let mut classes = 0;
    // A bit for each of the 128 bytes that a run may hold.
    let mut seen = [0_u64; 2];
    let (mut pairs, mut changes) = (0_usize, 0_usize);
    let mut left = 0;
    for byte in sample {
        let right = CLASSES[usize::from(*byte)];
        classes |= right;
        seen[usize::from(byte >> 6 & 1)] |= 1 << (byte & 63);
        pairs += usize::from(left != 0 && right != 0);
        changes += usize::from(left != 0 && right != 0 && left != right);
        left = right;
    }
    sample.len() >= SHORTEST
        && classes == 7
        && (seen[0].count_ones() + seen[1].count_ones()) as usize >= SHORTEST / 2
        && changes * 100 >= pairs * 42
}

/// What stands before digests and ids that look random and are public, in lower case.
const PUBLIC_LABELS: [&str; 8] =
    ["sha256:", "sha384:", "sha512:", " h1:", "etag: \"", "etag: w/\"", "x-amz-id-2: ", "cf-ray: "];

fn ends_with(before: &[u8], label: &str) -> bool {
    let from = before.len().saturating_sub(label.len());
    before[from..].eq_ignore_ascii_case(label.as_bytes())
}

/// Digests and public keys say what they are (`sha256-`, `SHA256:`, `ssh-ed25519 AAAA...`), and paths are
/// made of words.
fn is_public(text: &str, from: usize, to: usize) -> bool {
    let run = &text[from..to];
    let before = &text.as_bytes()[..from];
    let digest = ["sha256-", "sha384-", "sha512-"].iter().any(|prefix| run.starts_with(prefix));
    digest
        || innocent::is_path(run)
        || run.starts_with("AAAA")
        || PUBLIC_LABELS.iter().any(|label| ends_with(before, label))
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
    while let Some(begin) = bytes::find(text, from, "-----BEGIN ") {
        from = begin + 11;
        let label = bytes::run(text.as_bytes(), from, 64, |byte| byte != b'-' && byte != b'\n');
        let Some(end) = bytes::find(text, from, "-----END ") else {
            break;
        };
        if !text.get(from..label).is_some_and(|label| label.contains("PRIVATE")) {
            blocks.push((begin, end));
        }
        from = end;
    }
    blocks
}
