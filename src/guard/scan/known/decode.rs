//! Takes back the escapes that a value may have been written in: percent signs, JSON and shell backslashes, HTML
//! entities. What it gives is wiped on drop.

use memchr::memchr3;
use zeroize::Zeroizing;

/// A text without its escapes, and where each of its bytes stood.
pub(super) struct Decoded {
    pub bytes: Zeroizing<Vec<u8>>,
    /// For each byte, and for the end.
    from: Vec<usize>,
}

impl Decoded {
    /// A text without its escapes; `None` where it has none.
    pub(super) fn of(text: &str) -> Option<Self> {
        memchr3(b'%', b'\\', b'&', text.as_bytes())?;
        let bytes = Zeroizing::new(text.as_bytes().to_vec());
        Self { bytes, from: (0..=text.len()).collect() }.once_more()
    }

    /// Without the escapes of these bytes; `None` where there are none.
    pub(super) fn once_more(&self) -> Option<Self> {
        let first = memchr3(b'%', b'\\', b'&', &self.bytes)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.bytes.len()));
        let mut from = Vec::with_capacity(self.from.len());
        bytes.extend_from_slice(&self.bytes[..first]);
        from.extend_from_slice(&self.from[..first]);
        let mut at = first;
        let mut changed = false;
        while let Some(byte) = self.bytes.get(at) {
            let escape = match byte {
                b'%' => percent(&self.bytes[at..]),
                b'\\' => backslash(&self.bytes[at..]),
                b'&' => entity(&self.bytes[at..]),
                _ => None,
            };
            let (c, len) = escape.unwrap_or((Piece::Byte(*byte), 1));
            let before = bytes.len();
            match c {
                Piece::Byte(byte) => bytes.push(byte),
                Piece::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            from.resize(from.len() + bytes.len() - before, self.from[at]);
            at += len;
            changed |= escape.is_some();
        }
        from.extend(self.from.last());
        changed.then_some(Self { bytes, from })
    }

    /// Where a range of these bytes stood in the text.
    pub(super) fn place(&self, from: usize, to: usize) -> (usize, usize) {
        let at = |index: usize| self.from.get(index).or(self.from.last()).copied().unwrap_or_default();
        (at(from), at(to))
    }
}

/// What an escape stands for.
#[derive(Clone, Copy)]
enum Piece {
    Byte(u8),
    Char(char),
}

/// The number that hex digits stand for.
fn number(digits: Option<&[u8]>) -> Option<u32> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// `%2F`.
fn percent(bytes: &[u8]) -> Option<(Piece, usize)> {
    number(bytes.get(1..3)).map(|byte| (Piece::Byte(byte as u8), 3))
}

/// `\n`, `\"`, `\/`, `\x2f`, `\u002f`, and two of those for one character.
fn backslash(bytes: &[u8]) -> Option<(Piece, usize)> {
    let byte = match bytes.get(1)? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'x' => return number(bytes.get(2..4)).map(|byte| (Piece::Byte(byte as u8), 4)),
        b'u' => return unicode(bytes),
        byte if byte.is_ascii_punctuation() => *byte,
        _ => return None,
    };
    Some((Piece::Byte(byte), 2))
}

fn unicode(bytes: &[u8]) -> Option<(Piece, usize)> {
    let high = number(bytes.get(2..6))?;
    if let Some(c) = char::from_u32(high) {
        return Some((Piece::Char(c), 6));
    }
    let low = number(bytes.get(8..12)).filter(|low| bytes[6..8] == *b"\\u" && (0xdc00..0xe000).contains(low))?;
    let c = char::from_u32(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff))?;
    Some((Piece::Char(c), 12))
}

/// `&amp;` and the like.
fn entity(bytes: &[u8]) -> Option<(Piece, usize)> {
    const NAMES: [(&[u8], u8); 6] =
        [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&#39;", b'\''), (b"&apos;", b'\'')];
    let (name, byte) = NAMES.iter().find(|(name, _)| bytes.starts_with(name))?;
    Some((Piece::Byte(*byte), name.len()))
}
