//! The change-evidence snapshot: which host services changed and owe a readback.

use super::event::CandidateId;
use crate::guard;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A change-evidence snapshot as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// SHA-256 of its bytes, in hex.
    pub digest: String,
    /// Its `schema_version` verbatim, null where it has none.
    pub schema_version: Value,
    /// Its `status` verbatim, null where it has none.
    pub status: Value,
    /// Its candidates, in its order.
    pub candidates: Vec<Candidate>,
}

/// A host-service change that owes a readback. The texts are foreign: sanitise them before they are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The contract's prefix and the surface id.
    pub id: CandidateId,
    /// The id of the change evidence.
    pub change_evidence_candidate_id: String,
    /// What was changed.
    pub surface_id: String,
    /// Its name for people.
    pub label: String,
    /// On which hosts.
    pub expected_host_scope: String,
    /// What kind of configuration.
    pub config_kind: String,
    /// Which services.
    pub service_scope: String,
    /// How tightly it is controlled.
    pub control_tier: String,
    /// Whether it can write.
    pub write_capable_surface: bool,
    /// Whether live evidence is asked for.
    pub requires_live_evidence: bool,
}

/// Why a snapshot can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It is no JSON.
    #[error("change-evidence snapshot: not JSON (line {line}, column {column}); export it again")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Something at the top is missing or of another type.
    #[error("change-evidence snapshot: {key} {expected}")]
    Top {
        /// The key.
        key: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Something in a candidate is missing or of another type.
    #[error("change-evidence snapshot: candidate {name}: {key} {expected}")]
    Candidate {
        /// `#3 (web-proxy)`.
        name: String,
        /// The key.
        key: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Two candidates are about one surface.
    #[error("change-evidence snapshot: candidate {name}: surface_id is already that of candidate #{first}")]
    Twice {
        /// The second one.
        name: String,
        /// The place of the first one, from 1.
        first: usize,
    },
}

impl Snapshot {
    /// Reads a snapshot; `prefix` is the contract's `candidate_prefix`. The caller has limited its size.
    pub fn parse(bytes: &[u8], prefix: &str) -> Result<Self, SourceError> {
        // Some editors begin a file with a mark of its encoding.
        let value: Value = serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
            .map_err(|error| SourceError::NotJson { line: error.line(), column: error.column() })?;
        let Value::Object(top) = value else {
            return Err(SourceError::Top { key: "the file", expected: "must be a JSON object" });
        };
        let rows = top
            .get("change_evidence_candidates")
            .and_then(Value::as_array)
            .ok_or(SourceError::Top { key: "change_evidence_candidates", expected: "must be a list" })?;
        let candidates =
            rows.iter().enumerate().map(|(index, row)| candidate(index, row, prefix)).collect::<Result<Vec<_>, _>>()?;
        refuse_twins(&candidates)?;
        let verbatim = |key: &str| top.get(key).cloned().unwrap_or(Value::Null);
        Ok(Self {
            digest: guard::digest_bytes(bytes),
            schema_version: verbatim("schema_version"),
            status: verbatim("status"),
            candidates,
        })
    }

    /// The candidate with this id.
    pub fn candidate(&self, id: &CandidateId) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.id == *id)
    }
}

fn candidate(index: usize, row: &Value, prefix: &str) -> Result<Candidate, SourceError> {
    let Value::Object(row) = row else {
        return Err(SourceError::Candidate {
            name: format!("#{}", index + 1),
            key: "it",
            expected: "must be a JSON object",
        });
    };
    let row = Row { index, row };
    let surface_id = row.text("surface_id")?;
    Ok(Candidate {
        id: CandidateId(format!("{prefix}{surface_id}")),
        change_evidence_candidate_id: row.text("change_evidence_candidate_id")?,
        label: row.text("label")?,
        expected_host_scope: row.text("expected_host_scope")?,
        config_kind: row.text("config_kind")?,
        service_scope: row.text("service_scope")?,
        control_tier: row.text("control_tier")?,
        write_capable_surface: row.flag("write_capable_surface")?,
        requires_live_evidence: row.flag("requires_live_evidence")?,
        surface_id,
    })
}

/// One candidate being read, with its place.
struct Row<'a> {
    index: usize,
    row: &'a Map<String, Value>,
}

impl Row<'_> {
    fn text(&self, key: &'static str) -> Result<String, SourceError> {
        match self.row.get(key) {
            None => Err(self.error(key, "is missing")),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
            Some(Value::String(_)) => Err(self.error(key, "is empty")),
            Some(_) => Err(self.error(key, "must be a text")),
        }
    }

    fn flag(&self, key: &'static str) -> Result<bool, SourceError> {
        match self.row.get(key) {
            None => Err(self.error(key, "is missing")),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.error(key, "must be true or false")),
        }
    }

    fn error(&self, key: &'static str, expected: &'static str) -> SourceError {
        SourceError::Candidate { name: self.name(), key, expected }
    }

    /// The place and, where there is one, the surface id: made safe and short, for it is foreign.
    fn name(&self) -> String {
        match self.row.get("surface_id").and_then(Value::as_str) {
            Some(id) => named(self.index, id),
            None => format!("#{}", self.index + 1),
        }
    }
}

fn named(index: usize, surface_id: &str) -> String {
    let short: String = guard::line(surface_id).chars().take(80).collect();
    format!("#{} ({short})", index + 1)
}

fn refuse_twins(candidates: &[Candidate]) -> Result<(), SourceError> {
    let mut seen = BTreeSet::new();
    for (index, candidate) in candidates.iter().enumerate() {
        if !seen.insert(&candidate.surface_id) {
            let first = candidates.iter().position(|other| other.surface_id == candidate.surface_id).unwrap_or(0);
            return Err(SourceError::Twice { name: named(index, &candidate.surface_id), first: first + 1 });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn row(surface: &str) -> Value {
        json!({
            "change_evidence_candidate_id": format!("change:{surface}"), "surface_id": surface, "label": "Proxy",
            "expected_host_scope": "web-1", "config_kind": "compose", "service_scope": "proxy",
            "control_tier": "tier-1", "write_capable_surface": true, "requires_live_evidence": false,
        })
    }

    fn parse(candidates: &Value) -> Result<Snapshot, SourceError> {
        let file = json!({"schema_version": "v1", "status": "ok", "change_evidence_candidates": candidates});
        Snapshot::parse(file.to_string().as_bytes(), "prefix:")
    }

    #[test]
    fn a_whole_snapshot_gives_its_candidates_in_order_with_the_prefix() {
        let snapshot = parse(&json!([row("b"), row("a")])).unwrap();
        let ids: Vec<_> = snapshot.candidates.iter().map(|candidate| candidate.id.0.as_str()).collect();
        assert_eq!(ids, ["prefix:b", "prefix:a"]);
        assert_eq!(snapshot.schema_version, json!("v1"));
        assert_eq!(snapshot.digest.len(), 64);
    }

    #[test]
    fn each_missing_or_mistyped_key_is_named_with_its_candidate() {
        for key in row("x").as_object().unwrap().keys() {
            let mut broken = row("web-proxy");
            broken.as_object_mut().unwrap().remove(key);
            let text = parse(&json!([row("a"), broken.clone()])).unwrap_err().to_string();
            assert!(text.contains("candidate #2") && text.contains(key.as_str()), "{text}");
            broken[key] = json!(7);
            let text = parse(&json!([row("a"), broken])).unwrap_err().to_string();
            assert!(text.contains("candidate #2") && text.contains(key.as_str()), "{text}");
        }
    }

    #[test]
    fn what_is_no_snapshot_says_what_it_should_be() {
        let error = |bytes: &[u8]| Snapshot::parse(bytes, "").unwrap_err().to_string();
        assert!(error(b"{\n  nope").contains("line 2"));
        assert!(error(b"[]").contains("must be a JSON object"));
        assert!(error(b"{}").contains("change_evidence_candidates must be a list"));
        assert!(error(br#"{"change_evidence_candidates":[7]}"#).contains("candidate #1: it must be"));
    }

    #[test]
    fn two_candidates_of_one_surface_are_refused_and_hostile_ids_are_made_safe() {
        let text = parse(&json!([row("a"), row("a")])).unwrap_err().to_string();
        assert!(text.contains("#2 (a)") && text.contains("#1"), "{text}");
        let mut hostile = row("x\u{1b}[2J");
        hostile["label"] = json!(null);
        assert!(!parse(&json!([hostile])).unwrap_err().to_string().contains('\u{1b}'));
    }
}
