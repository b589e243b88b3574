//! Sets of words that are looked up often and mostly in vain.

/// Words, and two bits for the ends and the length of each: most others lack one of them.
pub(super) struct Words {
    /// One after the other, with a comma and a blank between two.
    words: &'static str,
    bits: [u64; 8],
}

impl Words {
    pub(super) const fn of(words: &'static str) -> Self {
        let text = words.as_bytes();
        let mut bits = [0; 8];
        let (mut from, mut to) = (0, 0);
        while to <= text.len() {
            if to == text.len() || text[to] == b',' {
                let second = if to - from > 1 { text[from + 1] } else { 0 };
                let places = places(text[from], second, text[to - 1], to - from);
                bits[places[0] / 64] |= 1 << (places[0] % 64);
                bits[places[1] / 64] |= 1 << (places[1] % 64);
                from = to + 2;
            }
            to += 1;
        }
        Self { words, bits }
    }

    #[inline]
    pub(super) fn has(&self, word: &str) -> bool {
        let [first, second, last] = match word.as_bytes() {
            [first, second, .., last] => [*first, *second, *last],
            [first, last] => [*first, *last, *last],
            [first] => [*first, 0, *first],
            [] => return false,
        };
        let has = |place: usize| self.bits[place / 64] >> (place % 64) & 1 == 1;
        places(first, second, last, word.len()).into_iter().all(has) && self.is_listed(word)
    }

    fn is_listed(&self, word: &str) -> bool {
        self.words.as_bytes().split(|byte| *byte == b',').any(|other| other.trim_ascii_start() == word.as_bytes())
    }
}

/// Where the bits of a word stand.
#[inline]
const fn places(first: u8, second: u8, last: u8, len: usize) -> [usize; 2] {
    let (first, second, last) = (first as usize, second as usize, last as usize);
    [(first * 37 + last * 11 + len * 5) % 512, (second * 53 + len * 29 + first) % 512]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_its_words_and_no_other() {
        const SET: Words = Words::of("image, two words, x");
        assert!(["image", "two words", "x"].iter().all(|word| SET.has(word)));
        assert!(!["imagine", "Image", "", "y", "images", "two", ",", "words"].iter().any(|word| SET.has(word)));
    }
}
