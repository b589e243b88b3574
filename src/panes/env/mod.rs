//! Env: a row per key over every layer, and what is the matter with it. No value that is secret.

mod blame;
mod detail;
mod forecast;
mod restarts;
mod row;
mod shown;
mod since;

use super::state::Badge;
use super::widgets::{List, split};
use super::{Canvas, Flow, Pane, PaneId, Typed};
use crate::app::theme::Role;
use crate::app::{Action, Context, Effect, Facts, Outbox};
use crate::env::{Matrix, Row, Severity};
use ratatui::layout::Rect;
use shown::Shown;

/// What the pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum View {
    /// Every key over all layers; the selected one in detail.
    #[default]
    Layers,
    /// The same list; since when the selected key is what it is.
    Blame,
    /// Every key by its last change; since when the selected one is what it is.
    Since,
    /// What the next restart would do.
    Forecast,
}

/// The Env pane.
#[derive(Debug, Default)]
pub struct EnvPane {
    view: View,
    list: List,
    /// The selection among the keys by their last change.
    since: List,
    /// How far the forecast is scrolled.
    scroll: usize,
    opened: bool,
    findings_only: bool,
    shown: Shown,
    /// The first comparison has come in.
    looked: bool,
}

impl EnvPane {
    /// The rows on the screen, in order.
    fn rows<'a>(&self, facts: &'a Facts) -> Vec<&'a Row> {
        let all = facts.matrix.iter().flat_map(|matrix| &matrix.rows);
        self.shown.of(all.filter(|row| !self.findings_only || !row.findings.is_empty()))
    }

    /// The list that the cursor moves in.
    fn selection(&self) -> &List {
        if self.view == View::Since { &self.since } else { &self.list }
    }

    /// The key in a row of that list.
    fn key<'a>(&self, facts: &'a Facts, at: usize) -> Option<&'a str> {
        match self.view {
            View::Since => since::keys(facts).get(at).map(|life| life.key.as_str()),
            View::Layers | View::Blame | View::Forecast => self.rows(facts).get(at).map(|row| row.key.as_str()),
        }
    }

    /// Shows something else; what is shown already is put away again.
    fn turn_to(&mut self, view: View) {
        self.view = if self.view == view { View::Layers } else { view };
        // What became of one key takes the whole of a small pane at once; a list comes first.
        self.opened = self.view == View::Blame;
        self.scroll = 0;
        self.list.rest();
    }

    /// Moves the cursor, or scrolls; returns whether the action was one of those.
    fn moves(&mut self, action: Action, facts: &Facts) -> bool {
        match self.view {
            View::Layers | View::Blame => {
                let rows = self.rows(facts);
                self.list.act(action, rows.len(), |at| rows[at].key.clone())
            }
            View::Since => {
                let keys = since::keys(facts);
                self.since.act(action, keys.len(), |at| keys[at].key.clone())
            }
            View::Forecast => {
                let last = forecast::lines(facts).len().saturating_sub(1);
                self.scroll = match action {
                    Action::Down => self.scroll.saturating_add(1),
                    Action::Up => self.scroll.saturating_sub(1),
                    Action::PageDown => self.scroll.saturating_add(10),
                    Action::PageUp => self.scroll.saturating_sub(10),
                    Action::Top => 0,
                    Action::Bottom => last,
                    _ => return false,
                }
                .min(last);
                true
            }
        }
    }

    /// Which keys are shown, and how. They are shown where they are chosen.
    fn choose(&mut self, action: Action) {
        if !matches!(self.view, View::Layers | View::Blame) {
            self.turn_to(View::Layers);
        }
        match action {
            Action::FilterKeys => {
                // In a small pane the detail would stand over what is written.
                self.opened = false;
                self.shown.ask();
            }
            Action::SortKeys => self.shown.sort_on(),
            Action::GroupKeys => self.shown.group_on(),
            Action::ClearFilter => self.shown.clear(),
            _ => self.shown.apply(),
        }
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
        if self.moves(action, facts) {
            return Flow::Consumed;
        }
        if matches!(action, Action::Blame | Action::Since) {
            read_back(facts, out);
        }
        match action {
            Action::Blame if self.view == View::Since => self.opened = !self.opened,
            Action::Blame => self.turn_to(View::Blame),
            Action::Since => self.turn_to(View::Since),
            Action::Forecast => self.turn_to(View::Forecast),
            Action::Open => {
                self.opened = true;
                self.rest();
            }
            Action::Back if self.view == View::Since && self.opened => self.opened = false,
            Action::Back if self.view != View::Layers => self.turn_to(View::Layers),
            Action::Back if self.opened => self.opened = false,
            Action::NextFinding => self.seek(&self.rows(facts), true),
            Action::PrevFinding => self.seek(&self.rows(facts), false),
            Action::FindingsOnly => {
                self.findings_only = !self.findings_only;
                self.settle(facts);
            }
            Action::FilterKeys | Action::SortKeys | Action::GroupKeys | Action::ApplyFilter | Action::ClearFilter => {
                self.choose(action);
                self.settle(facts);
            }
            Action::Refresh => out.ask(Effect::ReadEnv),
            Action::Copy => {
                if let Some(key) = self.key(facts, self.selection().index()) {
                    out.tell("the key's name was sent to the terminal's clipboard");
                    out.ask(Effect::Copy(key.to_owned()));
                }
            }
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, _out: &mut Outbox) -> Flow {
        if !self.shown.is_asking() {
            return Flow::Pass;
        }
        self.shown.typed(typed);
        self.settle(facts);
        Flow::Consumed
    }

    fn settle(&mut self, facts: &Facts) {
        let keys = since::keys(facts);
        self.since.settle(keys.len(), |at| keys[at].key.clone());
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
        self.list.is_moving() || self.since.is_moving()
    }

    fn rest(&mut self) {
        self.list.rest();
        self.since.rest();
    }

    fn contexts(&self) -> &'static [Context] {
        if self.shown.is_asking() { &[Context::Prompt] } else { &[Context::Env, Context::List] }
    }

    fn offers(&self, _facts: &Facts) -> Vec<Action> {
        if self.shown.is_asking() {
            return vec![Action::ApplyFilter, Action::ClearFilter];
        }
        let open = if self.opened { Action::Back } else { Action::Open };
        let own: &[Action] = match self.view {
            View::Layers => &[open, Action::Blame, Action::Since, Action::Forecast, Action::NextFinding],
            View::Blame => &[Action::Back, Action::Since, Action::Forecast],
            View::Since => &[open, Action::Back, Action::Forecast],
            View::Forecast => &[Action::Back, Action::Down, Action::Blame, Action::Since],
        };
        let shared: &[Action] = match self.view {
            View::Layers => &[
                Action::FindingsOnly,
                Action::Refresh,
                Action::Copy,
                Action::FilterKeys,
                Action::GroupKeys,
                Action::SortKeys,
            ],
            View::Blame | View::Since | View::Forecast => &[Action::Refresh, Action::Copy],
        };
        let mut offers = own.to_vec();
        offers.extend_from_slice(shared);
        // An open detail is left by the key that leaves the view.
        offers.dedup();
        offers
    }

    fn cursor(&self, facts: &Facts, area: Rect) -> Option<(u16, u16)> {
        facts.matrix.as_ref().and_then(|_| self.shown.cursor(area))
    }

    fn state(&self, facts: &Facts) -> Badge {
        let Some(matrix) = &facts.matrix else { return Badge::new("not read", Role::Unknown) };
        let count = |severity| {
            let keys = matrix.rows.iter().filter(|row| row.worst() == Some(severity)).count();
            keys + matrix.findings.iter().filter(|finding| finding.severity == severity).count()
        };
        match (count(Severity::Error), count(Severity::Warning), matrix.unread.len()) {
            (0, 0, 0) if facts.comparison_is_old() => Badge::new("old", Role::Stale),
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
        match self.view {
            View::Layers | View::Blame => self.draw_layers(matrix, facts, canvas, area),
            View::Since => {
                let keys = since::keys(facts);
                let places = split(area, self.opened, keys.len() + 1);
                since::draw(&self.since, facts, canvas, places.list);
                blame::draw(self.key(facts, self.since.detail()), facts, canvas, places.detail);
            }
            View::Forecast => forecast::draw(&forecast::lines(facts), self.scroll, canvas, area),
        }
    }
}

/// Asks for an older page of the timeline, where the oldest change is older than what was read of it: what happened
/// near a change stands there.
fn read_back(facts: &Facts, out: &mut Outbox) {
    let oldest = facts.past.lives.iter().flat_map(|life| &life.steps).filter_map(|step| step.after).min();
    let (Some(oldest), Some(entry)) = (oldest, facts.log.entries.last()) else { return };
    if !facts.log.complete && !facts.log.is_full() && entry.at() > oldest {
        out.ask(Effect::ReadOlder { at: entry.at(), id: entry.id().to_owned() });
    }
}

impl EnvPane {
    fn draw_layers(&self, matrix: &Matrix, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let rows = self.rows(facts);
        let places = split(area, self.opened, rows.len() + 1);
        let columns = row::Columns::of(places.list.width);
        let mut body = places.list;
        let top = Rect { height: self.shown.height().min(body.height), ..body };
        self.shown.draw(rows.len(), matrix.rows.len(), canvas, top);
        body = Rect { y: top.bottom(), height: body.height - top.height, ..body };
        if body.height > 3 {
            row::heading(matrix, &columns, canvas, Rect { height: 1, ..body });
            body = Rect { y: body.y + 1, height: body.height - 1, ..body };
        }
        self.draw_rows(&rows, &columns, canvas, body);
        if rows.is_empty() {
            let text = match () {
                () if matrix.rows.is_empty() => "No keys were found",
                () if self.findings_only => "No row that fits has a finding (f shows all)",
                () => "No key fits the filter",
            };
            canvas.put(body.x + 1, body.y, body.width.saturating_sub(1), text, Role::Muted);
        }
        if self.view == View::Blame {
            blame::draw(self.key(facts, self.list.detail()), facts, canvas, places.detail);
        } else {
            detail::draw(matrix, rows.get(self.list.detail()).copied(), canvas, places.detail);
        }
    }

    /// The rows, each group under its heading: where headings stand, fewer rows fit.
    fn draw_rows(&self, rows: &[&Row], columns: &row::Columns, canvas: &mut Canvas<'_>, body: Rect) {
        let height = usize::from(body.height);
        let groups = self.shown.groups(rows).len();
        let room = if groups == 0 { height } else { height - groups.min(height.div_ceil(2)) };
        let mut y = body.y;
        let mut last = None;
        for at in self.list.window(rows.len(), room) {
            let heading = self.shown.heading(rows[at]);
            if heading != last {
                canvas.put(
                    body.x + 1,
                    y,
                    body.width.saturating_sub(1),
                    heading.as_deref().unwrap_or_default(),
                    Role::Accent,
                );
                y += 1;
            }
            last = heading;
            row::draw(rows[at], columns, canvas, Rect { y, height: 1, ..body }, at == self.list.index());
            y += 1;
        }
    }
}
