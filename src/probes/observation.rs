//! What a probe brought back, before anyone has judged it.

use super::{Judgement, ProbeSpec, Seen};
use crate::evidence::{Evidence, ProbeId, Source, Unknown, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why a probe could not look. One line of text, sanitised, no secret and no foreign message in it
/// that could carry one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ProbeError {
    /// The reason the evidence will carry.
    pub reason: Unknown,
    /// The stable id, where it is finer than the reason's own (`no_socket`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What happened, in words a person can act on.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl ProbeError {
    /// An error with a reason and a message.
    pub fn new(reason: Unknown, message: impl Into<String>) -> Self {
        Self { reason, id: None, message: message.into(), hint: None }
    }

    /// The same with a stable id of its own, one of the kind's `reasons`.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// One look at the outside world: plain, serialisable, replayable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Which probe looked.
    pub probe: ProbeId,
    /// When it had its answer, by this machine's clock.
    pub observed_at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Who looked: `readback@host`.
    pub observer: String,
    /// What it saw, or why it could not look.
    pub seen: Result<Seen, ProbeError>,
}

/// What is known of a probe that has not looked yet: nothing, which is never green.
pub fn never_run(spec: &ProbeSpec, observer: &str, now: Timestamp) -> Evidence {
    nothing_seen(spec, observer, now, ProbeError::new(Unknown::NeverRun, "it has not run yet"))
}

/// What is known of a probe whose judge panicked: nothing, and that it is a bug.
pub fn crashed(spec: &ProbeSpec, observer: &str, now: Timestamp) -> Evidence {
    nothing_seen(spec, observer, now, ProbeError::new(Unknown::Crashed, "its judge crashed (a bug; see the log)"))
}

fn nothing_seen(spec: &ProbeSpec, observer: &str, now: Timestamp, why: ProbeError) -> Evidence {
    let (probe, observer) = (spec.id.clone(), observer.to_owned());
    judge(&Observation { probe, observed_at: now, took_ms: 0, observer, seen: Err(why) }, spec, now)
}

/// Judges an observation. Pure, so an incident recorded last week judges the same today: ages inside
/// an observation are counted up to its own time, and its own age is left to [`Evidence::freshness`].
/// `now` only keeps an observation that claims to come from the future from judging by its own clock.
pub fn judge(observation: &Observation, spec: &ProbeSpec, now: Timestamp) -> Evidence {
    let at = observation.observed_at.min(now);
    let judgement = match &observation.seen {
        Ok(seen) => spec.options.judge(seen, at).unwrap_or_else(|| {
            let garbled = Verdict::Unknown(Unknown::Garbled);
            Judgement::new(garbled, "the observation is of another kind than the probe")
        }),
        Err(error) => {
            let unknown = Judgement::new(Verdict::Unknown(error.reason), error.message.clone());
            Judgement { hint: error.hint.clone(), ..unknown }
        }
    };
    let reason = reason_of(observation, &judgement);
    Evidence {
        probe: observation.probe.clone(),
        kind: spec.options.about().name.to_owned(),
        claim: spec.options.claim(),
        verdict: judgement.verdict,
        reason,
        observed_at: observation.observed_at,
        as_of: judgement.as_of.unwrap_or(observation.observed_at).min(observation.observed_at),
        source: Source {
            observer: observation.observer.clone(),
            vantage: spec.options.vantage(),
            credential: spec.options.credential(),
            code_path: spec.options.about().name.to_owned(),
        },
        summary: judgement.summary,
        hint: judgement.hint,
        facts: judgement.facts,
        half_life: spec.half_life,
        required: spec.required,
        needs: spec.needs.clone(),
    }
}

/// The stable id of why it is not a pass: the finest that is known.
fn reason_of(observation: &Observation, judgement: &Judgement) -> Option<String> {
    let own = observation.seen.as_ref().err().and_then(|error| error.id.clone());
    let general = match judgement.verdict {
        Verdict::Pass => return None,
        Verdict::Warn => "warned",
        Verdict::Fail => "failed",
        Verdict::Unknown(reason) => reason.code(),
    };
    Some(own.unwrap_or_else(|| judgement.reason.unwrap_or(general).to_owned()))
}
