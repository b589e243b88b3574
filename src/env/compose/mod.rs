//! `docker-compose.yml`: which services there are, what they put into their environment, and from where.
//!
//! Values follow Docker Compose: YAML numbers are rewritten the way Go prints them, strings are
//! interpolated from the process environment and `.env`, `environment:` beats `env_file:`. `extends`,
//! `include`, profiles and override files are not followed; [`Compose::unfollowed`] says where they are.

mod number;
mod read;
mod resolve;
mod yaml;

pub use read::parse;
pub use resolve::{Effective, Origin};

use crate::env::dotenv::EnvError;
use crate::env::interpolate::SubstituteError;
use crate::guard::Secret;

/// A text of the file before interpolation.
#[derive(Clone, Debug)]
pub struct Template {
    /// The line it starts on, 1-based.
    pub line: usize,
    /// The text; it may hold a secret.
    pub text: Secret,
    /// It is a YAML string, so it is interpolated; a number or a boolean is not.
    pub interpolated: bool,
}

/// One item of `environment:`.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// Its line, 1-based.
    pub line: usize,
    /// What it is set to; `None`: taken from the project's environment.
    pub value: Option<Template>,
    /// The whole item where `environment:` is a list: there, keys are interpolated too.
    pub item: Option<Template>,
}

/// One item of `env_file:`.
#[derive(Clone, Debug)]
pub struct EnvFileRef {
    /// The path, relative to the compose file.
    pub path: Template,
    /// A missing file is an error.
    pub required: bool,
    /// `format: raw`: no quotes, no comments, no variables.
    pub raw: bool,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its line, 1-based.
    pub line: usize,
    /// `image:`.
    pub image: Option<Template>,
    /// `container_name:`.
    pub container_name: Option<Template>,
    /// `ports:`, each in the short form.
    pub ports: Vec<Template>,
    /// `env_file:`, in order.
    pub env_files: Vec<EnvFileRef>,
    /// `environment:`, in order; the last of a key counts.
    pub environment: Vec<Setting>,
}

/// A compose file.
#[derive(Clone, Debug, Default)]
pub struct Compose {
    /// `name:`.
    pub name: Option<Template>,
    /// In the order of the file.
    pub services: Vec<Service>,
    /// What the file asks for and is not followed: the line and the word (`extends`).
    pub unfollowed: Vec<(usize, &'static str)>,
    /// Every string of the file: one that can't be interpolated stops the whole project.
    texts: Vec<Template>,
}

impl Compose {
    /// A service by name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The names under which the containers find each other. A `container_name:` that is made of variables is left out.
    pub fn host_names(&self) -> Vec<String> {
        let plain = |name: &Template| {
            let text = std::str::from_utf8(name.text.expose()).ok()?;
            (!text.contains('$')).then(|| text.to_owned())
        };
        let named = self.services.iter().filter_map(|service| plain(service.container_name.as_ref()?));
        self.services.iter().map(|service| service.name.clone()).chain(named).collect()
    }
}

/// What is wrong, without a word of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes are not UTF-8.
    #[error("the file is not UTF-8")]
    NotUtf8,
    /// It is no YAML, or a key stands twice.
    #[error("this is not valid YAML, or a key that stands here twice")]
    Yaml,
    /// Nested deeper than any compose file is.
    #[error("nested too deep")]
    TooDeep,
    /// Something else was expected.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A plain date is no text to YAML.
    #[error("a date without quotes; Compose refuses it, put it in quotes")]
    Date,
    /// The template has no value.
    #[error(transparent)]
    Substitute(#[from] SubstituteError),
    /// An `env_file` that is required and not there.
    #[error("the env_file named here is not there")]
    NoEnvFile,
    /// An `env_file` that Compose refuses.
    #[error("the env_file named here is refused at {0}")]
    EnvFile(EnvError),
}

/// Compose refuses the project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ComposeError {
    /// 1-based; 0 where there is none.
    pub line: usize,
    /// What is wrong there.
    pub reason: Reason,
}
