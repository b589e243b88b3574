//! The report of a review: everything that is known of it, in one value, and three ways to write it. Pure.
//!
//! What people and other programs wrote goes through the guard before it comes in here, text by text, and the finished
//! text once more: what is caught is replaced by the detector's name. Names stay as they were written.

mod document;
mod guarded;
mod html;
mod input;
mod make;
mod markdown;
mod parts;
mod words;

pub use guarded::Leak;
pub use input::Input;
pub use parts::{
    AllowedLine, AnomalyLine, By, CaughtLine, CheckLine, CorrectionLine, DomainLine, EvidenceLine, FieldLine,
    FollowUpLine, HeardLine, IncidentLine, Moment, Need, OverrideLine, OwedLine, Reason, ReopeningLine, RiskLine,
    RowLine, SectionLine, SignOffLine, Took,
};

use super::lane::Lane;
use crate::guard::Watch;
use serde::Serialize;

/// What stands where a second reader must not see the first answers yet.
pub const WITHHELD: &str = "withheld until the second reading is handed in";
/// The name of the JSON's shape.
const SCHEMA: &str = "readback_report_v1";

/// A report. `docs/schemas/report.json` describes its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The name of this shape.
    pub schema: &'static str,
    /// What the review adds up to; none where the first reading is withheld, as the others below.
    pub lane: Option<Lane>,
    /// What that lane means.
    pub meaning: Option<String>,
    /// The review's id.
    pub review: String,
    /// Its incident.
    pub incident: String,
    /// Its candidate; none where its first step is missing.
    pub candidate: Option<String>,
    /// What the candidate is called; none where it is not in the snapshot any more.
    pub label: Option<String>,
    /// Who opened it.
    pub opened: Option<By>,
    /// Who handed the first reading in; none where nobody has, it was reopened, or it is withheld.
    pub submitted: Option<By>,
    /// Who reads second, and since when.
    pub second_reader: Option<By>,
    /// Whether they had looked at the first reading before they joined; none where nobody reads second.
    pub second_looked: Option<bool>,
    /// When the second reading was handed in.
    pub second_submitted: Option<By>,
    /// How many steps stand; none where that is withheld.
    pub version: Option<u64>,
    /// The time it is written for.
    pub as_of: Moment,
    /// Digest of the check set and the rules.
    pub policy: String,
    /// Digest of what the lane was computed from.
    pub input_digest: Option<String>,
    /// Digest of the change evidence that the review was opened from.
    pub snapshot: Option<String>,
    /// Whether that is still the current one; none where it can't be told.
    pub snapshot_current: Option<bool>,
    /// Whether the first reading is kept from the reader of this report.
    pub withheld: bool,
    /// The sections that were written.
    pub sections: Vec<SectionLine>,
    /// What the log says of the incident; none where it says nothing.
    pub log: Option<IncidentLine>,
    /// The rows of the incident, oldest first.
    pub timeline: Vec<RowLine>,
    /// Whether all of its rows were read.
    pub timeline_complete: bool,
    /// The risks that remain, the worst first.
    pub risks: Vec<RiskLine>,
    /// How every check stands, in the order of the check set.
    pub checks: Vec<CheckLine>,
    /// Why this lane, the worst first; nothing where the first reading is withheld.
    pub why: Vec<Reason>,
    /// What is least needed for ready, the cheapest first; nothing where the first reading is withheld.
    pub least: Vec<Need>,
    /// The checks on which the two readings differ.
    pub disputes: Vec<String>,
    /// What stands in the fields.
    pub fields: Vec<FieldLine>,
    /// Checks that were passed over; nothing where the first reading is withheld.
    pub overrides: Vec<OverrideLine>,
    /// Steps that were wrong.
    pub corrections: Vec<CorrectionLine>,
    /// When it was taken up again.
    pub reopenings: Vec<ReopeningLine>,
    /// What the guard caught, by where.
    pub quarantine: Vec<CaughtLine>,
    /// What looks like a secret and was let through on purpose.
    pub allowed: Vec<AllowedLine>,
    /// Steps that did not fit; nothing where the first reading is withheld.
    pub anomalies: Vec<AnomalyLine>,
    /// The evidence, by reference.
    pub evidence: Vec<EvidenceLine>,
    /// What is still owed, and what was.
    pub follow_ups: Vec<FollowUpLine>,
    /// How far that is.
    pub owed: OwedLine,
    /// Every sign-off; nothing where the first reading is withheld.
    pub sign_offs: Vec<SignOffLine>,
}

impl Report {
    /// Of a review.
    pub fn of(input: &Input<'_>) -> Self {
        make::make(input)
    }

    /// As Markdown.
    pub fn markdown(&self, guard: &Watch) -> String {
        guarded::text(guard, markdown::write(&document::blocks(self)))
    }

    /// As one HTML page that needs nothing else and runs nothing.
    pub fn html(&self, guard: &Watch) -> String {
        let title = format!("{} – {}", self.incident, self.candidate.as_deref().unwrap_or(&self.review));
        guarded::text(guard, html::write(&title, &document::blocks(self)))
    }

    /// As JSON, with its line break.
    pub fn json(&self, guard: &Watch) -> Result<String, Leak> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        guarded::json(guard, text)
    }
}
