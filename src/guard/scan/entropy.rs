//! Random-looking strings that nothing else knows. Random letters and digits change class (upper, lower,
//! digit) at six of ten steps; words, identifiers and paths do at two or three.

use super::{Hit, Places, bytes, innocent};

/// Shorter strings can't be told from identifiers.
pub(super) const SHORTEST: usize = 20;
/// What is looked at of a longer one.
const SAMPLE: usize = 256;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let mut public = None;
    for (from, to) in places.random.iter().copied() {
        if is_public(text, from, to) {
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
    let mut classes = [0; SAMPLE];
    classes.iter_mut().zip(sample).for_each(|(class, byte)| *class = CLASSES[usize::from(*byte)]);
    let classes = &classes[..sample.len()];
    // Counts of a sample fit into a byte, which is what makes them quick: many bytes are compared at once.
    let (mut all, mut pairs, mut changes) = (0, 0_u8, 0_u8);
    for (left, right) in classes.iter().zip(classes.get(1..).unwrap_or_default()) {
        let pair = u8::from(*left != 0) & u8::from(*right != 0);
        all |= left | right;
        pairs += pair;
        changes += pair & u8::from(left != right);
    }
    sample.len() >= SHORTEST
        && all == 7
        && usize::from(changes) * 100 >= usize::from(pairs) * 42
        && bytes::is_varied(sample, SHORTEST / 2)
}

/// What stands before digests and ids that look random and are public, in lower case.
const PUBLIC_LABELS: [&str; 8] =
    ["sha256:", "sha384:", "sha512:", " h1:", "etag: \"", "etag: w/\"", "x-amz-id-2: ", "cf-ray: "];

/// The base64 of `-----BEGIN CERT`, as a kubeconfig has it.
const WRAPPED_CERTIFICATE: &str = "LS0tLS1CRUdJTiBDRVJU";

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
        || run.starts_with(WRAPPED_CERTIFICATE)
        || PUBLIC_LABELS.iter().any(|label| ends_with(before, label))
}

/// Whether a place is in the path of a URL: links to documents and dashboards carry random ids. Looks
/// back a bounded way.
pub(super) fn in_url(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let inside = |byte: u8| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'?');
    let word = &bytes[bytes::run_back(bytes, at, 256, inside)..at];
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
