//! What a kind of probe is, and the table that holds all kinds.

use super::ProbeError;
use crate::evidence::{Fact, Verdict};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// One option of a kind, as `docs/probes.md` tells it.
#[derive(Clone, Copy, Debug)]
pub struct OptionDoc {
    /// The key in readback.toml.
    pub name: &'static str,
    /// The default in TOML, or `required`, or `none`.
    pub default: &'static str,
    /// What it does.
    pub doc: &'static str,
}

impl OptionDoc {
    /// A row of a kind's table of options.
    pub const fn new(name: &'static str, default: &'static str, doc: &'static str) -> Self {
        Self { name, default, doc }
    }
}

/// What is said of a kind in `docs/probes.md`, and its defaults.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The kind's name in readback.toml.
    pub name: &'static str,
    /// What it asks, one line.
    pub asks: &'static str,
    /// What a Pass means.
    pub pass_means: &'static str,
    /// What it can't see.
    pub blind_to: &'static str,
    /// Its options, in the order of the struct.
    pub options: &'static [OptionDoc],
    /// Why it may not pass: a stable id (`tls_expired`) and what it says. The reasons of unknown that every kind
    /// has stand in a table of their own.
    pub reasons: &'static [(&'static str, &'static str)],
    /// How often it asks, unless configured.
    pub every: Duration,
    /// How long it waits, unless configured; wraps everything (connect, TLS, all pages, body).
    pub timeout: Duration,
    /// The age at which its evidence has lost half of its weight, unless configured.
    pub half_life: Duration,
}

/// What a judge says of an observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What was found of the claim.
    pub verdict: Verdict,
    /// The stable id of why it is not a pass, one of [`About::reasons`]; without one the verdict's own stands.
    pub reason: Option<&'static str>,
    /// One line, in words a person can act on.
    pub summary: String,
    /// What to do next. A command is shown to be copied, never run.
    pub hint: Option<String>,
    /// What was measured.
    pub facts: Vec<Fact>,
    /// The source's own time, where it has one.
    pub as_of: Option<Timestamp>,
}

impl Judgement {
    /// A judgement without facts.
    pub fn new(verdict: Verdict, summary: impl Into<String>) -> Self {
        Self { verdict, reason: None, summary: summary.into(), hint: None, facts: Vec::new(), as_of: None }
    }

    /// The same with the stable id of why it is not a pass.
    #[must_use]
    pub fn reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The same with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with what was measured.
    #[must_use]
    pub fn facts(mut self, facts: Vec<Fact>) -> Self {
        self.facts = facts;
        self
    }
}

/// What became of a negative control: the question that has to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// It was not asked: turned off, or there was no positive answer to control.
    NotAsked,
    /// It was refused, as it has to be.
    Refused,
    /// It was answered like the real question: the positive answer is void.
    Passed,
    /// It brought no answer that says either.
    Unclear,
}

impl Control {
    /// The fact that every kind with a control shows.
    pub(super) fn fact(self) -> Fact {
        let word = match self {
            Self::NotAsked => "not asked",
            Self::Refused => "refused, as it has to be",
            Self::Passed => "answered, though it must not be",
            Self::Unclear => "no clear answer",
        };
        Fact::text("negative control", word)
    }
}

/// A kind of probe: a struct of options that knows how to look and how to judge.
pub trait Kind: Serialize + DeserializeOwned + Clone + Send + Sync {
    /// What `observe` brings: plain facts, serialisable, no verdict, no secret.
    type Seen: Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug + Send;

    /// What the documentation and the defaults come from.
    const ABOUT: About;

    /// The claim this probe makes when it passes, as a sentence.
    fn claim(&self) -> String;

    /// From where on the network it looks.
    fn vantage(&self) -> String {
        "host".to_owned()
    }

    /// By which right it looks: a name (a role, a profile), never a secret.
    fn credential(&self) -> String {
        "none".to_owned()
    }

    /// Looks. The caller stops it soon after the deadline; it is told, so that it can say at which
    /// step the time ran out.
    fn observe(
        &self,
        at: &super::Place,
        deadline: Instant,
    ) -> impl Future<Output = Result<Self::Seen, ProbeError>> + Send;

    /// Judges what was seen at the time `at`. Pure. Ages are counted up to `at`, not to the time of
    /// reading: a container seen ten seconds after its start has not run for a minute because
    /// nobody looked for fifty seconds.
    fn judge(&self, seen: &Self::Seen, at: Timestamp) -> Judgement;
}

/// Builds the enums `Options` and `Seen` and the table `KINDS` from one line per kind.
macro_rules! kinds {
    ($($name:ident => $kind:ty,)+) => {
        /// The options of a probe of any kind.
        #[derive(Clone, Debug, serde::Serialize)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        pub enum Options {
            $(#[doc = concat!("See the kind `", stringify!($name), "`.")] $name($kind),)+
        }

        /// What a probe of any kind saw.
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "kind", content = "seen", rename_all = "kebab-case")]
        pub enum Seen {
            $(#[doc = concat!("By the kind `", stringify!($name), "`.")] $name(<$kind as Kind>::Seen),)+
        }

        /// Every kind, for the documentation and for messages that list what is allowed.
        pub const KINDS: &[About] = &[$(<$kind as Kind>::ABOUT,)+];

        impl Options {
            /// The options of a kind from a table of readback.toml that has no other keys left in it.
            /// `None` where there is no such kind; an error keeps its place in the file.
            pub fn parse<'de, D>(kind: &str, table: D) -> Option<Result<Self, D::Error>>
            where
                D: serde::Deserializer<'de>,
            {
                $(if kind == <$kind as Kind>::ABOUT.name {
                    return Some(<$kind as serde::Deserialize>::deserialize(table).map(Self::$name));
                })+
                None
            }

            /// What is said of its kind.
            pub fn about(&self) -> About {
                match self { $(Self::$name(_) => <$kind as Kind>::ABOUT,)+ }
            }

            /// The claim.
            pub fn claim(&self) -> String {
                match self { $(Self::$name(kind) => kind.claim(),)+ }
            }

            /// From where it looks.
            pub fn vantage(&self) -> String {
                match self { $(Self::$name(kind) => kind.vantage(),)+ }
            }

            /// By which right it looks.
            pub fn credential(&self) -> String {
                match self { $(Self::$name(kind) => kind.credential(),)+ }
            }

            /// Looks; the caller stops it soon after the deadline.
            pub async fn observe(&self, at: &Place, deadline: tokio::time::Instant) -> Result<Seen, ProbeError> {
                match self { $(Self::$name(kind) => kind.observe(at, deadline).await.map(Seen::$name),)+ }
            }

            /// Judges what was seen at that time; `None` where it was seen by another kind.
            pub fn judge(&self, seen: &Seen, at: jiff::Timestamp) -> Option<Judgement> {
                match (self, seen) {
                    $((Self::$name(kind), Seen::$name(seen)) => Some(kind.judge(seen, at)),)+
                    _ => None,
                }
            }
        }
    };
}
pub(super) use kinds;
