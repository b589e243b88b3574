//! The last restarts, and how long they took, as far as the console has seen them. Pure.

use crate::app::Facts;
use crate::env::restarts::{Restart, executed, in_words, newest};
use crate::evidence::Verdict;

/// The newest restarts first: those that containers tell by when they started, and those that the log tells.
pub(super) fn restarts(facts: &Facts) -> Vec<Restart> {
    newest(started(facts).chain(executed(&facts.log.entries)))
}

/// When each container started, and the first pass that was seen after it did not pass.
fn started(facts: &Facts) -> impl Iterator<Item = Restart> {
    facts.evidence.iter().filter_map(|seen| {
        let at = seen.started_at()?;
        let flips = facts.history.get(&seen.probe).map_or(&[][..], |history| history.flips.as_slice());
        let passed = flips.iter().rev().find(|flip| flip.at >= at && flip.to == Verdict::Pass);
        let lasted = passed.map(|flip| flip.at.duration_since(at));
        let took = match lasted {
            Some(lasted) => format!("passed after {} at most", in_words(lasted)),
            None if seen.verdict == Verdict::Pass => "passes; how long it took was not seen".to_owned(),
            None => format!("has not passed since ({})", seen.verdict.word()),
        };
        Some(Restart { at, what: format!("{} started", seen.probe), took, seconds: lasted.map(|l| l.as_secs()) })
    })
}
