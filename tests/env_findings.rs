//! Each rule fires where it has to, and stays silent on a clean stack.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use readback::env::findings::RULES;
use readback::env::layers::{
    AppLayer, ComposeLayer, FileLayer, Layers, Reading, RunningLayer, SecretValue, TemplateLayer,
};
use readback::env::summary::running_equals_disk;
use readback::env::{Finding, Matrix, Rules, Severity, compare};
use readback::evidence::Known;
use readback::guard::{Fingerprinter, Secret};
use std::collections::BTreeSet;

fn judged(layers: &Layers) -> Matrix {
    compare(layers, &Rules::odoo(), &Fingerprinter::new(Secret::new("a key of the tests")))
}

fn unset(_: &str) -> Option<Vec<u8>> {
    None
}

fn files(template: &str, env: &str) -> Layers {
    Layers {
        template: TemplateLayer::load(".env.template", template.as_bytes()),
        file: FileLayer::load(".env", env.as_bytes(), &unset),
        ..Layers::default()
    }
}

fn all(matrix: &Matrix) -> Vec<Finding> {
    matrix.rows.iter().flat_map(|row| row.findings.clone()).chain(matrix.findings.clone()).collect()
}

/// The findings of a file that are more than "not read", for Compose alone: `id key line`.
fn of_file(template: &str, env: &str) -> Vec<String> {
    let findings = all(&judged(&files(template, env)))
        .into_iter()
        .filter(|finding| finding.id != "layer_unread" && !finding.id.starts_with("reader"));
    let line = |finding: &Finding| finding.place.as_ref().map_or(0, |place| place.line);
    findings.map(|f| format!("{} {} {}", f.id, f.key.as_deref().unwrap_or("-"), line(&f))).collect()
}

#[test]
fn the_traps_of_the_file_are_found_with_their_line() {
    let cases = [
        ("A_KEY=#fine\nB_KEY=   # note\n", vec!["comment_as_value B_KEY 2"]),
        ("A_KEY=pa$word\nB_KEY='pa$word'\nC_KEY=pa$5word\nD_KEY=${X:-}\n", vec!["dollar_eaten A_KEY 1"]),
        ("A_KEY=1\n\nA_KEY=2\n", vec!["duplicate_key A_KEY 3"]),
        ("=1\n", vec!["nameless_key - 1"]),
        ("A_KEY=1\nDB_PORT", vec!["lost_last_line DB_PORT 2"]),
        ("A_KEY=1\npa55word7piece", vec!["lost_last_line - 2"]),
        ("A_KEY=\" x\"\n", vec!["whitespace_hazard A_KEY 1"]),
        ("A_KEY=\"x\r\ny\"\r\n", vec!["whitespace_hazard A_KEY 1"]),
        ("A_KEY=x\u{200b}\n", vec!["whitespace_hazard A_KEY 1"]),
        ("A_KEY='x'B_KEY=1\n", vec!["text_after_quote B_KEY 1"]),
        (
            "A_KEY=<changeme>\nB_KEY=changeme\nC_KEY=***\n",
            vec!["placeholder A_KEY 1", "placeholder B_KEY 2", "placeholder C_KEY 3"],
        ),
        ("DB_PASSWORD=short\n", vec!["too_short DB_PASSWORD 1"]),
        ("DB_PASSWORD=twenty-characters-it-is\n", vec!["shorter_than_expected DB_PASSWORD 1"]),
        ("A_KEY=the-same-value\nB_KEY=the-same-value\n", vec!["reused_secret A_KEY 1", "reused_secret B_KEY 2"]),
    ];
    for (env, want) in cases {
        let keys: BTreeSet<&str> =
            ["A_KEY", "B_KEY", "C_KEY", "D_KEY", "DB_PASSWORD"].into_iter().filter(|k| env.contains(k)).collect();
        let template = keys.into_iter().flat_map(|key| [key, "=\n"]).collect::<String>();
        assert_eq!(of_file(&template, env), want, "{env:?}");
    }
}

#[test]
fn required_keys_are_missed_and_near_names_are_proposed() {
    let template = "# Database (REQUIRED)\nDB_PASSWORD=\nDB_HOST=\n";
    let got = of_file(template, "DB_PASWORD=x\nDB_HOST=\nELSE_KEY=1\n");
    let want = [
        "missing_required DB_PASSWORD 0",
        "empty_required DB_HOST 2",
        "unknown_key DB_PASWORD 1",
        "unknown_key ELSE_KEY 3",
    ];
    assert_eq!(got, want);
    let matrix = judged(&files(template, "DB_PASWORD=x\nDB_HOST=h\n"));
    let near = all(&matrix).into_iter().find(|finding| finding.id == "unknown_key").unwrap();
    assert_eq!(near.text, "DB_PASWORD is not in .env.template; did you mean DB_PASSWORD?");
    assert_eq!(near.severity, Severity::Warning);
}

#[test]
fn a_file_that_compose_refuses_is_an_error_and_hides_nothing_as_missing() {
    let matrix = judged(&files("# DB (REQUIRED)\nDB_HOST=\n", "DB_HOST=h\nKEY cAnArY7=1\n"));
    let findings = all(&matrix);
    let refused = findings.iter().find(|finding| finding.id == "layer_refused").unwrap();
    assert_eq!(refused.place.as_ref().unwrap().to_string(), ".env:2");
    assert_eq!(refused.severity, Severity::Error);
    assert!(!findings.iter().any(|finding| finding.id == "missing_required"));
    assert!(!format!("{matrix:?}").contains("cAnArY7"));
}

#[test]
fn the_odoo_entry_point_decides_by_its_own_rule() {
    let env = "DB_PASSWORD=invented-value-of-the-env-file-12\n";
    let cases = [
        ("[options]\ndb_password = other\n", "odoo.conf:2 overrides DB_PASSWORD"),
        ("[options]\ndb_password =\n", "odoo.conf:2 keeps DB_PASSWORD from the application and gives it none itself"),
        ("[other]\n db_password = x\n", "odoo.conf:2 keeps DB_PASSWORD from the application and gives it none itself"),
        ("[options]\ndb_password: other\n", ""),
        ("[options]\n; db_password = other\n", ""),
    ];
    for (conf, want) in cases {
        let layers = Layers { app: AppLayer::load("odoo.conf", conf.as_bytes()), ..files("", env) };
        let found = all(&judged(&layers)).into_iter().find(|finding| finding.id == "shadowed_by_app");
        assert_eq!(found.map(|finding| finding.text).unwrap_or_default(), want, "{conf:?}");
    }
}

#[test]
fn what_compose_does_not_follow_and_hard_codes_is_said() {
    let text = b"services:\n  web:\n    env_file: !reset []\n    profiles: [x]\n    environment:\n      REDIS_HOST: r\n      TZ: UTC\n      API_TOKEN: invented\n";
    let compose = ComposeLayer::load("docker-compose.yml", text, "web", "stack", &unset, &|_: &str| None);
    let findings = all(&judged(&Layers { compose, ..Layers::default() }));
    let serious: Vec<_> =
        findings.iter().filter(|f| f.id != "layer_unread").map(|f| (f.id.as_str(), f.key.as_deref())).collect();
    let want = [
        ("hardcoded_in_compose", Some("REDIS_HOST")),
        ("hardcoded_in_compose", Some("API_TOKEN")),
        ("profile_not_active", None),
        ("compose_unfollowed", None),
    ];
    assert_eq!(serious, want);
}

#[test]
fn a_name_of_the_container_has_its_own_row_where_no_key_stands_for_it() {
    let text = b"services:\n  web:\n    environment:\n      HOST: old\n";
    let compose = ComposeLayer::load("docker-compose.yml", text, "web", "stack", &unset, &|_: &str| None);
    let environment = vec![("HOST".to_owned(), Secret::new("new"))];
    let running = RunningLayer { container: "web".to_owned(), environment, image: Vec::new() };
    let layers = Layers { compose, running: Reading::Read(running), ..files("", "") };
    let matrix = judged(&layers);
    let ids: Vec<_> = matrix.rows[0].findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!((matrix.rows[0].key.as_str(), ids), ("HOST", vec!["hardcoded_in_compose", "running_differs_from_disk"]));
    assert_eq!(running_equals_disk(&matrix), Known::Broken("HOST".to_owned()));
}

#[test]
fn every_rule_has_a_stable_id_of_its_own() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    assert!(RULES.iter().all(|rule| rule.about.ends_with('.')));
}

#[test]
fn thousands_of_keys_are_compared_in_linear_time() {
    let lines = |n| format!("KEY_{n}_HOST=value-{n}\nSECRET_{n}=invented-value-{n}\n");
    let env = (0..2_000).map(lines).collect::<Vec<_>>().concat();
    let layers = files(&env, &env);
    assert_eq!(judged(&layers).rows.len(), 4_000);
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        "(A|DB_PASSWORD|DB_HOST|[a-zA-Z]{1,9}) ?[=:] ?['\"]?[a-zA-Z0-9$#{} ]{0,12}['\"]?",
        "\\[(options|x)\\]",
        "services:|  web:|    environment:|      - A=b|      A: \\$\\{A:-1\\}",
        "# (REQUIRED|Secret: a/b|.{0,10})",
        "\\PC{0,10}",
    ];
    let lines = proptest::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n").into_bytes());
    prop_oneof![4 => lines, 1 => proptest::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_in_any_layer_make_the_comparison_panic(
        template in text(), env in text(), yaml in text(), conf in text(), value in "\\PC{0,12}",
    ) {
        let secret = || Secret::new(value.as_bytes());
        let layers = Layers {
            template: TemplateLayer::load("t", &template),
            file: FileLayer::load("e", &env, &unset),
            compose: ComposeLayer::load("c", &yaml, "web", "stack", &unset, &|_: &str| Some(env.clone())),
            app: AppLayer::load("a", &conf),
            secrets: Reading::Read(vec![SecretValue { key: "DB_PASSWORD".into(), value: secret(), source: "s".into(), changed_at: None }]),
            running: Reading::Read(RunningLayer { container: "w".into(), environment: vec![("A".into(), secret())], image: vec![] }),
        };
        let matrix = judged(&layers);
        for shown in matrix.rows.iter().filter(|row| row.sensitive).flat_map(|row| &row.cells) {
            prop_assert!(!matches!(shown, readback::env::Cell::Value(shown) if shown.text.is_some()));
        }
    }
}
