//! Where panes put what they ask for. It only collects: a pane can't do anything, only ask.

use super::effect::Effect;
use super::ids::Ids;
use jiff::Timestamp;

/// Collects effects and a notice during one turn.
#[derive(Debug)]
pub struct Outbox<'a> {
    effects: Vec<Effect>,
    notice: Option<String>,
    ids: &'a mut Ids,
    now: Timestamp,
}

impl<'a> Outbox<'a> {
    /// For one turn.
    pub fn new(ids: &'a mut Ids, now: Timestamp) -> Self {
        Self { effects: Vec::new(), notice: None, ids, now }
    }

    /// Asks for an effect.
    pub fn ask(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Asks that a line be shown in place of the footer until the next key.
    pub fn tell(&mut self, notice: impl Into<String>) {
        self.notice = Some(notice.into());
    }

    /// A name for a new record.
    pub fn id(&mut self) -> String {
        self.ids.next(self.now)
    }

    /// What was asked for, and what is to be told.
    pub fn take(self) -> (Vec<Effect>, Option<String>) {
        (self.effects, self.notice)
    }
}
