//! Every reason why the state is not green, each with its stable id.

use super::Line;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::health::recovery;

/// The reasons, worst first.
pub(super) fn lines(facts: &Facts) -> Vec<Line> {
    if facts.recovery.why_not.is_empty() {
        return vec![(
            String::new(),
            "It is green: every proof is there, fresh and independent".to_owned(),
            Role::Pass,
        )];
    }
    let reasons = facts.recovery.why_not.iter().map(|reason| (reason.id.clone(), reason.text.clone(), Role::Text));
    let blank = (String::new(), String::new(), Role::Text);
    let heading = (String::new(), "Missing for green, the cheapest first".to_owned(), Role::Title);
    let steps = facts.missing.iter().map(|step| (step.removes.join(", "), recovery::words(step), Role::Text));
    reasons.chain([blank, heading]).chain(steps).collect()
}
