//! `docker-compose.yml`: which services there are, what they put into their environment, and from where.
//!
//! Values follow Docker Compose: YAML numbers are rewritten the way Go prints them, strings are
//! interpolated from the process environment and `.env`, `environment:` beats `env_file:`. [`load`] follows
//! `extends`, `include` and override files; [`Project::unfollowed`] says what it could not follow.

mod number;
mod project;
mod read;
mod resolve;
mod yaml;

pub use project::{Project, ProjectError, files, load};
pub use read::parse;
pub use resolve::{Effective, Origin};

use crate::env::At;
use crate::env::dotenv::{EnvError, Values};
use crate::env::interpolate::SubstituteError;
use crate::guard::Secret;
use std::sync::Arc;

/// What looking for another file of the project brings: its bytes, `None` where it is not there, or why nobody can say
/// what it holds, in words that stand behind its name.
pub type Look = Result<Option<Vec<u8>>, String>;

/// A text of the file before interpolation.
#[derive(Clone, Debug)]
pub struct Template {
    /// The line it starts on, 1-based.
    pub line: usize,
    /// The column, 1-based.
    pub column: usize,
    /// The text; it may hold a secret.
    pub text: Secret,
    /// It is a YAML string, so it is interpolated; a number or a boolean is not.
    pub interpolated: bool,
}

impl Template {
    /// Where it starts.
    pub fn at(&self) -> At {
        At { line: self.line, column: self.column }
    }

    /// Its value; `lookup` is the project's environment. It may be a secret.
    pub fn value<F>(&self, lookup: &F) -> Result<Secret, ComposeError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        resolve::value_of(self, lookup).map(Secret::new)
    }
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
    /// The file it stands in; empty where only one was read.
    pub file: String,
    /// What an included file sees besides the project's environment.
    extra: Vec<Arc<Values>>,
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
    /// The folder that the path is relative to; empty: the stack's.
    pub base: String,
    extra: Vec<Arc<Values>>,
}

/// `extends:` of a service.
#[derive(Clone, Debug)]
pub struct Extends {
    /// The file it is in; `None`: this one.
    pub file: Option<Template>,
    /// The service.
    pub service: Template,
    /// 1-based.
    pub line: usize,
    /// 1-based.
    pub column: usize,
}

/// One item of `include:`.
#[derive(Clone, Debug)]
pub struct Include {
    /// The files, each over the ones before it.
    pub paths: Vec<Template>,
    /// What their paths are relative to; `None`: the folder of the first one.
    pub project_directory: Option<Template>,
    /// Instead of the `.env` there.
    pub env_files: Vec<Template>,
    /// 1-based.
    pub line: usize,
    /// 1-based.
    pub column: usize,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its line, 1-based.
    pub line: usize,
    /// Its column, 1-based.
    pub column: usize,
    /// `image:`.
    pub image: Option<Template>,
    /// `container_name:`.
    pub container_name: Option<Template>,
    /// It has a `build:`.
    pub builds: bool,
    /// `deploy.replicas`, or `scale:`.
    pub scale: Option<Template>,
    /// `ports:`, each in the short form.
    pub ports: Vec<Template>,
    /// `env_file:`, in order.
    pub env_files: Vec<EnvFileRef>,
    /// `environment:`, in order; the last of a key counts.
    pub environment: Vec<Setting>,
    /// `extends:`.
    pub extends: Option<Extends>,
    /// `profiles:`: it is started only with one of them.
    pub profiles: Vec<Template>,
    /// What is asked for and not followed: the line and the word (`!reset`).
    pub unfollowed: Vec<(usize, &'static str)>,
}

/// A compose file.
#[derive(Clone, Debug, Default)]
pub struct Compose {
    /// `name:`.
    pub name: Option<Template>,
    /// In the order of the file.
    pub services: Vec<Service>,
    /// `include:`.
    pub includes: Vec<Include>,
    /// Keys that `secrets:` takes from the environment.
    pub secret_keys: Vec<String>,
    /// Every string of the file: one that can't be interpolated stops the whole project.
    texts: Vec<Template>,
}

impl Compose {
    /// A service by name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
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
    /// A file that is included or extended, and not there.
    #[error("a file that is named here is not there")]
    NoFile,
    /// An `env_file` that is required and not there.
    #[error("the env_file named here is not there")]
    NoEnvFile,
    /// A file that is there, or may be, and could not be read: which, and why. Compose may well be able to.
    #[error("{0} {1}")]
    Unread(String, String),
    /// An `env_file` that Compose refuses.
    #[error("the env_file named here is refused at {0}")]
    EnvFile(EnvError),
}

/// Compose refuses the project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", At { line: *.line, column: *.column })]
pub struct ComposeError {
    /// 1-based; 0 where there is none.
    pub line: usize,
    /// 1-based, in characters; 0 where there is none.
    pub column: usize,
    /// What is wrong there.
    pub reason: Reason,
}

impl ComposeError {
    /// What is wrong at a place.
    pub fn at(at: At, reason: Reason) -> Self {
        Self { line: at.line, column: at.column, reason }
    }
}

impl Service {
    /// Where it is named.
    pub fn at(&self) -> At {
        At { line: self.line, column: self.column }
    }
}

impl Extends {
    /// Where it stands.
    pub fn at(&self) -> At {
        At { line: self.line, column: self.column }
    }
}

impl Include {
    /// Where it stands.
    pub fn at(&self) -> At {
        At { line: self.line, column: self.column }
    }
}
