//! Durations in words.

use super::{Incident, Measure};
use jiff::{SignedDuration, Timestamp};

/// A duration in two units (`5 m 00 s`, `1 h 05 m`, `2 d 3 h`); nothing of what is below zero.
pub fn in_words(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..3_600 => format!("{minutes} m {:02} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {:02} m", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// The largest two units without seconds.
fn so_far(duration: SignedDuration) -> String {
    match duration.as_secs() {
        ..3_600 => format!("{} m", duration.as_secs().max(0) / 60),
        _ => in_words(duration),
    }
}

impl Incident {
    /// Both times to recover in words; they change with `now` each minute at most.
    pub fn words(&self, now: Timestamp) -> String {
        let known = |measure: Measure| measure.of(self).map_or_else(|| "after an unknown time".to_owned(), in_words);
        let so_far = so_far(now.duration_since(self.begun()));
        match (self.moments.claimed, self.moments.verified) {
            (None, _) => format!("not claimed yet ({so_far} so far)"),
            (Some(_), None) => {
                format!("claimed {}, verified not yet ({so_far} so far)", known(Measure::ClaimedRecovery))
            }
            (Some(_), Some(_)) => {
                let [claimed, verified] = [Measure::ClaimedRecovery, Measure::VerifiedRecovery].map(known);
                format!("claimed {claimed}, verified {verified}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_in_two_units() {
        let words = |seconds| in_words(SignedDuration::from_secs(seconds));
        assert_eq!([words(-5), words(300), words(3_900)], ["0 m 00 s", "5 m 00 s", "1 h 05 m"]);
        assert_eq!(words(90_000), "1 d 1 h");
    }
}
