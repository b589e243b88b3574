//! What a service's container would get: interpolation, `env_file:` under `environment:`.

use super::project::join;
use super::{Compose, ComposeError, EnvFileRef, Look, Reason, Service, Template};
use crate::env::At;
use crate::env::Place;
use crate::env::dotenv;
use crate::env::interpolate::{substitute, variables};
use crate::guard::{self, Secret};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Which part of the service decides a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `environment:`, as a text without variables: `.env` can't change it.
    HardCoded,
    /// `environment:`, from variables, or taken over by name.
    Environment,
    /// A file of `env_file:`.
    EnvFile,
}

/// A key as the container would get it.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The key.
    pub key: String,
    /// Its value; `None`: the key is taken out.
    pub value: Option<Secret>,
    /// Where it is decided.
    pub place: Place,
    /// By what.
    pub origin: Origin,
    /// The variables its value is made from.
    pub uses: Vec<String>,
    /// Of a file: it may be no key but the rest of another one's value; see [`dotenv::Entry::after_quote`].
    pub after_quote: bool,
}

impl Compose {
    /// The project's name as Compose finds it: `COMPOSE_PROJECT_NAME`, `name:`, then the folder's.
    pub fn project_name<F>(&self, lookup: &F, folder: &str) -> Result<String, ComposeError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let asked = lookup("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty());
        if let Some(name) = asked {
            return Ok(String::from_utf8_lossy(&name).into_owned());
        }
        let named = self.name.as_ref().map(|name| value_of(name, lookup)).transpose()?;
        if let Some(name) = named.filter(|name| !name.is_empty()) {
            return Ok(String::from_utf8_lossy(&name).into_owned());
        }
        Ok(normal_name(folder))
    }

    /// Whether the whole project can be interpolated; one text that can't be stops all of it.
    pub fn check<F>(&self, lookup: &F) -> Result<(), ComposeError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        self.texts.iter().try_for_each(|text| value_of(text, lookup).map(drop))
    }
}

/// A folder's name as that of a project.
pub(super) fn normal_name(folder: &str) -> String {
    let fits = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let name: String = folder.to_lowercase().chars().filter(fits).collect();
    name.trim_start_matches(['-', '_']).to_owned()
}

impl Service {
    /// The environment of the service's container, but for what its image sets. `lookup` is the
    /// project's environment (the process's, then `.env`); `file` looks for an `env_file`; `compose` is the name of
    /// the compose file for places.
    pub fn effective<F, G>(&self, compose: &str, lookup: &F, file: &G) -> Result<Vec<Effective>, ComposeError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
        G: Fn(&str) -> Look,
    {
        let own = self.own(compose, lookup)?;
        let project_then_own = |name: &str| {
            let of_service = || own.get(name).and_then(|own| own.value.as_ref());
            lookup(name).or_else(|| of_service().map(|value| value.expose().to_vec()))
        };
        let mut values = dotenv::Values::default();
        let mut out = Table::default();
        let mut seen = HashSet::new();
        for reference in &self.env_files {
            let path = reference.path(lookup)?;
            // A file that is named twice is read once, where it was named first.
            if !seen.insert(path.clone()) {
                continue;
            }
            one_file(&path, reference, &mut values, &mut out, &project_then_own, file)?;
        }
        for effective in own.list {
            out.put(effective);
        }
        Ok(out.list)
    }

    /// `environment:` by itself.
    fn own<F>(&self, compose: &str, lookup: &F) -> Result<Table, ComposeError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let mut own = Table::default();
        for setting in &self.environment {
            let project = lookup;
            let lookup = &with_extra(lookup, &setting.extra);
            let uses = setting.value.as_ref().map_or_else(|| vec![setting.key.clone()], uses_of);
            let (key, value) = match &setting.item {
                Some(item) => split(&value_of(item, lookup)?),
                None => (setting.key.clone(), setting.value.as_ref().map(|v| value_of(v, lookup)).transpose()?),
            };
            let value = value.or_else(|| if setting.value.is_none() { project(&key) } else { None });
            let origin = if uses.is_empty() { Origin::HardCoded } else { Origin::Environment };
            let file = if setting.file.is_empty() { compose } else { &setting.file };
            let place = Place { file: file.to_owned(), line: setting.line };
            own.put(Effective { key, value: value.map(Secret::new), place, origin, uses, after_quote: false });
        }
        Ok(own)
    }
}

impl EnvFileRef {
    /// The file's path as it is seen from the stack's folder.
    fn path<F>(&self, lookup: &F) -> Result<String, ComposeError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let path = value_of(&self.path, &with_extra(lookup, &self.extra))?;
        Ok(join(&self.base, &String::from_utf8_lossy(&path)))
    }
}

/// The project's environment, then what an included file has besides, the outermost first.
pub(super) fn with_extra<'w, F>(
    lookup: &'w F,
    extra: &'w [Arc<dotenv::Values>],
) -> impl Fn(&str) -> Option<Vec<u8>> + 'w
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    move |name: &str| {
        let included = || extra.iter().find_map(|values| values.get(name)).map(|found| found.value.expose().to_vec());
        lookup(name).or_else(included)
    }
}

/// `KEY=value` or `KEY`.
fn split(item: &[u8]) -> (String, Option<Vec<u8>>) {
    let equals = item.iter().position(|byte| *byte == b'=');
    let key = String::from_utf8_lossy(&item[..equals.unwrap_or(item.len())]).into_owned();
    (key, equals.map(|at| item[at + 1..].to_vec()))
}

/// Reads one `env_file` on top of what earlier ones gave.
fn one_file<F, G>(
    path: &str,
    reference: &EnvFileRef,
    values: &mut dotenv::Values,
    out: &mut Table,
    lookup: &F,
    file: &G,
) -> Result<(), ComposeError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
    G: Fn(&str) -> Look,
{
    let place = reference.path.at();
    let unread = |why| ComposeError::at(place, Reason::Unread(guard::line(path).into_owned(), why));
    // What may be missing may still be there, and say something that nobody here can read.
    let Some(bytes) = file(path).map_err(unread)? else {
        let missing = Err(ComposeError::at(place, Reason::NoEnvFile));
        return if reference.required { missing } else { Ok(()) };
    };
    let from_file = |key: &str, value: &[u8], line| Effective {
        key: key.to_owned(),
        value: Some(Secret::new(value)),
        place: Place { file: guard::line(path).into_owned(), line },
        origin: Origin::EnvFile,
        uses: Vec::new(),
        after_quote: false,
    };
    if reference.raw {
        for (line, key, value) in raw_lines(&bytes)? {
            if key.is_empty() || key.contains([' ', '\t']) {
                let at = At { line, column: 1 };
                return Err(ComposeError::at(at, Reason::Expected("KEY=value in the raw env_file")));
            }
            if let Some(value) = value.map(|value| value.as_bytes().to_vec()).or_else(|| lookup(key)) {
                out.put(from_file(key, &value, line));
                // A later file may be made of it.
                values.set(key, Secret::new(value));
            }
        }
        return Ok(());
    }
    let wrong = |error| ComposeError::at(place, Reason::EnvFile(error));
    let parsed = dotenv::parse(&bytes).map_err(wrong)?;
    parsed.values_into(values, lookup).map_err(wrong)?;
    let strays = parsed.strays();
    for (at, entry) in parsed.entries().iter().enumerate() {
        let key = if entry.assign == dotenv::Assign::LostAtEnd { "" } else { &entry.key };
        // Only the entry that decides a key stands in the values under its own number.
        if let Some(found) = values.get(key).filter(|found| found.entry == at) {
            let after_quote = strays.contains(key);
            out.put(Effective { after_quote, ..from_file(key, found.value.expose(), entry.line) });
        }
    }
    Ok(())
}

/// Its number, the key, and the value where there is a `=`.
type RawLine<'a> = (usize, &'a str, Option<&'a str>);

/// The lines of a `format: raw` file as Docker's `--env-file` reads them: everything after the first `=` is the value.
/// One that is not UTF-8 refuses the whole file.
fn raw_lines(bytes: &[u8]) -> Result<Vec<RawLine<'_>>, ComposeError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut lines = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let text = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line));
        let text = text.map_err(|error| {
            let At { column, .. } = At::no_utf8(line, error);
            ComposeError { line: at + 1, column, reason: Reason::NotUtf8 }
        })?;
        let text = text.trim_start();
        let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
        if !text.is_empty() && !text.starts_with('#') {
            lines.push((at + 1, key, value));
        }
    }
    Ok(lines)
}

/// Keys in the order in which they first came; the last value counts.
#[derive(Default)]
struct Table {
    list: Vec<Effective>,
    index: HashMap<String, usize>,
}

impl Table {
    fn get(&self, key: &str) -> Option<&Effective> {
        self.index.get(key).and_then(|at| self.list.get(*at))
    }

    fn put(&mut self, found: Effective) {
        if let Some(at) = self.index.get(&found.key) {
            self.list[*at] = found;
        } else {
            self.index.insert(found.key.clone(), self.list.len());
            self.list.push(found);
        }
    }
}

fn uses_of(template: &Template) -> Vec<String> {
    if !template.interpolated {
        return Vec::new();
    }
    variables(template.text.expose()).into_iter().map(|variable| variable.name).collect()
}

pub(super) fn value_of<F>(template: &Template, lookup: &F) -> Result<Vec<u8>, ComposeError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    if !template.interpolated {
        return Ok(template.text.expose().to_vec());
    }
    let wrong = |error| ComposeError::at(template.at(), Reason::Substitute(error));
    substitute(template.text.expose(), lookup).map(|found| found.bytes).map_err(wrong)
}
