//! What was seen, and how much it proves. Pure: no clock, no I/O; `now` is always a parameter.

pub mod dependency;
mod fact;
pub mod false_green;
pub mod flap;
mod freshness;
pub mod gate;
mod independence;
pub mod maintenance;
mod missing;
mod pair;
pub mod restart;
pub mod restraint;
mod verdict;

pub use fact::{Fact, Quantity};
pub use freshness::{Freshness, age};
pub use gate::{Known, Recovery, RecoveryState, WhyNot};
pub use independence::{Source, independence};
pub use missing::{Missing, Step, missing};
pub use pair::{independent_pair, is_thin};
pub use verdict::{Unknown, Verdict};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The fact by which a probe says when what it looked at last started.
pub const STARTED_AT: &str = "started at";

/// The fact by which a probe says for how long that has to run before its running counts.
pub const COUNTS_FROM: &str = "counts from";

/// The fact by which a route says with which status it answered.
pub const STATUS: &str = "status";

/// The fact by which a route says which page it was: the start of the digest of its body.
pub const BODY_DIGEST: &str = "digest of the body";

/// The name of a configured probe, unique in its stack (`web-health`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProbeId(pub String);

impl std::fmt::Display for ProbeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ProbeId {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// A judged observation: one claim, what was found of it, when, by whom and from where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which probe made it.
    pub probe: ProbeId,
    /// The probe's kind (`postgres`), which is also its code path.
    pub kind: String,
    /// The sentence this evidence supports or refutes ("the database answers a query over TLS").
    pub claim: String,
    /// What was found of the claim.
    pub verdict: Verdict,
    /// The stable id of why it is not a pass (`tls_expired`), one of those that `docs/probes.md` lists for the
    /// kind; none for a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the probe looked.
    pub observed_at: Timestamp,
    /// The age of what it saw: the source's own time where it has one, else `observed_at`.
    pub as_of: Timestamp,
    /// Who looked, from where, with which credential, by which code path.
    pub source: Source,
    /// One line for the screen: what was seen, in words a person can act on.
    pub summary: String,
    /// What to do next, where there is something to do. A command is shown to be copied, never run.
    pub hint: Option<String>,
    /// What was measured, with units.
    pub facts: Vec<Fact>,
    /// The age at which this evidence has lost half of its weight.
    #[serde(with = "seconds")]
    pub half_life: Duration,
    /// Whether the recovery gate asks for it.
    pub required: bool,
    /// The probes without whose pass this one can say nothing (`docker` for a container).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<ProbeId>,
}

impl Evidence {
    /// How fresh this evidence is at `now`. What claims to come from the future is stale: a clock that
    /// is wrong must not make evidence immortal.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        let ahead = self.as_of.max(self.observed_at).duration_since(now);
        if ahead.as_secs() > gate::CLOCK_SKEW_SECONDS {
            return Freshness::Stale;
        }
        Freshness::of(age(self.as_of, now), self.half_life)
    }

    /// When what was observed last started, where the probe can tell.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.facts.iter().find_map(|fact| match fact.value {
            Quantity::At(at) if fact.name == STARTED_AT => Some(at),
            _ => None,
        })
    }

    /// A fact that is a word, by its name.
    pub fn text_fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find_map(|fact| match &fact.value {
            Quantity::Text(text) if fact.name == name => Some(text.as_str()),
            _ => None,
        })
    }

    /// SHA-256 over the canonical bytes (RFC 8785), in hex: the name by which a review refers to it.
    pub fn digest(&self) -> String {
        crate::guard::digest_of(self)
    }
}

/// `Duration` as whole seconds in JSON.
mod seconds {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(value.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_secs)
    }
}
