//! Finds where something may begin; the detectors look only there.

use super::{aws, bytes, command, entropy, jwt, pem, token, url};
use memchr::{memchr2_iter, memchr3_iter};

/// Where the detectors look, in the order of the text.
pub(super) struct Places {
    /// Words that begin as some token does.
    pub words: Vec<usize>,
    /// Where a mark stands, within words, too.
    pub marks: Vec<(Mark, usize)>,
    /// `=`, `:`, and the first byte of `：`, which others share.
    pub separators: Vec<usize>,
    /// `$` and `{`, which hashes of passwords begin with.
    pub hashes: Vec<usize>,
    /// The longest runs of base64 or base64url bytes that look random and are in no URL.
    pub random: Vec<(usize, usize)>,
}

impl Places {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (words, marks) = words_and_marks(bytes);
        Self {
            words,
            marks,
            separators: memchr3_iter(b'=', b':', 0xef, bytes).collect(),
            hashes: memchr2_iter(b'$', b'{', bytes).collect(),
            random: random(text),
        }
    }

    /// Where this mark stands.
    pub(super) fn marked(&self, mark: Mark) -> impl Iterator<Item = usize> {
        self.marks.iter().filter(move |(other, _)| *other == mark).map(|(_, at)| *at)
    }

    /// Every line that one of these marks stands in, once, with its offset.
    pub(super) fn lines_with<'a>(&self, text: &'a str, marks: &[Mark]) -> Vec<(usize, &'a str)> {
        let mut lines: Vec<(usize, &str)> = Vec::new();
        for (_, at) in self.marks.iter().filter(|(mark, _)| marks.contains(mark)) {
            if lines.last().is_some_and(|(from, line)| *at < from + line.len()) {
                continue;
            }
            let from = memchr::memrchr(b'\n', &text.as_bytes()[..*at]).map_or(0, |end| end + 1);
            let to = memchr::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |len| from + len);
            lines.push((from, text[from..to].strip_suffix('\r').unwrap_or(&text[from..to])));
        }
        lines
    }
}

/// What a detector looks around for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// `BEGIN ` of a key.
    Begin,
    /// A key without its first line, or one that has another.
    Key,
    /// An address that whoever knows it may post to.
    Hook,
    /// An option of a command line.
    Option,
    /// A program that is given passwords.
    Program,
    /// What a password follows in a statement or a setting.
    Statement,
    /// `login ` of a netrc file.
    Login,
    /// The end of an element.
    Close,
    /// What stands in the middle or at the end of a token.
    Inside,
}

const MARKS: [(Mark, &[&str]); 9] = [
    (Mark::Begin, &["BEGIN "]),
    (Mark::Key, pem::KEYS),
    (Mark::Hook, url::HOOKS),
    (Mark::Option, &["--"]),
    (Mark::Program, command::MARKS),
    (Mark::Statement, command::STATEMENTS),
    (Mark::Login, &["login "]),
    (Mark::Close, &["</"]),
    (Mark::Inside, token::INSIDE),
];

/// The first three bytes of everything that is looked for, as a set: a bit for each hash of three bytes.
type Heads = [u64; 1024];

static HEADS: Heads = {
    let mut heads = [0; 1024];
    let mut index = 0;
    while index < token::SHAPES.len() {
        heads = with(heads, token::SHAPES[index].1);
        index += 1;
    }
    heads = with_all(heads, &aws::PREFIXES);
    heads = with_all(heads, &[jwt::PLAIN, jwt::WRAPPED]);
    let [first, second, third] = token::DISCORD;
    index = 0;
    while index < first.len() * second.len() * third.len() {
        let three = [
            first[index % first.len()],
            second[index / first.len() % second.len()],
            third[index / first.len() / second.len()],
        ];
        heads = with_three(heads, three);
        index += 1;
    }
    index = 0;
    while index < MARKS.len() {
        heads = with_all(heads, MARKS[index].1);
        index += 1;
    }
    heads
};

const fn with_all(mut heads: Heads, texts: &[&str]) -> Heads {
    let mut text = 0;
    while text < texts.len() {
        heads = with(heads, texts[text]);
        text += 1;
    }
    heads
}

/// With one text more. Behind one of two bytes a letter or a digit may stand.
const fn with(mut heads: Heads, text: &str) -> Heads {
    let text = text.as_bytes();
    let mut third = 0_u8;
    loop {
        if if text.len() > 2 { third == text[2] } else { third.is_ascii_alphanumeric() } {
            heads = with_three(heads, [text[0], text[1], third]);
        }
        if third == 255 {
            return heads;
        }
        third += 1;
    }
}

const fn with_three(mut heads: Heads, three: [u8; 3]) -> Heads {
    let place = place(u32::from_be_bytes([0, three[0], three[1], three[2]]));
    heads[place / 64] |= 1 << (place % 64);
    heads
}

/// Where the bit of three bytes stands.
#[inline]
const fn place(three: u32) -> usize {
    (three.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// How many texts are marks.
const TEXTS: usize = {
    let (mut many, mut index) = (0, 0);
    while index < MARKS.len() {
        many += MARKS[index].1.len();
        index += 1;
    }
    many
};

/// The texts of all marks, those with the same first byte together.
static BY_FIRST: [(Mark, &str); TEXTS] = {
    let mut texts = [(Mark::Begin, ""); TEXTS];
    let (mut filled, mut first) = (0, 0);
    while first < 256 {
        let mut index = 0;
        while index < MARKS.len() {
            let (mark, of_mark) = MARKS[index];
            let mut text = 0;
            while text < of_mark.len() {
                if of_mark[text].as_bytes()[0] as usize == first {
                    texts[filled] = (mark, of_mark[text]);
                    filled += 1;
                }
                text += 1;
            }
            index += 1;
        }
        first += 1;
    }
    texts
};

/// For each first byte, from where to where its texts stand.
static FIRST: [(u8, u8); 256] = {
    let mut ranges = [(0, 0); 256];
    let mut index = 0;
    while index < TEXTS {
        let first = BY_FIRST[index].1.as_bytes()[0] as usize;
        let from = if ranges[first].1 == 0 { index as u8 } else { ranges[first].0 };
        ranges[first] = (from, index as u8 + 1);
        index += 1;
    }
    ranges
};

fn words_and_marks(bytes: &[u8]) -> (Vec<usize>, Vec<(Mark, usize)>) {
    let (mut words, mut marks) = (Vec::new(), Vec::new());
    let mut done = 0;
    while let Some(at) = next_head(bytes, done) {
        done = at + 1;
        if bytes::begins_word(bytes, at) {
            words.push(at);
        }
        let (from, to) = FIRST[usize::from(bytes[at])];
        for (mark, text) in &BY_FIRST[usize::from(from)..usize::from(to)] {
            // One that was there already may be the beginning of another.
            if bytes::stands(bytes, at, text) && marks.last() != Some(&(*mark, at)) {
                marks.push((*mark, at));
            }
        }
    }
    (words, marks)
}

/// The next place whose three bytes something may begin with. On its own, so that nothing else takes the registers of
/// the innermost loop of all.
#[inline(never)]
fn next_head(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let [first, second, ..] = rest else { return None };
    let mut three = u32::from(*first) << 8 | u32::from(*second);
    for (index, byte) in rest[2..].iter().enumerate() {
        three = (three << 8 | u32::from(*byte)) & 0x00ff_ffff;
        let place = place(three);
        if HEADS[place / 64] >> (place % 64) & 1 == 1 {
            return Some(from + index);
        }
    }
    None
}

static IN_RUN: bytes::Kind = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let is = matches!(byte as u8, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'+' | b'/' | b'-');
        table[byte] = is;
        byte += 1;
    }
    table
};

fn random(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut random = Vec::new();
    let mut done = 0;
    while let Some((from, to)) = bytes::next_run(bytes, done, entropy::SHORTEST, &IN_RUN) {
        if entropy::is_random(&bytes[from..to]) && !entropy::in_url(text, from) {
            random.push((from, to));
        }
        done = to;
    }
    random
}
