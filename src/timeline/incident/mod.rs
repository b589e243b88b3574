//! Incidents: what the rows of one say together. Pure, and one truth: the header, Health, the Timeline pane and
//! `readback incidents` all ask this fold.

mod actor;
mod alert;
mod fold;
mod key;
mod measure;
mod statistics;
mod words;

pub use actor::{Actor, ActorClass};
pub use alert::{says_postcheck, silence_end};
pub use fold::{incidents, latest};
pub(in crate::timeline) use key::Group;
pub use key::Key;
pub use measure::Measure;
pub use statistics::{Statistics, Summary, statistics};
pub use words::in_words;

use alert::Alert;
use jiff::Timestamp;

/// Where an incident stands, by its rows alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IncidentState {
    /// An alert of it fires, and nobody has said a word since.
    Firing,
    /// An alert of it fires, and a person has acted since: somebody owns it. That is no progress.
    Acknowledged,
    /// Each alert of it that fires is silenced: nobody will hear of it.
    Silenced,
    /// Every alert is RESOLVED, and that is not proved.
    ClearedUnverified,
    /// Every alert is RESOLVED, and the recovery gate was green afterwards.
    VerifiedRecovered,
    /// Neither an alert of it nor a RESOLVED is among the rows.
    Unknown,
}

impl IncidentState {
    /// Every state, the worst first.
    pub const ALL: [Self; 6] = [
        Self::Firing,
        Self::Acknowledged,
        Self::Silenced,
        Self::ClearedUnverified,
        Self::VerifiedRecovered,
        Self::Unknown,
    ];

    /// The stable name; cleared and verified are the recovery gate's.
    pub fn code(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Acknowledged => "acknowledged",
            Self::Silenced => "silenced",
            Self::ClearedUnverified => "cleared_unverified",
            Self::VerifiedRecovered => "verified_recovered",
            Self::Unknown => "unknown",
        }
    }

    /// Whether an alert of it fires.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Firing | Self::Acknowledged | Self::Silenced)
    }
}

/// When what happened; `None` where it has not, or is not among the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// When it began, as the alert says; not where its clock and the database's are apart.
    pub started: Option<Timestamp>,
    /// Its first alert. `None` also where it was RESOLVED before the first alert that was read.
    pub detected: Option<Timestamp>,
    /// The first thing that a person did.
    pub acknowledged: Option<Timestamp>,
    /// The first execution that went well. It may be degraded still, and it may have fired again.
    pub mitigated: Option<Timestamp>,
    /// Since when every alert is RESOLVED: a claim.
    pub claimed: Option<Timestamp>,
    /// Since when that is proved; never before the claim.
    pub verified: Option<Timestamp>,
}

/// What the rows of one incident say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// What it is known by.
    pub key: Key,
    /// The first alert's name, where a row has one. Foreign text.
    pub alert: Option<String>,
    /// Its first row.
    pub first: Timestamp,
    /// Its last row.
    pub last: Timestamp,
    /// The earliest and the latest time at which its rows stand in the log: where they came from old records, long after
    /// they happened.
    pub stands: (Timestamp, Timestamp),
    /// How many rows it has, the console's own included.
    pub rows: usize,
    /// When what happened.
    pub moments: Moments,
    /// How often it fired again within the flap window of RESOLVED: it had not recovered.
    pub flaps: usize,
    /// How often it fired again later than that under the same number.
    pub reopened: usize,
    /// Who did something, the busiest first.
    pub actors: Vec<Actor>,
    /// Auto-repair was triggered.
    pub auto_repaired: bool,
    /// The alert says that it began after it was received: one of the two clocks is wrong.
    pub skewed: bool,
    /// Its newest alert.
    latest_alert: Option<Timestamp>,
    /// Its newest alert that came in when it fired, not later from old records: those don't say whether it fires still.
    live_alert: Option<Timestamp>,
    /// The alerts that fire.
    firing: Vec<Alert>,
    /// What is silenced, and until when.
    silences: Vec<(Alert, Timestamp)>,
    /// When a person acted first since it fired last.
    owned_at: Option<Timestamp>,
    /// The first proof since the newest alert.
    proved: Option<Timestamp>,
    /// Somebody or something did more than to silence it.
    worked: bool,
}

impl Incident {
    /// Where it stands now: a silence ends by time alone.
    pub fn state(&self, now: Timestamp) -> IncidentState {
        let is_silenced = |alert: &Alert| self.silences.iter().any(|(of, until)| *until > now && of.is_same(alert));
        match (self.moments.claimed, self.moments.verified) {
            (Some(_), Some(_)) => IncidentState::VerifiedRecovered,
            (Some(_), None) => IncidentState::ClearedUnverified,
            (None, _) if self.firing.is_empty() || self.live_alert.is_none() => IncidentState::Unknown,
            (None, _) if self.firing.iter().all(is_silenced) => IncidentState::Silenced,
            (None, _) if self.owned_at.is_some() => IncidentState::Acknowledged,
            (None, _) => IncidentState::Firing,
        }
    }

    /// When time alone changes its state: a silence of it ends.
    pub fn changes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let ends =
            self.silences.iter().map(|(_, until)| *until).filter(|until| *until > now && *until < Timestamp::MAX);
        ends.min().filter(|_| self.moments.claimed.is_none())
    }

    /// Whether it was silenced and nothing else was done: how long it took says nothing of how anybody worked.
    pub fn is_silenced_only(&self) -> bool {
        !self.silences.is_empty() && !self.worked
    }

    /// Whether nobody has done anything while auto-repair has: there is no time to acknowledge.
    pub fn is_without_people(&self) -> bool {
        self.auto_repaired && self.moments.acknowledged.is_none()
    }

    /// What it is called on the screen. Foreign text.
    pub fn name(&self) -> &str {
        match &self.key {
            Key::Incident(name) | Key::Alert(name) => name,
            Key::Fingerprint(fingerprint) => self.alert.as_deref().unwrap_or(fingerprint),
        }
    }
}

#[cfg(test)]
mod tests;
