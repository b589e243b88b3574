//! Saying where this console is, while a review is open on it: at each move, and again before the others would think
//! that it is gone. The lease is a wake-up; without an open review there is none.

use super::{Access, App, Effect};
use crate::review::Attendance;
use jiff::{SignedDuration, Timestamp};

/// How often it is said again: a console that dies is gone after four that did not come.
const BEAT: SignedDuration = SignedDuration::from_secs(15);

/// What the others were told last.
#[derive(Debug, Default)]
pub(super) struct Attending {
    at: Option<Attendance>,
    /// When something is to be said or read again; `None` while no review is open.
    again: Option<Timestamp>,
}

impl App {
    /// What has to be said of where this console is.
    pub(super) fn attend(&mut self) -> Option<Effect> {
        let access = self.facts.setting.access;
        let here = self.readback.attendance(&self.facts).filter(|_| access != Access::Demo);
        let now = self.facts.now;
        let is_due = self.attending.again.is_none_or(|again| again <= now);
        let Some(here) = here else {
            self.attending.again = None;
            return self.attending.at.take().map(|_| Effect::Attend(None));
        };
        let has_moved = self.attending.at.as_ref() != Some(&here);
        if !access.may_write() {
            // It says nothing; but who it sees may be gone.
            if is_due {
                self.attending.again = now.checked_add(BEAT).ok();
            }
            return is_due.then_some(Effect::ReadPresent);
        }
        // A cursor that runs through a list is nowhere before it rests.
        let is_passing = self.attending.at.is_some() && self.readback.is_passing();
        if !is_due && (!has_moved || is_passing) {
            return None;
        }
        self.attending.again = now.checked_add(BEAT).ok();
        self.attending.at = Some(here.clone());
        Some(Effect::Attend(Some(Box::new(here))))
    }

    /// When it has to be said again.
    pub(super) fn attend_at(&self) -> Option<Timestamp> {
        self.attending.again
    }
}
