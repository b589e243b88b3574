//! When to draw: never without a change, never faster than the line deserves, never on a timer.

use std::time::{Duration, Instant};

/// What the shell knows when it has handled everything that had arrived.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Something on the screen has changed since the last frame.
    pub dirty: bool,
    /// The writer has no frame in flight.
    pub writer_free: bool,
    /// When the last frame was handed over.
    pub last_frame: Option<Instant>,
    /// The least time between two frames.
    pub min_gap: Duration,
    /// When something on the screen ages visibly, at the earliest.
    pub next_wake: Option<Instant>,
    /// The time now.
    pub now: Instant,
}

/// What the shell does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Draw a frame.
    DrawNow,
    /// Wait for an event, at most until then.
    WaitUntil(Instant),
    /// Wait for an event.
    Sleep,
}

impl Pace {
    /// Draws, waits for the line or the next wake-up, or sleeps.
    pub fn next(self) -> Next {
        let due = self.last_frame.map_or(self.now, |last| last + self.min_gap);
        // While a frame is in flight there is nothing to wait for: the writer says when it is free.
        let drawable = (self.dirty && self.writer_free).then_some(due);
        match (drawable, self.next_wake) {
            (Some(due), _) if due <= self.now => Next::DrawNow,
            (Some(due), Some(wake)) => Next::WaitUntil(due.min(wake)),
            (Some(at), None) | (None, Some(at)) => Next::WaitUntil(at),
            (None, None) => Next::Sleep,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_millis(16);

    fn idle(now: Instant) -> Pace {
        Pace { dirty: false, writer_free: true, last_frame: None, min_gap: GAP, next_wake: None, now }
    }

    #[test]
    fn nothing_changed_means_nothing_drawn() {
        let now = Instant::now();
        assert_eq!(idle(now).next(), Next::Sleep);
        let wake = now + Duration::from_secs(1);
        assert_eq!(Pace { next_wake: Some(wake), ..idle(now) }.next(), Next::WaitUntil(wake));
    }

    #[test]
    fn a_change_is_drawn_at_once_after_a_pause_and_after_the_gap_in_a_burst() {
        let now = Instant::now();
        let dirty = Pace { dirty: true, ..idle(now) };
        assert_eq!(dirty.next(), Next::DrawNow);
        let burst = Pace { last_frame: Some(now), ..dirty };
        assert_eq!(burst.next(), Next::WaitUntil(now + GAP));
        assert_eq!(Pace { now: now + GAP, ..burst }.next(), Next::DrawNow);
        let soon = now + Duration::from_millis(1);
        assert_eq!(Pace { next_wake: Some(soon), ..burst }.next(), Next::WaitUntil(soon));
    }

    #[test]
    fn a_busy_writer_is_not_waited_for_with_a_timer() {
        let now = Instant::now();
        let busy = Pace { dirty: true, writer_free: false, ..idle(now) };
        assert_eq!(busy.next(), Next::Sleep);
        assert_eq!(Pace { next_wake: Some(now), ..busy }.next(), Next::WaitUntil(now));
    }
}
