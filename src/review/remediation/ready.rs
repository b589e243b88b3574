//! Whether anything may be called production ready.

use crate::guard;
use crate::review::follow_up::{FollowUp, FollowUpStatus};

/// Why nothing may be called production ready.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody has listed what is owed, so nobody can say that nothing is.
    #[error("not production ready: no follow-up was ever listed; import or set them first")]
    NothingListed,
    /// P0 items that are not shown to be done.
    #[error("not production ready: {} P0 open: {}", .0.len(), named(.0))]
    Open(Vec<Open>),
}

/// A P0 item that is not shown to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its id.
    pub id: String,
    /// Its title. Foreign text.
    pub title: String,
    /// How far it is, in words.
    pub standing: &'static str,
}

fn named(open: &[Open]) -> String {
    let each = open.iter().map(|item| format!("{} ({})", guard::line(&item.id), item.standing));
    each.collect::<Vec<_>>().join(", ")
}

/// Whether the follow-ups let anything be called production ready: some are listed, and every P0 item (by its priority
/// or its id) is done with evidence. One that was dropped is not done.
pub fn production_ready<'a>(items: impl IntoIterator<Item = &'a FollowUp>) -> Result<(), Refusal> {
    let mut items = items.into_iter().peekable();
    if items.peek().is_none() {
        return Err(Refusal::NothingListed);
    }
    let is_owed = |item: &&FollowUp| item.is_p0() && !item.is_proved();
    let mut owed: Vec<&FollowUp> = items.filter(is_owed).collect();
    owed.sort_by_key(|item| item.order());
    let open = owed.into_iter().map(|item| Open {
        id: item.id.clone(),
        title: item.title.clone(),
        standing: if item.status == FollowUpStatus::Done { "done without evidence" } else { item.status.word() },
    });
    let open: Vec<Open> = open.collect();
    if open.is_empty() { Ok(()) } else { Err(Refusal::Open(open)) }
}
