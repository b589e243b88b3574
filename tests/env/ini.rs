//! INI-like configuration, against what Python and grep answered.

use crate::vectors::vectors;
use readback::env::ini;
use serde_json::{Value, json};

#[test]
fn every_file_is_read_as_python_reads_it() {
    let text = |option: &ini::IniOption| Value::from(String::from_utf8(option.value.expose().to_vec()).unwrap());
    for vector in vectors("odoo-ini.jsonl") {
        let name = &vector["name"];
        let got = ini::parse(vector["input"].as_str().unwrap().as_bytes());
        assert_eq!(got.is_err(), vector["error"] == json!(true), "{name}: {got:?}");
        let Ok(got) = got else { continue };
        let mut sections = json!({});
        for section in got.sections() {
            let own = got.options().iter().filter(|option| option.section == *section);
            sections[section] =
                own.map(|option| (option.name.clone(), text(option))).collect::<serde_json::Map<_, _>>().into();
        }
        assert_eq!(sections, vector["sections"], "{name}");
        assert_eq!(got.get("options", "db_password").map_or(Value::Null, text), vector["db_password"], "{name}");
    }
}

#[test]
fn the_entry_points_rule_is_greps() {
    for vector in vectors("odoo-ini.jsonl") {
        let line = ini::entrypoint_line(vector["input"].as_str().unwrap().as_bytes(), "db_password");
        assert_eq!(line.is_none(), vector["entrypoint_uses_env"] == json!(true), "{}", vector["name"]);
    }
}

#[test]
fn lines_are_those_of_the_file() {
    let file = ini::parse(b"[options]\n; no\ndb_host = a\n\n  b\nDB_User: u\n").unwrap();
    let got: Vec<_> = file.options().iter().map(|o| (o.name.as_str(), o.line, o.value.expose())).collect();
    assert_eq!(got, [("db_host", 3, &b"a\n\nb"[..]), ("db_user", 6, &b"u"[..])]);
}

#[test]
fn an_error_says_the_line_and_the_column() {
    for (text, place) in [
        (&b"[options]\na = 1\n\n[options]\n"[..], (4, 1)),
        (b"[options]\nb = 1\nno option\n", (3, 1)),
        ("; \u{e4}\n  a = 1\n".as_bytes(), (2, 3)),
        (b"[options]\r\nb = 1\r\nB = 2\r\n", (3, 1)),
        (b"[options]\nb = \xc3\xa4x\xff\n", (2, 7)),
    ] {
        let error = ini::parse(text).unwrap_err();
        assert_eq!((error.line, error.column), place, "{error}");
        assert!(error.to_string().starts_with(&format!("line {}, column {}: ", place.0, place.1)), "{error}");
    }
}
