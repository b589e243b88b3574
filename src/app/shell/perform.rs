//! Carries out what the core asks for. Nothing here waits for the outside world: each effect is handed
//! to the task that owns its part of it.

use super::store_task::Command;
use crate::app::Effect;
use crate::probes::ScheduleHandle;
use crate::store::Cursor;
use tokio::sync::mpsc::{Sender, UnboundedSender};

/// The tasks that do things.
#[derive(Debug)]
pub struct Hands {
    /// Looks at the outside world.
    pub probes: Probes,
    /// Reads the layers of the configuration.
    pub layers: Sender<()>,
    /// Owns the database. Without a bound: were the shell to wait for it, it would hear neither keys nor signals while
    /// that task waits for the shell to hear what it says. A task without a database takes what it is told at once.
    pub store: UnboundedSender<Command>,
    /// Keeps what is being written; key and text.
    pub drafts: Sender<(String, String)>,
}

/// Who runs probes.
#[derive(Debug)]
pub enum Probes {
    /// The schedule.
    Live(ScheduleHandle),
    /// The demo's script, which can't be asked.
    Scripted,
}

impl Hands {
    /// Carries out an effect; gives back what is the shell's own to do.
    pub async fn perform(&self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::RunProbe(id) => {
                if let Probes::Live(schedule) = &self.probes {
                    schedule.run_now(id).await;
                }
            }
            Effect::RunAllProbes => {
                if let Probes::Live(schedule) = &self.probes {
                    schedule.run_all().await;
                }
            }
            Effect::Pause(paused) => {
                if let Probes::Live(schedule) = &self.probes {
                    schedule.pause(paused).await;
                }
            }
            Effect::ReadEnv => {
                // One request that waits is as good as two.
                let _ = self.layers.try_send(());
            }
            Effect::ReadStore => self.ask_store(Command::Read),
            Effect::ReadPresent => self.ask_store(Command::ReadPresent),
            Effect::Attend(at) => self.ask_store(Command::Attend(at)),
            Effect::ReadOlder { at, id } => self.ask_store(Command::ReadOlder(Cursor { at, id })),
            Effect::Look(look) => self.ask_store(Command::Look(look)),
            Effect::Count(count) => self.ask_store(Command::Count(count)),
            Effect::Record(step) => self.ask_store(Command::Record(step)),
            Effect::AppendOwn(event) => self.ask_store(Command::AppendOwn(event)),
            Effect::SaveDraft { key, text } => {
                let _ = self.drafts.send((key, text)).await;
            }
            effect @ (Effect::Copy(_) | Effect::WakeAt(_) | Effect::Quit(_)) => return Some(effect),
        }
        None
    }

    /// A task that is gone is a console that ends; nothing is left to tell.
    fn ask_store(&self, command: Command) {
        let _ = self.store.send(command);
    }
}
