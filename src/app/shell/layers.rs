//! The task that reads every layer of the configuration and has them compared. Values go into the
//! comparison and nowhere else; what comes out holds none that is secret.

use super::TooEarly;
use super::file_eyes::FileEyes;
use crate::app::Event;
use crate::config::Config;
use crate::env::forecast::Host;
use crate::env::hosts::Asked;
use crate::env::sync::LastSyncs;
use crate::env::{Layers, Matrix, Reading, compare_with_hosts, secret_values};
use crate::guard::{Allow, Fingerprinter, Secret, Watch};
use crate::probes::Place;
use crate::probes::hosts::look_up;
use crate::probes::layers::StackLayers;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::watch;

/// How often the layers are read without being asked.
const EVERY: Duration = Duration::from_secs(30);

/// How long the layers are left alone after the file was changed: a program that keeps writing it must not have the
/// secrets fetched without end.
const PAUSE: Duration = Duration::from_secs(2);

/// The layers, compared.
#[derive(Debug)]
pub struct Compared {
    /// Every key over all layers.
    pub matrix: Matrix,
    /// The hosts that the keys name, and whether they resolve.
    pub hosts: Vec<Host>,
    /// What looks out for the layers' secrets.
    pub guard: Watch,
}

/// Reads and compares the layers.
#[derive(Clone, Debug)]
pub struct LayerTask {
    layers: StackLayers,
    place: Place,
    fingerprinter: Fingerprinter,
    /// Keeps what the guard remembers of the values from being read back.
    guard_key: Secret,
    allow: Vec<Allow>,
}

impl LayerTask {
    /// For a stack.
    pub fn new(config: &Config, place: Place, fingerprinter: Fingerprinter) -> Self {
        Self {
            layers: StackLayers::new(&config.env, &config.secrets),
            place,
            fingerprinter,
            guard_key: Secret::new(uuid::Uuid::now_v7().into_bytes()),
            allow: config.guard.allowed(),
        }
    }

    /// Reads at once, then when asked, when the file was changed, and every half minute, until nobody asks any more.
    pub async fn run(
        self,
        mut eyes: FileEyes,
        mut asked: Receiver<()>,
        events: Sender<Event>,
        door: watch::Sender<Watch>,
    ) {
        // What the files hold is known at once; secrets and what runs may take their time.
        let mut known = self.known().await;
        let _ = door.send(known.clone());
        loop {
            let is_early = eyes.look(&events).await.is_err();
            let Compared { matrix, hosts, guard } = Box::pin(self.read()).await;
            // A value that is not read this time still stands in the rows that were masked because of it.
            let guard = guard.remembering(&known);
            known.clone_from(&guard);
            // The guard first, so that nothing that was just learned gets past it.
            let _ = door.send(guard.clone());
            for event in [Event::Guard(guard), Event::HostsLooked(hosts), Event::EnvCompared(Box::new(matrix))] {
                if events.send(event).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                asked = asked.recv() => if asked.is_none() { return },
                () = eyes.changed() => {
                    // The change itself is told at once; only the layers wait.
                    if eyes.look(&events).await.is_err() {
                        tokio::time::sleep(TooEarly::AGAIN).await;
                        let _ = eyes.look(&events).await;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                () = tokio::time::sleep(if is_early { TooEarly::AGAIN } else { EVERY }) => {}
            }
        }
    }

    /// The guard that knows the secrets of the stack's files alone.
    pub async fn known(&self) -> Watch {
        let this = self.clone();
        let known = tokio::task::spawn_blocking(move || this.guard(&this.layers.files(&this.place)));
        known.await.unwrap_or_default()
    }

    /// Reads every layer and compares them; with the comparison comes the guard that knows their secrets.
    pub async fn read(&self) -> Compared {
        self.read_with(&LastSyncs::default()).await
    }

    /// The same, with what is known of syncs besides what they left beside their backups.
    pub async fn read_with(&self, synced: &LastSyncs) -> Compared {
        let synced = synced.clone();
        let layers = self.layers.read(&self.place).await;
        let this = self.clone();
        // A large file takes its time to be compared; the screen must not wait for it.
        let compared = tokio::task::spawn_blocking(move || {
            let mut layers = layers.unwrap_or_else(crashed);
            layers.synced.merge(&synced);
            let names = container_names(&layers);
            (this.compare(&layers), names, this.guard(&layers))
        });
        let nothing = || (self.compare(&crashed()), Vec::new(), Watch::default());
        let ((matrix, asked), names, guard) = compared.await.unwrap_or_else(|_| nothing());
        let hosts = look_up(&self.place, self.layers.container(), &asked, &names).await;
        Compared { matrix, hosts, guard }
    }

    fn compare(&self, layers: &Layers) -> (Matrix, Vec<Asked>) {
        compare_with_hosts(layers, self.layers.rules(), &self.fingerprinter)
    }

    fn guard(&self, layers: &Layers) -> Watch {
        Watch::knowing(&self.guard_key, &secret_values(layers, self.layers.rules())).allowing(&self.allow)
    }
}

/// What is known where reading it crashed: nothing.
fn crashed() -> Layers {
    Layers { file: Reading::Unread("reading it crashed (a bug; see the log)".to_owned()), ..Layers::default() }
}

/// The names under which the project's containers know each other.
fn container_names(layers: &Layers) -> Vec<String> {
    layers.compose.read().map(|layer| layer.names.clone()).unwrap_or_default()
}
