//! The most objects that a probe has counted since this process began. What was counted last would forget a loss
//! after one round.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Shared by all copies of a probe's options.
#[derive(Clone, Debug, Default)]
pub(super) struct Peak(Arc<AtomicU64>);

impl Peak {
    /// Takes a count in; the most before it, if any was.
    pub(super) fn raise(&self, objects: u64) -> Option<u64> {
        Some(self.0.fetch_max(objects, Ordering::Relaxed)).filter(|before| *before > 0)
    }
}
