//! What is let through on purpose: ids that look like secrets, each with the reason why it is none.

use super::scan::{self, Hit};
use regex_lite::{Regex, RegexBuilder};

/// The largest automaton of a pattern, in bytes.
const LARGEST: usize = 1 << 16;

/// One kind of id that looks like a secret and is none.
#[derive(Clone, Debug)]
pub struct Allow {
    /// Only what this detector catches; whatever catches it, where there is none.
    detector: Option<String>,
    /// What the whole of the caught text looks like.
    pattern: Regex,
    /// Why it is no secret.
    reason: String,
}

/// Why something can't be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllowError {
    /// No such detector, or one whose hits are never let through.
    #[error("not a detector that may be allowed; docs/guard.md lists them")]
    Detector,
    /// The pattern is none, or too large.
    #[error("not a regular expression, or one that is too large")]
    Pattern,
    /// A pattern that fits whatever is caught.
    #[error("it fits anything; write down what the id looks like")]
    Anything,
    /// There is no reason.
    #[error("no reason; say why this is no secret, for whoever reviews next year")]
    Reason,
}

impl Allow {
    /// Lets through what this detector (any, unless given) catches if the whole of it fits the pattern.
    pub fn new(detector: Option<&str>, pattern: &str, reason: &str) -> Result<Self, AllowError> {
        let is_known = |name: &str| scan::DETECTORS.contains(&name);
        if !detector.is_none_or(is_known) {
            return Err(AllowError::Detector);
        }
        let reason = super::line(reason.trim()).into_owned();
        if reason.is_empty() {
            return Err(AllowError::Reason);
        }
        Ok(Self { detector: detector.map(str::to_owned), pattern: whole(pattern)?, reason })
    }

    /// Why it is no secret.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether this hit in a text is let through. A value that the console knows and a pasted payload never are.
    pub(super) fn fits(&self, text: &str, hit: &Hit) -> bool {
        scan::DETECTORS.contains(&hit.detector)
            && self.detector.as_deref().is_none_or(|detector| detector == hit.detector)
            && text.get(hit.offset..hit.end()).is_some_and(|caught| self.pattern.is_match(caught))
    }
}

/// The pattern over a whole text. One that fits two texts with nothing in common fits anything.
fn whole(pattern: &str) -> Result<Regex, AllowError> {
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(LARGEST).build().map_err(|_| AllowError::Pattern);
    // On its own first: `a)|(b` must not become one by being wrapped.
    build(pattern)?;
    let whole = build(&format!("^(?:{pattern})$"))?;
    let fits_all = ["", "q7", "~^ ~"].iter().all(|text| whole.is_match(text))
        || ["Zq7/+x".repeat(9), "#!p-w d".to_owned()].iter().all(|text| whole.is_match(text));
    if fits_all { Err(AllowError::Anything) } else { Ok(whole) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_allowed_has_a_reason_a_pattern_that_says_something_and_a_detector_that_exists() {
        let refused = |detector, pattern, reason| Allow::new(detector, pattern, reason).unwrap_err();
        assert_eq!(refused(Some("zzz"), "a+", "why"), AllowError::Detector);
        assert_eq!(refused(Some("known_value"), "a+", "why"), AllowError::Detector);
        assert_eq!(refused(Some("raw_log"), "a+", "why"), AllowError::Detector);
        assert_eq!(refused(None, "a(", "why"), AllowError::Pattern);
        assert_eq!(refused(None, "a)|(b", "why"), AllowError::Pattern);
        assert_eq!(refused(None, ".*", "why"), AllowError::Anything);
        assert_eq!(refused(None, ".+", "why"), AllowError::Anything);
        assert_eq!(refused(None, "a+", "  "), AllowError::Reason);
        assert_eq!(
            Allow::new(Some("high_entropy"), "bld-[0-9A-Za-z]{24}", " ids of builds ").unwrap().reason(),
            "ids of builds"
        );
    }
}
