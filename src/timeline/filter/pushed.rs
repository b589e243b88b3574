//! The part of a filter that a database can answer with its indexes.

use super::expr::{Expr, Matcher, Op};
use super::field::Field;
use crate::timeline::Entry;
use jiff::Timestamp;

/// The earliest time that any store is asked for: `PostgreSQL`'s calendar begins later than ours.
const FIRST: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// Conditions that must all hold; `None` asks nothing. What a store can't tell of a row, it lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// The type's name.
    pub kind: Option<String>,
    /// The incident.
    pub incident: Option<String>,
    /// Who.
    pub actor: Option<String>,
    /// How it went.
    pub success: Option<bool>,
    /// At this moment or later.
    pub since: Option<Timestamp>,
    /// At this moment or before: what stands on the moment itself is sorted out after reading.
    pub until: Option<Timestamp>,
}

impl Pushed {
    /// Whether rows that satisfy it may lie far apart: more is asked than times.
    pub fn is_rare(&self) -> bool {
        self.kind.is_some() || self.incident.is_some() || self.actor.is_some() || self.success.is_some()
    }

    /// Whether the row satisfies it.
    pub fn admits(&self, entry: &Entry) -> bool {
        let is = |asked: &Option<String>, found: Option<&str>| asked.is_none() || asked.as_deref() == found;
        is(&self.kind, Some(entry.type_name()))
            && is(&self.incident, entry.incident())
            && is(&self.actor, entry.actor())
            && (self.success.is_none() || self.success == entry.success())
            && self.since.is_none_or(|since| entry.at() >= since)
            && self.until.is_none_or(|until| entry.at() <= until)
    }
}

/// Whether all of it is pushed: no more than one condition on a thing, and none that only a reader can tell.
pub(super) fn is_whole(expr: &Expr) -> bool {
    let parts = match expr {
        Expr::All(all) => all.as_slice(),
        expr => std::slice::from_ref(expr),
    };
    let slot = |expr: &Expr| match expr {
        Expr::Field(Matcher { field: Field::Type, op: Op::Is, value, .. }) if !value.is_empty() => Some(0),
        Expr::Field(Matcher { field: Field::Incident, op: Op::Is, value, .. }) if !value.is_empty() => Some(1),
        Expr::Field(Matcher { field: Field::Actor, op: Op::Is, value, .. }) if !value.is_empty() => Some(2),
        Expr::Success { not: false, is: Some(_) } => Some(3),
        Expr::Since(_) => Some(4),
        Expr::Until(_) => Some(5),
        _ => None,
    };
    let slots: Vec<_> = parts.iter().map(slot).collect();
    slots.iter().enumerate().all(|(at, slot)| slot.is_some() && !slots[..at].contains(slot))
}

pub(super) fn of(expr: &Expr, now: Timestamp) -> Pushed {
    let mut pushed = Pushed::default();
    match expr {
        Expr::All(all) => all.iter().for_each(|expr| push(expr, now, &mut pushed)),
        expr => push(expr, now, &mut pushed),
    }
    pushed
}

/// Of two conditions on one thing the first is pushed, of two times the narrower.
fn push(expr: &Expr, now: Timestamp, pushed: &mut Pushed) {
    match expr {
        Expr::Field(Matcher { field, op: Op::Is, value, .. }) if !value.is_empty() => {
            let slot = match field {
                Field::Type => &mut pushed.kind,
                Field::Incident => &mut pushed.incident,
                Field::Actor => &mut pushed.actor,
                _ => return,
            };
            slot.get_or_insert_with(|| value.clone());
        }
        Expr::Success { not: false, is } => pushed.success = pushed.success.or(*is),
        Expr::Since(when) => {
            let at = when.resolve(now);
            if at > FIRST {
                pushed.since = Some(pushed.since.map_or(at, |known| known.max(at)));
            }
        }
        Expr::Until(when) => {
            let at = when.resolve(now).max(FIRST);
            pushed.until = Some(pushed.until.map_or(at, |known| known.min(at)));
        }
        _ => {}
    }
}
