//! How escapes are written, and what each stands for: the piece, and how many bytes it takes.

use super::kinds::Piece;

/// The number that so many digits stand for, and how many bytes they are.
fn number(bytes: &[u8], from: usize, digits: std::ops::RangeInclusive<usize>, radix: u32) -> Option<(u32, usize)> {
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
    let rest = bytes.get(from..)?;
    let many = rest.iter().take(*digits.end()).take_while(is_digit).count();
    let value = |value: u32, byte: &u8| {
        value.saturating_mul(radix).saturating_add(char::from(*byte).to_digit(radix).unwrap_or_default())
    };
    digits.contains(&many).then(|| (rest[..many].iter().fold(0, value), from + many))
}

pub(super) fn percent(bytes: &[u8]) -> Option<(Piece, usize)> {
    if let Some((byte, end)) = number(bytes, 1, 2..=2, 16) {
        return Some((Piece::Byte(byte as u8), end));
    }
    let (code, end) = number(bytes, 2, 4..=4, 16).filter(|_| bytes[1] == b'u')?;
    Some((Piece::char(code)?, end))
}

pub(super) fn quoted_printable(bytes: &[u8]) -> Option<(Piece, usize)> {
    match bytes {
        [_, b'\n', ..] => Some((Piece::Nothing, 2)),
        [_, b'\r', b'\n', ..] => Some((Piece::Nothing, 3)),
        _ => number(bytes, 1, 2..=2, 16).map(|(byte, end)| (Piece::Byte(byte as u8), end)),
    }
}

/// In JSON, C, Python, JavaScript and shells.
pub(super) fn backslash(bytes: &[u8]) -> Option<(Piece, usize)> {
    let byte = match bytes.get(1)? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'a' => 7,
        b'b' => 8,
        b'v' => 11,
        b'f' => 12,
        b'e' | b'E' => 27,
        b'x' => return number(bytes, 2, 2..=2, 16).map(|(byte, end)| (Piece::Byte(byte as u8), end)),
        b'0'..=b'7' => return octal(bytes),
        b'u' => return unicode(bytes),
        b'U' => return number(bytes, 2, 8..=8, 16).and_then(|(code, end)| Some((Piece::char(code)?, end))),
        // A line that goes on.
        b'\n' => return Some((Piece::Nothing, 2)),
        byte if byte.is_ascii_punctuation() || *byte == b' ' => *byte,
        _ => return None,
    };
    Some((Piece::Byte(byte), 2))
}

/// `\141`, `\0141`. Where four digits are too much, three are meant.
fn octal(bytes: &[u8]) -> Option<(Piece, usize)> {
    let longest = if bytes[1] == b'0' { 4 } else { 3 };
    let read = |most: usize| number(bytes, 1, 1..=most, 8).filter(|(byte, _)| *byte < 256);
    let (byte, end) = read(longest).or_else(|| read(3))?;
    Some((Piece::Byte(byte as u8), end))
}

/// `\u0061`, `\u{61}`, and two of the first for one character.
fn unicode(bytes: &[u8]) -> Option<(Piece, usize)> {
    if bytes.get(2) == Some(&b'{') {
        let (code, end) = number(bytes, 3, 1..=8, 16).filter(|(_, end)| bytes.get(*end) == Some(&b'}'))?;
        return Some((Piece::char(code)?, end + 1));
    }
    let (high, end) = number(bytes, 2, 4..=4, 16)?;
    if let Some(c) = Piece::char(high) {
        return Some((c, end));
    }
    let low = number(bytes, end + 2, 4..=4, 16).filter(|_| bytes[end..].starts_with(b"\\u"));
    let (low, end) = low.filter(|(low, _)| (0xdc00..0xe000).contains(low))?;
    Some((Piece::char(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff))?, end))
}

/// Of numbers any length, and with the semicolon left out; names as HTML has them for what is ASCII.
pub(super) fn entity(bytes: &[u8]) -> Option<(Piece, usize)> {
    let number = match bytes {
        [_, b'#', b'x' | b'X', ..] => number(bytes, 3, 1..=usize::MAX, 16),
        [_, b'#', ..] => number(bytes, 2, 1..=usize::MAX, 10),
        _ => return named(bytes),
    };
    let (code, end) = number?;
    Some((Piece::char(code)?, end + usize::from(bytes.get(end) == Some(&b';'))))
}

/// Names that end with a semicolon.
const NAMES: [(&str, u8); 46] = [
    ("amp", b'&'),
    ("lt", b'<'),
    ("gt", b'>'),
    ("quot", b'"'),
    ("apos", b'\''),
    ("AMP", b'&'),
    ("LT", b'<'),
    ("GT", b'>'),
    ("QUOT", b'"'),
    ("Tab", b'\t'),
    ("NewLine", b'\n'),
    ("excl", b'!'),
    ("num", b'#'),
    ("dollar", b'$'),
    ("percnt", b'%'),
    ("lpar", b'('),
    ("rpar", b')'),
    ("ast", b'*'),
    ("midast", b'*'),
    ("plus", b'+'),
    ("comma", b','),
    ("period", b'.'),
    ("sol", b'/'),
    ("colon", b':'),
    ("semi", b';'),
    ("equals", b'='),
    ("quest", b'?'),
    ("commat", b'@'),
    ("lsqb", b'['),
    ("lbrack", b'['),
    ("bsol", b'\\'),
    ("rsqb", b']'),
    ("rbrack", b']'),
    ("Hat", b'^'),
    ("lowbar", b'_'),
    ("UnderBar", b'_'),
    ("grave", b'`'),
    ("DiacriticalGrave", b'`'),
    ("lcub", b'{'),
    ("lbrace", b'{'),
    ("verbar", b'|'),
    ("vert", b'|'),
    ("VerticalLine", b'|'),
    ("rcub", b'}'),
    ("rbrace", b'}'),
    ("nbsp", b' '),
];
/// Those that may do without it, from the first on.
const BARE: usize = 4;

fn named(bytes: &[u8]) -> Option<(Piece, usize)> {
    let word = bytes[1..].iter().take(16).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, rest) = bytes[1..].split_at(word);
    let of = |(_, byte): &(&str, u8), len: usize| (Piece::Byte(*byte), len);
    if rest.first() == Some(&b';') {
        return NAMES.iter().find(|(name, _)| name.as_bytes() == word).map(|name| of(name, word.len() + 2));
    }
    let bare = NAMES[..BARE].iter().find(|(name, _)| word.starts_with(name.as_bytes()))?;
    Some(of(bare, bare.0.len() + 1))
}

/// A quote that stands twice for itself, and a shell's within quotes: `'\''`, `'"'"'`.
pub(super) fn quote(bytes: &[u8]) -> Option<(Piece, usize)> {
    const QUOTES: [&[u8]; 2] = [b"'\\''", b"'\"'\"'"];
    let within = QUOTES.iter().find(|quote| bytes.starts_with(quote));
    within.map_or_else(|| doubled(bytes), |quote| Some((Piece::Byte(b'\''), quote.len())))
}

/// A sign that stands twice for itself.
pub(super) fn doubled(bytes: &[u8]) -> Option<(Piece, usize)> {
    match bytes {
        [sign, next, ..] if sign == next => Some((Piece::Byte(*sign), 2)),
        _ => None,
    }
}
