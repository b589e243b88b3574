//! A line as letters, each with whether a backslash stood before it: an escaped letter separates nothing.

/// A letter, and whether it was escaped.
pub(super) type Letter = (char, bool);

/// Dashes and dots that separate, where they stand between spaces; none is ASCII, so Markdown can't escape them.
pub(super) const DASHES: [char; 3] = ['—', '–', '·'];

/// The letters of a line. A backslash before ASCII punctuation, as in Markdown, or before one of [`DASHES`] goes.
pub(super) fn letters(text: &str) -> Vec<Letter> {
    let mut all = Vec::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        let next = rest.next_if(|next| letter == '\\' && is_escapable(*next));
        all.push(next.map_or((letter, false), |next| (next, true)));
    }
    all
}

/// Whether a backslash can stand before it.
pub(super) fn is_escapable(letter: char) -> bool {
    letter.is_ascii_punctuation() || DASHES.contains(&letter)
}

/// The letters as a text, without space around it, each run of spaces as one.
pub(super) fn text(letters: &[Letter]) -> String {
    let whole: String = letters.iter().map(|(letter, _)| *letter).collect();
    whole.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether this plain letter stands there.
pub(super) fn is(letters: &[Letter], at: usize, wanted: char) -> bool {
    letters.get(at) == Some(&(wanted, false))
}

/// The place of the next plain letter of this kind, from a place on.
pub(super) fn find(letters: &[Letter], from: usize, wanted: char) -> Option<usize> {
    (from..letters.len()).find(|at| is(letters, *at, wanted))
}

/// Without space at both ends.
pub(super) fn trim(letters: &[Letter]) -> &[Letter] {
    let is_space = |letter: &Letter| letter.0.is_whitespace();
    let Some(first) = letters.iter().position(|letter| !is_space(letter)) else { return &[] };
    let last = letters.iter().rposition(|letter| !is_space(letter)).unwrap_or(first);
    &letters[first..=last]
}
