//! The shell: the only place that sees everything. One `select!` takes what happens, hands it to the
//! pure core, carries out what the core asks for, and draws when something has changed.

mod clock;
mod door;
mod draw;
mod layers;
mod perform;
mod store_task;

pub use clock::Clock;
pub use door::Door;
pub use layers::LayerTask;
pub use perform::{Hands, Probes};
pub use store_task::{Command, StoreTask};

use super::pacing::{Next, Pace};
use super::terminal::{Caps, Cause, Input, Writer};
use super::{App, Effect, Event};
use draw::Screen;
use std::time::Instant;
use tokio::sync::mpsc::Receiver;

/// How many events are handled before a frame is drawn, at most.
const BATCH: usize = 64;

/// What ended the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A person left.
    Quit(u8),
    /// A signal came, or the terminal went away.
    Cause(Cause),
}

/// The console while it runs.
#[derive(Debug)]
pub struct Shell {
    /// The pure core.
    pub app: App,
    /// What carries out effects.
    pub hands: Hands,
    /// What time it is.
    pub clock: Clock,
    /// What draws.
    pub screen: Screen,
}

impl Shell {
    /// Runs until it ends. `events` come from the tasks behind `hands`.
    pub async fn run(mut self, mut input: Input, mut events: Receiver<Event>, mut causes: Receiver<Cause>) -> End {
        let mut wake: Option<Instant> = None;
        let mut dirty = true;
        loop {
            match self.screen.pace(dirty, wake).next() {
                Next::DrawNow => {
                    self.screen.draw(&mut self.app);
                    dirty = false;
                    continue;
                }
                Next::WaitUntil(until) => { let _ = until; }
                Next::Sleep => {}
            }
            let _ = (&mut input, &mut events, &mut causes, BATCH);
            wake = None;
        }
    }
}
