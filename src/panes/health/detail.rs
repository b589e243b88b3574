//! All that is known of one probe: claim, source, facts, what to do, and its history.

use super::standing;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::evidence::{Evidence, Quantity, Verdict, age};
use crate::panes::Canvas;
use crate::panes::widgets::{Pen, age_label};
use ratatui::layout::Rect;

/// How many changes of a probe are listed.
const FLIPS: usize = 60;

/// Draws the detail, as far as there is room, the most needed first.
pub(super) fn draw(evidence: &Evidence, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = Pen::new(area, canvas);
    pen.rule(&evidence.probe.0);
    let standing = standing::of(evidence, facts, pen.glyphs());
    let (word, role) = (standing.word, standing.role);
    let why = match evidence.verdict {
        Verdict::Unknown(reason) => format!(" ({})", reason.word()),
        _ => String::new(),
    };
    pen.text(&format!("{word}{why}: {}", evidence.summary), role);
    if let Some(reason) = &evidence.reason {
        pen.pair("reason", reason, Role::Key);
    }
    if let Some(note) = standing.note {
        pen.pair("besides", note, Role::Warn);
    }
    // What was asked stands behind its name and after the answer: alone it would read as if it held.
    pen.pair("claim", &evidence.claim, Role::Muted);
    if let Some(hint) = &evidence.hint {
        pen.pair("do next", hint, Role::Accent);
    }
    for fact in &evidence.facts {
        let value = match &fact.value {
            Quantity::At(at) => facts.local(*at).strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
            value => value.to_string(),
        };
        pen.pair(&fact.name, &value, Role::Text);
    }
    pen.pair("source", &source(evidence), Role::Muted);
    pen.pair("freshness", &freshness(evidence, facts), Role::Muted);
    let required =
        if evidence.required { "the recovery gate asks for it" } else { "not asked for by the recovery gate" };
    pen.pair("required", required, Role::Muted);
    history(evidence, facts, &mut pen);
}

fn source(evidence: &Evidence) -> String {
    let source = &evidence.source;
    format!("{} from {}, credential {}, by {}", source.observer, source.vantage, source.credential, source.code_path)
}

fn freshness(evidence: &Evidence, facts: &Facts) -> String {
    let word = evidence.freshness(facts.now).word();
    let label = age_label(age(evidence.as_of, facts.now));
    format!("{word}, {label} old, half-life {} s", evidence.half_life.as_secs())
}

fn history(evidence: &Evidence, facts: &Facts, pen: &mut Pen<'_, '_>) {
    let Some(history) = facts.history.get(&evidence.probe) else { return };
    let glyphs = pen.glyphs();
    let strip: String = history.verdicts.iter().map(|verdict| glyphs.verdict(*verdict)).collect();
    pen.pair("history", &strip, Role::Text);
    for flip in history.flips.iter().take(FLIPS) {
        let (at, today) = (facts.local(flip.at), facts.local(facts.now));
        let at = at.strftime(if at.date() == today.date() { "%H:%M:%S" } else { "%m-%d %H:%M:%S" });
        let text = format!("{} to {}: {}", flip.from.word(), flip.to.word(), flip.why);
        pen.pair(&format!("  {at}"), &text, Role::Muted);
    }
}
