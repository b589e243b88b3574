//! The rows by incident: a list of incidents, each of which opens onto its own rows.

use super::incident_row as row;
use crate::app::theme::Role;
use crate::app::{Action, Effect, Facts, Outbox};
use crate::panes::state::Badge;
use crate::panes::widgets::{List, split};
use crate::panes::{Canvas, Glyphs};
use crate::timeline::filter::Filter;
use crate::timeline::incident::{Incident, Measure, in_words, statistics};
use ratatui::layout::Rect;

/// Where a person is.
#[derive(Debug, Default)]
enum Place {
    /// Among the rows; not here.
    #[default]
    Rows,
    /// In the list of incidents.
    List,
    /// Among the rows of one. What was filtered before is kept.
    Opened { before: Option<Filter> },
}

/// The list of incidents, and which one is open.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    list: List,
    place: Place,
}

/// What an action led to.
#[derive(Debug)]
pub(super) enum Led {
    /// It was not for this list.
    Nowhere,
    /// It was.
    Here,
    /// Other rows are shown from now on.
    To(Option<Filter>),
}

impl Incidents {
    /// Whether the incidents are shown in place of the rows.
    pub(super) fn are_shown(&self) -> bool {
        matches!(self.place, Place::List)
    }

    /// Whether the rows of one are shown, which Back leaves.
    pub(super) fn is_opened(&self) -> bool {
        matches!(self.place, Place::Opened { .. })
    }

    /// What an action means here. `filter` is the one that stands; `detail` says that a row is open.
    pub(super) fn act(
        &mut self,
        action: Action,
        facts: &Facts,
        filter: Option<&Filter>,
        detail: bool,
        out: &mut Outbox<'_>,
    ) -> Led {
        match (&mut self.place, action) {
            (Place::Rows, Action::Group) => {
                self.place = Place::List;
                self.settle(facts);
                self.list.rest();
                Led::Here
            }
            (Place::Opened { before }, Action::Group) => {
                let before = before.take();
                self.place = Place::Rows;
                Led::To(before)
            }
            (Place::Opened { before }, Action::Back) if !detail => {
                let before = before.take();
                self.place = Place::List;
                Led::To(before)
            }
            (Place::List, action) => self.act_in_list(action, facts, filter, out),
            (Place::Rows | Place::Opened { .. }, _) => Led::Nowhere,
        }
    }

    fn act_in_list(&mut self, action: Action, facts: &Facts, filter: Option<&Filter>, out: &mut Outbox<'_>) -> Led {
        let incidents = facts.incidents();
        if self.list.act(action, incidents.len(), |at| name(incidents, at)) {
            return Led::Here;
        }
        let selected = incidents.get(self.list.index());
        match action {
            Action::Group | Action::Back => self.place = Place::Rows,
            // The filter is written over the rows that it is for.
            Action::Filter => {
                self.place = Place::Rows;
                return Led::Nowhere;
            }
            Action::Open => {
                let rows = selected.and_then(|incident| rows_of(incident, facts));
                if rows.is_some() {
                    self.place = Place::Opened { before: filter.cloned() };
                    return Led::To(rows);
                }
                out.tell("its name has characters that no filter can ask for");
            }
            Action::NextFinding | Action::PrevFinding => {
                let needs_a_look =
                    |at: usize| incidents.get(at).is_some_and(|incident| row::needs_a_look(incident, facts));
                let forward = action == Action::NextFinding;
                self.list.seek(forward, incidents.len(), |at| name(incidents, at), needs_a_look);
            }
            Action::Copy => {
                if let Some(incident) = selected {
                    out.tell("the incident's name was sent to the terminal's clipboard");
                    out.ask(Effect::Copy(incident.name().to_owned()));
                }
            }
            Action::Refresh => return Led::Nowhere,
            // What is meant for a row must not reach the one that is selected behind this list.
            _ => {}
        }
        Led::Here
    }

    /// Finds the selected incident again, where the rows are others.
    pub(super) fn settle(&mut self, facts: &Facts) {
        let incidents = facts.incidents();
        self.list.settle(incidents.len(), |at| name(incidents, at));
    }

    pub(super) fn is_moving(&self) -> bool {
        self.are_shown() && self.list.is_moving()
    }

    pub(super) fn rest(&mut self) {
        self.list.rest();
    }

    /// What can be done in the list.
    pub(super) fn offers() -> Vec<Action> {
        vec![Action::Open, Action::Group, Action::NextFinding, Action::Copy]
    }

    /// How many there are, and how many of them are open.
    pub(super) fn state(facts: &Facts) -> Badge {
        let incidents = facts.incidents();
        let open = incidents.iter().filter(|incident| incident.state(facts.now).is_open()).count();
        let more = if facts.log.complete { "" } else { "+" };
        let role = if open > 0 { Role::Warn } else { Role::Muted };
        Badge::new(format!("{}{more} incidents, {open} open", incidents.len()), role)
    }

    /// Draws the list, and what the selected one says.
    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let incidents = facts.incidents();
        if incidents.is_empty() {
            canvas.wrapped(area, "None of the rows that were read names an incident or an alert", Role::Muted);
            return;
        }
        let first = Rect { height: area.height.min(1), ..area };
        canvas.put(first.x + 1, first.y, first.width.saturating_sub(1), &numbers(facts, canvas.glyphs), Role::Muted);
        let area = Rect { y: first.bottom(), height: area.height - first.height, ..area };
        let places = split(area, false, incidents.len());
        let mut list = places.list;
        if row::head(canvas, list) {
            list = Rect { y: list.y + 1, height: list.height.saturating_sub(1), ..list };
        }
        for (y, at) in (list.y..).zip(self.list.window(incidents.len(), usize::from(list.height))) {
            let place = Rect { y, height: 1, ..list };
            row::draw(&incidents[at], facts, canvas, place, at == self.list.index());
        }
        if let Some(incident) = incidents.get(self.list.detail()) {
            row::detail(incident, facts, canvas, places.detail);
        }
    }
}

/// What a list knows an incident by.
fn name(incidents: &[Incident], at: usize) -> String {
    incidents.get(at).map(|incident| incident.key.filter(incident.first, None)).unwrap_or_default()
}

/// The filter that its rows fit.
fn rows_of(incident: &Incident, facts: &Facts) -> Option<Filter> {
    let (first, last) = incident.stands;
    let last = incident.moments.claimed.map(|_| last);
    Filter::parse(&incident.key.filter(first, last), &facts.setting.zone).ok()
}

/// Both times to recover over all that was read.
fn numbers(facts: &Facts, glyphs: Glyphs) -> String {
    let all = statistics(facts.incidents(), None, None);
    let of = |measure: Measure| {
        let summary = all.measures.iter().find(|(of, _)| *of == measure).and_then(|(_, summary)| *summary);
        summary.map_or_else(
            || glyphs.absent().to_owned(),
            |summary| format!("median {} p90 {} (n {})", in_words(summary.median), in_words(summary.p90), summary.n),
        )
    };
    let older = if facts.log.complete { "" } else { "; older rows are not read yet" };
    format!("claimed {}, verified {}{older}", of(Measure::ClaimedRecovery), of(Measure::VerifiedRecovery))
}
