//! What was found of a claim. `Unknown` is an answer of its own, and it is never a good one.

use serde::{Deserialize, Serialize};

/// What an observation says of its claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The claim holds.
    Pass,
    /// The claim holds, but something a person would want to know of does too.
    Warn,
    /// The claim does not hold.
    Fail,
    /// Nothing can be said, and why.
    Unknown(Unknown),
}

/// Why nothing can be said of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// The probe has not answered yet.
    NeverRun,
    /// This machine cannot reach what was asked (no socket, no route, no name).
    Unreachable,
    /// The asker is not permitted to ask.
    Denied,
    /// No answer within the deadline.
    TimedOut,
    /// A setting is missing or wrong, so there was nothing to ask.
    NotConfigured,
    /// This binary was built without what the probe needs.
    NotBuilt,
    /// The answer made no sense.
    Garbled,
    /// The probe itself broke; a bug, said as one.
    Crashed,
    /// Another probe's failure makes this one unanswerable.
    Blocked,
    /// The negative control passed too, so the positive result is void.
    Void,
}

impl Verdict {
    /// The word for the screen, at most seven columns: a state is a word before it is a colour.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
            Self::Unknown(_) => "unknown",
        }
    }

    /// How bad it is, for sorting: `Fail` first, then `Unknown`, `Warn`, `Pass`.
    pub fn rank(self) -> u8 {
        match self {
            Self::Fail => 0,
            Self::Unknown(_) => 1,
            Self::Warn => 2,
            Self::Pass => 3,
        }
    }
}

impl Unknown {
    /// The reason in words, to stand after "unknown:".
    pub fn word(self) -> &'static str {
        match self {
            Self::NeverRun => "has not run yet",
            Self::Unreachable => "can't be reached from here",
            Self::Denied => "not permitted",
            Self::TimedOut => "no answer in time",
            Self::NotConfigured => "not configured",
            Self::NotBuilt => "not built in",
            Self::Garbled => "answer makes no sense",
            Self::Crashed => "probe crashed",
            Self::Blocked => "blocked by another failure",
            Self::Void => "negative control passed",
        }
    }

    /// The stable name used in JSON and in `docs/probes.md`.
    pub fn code(self) -> &'static str {
        match self {
            Self::NeverRun => "never_run",
            Self::Unreachable => "unreachable",
            Self::Denied => "denied",
            Self::TimedOut => "timed_out",
            Self::NotConfigured => "not_configured",
            Self::NotBuilt => "not_built",
            Self::Garbled => "garbled",
            Self::Crashed => "crashed",
            Self::Blocked => "blocked",
            Self::Void => "void",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_ranks_worse_than_a_warning_and_never_as_a_pass() {
        let unknown = Verdict::Unknown(Unknown::TimedOut);
        assert!(unknown.rank() < Verdict::Warn.rank());
        assert!(unknown.rank() > Verdict::Fail.rank());
        assert_ne!(unknown.rank(), Verdict::Pass.rank());
    }
}
