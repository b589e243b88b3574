//! What the guard catches and lets through, counted: thousands of made-up secrets of every kind it knows, every kind
//! of thing that looks like one and is none, every encoding and fragment of values the console knows.
#![allow(clippy::print_stdout, reason = "the counts are printed for who asks with --nocapture")]

mod encodings;
mod fake;
mod innocent;
mod kinds;
mod known;
mod notes;
mod pastes;
mod samples;
mod vendors;
mod write;

use readback::guard::digest_bytes;
use readback::guard::scan::{DETECTORS, Hit, scan};
use samples::{Plant, innocents, notes, pastes, plants};
use sha2::Digest;
use std::collections::BTreeMap;
use std::fmt::Write;

const INNOCENT_LEAST: usize = 20_000;

/// Whether every byte of a range is in some hit.
fn covers(hits: &[Hit], range: &std::ops::Range<usize>) -> bool {
    let mut done = range.start;
    for hit in hits {
        if hit.offset <= done {
            done = done.max(hit.end());
        }
    }
    done >= range.end
}

#[test]
fn of_every_structured_kind_ninety_nine_of_a_hundred_are_covered_whole() {
    let plants = plants();
    assert!(plants.len() >= 5_000, "{} plants", plants.len());
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed: BTreeMap<&str, String> = BTreeMap::new();
    for Plant { kind, text, secret } in &plants {
        let caught = covers(&scan(text), secret);
        let count = kinds.entry(kind).or_default();
        count.0 += 1;
        count.1 += usize::from(caught);
        if !caught {
            missed.insert(kind, format!("{text} -> {:?}", scan(text)));
        }
    }
    assert!(kinds.len() >= 25, "{} kinds", kinds.len());
    let mut table = String::from("| kind | made | caught |\n|---|---:|---:|\n");
    for (kind, (made, caught)) in &kinds {
        writeln!(table, "| {kind} | {made} | {:.1} % |", 100.0 * *caught as f64 / *made as f64).unwrap();
    }
    let all: usize = kinds.values().map(|(_, caught)| caught).sum();
    println!("{table}all: {all} of {}", plants.len());
    let short: Vec<_> = kinds.iter().filter(|(_, (made, caught))| caught * 100 < made * 99).collect();
    assert!(short.is_empty(), "{short:?}\n{missed:#?}");
}

#[test]
fn of_innocent_lines_one_in_a_thousand_at_most_is_caught() {
    let lines = innocents();
    assert!(lines.len() >= INNOCENT_LEAST, "{} lines", lines.len());
    let caught: Vec<_> = lines.iter().filter(|line| !scan(line).is_empty()).collect();
    println!("{} of {} innocent lines", caught.len(), lines.len());
    let some: Vec<_> = caught.iter().step_by(caught.len() / 20 + 1).map(|line| (line, scan(line))).collect();
    assert!(caught.len() * 1_000 <= lines.len(), "{} of {}: {some:#?}", caught.len(), lines.len());
}

#[test]
fn notes_lists_and_tables_of_a_persons_own_are_no_paste() {
    let caught: Vec<_> = notes().into_iter().filter(|note| !scan(note).is_empty()).collect();
    let some: Vec<_> = caught.iter().take(5).map(|note| (note, scan(note))).collect();
    assert!(caught.is_empty(), "{} of {}: {some:#?}", caught.len(), notes().len());
}

#[test]
fn one_line_or_two_of_a_paste_are_evidence() {
    for (detector, text) in pastes().into_iter().filter(|(detector, _)| *detector != "journal") {
        for line in text.lines() {
            let line = line.trim();
            let found = scan(line).iter().any(|hit| hit.detector == detector);
            assert!(!found || ALONE.iter().any(|alone| line.starts_with(alone)), "{detector}: {line}");
        }
    }
}

/// What gives a payload away alone.
const ALONE: [&str; 2] = ["\"Env\": [", "PATH=/usr/bin\0"];

#[test]
fn every_paste_is_known_by_its_shape() {
    for (detector, text) in pastes() {
        let found: Vec<_> = scan(&text).iter().map(|hit| hit.detector).collect();
        assert!(found.contains(&detector), "{detector}: {found:?} in {text}");
    }
}

#[test]
fn every_piece_of_a_known_value_is_found_in_every_encoding() {
    let counts = known::counted();
    let mut table = String::from("| encoding | made | found |\n|---|---:|---:|\n");
    for (encoding, (made, found)) in &counts {
        writeln!(table, "| {encoding} | {made} | {:.1} % |", 100.0 * *found as f64 / *made as f64).unwrap();
    }
    println!("{table}");
    let short: Vec<_> = counts.iter().filter(|(_, (made, found))| found * 100 < made * 99).collect();
    assert!(short.is_empty(), "{short:?}");
}

#[test]
fn a_digest_of_a_known_value_is_found_in_every_encoding_and_only_as_a_whole() {
    let (counts, cut) = known::digests(|name, bytes| match name {
        "MD5" => md5::Md5::digest(bytes).to_vec(),
        "SHA-1" => sha1::Sha1::digest(bytes).to_vec(),
        "SHA-256" => sha2::Sha256::digest(bytes).to_vec(),
        _ => sha2::Sha512::digest(bytes).to_vec(),
    });
    println!("{counts:?}");
    assert!(counts.values().all(|(made, found)| made == found), "{counts:?}");
    assert_eq!(cut, 0, "a part of a digest tells nothing");
}

#[test]
fn no_innocent_line_holds_a_value_that_is_known() {
    let known = known::many();
    let caught: Vec<_> = innocents().into_iter().filter(|line| !known.find(line).is_empty()).collect();
    assert!(caught.len() * 1_000 <= INNOCENT_LEAST, "{caught:?}");
}

#[test]
fn every_name_of_a_detector_is_in_the_documentation_and_in_the_list() {
    let documentation = include_str!("../../docs/guard.md");
    let unexplained: Vec<_> = DETECTORS.iter().filter(|name| !documentation.contains(&format!("`{name}`"))).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    let texts = plants().into_iter().map(|plant| plant.text);
    let hits: Vec<Hit> = texts.flat_map(|text| scan(&text)).collect();
    let payload = |name: &str| pastes().iter().any(|(shape, _)| *shape == name);
    let unlisted: Vec<_> =
        hits.iter().filter(|hit| !DETECTORS.contains(&hit.detector) && !payload(hit.detector)).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
}

/// `tools/bench-guard.sh` asks for it.
#[test]
fn the_corpus_is_written_where_it_is_asked_for() {
    let own = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("READBACK_GUARD_CORPUS").map_or(own.path().to_owned(), Into::into);
    write::to_folder(&folder);
    let places = std::fs::read_to_string(folder.join("places.tsv")).unwrap();
    assert_eq!(places.lines().count(), plants().len());
}

/// The answers, as one digest: a change that is meant to be none (a faster scanner) leaves it as it is. One that is
/// meant prints the new one.
#[test]
fn the_answers_are_those_that_were_looked_at() {
    let mut answers = String::new();
    let texts = plants()
        .into_iter()
        .map(|plant| plant.text)
        .chain(innocents())
        .chain(pastes().into_iter().map(|(_, text)| text));
    let all: Vec<String> = texts.collect();
    let joined = all.chunks(40).map(|some| some.join("\n"));
    for text in all.iter().cloned().chain(joined) {
        for hit in scan(&text) {
            write!(answers, "{} {} {},", hit.detector, hit.offset, hit.len).unwrap();
        }
        answers.push('\n');
    }
    assert_eq!(digest_bytes(answers.as_bytes()), ANSWERS);
}

const ANSWERS: &str = "15e649591294396f2782815d9fdc7626fd29c3c4a4837a99e1dc88f0436d4b8b";
