//! The forms of a known value that no decoding brings back, each of which is known beside it. What they give is wiped on
//! drop.

use zeroize::Zeroizing;

/// As it is, from the end to the start (by bytes, and by characters where that is something else), with plus signs for
/// spaces, as forms send it, and turned by thirteen letters.
pub(super) fn of(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let plus = |byte: &u8| if *byte == b' ' { b'+' } else { *byte };
    let mut forms = vec![
        Zeroizing::new(value.to_vec()),
        Zeroizing::new(value.iter().rev().copied().collect()),
        Zeroizing::new(value.iter().map(plus).collect()),
        Zeroizing::new(value.iter().copied().map(turned).collect()),
    ];
    if let Ok(text) = std::str::from_utf8(value).map(|text| Zeroizing::new(text.chars().rev().collect::<String>())) {
        forms.push(Zeroizing::new(text.as_bytes().to_vec()));
    }
    forms
}

/// A letter thirteen letters further.
fn turned(byte: u8) -> u8 {
    let first = match byte {
        b'a'..=b'z' => b'a',
        b'A'..=b'Z' => b'A',
        other => return other,
    };
    (byte - first + 13) % 26 + first
}
