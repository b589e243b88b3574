//! An alert that fires again soon after it was resolved is the same incident: it had not recovered.

use super::{Entry, EventType, claims, is_same};
use jiff::{SignedDuration, Timestamp};

/// How soon after RESOLVED an alert counts as the same incident.
pub const FLAP_WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Whether what fires then, after a RESOLVED of then, is the same incident.
pub(super) fn is_flap(resolved: Timestamp, fired: Timestamp) -> bool {
    fired.duration_since(resolved) <= FLAP_WINDOW
}

/// When the alert fired again inside the flap window of the newest RESOLVED; `None` where it did not, or
/// where nothing was resolved. `entries` are newest first.
pub fn refired(entries: &[Entry]) -> Option<Timestamp> {
    let newest = *claims(entries, Timestamp::MAX).first()?;
    refire_of(entries, newest)
}

/// When the alert fired again inside the flap window of the RESOLVED at this position.
pub fn refire_of(entries: &[Entry], claim: usize) -> Option<Timestamp> {
    let resolved = entries.get(claim)?;
    let soon = |entry: &&Entry| is_flap(resolved.at(), entry.at());
    let later = entries[..claim].iter().rev().take_while(soon);
    let mut again = later.filter(|entry| entry.event_type() == Some(EventType::AlertReceived) && !entry.is_history());
    again.find(|alert| is_same(alert, resolved)).map(Entry::at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{NewOperation, Operation};

    fn row(event_type: EventType, minute: i64) -> Entry {
        let row = NewOperation::new(format!("{minute}"), event_type);
        let created_at = Timestamp::from_second(minute * 60).unwrap_or_default();
        Entry::Operation(Operation { row, raw_type: None, created_at })
    }

    #[test]
    fn an_alert_soon_after_resolved_is_a_refire_and_a_late_one_is_a_new_incident() {
        use EventType::{AlertReceived, Resolved};
        let log = |rows: &[(EventType, i64)]| rows.iter().map(|(kind, at)| row(*kind, *at)).collect::<Vec<_>>();
        let at = |minute: i64| Timestamp::from_second(minute * 60).ok();
        assert_eq!(refired(&log(&[(AlertReceived, 20), (Resolved, 10), (AlertReceived, 1)])), at(20));
        assert_eq!(refired(&log(&[(AlertReceived, 26), (Resolved, 10)])), None);
        assert_eq!(refired(&log(&[(Resolved, 30), (AlertReceived, 20), (Resolved, 10)])), None);
        assert_eq!(refired(&log(&[(AlertReceived, 20)])), None);
    }
}
