//! Small helpers over bytes. Every range they give starts and ends at an ASCII byte or at an end of the
//! text, so it lies on characters' borders.

/// A letter, a digit or an underscore.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where the run of bytes of a kind that starts at `from` ends; looks at `limit` bytes at most.
pub(super) fn run(bytes: &[u8], from: usize, limit: usize, kind: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take(limit).take_while(|byte| kind(**byte)).count()
}

/// Where words begin: a word byte after none.
pub(super) fn word_starts(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let mut before = b' ';
    bytes.iter().enumerate().filter_map(move |(index, byte)| {
        let starts = is_word(*byte) && !is_word(before);
        before = *byte;
        starts.then_some(index)
    })
}

/// Every place a needle stands at, without overlaps.
pub(super) fn places<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(needle).map(|(index, _)| index)
}

/// Every line with its offset; without its line break.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    text.split('\n').map(move |line| {
        let from = offset;
        offset += line.len() + 1;
        (from, line.strip_suffix('\r').unwrap_or(line))
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
