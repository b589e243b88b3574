//! Writes the corpus to files, for other scanners.

use super::samples::{innocents, plants};
use std::fmt::Write;
use std::path::Path;

/// `plants.txt` and `innocent.txt`, and `places.tsv`: of each plant the kind, its first and its last line.
pub fn to_folder(folder: &Path) {
    let (mut text, mut places, mut line) = (String::new(), String::new(), 1);
    for plant in plants() {
        let lines = plant.text.lines().count();
        writeln!(places, "{}\t{line}\t{}", plant.kind, line + lines - 1).unwrap();
        writeln!(text, "{}\n", plant.text).unwrap();
        line += lines + 1;
    }
    for (name, text) in [("plants.txt", text), ("places.tsv", places), ("innocent.txt", innocents().join("\n") + "\n")]
    {
        std::fs::write(folder.join(name), text).unwrap();
    }
}
