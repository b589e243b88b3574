//! Reads the stack's `.env` and asks whether the required keys are there and non-empty.

use super::files::{FileTrouble, read_limited};
use super::spec::ENV_LIMIT;
use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::env::dotenv::{self, Assign, EnvError};
use crate::env::format::{FileFormat, Refused};
use crate::env::systemd::{self, SystemdError};
use crate::env::{may_show_key, template};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// Reads the stack's `.env` and asks whether the required keys are there and non-empty.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvFile {
    /// The file, relative to the stack.
    #[serde(default = "default_path")]
    pub path: PathBuf,
    /// How it is written; not given, as `[env]` says where it is that file, else a `.env`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<FileFormat>,
    /// The template whose REQUIRED keys have to be there and non-empty.
    pub template: Option<PathBuf>,
    /// More keys that have to be there and non-empty.
    #[serde(default)]
    pub keys: Vec<String>,
}

fn default_path() -> PathBuf {
    ".env".into()
}

/// A key that may be a piece of a value.
const NOT_SHOWN: &str = "(not shown)";

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// There is no such file.
    Missing,
    /// It is no regular file.
    NotAFile,
    /// It is larger than anyone's `.env`; its size in bytes.
    TooLarge(u64),
    /// It isn't UTF-8; the first byte that isn't.
    NotUtf8(u64),
    /// Its reader refuses it: where, and why, without a word of the file.
    Refused(String),
    /// It was read.
    Read(Contents),
}

/// What a `.env` holds, without its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Its size.
    pub bytes: u64,
    /// How many keys it has.
    pub keys: u64,
    /// How many keys are required.
    pub required: u64,
    /// Required keys that it has not.
    pub missing: Vec<String>,
    /// Required keys without a value.
    pub empty: Vec<String>,
    /// Keys that it sets twice; the last one wins.
    pub twice: Vec<String>,
    /// The numbers of lines that set nothing.
    pub bad_lines: Vec<u64>,
}

impl Kind for EnvFile {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "env-file",
        asks: "Reads the stack's `.env` and asks whether the required keys are there and non-empty.",
        pass_means: "The file can be read, each of its lines makes sense, and no required key is missing or empty.",
        blind_to: "Whether a value is right, and whether the running container has it: it may have started with \
                   another file.",
        options: &[
            OptionDoc::new("path", "\".env\"", "The file, relative to the stack."),
            OptionDoc::new(
                "format",
                "as `[env]` says, where it is that file",
                "How it is written: `dotenv`, or `systemd` for an EnvironmentFile.",
            ),
            OptionDoc::new("template", "none", "The template whose REQUIRED keys have to be there and non-empty."),
            OptionDoc::new("keys", "[]", "More keys that have to be there and non-empty."),
        ],
        reasons: &[
            ("missing", "The file is not there."),
            ("not_a_file", "It is a folder, a pipe or a device."),
            ("too_large", "It is larger than any `.env`, and was not read."),
            ("not_utf8", "It is no UTF-8 text."),
            ("refused", "Compose, or systemd, refuses it."),
            ("key_missing", "A required key is not in it."),
            ("key_empty", "A required key has no value."),
            ("bad_line", "A line sets nothing: a key alone, or what systemd passes over."),
            ("key_twice", "A key is set twice; the last one wins."),
            ("template_unusable", "The template can't be read, is refused, or marks no key as REQUIRED."),
        ],
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        let file = line(&self.path.to_string_lossy()).into_owned();
        if self.template.is_none() && self.keys.is_empty() {
            return format!("{file} can be read");
        }
        format!("{file} has every required key, with a value")
    }

    fn credential(&self) -> String {
        "file".to_owned()
    }

    async fn observe(&self, at: &Place, _deadline: Instant) -> Result<Seen, ProbeError> {
        let path = at.path(&self.path);
        let bytes = match read_limited(&path, ENV_LIMIT).await {
            Ok(bytes) => bytes,
            Err(FileTrouble::Missing) => return Ok(Seen::Missing),
            Err(FileTrouble::NotAFile) => return Ok(Seen::NotAFile),
            Err(FileTrouble::TooLarge(bytes)) => return Ok(Seen::TooLarge(bytes)),
            Err(trouble) => return Err(file_error(&path, trouble)),
        };
        let required = self.required(at).await?;
        if let Err(error) = std::str::from_utf8(&bytes) {
            return Ok(Seen::NotUtf8(error.valid_up_to() as u64));
        }
        let read = match self.format() {
            FileFormat::Dotenv => of_dotenv(&bytes, &required).map_err(Refused::from),
            FileFormat::Systemd => of_systemd(&bytes, &required).map_err(Refused::from),
        };
        Ok(read.map_or_else(|error| Seen::Refused(error.to_string()), Seen::Read))
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        let file = line(&self.path.to_string_lossy()).into_owned();
        let unknown = Verdict::Unknown(Unknown::Garbled);
        match seen {
            Seen::Missing => {
                Judgement::new(Verdict::Fail, format!("{file} is not there")).reason("missing").hint("ls -la")
            }
            Seen::NotAFile => {
                let summary = format!("{file} is not a regular file");
                Judgement::new(Verdict::Fail, summary).reason("not_a_file").hint("ls -la")
            }
            Seen::TooLarge(bytes) => {
                let size = Fact::new("size", Quantity::Bytes(*bytes));
                Judgement::new(unknown, format!("{file} was not read: {} is no .env", size.value))
                    .reason("too_large")
                    .facts(vec![size])
            }
            Seen::NotUtf8(offset) => Judgement::new(unknown, format!("{file} is not UTF-8, from byte {offset} on"))
                .reason("not_utf8")
                .hint(format!("file {file}")),
            Seen::Refused(why) => {
                let reader = self.format().reader();
                let hint = match self.format() {
                    FileFormat::Dotenv => "docker compose config --quiet",
                    FileFormat::Systemd => "readback env verify",
                };
                Judgement::new(Verdict::Fail, format!("{reader} refuses {file}: {why}")).reason("refused").hint(hint)
            }
            Seen::Read(contents) => self.judge_contents(contents),
        }
    }
}

impl EnvFile {
    fn format(&self) -> FileFormat {
        self.format.unwrap_or_default()
    }

    /// The keys that have to be there. A template that marks none is a mistake, not an empty wish.
    async fn required(&self, at: &Place) -> Result<Vec<String>, ProbeError> {
        let mut keys = self.keys.clone();
        if let Some(template) = &self.template {
            let path = at.path(template);
            let not_configured = |what: &str| {
                let shown = template.to_string_lossy();
                ProbeError::new(Unknown::NotConfigured, format!("the template {} {what}", line(&shown)))
                    .id("template_unusable")
            };
            let bytes = read_limited(&path, ENV_LIMIT).await.map_err(|trouble| match trouble {
                FileTrouble::Denied => file_error(&path, trouble),
                _ => not_configured(&trouble.to_string()),
            })?;
            let template = template::parse(&bytes).map_err(|error| not_configured(&format!("is refused: {error}")))?;
            let required: Vec<String> =
                template.keys.iter().filter(|key| template.is_required(key)).map(|key| key.key.clone()).collect();
            if required.is_empty() {
                return Err(not_configured("marks no key as REQUIRED").hint("write # REQUIRED above a section"));
            }
            keys.extend(required);
        }
        keys.sort();
        keys.dedup();
        Ok(keys)
    }

    fn judge_contents(&self, contents: &Contents) -> Judgement {
        let file = line(&self.path.to_string_lossy()).into_owned();
        let mut facts = vec![
            Fact::new("keys", Quantity::Count(contents.keys)),
            Fact::new("required keys", Quantity::Count(contents.required)),
            Fact::new("size", Quantity::Bytes(contents.bytes)),
        ];
        for (name, keys) in [("missing", &contents.missing), ("empty", &contents.empty), ("set twice", &contents.twice)]
        {
            if !keys.is_empty() {
                facts.push(Fact::text(name, line(&keys.join(", ")).into_owned()));
            }
        }
        let (verdict, reason, summary, hint) = if !contents.missing.is_empty() {
            (
                Verdict::Fail,
                "key_missing",
                format!("missing: {}", some(&contents.missing)),
                format!("grep -n '^[A-Z]' {file} | cut -d= -f1"),
            )
        } else if !contents.empty.is_empty() {
            (
                Verdict::Fail,
                "key_empty",
                format!("without a value: {}", some(&contents.empty)),
                format!("grep -nE '=$' {file}"),
            )
        } else if let Some(number) = contents.bad_lines.first() {
            (
                Verdict::Warn,
                "bad_line",
                match self.format() {
                    FileFormat::Dotenv => format!("line {number} sets nothing: a key without ="),
                    FileFormat::Systemd => format!("line {number} sets nothing: systemd passes over it"),
                },
                format!("an editor, at line {number} of {file}"),
            )
        } else if !contents.twice.is_empty() {
            let summary = format!("set twice, the last one wins: {}", some(&contents.twice));
            let named: Vec<&str> = contents.twice.iter().map(String::as_str).filter(|key| *key != NOT_SHOWN).collect();
            let hint = format!("grep -nE '^({})=' {file} | cut -d= -f1", named.join("|"));
            let hint = if named.is_empty() { "readback env verify".to_owned() } else { hint };
            (Verdict::Warn, "key_twice", summary, hint)
        } else {
            let summary = match contents.required {
                0 => format!("{} keys; none is required, so only that it can be read", contents.keys),
                required => format!("all {required} required keys have a value"),
            };
            return Judgement::new(Verdict::Pass, summary).facts(facts);
        };
        Judgement::new(verdict, summary).reason(reason).hint(hint).facts(facts)
    }
}

fn of_dotenv(bytes: &[u8], required: &[String]) -> Result<Contents, EnvError> {
    let file = dotenv::parse(bytes)?;
    let values = file.values(&|_| None)?;
    let sets = |entry: &&dotenv::Entry| entry.assign == Assign::Value;
    let strays = file.strays();
    let names = file.entries().iter().filter(sets).map(|entry| entry.key.as_str());
    let bad_lines = file.entries().iter().filter(|entry| !sets(entry)).map(|entry| entry.line as u64).collect();
    let is_empty = |key: &str| values.get(key).map(|found| found.value.is_empty());
    Ok(Contents { bad_lines, ..contents(bytes, required, names, &|key| strays.contains(key), &is_empty) })
}

fn of_systemd(bytes: &[u8], required: &[String]) -> Result<Contents, SystemdError> {
    let file = systemd::parse(bytes)?;
    let names = file.variables.iter().map(|variable| variable.key.as_str());
    let bad_lines = file.ignored.iter().map(|ignored| ignored.line as u64).collect();
    let is_empty = |key: &str| file.get(key).map(|found| found.value.is_empty());
    Ok(Contents { bad_lines, ..contents(bytes, required, names, &|_| false, &is_empty) })
}

/// What a file sets, by the names in it; `is_empty` knows those that have a value, or none.
fn contents<'a>(
    bytes: &[u8],
    required: &[String],
    names: impl Iterator<Item = &'a str>,
    is_stray: &dyn Fn(&str) -> bool,
    is_empty: &dyn Fn(&str) -> Option<bool>,
) -> Contents {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    // A key that may be a piece of a value is told by nobody's name.
    let shown = |key: &str| {
        let may_show = required.iter().any(|name| name == key) || (may_show_key(key) && !is_stray(key));
        if may_show { key.to_owned() } else { NOT_SHOWN.to_owned() }
    };
    let mut twice: Vec<String> =
        names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| shown(pair[0])).collect();
    twice.dedup();
    names.dedup();
    let of_required = |is_so: &dyn Fn(&String) -> bool| required.iter().filter(|key| is_so(key)).cloned().collect();
    Contents {
        bytes: bytes.len() as u64,
        keys: names.len() as u64,
        required: required.len() as u64,
        missing: of_required(&|key| is_empty(key).is_none()),
        empty: of_required(&|key| is_empty(key) == Some(true)),
        twice,
        bad_lines: Vec::new(),
    }
}

/// The first few of some keys.
fn some(keys: &[String]) -> String {
    const MOST: usize = 4;
    let shown = keys.iter().take(MOST).map(|key| line(key).into_owned()).collect::<Vec<_>>().join(", ");
    if keys.len() > MOST { format!("{shown} and {} more", keys.len() - MOST) } else { shown }
}

fn file_error(path: &Path, trouble: FileTrouble) -> ProbeError {
    let shown = path.to_string_lossy();
    let shown = line(&shown);
    let reason = if trouble == FileTrouble::Denied { Unknown::Denied } else { Unknown::Unreachable };
    ProbeError::new(reason, format!("{shown} {trouble}")).hint(format!("ls -l {shown}"))
}

#[cfg(test)]
#[path = "env_file_tests.rs"]
mod tests;
