//! How a probe stands: its own state, and what is to be said of it besides. What passes while somebody works on it,
//! or while it can't make up its mind, is not green.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::evidence::restraint::{FLAPPING, IN_MAINTENANCE};
use crate::evidence::{Evidence, Freshness, Verdict, WhyNot};
use crate::panes::Glyphs;
use crate::panes::state;

/// How a probe stands.
pub(super) struct Standing<'a> {
    /// At most seven columns.
    pub(super) word: &'static str,
    /// One column.
    pub(super) glyph: &'static str,
    pub(super) role: Role,
    /// What is to be said besides, without the probe's name.
    pub(super) note: Option<&'a str>,
}

/// How this probe stands.
pub(super) fn of<'a>(evidence: &Evidence, facts: &'a Facts, glyphs: Glyphs) -> Standing<'a> {
    let (word, role) = state::of_evidence(evidence, facts.now);
    let restraint = restraint(evidence, facts);
    let (word, glyph, role) = match restraint.map(|why| why.id.as_str()) {
        Some(IN_MAINTENANCE) if evidence.verdict == Verdict::Pass => {
            ("maint.", glyphs.freshness(Freshness::Stale), Role::Stale)
        }
        Some(FLAPPING) if evidence.verdict == Verdict::Pass => ("flaps", glyphs.verdict(Verdict::Warn), Role::Warn),
        _ => (word, state::glyph(evidence, facts.now, glyphs), role),
    };
    let named =
        |why: &'a WhyNot| why.text.strip_prefix(evidence.probe.0.as_str()).and_then(|text| text.strip_prefix(": "));
    Standing { word, glyph, role, note: restraint.and_then(named) }
}

/// What restrains this probe, if anything does.
pub(super) fn restraint<'a>(evidence: &Evidence, facts: &'a Facts) -> Option<&'a WhyNot> {
    let is_one = |why: &&WhyNot| [IN_MAINTENANCE, FLAPPING].contains(&why.id.as_str());
    facts.recovery.why_not.iter().find(|why| is_one(why) && why.probe.as_ref() == Some(&evidence.probe))
}
