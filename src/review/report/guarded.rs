//! The guard over a finished text. Each foreign text in it was looked at before it came in, so a hit here is made of
//! several. A finished report looks like a log, because it has one in it: shapes of payloads are left to the texts.

use crate::guard::Watch;
use crate::guard::scan::{DETECTORS, Hit};
use std::fmt::Write;

/// Something in a JSON document looks like a secret and can't be taken out of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the report holds what looks like a secret ({0}) across two of its fields; ask for --format md, which masks it"
)]
pub struct Leak(&'static str);

/// The text with everything that is caught replaced by what caught it.
pub(super) fn text(guard: &Watch, text: String) -> String {
    let hits = caught(guard, &text);
    if hits.is_empty() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for hit in hits {
        if hit.offset >= done {
            out.push_str(text.get(done..hit.offset).unwrap_or_default());
            let _ = write!(out, "[{} masked]", hit.detector);
        }
        done = done.max(hit.end());
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The same where the text has to stay JSON.
pub(super) fn json(guard: &Watch, text: String) -> Result<String, Leak> {
    match caught(guard, &text).first() {
        None => Ok(text),
        Some(hit) => Err(Leak(hit.detector)),
    }
}

fn caught(guard: &Watch, text: &str) -> Vec<Hit> {
    let mut hits = guard.catch(text);
    hits.retain(|hit| DETECTORS.contains(&hit.detector) || hit.detector.starts_with("known_"));
    hits
}
