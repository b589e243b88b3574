//! A whole project: the files that make it, `include`, `extends`, and which services are started.
//! Reading files is the caller's.

use super::resolve::{normal_name, value_of, with_extra};
use super::{Compose, ComposeError, Extends, Include, Look, Reason, Service, Template};
use crate::env::At;
use crate::env::{Place, dotenv};
use crate::guard;
use std::sync::Arc;

/// How many files and services may be followed one from another; Compose refuses circles too.
const MAX_DEPTH: usize = 32;

/// How many files may be read in all: a small file can ask for very many.
const MAX_FILES: usize = 256;

/// The names that Compose looks for by itself, where `COMPOSE_FILE` does not name others.
const DEFAULT: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDE: [&str; 4] =
    ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// Compose refuses the project, and in which of its files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, {error}")]
pub struct ProjectError {
    /// The file's name.
    pub file: String,
    /// What is wrong there.
    pub error: ComposeError,
}

/// A project.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The project's name as the files give it, interpolated.
    name: Option<Vec<u8>>,
    /// The services, those that are not started too.
    pub services: Vec<Service>,
    /// What is asked for and not followed: where, and the word.
    pub unfollowed: Vec<(Place, &'static str)>,
    /// Keys that `secrets:` of any of the files takes from the environment.
    pub secret_keys: Vec<String>,
}

impl Project {
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

/// The files of a project whose first one is `main`: those of `COMPOSE_FILE` where it names `main`, else
/// `main`, and the override file beside it where Compose would look for one. An error is an override of which nobody can
/// say what it holds.
pub fn files<F, G>(main: &str, lookup: &F, read: &G) -> Result<Vec<String>, ProjectError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
    G: Fn(&str) -> Look,
{
    let text = |name: &str| lookup(name).map(|value| String::from_utf8_lossy(&value).into_owned());
    if let Some(list) = text("COMPOSE_FILE").filter(|list| !list.is_empty()) {
        let separator =
            text("COMPOSE_PATH_SEPARATOR").filter(|text| !text.is_empty()).unwrap_or_else(|| ":".to_owned());
        let list: Vec<String> = list.split(&separator).map(|path| join("", path)).collect();
        if list.iter().any(|path| path == main) {
            return Ok(list);
        }
        return Ok(vec![main.to_owned()]);
    }
    let (folder, own) = main.rsplit_once('/').map_or(("", main), |(folder, own)| (folder, own));
    let mut files = vec![main.to_owned()];
    for path in OVERRIDE.iter().filter(|_| DEFAULT.contains(&own)).map(|name| join(folder, name)) {
        if look(&path, read)?.is_some() {
            files.push(path);
            break;
        }
    }
    Ok(files)
}

/// Loads a project. `lookup` is its environment (the process's, then `.env`), `folder` the name of the
/// folder it lives in; `read` looks for a file.
pub fn load<F, G>(files: &[String], folder: &str, lookup: &F, read: &G) -> Result<(Project, String), ProjectError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
    G: Fn(&str) -> Look,
{
    let base = files.first().and_then(|first| first.rsplit_once('/')).map_or("", |(base, _)| base);
    // The name may stand in any of the files, and every file may use it.
    let mut named = None;
    for path in files {
        let found = parse(path, read)?;
        if let Some(name) = found.name {
            named = Some(value_of(&name, lookup).map_err(|error| in_file(path, error))?);
        }
    }
    let name = Project { name: named, ..Project::default() }.name_of(folder, lookup);
    let with_name = |asked: &str| {
        let own = || (asked == "COMPOSE_PROJECT_NAME").then(|| name.clone().into_bytes());
        lookup(asked).filter(|value| asked != "COMPOSE_PROJECT_NAME" || !value.is_empty()).or_else(own)
    };
    let mut loader =
        Loader { lookup: &with_name, read, left: MAX_FILES, unfollowed: Vec::new(), secret_keys: Vec::new() };
    let services = loader.files(files, base, &[], 0)?;
    let Loader { unfollowed, secret_keys, .. } = loader;
    Ok((Project { name: None, services, unfollowed, secret_keys }, name))
}

impl Project {
    fn name_of<F>(&self, folder: &str, lookup: &F) -> String
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let asked = lookup("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty());
        let given = asked.or_else(|| self.name.clone().filter(|name| !name.is_empty()));
        given.map_or_else(|| normal_name(folder), |name| String::from_utf8_lossy(&name).into_owned())
    }
}

/// Values that the included files see besides the project's, nearest to the top first.
type Extra = [Arc<dotenv::Values>];

struct Loader<'l, F, G> {
    lookup: &'l F,
    read: &'l G,
    /// How many files may still be read.
    left: usize,
    unfollowed: Vec<(Place, &'static str)>,
    secret_keys: Vec<String>,
}

impl<F, G> Loader<'_, F, G>
where
    F: Fn(&str) -> Option<Vec<u8>>,
    G: Fn(&str) -> Look,
{
    /// Several files, each over the ones before it; paths in them are relative to `base`.
    fn files(
        &mut self,
        files: &[String],
        base: &str,
        extra: &Extra,
        depth: usize,
    ) -> Result<Vec<Service>, ProjectError> {
        let mut all: Vec<Service> = Vec::new();
        let mut included = Vec::new();
        for path in files {
            let compose = self.parse(path, depth)?;
            self.secret_keys.extend(compose.secret_keys.iter().cloned());
            let mut finished = Vec::new();
            for name in compose.services.iter().map(|service| service.name.clone()) {
                finished.push(self.service(&compose, &name, path, base, extra, depth)?);
            }
            compose
                .texts
                .iter()
                .try_for_each(|text| value_of(text, &with_extra(self.lookup, extra)).map(drop))
                .map_err(|e| in_file(path, e))?;
            for over in finished {
                match all.iter_mut().find(|service| service.name == over.name) {
                    Some(service) => service.override_with(over),
                    None => all.push(over),
                }
            }
            for include in &compose.includes {
                included.extend(
                    self.include(include, path, base, extra, depth)?.into_iter().map(|s| (s, path, include.at())),
                );
            }
        }
        for (service, path, at) in included {
            if all.iter().any(|known| known.name == service.name) {
                return Err(wrong(
                    path,
                    at,
                    Reason::Expected("services of other names than the files included here have"),
                ));
            }
            all.push(service);
        }
        Ok(all)
    }

    /// A service with what it extends, as one file has it.
    fn service(
        &mut self,
        compose: &Compose,
        name: &str,
        path: &str,
        base: &str,
        extra: &Extra,
        depth: usize,
    ) -> Result<Service, ProjectError> {
        let found = compose.service(name);
        let mut own = found
            .cloned()
            .ok_or_else(|| wrong(path, At::default(), Reason::Expected("the service that is extended")))?;
        if depth > MAX_DEPTH {
            return Err(wrong(path, own.at(), Reason::TooDeep));
        }
        own.settle(path, base, extra);
        self.unfollowed.extend(own.unfollowed.iter().map(|(line, word)| (place(path, *line), *word)));
        let Some(extends) = own.extends.take() else { return Ok(own) };
        let (at, Extends { file, service, .. }) = (extends.at(), extends);
        let service = self.text(&service, path, extra)?;
        let from = match file {
            None => self.service(compose, &service, path, base, extra, depth + 1),
            Some(file) => {
                let other = join(base, &self.text(&file, path, extra)?);
                let compose = self.parse(&other, depth)?;
                let folder = other.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                self.service(&compose, &service, &other, &folder, extra, depth + 1)
            }
        };
        let mut from =
            from.map_err(|error| if error.error.line == 0 { wrong(path, at, error.error.reason) } else { error })?;
        from.override_with(own);
        Ok(from)
    }

    fn include(
        &mut self,
        include: &Include,
        path: &str,
        base: &str,
        extra: &Extra,
        depth: usize,
    ) -> Result<Vec<Service>, ProjectError> {
        if depth > MAX_DEPTH {
            return Err(wrong(path, include.at(), Reason::TooDeep));
        }
        let mut files = Vec::new();
        for file in &include.paths {
            let file = self.text(file, path, extra)?;
            if file.contains("://") || file.starts_with("git@") {
                self.unfollowed.push((place(path, include.line), "include"));
                return Ok(Vec::new());
            }
            files.push(join(base, &file));
        }
        let folder = match &include.project_directory {
            Some(folder) => join(base, &self.text(folder, path, extra)?),
            None => files.first().and_then(|first| first.rsplit_once('/')).map_or("", |(folder, _)| folder).to_owned(),
        };
        let mut values = dotenv::Values::default();
        let mut env_files = Vec::new();
        for file in &include.env_files {
            env_files.push((join(base, &self.text(file, path, extra)?), true));
        }
        if env_files.is_empty() {
            env_files.push((join(&folder, ".env"), false));
        }
        for (file, required) in env_files {
            let at = include.at();
            let Some(bytes) = self.take(&file, path, at)? else {
                if required {
                    return Err(wrong(path, at, Reason::NoEnvFile));
                }
                continue;
            };
            let read =
                dotenv::parse(&bytes).and_then(|file| file.values_into(&mut values, &with_extra(self.lookup, extra)));
            read.map_err(|error| wrong(path, at, Reason::EnvFile(error)))?;
        }
        let extra: Vec<_> = extra.iter().cloned().chain([Arc::new(values)]).collect();
        self.files(&files, &folder, &extra, depth + 1).map_err(|error| {
            if error.error.reason == Reason::NoFile { wrong(path, include.at(), Reason::NoFile) } else { error }
        })
    }

    fn text(&self, text: &Template, path: &str, extra: &Extra) -> Result<String, ProjectError> {
        let bytes = value_of(text, &with_extra(self.lookup, extra)).map_err(|error| in_file(path, error))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn take(&mut self, file: &str, path: &str, at: At) -> Result<Option<Vec<u8>>, ProjectError> {
        self.left = self.left.checked_sub(1).ok_or_else(|| wrong(path, at, Reason::TooDeep))?;
        look(file, self.read)
    }

    fn parse(&mut self, path: &str, depth: usize) -> Result<Compose, ProjectError> {
        self.left = self.left.checked_sub(1).ok_or_else(|| wrong(path, At { line: 1, column: 1 }, Reason::TooDeep))?;
        if depth > MAX_DEPTH {
            return Err(wrong(path, At { line: 1, column: 1 }, Reason::TooDeep));
        }
        parse(path, self.read)
    }
}

fn parse<G>(path: &str, read: &G) -> Result<Compose, ProjectError>
where
    G: Fn(&str) -> Look,
{
    let bytes = look(path, read)?.ok_or_else(|| wrong(path, At::default(), Reason::NoFile))?;
    super::parse(&bytes).map_err(|error| in_file(path, error))
}

/// Looks for a file: only one that is not there may be gone without.
fn look<G>(path: &str, read: &G) -> Result<Option<Vec<u8>>, ProjectError>
where
    G: Fn(&str) -> Look,
{
    read(path).map_err(|why| wrong(path, At::default(), Reason::Unread(guard::line(path).into_owned(), why)))
}

fn place(path: &str, line: usize) -> Place {
    Place { file: guard::line(path).into_owned(), line }
}

fn wrong(path: &str, at: At, reason: Reason) -> ProjectError {
    in_file(path, ComposeError::at(at, reason))
}

fn in_file(path: &str, error: ComposeError) -> ProjectError {
    ProjectError { file: guard::line(path).into_owned(), error }
}

/// A path as it is seen from the stack's folder.
pub(super) fn join(base: &str, path: &str) -> String {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    let path = if path == "." { "" } else { path };
    if base.is_empty() || path.starts_with('/') {
        path.to_owned()
    } else if path.is_empty() {
        base.to_owned()
    } else {
        format!("{}/{path}", base.trim_end_matches('/'))
    }
}

impl Service {
    /// Says of every part where it comes from.
    fn settle(&mut self, path: &str, base: &str, extra: &Extra) {
        let file = guard::line(path).into_owned();
        self.environment.iter_mut().for_each(|setting| (setting.file, setting.extra) = (file.clone(), extra.to_vec()));
        self.env_files.iter_mut().for_each(|of| (of.base, of.extra) = (base.to_owned(), extra.to_vec()));
    }

    /// Lays another definition over this one: lists grow, the rest is replaced.
    fn override_with(&mut self, over: Self) {
        self.name = over.name;
        (self.line, self.column) = (over.line, over.column);
        self.image = over.image.or(self.image.take());
        self.builds |= over.builds;
        self.scale = over.scale.or(self.scale.take());
        self.container_name = over.container_name.or(self.container_name.take());
        self.ports.extend(over.ports);
        self.env_files.extend(over.env_files);
        self.environment.extend(over.environment);
        self.profiles.extend(over.profiles);
        self.unfollowed.extend(over.unfollowed);
    }

    /// The profiles that start this service, where none of them is asked for by `COMPOSE_PROFILES`;
    /// empty: it is started.
    pub fn waits_for<F>(&self, lookup: &F) -> Vec<String>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let asked = lookup("COMPOSE_PROFILES").unwrap_or_default();
        let asked = String::from_utf8_lossy(&asked).into_owned();
        let of =
            |profile: &Template| value_of(profile, lookup).ok().map(|text| String::from_utf8_lossy(&text).into_owned());
        let own: Vec<String> = self.profiles.iter().filter_map(of).collect();
        let active = own.iter().any(|own| asked.split(',').any(|asked| asked.trim() == own || asked.trim() == "*"));
        if active { Vec::new() } else { own }
    }
}
