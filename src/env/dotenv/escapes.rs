//! What the backslash does between quotes.

/// Between single quotes: `\'` is a quote, every other backslash stays.
pub(super) fn single(inner: &[u8]) -> Vec<u8> {
    unquote(inner, b'\'')
}

/// Between double quotes, before interpolation: escapes are expanded, and `\$` becomes `$$`, which
/// interpolation turns into a dollar sign.
pub(super) fn double(inner: &[u8]) -> Vec<u8> {
    let inner = unquote(inner, b'"');
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner.as_slice();
    while let Some((byte, tail)) = rest.split_first() {
        let taken = if *byte == b'\\' { escape(tail, &mut out) } else { None };
        if taken.is_none() {
            out.push(*byte);
        }
        rest = tail.get(taken.unwrap_or(0)..).unwrap_or_default();
    }
    out
}

/// Drops the backslash before the quote itself.
fn unquote(inner: &[u8], mark: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        if tail.first() != Some(&mark) {
            out.push(b'\\');
        }
        if let Some((next, tail)) = tail.split_first() {
            out.push(*next);
            rest = tail;
        }
    }
    out
}

/// Writes what a backslash and `tail` mean; how much of `tail` that took, `None` if it is no escape.
fn escape(tail: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let byte = match tail.first()? {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        quoted @ (b'"' | b'\\') => *quoted,
        b'$' => {
            out.extend_from_slice(b"$$");
            return Some(1);
        }
        b'0' => return Some(octal(&tail[1..], out)),
        _ => return None,
    };
    out.push(byte);
    Some(1)
}

/// `\0` and exactly three octal digits are a character up to U+00FF; with any other digits only the
/// zero is lost, which is what Compose does.
fn octal(tail: &[u8], out: &mut Vec<u8>) -> usize {
    let len = tail.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let digits = &tail[..len];
    let code = digits.iter().try_fold(0_u32, |code, digit| (*digit < b'8').then(|| code * 8 + u32::from(digit - b'0')));
    if let Some(code) = code.and_then(|code| u8::try_from(code).ok()).filter(|_| len == 3) {
        out.extend_from_slice(char::from(code).encode_utf8(&mut [0; 2]).as_bytes());
    } else {
        out.push(b'\\');
        out.extend_from_slice(digits);
    }
    1 + len
}
