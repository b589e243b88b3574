//! What every mode but the demo starts from: the stack's configuration, and where things are.

use super::Args;
use super::files::read_limited;
use crate::app::Access;
use crate::app::shell::{EnvWatch, env_memory};
use crate::config::{self, Config, ConfigError, Found};
use crate::guard::{self, Fingerprinter, Secret};
use crate::probes::Place;
use crate::review::Contract;
use crate::store::{StoreError, StoreUrl};
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Why a mode could not start. One line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The store's URL is wrong.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The theme is not known.
    #[error("there is no theme {0:?}; there are: {1}")]
    NoTheme(String, String),
    /// The terminal can't be had.
    #[error("{0}")]
    Terminal(#[from] crate::app::terminal::TerminalError),
    /// A file or a folder could not be made.
    #[error("{what}: {error}")]
    Io {
        /// What was being done.
        what: String,
        /// What the system said.
        error: io::Error,
    },
    /// Something else; said in words.
    #[error("{0}")]
    Other(String),
}

impl StartError {
    /// An error of the system, with what was being done.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }
}

/// A stack that was found.
#[derive(Debug)]
pub struct Context {
    /// Its configuration.
    pub config: Config,
    /// Its folder.
    pub root: PathBuf,
    /// The folder for what the console keeps on this machine.
    pub state: PathBuf,
    /// What this console may do.
    pub access: Access,
}

impl Context {
    /// Finds the stack that the arguments or the current folder name; `None` where there is none.
    pub(super) fn find(args: &Args) -> Result<Option<Self>, StartError> {
        let here = std::env::current_dir().map_err(StartError::io("the current folder can't be read"))?;
        let file = match config::discover(&here, args.stack.as_deref()) {
            Found::Stack(file) => file,
            Found::None(tried) if args.stack.is_some() => {
                let looked = tried.first().map(|path| path.display().to_string()).unwrap_or_default();
                return Err(StartError::Other(format!("there is no {looked}; `readback init DIR` writes one")));
            }
            Found::None(_) => return Ok(None),
        };
        let root = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        let mut layers = config::read_layers(&file, folder("XDG_CONFIG_HOME", ".config").as_deref())?;
        layers.extend(config::overrides(|name| std::env::var(name).ok()));
        for (name, key, value) in [("--theme", "display.theme", &args.theme), ("--color", "display.color", &args.color)]
        {
            if let Some(value) = value {
                layers.push(config::flag(name, key, value));
            }
        }
        let config = config::load(&layers)?;
        let access = if args.read_only { Access::ReadOnly } else { Access::ReadWrite };
        Ok(Some(Self { config, root, state: state_folder(), access }))
    }

    /// What probes need of the world.
    pub(super) fn place(&self) -> Place {
        Place::from_environment(&self.root)
    }

    /// Where the database is.
    pub(super) fn store_url(&self) -> Result<StoreUrl, StartError> {
        let file = config::default_store(&self.state, &self.root, &self.config.stack.name);
        let url = self.config.store.resolve(|name| std::env::var(name).ok(), &self.root, &file)?;
        Ok(StoreUrl::parse(url.expose())?)
    }

    /// The check set of the stack's reviews: its own, or the built-in one.
    pub(super) fn contract(&self) -> Result<Contract, StartError> {
        let Some(file) = &self.config.review.checks else { return Ok(Contract::builtin()) };
        let bytes = read_limited(&self.root.join(file)).map_err(StartError::Other)?;
        let text = String::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned());
        let contract = text.and_then(|text| Contract::parse_own(&text).map_err(|error| error.to_string()));
        contract.map_err(|why| StartError::Other(format!("{}: {why}", guard::line(&file.to_string_lossy()))))
    }

    /// What sees when the stack's `.env` changes. The fingerprints are under the key of whoever compares them.
    pub(super) fn env_watch(&self, fingerprinter: Fingerprinter) -> Result<EnvWatch, StartError> {
        let database = config::default_store(&self.state, &self.root, &self.config.stack.name);
        if let Some(folder) = database.parent().filter(|_| self.access.may_write()) {
            private_folder(folder)?;
        }
        let file = self.place().path(&self.config.env.file);
        let (format, memory) = (self.config.env.format, env_memory(&database));
        Ok(EnvWatch::new(file, format, memory, fingerprinter, self.access.may_write()))
    }

    /// The key under which values are fingerprinted. It is made once, and stays on this machine; a console
    /// that may write nothing uses one that is forgotten.
    pub(super) fn fingerprinter(&self) -> Result<Fingerprinter, StartError> {
        fingerprinter(&self.state, self.access)
    }
}

/// The same where there need not be a stack.
pub(super) fn fingerprinter_without_stack(args: &Args) -> Result<Fingerprinter, StartError> {
    let access = if args.read_only { Access::ReadOnly } else { Access::ReadWrite };
    fingerprinter(&state_folder(), access)
}

fn fingerprinter(state: &Path, access: Access) -> Result<Fingerprinter, StartError> {
    let path = state.join("readback").join("fingerprint.key");
    match read_key(&path) {
        Some(key) => Ok(Fingerprinter::new(&key)),
        None if access.may_write() => make_key(&path).map(|key| Fingerprinter::new(&key)),
        None => Ok(Fingerprinter::new(&random_key()?)),
    }
}

/// `$XDG_STATE_HOME`, or `~/.local/state`.
pub(super) fn state_folder() -> PathBuf {
    folder("XDG_STATE_HOME", ".local/state").unwrap_or_else(|| std::env::temp_dir().join("readback-state"))
}

fn folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set(variable).or_else(|| set("HOME").map(|home| home.join(below_home)))
}

/// Makes a folder for its owner alone.
pub(super) fn private_folder(path: &Path) -> Result<(), StartError> {
    let what = format!("the folder {} can't be made", path.display());
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(StartError::io(what))
}

fn read_key(path: &Path) -> Option<Secret> {
    let mut key = Vec::new();
    std::fs::File::open(path).ok()?.take(64).read_to_end(&mut key).ok()?;
    (key.len() == 32).then(|| Secret::new(key))
}

fn random_key() -> Result<Secret, StartError> {
    let mut key = vec![0; 32];
    let mut source = std::fs::File::open("/dev/urandom").map_err(StartError::io("there is no randomness"))?;
    source.read_exact(&mut key).map_err(StartError::io("there is no randomness"))?;
    Ok(Secret::new(key))
}

/// Writes a new key. Where another console was faster, its key is taken.
fn make_key(path: &Path) -> Result<Secret, StartError> {
    let what = || StartError::io(format!("the key {} can't be written", path.display()));
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    let key = random_key()?;
    let new = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).map_err(what())?;
    file.write_all(key.expose()).and_then(|()| file.sync_all()).map_err(what())?;
    // A link does not replace what is there, so the first key stands and every console has the same.
    let linked = std::fs::hard_link(&new, path);
    let _ = std::fs::remove_file(&new);
    match linked {
        Ok(()) => Ok(key),
        Err(error) => read_key(path).ok_or_else(|| what()(error)),
    }
}
