//! What a session should talk about, in the order in which it is worth it.
//!
//! First what two readers see differently, then what was passed over and is about to count again, what fails, that a
//! second reader is awaited, what is open, and last what is owed by nobody or late. Who reads second hears nothing of the first reading before the
//! second was handed in: for them only what they have not answered is open.

use super::check::Standing;
use super::contract::{CheckKind, Contract};
use super::fold::{Reading, Review};
use super::follow_up::{FollowUp, Priority};
use super::lane::Disposition;
use super::presence::Presence;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// How long before its end an override is talked about.
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// Something to talk about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Why.
    pub why: Why,
    /// The check's or the item's id, or the second reading.
    pub subject: String,
    /// What is asked, or what is owed. Foreign text.
    pub title: String,
    /// How many things keep it from holding; 0 for what is owed.
    pub gaps: usize,
    /// Who has it on the screen, by name. Foreign text.
    pub who: Vec<String>,
}

/// Why something is worth talking about, the most worth first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Two readers answered differently.
    Disputed,
    /// It was passed over until this time, which is near or gone.
    Lapses(Timestamp),
    /// It does not hold.
    Fails,
    /// It waits for a second reader: for one to join, or to hand in.
    Waits,
    /// Nobody has answered it, or not enough.
    Open,
    /// Somebody has to do it, and nobody is named.
    Unowned(Priority),
    /// It was to be done by then.
    Overdue(Date),
}

/// What the agenda is made from.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The review.
    pub review: &'a Review,
    /// Its checks.
    pub contract: &'a Contract,
    /// How they stand.
    pub disposition: &'a Disposition,
    /// Who is there; those in other reviews are passed over.
    pub present: &'a [Presence],
    /// Whose answers the reader of the agenda may see.
    pub reading: Reading,
    /// Now.
    pub now: Timestamp,
    /// The day that it is where the reader is.
    pub today: Date,
}

/// How many topics there are of each kind, in words, in their order.
pub fn counts(topics: &[Topic]) -> String {
    let kind = |why: &Why| match why {
        Why::Disputed => 0,
        Why::Lapses(_) => 1,
        Why::Fails => 2,
        Why::Waits => 3,
        Why::Open => 4,
        Why::Unowned(_) | Why::Overdue(_) => 5,
    };
    let words = ["disputed", "passed over", "failing", "waiting for second reader", "open", "owed"];
    let words = words.into_iter().enumerate();
    let count = |of: usize| topics.iter().filter(|topic| kind(&topic.why) == of).count();
    let all = words.map(|(of, word)| (count(of), word)).filter(|(count, _)| *count > 0);
    all.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// The topics, in order.
pub fn agenda(scene: &Scene<'_>) -> Vec<Topic> {
    let mut topics: Vec<Topic> = scene.contract.checks.iter().filter_map(|check| scene.check(&check.id)).collect();
    topics.extend(scene.second_reading());
    // Follow-ups of the second reader's own making are no secret either way.
    let mut owed: Vec<&FollowUp> = scene.review.follow_ups.values().map(|state| &state.item).collect();
    owed.sort_by_key(|item| item.order());
    topics.extend(owed.into_iter().filter_map(|item| scene.follow_up(item)));
    topics.sort_by_key(|topic| topic.why);
    topics
}

impl Scene<'_> {
    fn check(&self, id: &str) -> Option<Topic> {
        let why = if self.reading == Reading::Second { self.unanswered(id) } else { self.why(id) }?;
        let here = self.present.iter().filter(|one| one.at.review == self.review.id);
        let who = here.filter(|one| one.at.check.as_deref() == Some(id)).map(|one| one.user().to_owned()).collect();
        let title = self.contract.check(id).map(|check| check.instruction.clone()).unwrap_or_default();
        let state = self.disposition.checks.iter().find(|state| state.check == id);
        // How much is missing of the first reading is not for who reads second.
        let gaps = state.filter(|_| self.reading != Reading::Second).map_or(0, |state| state.gaps.len());
        Some(Topic { why, subject: id.to_owned(), title, gaps, who })
    }

    /// That the review waits for a second reader; who it is knows.
    fn second_reading(&self) -> Option<Topic> {
        let is_asked = self.review.submitted.is_some() || self.contract.rules.second_reader;
        let title = match &self.review.second {
            None if is_asked && self.review.signature().is_none() => {
                "nobody reads it second yet: another person joins with m, without seeing the answers".to_owned()
            }
            Some(second) if second.submitted.is_none() && self.reading != Reading::Second => {
                format!("{} reads it second and has not handed in", second.reader.actor)
            }
            _ => return None,
        };
        Some(Topic { why: Why::Waits, subject: "second reading".to_owned(), title, gaps: 0, who: Vec::new() })
    }

    /// For who reads second: what they have not answered.
    fn unanswered(&self, id: &str) -> Option<Why> {
        let second = self.review.second.as_ref()?;
        // The console decides some checks by itself.
        let is_asked = self.contract.check(id).is_some_and(|check| check.kind != CheckKind::Auto);
        (is_asked && !second.answers.contains_key(id)).then_some(Why::Open)
    }

    fn why(&self, id: &str) -> Option<Why> {
        if self.review.disputes().contains(&id) {
            return Some(Why::Disputed);
        }
        let standing = self.disposition.checks.iter().find(|state| state.check == id)?.standing;
        // What holds by now is nobody's topic, passed over or not.
        if matches!(standing, Standing::Passed | Standing::NotApplicable) {
            return None;
        }
        let until = self.review.overrides.get(id).map(|passed_over| passed_over.until);
        if let Some(until) = until.filter(|until| until.duration_since(self.now) <= SOON) {
            return Some(Why::Lapses(until));
        }
        match standing {
            Standing::Failed => Some(Why::Fails),
            // Passed over for longer, it is nothing to talk about now.
            Standing::Open if until.is_none() => Some(Why::Open),
            _ => None,
        }
    }

    fn follow_up(&self, item: &FollowUp) -> Option<Topic> {
        let why = match item.due.filter(|due| *due < self.today) {
            _ if !item.is_open() => return None,
            _ if item.owner.trim().is_empty() => Why::Unowned(item.priority),
            Some(due) => Why::Overdue(due),
            None => return None,
        };
        Some(Topic { why, subject: item.id.clone(), title: item.title.clone(), gaps: 0, who: Vec::new() })
    }
}
