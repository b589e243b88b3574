//! `readback env diff A B`: two files, value-blind.

use super::select::is_asked;
use super::{Answer, human};
use crate::app::shell::Backups;
use crate::cli::args::ReadAs;
use crate::cli::context::{Context, StartError};
use crate::cli::{Args, EnvArgs, EnvSort, say};
use crate::env::diff::{Change, Diff, DiffError, Pair, Value};
use crate::env::format::FileFormat;
use crate::env::snapshot::Held;
use crate::env::{Finding, Place, Severity, may_show_key};
use crate::guard::{Fingerprinter, Wiped, line};
use crate::probes::files::{FileTrouble, read_regular};
use serde::Serialize;
use std::fmt::Write;
use std::io::{Read, stderr};
use std::path::Path;

/// The most that is read of a file, in bytes: some millions of lines.
const LIMIT: u64 = 256 * 1024 * 1024;

/// A key that is not the same in both.
#[derive(Debug, Serialize)]
pub struct FileRow {
    /// The key.
    pub key: String,
    /// How the second file differs from the first.
    pub change: Change,
    /// What the first holds, and on which line.
    pub left: Option<(Held, usize)>,
    /// What the second holds, and on which line.
    pub right: Option<(Held, usize)>,
}

/// Two files, compared.
#[derive(Debug, Serialize)]
pub struct FileReport {
    /// The name of this shape; docs/schemas/env.json describes it.
    pub schema: &'static str,
    /// The first file.
    pub left: String,
    /// The second.
    pub right: String,
    /// The keys that differ; with `--all` those that don't, too.
    pub rows: Vec<FileRow>,
    /// How many keys are the same.
    pub same: usize,
}

/// How two files are written: as is said, else as `[env]` says of the stack's own file and its backups. They need no
/// stack; one that can't be read is no reason not to compare them.
pub(super) fn format(args: &Args, said: Option<ReadAs>, files: [&Path; 2]) -> FileFormat {
    match said {
        Some(ReadAs::Dotenv) => FileFormat::Dotenv,
        Some(ReadAs::Systemd) => FileFormat::Systemd,
        None => match Context::find(args) {
            Ok(Some(context)) => {
                let backups = Backups::of(&context.config.env, &context.place());
                files.into_iter().find_map(|file| backups.format_of(file)).unwrap_or_default()
            }
            Ok(None) => FileFormat::default(),
            Err(_) => {
                let text = "readback: the stack's readback.toml can't be read, so both files are read as a .env; \
                            --as systemd reads them otherwise";
                say(&mut stderr(), text);
                FileFormat::default()
            }
        },
    }
}

/// Reads and compares two files.
pub(super) fn compare(
    left: &Path,
    right: &Path,
    format: FileFormat,
    options: &EnvArgs,
    all: bool,
    fingerprinter: &Fingerprinter,
) -> Result<FileReport, StartError> {
    // Both at once: of two large files the reading is a sixth of the whole.
    let (left_bytes, right_bytes) = std::thread::scope(|scope| {
        let other = scope.spawn(|| read(right));
        let crashed = |_| Err(StartError::Other(format!("{}: reading it crashed (a bug)", shown(right))));
        (read(left), other.join().unwrap_or_else(crashed))
    });
    let (left_bytes, right_bytes) = (left_bytes?, right_bytes?);
    let diff = match format {
        FileFormat::Dotenv => Diff::of(&left_bytes, &right_bytes, &|_: &str| None),
        FileFormat::Systemd => Diff::of_systemd(&left_bytes, &right_bytes),
    };
    let diff = diff.map_err(|error| {
        let (file, error) = match error {
            DiffError::Left(error) => (left, error),
            DiffError::Right(error) => (right, error),
        };
        StartError::Other(format!("{}: {error}", shown(file)))
    })?;
    let held =
        |value: Value<'_>| (Held { len: value.bytes.len(), fingerprint: fingerprinter.of(value.bytes) }, value.line);
    let row = |pair: Pair<'_>| FileRow {
        key: shown_key(&pair),
        change: pair.change,
        left: pair.left.map(held),
        right: pair.right.map(held),
    };
    let asked = |pair: &Pair<'_>| is_asked(&options.keys, pair.key);
    let rows: Vec<_> = if all {
        diff.pairs().filter(asked).map(row).collect()
    } else {
        diff.changes().filter(asked).map(row).collect()
    };
    let changed = diff.changes().filter(asked).count();
    // Where every key is asked for, those that are the same need not be looked at again.
    let keys = if options.keys.is_empty() { diff.len() } else { diff.pairs().filter(asked).count() };
    let (mut rows, same) = (rows, keys - changed);
    match options.sort {
        EnvSort::File => {}
        EnvSort::Key => rows.sort_by(|left, right| left.key.cmp(&right.key)),
        EnvSort::Severity => rows.sort_by_key(|row| std::cmp::Reverse(row.change)),
    }
    Ok(FileReport { schema: "readback_env_files_v1", left: shown(left), right: shown(right), rows, same })
}

/// A key, unless it may be a piece of a value that a broken file made into one.
fn shown_key(pair: &Pair<'_>) -> String {
    if may_show_key(pair.key) && !pair.is_stray {
        return pair.key.to_owned();
    }
    let at = pair.right.or(pair.left).map_or(0, |value| value.line);
    let why = if pair.is_stray { "behind a closing quote" } else { "no usual name" };
    format!("(not shown: {why}, line {at})")
}

fn shown(path: &Path) -> String {
    line(&path.to_string_lossy()).into_owned()
}

fn read(path: &Path) -> Result<Wiped, StartError> {
    // `<(…)` of a shell: a pipe that somebody writes to already.
    let bytes = if path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") {
        let mut bytes = Vec::new();
        let read = std::fs::File::open(path).and_then(|pipe| pipe.take(LIMIT + 1).read_to_end(&mut bytes));
        match read.map_err(FileTrouble::from) {
            Ok(_) if bytes.len() as u64 > LIMIT => Err(FileTrouble::TooLarge(LIMIT + 1)),
            read => read.map(|_| bytes),
        }
    } else {
        read_regular(path, LIMIT).map(|mut read| std::mem::take(&mut *read.bytes))
    };
    bytes.map(Wiped::new).map_err(|trouble| StartError::Other(format!("{} {trouble}", shown(path))))
}

impl Answer for FileReport {
    fn exit_code(&self) -> u8 {
        u8::from(self.rows.iter().any(|row| row.change != Change::Same))
    }

    fn human(&self) -> String {
        let mut out = String::new();
        for row in &self.rows {
            let side = |side: &Option<(Held, usize)>| match side {
                None => "-".to_owned(),
                Some((Held { len: 0, .. }, at)) => format!("(empty) line {at}"),
                Some((held, at)) => format!("{} line {at}", human::held(held.len, held.fingerprint.short())),
            };
            let change = word(row.change);
            let _ = writeln!(out, "{change:<8} {:<30} {} -> {}", row.key, side(&row.left), side(&row.right));
        }
        let differ = self.rows.iter().filter(|row| row.change != Change::Same).count();
        let _ = writeln!(out, "{differ} keys differ, {} are the same", self.same);
        out
    }

    fn findings(&self) -> Vec<Finding> {
        let differs = self.rows.iter().filter(|row| row.change != Change::Same);
        differs
            .map(|row| {
                let (file, at) = match (&row.right, &row.left) {
                    (Some((_, at)), _) => (&self.right, *at),
                    (None, left) => (&self.left, left.as_ref().map_or(0, |(_, at)| *at)),
                };
                Finding {
                    id: format!("key_{}", word(row.change)),
                    severity: if row.change == Change::Added { Severity::Note } else { Severity::Warning },
                    key: Some(row.key.clone()),
                    place: Some(Place { file: file.clone(), line: at }),
                    text: format!("{} in {}", word(row.change), self.right),
                    fix: String::new(),
                }
            })
            .collect()
    }
}

/// The word for a change.
pub(super) fn word(change: Change) -> &'static str {
    match change {
        Change::Same => "same",
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Emptied => "emptied",
        Change::Changed => "changed",
    }
}
