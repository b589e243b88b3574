//! Timeline: `alert_operation_log` and the console's own events as one, newest first.

mod detail;
mod row;

use super::state::Badge;
use super::widgets::{List, split};
use super::{Canvas, Flow, Pane, PaneId};
use crate::app::theme::Role;
use crate::app::{Action, Context, Effect, Facts, Outbox, StoreState};
use crate::timeline::Entry;
use ratatui::layout::Rect;

/// The Timeline pane.
#[derive(Debug, Default)]
pub struct TimelinePane {
    list: List,
    opened: bool,
    /// The selection was moved away from the newest row, so it stays where it is when rows arrive.
    moved: bool,
}

/// An older page is asked for when the selection is this close to the oldest row that is known.
const AHEAD: usize = 20;

impl TimelinePane {
    fn seek(&mut self, entries: &[Entry], forward: bool) {
        let failed = |at: usize| entries[at].success() == Some(false);
        self.list.seek(forward, entries.len(), |at| entries[at].id().to_owned(), failed);
        self.moved = self.list.index() != 0;
    }

    /// Asks for what is older, when the person comes near the end of what is known.
    fn read_ahead(&self, facts: &Facts, out: &mut Outbox) {
        let near_end = self.list.index() + AHEAD >= facts.log.entries.len();
        if let (true, false, Some(oldest)) = (near_end, facts.log.complete, facts.log.entries.last()) {
            out.ask(Effect::ReadOlder { at: oldest.at(), id: oldest.id().to_owned() });
        }
    }
}

impl Pane for TimelinePane {
    fn id(&self) -> PaneId {
        PaneId::Timeline
    }

    fn act(&mut self, action: Action, facts: &Facts, out: &mut Outbox) -> Flow {
        let entries = &facts.log.entries;
        if self.list.act(action, entries.len(), |at| entries[at].id().to_owned()) {
            self.moved = self.list.index() != 0;
            self.read_ahead(facts, out);
            return Flow::Consumed;
        }
        match action {
            Action::Open => {
                self.opened = true;
                self.list.rest();
            }
            Action::Back if self.opened => self.opened = false,
            Action::NextFinding => self.seek(entries, true),
            Action::PrevFinding => self.seek(entries, false),
            Action::Refresh => out.ask(Effect::ReadStore),
            Action::Copy => {
                if let Some(entry) = entries.get(self.list.index()) {
                    out.tell("copied the row's id");
                    out.ask(Effect::Copy(entry.id().to_owned()));
                }
            }
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    fn settle(&mut self, facts: &Facts) {
        let entries = &facts.log.entries;
        let name = |at: usize| entries[at].id().to_owned();
        if self.moved {
            self.list.settle(entries.len(), name);
        } else {
            self.list.follow_first(entries.len(), name);
        }
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
        vec![open, Action::NextFinding, Action::Refresh, Action::Copy]
    }

    fn state(&self, facts: &Facts) -> Badge {
        match (&facts.store, facts.log.read) {
            (StoreState::Unavailable(_), _) => Badge::new("no database", Role::Fail),
            (_, false) => Badge::new("not read", Role::Unknown),
            (_, true) => {
                let more = if facts.log.complete { "" } else { "+" };
                Badge::new(format!("{}{more} rows", facts.log.entries.len()), Role::Muted)
            }
        }
    }

    fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let places = split(area, self.opened, facts.log.entries.len());
        let entries = &facts.log.entries;
        for (y, at) in (places.list.y..).zip(self.list.window(entries.len(), usize::from(places.list.height))) {
            let place = Rect { y, height: 1, ..places.list };
            row::draw(&entries[at], facts, canvas, place, at == self.list.index());
        }
        if entries.is_empty() {
            canvas.wrapped(places.list, &nothing(facts), Role::Muted);
        }
        if let Some(entry) = entries.get(self.list.detail()) {
            detail::draw(entry, facts, canvas, places.detail);
        }
    }
}

/// Why there are no rows: an empty log and a dead database must look different.
fn nothing(facts: &Facts) -> String {
    match &facts.store {
        StoreState::Unavailable(why) => format!("The timeline can't be read: {why}"),
        StoreState::Opening => "Opening the database".to_owned(),
        StoreState::Ready if !facts.log.read => "Reading the log".to_owned(),
        StoreState::Ready => "The log was read and has no rows".to_owned(),
    }
}
