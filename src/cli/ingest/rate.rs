//! How many requests are answered in a second. The time comes in as a parameter.

use std::time::Instant;

/// So many in a second, and twice as many after a quiet one.
#[derive(Debug)]
pub(super) struct Rate {
    each_second: f64,
    left: f64,
    at: Instant,
}

impl Rate {
    pub(super) fn new(each_second: usize, now: Instant) -> Self {
        let each_second = each_second as f64;
        Self { each_second, left: each_second * 2.0, at: now }
    }

    /// Whether one more is within the limit.
    pub(super) fn admits(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.left = (self.left + passed * self.each_second).min(self.each_second * 2.0);
        let admits = self.left >= 1.0;
        if admits {
            self.left -= 1.0;
        }
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_let_through_and_then_so_many_in_a_second() {
        let start = Instant::now();
        let mut rate = Rate::new(10, start);
        let admitted = |rate: &mut Rate, at: Instant| (0..100).filter(|_| rate.admits(at)).count();
        assert_eq!(admitted(&mut rate, start), 20);
        assert_eq!(admitted(&mut rate, start + Duration::from_millis(500)), 5);
        assert_eq!(admitted(&mut rate, start + Duration::from_mins(1)), 20);
    }
}
