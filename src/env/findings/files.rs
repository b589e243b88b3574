//! Rules about the file as a file: who may read it, and what is newer than it.

use super::context::{Context, Said, Subject};
use crate::env::snapshot::Held;
use crate::env::{Cell, Layer, Place};
use crate::guard;
use jiff::{SignedDuration, Timestamp};

/// Files that were written together (a checkout, a copy of a folder) are of one age.
const TOGETHER: SignedDuration = SignedDuration::from_mins(1);

fn place(file: &str) -> Place {
    Place { file: file.to_owned(), line: 0 }
}

fn words(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

pub(super) fn secret_newer(of: &Subject<'_, '_>) -> Option<Said> {
    let facts = of.context.facts;
    let secret = facts.secret(of.key)?;
    let (changed, written) = (secret.changed_at?, facts.file()?.status?.modified?);
    let arrived = of.value(Layer::File) == Some(secret.value.expose());
    (changed > written && !arrived).then(|| {
        let text = format!(
            "the secret {} changed at {}, after the file was last written ({}): the file has the old {}",
            guard::line(&secret.source),
            words(changed),
            words(written),
            of.row.key,
        );
        Said::new(of.place(Layer::File), text, "`readback env sync` shows what would change")
    })
}

/// The file has what the last sync of the key replaced, however new the file is.
pub(super) fn sync_undone(of: &Subject<'_, '_>) -> Option<Said> {
    let facts = of.context.facts;
    let sync = facts.layers.synced.get(of.key)?;
    let layer = facts.file()?;
    let has = |held: Option<&Held>| match (of.row.cell(Layer::File), held) {
        (Cell::Value(now), Some(held)) => now.len == held.len && now.fingerprint == held.fingerprint,
        (Cell::Empty(_), Some(held)) => held.len == 0,
        (Cell::Absent, None) => true,
        _ => false,
    };
    // Where the secret was rolled back as well, the file is what it should be.
    let is_right = of.value(Layer::Secret).is_some() && of.value(Layer::Secret) == of.value(Layer::File);
    if is_right || !has(sync.before.as_ref()) || has(Some(&sync.after)) {
        return None;
    }
    let written = layer.status.and_then(|status| status.modified).filter(|written| *written > sync.at);
    let written = written.map(|written| format!(", though it was written at {}", words(written))).unwrap_or_default();
    let text = format!(
        "{} has again what the sync of {} replaced{written}: an older file was put over it",
        of.row.key,
        words(sync.at)
    );
    let place = of.place(Layer::File).unwrap_or_else(|| place(&layer.name));
    Some(Said::new(
        Some(place),
        text,
        "`readback env blame` shows what else went back; `readback env sync` puts it right",
    ))
}

pub(super) fn too_open(context: &Context<'_, '_>) -> Vec<Said> {
    let Some(layer) = context.facts.file() else { return Vec::new() };
    let Some(mode) = layer.status.map(|status| status.mode) else { return Vec::new() };
    let is_secret = |line: &crate::env::facts::Line<'_>| {
        line.values[Layer::File as usize].is_some_and(|value| !value.is_empty()) && context.masked.contains(line.key)
    };
    let who = match () {
        () if mode & 0o002 != 0 => "everybody on this host may write it",
        () if mode & 0o004 != 0 => "everybody on this host may read it",
        () if mode & 0o020 != 0 => "its group may write it",
        () if mode & 0o040 != 0 => "its group may read it",
        () => return Vec::new(),
    };
    if !context.lines.iter().any(is_secret) {
        return Vec::new();
    }
    let text = format!("{} holds secrets and has the mode {mode:04o}: {who}", layer.name);
    vec![Said::new(Some(place(&layer.name)), text, format!("chmod 600 {}", quoted(&layer.name)))]
}

/// A name as it can be pasted behind a command.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    let start = if name.starts_with('-') { "./" } else { "" };
    if name.chars().all(is_plain) {
        format!("{start}{name}")
    } else {
        format!("'{start}{}'", name.replace('\'', "'\\''"))
    }
}

/// The template's and the file's name and time.
fn ages<'a>(context: &Context<'a, '_>) -> Option<[(&'a str, Timestamp); 2]> {
    let (template, file) = (context.facts.template_layer()?, context.facts.file()?);
    Some([(&template.name, template.modified?), (&file.name, file.status?.modified?)])
}

fn keys(count: usize) -> String {
    if count == 1 { "a key".to_owned() } else { format!("{count} keys") }
}

pub(super) fn template_newer(context: &Context<'_, '_>) -> Vec<Said> {
    let Some([(template, changed), (file, written)]) = ages(context) else { return Vec::new() };
    if context.missing_count == 0 || changed.duration_since(written) <= TOGETHER {
        return Vec::new();
    }
    let count = keys(context.missing_count);
    let text =
        format!("{template} changed at {}, after {file} was last written, which lacks {count} of it", words(changed));
    vec![Said::new(Some(place(file)), text, "fill in what is new; `readback env diff` shows it")]
}

pub(super) fn template_older(context: &Context<'_, '_>) -> Vec<Said> {
    let Some([(template, changed), (file, written)]) = ages(context) else { return Vec::new() };
    if context.unknown_count == 0 || written.duration_since(changed) <= TOGETHER {
        return Vec::new();
    }
    let count = keys(context.unknown_count);
    let text =
        format!("{template} has not changed since {}, and {file} has {count} that it does not know", words(changed));
    vec![Said::new(Some(place(template)), text, format!("add to {template} what a new stack needs"))]
}

pub(super) fn ignored_line(context: &Context<'_, '_>) -> Vec<Said> {
    let Some(layer) = context.facts.file() else { return Vec::new() };
    let said = |ignored: &crate::env::systemd::Ignored| {
        let place = Place { file: layer.name.clone(), line: ignored.line };
        let text = format!("systemd passes over line {}: {}", ignored.line, ignored.why);
        Said::new(Some(place), text, "write KEY=value, or put a # before it")
    };
    layer.ignored.iter().map(said).collect()
}
