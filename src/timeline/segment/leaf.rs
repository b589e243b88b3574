//! A row as it is hashed: the canonical JSON (RFC 8785) of its columns. A time is the decimal text of its microseconds
//! since 1970, and JSON is the text that the database gives, not what the text means: numbers keep every digit.
//!
//! The fields stand in the order of their names, so that plain `serde_json` writes the canonical form.

use super::tree::{Hash, leaf};
use serde::Serialize;

/// A row that can be hashed.
pub trait Leaf: Serialize {
    /// The hash of its leaf. `scratch` is emptied and used again from row to row.
    fn hash(&self, scratch: &mut Vec<u8>) -> Hash
    where
        Self: Sized,
    {
        scratch.clear();
        // Texts, numbers and booleans: there is nothing that could fail.
        let _ = serde_json::to_writer(&mut *scratch, self);
        leaf(scratch)
    }
}

/// A text of any length.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Text<'a> {
    /// As it is.
    Whole(&'a str),
    /// One that is too long to be held: its length in bytes and its SHA-256. No text can pass for it.
    Digest {
        /// Bytes.
        length: u64,
        /// In lower-case hex.
        sha256: &'a str,
    },
}

/// A row of `alert_operation_log`.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the columns by name")]
pub struct LogLeaf<'a> {
    pub action_detail: Option<&'a str>,
    pub actor: Option<&'a str>,
    pub approval_id: Option<&'a str>,
    pub audit_log_id: Option<&'a str>,
    pub auto_repair_id: Option<&'a str>,
    pub context: Text<'a>,
    pub created_at: &'a str,
    pub error_message: Option<Text<'a>>,
    pub event_type: &'a str,
    pub id: &'a str,
    pub incident_id: Option<&'a str>,
    pub success: Option<bool>,
}

/// A row of `readback_event`.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the columns by name")]
pub struct OwnLeaf<'a> {
    pub actor: Option<&'a str>,
    pub context: Text<'a>,
    pub id: &'a str,
    pub incident_id: Option<&'a str>,
    pub kind: &'a str,
    pub occurred_at: &'a str,
    pub recorded_at: &'a str,
    pub subject: &'a str,
    pub success: Option<bool>,
    pub summary: Text<'a>,
}

/// A row of `readback_review_event`: its bytes are hashed apart.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the columns by name")]
pub struct RecordLeaf<'a> {
    pub body_sha256: &'a str,
    pub hash: &'a str,
    pub id: &'a str,
    pub occurred_at: &'a str,
    pub operation_id: Option<&'a str>,
    pub prev_hash: &'a str,
    pub recorded_at: &'a str,
    pub review: &'a str,
    pub scope: &'a str,
    pub seq: i64,
    pub version: i64,
}

impl Leaf for LogLeaf<'_> {}
impl Leaf for OwnLeaf<'_> {}
impl Leaf for RecordLeaf<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard;
    use proptest::prelude::*;

    fn log<'a>(text: &'a str, other: &'a str) -> LogLeaf<'a> {
        LogLeaf {
            action_detail: Some(text),
            actor: None,
            approval_id: Some(other),
            audit_log_id: None,
            auto_repair_id: None,
            context: Text::Whole(text),
            created_at: "-1",
            error_message: Some(Text::Digest { length: 70_000, sha256: other }),
            event_type: "RESOLVED",
            id: other,
            incident_id: None,
            success: Some(true),
        }
    }

    fn own<'a>(text: &'a str, other: &'a str) -> OwnLeaf<'a> {
        OwnLeaf {
            actor: Some(text),
            context: Text::Whole(other),
            id: text,
            incident_id: None,
            kind: "NOTE",
            occurred_at: "1",
            recorded_at: "2",
            subject: other,
            success: None,
            summary: Text::Whole(text),
        }
    }

    fn record<'a>(text: &'a str, other: &'a str) -> RecordLeaf<'a> {
        RecordLeaf {
            body_sha256: text,
            hash: other,
            id: text,
            occurred_at: "1",
            operation_id: Some(other),
            prev_hash: text,
            recorded_at: "2",
            review: other,
            scope: text,
            seq: 1,
            version: 2,
        }
    }

    fn written(row: &impl Leaf) -> Vec<u8> {
        serde_json::to_vec(row).unwrap_or_default()
    }

    proptest! {
        #[test]
        fn the_bytes_that_are_hashed_are_the_canonical_ones(text in any::<String>(), other in any::<String>()) {
            prop_assert_eq!(written(&log(&text, &other)), guard::canonical(&log(&text, &other)));
            prop_assert_eq!(written(&own(&text, &other)), guard::canonical(&own(&text, &other)));
            prop_assert_eq!(written(&record(&text, &other)), guard::canonical(&record(&text, &other)));
        }
    }

    #[test]
    fn a_digest_in_place_of_a_text_is_another_leaf_than_the_text_of_the_digest() {
        let digest = LogLeaf { context: Text::Digest { length: 1, sha256: "ab" }, ..log("x", "y") };
        let text = LogLeaf { context: Text::Whole(r#"{"length":1,"sha256":"ab"}"#), ..log("x", "y") };
        let mut scratch = Vec::new();
        assert_ne!(digest.hash(&mut scratch), text.hash(&mut scratch));
    }
}
