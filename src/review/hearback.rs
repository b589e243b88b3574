//! Hearback: the reviewer says a datum, and it is compared with what the evidence says. A mismatch says what differs,
//! and not what would have been right.

mod time;

use super::event::{EvidenceRef, HeardBack};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// What a decisive check has read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// The incident's number.
    Incident,
    /// Who acted.
    Actor,
    /// When it was restarted, to the minute.
    RestartTime,
    /// The state afterwards.
    AfterState,
    /// From where the post-check looked.
    Vantage,
    /// What proves it, besides a route and a container.
    Proof,
}

impl Datum {
    /// Its name in a record and in a check set.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Actor => "actor",
            Self::RestartTime => "restart_time",
            Self::AfterState => "after_state",
            Self::Vantage => "vantage",
            Self::Proof => "proof",
        }
    }

    /// What is asked, for the screen.
    pub fn question(self) -> &'static str {
        match self {
            Self::Incident => "Which incident does the evidence name?",
            Self::Actor => "Who acted, as the evidence names it?",
            Self::RestartTime => "When was it started, to the minute? (09:29, 01:29Z)",
            Self::AfterState => "Which state does the evidence show afterwards? (pass, fail)",
            Self::Vantage => "From where did the post-check look?",
            Self::Proof => "Which probe proves it, besides a route and a container?",
        }
    }

    fn miss(self) -> &'static str {
        match self {
            Self::Incident => "not the incident that the evidence names",
            Self::Actor => "not the actor that the evidence names",
            Self::RestartTime => "not the time that the evidence gives",
            Self::AfterState => "not the state that the evidence shows afterwards",
            Self::Vantage => "the evidence was not seen from there",
            Self::Proof => "that is no probe among the evidence that proves more than an answer",
        }
    }
}

/// What a piece of evidence says of a datum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A name that has to be given exactly.
    Id(String),
    /// A word or a name; case and punctuation make no difference, nor does what stands before a colon.
    Word(String),
    /// A moment, to the minute.
    At(Timestamp),
}

/// Why what was said was not heard. None of it gives the answer away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misheard {
    /// No attached evidence says anything of it.
    #[error("nothing to hear it back against: attach evidence (i), or answer unknown (u)")]
    Nothing,
    /// What is attached is of another incident than the review.
    #[error("what is attached is of another incident than this review: attach a row of this one (i)")]
    OtherIncident,
    /// The field names another incident than the review, or none.
    #[error("{0} does not name this incident: write it there (e), then say it")]
    OtherField(String),
    /// Nothing was said.
    #[error("say it in a word, or esc and answer unknown (u)")]
    Empty,
    /// It is no time.
    #[error("not a time: write 09:29, 2026-02-04 09:29, or 01:29Z")]
    NoTime,
    /// It differs.
    #[error("{}{what}", how.map(|how| format!("{how}: ")).unwrap_or_default())]
    Differs {
        /// From what.
        what: &'static str,
        /// In what, where that can be told.
        how: Option<&'static str>,
    },
}

/// Compares what was typed with what each evidence says. `zone` is the operator's: times are read in it, or in UTC.
pub fn hear(
    datum: Datum,
    typed: &str,
    against: &[(EvidenceRef, Said)],
    zone: &TimeZone,
) -> Result<HeardBack, Misheard> {
    if against.is_empty() {
        return Err(Misheard::Nothing);
    }
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Misheard::Empty);
    }
    let mut misses = Vec::new();
    for (evidence, said) in against {
        match compare(typed, said, zone) {
            Ok(()) => {
                let (datum, said) = (datum.name().to_owned(), typed.to_owned());
                return Ok(HeardBack { datum, said, evidence: evidence.clone() });
            }
            Err(miss) => misses.push(miss),
        }
    }
    match misses.into_iter().min() {
        Some(Miss::NoTime) | None => Err(Misheard::NoTime),
        Some(Miss::By(_, how)) => Err(Misheard::Differs { what: datum.miss(), how }),
    }
}

/// Whether a text names this incident, as a word of its own.
pub fn names_incident(text: &str, incident: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let is_whole = |(at, found): (usize, &str)| {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        !before.is_some_and(|text| text.ends_with(is_part)) && !after.is_some_and(|text| text.starts_with(is_part))
    };
    !incident.trim().is_empty() && text.match_indices(incident).any(is_whole)
}

/// How far off it was, the nearest first, and in what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Miss {
    By(u8, Option<&'static str>),
    NoTime,
}

fn compare(typed: &str, said: &Said, zone: &TimeZone) -> Result<(), Miss> {
    match said {
        Said::Id(id) if id == typed => Ok(()),
        Said::Id(id) if id.eq_ignore_ascii_case(typed) => {
            Err(Miss::By(0, Some("only small and capital letters differ")))
        }
        Said::Id(id) if id.len() != typed.len() => Err(Miss::By(2, Some("it is not as long"))),
        Said::Id(_) => Err(Miss::By(1, Some("some characters differ"))),
        Said::Word(word) => {
            let bare = word.rsplit_once(':').map_or(word.as_str(), |(_, rest)| rest);
            let same = [word, bare].into_iter().any(|word| !fold(word).is_empty() && fold(word) == fold(typed));
            if same { Ok(()) } else { Err(Miss::By(1, None)) }
        }
        Said::At(at) => time::compare(typed, *at, zone).map_err(|miss| match miss {
            Some((parts, how)) => Miss::By(parts, Some(how)),
            None => Miss::NoTime,
        }),
    }
}

/// Lower-case words with one space between, without punctuation.
fn fold(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "hearback_tests.rs"]
mod tests;
