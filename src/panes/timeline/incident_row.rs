//! One incident in one row of the screen, and all of it in the detail.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::widgets::Pen;
use crate::panes::{Canvas, state};
use crate::timeline::expected::What;
use crate::timeline::incident::{Incident, IncidentState, Measure, in_words};
use jiff::SignedDuration;
use ratatui::layout::Rect;

/// Columns of the name, the state, the time and a duration, each with the space after it.
const NAME: u16 = 17;
const STATE: u16 = 19;
const WHEN: u16 = 12;
const TOOK: u16 = 13;
/// Columns from which the durations have a place.
const WIDE: u16 = 100;
/// Those that are shown there.
const SHOWN: [(Measure, &str); 3] = [
    (Measure::Acknowledge, "acknowledged"),
    (Measure::ClaimedRecovery, "claimed"),
    (Measure::VerifiedRecovery, "verified"),
];

/// Whether somebody should look at it: it is not over, or something is missing in it.
pub(super) fn needs_a_look(incident: &Incident, facts: &Facts) -> bool {
    incident.state(facts.now) != IncidentState::VerifiedRecovered || missing(incident, facts) > 0
}

fn missing(incident: &Incident, facts: &Facts) -> usize {
    facts.missing_rows().filter(|expected| expected.is_of(incident)).count()
}

/// Draws the names of the columns, where there are durations to name; returns whether.
pub(super) fn head(canvas: &mut Canvas<'_>, area: Rect) -> bool {
    if area.width < WIDE || area.height < 3 {
        return false;
    }
    let mut x = area.x + 4;
    for (name, width) in [("incident", NAME), ("state", STATE), ("detected", WHEN)] {
        canvas.put(x, area.y, width, name, Role::Header);
        x += width;
    }
    for (_, name) in SHOWN {
        canvas.put(x, area.y, TOOK.min(area.right().saturating_sub(x)), name, Role::Header);
        x += TOOK;
    }
    true
}

/// Draws the row: the state is a glyph and a word before it is a colour.
pub(super) fn draw(incident: &Incident, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect, selected: bool) {
    let stands = incident.state(facts.now);
    let role = state::of_incident(stands, facts.recovery.state);
    let glyph = state::incident_glyph(stands, facts.recovery.state, canvas.glyphs);
    let mark = if selected { canvas.glyphs.cursor() } else { " " };
    let put = |canvas: &mut Canvas<'_>, x: u16, width: u16, text: &str, role: Role| {
        canvas.put(x, row.y, width.saturating_sub(1).min(row.right().saturating_sub(x)), text, role);
        x + width
    };
    let mut x = put(canvas, row.x, 2, mark, Role::Accent);
    x = put(canvas, x, 2, glyph, role);
    x = put(canvas, x, NAME, incident.name(), Role::Text);
    let named = x;
    x = put(canvas, x, STATE, stands.code(), role);
    x = put(canvas, x, WHEN, &facts.local(incident.begun()).strftime("%m-%d %H:%M").to_string(), Role::Muted);
    if row.width >= WIDE {
        for (measure, _) in SHOWN {
            let text = measure.of(incident).map_or_else(|| canvas.glyphs.absent().to_owned(), in_words);
            x = put(canvas, x, TOOK, &text, Role::Text);
        }
    }
    canvas.put(x, row.y, row.right().saturating_sub(x), &counts(incident, facts), Role::Muted);
    if selected {
        canvas.select(row, named);
    }
}

/// What is missing first: it is what nobody sees.
fn counts(incident: &Incident, facts: &Facts) -> String {
    let mut parts = Vec::new();
    match missing(incident, facts) {
        0 => {}
        count => parts.push(format!("{count} missing")),
    }
    match incident.flaps {
        0 => {}
        1 => parts.push("1 flap".to_owned()),
        flaps => parts.push(format!("{flaps} flaps")),
    }
    parts.push(format!("{} rows", incident.rows));
    parts.join(", ")
}

/// Draws all of it.
pub(super) fn detail(incident: &Incident, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = Pen::new(area, canvas);
    pen.rule(incident.name());
    let stands = incident.state(facts.now);
    pen.pair("state", words(stands), state::of_incident(stands, facts.recovery.state));
    let actors: Vec<String> = incident
        .actors
        .iter()
        .map(|actor| {
            format!("{} ({}, {})", actor.name.as_deref().unwrap_or("not named"), actor.class.code(), actor.rows)
        })
        .collect();
    pen.pair("actors", &actors.join(", "), Role::Text);
    for measure in Measure::ALL {
        let (text, role) = took(incident, measure, measure.of(incident));
        pen.pair(measure.words(), &text, role);
    }
    for expected in facts.missing_rows().filter(|expected| expected.is_of(incident)) {
        let absent = if matches!(expected.what, What::Row(_)) { "not seen" } else { "not given" };
        pen.pair("missing", &format!("{}, expected {}, {absent}", expected.name(), expected.words()), Role::Warn);
    }
    for late in facts.late_rows().filter(|expected| expected.is_of(incident)) {
        let by = late.came.map(|came| in_words(came.duration_since(late.due))).unwrap_or_default();
        pen.pair("late", &format!("{} came late by {by}", late.name()), Role::Text);
    }
    if incident.flaps + incident.reopened > 0 {
        let (flaps, reopened) = (incident.flaps, incident.reopened);
        pen.pair("fired again", &format!("{flaps} within 15 min of RESOLVED, {reopened} later"), Role::Warn);
    }
    if incident.skewed {
        pen.pair("clocks", "the alert began after it was received: one clock is wrong", Role::Warn);
    }
}

/// What a duration came to, or why there is none.
fn took(incident: &Incident, measure: Measure, took: Option<SignedDuration>) -> (String, Role) {
    let none = match measure {
        _ if took.is_some() => "",
        Measure::Detect => "the alert does not say when it began",
        Measure::Acknowledge if incident.is_without_people() => "nobody: auto-repair worked alone",
        Measure::Acknowledge => "nobody",
        Measure::Mitigate => "no execution went well",
        Measure::ClaimedRecovery if incident.moments.claimed.is_none() => "not claimed yet",
        Measure::VerifiedRecovery | Measure::FalseGreenGap if incident.moments.verified.is_none() => "not verified yet",
        _ => "its beginning is not among the rows",
    };
    took.map_or_else(|| (none.to_owned(), Role::Muted), |took| (in_words(took), Role::Text))
}

/// A state in words.
fn words(state: IncidentState) -> &'static str {
    match state {
        IncidentState::Firing => "firing: nobody has acted since",
        IncidentState::Acknowledged => "acknowledged: somebody owns it, and it still fires",
        IncidentState::Silenced => "silenced: it still fires, and nobody will hear of it",
        IncidentState::ClearedUnverified => "cleared_unverified: claimed to be over, not proved",
        IncidentState::VerifiedRecovered => "verified_recovered: proved after it was claimed",
        IncidentState::Unknown => "unknown: no alert of it is among the rows",
    }
}
