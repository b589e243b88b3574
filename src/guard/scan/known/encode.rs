//! The encodings in which a known value is looked for. What they give is wiped on drop.

use zeroize::Zeroizing;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 at the three alignments a value may have in a longer text, without the characters it shares
/// with its neighbours, in the standard and in the URL alphabet.
pub(super) fn base64(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = Vec::new();
    for shift in 0..3 {
        let standard = aligned(value, shift);
        if standard.iter().any(|byte| matches!(byte, b'+' | b'/')) {
            let url = standard.iter().map(|byte| match byte {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            });
            all.push(Zeroizing::new(url.collect()));
        }
        all.push(standard);
    }
    all
}

/// The characters that depend on the value alone when `shift` bytes stand before it.
fn aligned(value: &[u8], shift: usize) -> Zeroizing<Vec<u8>> {
    let first_bit = shift * 8;
    let bits = first_bit + value.len() * 8;
    let mut out = Zeroizing::new(Vec::with_capacity(value.len() * 4 / 3 + 1));
    for character in first_bit.div_ceil(6)..bits / 6 {
        let sextet = (0..6).fold(0_usize, |sextet, bit| {
            let at = character * 6 + bit - first_bit;
            let set = value.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
            sextet << 1 | usize::from(set)
        });
        out.push(STANDARD[sextet]);
    }
    out
}

/// Hex in lower and in upper case.
pub(super) fn hex(value: &[u8]) -> [Zeroizing<Vec<u8>>; 2] {
    let digits = |alphabet: &[u8; 16]| {
        let pairs = value.iter().flat_map(|byte| [alphabet[usize::from(byte >> 4)], alphabet[usize::from(byte & 15)]]);
        Zeroizing::new(pairs.collect::<Vec<u8>>())
    };
    [digits(b"0123456789abcdef"), digits(b"0123456789ABCDEF")]
}

/// From the end to the start, and with plus signs for spaces, as forms send it, where it has spaces.
pub(super) fn turned(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let reversed = Zeroizing::new(value.iter().rev().copied().collect());
    let plus = |byte: &u8| if *byte == b' ' { b'+' } else { *byte };
    let form = value.contains(&b' ').then(|| Zeroizing::new(value.iter().map(plus).collect()));
    std::iter::once(reversed).chain(form).collect()
}
