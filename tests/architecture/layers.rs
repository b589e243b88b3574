//! The table of rooms in src/lib.rs, and what breaks it.

use super::paths::Path;

/// A row of the table. `app::shell` is a room of its own beside `app`.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) rooms: Vec<String>,
    /// The rooms it may import from, besides its own.
    may: Vec<String>,
    /// Crates that it must not import; `*` stands for any end of a name.
    banned: Vec<String>,
}

/// Reads the table. "the pure rooms" are those of the first row.
pub(crate) fn table(lib: &str) -> Vec<Row> {
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | "));
    let mut table: Vec<Row> = Vec::new();
    for row in rows.filter(|row| row.starts_with('`')) {
        let columns: Vec<&str> = row.split('|').collect();
        let rooms = quoted(columns[0]);
        let mut may = quoted(columns[1]);
        if columns[1].contains("the pure rooms") {
            may.extend(table[0].rooms.clone());
        }
        if columns[1].contains("everything") {
            may.push(String::new());
        }
        let banned = columns[2].split(',').map(str::trim).filter(|name| !name.is_empty());
        table.push(Row { rooms, may, banned: banned.map(str::to_owned).collect() });
    }
    table
}

fn quoted(column: &str) -> Vec<String> {
    column.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The row and the room of a module: the longest name that it starts with.
pub(crate) fn room<'a>(table: &'a [Row], module: &[String]) -> Option<(&'a Row, &'a str)> {
    let module = format!("{}::", module.join("::"));
    let rooms = table.iter().flat_map(|row| row.rooms.iter().map(move |room| (row, room.as_str())));
    rooms.filter(|(_, room)| module.starts_with(&format!("{room}::"))).max_by_key(|(_, room)| room.len())
}

/// What a module names that its room must not.
pub(crate) fn breaches(table: &[Row], module: &[String], paths: &[Path]) -> Vec<String> {
    let Some((row, own)) = room(table, module) else { return vec!["stands in no room of the table".to_owned()] };
    let wrong = |path: &&Path| {
        let first = path.segments[0].as_str();
        if first == "crate" {
            let target = room(table, &path.segments[1..]).map(|(_, target)| target);
            return target.is_some_and(|target| target != own && !may(row, target));
        }
        row.banned
            .iter()
            .any(|banned| banned.strip_suffix('*').map_or(first == banned, |start| first.starts_with(start)))
    };
    paths
        .iter()
        .filter(wrong)
        .map(|path| format!("line {}: {own} names {}", path.line, path.segments.join("::")))
        .collect()
}

fn may(row: &Row, target: &str) -> bool {
    row.rooms.iter().chain(&row.may).any(|room| room == target || room.is_empty())
}

#[cfg(test)]
const TABLE: &str = "//! | room | may import | must not import |\n\
    //! |---|---|---|\n\
    //! | `env` `guard` | each other | tokio, aws_* |\n\
    //! | `app` | the pure rooms, `panes` | tokio |\n\
    //! | `panes` | the pure rooms, `app` | tokio |\n\
    //! | `app::shell` `cli` | everything | |\n";

#[cfg(test)]
fn broken(file: &str, text: &str) -> usize {
    let module = super::paths::module(file);
    let paths = super::paths::paths(&module, &super::tokens::tokens(text));
    breaches(&table(TABLE), &module, &paths).len()
}

#[test]
fn a_room_may_import_what_its_row_says_and_itself() {
    assert_eq!(broken("src/env/mod.rs", "use super::guard; use crate::env::x; use serde::S; mod aws; aws::f();"), 0);
    assert_eq!(broken("src/app/update.rs", "use crate::panes::P; use crate::guard::G; use super::facts::F;"), 0);
    assert_eq!(broken("src/app/shell/draw.rs", "use crate::app::App; use tokio::sync; use crate::cli::say;"), 0);
}

#[test]
fn a_room_must_not_import_another_one_or_a_banned_crate() {
    assert_eq!(
        broken("src/env/mod.rs", "use crate::app::App; use tokio::sync; aws_config::load(); super::cli::say();"),
        4
    );
    assert_eq!(broken("src/panes/mod.rs", "use crate::{app::{App, shell::Task}, guard};"), 1);
    assert_eq!(broken("src/app/update.rs", "use super::shell::Task;"), 1);
    assert_eq!(broken("src/attic/mod.rs", ""), 1);
}
