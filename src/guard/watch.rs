//! What the guard looks out for: the shapes that every secret of a kind has, and the values that the
//! console itself knows.

use super::Secret;
use super::scan::{Hit, KnownValues, scan};
use std::sync::Arc;

/// The guard's eyes. Cheap to clone; holds no value.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    known: Option<Arc<KnownValues>>,
}

impl Watch {
    /// Looks out for these values besides every known shape. `key` is any secret of this process.
    pub fn knowing<'a>(key: &Secret, values: impl IntoIterator<Item = &'a Secret>) -> Self {
        Self { known: Some(Arc::new(KnownValues::new(key, values))) }
    }

    /// Everything in a text that must not be kept, in the order it stands there; hits may overlap.
    pub fn catch(&self, text: &str) -> Vec<Hit> {
        let mut hits = self.known.as_ref().map(|known| known.find(text)).unwrap_or_default();
        hits.extend(scan(text));
        hits.sort_by_key(|hit| (hit.offset, std::cmp::Reverse(hit.len)));
        hits
    }

    /// The text with everything that was caught replaced by what caught it.
    pub fn mask(&self, text: &str) -> Option<String> {
        let hits = self.catch(text);
        if hits.is_empty() {
            return None;
        }
        let mut out = String::new();
        let mut at = 0;
        for hit in hits {
            if hit.end() <= at {
                continue;
            }
            if hit.offset >= at {
                out.push_str(text.get(at..hit.offset).unwrap_or_default());
                out.push_str(&format!("[{} masked]", hit.detector));
            }
            at = hit.end();
        }
        out.push_str(text.get(at..).unwrap_or_default());
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_and_known_shapes_are_masked_and_the_rest_stays() {
        let value = Secret::new("an invented value of length");
        let watch = Watch::knowing(&Secret::new("key"), [&value]);
        let masked = watch.mask("before an invented value of length, password=hunter-two-x after").unwrap_or_default();
        assert!(masked.starts_with("before [known_value masked], "), "{masked}");
        assert!(masked.ends_with("masked] after") && !masked.contains("hunter"), "{masked}");
        assert_eq!(watch.mask("nothing to see"), None);
        assert_eq!(Watch::default().mask("an invented value of length"), None);
    }
}
