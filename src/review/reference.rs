//! What a review can refer to: readbacks of restarts that the console recorded, by id and digest.

use crate::timeline::{Entry, OwnKind};
use jiff::{SignedDuration, Timestamp};

/// The fields that a readback of a restart answers.
const BEFORE: &str = "before_service_state_ref";
const AFTER: &str = "after_service_state_ref";
const WINDOW: &str = "restart_or_recovery_window_ref";
/// How far back a reference may lie.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most references for one field.
const MOST: usize = 3;

/// Something recorded that answers a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What to write into the field: an id and a digest, no payload.
    pub text: String,
    /// What it is, one line. Foreign text.
    pub summary: String,
    /// When it was recorded as having happened.
    pub at: Timestamp,
}

/// What was recorded that answers this field, newest first. `entries` are newest first. One that was interrupted
/// shows nothing and is left out.
pub fn references(field: &str, entries: &[Entry], now: Timestamp) -> Vec<Reference> {
    let since = now.checked_sub(LOOKS_BACK).unwrap_or(Timestamp::MIN);
    let recent = entries.iter().take_while(|entry| entry.at() >= since);
    recent.filter_map(|entry| reference(field, entry)).take(MOST).collect()
}

fn reference(field: &str, entry: &Entry) -> Option<Reference> {
    let Entry::Own(event) = entry else { return None };
    // Not recorded is no evidence.
    if event.kind != OwnKind::RestartRead || event.recorded_at.is_none() {
        return None;
    }
    let of = |side: &str| event.context.get(side)?.get("digest")?.as_str();
    let id = &event.id;
    let text = match field {
        BEFORE => format!("readback event {id} before sha256:{}", of("before")?),
        AFTER => format!("readback event {id} after sha256:{}", of("after")?),
        WINDOW => {
            let started = event.context.get("life")?.get("started_at")?.as_str()?;
            of("after")?;
            format!("readback event {id} started {started} read back {}", event.occurred_at)
        }
        _ => return None,
    };
    Some(Reference { text, summary: event.summary.clone(), at: event.occurred_at })
}
