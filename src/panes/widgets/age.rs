//! An age in few columns, coarse on purpose: a label that changes each second would keep an idle
//! console writing to a terminal that is far away.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// An age, at most three columns: `<1m`, `12m`, `3h`, `9d`, `99d`.
pub fn age_label(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..MINUTE => "<1m".to_owned(),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..DAY => format!("{}h", seconds / HOUR),
        _ => format!("{}d", (seconds / DAY).min(99)),
    }
}

/// How long until the label of this age changes.
pub fn next_label_change(age: Duration) -> Duration {
    let step = match age.as_secs() {
        0..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    };
    let next = (age.as_secs() / step + 1) * step;
    Duration::from_secs(next).saturating_sub(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_change_just_when_the_function_says_so() {
        for seconds in [0, 1, 59, 60, 61, 3599, 3600, 7199, 86_399, 86_400, 200_000] {
            let age = Duration::from_secs(seconds);
            let next = age + next_label_change(age);
            assert_ne!(age_label(age), age_label(next), "{seconds}");
            assert_eq!(age_label(age), age_label(next.saturating_sub(Duration::from_millis(1))), "{seconds}");
        }
    }
}
