//! Each rule fires where it has to, and stays silent on a clean stack.

use crate::support::env_stack::{Stack, all, fingerprinter, printed, unset};
use proptest::prelude::*;
use readback::env::findings::{RULES, document};
use readback::env::layers::{
    AppLayer, ComposeLayer, FileLayer, Layers, Reading, RunningLayer, SecretValue, TemplateLayer,
};
use readback::env::rules::Tune;
use readback::env::summary::running_equals_disk;
use readback::env::{Cell, Finding, Layer, Matrix, Rules, Severity, compare};
use readback::evidence::Known;
use readback::guard::Secret;
use std::collections::BTreeSet;

fn judged(layers: &Layers) -> Matrix {
    compare(layers, &Rules::odoo(), &fingerprinter())
}

fn files(template: &str, env: &str) -> Layers {
    Layers {
        template: TemplateLayer::load(".env.template", template.as_bytes()),
        file: FileLayer::load(".env", env.as_bytes(), &unset),
        ..Layers::default()
    }
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
    let compose = ComposeLayer::load("docker-compose.yml", text, "web", "stack", &unset, &|_: &str| Ok(None));
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
    let compose = ComposeLayer::load("docker-compose.yml", text, "web", "stack", &unset, &|_: &str| Ok(None));
    let environment = vec![("HOST".to_owned(), Secret::new("new"))];
    let running = RunningLayer { container: "web".to_owned(), environment, image: Vec::new(), env_files: Vec::new() };
    let layers = Layers { compose, running: Reading::Read(running), ..files("", "") };
    let matrix = judged(&layers);
    let ids: Vec<_> = matrix.rows[0].findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!((matrix.rows[0].key.as_str(), ids), ("HOST", vec!["hardcoded_in_compose", "running_differs_from_disk"]));
    assert_eq!(running_equals_disk(&matrix), Known::Broken("HOST".to_owned()));
}

const REQUIRED: &str = "# Database (REQUIRED)\nDB_HOST=\n";
const LONG: &str = "DB_PASSWORD=invented-db-value-of-32-letters.";
const OTHER: &[(&str, &str)] = &[("DB_PASSWORD", "invented-value-of-the-secret-32.")];
const SAME: &[(&str, &str)] = &[("DB_PASSWORD", "invented-db-value-of-32-letters.")];
const HANDED_ON: &str = "    env_file: .env\n";

/// For each rule a stack in which it fires, and one that is nearly the same in which it does not.
fn stacks(bad: &str) -> Vec<(&'static str, Stack<'_>, Stack<'_>)> {
    let none = Stack::default();
    let env = |env| Stack { env, ..Stack::default() };
    let with = |template, env| Stack { template, env, ..Stack::default() };
    let aged = |template, env, times| Stack { template, env, times, ..Stack::default() };
    let secret = |env, secrets| Stack { env, secrets, ..Stack::default() };
    let file = |env, mode| Stack { env, mode, ..Stack::default() };
    vec![
        ("missing_required", with(REQUIRED, "A=1\n"), with("# Database\nDB_HOST=\n", "A=1\n")),
        ("empty_required", with(REQUIRED, "DB_HOST=\n"), with(REQUIRED, "DB_HOST=h\n")),
        ("too_short", env("DB_PASSWORD=nineteen-characters\n"), env("DB_PASSWORD=twenty-characters-ab\n")),
        ("shorter_than_expected", env("DB_PASSWORD=twenty-characters-ab\n"), env(LONG)),
        ("placeholder", env("A_KEY=<fill-in>\n"), env("A_KEY=filled-in\n")),
        ("known_bad_value", env("DB_PASSWORD=Odoo\n"), env("DB_USER=odoo\n")),
        ("known_bad_value", Stack { known_bad: bad, ..env("A_KEY=leaked-value\n") }, env("A_KEY=leaked-value\n")),
        (
            "reused_secret",
            env("A_KEY=the-same-value\nB_KEY=the-same-value\n"),
            env("A_HOST=a-long-host\nB_HOST=a-long-host\n"),
        ),
        ("differs_from_secret", secret(LONG, OTHER), secret(LONG, SAME)),
        (
            "secret_newer_than_file",
            Stack { times: [0, 100, 200], ..secret(LONG, OTHER) },
            Stack { times: [0, 100, 200], ..secret(LONG, SAME) },
        ),
        (
            "secret_newer_than_file",
            Stack { times: [0, 100, 200], ..secret("A=1\n", OTHER) },
            Stack { times: [0, 200, 100], ..secret("A=1\n", OTHER) },
        ),
        ("unknown_key", with("A=\n", "B=1\n"), with("A=\n", "A=1\n")),
        (
            "hardcoded_in_compose",
            Stack { compose: "    environment:\n      HOST: old\n", ..env("DB_HOST=new\n") },
            Stack { compose: "    environment:\n      HOST: ${DB_HOST}\n", ..env("DB_HOST=new\n") },
        ),
        (
            "shadowed_by_app",
            Stack { conf: "[options]\ndb_password = x\n", ..env(LONG) },
            Stack { conf: "[options]\n; db_password = x\n", ..env(LONG) },
        ),
        (
            "running_differs_from_disk",
            Stack { compose: HANDED_ON, running: &[("A", "2")], ..env("A=1\n") },
            Stack { compose: HANDED_ON, running: &[("A", "1")], ..env("A=1\n") },
        ),
        ("duplicate_key", env("A=1\nA=2\n"), env("A=1\nB=2\n")),
        ("comment_as_value", env("A=   # note\n"), env("A=x # note\n")),
        ("dollar_eaten", env("A=pa$word\n"), env("A='pa$word'\n")),
        ("whitespace_hazard", env("A='x '\n"), env("A=x \n")),
        ("text_after_quote", env("A='x'B=1\n"), env("A='x'\nB=1\n")),
        ("readers_differ", Stack { bash: true, ..env("A=x y\n") }, Stack { bash: true, ..env("A='x y'\n") }),
        ("reader_differs", env("A='x y'\n"), Stack { bash: true, ..env("A='x y'\n") }),
        ("file_too_open", file(LONG, 0o640), file(LONG, 0o600)),
        ("file_too_open", file(LONG, 0o602), file("DB_HOST=h\n", 0o644)),
        (
            "template_newer_than_file",
            aged("A=\nB=\n", "A=1\n", [200, 100, 0]),
            aged("A=\nB=\n", "A=1\n", [160, 100, 0]),
        ),
        ("template_newer_than_file", aged("A=\nB=\n", "A=1\n", [200, 100, 0]), aged("A=\n", "A=1\n", [200, 100, 0])),
        (
            "template_older_than_file",
            aged("A=\n", "A=1\nB=2\n", [100, 200, 0]),
            aged("A=\n", "A=1\nB=2\n", [200, 100, 0]),
        ),
        ("template_older_than_file", aged("A=\n", "A=1\nB=2\n", [100, 200, 0]), aged("A=\n", "A=1\n", [100, 200, 0])),
        (
            "ignored_line",
            Stack { systemd: true, ..env("export A=1\n") },
            Stack { systemd: true, ..env("A=1\n; export A=1\n") },
        ),
        ("lost_last_line", env("A=1\nDB_PORT"), env("A=1\nDB_PORT\n")),
        ("nameless_key", env("=1\n"), env("A=1\n")),
        ("layer_refused", env("A B=1\n"), Stack { systemd: true, ..env("A B=1\n") }),
        (
            "compose_unfollowed",
            Stack { compose: "    env_file: !reset []\n", ..none },
            Stack { compose: "    env_file: []\n", ..none },
        ),
        (
            "profile_not_active",
            Stack { compose: "    profiles: [x]\n", ..none },
            Stack { compose: "    profiles: [x]\n", ..env("COMPOSE_PROFILES=x\n") },
        ),
        (
            "layer_unread",
            none,
            Stack { compose: HANDED_ON, conf: "[options]\n", running: &[("A", "1")], ..env("A=1\n") },
        ),
    ]
}

/// The same for rules about what was done before: by a sync, and by who called Compose.
fn stacks_with_a_past() -> Vec<(&'static str, Stack<'static>, Stack<'static>)> {
    let env = |env| Stack { env, ..Stack::default() };
    let run_with = |name, value| Stack { compose: HANDED_ON, process: (name, value), ..Stack::default() };
    vec![
        (
            "sync_undone",
            Stack { synced: true, ..env("A_KEY=invented-old-value\n") },
            Stack { synced: true, ..env("A_KEY=invented-new-value\n") },
        ),
        ("env_file_elsewhere", run_with("COMPOSE_ENV_FILES", ".env,prod.env"), run_with("COMPOSE_ENV_FILES", ".env")),
        (
            "env_file_elsewhere",
            Stack { compose: HANDED_ON, running: &[("A", "1")], env_files: &["/srv/shop/prod.env"], ..env("A=1\n") },
            Stack { compose: HANDED_ON, running: &[("A", "1")], ..env("A=1\n") },
        ),
        ("env_file_elsewhere", run_with("COMPOSE_DISABLE_ENV_FILE", "true"), run_with("COMPOSE_DISABLE_ENV_FILE", "0")),
    ]
}

#[test]
fn every_rule_fires_where_it_has_to_and_is_silent_where_it_has_not() {
    let bad = printed("leaked-value");
    let stacks: Vec<_> = stacks(&bad).into_iter().chain(stacks_with_a_past()).collect();
    for rule in RULES {
        assert!(stacks.iter().any(|(id, ..)| *id == rule.id), "{} has no stacks", rule.id);
    }
    let mut wrong = Vec::new();
    for (id, fires, silent) in stacks {
        let (found, more) = (fires.found(id), silent.found(id));
        if found.is_empty() || !more.is_empty() {
            wrong.push(format!("{id}: {:?} {found:?} {more:?}", fires.env));
        }
        for finding in found {
            assert!(!finding.text.is_empty() && !finding.fix.is_empty(), "{finding:?}");
            assert_eq!(finding.text.lines().count(), 1, "{finding:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_on_findings_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, document()).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(page == document(), "docs/findings.md is old: UPDATE_DOCS=1 cargo test --test env findings::");
}

#[test]
fn a_bad_value_is_an_error_where_it_is_listed_and_neither_is_shown() {
    let bad = printed("leaked-value");
    let listed = Stack { env: "A_KEY=leaked-value\n", known_bad: &bad, ..Stack::default() }.found("known_bad_value");
    let famous = Stack { env: "DB_PASSWORD=minioadmin\n", ..Stack::default() }.found("known_bad_value");
    assert_eq!((listed[0].severity, famous[0].severity), (Severity::Error, Severity::Warning));
    let said = format!("{listed:?}{famous:?}");
    assert!(!said.contains("leaked") && !said.contains("minio") && !said.contains(&bad));
}

#[test]
fn a_file_that_is_too_open_has_the_command_to_copy() {
    for (mode, who) in [
        (0o644, "mode 0644: everybody on this host may read it"),
        (0o640, "mode 0640: its group may read it"),
        (0o666, "mode 0666: everybody on this host may write it"),
        (0o660, "mode 0660: its group may write it"),
    ] {
        let found = Stack { env: LONG, mode, ..Stack::default() }.found("file_too_open");
        assert!(found[0].text.ends_with(who), "{found:?}");
        assert_eq!(found[0].fix, "chmod 600 .env");
    }
}

fn tuned(tune: &[(&str, &[&str], Option<Severity>)], stack: &Stack<'_>) -> Matrix {
    let tune = tune.iter().map(|(id, keys, severity)| Tune {
        id: (*id).to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        severity: *severity,
        reason: "meant so".to_owned(),
    });
    compare(&stack.layers(), &Rules { tune: tune.collect(), ..stack.rules() }, &fingerprinter())
}

#[test]
fn what_is_tuned_has_another_weight_and_what_is_tuned_off_is_still_listed() {
    let stack = Stack { template: "A=\n", env: "OCR_X=1\nOTHER=2\n", mode: 0o644, ..Stack::default() };
    let ids = |matrix: &Matrix| {
        let found = all(matrix).into_iter().filter(|f| f.id == "unknown_key" || f.id == "file_too_open");
        found.map(|f| (f.id, f.key, f.severity)).collect::<Vec<_>>()
    };
    let matrix = tuned(
        &[
            ("unknown_key", &["OCR_*"], None),
            ("unknown_key", &[], Some(Severity::Error)),
            // It names no key, so that a list of keys is not for it.
            ("file_too_open", &["*"], None),
        ],
        &stack,
    );
    let other = ("unknown_key".to_owned(), Some("OTHER".to_owned()), Severity::Error);
    assert_eq!(ids(&matrix), [other, ("file_too_open".to_owned(), None, Severity::Warning)]);
    let off: Vec<_> = matrix.tuned.iter().map(|t| (t.finding.key.as_deref(), t.reason.as_str())).collect();
    assert_eq!(off, [(Some("OCR_X"), "meant so")]);
    let matrix = tuned(&[("file_too_open", &[], None)], &stack);
    assert_eq!(matrix.tuned.len(), 1);
    assert!(!ids(&matrix).iter().any(|(id, ..)| id == "file_too_open"));
}

#[test]
fn a_layer_that_is_not_read_stays_unread_however_its_finding_is_tuned() {
    let matrix = tuned(&[("layer_unread", &[], None), ("layer_refused", &[], None)], &Stack::default());
    assert!(!matrix.unread.is_empty());
    assert!(matches!(running_equals_disk(&matrix), Known::Unknown(_)));
}

#[test]
fn a_file_of_systemd_is_read_as_systemd_reads_it() {
    let stack = Stack { env: "A=x\\\n  y # z\nexport B=1\nA_HOST='q'w\n", systemd: true, ..Stack::default() };
    let matrix = compare(&stack.layers(), &Rules::default(), &fingerprinter());
    let rows: Vec<_> = matrix.rows.iter().map(|row| (row.key.as_str(), row.cell(Layer::File).clone())).collect();
    assert_eq!(rows.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["A", "A_HOST"]);
    assert!(matches!(&rows[1].1, Cell::Value(shown) if shown.text.as_deref() == Some("qw") && shown.place.line == 4));
    let ids = all(&matrix).into_iter().map(|f| f.id).filter(|id| id != "layer_unread" && id != "unknown_key");
    assert_eq!(ids.collect::<Vec<_>>(), ["ignored_line"]);
}

#[test]
fn every_rule_has_a_stable_id_of_its_own() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    for rule in RULES {
        assert!(rule.about.ends_with('.') && rule.why.ends_with('.') && !rule.fix.is_empty(), "{}", rule.id);
    }
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
            compose: ComposeLayer::load("c", &yaml, "web", "stack", &unset, &|_: &str| Ok(Some(env.clone()))),
            app: AppLayer::load("a", &conf),
            secrets: Reading::Read(vec![SecretValue { key: "DB_PASSWORD".into(), value: secret(), source: "s".into(), version: None, changed_at: None }]),
            running: Reading::Read(RunningLayer { container: "w".into(), environment: vec![("A".into(), secret())], image: vec![], env_files: Vec::new() }),
            synced: readback::env::sync::LastSyncs::default(),
        };
        let matrix = judged(&layers);
        for shown in matrix.rows.iter().filter(|row| row.sensitive).flat_map(|row| &row.cells) {
            prop_assert!(!matches!(shown, readback::env::Cell::Value(shown) if shown.text.is_some()));
        }
    }
}
