//! What a report is made of. Every text in here has passed the guard.

use crate::review::{EvidenceKind, FollowUpKind, FollowUpStatus, Lane, Priority, Section};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// A time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// In UTC.
    pub at: Timestamp,
    /// In the operator's zone.
    pub local: String,
}

/// Who, and when by the database's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct By {
    /// `console:<user>`, as recorded.
    pub actor: String,
    /// When.
    pub when: Moment,
}

/// A section that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SectionLine {
    /// Which.
    pub section: Section,
    /// The text; empty where nobody wrote it.
    pub text: String,
    /// Who wrote it last.
    pub by: Option<By>,
}

/// A duration of the incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Took {
    /// Its stable name.
    pub measure: &'static str,
    /// Its name for people.
    pub words: &'static str,
    /// In seconds; none where one end of it is not known.
    pub seconds: Option<i64>,
    /// The same for people.
    pub text: Option<String>,
}

/// What the log says of the incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IncidentLine {
    /// How it stands.
    pub state: &'static str,
    /// The alert's name.
    pub alert: Option<String>,
    /// When it began, as the alert says.
    pub started: Option<Moment>,
    /// The first alert.
    pub detected: Option<Moment>,
    /// The first thing a person did.
    pub acknowledged: Option<Moment>,
    /// The first execution that went well.
    pub mitigated: Option<Moment>,
    /// Since when it is said to be over.
    pub claimed: Option<Moment>,
    /// Since when that is proved.
    pub verified: Option<Moment>,
    /// How long what took. There is no bare time to recover.
    pub durations: Vec<Took>,
    /// How often it fired again within the flap window.
    pub flaps: usize,
    /// How many rows it has.
    pub rows: usize,
    /// Whether the clocks of the alert and of the log disagree.
    pub clock_skew: bool,
}

/// A row of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowLine {
    /// Its id.
    pub id: String,
    /// When.
    pub when: Moment,
    /// Its type as stored.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who.
    pub actor: Option<String>,
    /// Whether it went well.
    pub success: Option<bool>,
    /// What it says, with its correction and its notes.
    pub what: String,
    /// Whether it is evidence for this review.
    pub is_evidence: bool,
}

/// A risk that remains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RiskLine {
    /// Its name within the review.
    pub id: String,
    /// What may happen.
    pub title: String,
    /// 1 to 5.
    pub likelihood: u8,
    /// 1 to 5.
    pub impact: u8,
    /// The two multiplied.
    pub score: u16,
}

/// A datum that was read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeardLine {
    /// Which.
    pub datum: String,
    /// What was typed.
    pub said: String,
    /// The id of the evidence it agreed with.
    pub evidence: String,
}

/// A check and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckLine {
    /// Its id.
    pub check: String,
    /// What is asked.
    pub instruction: String,
    /// How it stands; none where the first reading is withheld.
    pub standing: Option<&'static str>,
    /// The reviewer's answer; none where there is none, or it is withheld.
    pub answer: Option<&'static str>,
    /// Why it does not apply.
    pub reason: Option<String>,
    /// The datum that was read back.
    pub heard: Option<HeardLine>,
    /// Who answered.
    pub by: Option<By>,
    /// What keeps it from passing, the worst first.
    pub gaps: Vec<String>,
    /// The ids of its evidence.
    pub evidence: Vec<String>,
    /// The second reader's answer, once both are seen, or to the second reader.
    pub second_answer: Option<&'static str>,
    /// The second reader.
    pub second_by: Option<By>,
    /// Whether the two differ.
    pub disputed: bool,
}

/// Why the lane is what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Who asked.
    pub subject: String,
    /// For which lane.
    pub asks: Lane,
    /// Whether that is the lane it became.
    pub decisive: bool,
}

/// Something that is needed for ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Of which check or field.
    pub subject: String,
    /// What is missing.
    pub gaps: Vec<String>,
    /// Whether "does not apply, because" would do.
    pub or_not_applicable: bool,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldLine {
    /// Its name.
    pub field: String,
    /// What stands in it.
    pub value: String,
    /// Who wrote it last.
    pub by: By,
}

/// A check that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OverrideLine {
    /// The check.
    pub check: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Moment,
    /// Whether that is over.
    pub expired: bool,
    /// Who.
    pub by: By,
}

/// A step that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CorrectionLine {
    /// The field.
    pub field: String,
    /// The id of the step.
    pub step: String,
    /// Why it was wrong.
    pub why: String,
    /// Who corrected it.
    pub by: By,
}

/// A review that went on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReopeningLine {
    /// Why.
    pub why: String,
    /// Who.
    pub by: By,
}

/// What the guard caught: where, never what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaughtLine {
    /// The field.
    pub field: String,
    /// The detector.
    pub detector: String,
    /// Its length in bytes.
    pub length: usize,
    /// How many more the same text had after this one; of very many not all have a line.
    pub more: usize,
    /// Whether it is out.
    pub cleared: bool,
    /// When, and whose it was.
    pub by: By,
}

/// What looks like a secret and was let through on purpose: where and why, never what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AllowedLine {
    /// The field, or what else the text was.
    pub field: String,
    /// The detector.
    pub detector: String,
    /// From which byte.
    pub offset: usize,
    /// Its length in bytes.
    pub length: usize,
    /// Why it is no secret, as the configuration said.
    pub reason: String,
    /// When, and whose it was.
    pub by: By,
}

/// A step that did not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnomalyLine {
    /// Its place in the chain.
    pub seq: u64,
    /// The event's id.
    pub event: String,
    /// What is odd about it.
    pub what: String,
}

/// A reference to evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceLine {
    /// What it is.
    pub kind: EvidenceKind,
    /// The probe's name or the row's id.
    pub id: String,
    /// SHA-256 of it as it was; none where something in it is masked.
    pub digest: Option<String>,
    /// When it was observed, or happened; none where the row was not read.
    pub observed: Option<Moment>,
    /// For which check; none where it is evidence for the whole review.
    pub check: Option<String>,
    /// Who attached it.
    pub by: By,
}

/// A follow-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowUpLine {
    /// Its name within the review.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// Who owes it; empty where nobody does.
    pub owner: String,
    /// By when.
    pub due: Option<Date>,
    /// Whether that is over and it is not done.
    pub overdue: bool,
    /// How much it matters.
    pub priority: Priority,
    /// What kind of work.
    pub kind: FollowUpKind,
    /// To which domain it belongs.
    pub domain: String,
    /// How far it is.
    pub status: FollowUpStatus,
    /// What shows that it is done.
    pub evidence: Vec<String>,
}

/// How far what is owed is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwedLine {
    /// How many items there are, without what was dropped.
    pub total: usize,
    /// How many of them are done, with evidence.
    pub done: usize,
    /// The estimates of what is not done, in days.
    pub days_left: String,
    /// How ready each domain is, by its name.
    pub readiness: Vec<DomainLine>,
    /// How ready all of them are, in percent; none where nothing is listed.
    pub ready_now: Option<u64>,
    /// The same once what is in progress is done.
    pub ready_then: Option<u64>,
    /// Why nothing may be called production ready; none where nothing speaks against it.
    pub not_ready: Option<String>,
}

/// How ready a domain is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DomainLine {
    /// Its name.
    pub domain: String,
    /// Percent that is done.
    pub now: u64,
    /// Percent once what is in progress is done.
    pub then: u64,
}

/// A sign-off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignOffLine {
    /// The lane that was signed, as written.
    pub lane: String,
    /// Who.
    pub by: By,
    /// The policy it was signed under.
    pub policy: String,
    /// Why it does not count, where it does not.
    pub void: Option<&'static str>,
    /// Whether it is the last that counts and nothing has changed since.
    pub stands: bool,
}
