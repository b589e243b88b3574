//! What is on the screen. Panes paint `Facts` and ask through an outbox; they never do anything.

mod canvas;
pub mod chrome;
mod env;
mod glyphs;
mod health;
pub mod layout;
pub mod overlay;
mod readback;
mod state;
mod timeline;
mod widgets;

pub use canvas::Canvas;
pub use env::EnvPane;
pub use glyphs::Glyphs;
pub use health::HealthPane;
pub use readback::ReadbackPane;
pub use state::Badge;
pub use timeline::TimelinePane;
pub use widgets::next_label_change;

use crate::app::{Action, Context, Facts, Outbox};
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

/// The four panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaneId {
    /// Evidence per probe.
    Health,
    /// Every layer of the configuration.
    Env,
    /// What happened.
    Timeline,
    /// The guided review.
    Readback,
}

impl PaneId {
    /// Every pane, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Health, Self::Env, Self::Timeline, Self::Readback];

    /// Its title.
    pub fn word(self) -> &'static str {
        match self {
            Self::Health => "Health",
            Self::Env => "Env",
            Self::Timeline => "Timeline",
            Self::Readback => "Readback",
        }
    }

    /// The key that goes to it.
    pub fn number(self) -> char {
        match self {
            Self::Health => '1',
            Self::Env => '2',
            Self::Timeline => '3',
            Self::Readback => '4',
        }
    }
}

/// Whether a pane took what it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It did.
    Consumed,
    /// It did not: the next one outward may.
    Pass,
}

/// What is typed while a pane writes text.
#[derive(Clone, Debug)]
pub enum Typed<'a> {
    /// A key.
    Key(&'a KeyEvent),
    /// A pasted text.
    Paste(&'a str),
}

/// A pane: reads `Facts`, keeps a selection, asks for effects.
pub trait Pane {
    /// Which one.
    fn id(&self) -> PaneId;
    /// A named action.
    fn act(&mut self, action: Action, facts: &Facts, out: &mut Outbox) -> Flow;
    /// Raw text, only while its context is [`Context::Editing`] or [`Context::Prompt`].
    fn typed(&mut self, _typed: &Typed<'_>, _facts: &Facts, _out: &mut Outbox) -> Flow {
        Flow::Pass
    }
    /// Facts changed: clamp what is selected.
    fn settle(&mut self, facts: &Facts);
    /// Whether the detail still has to follow the cursor.
    fn is_moving(&self) -> bool;
    /// The cursor rests: the detail follows it.
    fn rest(&mut self);
    /// The contexts in which keys are heard, innermost first, without the global one.
    fn contexts(&self) -> &'static [Context];
    /// What can be done here now, for the footer, the most useful first.
    fn offers(&self, facts: &Facts) -> Vec<Action>;
    /// Its state in a few words, for the strip and the title.
    fn state(&self, facts: &Facts) -> Badge;
    /// Paints. `&self`: drawing changes nothing.
    fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect);
    /// The cursor, where a text is being written.
    fn cursor(&self, _facts: &Facts, _area: Rect) -> Option<(u16, u16)> {
        None
    }
}
