//! How many probes may look at the same time: of all kinds together, and of each, so that one slow kind can't
//! keep the others waiting.

use std::collections::BTreeMap;

/// Kinds that cost the machine or the other side more than a question: a program that is started, a daemon that
/// has to count, a manager that bills each call. They get half of what a kind may have.
const HEAVY: [&str; 6] = ["command", "compose", "container", "docker", "s3", "secret"];

/// How many probes may look at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of all kinds together; at least one.
    pub at_once: usize,
    /// Of one kind; at least one.
    pub per_kind: usize,
}

impl Default for Limits {
    /// More than these measure each other on a small machine.
    fn default() -> Self {
        Self { at_once: 16, per_kind: 8 }
    }
}

impl Limits {
    /// How many probes of this kind may look at once.
    pub fn of(self, kind: &str) -> usize {
        let share = if HEAVY.contains(&kind) { self.per_kind.div_ceil(2) } else { self.per_kind };
        share.clamp(1, self.at_once.max(1))
    }
}

/// Who looks now.
#[derive(Debug)]
pub(super) struct Room {
    limits: Limits,
    all: usize,
    kinds: BTreeMap<&'static str, usize>,
}

impl Room {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, all: 0, kinds: BTreeMap::new() }
    }

    /// Whether there is room for nobody.
    pub(super) fn is_full(&self) -> bool {
        self.all >= self.limits.at_once.max(1)
    }

    /// Whether one more of this kind may look.
    pub(super) fn has(&self, kind: &str) -> bool {
        !self.is_full() && self.kinds.get(kind).is_none_or(|now| *now < self.limits.of(kind))
    }

    pub(super) fn enter(&mut self, kind: &'static str) {
        self.all += 1;
        *self.kinds.entry(kind).or_default() += 1;
    }

    pub(super) fn leave(&mut self, kind: &'static str) {
        self.all = self.all.saturating_sub(1);
        if let Some(now) = self.kinds.get_mut(kind) {
            *now = now.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_can_not_take_all_the_room_and_a_heavy_one_gets_half() {
        let mut room = Room::new(Limits { at_once: 6, per_kind: 4 });
        for _ in 0..4 {
            assert!(room.has("http"));
            room.enter("http");
        }
        assert!(!room.has("http") && room.has("command"));
        room.enter("command");
        room.enter("command");
        assert!(room.is_full() && !room.has("dns"));
        room.leave("http");
        assert!(!room.has("command"), "half of four are two");
        assert!(room.has("dns") && room.has("http"));
    }

    #[test]
    fn there_is_always_room_for_one() {
        let none = Limits { at_once: 0, per_kind: 0 };
        assert_eq!((none.of("http"), none.of("command")), (1, 1));
        assert!(Room::new(none).has("http"));
    }
}
