//! The task that reads every layer of the configuration and has them compared. Values go into the
//! comparison and nowhere else; what comes out holds none that is secret.

use super::file_eyes::FileEyes;
use super::hosts;
use crate::app::Event;
use crate::config::{Config, EnvSettings, SecretSpec};
use crate::env::forecast::Host;
use crate::env::layers::{AppLayer, ComposeLayer, FileLayer, RunningLayer, SecretValue, TemplateLayer};
use crate::env::{Layers, Matrix, Reading, Rules, compare, secret_values};
use crate::guard::{Fingerprinter, Secret, Watch, line};
use crate::probes::Place;
use crate::probes::running::running_env;
use crate::probes::secrets::{AnySecretSource, SecretSource};
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::watch;

/// How often the layers are read without being asked.
const EVERY: Duration = Duration::from_secs(30);
/// How long Docker may take to say what runs.
const WITHIN: Duration = Duration::from_secs(5);
/// The most that is read of a file, in bytes.
const LIMIT: u64 = 8 * 1024 * 1024;

/// How long the layers are left alone after the file was changed: a program that keeps writing it must not have the
/// secrets fetched without end.
const PAUSE: Duration = Duration::from_secs(2);
/// How soon the file is looked at again while a sync is at work.
const AFTER_SYNC: Duration = Duration::from_millis(500);

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
    settings: EnvSettings,
    secrets: Vec<SecretSpec>,
    rules: Rules,
    place: Place,
    fingerprinter: Fingerprinter,
    /// Keeps what the guard remembers of the values from being read back.
    guard_key: Secret,
}

impl LayerTask {
    /// For a stack.
    pub fn new(config: &Config, place: Place, fingerprinter: Fingerprinter) -> Self {
        Self {
            settings: config.env.clone(),
            secrets: config.secrets.clone(),
            rules: config.env.rules(),
            place,
            fingerprinter,
            guard_key: Secret::new(uuid::Uuid::now_v7().into_bytes()),
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
        let this = self.clone();
        let known = tokio::task::spawn_blocking(move || this.guard(&this.files())).await;
        let _ = door.send(known.unwrap_or_default());
        loop {
            let is_synced = eyes.look(&events).await.is_err();
            let Compared { matrix, hosts, guard } = Box::pin(self.read()).await;
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
                    let _ = eyes.look(&events).await;
                    tokio::time::sleep(PAUSE).await;
                }
                () = tokio::time::sleep(if is_synced { AFTER_SYNC } else { EVERY }) => {}
            }
        }
    }

    /// Reads every layer and compares them; with the comparison comes the guard that knows their secrets.
    pub async fn read(&self) -> Compared {
        let (secrets, running) = tokio::join!(self.secrets(), self.running());
        let this = self.clone();
        // Files are read and compared on a thread that may block: a network disk must not stop the screen.
        let compared = tokio::task::spawn_blocking(move || {
            let mut layers = this.files();
            layers.secrets = secrets;
            layers.running = running;
            let names = hosts::container_names(&layers);
            (compare(&layers, &this.rules, &this.fingerprinter), names, this.guard(&layers))
        });
        let (matrix, names, guard) = compared.await.unwrap_or_else(|_| {
            let layers = Layers {
                file: Reading::Unread("reading it crashed (a bug; see the log)".to_owned()),
                ..Layers::default()
            };
            (compare(&layers, &self.rules, &self.fingerprinter), Vec::new(), Watch::default())
        });
        let hosts = hosts::look_up(&matrix, &names).await;
        Compared { matrix, hosts, guard }
    }

    fn guard(&self, layers: &Layers) -> Watch {
        Watch::knowing(&self.guard_key, &secret_values(layers, &self.rules))
    }

    fn files(&self) -> Layers {
        let settings = &self.settings;
        let process = |name: &str| std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes);
        let file = self.layer(Some(&settings.file), |name, bytes| FileLayer::load(name, bytes, &process));
        let project = |name: &str| {
            let from_file = || file.read()?.values.get(name).map(|resolved| resolved.value.expose().to_vec());
            process(name).or_else(from_file)
        };
        let read = |path: &str| self.bytes(Path::new(path)).ok();
        let folder = self.place.root.canonicalize().ok();
        let folder = folder.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let folder = folder.unwrap_or_default();
        let service = settings.service.as_deref().unwrap_or_default();
        Layers {
            template: self.layer(settings.template.as_deref(), TemplateLayer::load),
            compose: self.layer(settings.compose.as_deref(), |name, bytes| {
                ComposeLayer::load(name, bytes, service, &folder, &project, &read)
            }),
            app: self.layer(settings.app.as_ref().map(|app| app.file.as_path()), AppLayer::load),
            file,
            ..Layers::default()
        }
    }

    fn layer<T>(&self, path: Option<&Path>, load: impl FnOnce(&str, &[u8]) -> Reading<T>) -> Reading<T> {
        let Some(path) = path else { return Reading::Unread("not configured in [env] of readback.toml".to_owned()) };
        let name = line(&path.to_string_lossy()).into_owned();
        match self.bytes(path) {
            Ok(bytes) => load(&name, &bytes),
            Err(why) => Reading::Unread(format!("{name} {why}")),
        }
    }

    /// A file of the stack, or why not, to stand behind its name.
    fn bytes(&self, path: &Path) -> Result<Vec<u8>, String> {
        let open = std::fs::File::open(self.place.path(path));
        let file = open.map_err(|error| format!("can't be read: {}", error.kind()))?;
        let mut bytes = Vec::new();
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| format!("can't be read: {}", error.kind()))?;
        if bytes.len() as u64 > LIMIT {
            return Err("is larger than 8 MiB, so it was not read".to_owned());
        }
        Ok(bytes)
    }

    /// Every secret's values by key. One that can't be fetched leaves the whole layer unread: half a
    /// layer would show the other half as missing.
    pub async fn secrets(&self) -> Reading<Vec<SecretValue>> {
        if self.secrets.is_empty() {
            return Reading::Unread("no [[secret]] is configured in readback.toml".to_owned());
        }
        let mut values = Vec::new();
        for spec in &self.secrets {
            let fetched = match AnySecretSource::open(spec, &self.place) {
                Ok(source) => source.fetch(&spec.id).await,
                Err(error) => Err(error),
            };
            let fetched = match fetched {
                Ok(fetched) => fetched,
                Err(error) => return Reading::Unread(format!("{}: {error}", line(&spec.id))),
            };
            for (field, key) in &spec.keys {
                let Some(value) = fetched.field(field) else {
                    return Reading::Unread(format!("{} has no field {}", line(&spec.id), line(field)));
                };
                let source = format!("{} {}", line(&spec.id), line(field));
                values.push(SecretValue { key: key.clone(), value: value.clone(), source });
            }
        }
        Reading::Read(values)
    }

    async fn running(&self) -> Reading<RunningLayer> {
        let Some(container) = &self.settings.container else {
            return Reading::Unread("no container is configured in [env] of readback.toml".to_owned());
        };
        match running_env(&self.place, container, WITHIN).await {
            Ok(running) if running.is_running => Reading::Read(RunningLayer {
                container: container.clone(),
                environment: running.variables,
                image: running.image,
            }),
            Ok(_) => Reading::Unread(format!("{container} does not run")),
            Err(error) => Reading::Unread(error.to_string()),
        }
    }
}
