//! What a text is written for, by the names it was begun with, so that it can't land elsewhere.

use super::report;
use crate::app::{Effect, Facts, Outbox, draft_key};
use crate::review::{Datum, ReviewId, Section};

/// What a text is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A field.
    Field(String),
    /// Why a check does not apply.
    Reason(String),
    /// The datum of a decisive check.
    Heard(String, Datum),
    /// Why a check is passed over.
    Override(String),
    /// Until when; with the reason.
    Until(String, String),
    /// What is right in a field.
    Correct(String),
    /// Why what stood there was wrong; with what is right.
    Why(String, String),
    /// Why the review goes on.
    Reopen,
    /// A section of the report.
    Section(Section),
    /// A risk, rated; without an id another one.
    Risk(String),
}

/// What is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The review.
    pub(super) review: ReviewId,
    /// What for.
    pub(super) purpose: Purpose,
}

impl Purpose {
    /// What it is, and of which check, as drafts and places name it.
    fn name(&self) -> (&str, &str) {
        match self {
            Self::Field(field) => (field, ""),
            Self::Reason(check) => ("reason", check),
            Self::Heard(check, _) => ("heard", check),
            Self::Override(check) => ("override", check),
            Self::Until(check, _) => ("until", check),
            Self::Correct(field) => ("correct", field),
            Self::Why(field, _) => ("why", field),
            Self::Reopen => ("reopen", ""),
            Self::Section(section) => ("section", section.id()),
            Self::Risk(id) => ("risk", id),
        }
    }

    /// Where something that was caught in it stood, for the record.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Field(field) | Self::Correct(field) => field.clone(),
            Self::Section(section) => section.id().to_owned(),
            _ => self.name().0.to_owned(),
        }
    }

    /// What is asked, above the text.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Field(field) => field.clone(),
            Self::Reason(check) => format!("{check}: why does it not apply?"),
            Self::Heard(_, datum) => format!("{}  enter says it", datum.question()),
            Self::Override(check) => format!("{check}: why is it passed over?"),
            Self::Until(check, _) => format!("{check}: until when? 4h, 2d, 2026-02-05; enter keeps it"),
            Self::Correct(field) => format!("{field}: what is right?"),
            Self::Why(field, _) => format!("{field}: why was what stood there wrong?"),
            Self::Reopen => "why does the review go on?".to_owned(),
            Self::Section(section) => format!("{} of the report", section.id().replace('_', " ")),
            Self::Risk(_) => "a risk: its id, how likely, how bad (1 to 5), what may happen".to_owned(),
        }
    }

    /// Whether it is a word or two, which enter keeps.
    pub(super) fn is_short(&self) -> bool {
        matches!(self, Self::Heard(..) | Self::Until(..) | Self::Risk(_))
    }

    /// The purpose of this name, where it stands for itself: the second half of two texts begins with the first.
    fn from_name(what: &str, of: &str, facts: &Facts) -> Option<Self> {
        let of = of.to_owned();
        Some(match what {
            "reason" => Self::Reason(of),
            "heard" => {
                let datum = facts.contract.check(&of)?.readback?;
                Self::Heard(of, datum)
            }
            "override" | "until" => Self::Override(of),
            "correct" | "why" => Self::Correct(of),
            "reopen" => Self::Reopen,
            "section" => Self::Section(Section::from_id(&of)?),
            "risk" => Self::Risk(of),
            field if facts.contract.is_editable(field) => Self::Field(field.to_owned()),
            _ => return None,
        })
    }
}

impl Target {
    /// Where its draft is kept.
    pub(super) fn draft_key(&self) -> String {
        let (what, of) = self.purpose.name();
        draft_key(&self.review, what, of)
    }

    /// It again, from the key of its draft.
    pub(super) fn from_key(key: &str, facts: &Facts) -> Option<Self> {
        let mut parts = key.splitn(3, '/');
        let (review, what, of) = (parts.next()?, parts.next()?, parts.next()?);
        let review = ReviewId(review.to_owned());
        facts.book.get(&review)?;
        Some(Self { review, purpose: Purpose::from_name(what, of, facts)? })
    }

    /// What stands where it goes, to start from.
    pub(super) fn recorded(&self, facts: &Facts) -> String {
        match &self.purpose {
            Purpose::Field(field) | Purpose::Correct(field) => {
                let review = facts.book.get(&self.review);
                review.and_then(|review| review.value(field)).unwrap_or_default().to_owned()
            }
            Purpose::Until(..) => "24h".to_owned(),
            Purpose::Section(section) => {
                let review = facts.book.get(&self.review);
                review
                    .and_then(|review| review.sections.get(section))
                    .map(|state| state.value.clone())
                    .unwrap_or_default()
            }
            Purpose::Risk(id) => {
                let review = facts.book.get(&self.review);
                review.and_then(|review| review.risks.get(id)).map(report::written).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// Asks that the draft be forgotten, with that of the text it goes with.
    pub(super) fn forget(&self, out: &mut Outbox<'_>) {
        let (_, of) = self.purpose.name();
        let first = match &self.purpose {
            Purpose::Until(..) => Some(draft_key(&self.review, "override", of)),
            Purpose::Why(..) => Some(draft_key(&self.review, "correct", of)),
            _ => None,
        };
        for key in [self.draft_key()].into_iter().chain(first) {
            out.ask(Effect::SaveDraft { key, text: String::new() });
        }
    }
}
