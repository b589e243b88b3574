//! The words of a checklist: efforts, dates, kinds, priorities.

use crate::review::follow_up::{FollowUpKind, FollowUpStatus, Priority};
use jiff::civil::Date;

/// The most days that an estimate may have; more is a slip of the pen.
const MOST_DAYS: u32 = 10_000;

/// An effort in quarters of a day: `3.5 d`, `3.5 days`, `2 weeks` of five days, `4 h` of eight to a day. Finer than a
/// quarter is none.
pub fn effort(text: &str) -> Option<u32> {
    let text = text.trim().trim_start_matches('~');
    let unit_at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, unit) = text.split_at(unit_at);
    let quarters = hundredths(number)?;
    let quarters = match unit.trim().to_lowercase().as_str() {
        "d" | "day" | "days" | "pd" => quarters.checked_mul(4)?,
        "w" | "week" | "weeks" => quarters.checked_mul(20)?,
        "h" | "hour" | "hours" if quarters.is_multiple_of(2) => quarters / 2,
        _ => return None,
    };
    (quarters.is_multiple_of(100) && quarters / 100 <= MOST_DAYS * 4).then_some(quarters / 100)
}

/// A number with at most two decimals, in hundredths.
fn hundredths(number: &str) -> Option<u32> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 2 || !is_digits(whole) || !is_digits(decimals) {
        return None;
    }
    let decimals: u32 = format!("{decimals:0<2}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(decimals)
}

/// A date: `2026-12-01`.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    // Other forms of ISO 8601 are not what people write in a list.
    (text.len() == 10 && text.is_ascii()).then(|| text.parse().ok()).flatten()
}

/// A kind of work.
pub fn kind(text: &str) -> Option<FollowUpKind> {
    Some(match text.trim().to_lowercase().as_str() {
        "mitigate" | "mitigation" => FollowUpKind::Mitigate,
        "prevent" | "prevention" => FollowUpKind::Prevent,
        "process" => FollowUpKind::Process,
        "other" => FollowUpKind::Other,
        _ => return None,
    })
}

/// A priority by its number or by its word.
pub fn priority(text: &str) -> Option<Priority> {
    Some(match text.trim().to_lowercase().as_str() {
        "p0" | "critical" => Priority::P0,
        "p1" | "high" => Priority::P1,
        "p2" | "medium" => Priority::P2,
        "p3" | "low" => Priority::P3,
        _ => return None,
    })
}

/// The priority that an id begins with (`P0-3`).
pub(super) fn priority_of_id(id: &str) -> Option<Priority> {
    let (first, _) = id.split_once('-')?;
    Priority::ALL.into_iter().find(|priority| first.eq_ignore_ascii_case(priority.word()))
}

/// A status in a cell of a table.
pub fn status(text: &str) -> Option<FollowUpStatus> {
    Some(match text.trim().to_lowercase().replace(['-', '_'], " ").as_str() {
        "" | "to do" | "todo" | "open" | "not started" | "[ ]" => FollowUpStatus::ToDo,
        "in progress" | "doing" | "started" | "wip" | "~" | "/" | "[~]" | "[/]" => FollowUpStatus::InProgress,
        "done" | "closed" | "complete" | "completed" | "x" | "[x]" | "✅" => FollowUpStatus::Done,
        "dropped" | "cancelled" | "canceled" | "wontfix" => FollowUpStatus::Dropped,
        _ => return None,
    })
}

/// The status that stands in a box.
pub(super) fn boxed(mark: char) -> Option<FollowUpStatus> {
    Some(match mark {
        ' ' => FollowUpStatus::ToDo,
        'x' | 'X' => FollowUpStatus::Done,
        '~' | '/' => FollowUpStatus::InProgress,
        '-' => FollowUpStatus::Dropped,
        _ => return None,
    })
}

/// What a heading says: a priority, a domain, or both (`Zero trust security (P0)`).
pub(super) fn heading(text: &str) -> (Option<Priority>, Option<String>) {
    let text = text.trim().trim_end_matches('#').trim().trim_matches('*').trim();
    let is_filler = |word: &str| {
        ["priority", "items", "item", "follow-ups", "actions", "and", "or"].contains(&word.to_lowercase().as_str())
    };
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '-').filter(|word| !word.is_empty()).collect();
    let named = words.iter().find_map(|word| priority(word));
    // "High availability" is a domain; "High", "P0 - Critical" and "High priority items" are priorities.
    if named.is_some() && words.iter().all(|word| priority(word).is_some() || is_filler(word) || *word == "-") {
        return (named, None);
    }
    let (domain, bracket) = match text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        Some((domain, inside)) if priority(inside).is_some() => (domain, priority(inside)),
        _ => (text, None),
    };
    let labelled = domain.get(..7).is_some_and(|label| label.eq_ignore_ascii_case("domain:"));
    let domain = if labelled { domain.get(7..).unwrap_or_default() } else { domain };
    let domain = domain.split_whitespace().collect::<Vec<_>>().join(" ");
    (bracket, (!domain.is_empty()).then_some(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn efforts_are_read_in_quarters_of_a_day() {
        let cases = [("3.5 d", 14), ("3.5 days", 14), ("1 day", 4), ("0.25d", 1), ("2 weeks", 40), ("4 h", 2)];
        for (text, quarters) in cases {
            assert_eq!(effort(text), Some(quarters), "{text}");
        }
        for text in ["", "3.5", "0.3 d", "1 h", "d", "-1 d", "1.2.3 d", "99999999999 d", "10001 d", "3 moons", ". d"] {
            assert_eq!(effort(text), None, "{text}");
        }
    }

    #[test]
    fn a_heading_is_a_priority_a_domain_or_both() {
        assert_eq!(heading("P0 — Critical"), (Some(Priority::P0), None));
        assert_eq!(heading("High"), (Some(Priority::P1), None));
        assert_eq!(heading("High availability"), (None, Some("High availability".to_owned())));
        assert_eq!(heading("Data quality (Critical)"), (Some(Priority::P0), Some("Data quality".to_owned())));
        assert_eq!(heading("Domain: disaster  recovery ##"), (None, Some("disaster recovery".to_owned())));
        assert_eq!(heading(""), (None, None));
    }
}
