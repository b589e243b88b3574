//! The shell: the only place that sees everything. One `select!` takes what happens, hands it to the
//! pure core, carries out what the core asks for, and draws when something has changed.

mod backups;
mod clock;
mod door;
mod draft_task;
mod draw;
mod env_watch;
mod file_eyes;
mod folder_watch;
mod layers;
mod look_task;
mod past;
mod perform;
mod presence_task;
mod probe_task;
mod store_kept;
mod store_task;
mod who;

pub use backups::Backups;
pub use clock::Clock;
pub use door::Door;
pub use draft_task::keep_drafts;
pub use draw::Screen;
pub use env_watch::{EnvWatch, TooEarly, env_memory};
pub use file_eyes::FileEyes;
pub use folder_watch::FolderWatch;
pub use layers::{Compared, LayerTask};
pub use past::PastReader;
pub use perform::{Hands, Probes};
pub use probe_task::judge_observations;
pub use store_kept::Kept;
pub use store_task::{Command, StoreTask};

use super::pacing::Next;
use super::terminal::{Cause, Hangup, Input, InputEvent, SignalEvent, Signals};
use super::{App, Effect, Event};
use crate::probes::fault;
use std::time::Instant;
use tokio::sync::mpsc::Receiver;

/// How many events are handled before a frame is drawn, at most.
const BATCH: usize = 64;

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
    /// When something on the screen will age visibly.
    pub wake: Option<Instant>,
}

/// Where events come from.
#[derive(Debug)]
pub struct Sources {
    /// The keyboard.
    pub input: Input,
    /// The signals.
    pub signals: Signals,
    /// The end of the terminal.
    pub hangup: Hangup,
    /// The tasks behind the hands.
    pub events: Receiver<Event>,
}

/// What one wait brought.
enum Arrived {
    Input(Option<InputEvent>),
    Event(Option<Event>),
    Signal(SignalEvent),
    Gone(Cause),
    Written,
    Woken,
}

impl Shell {
    /// Runs until it ends; returns the exit code.
    pub async fn run(&mut self, mut sources: Sources) -> i32 {
        let mut dirty = true;
        loop {
            let until = match self.screen.pace(dirty, self.wake).next() {
                Next::DrawNow => {
                    self.screen.draw(&mut self.app);
                    dirty = false;
                    continue;
                }
                Next::WaitUntil(until) => Some(until),
                Next::Sleep => None,
            };
            let arrived = self.arrival(&mut sources, until).await;
            if matches!(arrived, Arrived::Written) {
                continue;
            }
            if let Some(code) = self.handle(arrived, &mut sources.signals, &mut dirty).await {
                return code;
            }
            // What has arrived meanwhile is handled before the next frame, so that it is drawn once.
            for _ in 0..BATCH {
                let next = match (sources.input.try_next(), sources.events.is_empty()) {
                    (Some(input), _) => Arrived::Input(Some(input)),
                    (None, false) => Arrived::Event(sources.events.recv().await),
                    (None, true) => break,
                };
                if let Some(code) = self.handle(next, &mut sources.signals, &mut dirty).await {
                    return code;
                }
            }
        }
    }

    async fn arrival(&self, sources: &mut Sources, until: Option<Instant>) -> Arrived {
        let wait = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            cause = sources.hangup.wait() => Arrived::Gone(cause),
            signal = sources.signals.next() => Arrived::Signal(signal),
            input = sources.input.next() => Arrived::Input(input),
            event = sources.events.recv() => Arrived::Event(event),
            () = self.screen.written() => Arrived::Written,
            () = wait => Arrived::Woken,
        }
    }

    /// Hands what arrived to the core and carries out what it asks; returns the exit code at the end.
    async fn handle(&mut self, arrived: Arrived, signals: &mut Signals, dirty: &mut bool) -> Option<i32> {
        let event = match arrived {
            Arrived::Gone(cause) | Arrived::Signal(SignalEvent::Shutdown(cause)) => return Some(cause.exit_code()),
            Arrived::Signal(SignalEvent::Suspend) => {
                let _ = self.screen.guard().suspend(signals).await;
                self.drawn_anew()
            }
            Arrived::Signal(SignalEvent::Continue) => {
                self.screen.guard().resume();
                self.drawn_anew()
            }
            // The keyboard or every task is gone: what is left is to end.
            Arrived::Input(None) | Arrived::Event(None) => return Some(Cause::Hangup.exit_code()),
            Arrived::Input(Some(InputEvent::Key(key))) => {
                fault::trip("ui");
                Event::Key(key)
            }
            Arrived::Input(Some(InputEvent::Paste(text))) => Event::Paste(text),
            Arrived::Input(Some(InputEvent::Resize(columns, rows))) => {
                self.screen.resize(columns, rows);
                Event::Resize(columns, rows)
            }
            Arrived::Event(Some(event)) => event,
            Arrived::Woken if self.wake.is_some_and(|wake| wake <= Instant::now()) => Event::Woken,
            Arrived::Input(Some(InputEvent::FocusGained | InputEvent::FocusLost))
            | Arrived::Woken
            | Arrived::Written => {
                return None;
            }
        };
        let turn = self.app.update(event, self.clock.now());
        *dirty |= turn.dirty;
        self.wake = None;
        for effect in turn.effects {
            match self.hands.perform(effect).await {
                Some(Effect::Quit(code)) => return Some(i32::from(code)),
                Some(Effect::WakeAt(at)) => self.wake = Some(Instant::now() + self.clock.until(at)),
                Some(Effect::Copy(text)) => self.copy(&text),
                _ => {}
            }
        }
        None
    }

    /// Sends one line: a line feed in a foreign name would run what stands before it where it is pasted.
    fn copy(&mut self, text: &str) {
        if !self.screen.copy(&crate::guard::line(text)) {
            let why = "this terminal takes nothing to copy: select it on the screen";
            self.app.update(Event::Trouble(why.to_owned()), self.clock.now());
        }
    }

    fn drawn_anew(&mut self) -> Event {
        self.screen.forget();
        let (columns, rows) = self.screen.size();
        Event::Resize(columns, rows)
    }
}
