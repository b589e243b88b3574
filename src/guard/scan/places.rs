//! Finds where something may begin; the detectors look only there.

use super::{aws, bytes, entropy, jwt, token};
use memchr::{memchr2_iter, memchr3_iter};

/// Where the detectors look, in the order of the text.
pub(super) struct Places {
    /// Words that begin as some token does.
    pub words: Vec<usize>,
    /// `=`, `:`, and the first byte of `：`, which others share.
    pub separators: Vec<usize>,
    /// `$` and `{`, which hashes of passwords begin with.
    pub hashes: Vec<usize>,
    /// The longest runs of base64 or base64url bytes, of a length that may be random.
    pub runs: Vec<(usize, usize)>,
}

impl Places {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        Self {
            words: words(bytes),
            separators: memchr3_iter(b'=', b':', 0xef, bytes).collect(),
            hashes: memchr2_iter(b'$', b'{', bytes).collect(),
            runs: runs(bytes),
        }
    }
}

/// For each byte, the prefixes that have it as their first, second and third byte; prefix n is bit n % 64. A place
/// whose three bytes have a bit in common may begin with that prefix.
struct Heads([[u64; 256]; 3]);

const HEADS: Heads = {
    let mut heads = Heads([[0; 256]; 3]);
    let mut index = 0;
    while index < token::SHAPES.len() {
        heads = heads.with(token::SHAPES[index].1.as_bytes(), index);
        index += 1;
    }
    index = 0;
    while index < aws::PREFIXES.len() {
        heads = heads.with(aws::PREFIXES[index].as_bytes(), index);
        index += 1;
    }
    heads.with(jwt::PLAIN.as_bytes(), 10).with(jwt::WRAPPED.as_bytes(), 11)
};

impl Heads {
    const fn with(mut self, prefix: &[u8], index: usize) -> Self {
        let bit = 1 << (index % 64);
        self.0[0][prefix[0] as usize] |= bit;
        self.0[1][prefix[1] as usize] |= bit;
        let mut third = 0;
        while third < 256 {
            if prefix.len() < 3 || prefix[2] as usize == third {
                self.0[2][third] |= bit;
            }
            third += 1;
        }
        self
    }
}

fn words(bytes: &[u8]) -> Vec<usize> {
    static TABLES: [[u64; 256]; 3] = HEADS.0;
    let [first, second, third] = &TABLES;
    let begins = |window: &[u8]| {
        first[usize::from(window[0])] & second[usize::from(window[1])] & third[usize::from(window[2])] != 0
    };
    let starts = |at: &usize| *at == 0 || !bytes::is_word(bytes[at - 1]);
    bytes.windows(3).enumerate().filter(|(_, window)| begins(window)).map(|(at, _)| at).filter(starts).collect()
}

const IN_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let is = matches!(byte as u8, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'+' | b'/' | b'-');
        table[byte] = is;
        byte += 1;
    }
    table
};

/// A run of the shortest length covers one byte in so many: only those are looked at, and from there back and on.
fn runs(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut done = 0;
    let mut probe = entropy::SHORTEST - 1;
    while let Some(byte) = bytes.get(probe) {
        if IN_RUN[usize::from(*byte)] {
            let from = probe - bytes[done..probe].iter().rev().take_while(|byte| IN_RUN[usize::from(**byte)]).count();
            let to = bytes::run(bytes, probe, usize::MAX, |byte| IN_RUN[usize::from(byte)]);
            if to - from >= entropy::SHORTEST {
                runs.push((from, to));
            }
            probe = to;
        }
        done = probe;
        probe += entropy::SHORTEST;
    }
    runs
}

/// Every line that one of these stands in, once, with its offset.
pub(super) fn lines_with<'a>(text: &'a str, needles: &[&str]) -> Vec<(usize, &'a str)> {
    let mut at: Vec<usize> = needles.iter().flat_map(|needle| bytes::places(text, needle)).collect();
    at.sort_unstable();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    for place in at {
        if lines.last().is_some_and(|(from, line)| place < from + line.len()) {
            continue;
        }
        let from = text[..place].rfind('\n').map_or(0, |end| end + 1);
        let line = text[from..].split('\n').next().unwrap_or_default();
        lines.push((from, line.strip_suffix('\r').unwrap_or(line)));
    }
    lines
}
