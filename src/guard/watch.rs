//! What the guard looks out for: the shapes that every secret of a kind has, and the values that the
//! console itself knows.

use super::scan::{Hit, KnownValues, scan};
use super::{Allow, Secret};
use std::fmt::Write;
use std::sync::Arc;

/// The guard's eyes. Cheap to clone; holds no value.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    known: Vec<Arc<KnownValues>>,
    allow: Arc<[Allow]>,
}

/// How many sets of values are known at most: what now stands, and what stood before it was changed or could not be read.
const SETS: usize = 8;

/// A hit that is let through, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// What looks like a secret.
    pub hit: Hit,
    /// Why it is none, as the configuration says.
    pub reason: String,
}

impl Watch {
    /// Looks out for these values besides every known shape. `key` is any secret of this process.
    pub fn knowing<'a>(key: &Secret, values: impl IntoIterator<Item = &'a Secret>) -> Self {
        Self { known: vec![Arc::new(KnownValues::new(key, values))], ..Self::default() }
    }

    /// Lets through what one of these fits.
    #[must_use]
    pub fn allowing(mut self, allow: &[Allow]) -> Self {
        self.allow = allow.into();
        self
    }

    /// Looks out for what an earlier guard of the same key knew, too: a value that was rotated, or whose layer can't be
    /// read now, still stands in old rows. Of very many sets the oldest are forgotten.
    #[must_use]
    pub fn remembering(mut self, earlier: &Self) -> Self {
        for known in &earlier.known {
            if self.known.len() < SETS && !self.known.iter().any(|newer| newer.covers(known)) {
                self.known.push(Arc::clone(known));
            }
        }
        self
    }

    /// Everything in a text that must not be kept, in the order it stands there; hits may overlap.
    pub fn catch(&self, text: &str) -> Vec<Hit> {
        self.look(text).0
    }

    /// Everything in a text that must not be kept, and what looks like it and is let through on purpose; both in the
    /// order they stand there.
    pub fn look(&self, text: &str) -> (Vec<Hit>, Vec<Allowed>) {
        let mut hits: Vec<Hit> = self.known.iter().flat_map(|known| known.find(text)).collect();
        hits.extend(scan(text));
        hits.sort_by_key(|hit| (hit.offset, std::cmp::Reverse(hit.len)));
        let mut allowed = Vec::new();
        hits.retain(|hit| {
            let allow = self.allow.iter().find(|allow| allow.fits(text, hit));
            allowed.extend(allow.map(|allow| Allowed { hit: *hit, reason: allow.reason().to_owned() }));
            allow.is_none()
        });
        (hits, allowed)
    }

    /// Replaces everything that is caught in a text by what caught it; one mask stands for all that
    /// overlaps. Returns whether anything was.
    pub fn mask(&self, text: &mut String) -> bool {
        let hits = self.catch(text);
        if hits.is_empty() {
            return false;
        }
        let mut masked = String::with_capacity(text.len());
        let mut done = 0;
        for hit in hits {
            if hit.offset >= done {
                masked.push_str(text.get(done..hit.offset).unwrap_or_default());
                let _ = write!(masked, "[{} masked]", hit.detector);
            }
            done = done.max(hit.end());
        }
        masked.push_str(text.get(done..).unwrap_or_default());
        *text = masked;
        true
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn masked(watch: &Watch, text: &str) -> String {
        let mut text = text.to_owned();
        watch.mask(&mut text);
        text
    }

    #[test]
    fn known_values_and_known_shapes_are_masked_and_the_rest_stays() {
        let value = Secret::new("an invented value of length");
        let watch = Watch::knowing(&Secret::new("key"), [&value]);
        let text = masked(&watch, "before an invented value of length, password=hunter-two-x after");
        assert!(text.starts_with("before [known_value masked], "), "{text}");
        assert!(text.ends_with("masked] after") && !text.contains("hunter"), "{text}");
        assert_eq!(masked(&watch, "nothing to see"), "nothing to see");
        assert_eq!(masked(&Watch::default(), "an invented value of length"), "an invented value of length");
    }

    #[test]
    fn what_is_allowed_is_listed_with_its_reason_and_a_known_value_never_is() {
        let id = ["bld_", "9aZ4kQ81xW7", "mR2tB6vY3"].concat();
        let text = format!("deployed {id} at noon");
        let allow = Allow::new(None, "bld_[0-9A-Za-z]{20}", "ids of builds").unwrap();
        assert_eq!(Watch::default().catch(&text).len(), 1, "it looks random");
        let (caught, allowed) = Watch::default().allowing(std::slice::from_ref(&allow)).look(&text);
        assert!(caught.is_empty());
        assert_eq!((allowed[0].hit.offset, allowed[0].reason.as_str()), (9, "ids of builds"));
        let knowing = Watch::knowing(&Secret::new("key"), [&Secret::new(id)]).allowing(&[allow]);
        assert_eq!(knowing.catch(&text).len(), 1, "but this one is a value of the stack");
    }

    #[test]
    fn what_was_known_once_is_not_forgotten_when_a_layer_can_not_be_read_or_a_value_was_changed() {
        let (key, old, new) =
            (Secret::new("key"), Secret::new("an old invented one"), Secret::new("a new invented one"));
        let first = Watch::knowing(&key, [&old]);
        let rotated = Watch::knowing(&key, [&new]).remembering(&first);
        let unread = Watch::default().remembering(&rotated);
        for watch in [&rotated, &unread] {
            assert_eq!(masked(watch, "an old invented one"), "[known_value masked]");
            assert_eq!(masked(watch, "a new invented one"), "[known_value masked]");
        }
        let again = (0..100).fold(unread, |known, _| Watch::knowing(&key, [&new]).remembering(&known));
        assert_eq!(again.known.len(), 2, "the same values again are not a set more");
        assert_eq!(masked(&again, "an old invented one"), "[known_value masked]");
    }

    #[test]
    fn a_paste_with_secrets_in_it_is_masked_as_one() {
        let long = "invented-".repeat(20);
        let dump = format!("before\n\nAPP_A=1\nDB_PASSWORD={long}\nAPP_B=2\nAPP_TOKEN={long}\n\nafter 資料");
        let text = masked(&Watch::default(), &dump);
        assert!(!text.contains("invented") && text.starts_with("before") && text.ends_with("after 資料"), "{text}");
    }
}
