//! Where this console is, and who else is there. It tells places, never answers.

use super::ReadbackPane;
use super::view::View;
use crate::app::Facts;
use crate::guard;
use crate::panes::Pane;
use crate::review::{Attendance, Part, Presence, Review};

/// The most people that are named in the heading.
const MOST: usize = 3;

impl ReadbackPane {
    /// Where this console is; `None` while no review is open on it.
    pub fn attendance(&self, facts: &Facts) -> Option<Attendance> {
        let review = self.review(facts)?;
        let actor = facts.setting.actor.clone();
        let leads = self.leads();
        let check = if self.shows_checks() { self.check(facts).map(|check| check.id.clone()) } else { None };
        let part = Part::of(review, &actor, leads);
        Some(Attendance { actor, incident_id: review.incident_id.clone(), review: review.id.clone(), check, part })
    }

    /// Whether a review is open on this console.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether a session is led here: the agenda is on the screen.
    pub fn leads(&self) -> bool {
        self.open.is_some() && self.view == View::Agenda
    }

    /// Whether the cursor is on its way through a list.
    pub fn is_passing(&self) -> bool {
        self.is_moving()
    }

    fn shows_checks(&self) -> bool {
        matches!(self.view, View::Checks | View::Check)
    }
}

/// The others in a review: each person once, where they were seen last. What a console of one's own that was killed left
/// behind is nobody else.
pub(super) fn others(review: &Review, facts: &Facts) -> Vec<Presence> {
    let here = facts.present.iter().filter(|one| one.at.review == review.id && one.at.actor != facts.setting.actor);
    let mut others: Vec<&Presence> = here.collect();
    others.sort_by(|a, b| (&a.at.actor, b.seen_at).cmp(&(&b.at.actor, a.seen_at)));
    others.dedup_by_key(|one| &one.at.actor);
    others.into_iter().cloned().collect()
}

/// Who is here, in words; empty where nobody else is.
pub(super) fn words(review: &Review, facts: &Facts) -> String {
    let others = others(review, facts);
    if others.is_empty() {
        return String::new();
    }
    let me = usize::from(facts.setting.access.may_write());
    let mut named: Vec<String> = others.iter().take(MOST).map(name).collect();
    if others.len() > MOST {
        named.push(format!("{} more", others.len() - MOST));
    }
    format!("{} here: {}", others.len() + me, named.join(", "))
}

fn name(one: &Presence) -> String {
    let user = guard::line(one.user()).into_owned();
    match (&one.at.check, one.at.part) {
        (Some(check), Part::Watching) => format!("{user} watching {}", guard::line(check)),
        (Some(check), _) => format!("{user} on {}", guard::line(check)),
        (None, part) => format!("{user} ({})", part.word()),
    }
}
