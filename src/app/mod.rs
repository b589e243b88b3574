//! The console: what it remembers, how it decides, and how it meets the terminal.
//!
//! [`App`] is pure: [`App::update`] takes an event and a time and returns what to do; [`App::view`]
//! paints. No clock, no I/O, no environment. Everything that touches the world is in `shell`.

mod action;
mod around;
mod conflict;
mod effect;
mod event;
mod facts;
mod follow;
mod history;
mod ids;
mod keymap;
mod keys_doc;
mod log;
mod outbox;
pub mod pacing;
mod past;
mod pending;
mod presence;
mod resume;
pub mod shell;
pub mod terminal;
pub mod theme;
mod update;
mod wake;
mod window;

pub use action::{ACTIONS, Action, ActionInfo, Context};
pub use around::around;
pub use conflict::draft_key;
pub use effect::{Access, Effect, Step, admit};
pub use event::{Event, Stepped, StoreState};
pub use facts::{Facts, Setting};
pub use history::{Flip, History};
pub use ids::Ids;
pub use keys_doc::document as keys_document;
pub use log::Log;
pub use outbox::Outbox;
pub use past::Past;
pub use pending::Pending;
pub use window::{Count, Counted, Look, Looked, Window};

use crate::evidence::restart;
use crate::panes::overlay::Overlay;
use crate::panes::{Canvas, EnvPane, HealthPane, Pane, PaneId, ReadbackPane, TimelinePane, chrome, layout};
use jiff::Timestamp;
use ratatui::layout::{Position, Rect};
use std::collections::BTreeSet;

/// The whole console, but for its shell.
#[derive(Debug)]
pub struct App {
    facts: Facts,
    ids: Ids,
    focus: PaneId,
    zoom: bool,
    /// Whether the other panes stand beside an open review, by choice.
    beside: bool,
    health: HealthPane,
    env: EnvPane,
    timeline: TimelinePane,
    readback: ReadbackPane,
    overlay: Option<Overlay>,
    notice: Option<String>,
    /// When a key was pressed last; the details follow the cursors a moment later.
    moved_at: Option<Timestamp>,
    /// Reads restarts back.
    restarts: restart::Watch,
    /// What was asked to be recorded by itself since the log was read last.
    asked: BTreeSet<String>,
    /// Where the others were told that this console is.
    attending: presence::Attending,
    /// Whether it went back to where an earlier console was, or there was none.
    resumed: bool,
    size: (u16, u16),
}

/// What an event led to.
#[derive(Debug, Default, PartialEq)]
pub struct Turn {
    /// To be carried out, in this order; each has passed the gate.
    pub effects: Vec<Effect>,
    /// Whether what is on the screen may have changed.
    pub dirty: bool,
}

impl App {
    /// A console before its first event.
    pub fn new(facts: Facts, ids: Ids, size: (u16, u16)) -> Self {
        Self {
            facts,
            ids,
            focus: PaneId::Health,
            zoom: false,
            beside: false,
            health: HealthPane::default(),
            env: EnvPane::default(),
            timeline: TimelinePane::default(),
            readback: ReadbackPane::default(),
            overlay: None,
            notice: None,
            moved_at: None,
            restarts: restart::Watch::default(),
            asked: BTreeSet::new(),
            attending: presence::Attending::default(),
            resumed: false,
            size,
        }
    }

    /// What the console knows.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How many bytes were sent to the terminal; shown at the next frame, and no reason for one.
    pub fn sent(&mut self, bytes: u64) {
        self.facts.bytes_sent = bytes;
    }

    /// Paints the whole screen; returns where the cursor stands, if a text is being written.
    pub fn view(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let area = canvas.area();
        let offers = self.with_global(self.pane(self.focus).offers(&self.facts));
        let is_asked = !self.contexts().contains(&Context::Global);
        let notice = self.notice.as_deref().map(|text| chrome::Notice { text, is_asked });
        let above = notice.map_or(0, |notice| chrome::notice_rows(&self.facts, &offers, notice, area));
        // What is being answered or written makes room; a list stays where it is, and its last rows come back.
        let free = if is_asked { above } else { 0 };
        let layout = layout::layout(area, self.focus, self.is_zoomed(), free);
        chrome::header(&self.facts, canvas, layout.header);
        let badges: Vec<_> = PaneId::ALL.iter().map(|id| (*id, self.pane(*id).state(&self.facts))).collect();
        chrome::strip(self.focus, &badges, canvas, layout.strip);
        let mut cursor = None;
        for (id, place) in &layout.panes {
            let pane = self.pane(*id);
            let inside = if layout.framed { self.frame(*id, &badges, canvas, *place) } else { *place };
            pane.draw(&self.facts, canvas, inside);
            if *id == self.focus {
                cursor = pane.cursor(&self.facts, inside);
            }
        }
        let footer = layout.footer;
        if let Some(notice) = notice.filter(|_| above > 0) {
            chrome::notice(notice.text, canvas, Rect { y: footer.y - above, height: above, ..footer });
        }
        chrome::footer(&self.facts, &offers, notice.filter(|_| above == 0), canvas, footer);
        if let Some(overlay) = &self.overlay {
            overlay.draw(&self.facts, canvas, area);
            cursor = None;
        }
        cursor.map(Position::from)
    }

    fn frame(
        &self,
        id: PaneId,
        badges: &[(PaneId, crate::panes::Badge)],
        canvas: &mut Canvas<'_>,
        place: Rect,
    ) -> Rect {
        use theme::Role;
        let focused = id == self.focus;
        let title = format!(" {} {} ", id.number(), id.word());
        let title_role = if focused { Role::Selection } else { Role::Title };
        let mut spans = vec![(title.as_str(), title_role)];
        let state = badges.iter().find(|(of, _)| *of == id).map(|(_, badge)| (format!(" {} ", badge.text), badge.role));
        if let Some((text, role)) = &state {
            spans.push((text, *role));
        }
        canvas.frame(place, &spans, if focused { Role::BorderFocus } else { Role::Border })
    }

    /// The pane's own offers, then those that always stand, while keys mean actions.
    fn with_global(&self, mut offers: Vec<Action>) -> Vec<Action> {
        if !self.contexts().contains(&Context::Global) {
            return offers;
        }
        offers.extend([Action::Why, Action::Help, Action::Quit]);
        offers
    }

    /// Whether one pane has the whole screen: by choice; Readback while a review is open on it, unless by choice not, and
    /// always while a session is led on it.
    fn is_zoomed(&self) -> bool {
        if self.reviews() { self.readback.leads() || !self.beside } else { self.zoom }
    }

    /// Whether an open review has the keys.
    fn reviews(&self) -> bool {
        self.focus == PaneId::Readback && self.readback.is_open()
    }

    fn pane(&self, id: PaneId) -> &dyn Pane {
        match id {
            PaneId::Health => &self.health,
            PaneId::Env => &self.env,
            PaneId::Timeline => &self.timeline,
            PaneId::Readback => &self.readback,
        }
    }

    /// The contexts in which a key is heard now, innermost first.
    fn contexts(&self) -> Vec<Context> {
        if self.overlay.is_some() {
            return vec![Context::List, Context::Global];
        }
        let mut contexts = self.pane(self.focus).contexts().to_vec();
        if !contexts.iter().any(|context| matches!(context, Context::Editing | Context::Prompt | Context::Asking)) {
            contexts.push(Context::Global);
        }
        contexts
    }
}
