//! `--only` and `--tag`: which probes are asked, and what an answer from a part of them may claim. Pure.

use crate::evidence::{ProbeId, Recovery, RecoveryState, WhyNot};
use crate::guard::line;
use crate::probes::ProbeSpec;
use serde::Serialize;
use std::collections::BTreeSet;

/// A probe of the configuration that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotAsked {
    /// Its id.
    pub probe: ProbeId,
    /// Whether the recovery gate asks for it.
    pub required: bool,
}

/// The probes in two parts, each in the order of the configuration.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Those to ask.
    pub asked: Vec<ProbeSpec>,
    /// The others.
    pub not_asked: Vec<NotAsked>,
}

/// What was asked for isn't there. One line, with what there is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No probe has this id.
    #[error("there is no probe {wanted:?} in this stack; there are: {known}")]
    NoProbe {
        /// The id.
        wanted: String,
        /// The ids that there are.
        known: String,
    },
    /// No probe has this tag.
    #[error("no probe of this stack has the tag {wanted:?}; there are: {known}")]
    NoTag {
        /// The tag.
        wanted: String,
        /// The tags that there are.
        known: String,
    },
}

/// The probes with one of these ids or one of these tags; all of them where neither is given.
pub fn select(specs: &[ProbeSpec], only: &[String], tags: &[String]) -> Result<Selection, SelectError> {
    for id in only {
        if !specs.iter().any(|spec| spec.id.0 == *id) {
            let known = listed(specs.iter().map(|spec| spec.id.0.as_str()));
            return Err(SelectError::NoProbe { wanted: line(id).into_owned(), known });
        }
    }
    for tag in tags {
        if !specs.iter().any(|spec| spec.tags.contains(tag)) {
            let known: BTreeSet<&str> = specs.iter().flat_map(|spec| &spec.tags).map(String::as_str).collect();
            return Err(SelectError::NoTag { wanted: line(tag).into_owned(), known: listed(known.into_iter()) });
        }
    }
    let all = only.is_empty() && tags.is_empty();
    let is_asked =
        |spec: &ProbeSpec| all || only.contains(&spec.id.0) || tags.iter().any(|tag| spec.tags.contains(tag));
    let not_asked = specs.iter().filter(|spec| !is_asked(spec));
    Ok(Selection {
        asked: specs.iter().filter(|spec| is_asked(spec)).cloned().collect(),
        not_asked: not_asked.map(|spec| NotAsked { probe: spec.id.clone(), required: spec.required }).collect(),
    })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(line).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The reason that it gives where a probe was not asked.
pub(super) const NOT_ASKED: &str = "not_asked";

/// The gate's answer, as far as it stands when these probes were not asked: a part of the evidence never
/// proves the recovery of the whole. That goes for probes that are not required too, for they could have
/// failed, or told of a restart.
#[must_use]
pub fn confine(mut recovery: Recovery, not_asked: &[NotAsked]) -> Recovery {
    if not_asked.is_empty() {
        return recovery;
    }
    if not_asked.iter().any(|left| left.required) {
        // The configuration does have required probes; that none was asked is what is said here.
        recovery.why_not.retain(|why| why.id != "nothing_required");
    }
    let names: Vec<&str> = not_asked.iter().map(|left| left.probe.0.as_str()).collect();
    let text = format!("not asked this time: {}", names.join(", "));
    recovery.why_not.push(WhyNot { id: NOT_ASKED.to_owned(), probe: None, text });
    recovery.state = recovery.state.min(RecoveryState::ClearedUnverified);
    recovery
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;
