//! Health: a row of evidence per probe, worst first to the eye and in the configuration's order.

mod detail;
pub(in crate::panes) mod recovery;
mod row;
mod standing;

use super::state::{Badge, of_evidence};
use super::widgets::{List, split};
use super::{Canvas, Flow, Pane, PaneId};
use crate::app::theme::Role;
use crate::app::{Action, Context, Effect, Facts, Outbox};
use crate::evidence::{Evidence, Verdict};
use ratatui::layout::Rect;

/// The Health pane.
#[derive(Debug, Default)]
pub struct HealthPane {
    list: List,
    opened: bool,
}

impl HealthPane {
    fn selected<'a>(&self, facts: &'a Facts) -> Option<&'a Evidence> {
        facts.evidence.get(self.list.index())
    }

    /// To the next probe, in either direction, that is not a fresh pass.
    fn seek(&mut self, facts: &Facts, forward: bool) {
        let evidence = &facts.evidence;
        let needs_look = |at: usize| of_evidence(&evidence[at], facts.now).1 != Role::Pass;
        self.list.seek(forward, evidence.len(), |at| evidence[at].probe.0.clone(), needs_look);
    }
}

impl Pane for HealthPane {
    fn id(&self) -> PaneId {
        PaneId::Health
    }

    fn act(&mut self, action: Action, facts: &Facts, out: &mut Outbox) -> Flow {
        if self.list.act(action, facts.evidence.len(), |at| facts.evidence[at].probe.0.clone()) {
            return Flow::Consumed;
        }
        match action {
            Action::Open => {
                self.opened = true;
                self.list.rest();
            }
            Action::Back if self.opened => self.opened = false,
            Action::NextFinding => self.seek(facts, true),
            Action::PrevFinding => self.seek(facts, false),
            Action::Refresh => {
                if let Some(evidence) = self.selected(facts) {
                    out.tell(format!("asking {} again", evidence.probe));
                    out.ask(Effect::RunProbe(evidence.probe.clone()));
                }
            }
            Action::Copy => match self.selected(facts).and_then(|evidence| evidence.hint.clone()) {
                Some(hint) => {
                    out.tell("the hint was sent to the terminal's clipboard");
                    out.ask(Effect::Copy(hint));
                }
                None => out.tell("nothing to copy: this probe has no hint"),
            },
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    fn settle(&mut self, facts: &Facts) {
        self.list.settle(facts.evidence.len(), |at| facts.evidence[at].probe.0.clone());
    }

    fn is_moving(&self) -> bool {
        self.list.is_moving()
    }

    fn rest(&mut self) {
        self.list.rest();
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::List]
    }

    fn offers(&self, _facts: &Facts) -> Vec<Action> {
        let open = if self.opened { Action::Back } else { Action::Open };
        vec![open, Action::NextFinding, Action::Refresh, Action::RefreshAll, Action::Copy, Action::Pause]
    }

    fn state(&self, facts: &Facts) -> Badge {
        let count = |wanted: fn(Verdict) -> bool| facts.evidence.iter().filter(|seen| wanted(seen.verdict)).count();
        let failing = count(|verdict| verdict == Verdict::Fail);
        let warning = count(|verdict| verdict == Verdict::Warn);
        let unknown = count(|verdict| matches!(verdict, Verdict::Unknown(_)));
        let aged = facts.evidence.iter().filter(|seen| of_evidence(seen, facts.now).1 == Role::Stale).count();
        let held = facts.evidence.iter().filter(|seen| standing::restraint(seen, facts).is_some()).count();
        match (failing, warning, unknown, aged) {
            (0, 0, 0, 0) if facts.evidence.is_empty() => Badge::new("no probes", Role::Unknown),
            (0, 0, 0, 0) if held > 0 => Badge::new(format!("{held} held back"), Role::Stale),
            (0, 0, 0, 0) if facts.paused.is_some() => Badge::new("paused", Role::Stale),
            (0, 0, 0, 0) => Badge::new("all pass", Role::Pass),
            (0, 0, 0, aged) => Badge::new(format!("{aged} aged"), Role::Stale),
            (0, 0, unknown, _) => Badge::new(format!("{unknown} unknown"), Role::Unknown),
            (0, warning, _, _) => Badge::new(format!("{warning} warn"), Role::Warn),
            (failing, ..) => Badge::new(format!("{failing} fail"), Role::Fail),
        }
    }

    fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let area = if self.opened { area } else { recovery::draw(facts, canvas, area) };
        let places = split(area, self.opened, facts.evidence.len());
        let window = self.list.window(facts.evidence.len(), usize::from(places.list.height));
        for (y, at) in (places.list.y..).zip(window) {
            let place = Rect { y, height: 1, ..places.list };
            row::draw(&facts.evidence[at], facts, canvas, place, at == self.list.index());
        }
        if facts.evidence.is_empty() {
            let advice = "No probes are configured. Add a [[probe]] to readback.toml; `readback init` proposes some.";
            canvas.wrapped(places.list, advice, Role::Muted);
        }
        if let Some(evidence) = facts.evidence.get(self.list.detail()) {
            detail::draw(evidence, facts, canvas, places.detail);
        }
    }
}
