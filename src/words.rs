//! Did you mean? How far words are apart, and which of the known ones was probably meant.

/// The known word nearest to what was written, whatever its case, where one is near enough to be meant: a third of
/// it may differ, and three characters at most.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |word: &str| word.chars().count().div_ceil(3).min(3);
    known
        .into_iter()
        .map(|word| (distance(written, word), word))
        .filter(|(distance, word)| *distance <= near(word))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Levenshtein's distance: how many characters to put in, take out or change, whatever their case. Of what was
/// written only the first 64 characters count: no known word is longer.
pub fn distance(written: &str, known: &str) -> usize {
    let known: Vec<char> = known.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=known.len()).collect();
    for (i, a) in written.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in known.iter().enumerate() {
            let changed = diagonal + usize::from(a.to_ascii_lowercase() != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[known.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposition_is_near_and_another_word_is_not() {
        let known = ["timeout", "half_life", "url"];
        assert_eq!(nearest("tiemout", known), Some("timeout"));
        assert_eq!(nearest("half-life", known), Some("half_life"));
        assert_eq!(nearest("URI", known), Some("url"));
        assert_eq!(nearest("password", known), None);
    }

    #[test]
    fn the_distance_counts_characters() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("préfet", "prefet"), 1);
    }
}
