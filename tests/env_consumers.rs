//! What other programs read of a `.env`, against what those programs answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod env_support;

use env_support::{base64, map, vectors};
use readback::env::consumers::{Answer, Difference, How, Reader, differences};
use readback::env::dotenv;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn field(reader: Reader) -> &'static str {
    match reader {
        Reader::Bash => "bash",
        Reader::DockerRun => "docker_run",
        Reader::PythonDotenv => "python_dotenv",
        Reader::NpmDotenv => "npm_dotenv",
        Reader::Systemd => "systemd",
    }
}

fn input(vector: &Value) -> Vec<u8> {
    match vector.get("input") {
        Some(text) => text.as_str().unwrap().as_bytes().to_vec(),
        None => base64(vector["input_b64"].as_str().unwrap()),
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.as_bytes().to_vec()),
        other => Some(base64(other["b64"].as_str().unwrap())),
    }
}

/// How a model does on one file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Right,
    Unsure,
    Wrong,
}

/// Whether the model says what the program read, key by key.
fn judge(reader: Reader, vector: &Value, want: &Value) -> Verdict {
    let env = map(&vector["env"]);
    let read = reader.read(&input(vector), &|name: &str| env.get(name).cloned());
    let refused = want["refused"] == true || want["exits"] == true;
    // The program that stands in for the unit goes on without the file.
    if reader == Reader::Systemd && read.refused.is_some() {
        return if refused || want["reads"] == serde_json::json!({}) { Verdict::Right } else { Verdict::Wrong };
    }
    if refused || read.refused.is_some() {
        let same = refused == read.refused.is_some();
        return if same { Verdict::Right } else if read.is_unsure() { Verdict::Unsure } else { Verdict::Wrong };
    }
    let reads = want["reads"].as_object().unwrap();
    let keys: BTreeSet<&str> = reads.keys().map(String::as_str).chain(read.iter().map(|(key, _)| key)).collect();
    let of_key = |key: &str| {
        let real = reads.get(key).and_then(bytes);
        // What is set to what the environment has already is not to be told from what is not set.
        let environment = || env.get(key).cloned().filter(|_| reader == Reader::Bash);
        let right = match read.get(key) {
            // The program that stands in for the unit leaves empty values out.
            Answer::Value(value) if reader == Reader::Systemd && value.is_empty() => true,
            Answer::Value(value) => real.or_else(environment).is_some_and(|real| real == *value),
            Answer::Nothing => real.is_none(),
            // Both say only that it is not what the file says.
            Answer::Runs | Answer::Other => true,
            Answer::Unsure => return Verdict::Unsure,
        };
        if right { Verdict::Right } else { Verdict::Wrong }
    };
    let worst = keys.into_iter().map(of_key).max().unwrap_or(Verdict::Right);
    // What can't be told at all is no agreement, even where nothing was set.
    if worst == Verdict::Right && read.is_unsure() { Verdict::Unsure } else { worst }
}

#[test]
fn every_model_reads_what_its_program_reads() {
    let vectors = vectors("other-parsers.jsonl");
    let (mut failures, mut figures) = (Vec::new(), Vec::new());
    for reader in Reader::ALL {
        let (mut right, mut unsure, mut asked) = (0, 0, 0);
        for vector in &vectors {
            let Some(want) = vector.get(field(reader)) else { continue };
            asked += 1;
            match judge(reader, vector, want) {
                Verdict::Right => right += 1,
                Verdict::Unsure => { unsure += 1; if std::env::var_os("SHOW").is_some() { failures.push(format!("unsure {reader:?} {}: {:?} {want}", vector["name"], vector["input"])); } }
                Verdict::Wrong => failures.push(format!("{reader:?} {}: {:?} {want}", vector["name"], vector["input"])),
            }
        }
        figures.push(format!("{reader:?}: {right} of {asked} right, {unsure} unsure"));
    }
    println!("{}", figures.join("\n"));
    assert!(failures.is_empty(), "{}\n{} wrong\n{}", failures.join("\n"), failures.len(), figures.join("\n"));
}
