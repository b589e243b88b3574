//! What other programs read of a `.env`, against what those programs answered.

use crate::vectors::{base64, map, vectors};
use proptest::prelude::*;
use readback::env::consumers::{Answer, Difference, Reader, differences};
use readback::env::dotenv::{
    self,
    write::{WhyNot, quoted},
};
use serde_json::Value;
use std::collections::BTreeSet;

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
        return if same {
            Verdict::Right
        } else if read.is_unsure() {
            Verdict::Unsure
        } else {
            Verdict::Wrong
        };
    }
    let reads = want["reads"].as_object().unwrap();
    let keys: BTreeSet<&str> = reads.keys().map(String::as_str).chain(read.iter().map(|(key, _)| key)).collect();
    let of_key = |key: &str| {
        let answered = reads.get(key).and_then(bytes);
        // What is set to what the environment has already is not to be told from what is not set.
        let environment = || env.get(key).cloned().filter(|_| reader == Reader::Bash);
        let right = match read.get(key) {
            // The program that stands in for the unit leaves empty values out.
            Answer::Value(value) if reader == Reader::Systemd && value.is_empty() => true,
            Answer::Value(value) => answered.or_else(environment).is_some_and(|answered| answered == *value),
            Answer::Nothing => answered.is_none(),
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

/// The files of a kind, with the share a model has to reproduce, in percent. No answer may be wrong.
fn hold(kind: &str, vectors: &[Value], least: usize) {
    let mut failures = Vec::new();
    for reader in Reader::ALL {
        let (mut right, mut asked) = (0, 0);
        for vector in vectors {
            let Some(want) = vector.get(field(reader)) else { continue };
            asked += 1;
            match judge(reader, vector, want) {
                Verdict::Right => right += 1,
                Verdict::Unsure => {}
                Verdict::Wrong => failures.push(format!("{reader:?} {}: {:?} {want}", vector["name"], vector["input"])),
            }
        }
        if right * 100 < asked * least {
            failures.push(format!("{kind}, {reader:?}: only {right} of {asked} are reproduced"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_model_reads_what_its_program_reads_and_is_never_wrong() {
    let own = |vector: &Value| {
        let kind = vector["name"].as_str().unwrap().split('/').next().unwrap();
        ["line", "then", "mix", "noise"].contains(&kind)
    };
    let (own, conformance): (Vec<_>, Vec<_>) = vectors("other-parsers.jsonl").into_iter().partition(own);
    hold("conformance", &conformance, 97);
    // These were made to be hard: operators, loops and quotes that go wrong.
    hold("hostile", &own, 85);
}

#[test]
fn a_value_that_is_written_reads_back_and_the_models_know_who_reads_another() {
    let vectors = vectors("roundtrip.jsonl");
    for vector in &vectors {
        let value = vector["value"].as_str().unwrap().as_bytes();
        let text = quoted(value).unwrap();
        let line = [b"K=", text.expose(), b"\nL=1\n"].concat();
        assert_eq!(String::from_utf8(line).unwrap(), vector["input"].as_str().unwrap());
    }
    hold("written", &vectors, 97);
}

#[test]
fn a_value_with_a_nul_is_not_written() {
    assert_eq!(quoted(b"a\0b").unwrap_err(), WhyNot::Nul);
    assert!(quoted(b"\xff'\\").is_ok());
}

fn found(text: &str) -> Vec<String> {
    let unset = |_: &str| None;
    let file = dotenv::parse(text.as_bytes()).unwrap();
    let values = file.values(&unset).unwrap();
    let show = |d: Difference| format!("{}:{} {:?} {:?}", d.key, d.line, d.reader, d.how);
    differences(&file, &values, &unset).into_iter().map(show).collect()
}

#[test]
fn simple_files_are_read_alike_and_only_docker_keeps_quotes() {
    assert!(found("# note\nDB_HOST=db\nDB_PORT=5432\nURL=https://x.example/a\n\n").is_empty());
    assert_eq!(found("A=1\nB='x y'\n"), ["B:2 DockerRun KeepsQuotes"]);
}

#[test]
fn a_url_with_an_ampersand_runs_in_bash_and_a_hash_is_cut_by_npm() {
    assert_eq!(found("URL=http://x?a=1&b=2\n"), ["URL:1 Bash RunsIt"]);
    assert_eq!(found("P=pa#ss\n"), ["P:1 NpmDotenv ReadsOther"]);
    assert_eq!(found("A=1\nexport B=2\n"), [":2 DockerRun Refuses", "B:2 Systemd Drops"]);
    let dollar = found("P='$B'\nQ=a$$b\n");
    assert!(dollar.contains(&"Q:2 Bash ReadsOther".to_owned()), "{dollar:?}");
}

#[test]
fn what_can_not_be_told_is_said_and_never_agreement() {
    assert!(found("A=1\nB=~x/y\n").contains(&":2 Bash CantTell".to_owned()));
    let huge = format!("A=x y\n{}", "# note\n".repeat(700_000));
    let got = found(&huge);
    assert_eq!(got.len(), Reader::ALL.len());
    assert!(got.iter().all(|line| line.ends_with("CantTell")));
}

/// What the grammars of all readers turn on.
const PIECES: &[&[u8]] = &[
    b"A=", b"'", b"\"", b"${B", b":-", b"}", b"\\", b"\n", b" #", b"`", b"$(", b")", b"export ", b"\xff", b"\0", b"\r",
    b"x",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_model_panic(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..30)) {
        let input = pieces.concat();
        for reader in Reader::ALL {
            let read = reader.read(&input, &|_: &str| None);
            let lines = input.split(|byte| *byte == b'\n').count();
            prop_assert!(read.refused.is_none_or(|line| line >= 1 && line <= lines));
        }
    }

    #[test]
    fn any_value_without_a_nul_reads_back_as_it_was_written(value in proptest::collection::vec(1_u8.., 0..40)) {
        let text = quoted(&value).unwrap();
        let line = [b"K=", text.expose(), b"\nL=1\n"].concat();
        let values = dotenv::parse(&line).unwrap().values(&|_: &str| None).unwrap();
        prop_assert_eq!(values.get("K").map(|found| found.value.expose().to_vec()), Some(value));
        prop_assert_eq!(values.len(), 2);
    }
}
