//! The `.env` grammar and the templates, against what Docker Compose answered.

use crate::vectors::{base64, expected, map, vectors};
use proptest::prelude::*;
use readback::env::dotenv::{self, EnvError};
use readback::env::interpolate::{substitute, variables};
use std::collections::BTreeMap;

type Map = BTreeMap<String, Vec<u8>>;

fn load(input: &[u8], env: &Map) -> Result<Map, EnvError> {
    let values = dotenv::parse(input)?.values(&|name: &str| env.get(name).cloned())?;
    Ok(values.iter().map(|found| (found.key.clone(), found.value.expose().to_vec())).collect())
}

fn same(name: &str, got: &Result<Map, EnvError>, want: Option<&Map>, failures: &mut Vec<String>) {
    let agrees = match (got, want) {
        (Ok(got), Some(want)) => got == want,
        (Err(_), None) => true,
        _ => false,
    };
    if !agrees {
        failures.push(format!("{name}: got {got:?}, want {want:?}"));
    }
}

#[test]
fn every_file_is_read_as_compose_reads_it() {
    let mut failures = Vec::new();
    for vector in vectors("dotenv.jsonl") {
        let input = vector["input"].as_str().unwrap().as_bytes();
        let got = load(input, &map(&vector["env"]));
        same(vector["name"].as_str().unwrap(), &got, expected(&vector, "expect").map(map).as_ref(), &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn files_that_are_not_utf8_are_read_as_compose_reads_them() {
    let mut failures = Vec::new();
    for vector in vectors("dotenv-bytes.jsonl") {
        let input = base64(vector["input_b64"].as_str().unwrap());
        let want = vector.get("expect_b64").map(|want| {
            let of = |(key, value): (&String, &serde_json::Value)| (key.clone(), base64(value.as_str().unwrap()));
            want.as_object().unwrap().iter().map(of).collect()
        });
        let want = want.or_else(|| vector.get("expect").map(map));
        same(vector["name"].as_str().unwrap(), &load(&input, &map(&vector["env"])), want.as_ref(), &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_template_is_substituted_as_compose_does() {
    let mut failures = Vec::new();
    for vector in vectors("template.jsonl") {
        let env = map(&vector["env"]);
        let template = vector["template"].as_str().unwrap().as_bytes();
        let got = substitute(template, &|name: &str| env.get(name).cloned()).map(|got| got.bytes).ok();
        let want = expected(&vector, "expect").map(|want| want.as_str().unwrap().as_bytes().to_vec());
        if got != want {
            failures.push(format!("{}: got {got:?}, want {want:?}", vector["name"]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_variable_of_a_template_is_found_as_compose_does() {
    for vector in vectors("template.jsonl") {
        let found = variables(vector["template"].as_str().unwrap().as_bytes());
        let got: serde_json::Map<_, _> = found
            .into_iter()
            .map(|v| {
                let text = |bytes| String::from_utf8(bytes).unwrap();
                let json = serde_json::json!({
                    "Name": v.name, "DefaultValue": text(v.default), "PresenceValue": text(v.presence),
                    "Required": v.required,
                });
                (v.name, json)
            })
            .collect();
        assert_eq!(serde_json::Value::Object(got), vector["vars"], "{}", vector["name"]);
    }
}

#[test]
fn errors_say_line_and_column_and_nothing_of_the_file() {
    let canary = "cAnArY7pass";
    let cases = [
        (format!("A=1\nKEY {canary}=x\n"), (2, 1), "space"),
        (format!("A=1\n\nB=\"{canary}\n"), (3, 3), "quote"),
        (format!("A=1\nB=ok{canary}!\n{canary}!=2\n"), (3, 12), "character"),
        (format!("A='{canary}' B={canary}${{\n"), (1, 19), "${"),
        ("export ".to_owned(), (1, 8), "export"),
    ];
    for (input, (line, column), word) in cases {
        let error = load(input.as_bytes(), &Map::new()).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(word) && !text.contains(canary), "{text}");
    }
}

#[test]
fn spans_comments_and_lines_are_where_they_stand() {
    let file = dotenv::parse(b"# top\nA=1 # one\nexport B=\"x\ny\" # two\n  # own\nC\nD").unwrap();
    let text = |span| std::str::from_utf8(file.slice(span)).unwrap();
    let got: Vec<_> = file
        .entries()
        .iter()
        .map(|e| (e.key.as_str(), e.line, e.end_line, text(e.raw), e.comment.map(text), e.exported))
        .collect();
    let want = [
        ("A", 2, 2, "1", Some("# one"), false),
        ("B", 3, 4, "\"x\ny\"", Some("# two"), true),
        ("C", 6, 6, "C", None, false),
        ("D", 7, 7, "D", None, false),
    ];
    assert_eq!(got, want);
    let comments: Vec<_> = file.comments().iter().map(|c| (c.line, text(c.span))).collect();
    assert_eq!(comments, [(1, "# top"), (5, "# own")]);
}

#[test]
fn fifty_thousand_lines_are_read_in_one_pass() {
    let mut input = Vec::new();
    for n in 0..50_000 {
        input.extend_from_slice(format!("KEY_{n}=\"value {n}\" # note\n").as_bytes());
    }
    let file = dotenv::parse(&input).unwrap();
    assert_eq!(file.entries().len(), 50_000);
    assert_eq!(file.values(&|_: &str| None).unwrap().len(), 50_000);
}

/// Bytes that look like a file often enough to reach every branch.
fn anything() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[A-Z_]{1,4}=[a-z$ #{}:?+-]{0,8}\r?\n".prop_map(String::into_bytes),
        "[ \t#'\"$={}\\\\:\nAB\u{a0}\u{85}\u{3000}é-]{0,12}".prop_map(String::into_bytes),
        "export [A-Z]{0,2}[= \n]".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic_and_what_parses_prints_back(input in anything()) {
        if let Ok(file) = dotenv::parse(&input) {
            prop_assert_eq!(file.bytes(), &input[..]);
            let mut last = 0;
            for entry in file.entries() {
                prop_assert!(entry.raw.start >= last && entry.raw.start <= entry.raw.end);
                last = entry.raw.end;
            }
            let _ = file.values(&|_: &str| None);
        }
    }

    #[test]
    fn a_template_without_dollars_is_its_own_value(text in "[^$]{0,40}") {
        prop_assert_eq!(substitute(text.as_bytes(), &|_: &str| None).unwrap().bytes, text.into_bytes());
    }

    #[test]
    fn an_escaped_text_substitutes_back(text in "\\PC{0,40}") {
        let escaped = text.replace('$', "$$");
        prop_assert_eq!(substitute(escaped.as_bytes(), &|_: &str| None).unwrap().bytes, text.into_bytes());
    }
}
