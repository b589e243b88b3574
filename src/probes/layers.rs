//! Reads every layer of the stack's configuration: files, secrets, compose, and what runs. Values go into
//! [`Layers`], to be compared, and nowhere else.

use super::Place;
use super::files::{FileTrouble, MOST_KEPT, RegularFile, read_regular};
use super::notes;
use super::running::running_env;
use super::secrets::{AnySecretSource, SecretSource};
use crate::config::{EnvSettings, SecretSpec};
use crate::env::layers::{
    AppLayer, ComposeLayer, FileFormat, FileLayer, FileStatus, RunningLayer, SecretValue, TemplateLayer,
};
use crate::env::sync::LastSyncs;
use crate::env::{Layer, Layers, Reading, Rules};
use crate::guard::line;
use jiff::Timestamp;
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

/// How long Docker may take to say what runs.
const WITHIN: Duration = Duration::from_secs(5);
/// How many notes of syncs are read, the newest first.
const NOTES: usize = 32;

/// Where each layer stands, as `[env]` and the `[[secret]]`s say.
#[derive(Clone, Debug)]
pub struct StackLayers {
    settings: EnvSettings,
    secrets: Vec<SecretSpec>,
    rules: Rules,
}

impl StackLayers {
    /// Of a stack.
    pub fn new(settings: &EnvSettings, secrets: &[SecretSpec]) -> Self {
        Self { settings: settings.clone(), secrets: secrets.to_vec(), rules: settings.rules(secrets) }
    }

    /// What is expected of the layers.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The application's container, where one is configured.
    pub fn container(&self) -> Option<&str> {
        self.settings.container.as_deref()
    }

    /// The layers that are configured; of the others nothing is known, and nothing is wrong with that.
    pub fn configured(&self) -> Vec<Layer> {
        let settings = &self.settings;
        let is_named = |layer: &Layer| match layer {
            Layer::File => true,
            Layer::Template => settings.template.is_some(),
            Layer::Secret => !self.secrets.is_empty(),
            Layer::Compose => settings.compose.is_some(),
            Layer::App => settings.app.is_some(),
            Layer::Running => settings.container.is_some(),
        };
        Layer::ALL.into_iter().filter(is_named).collect()
    }

    /// Every layer. Files are read on a thread that may block: a network disk must not stop the screen. `None`
    /// where reading them crashed.
    pub async fn read(&self, place: &Place) -> Option<Layers> {
        let (this, at) = (self.clone(), place.clone());
        let files = tokio::task::spawn_blocking(move || this.files(&at));
        // On the heap: the AWS client's future is large, and every probe's would be as large as this one's.
        let (secrets, running) = (Box::pin(self.secrets(place)), Box::pin(self.running(place)));
        let (files, secrets, running) = tokio::join!(files, secrets, running);
        let mut layers = files.ok()?;
        layers.secrets = secrets;
        layers.running = running;
        Some(layers)
    }

    /// The layers that are files. Blocks.
    pub fn files(&self, place: &Place) -> Layers {
        let settings = &self.settings;
        let process = |name: &str| std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes);
        let file = layer(place, Some(&settings.file), |name, found| {
            let loaded = FileLayer::read(settings.format, name, &found.bytes, &process);
            loaded.map(|layer| FileLayer { status: Some(status(&found.about)), ..layer })
        });
        let project = |name: &str| {
            // A file of systemd is none that Compose reads.
            let own = file.read().filter(|_| settings.format == FileFormat::Dotenv);
            let from_file = || own?.values.get(name).map(|resolved| resolved.value.expose().to_vec());
            process(name).or_else(from_file)
        };
        // Only what is not there may be gone without: of everything else nobody knows what it says.
        let read = |path: &str| match read_regular(&place.path(Path::new(path)), MOST_KEPT) {
            Ok(mut read) => Ok(Some(std::mem::take(&mut *read.bytes))),
            Err(FileTrouble::Missing) => Ok(None),
            Err(trouble) => Err(trouble.of_kept()),
        };
        let folder = place.root.canonicalize().ok();
        let folder = folder.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let folder = folder.unwrap_or_default();
        let service = settings.service.as_deref().unwrap_or_default();
        Layers {
            template: layer(place, settings.template.as_deref(), |name, found| {
                let modified = status(&found.about).modified;
                TemplateLayer::load(name, &found.bytes).map(|layer| TemplateLayer { modified, ..layer })
            }),
            compose: layer(place, settings.compose.as_deref(), |name, found| {
                let elsewhere = ComposeLayer::env_files_elsewhere(&settings.file.to_string_lossy(), &process);
                let loaded = ComposeLayer::load(name, &found.bytes, service, &folder, &project, &read);
                loaded.map(|layer| ComposeLayer { elsewhere, ..layer })
            }),
            app: layer(place, settings.app.as_ref().map(|app| app.file.as_path()), |name, found| {
                AppLayer::load(name, &found.bytes)
            }),
            file,
            synced: last_syncs(&place.path(&settings.file)),
            ..Layers::default()
        }
    }

    /// Every secret's values by key. One that can't be fetched leaves the whole layer unread: half a
    /// layer would show the other half as missing.
    pub(crate) async fn secrets(&self, place: &Place) -> Reading<Vec<SecretValue>> {
        if self.secrets.is_empty() {
            return Reading::NotConfigured("no [[secret]] is configured in readback.toml");
        }
        let mut values = Vec::new();
        for spec in &self.secrets {
            let fetched = match AnySecretSource::open(spec, place) {
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
                let (version, changed_at) = (fetched.version.clone(), fetched.changed_at);
                values.push(SecretValue { key: key.clone(), value: value.clone(), source, version, changed_at });
            }
        }
        Reading::Read(values)
    }

    async fn running(&self, place: &Place) -> Reading<RunningLayer> {
        let Some(container) = &self.settings.container else {
            return Reading::NotConfigured("no container is configured in [env] of readback.toml");
        };
        match running_env(place, container, WITHIN).await {
            Ok(running) if running.is_running => Reading::Read(RunningLayer {
                container: container.clone(),
                environment: running.variables,
                image: running.image,
                env_files: elsewhere(place, &self.settings.file, running.env_files),
            }),
            Ok(_) => Reading::Unread(format!("{container} does not run")),
            Err(error) => Reading::Unread(error.to_string()),
        }
    }
}

fn layer<T>(place: &Place, path: Option<&Path>, load: impl FnOnce(&str, &RegularFile) -> Reading<T>) -> Reading<T> {
    let Some(path) = path else { return Reading::NotConfigured("not configured in [env] of readback.toml") };
    let name = line(&path.to_string_lossy()).into_owned();
    match read_regular(&place.path(path), MOST_KEPT) {
        Ok(found) => load(&name, &found),
        Err(why) => Reading::Unread(format!("{name} {}", why.of_kept())),
    }
}

/// The files that Compose was told to read; none where that is the stack's own file alone. Its label has whole paths, of
/// the host where it ran.
fn elsewhere(place: &Place, file: &Path, env_files: Vec<String>) -> Vec<String> {
    let real = |path: &Path| place.path(path).canonicalize().unwrap_or_else(|_| place.path(path));
    let is_own = |named: &String| real(Path::new(named)) == real(file);
    if env_files.iter().all(is_own) { Vec::new() } else { env_files }
}

fn last_syncs(file: &Path) -> LastSyncs {
    let mut known = LastSyncs::default();
    notes::beside(file, NOTES).for_each(|note| known.note(note));
    known
}

fn status(about: &Metadata) -> FileStatus {
    FileStatus {
        mode: about.permissions().mode() & 0o7777,
        owner: about.uid(),
        modified: about.modified().ok().and_then(|time| Timestamp::try_from(time).ok()),
    }
}
