//! The recovery gate: folds evidence into one state, and always says why it is not green.
//!
//! `VerifiedRecovery` has to be proved by everything at once; each missing proof is a [`WhyNot`] with
//! a stable id. No evidence at all is `Down` to nobody and green to nobody: it is `ClearedUnverified`.

use super::false_green::{self, FalseGreen, Subject};
use super::{Evidence, Freshness, ProbeId, Unknown, Verdict, dependency, independent_pair};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the evidence adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryState {
    /// A required claim was seen to fail.
    Down,
    /// Something is wrong, but no required claim was seen to fail.
    Degraded,
    /// Nothing is seen to fail; that it works has not been proved.
    ClearedUnverified,
    /// Proved by fresh and independent evidence.
    #[serde(rename = "verified_recovered")]
    VerifiedRecovery,
}

impl RecoveryState {
    /// The words for the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Down => "DOWN",
            Self::Degraded => "DEGRADED",
            Self::ClearedUnverified => "CLEARED, UNVERIFIED",
            Self::VerifiedRecovery => "VERIFIED RECOVERY",
        }
    }

    /// The stable name, also the one in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Degraded => "degraded",
            Self::ClearedUnverified => "cleared_unverified",
            Self::VerifiedRecovery => "verified_recovered",
        }
    }
}

/// One reason why the state is not green.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyNot {
    /// The stable id (`evidence_stale`).
    pub id: String,
    /// The probe it is about, where it is about one.
    pub probe: Option<ProbeId>,
    /// The reason in words, one line.
    pub text: String,
}

/// The gate's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// The state.
    pub state: RecoveryState,
    /// Every reason why it is not `VerifiedRecovery`, worst first; empty exactly when it is.
    pub why_not: Vec<WhyNot>,
}

/// What is known of a comparison that green depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It was compared and holds.
    Holds,
    /// It was compared and does not hold: in what.
    Broken(String),
    /// It could not be compared: why.
    #[default]
    NotCompared,
    /// It could not be compared, and the reason is known.
    Unknown(String),
}

/// What the gate looks at besides the evidence itself.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The newest restart of anything that was observed.
    pub last_restart: Option<Timestamp>,
    /// Does the running environment equal the one on disk?
    pub running_equals_disk: Known,
    /// Does the file on disk equal the secrets?
    pub disk_equals_secrets: Known,
    /// Would the next recreate load a configuration that works?
    pub restart_is_safe: Known,
    /// What the false-green rules found in the timeline ([`false_green::of_log`]). Those that need evidence
    /// only are asked by the gate itself.
    pub false_greens: Vec<FalseGreen>,
    /// Why the event log could not be read, where it should have been: an alert may stand in it.
    pub log_unread: Option<String>,
}

/// Why something is not known that will be in a moment.
pub const NOT_READ_YET: &str = "it has not been read yet";
/// Why a comparison no longer counts.
pub const TOO_OLD: &str = "it was compared too long ago";

/// How far ahead of this clock an observation's may be before it proves nothing, in seconds.
pub const CLOCK_SKEW_SECONDS: i64 = 5;

/// Folds evidence into a state with its reasons. Total: every input has an answer.
pub fn recovery(evidence: &[Evidence], around: &Circumstances, now: Timestamp) -> Recovery {
    let mut why_not: Vec<(RecoveryState, WhyNot)> = Vec::new();
    let mut say = |state, id: &str, probe: Option<&ProbeId>, text: String| {
        let reason = WhyNot { id: id.to_owned(), probe: probe.cloned(), text };
        why_not.push((state, reason));
    };
    for seen in evidence {
        judge_one(seen, now, &mut say);
    }
    let seen = false_green::of_evidence(evidence, around.last_restart, now);
    for hit in seen.iter().chain(&around.false_greens) {
        let probe = match &hit.subject {
            Subject::Probe(probe) => Some(probe),
            Subject::Stack | Subject::Incident(_) => None,
        };
        say(hit.at_best.min(RecoveryState::ClearedUnverified), hit.id, probe, hit.what.clone());
    }
    if !evidence.iter().any(|seen| seen.required) {
        let text = "no required probe is configured: nothing can prove a recovery".to_owned();
        say(RecoveryState::ClearedUnverified, "nothing_required", None, text);
    }
    // FG08 says the same, and why.
    if seen.iter().all(|hit| hit.id != "FG08") && !has_independent_pair(evidence, around.last_restart, now) {
        let text = "no two independent proofs, one of them more than a route or a container".to_owned();
        say(RecoveryState::ClearedUnverified, "not_independent", None, text);
    }
    let running =
        ["running_differs_from_disk", "the running environment is not what .env says", "the running environment"];
    if let Some(why) = &around.log_unread {
        say(RecoveryState::ClearedUnverified, "log_unread", None, format!("the event log can't be asked: {why}"));
    }
    compare(running, &around.running_equals_disk, &mut say);
    let disk = ["disk_differs_from_secrets", ".env is not what the secrets say", ".env against the secrets"];
    compare(disk, &around.disk_equals_secrets, &mut say);
    let recreate = ["restart_not_safe", "the next recreate would break", "what the next recreate does"];
    compare(recreate, &around.restart_is_safe, &mut say);
    why_not.sort_by_key(|(state, _)| *state);
    Recovery {
        state: why_not.first().map_or(RecoveryState::VerifiedRecovery, |(state, _)| *state),
        why_not: dependency::tell_once(why_not.into_iter().map(|(_, reason)| reason).collect(), evidence),
    }
}

fn judge_one(seen: &Evidence, now: Timestamp, say: &mut impl FnMut(RecoveryState, &str, Option<&ProbeId>, String)) {
    let of = Some(&seen.probe);
    let freshness = seen.freshness(now);
    let bad = if seen.required { RecoveryState::Down } else { RecoveryState::Degraded };
    match seen.verdict {
        // A failure that has gone stale is no longer known to stand, but it was never seen to end.
        Verdict::Fail if freshness == Freshness::Stale => {
            say(
                RecoveryState::Degraded,
                "failure_stale",
                of,
                format!("{}: failed when last seen, and not seen since", seen.probe),
            );
        }
        Verdict::Fail => say(bad, "evidence_fails", of, format!("{}: {}", seen.probe, seen.summary)),
        Verdict::Warn => {
            say(RecoveryState::Degraded, "evidence_warns", of, format!("{}: {}", seen.probe, seen.summary));
        }
        // FG07.
        Verdict::Unknown(Unknown::Void) => {}
        Verdict::Unknown(reason) => {
            let text = format!("{}: {} - {}", seen.probe, reason.word(), seen.summary);
            say(RecoveryState::ClearedUnverified, "evidence_unknown", of, text);
        }
        Verdict::Pass if !seen.required => {}
        Verdict::Pass if freshness != Freshness::Fresh => {
            let text = format!("{}: its evidence is {}", seen.probe, freshness.word());
            say(RecoveryState::ClearedUnverified, "evidence_stale", of, text);
        }
        Verdict::Pass => {}
    }
}

/// Green needs a fresh, passing pair from after the restart that is independent, one of which is more than
/// "it answers".
fn has_independent_pair(evidence: &[Evidence], restart: Option<Timestamp>, now: Timestamp) -> bool {
    let is_after = |seen: &Evidence| restart.is_none_or(|restart| seen.as_of >= restart);
    let is_proof =
        |seen: &&Evidence| seen.verdict == Verdict::Pass && seen.freshness(now) == Freshness::Fresh && is_after(seen);
    independent_pair(evidence.iter().filter(is_proof))
}

/// One comparison that green depends on: its id, how it reads when it is broken, and what it is about.
fn compare(
    [id, broken, subject]: [&str; 3],
    known: &Known,
    say: &mut impl FnMut(RecoveryState, &str, Option<&ProbeId>, String),
) {
    let unknown = format!("{id}_unknown");
    match known {
        Known::Holds => {}
        Known::Broken(how) => say(RecoveryState::Degraded, id, None, format!("{broken}: {how}")),
        Known::NotCompared => {
            say(RecoveryState::ClearedUnverified, &unknown, None, format!("{subject}: not compared yet"));
        }
        Known::Unknown(why) => {
            say(RecoveryState::ClearedUnverified, &unknown, None, format!("{subject}: can't be compared ({why})"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_stored_under_its_stable_name() {
        use RecoveryState::{ClearedUnverified, Degraded, Down, VerifiedRecovery};
        for state in [Down, Degraded, ClearedUnverified, VerifiedRecovery] {
            assert_eq!(serde_json::to_value(state).ok(), Some(state.code().into()));
            assert_eq!(serde_json::from_value::<RecoveryState>(state.code().into()).ok(), Some(state));
        }
    }
}
