//! Holds the house to its rules: the table of rooms in src/lib.rs, and the habits of every file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

mod habits;
mod layers;
mod paths;
mod tokens;

use std::path::Path;

/// Rooms where the time, the environment and files come in as parameters.
const PURE: [&str; 8] = ["evidence", "env", "timeline", "review", "guard", "panes", "app", "demo"];

/// A file of the repository.
struct File {
    name: String,
    text: String,
}

impl File {
    /// Test modules stand beside what they test.
    fn is_test(&self) -> bool {
        self.name.ends_with("/tests.rs") || self.name.ends_with("_tests.rs")
    }

    /// What is in the program.
    fn code(&self) -> Vec<tokens::Token> {
        tokens::without_tests(&tokens::tokens(&self.text))
    }

    fn paths(&self) -> Vec<paths::Path> {
        paths::paths(&paths::module(&self.name), &self.code())
    }
}

/// Every Rust file in these folders.
fn files(folders: &[&str]) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut waiting: Vec<_> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            found.push(File { name, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
    assert!(found.len() > folders.len());
    found
}

/// The program's own files: no tests.
fn sources() -> Vec<File> {
    files(&["src"]).into_iter().filter(|file| !file.is_test()).collect()
}

fn table() -> Vec<layers::Row> {
    layers::table(include_str!("../../src/lib.rs"))
}

/// Fails with everything that was found, a line each.
fn hold(files: &[File], rule: impl Fn(&File) -> Vec<String>) {
    let broken = |file: &File| rule(file).into_iter().map(|what| format!("{}: {what}", file.name)).collect::<Vec<_>>();
    let broken: Vec<String> = files.iter().flat_map(broken).collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn no_room_imports_what_its_row_of_the_table_does_not_allow() {
    let table = table();
    hold(&sources(), |file| match paths::module(&file.name) {
        module if module.is_empty() => Vec::new(),
        module => layers::breaches(&table, &module, &file.paths()),
    });
}

#[test]
fn every_room_of_the_table_is_there() {
    let modules: Vec<_> = sources().iter().map(|file| paths::module(&file.name)).collect();
    let table = table();
    for room in table.iter().flat_map(|row| &row.rooms) {
        let lives = |module: &Vec<String>| layers::room(&table, module).is_some_and(|(_, own)| own == room);
        assert!(modules.iter().any(lives), "{room} is a row of the table, and not in src");
    }
}

#[test]
fn the_core_has_no_clock_no_environment_and_no_files() {
    let table = table();
    hold(&sources(), |file| match layers::room(&table, &paths::module(&file.name)) {
        Some((_, room)) if PURE.contains(&room) => habits::impure(&file.paths()),
        _ => Vec::new(),
    });
}

#[test]
fn no_source_panics_where_it_could_say_what_is_wrong() {
    hold(&sources(), |file| habits::brittle(&file.code()));
}

#[test]
fn a_file_of_tests_is_compiled_for_tests_only() {
    hold(&sources(), |file| {
        let code = file.code();
        let declared = code.windows(2).filter(|pair| pair[0].text == "mod" && pair[1].text.ends_with("tests"));
        declared.map(|pair| format!("line {}: {} without #[cfg(test)]", pair[1].line, pair[1].text)).collect()
    });
}

#[test]
fn no_work_is_left_undone_and_no_test_left_out() {
    hold(&files(&["src", "tests", "benches"]), |file| habits::unfinished(&tokens::tokens(&file.text)));
}

/// Every file of the checkout, without what is built and what tools keep.
fn checkout() -> Vec<std::path::PathBuf> {
    const NOT_OURS: [&str; 5] = [".git", ".cache", "target", "artifacts", "coverage"];
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && !NOT_OURS.iter().any(|other| name == *other) {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_file_holds_the_marks_of_a_merge() {
    let files = checkout();
    assert!(files.iter().any(|path| path.ends_with("benches/README.md")));
    let wrong = files.iter().flat_map(|path| {
        let marks = habits::unmerged(&std::fs::read(path).unwrap());
        marks.into_iter().map(move |mark| format!("{}: {mark}", path.display()))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_begins_by_saying_what_it_is() {
    hold(&files(&["src", "tests", "benches"]), |file| habits::untitled(&file.text));
}

/// Each crate of tests links the whole console: one a file took 8 GB and minutes of linking. And a file that nobody
/// names as a module is never run.
#[test]
fn a_file_of_tests_is_a_module_of_its_room() {
    let tests = files(&["tests"]);
    hold(&tests, |file| {
        let path = Path::new(&file.name);
        let (folder, stem) = (path.parent().unwrap(), path.file_stem().unwrap().to_string_lossy());
        if folder == Path::new("tests") {
            return vec!["belongs in the folder of its room".to_owned()];
        }
        let roots = [folder.join("main.rs"), folder.join("mod.rs"), folder.with_extension("rs")];
        let root = tests.iter().find(|other| roots.iter().any(|root| Path::new(&other.name) == root));
        let root = root.unwrap_or_else(|| panic!("{}: no main.rs and no {}.rs", file.name, folder.display()));
        let named = root.name == file.name || root.text.lines().any(|line| line.ends_with(&format!("mod {stem};")));
        (!named).then(|| format!("is not named in {}", root.name)).into_iter().collect()
    });
}

#[test]
fn files_are_short() {
    let files = files(&["src", "tests", "benches"]);
    hold(&files, |file| habits::too_long(&file.text));
    let lengths: Vec<usize> = files.iter().map(|file| file.text.lines().count()).collect();
    assert!(habits::mostly_short(&lengths), "too many files of more than 250 lines");
}

/// .config/nextest.toml runs those alone.
#[test]
fn only_tests_of_an_outage_stop_the_shared_database() {
    let runs_alone = |file: &File| file.name.contains("/outage");
    let others = files(&["tests"]).into_iter().filter(|file| !runs_alone(file));
    let others: Vec<File> = others.filter(|file| !file.name.starts_with("tests/architecture")).collect();
    hold(&others, |file| {
        let lines = file.text.lines().enumerate().filter(|(_, line)| line.contains("READBACK_TEST_PG_CTL"));
        lines
            .map(|(n, _)| {
                format!("line {}: belongs in a module outage (tests/store/outage.rs), which runs alone", n + 1)
            })
            .collect()
    });
}
