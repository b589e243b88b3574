//! Small helpers over bytes. Every range they give starts and ends at an ASCII byte or at an end of the
//! text, so it lies on characters' borders.

use memchr::{memchr_iter, memmem};

/// A letter, a digit or an underscore.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where the run of bytes of a kind that starts at `from` ends; looks at `limit` bytes at most.
pub(super) fn run(bytes: &[u8], from: usize, limit: usize, kind: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take(limit).take_while(|byte| kind(**byte)).count()
}

/// Every place a needle stands at, without overlaps.
pub(super) fn places<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    memmem::find_iter(text.as_bytes(), needle)
}

/// The first place from `from` on where a needle stands.
pub(super) fn find(text: &str, from: usize, needle: &str) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    memmem::find(rest, needle.as_bytes()).map(|at| from + at)
}

/// Every line with its offset; without its line break.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    memchr_iter(b'\n', text.as_bytes()).chain([text.len()]).map(move |end| {
        let line = (from, text[from..end].strip_suffix('\r').unwrap_or(&text[from..end]));
        from = end + 1;
        line
    })
}

/// Whether a body is more than filler: at least this many different bytes.
pub(super) fn is_varied(body: &[u8], least: usize) -> bool {
    let mut seen = [false; 256];
    let mut distinct = 0;
    for byte in body.iter().take(512) {
        let slot = &mut seen[usize::from(*byte)];
        distinct += usize::from(!*slot);
        *slot = true;
    }
    distinct >= least
}
