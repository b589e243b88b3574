//! What has to hold for any bytes at all.

use crate::env::consumers::{self, Reader};
use crate::env::diff::Diff;
use crate::env::dotenv::{self, write};
use crate::env::interpolate::{substitute, variables};
use crate::env::sensitive::Sensitivity;
use crate::env::{compose, ini, systemd, template};

fn set(name: &str) -> Option<Vec<u8>> {
    matches!(name, "B" | "HOME" | "PATH").then(|| b"a value".to_vec())
}

/// How many grammars the first byte of an input chooses from.
pub const GRAMMARS: u8 = 7;

/// Panics where a law does not hold.
pub fn hold(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    match choice % GRAMMARS {
        0 => dotenv(rest),
        1 => quoted(rest),
        2 => interpolate(rest),
        3 => composes(rest),
        4 => ini_and_systemd(rest),
        5 => readers(rest),
        _ => compared(rest),
    }
}

/// A file prints back byte for byte: from its source, and put together from its spans.
fn dotenv(data: &[u8]) {
    match dotenv::parse(data) {
        Ok(file) => {
            assert_eq!(file.bytes(), data);
            let mut at = 0;
            for entry in file.entries() {
                let (start, end) = (entry.raw.start as usize, entry.raw.end as usize);
                assert!(at <= start && start <= end && end <= data.len(), "spans overlap");
                assert!(entry.line >= 1 && entry.column >= 1 && entry.end_line >= entry.line);
                at = end;
            }
            if let Err(error) = file.values(&set) {
                within(data, error.line);
            }
        }
        Err(error) => within(data, error.line),
    }
    let _ = template::parse(data);
}

fn within(data: &[u8], line: usize) {
    assert!(line >= 1 && line <= data.split(|byte| *byte == b'\n').count(), "line {line}");
}

/// What is written reads back, to Compose, and to any reader that has an opinion on a raw value.
fn quoted(value: &[u8]) {
    match write::quoted(value) {
        Err(why) => assert!(why == write::WhyNot::Nul && value.contains(&0), "{why}"),
        Ok(text) => {
            let line = [b"K=", text.expose(), b"\nL=1\n"].concat();
            let values = dotenv::parse(&line).and_then(|file| file.values(&set)).expect("a file");
            assert!(values.len() == 2 && values.get("K").is_some_and(|found| found.value.expose() == value));
        }
    }
}

fn interpolate(template: &[u8]) {
    if let Ok(found) = substitute(template, &set) {
        let escaped: Vec<u8> =
            found.bytes.iter().flat_map(|byte| std::iter::repeat_n(*byte, if *byte == b'$' { 2 } else { 1 })).collect();
        assert_eq!(substitute(&escaped, &set).map(|again| again.bytes), Ok(found.bytes));
    }
    let _ = variables(template);
}

fn composes(data: &[u8]) {
    let Ok(project) = compose::parse(data) else { return };
    let _ = project.check(&set);
    let _ = project.project_name(&set, "folder");
    for service in &project.services {
        let _ = service.effective("compose.yaml", &set, &|_: &str| Ok(Some(data.to_vec())));
    }
}

fn ini_and_systemd(data: &[u8]) {
    if let Err(error) = ini::parse(data) {
        // A lone carriage return ends a line too.
        assert!(error.line <= 1 + data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count());
    }
    let _ = ini::entrypoint_line(data, "db_password");
    match systemd::parse(data) {
        Ok(file) => file.variables.iter().for_each(|variable| within(data, variable.line)),
        Err(error) => within(data, error.line),
    }
}

/// The shortcut for simple files says what the models say; no model panics.
fn readers(data: &[u8]) {
    for reader in Reader::ALL {
        if let Some(line) = reader.read(data, &set).refused {
            within(data, line);
        }
    }
    if let Ok(file) = dotenv::parse(data)
        && let Ok(values) = file.values(&set)
    {
        for difference in consumers::differences(&file, &values, &set) {
            within(data, difference.line);
        }
    }
}

/// Two files that are one do not differ, in either format; no value is too odd to be asked whether it may be shown.
fn compared(data: &[u8]) {
    for diff in [Diff::of(data, data, &set), Diff::of_systemd(data, data)].into_iter().flatten() {
        assert_eq!(diff.changes().count(), 0);
    }
    let _ = Sensitivity::default().is_sensitive("A_URL", data);
}
