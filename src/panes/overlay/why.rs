//! Every reason why the state is not green, each with its stable id.

use super::Line;
use crate::app::Facts;
use crate::app::theme::Role;

/// The reasons, worst first.
pub(super) fn lines(facts: &Facts) -> Vec<Line> {
    if facts.recovery.why_not.is_empty() {
        return vec![(
            String::new(),
            "It is green: every proof is there, fresh and independent".to_owned(),
            Role::Pass,
        )];
    }
    facts.recovery.why_not.iter().map(|reason| (reason.id.clone(), reason.text.clone(), Role::Text)).collect()
}
