//! Env: a row per key over every layer, and what is the matter with it. No value that is secret.

mod detail;
mod row;

use super::state::Badge;
use super::widgets::{List, split};
use super::{Canvas, Flow, Pane, PaneId};
use crate::app::theme::Role;
use crate::app::{Action, Context, Effect, Facts, Outbox};
use crate::env::{Row, Severity};
use ratatui::layout::Rect;

/// The Env pane.
#[derive(Debug, Default)]
pub struct EnvPane {
    list: List,
    opened: bool,
    findings_only: bool,
    /// The first comparison has come in.
    looked: bool,
}

impl EnvPane {
    /// The rows on the screen, in order.
    fn rows<'a>(&self, facts: &'a Facts) -> Vec<&'a Row> {
        let all = facts.matrix.iter().flat_map(|matrix| &matrix.rows);
        all.filter(|row| !self.findings_only || !row.findings.is_empty()).collect()
    }

    fn seek(&mut self, rows: &[&Row], forward: bool) {
        let worse = |at: usize| rows[at].worst().is_some_and(|severity| severity < Severity::Note);
        self.list.seek(forward, rows.len(), |at| rows[at].key.clone(), worse);
    }
}

impl Pane for EnvPane {
    fn id(&self) -> PaneId {
        PaneId::Env
    }

    fn act(&mut self, action: Action, facts: &Facts, out: &mut Outbox) -> Flow {
        let rows = self.rows(facts);
        if self.list.act(action, rows.len(), |at| rows[at].key.clone()) {
            return Flow::Consumed;
        }
        match action {
            Action::Open => {
                self.opened = true;
                self.list.rest();
            }
            Action::Back if self.opened => self.opened = false,
            Action::NextFinding => self.seek(&rows, true),
            Action::PrevFinding => self.seek(&rows, false),
            Action::FindingsOnly => {
                self.findings_only = !self.findings_only;
                self.settle(facts);
            }
            Action::Refresh => out.ask(Effect::ReadEnv),
            Action::Copy => {
                if let Some(row) = rows.get(self.list.index()) {
                    out.tell("copied the key's name");
                    out.ask(Effect::Copy(row.key.clone()));
                }
            }
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    fn settle(&mut self, facts: &Facts) {
        let rows = self.rows(facts);
        self.list.settle(rows.len(), |at| rows[at].key.clone());
        // The first look goes to what is wrong.
        if !self.looked && !rows.is_empty() {
            self.looked = true;
            if rows[0].worst() != Some(Severity::Error) {
                self.seek(&rows, true);
            }
        }
    }

    fn is_moving(&self) -> bool {
        self.list.is_moving()
    }

    fn rest(&mut self) {
        self.list.rest();
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::Env, Context::List]
    }

    fn offers(&self, _facts: &Facts) -> Vec<Action> {
        let open = if self.opened { Action::Back } else { Action::Open };
        vec![open, Action::NextFinding, Action::FindingsOnly, Action::Refresh, Action::Copy]
    }

    fn state(&self, facts: &Facts) -> Badge {
        let Some(matrix) = &facts.matrix else { return Badge::new("not read", Role::Unknown) };
        let count = |severity| {
            let keys = matrix.rows.iter().filter(|row| row.worst() == Some(severity)).count();
            keys + matrix.findings.iter().filter(|finding| finding.severity == severity).count()
        };
        match (count(Severity::Error), count(Severity::Warning), matrix.unread.len()) {
            (0, 0, 0) => Badge::new("no findings", Role::Pass),
            (0, 0, unread) => Badge::new(format!("{unread} unread"), Role::Unknown),
            (0, warnings, _) => Badge::new(format!("{warnings} warn"), Role::Warn),
            (errors, ..) => Badge::new(format!("{errors} wrong"), Role::Fail),
        }
    }

    fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(matrix) = &facts.matrix else {
            canvas.put(
                area.x + 1,
                area.y,
                area.width.saturating_sub(1),
                "Reading the layers of the configuration",
                Role::Muted,
            );
            return;
        };
        let rows = self.rows(facts);
        let places = split(area, self.opened, rows.len() + 1);
        let columns = row::Columns::of(places.list.width);
        let mut body = places.list;
        if body.height > 3 {
            row::heading(matrix, &columns, canvas, Rect { height: 1, ..body });
            body = Rect { y: body.y + 1, height: body.height - 1, ..body };
        }
        for (y, at) in (body.y..).zip(self.list.window(rows.len(), usize::from(body.height))) {
            row::draw(rows[at], &columns, canvas, Rect { y, height: 1, ..body }, at == self.list.index());
        }
        if rows.is_empty() {
            let text = if self.findings_only { "No row has a finding (f shows all)" } else { "No keys were found" };
            canvas.put(body.x + 1, body.y, body.width.saturating_sub(1), text, Role::Muted);
        }
        detail::draw(matrix, rows.get(self.list.detail()).copied(), canvas, places.detail);
    }
}
