//! `readback env` on real files with the real program: every subcommand in every format, its exit codes, and what it
//! does with files that are broken, absent or large.

use crate::support::schema;

mod past;
mod race;
mod systemd;
mod unread;
mod watch;

use crate::support::stack::Stack;
use serde_json::Value;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Output;

// Invented, and shaped like nothing that is issued anywhere.
const CONFIG: &str = r#"[stack]
name = "shop"
[display]
timezone = "+08:00"
[env]
template = ".env.template"
compose = "docker-compose.yml"
service = "web"
container = "shop-web"
[env.app]
file = "app.conf"
[env.app.shadows]
db_password = "DB_PASSWORD"
[env.rules]
min_length = { DB_PASSWORD = 20 }
[[secret]]
id = "shop/db"
source = "file"
path = "secret.json"
keys = { password = "DB_PASSWORD", key = "S3_KEY" }
"#;
const TEMPLATE: &str =
    "# Database (REQUIRED)\nDB_HOST=\nDB_PASSWORD=\n\n# S3 (REQUIRED)\nS3_KEY=\n\n# Mode (OPTIONAL)\nMODE=prod\n";
const COMPOSE: &str = "services:\n  web:\n    image: shop:1\n    env_file: .env\n";
const WELL: &str =
    "DB_HOST=127.0.0.1\nDB_PASSWORD=invented-words-of-a-password\nS3_KEY=invented-words-of-a-key\nMODE=prod\n";
const BROKEN: &str = "DB_HOST=127.0.0.1\nDB_PASSWORD=short\nMODE=prod\nMODE=prod\nEXTRA=1\n";

/// A stack whose file is what everything else says, and what runs can't be read.
fn shop() -> Stack {
    let stack = Stack::new();
    for (name, text) in [
        ("readback.toml", CONFIG),
        (".env.template", TEMPLATE),
        ("docker-compose.yml", COMPOSE),
        ("app.conf", "[options]\nworkers = 4\n"),
        (".env", WELL),
        ("secret.json", r#"{"password":"invented-words-of-a-password","key":"invented-words-of-a-key"}"#),
    ] {
        stack.write(name, text);
    }
    stack
}

fn env(stack: &Stack, args: &[&str]) -> Output {
    stack.run(&[&["env"], args].concat(), &[])
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The answer as JSON, which is as its schema says.
fn json(stack: &Stack, args: &[&str]) -> Value {
    let output = env(stack, &[args, &["--format", "json"]].concat());
    let value: Value =
        serde_json::from_str(&said(&output)).unwrap_or_else(|error| panic!("{args:?} {error}: {output:?}"));
    assert_eq!(faults(&value), [""; 0], "{args:?}");
    value
}

fn faults(value: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(include_str!("../../docs/schemas/env.json")).unwrap();
    // By its own shape, so that what is wrong is told and not only that something is.
    let name = value["schema"].as_str().unwrap();
    let shape = name.trim_start_matches("readback_env_").trim_end_matches("_v1");
    let mut of_one = schema["$defs"][shape].clone();
    assert!(of_one.is_object(), "{name}");
    of_one["$defs"] = schema["$defs"].clone();
    let mut faults = schema::faults(&of_one, value);
    faults.extend(schema::faults(&schema, value));
    faults
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{output:?}"))
}

fn ids(report: &Value) -> Vec<String> {
    let text =
        |finding: &Value| format!("{} {}", finding["id"].as_str().unwrap(), finding["key"].as_str().unwrap_or("-"));
    report["findings"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn verify_says_what_is_wrong_and_its_exit_code_says_how_bad() {
    let stack = shop();
    assert_eq!(code(&env(&stack, &["verify"])), 3, "a container that is configured and can't be read");
    stack.write(".env", BROKEN);
    let verified = env(&stack, &["verify"]);
    assert_eq!(code(&verified), 2);
    let text = said(&verified);
    for words in ["missing_required", "S3_KEY", "too_short", "duplicate_key", ".env:4", "do: ", "unread   running"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let report = json(&stack, &["verify"]);
    assert!(ids(&report).contains(&"too_short DB_PASSWORD".to_owned()), "{report}");
}

#[test]
fn a_layer_that_the_stack_has_not_got_is_no_reason_to_know_nothing_and_one_that_it_has_is() {
    let stack = shop();
    stack.change("readback.toml", "container = \"shop-web\"\n", "");
    for without_app in [false, true] {
        if without_app {
            stack.change(
                "readback.toml",
                "[env.app]\nfile = \"app.conf\"\n[env.app.shadows]\ndb_password = \"DB_PASSWORD\"\n",
                "",
            );
        }
        for subcommand in ["verify", "diff", "forecast"] {
            let output = env(&stack, &[subcommand]);
            assert_eq!(code(&output), 0, "{subcommand}: {}", said(&output));
            assert!(said(&output).contains("no layer running"), "{subcommand}: {}", said(&output));
            let report = json(&stack, &[subcommand]);
            assert_eq!(report["unconfigured"].as_array().unwrap().len(), 1 + usize::from(without_app), "{report}");
        }
    }
    // What a restart would keep nobody says, and nobody asked.
    let report = json(&stack, &["forecast"]);
    assert_eq!((&report["restart"]["safety"]["is"], &report["restart"]["kept"]), (&"unknown".into(), &Value::Null));
    // Each layer that is configured and not there is a reason still.
    for layer in [".env", ".env.template", "docker-compose.yml", "secret.json"] {
        let stack = shop();
        stack.change("readback.toml", "container = \"shop-web\"\n", "");
        std::fs::remove_file(stack.root().join(layer)).unwrap();
        for subcommand in ["verify", "diff", "forecast"] {
            let output = env(&stack, &[subcommand]);
            assert!(matches!(code(&output), 1..=3), "{subcommand} without {layer}: {output:?}");
            assert!(subcommand == "diff" || code(&output) > 1, "{subcommand} without {layer}: {output:?}");
        }
    }
    // The gate is not told that what runs is what the file says.
    let check: Value = serde_json::from_str(&said(&stack.run(&["check", "--format", "json"], &[]))).unwrap();
    assert_ne!(check["recovery"]["state"], "verified_recovery", "{check}");
}

#[test]
fn keys_are_picked_sorted_and_grouped() {
    let stack = shop();
    stack.write(".env", BROKEN);
    let of_s3 = ids(&json(&stack, &["verify", "--key", "S3_*", "--key", "MODE"]));
    assert!(of_s3.iter().all(|id| id.ends_with("S3_KEY") || id.ends_with("MODE") || id.ends_with('-')), "{of_s3:?}");
    assert!(of_s3.contains(&"missing_required S3_KEY".to_owned()) && of_s3.contains(&"duplicate_key MODE".to_owned()));
    let severities = |report: &Value| -> Vec<String> {
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["severity"].as_str().unwrap().to_owned())
            .collect()
    };
    let worst_first = severities(&json(&stack, &["verify", "--sort", "severity"]));
    assert!(worst_first.is_sorted_by_key(|word| ["error", "warning", "note"].iter().position(|known| known == word)));
    let rows = |args: &[&str]| -> Vec<String> {
        let report = json(&stack, &[&["diff", "--all"], args].concat());
        report["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(rows(&[])[..4], ["DB_HOST", "DB_PASSWORD", "S3_KEY", "MODE"]);
    assert!(rows(&["--sort", "key"]).is_sorted());
    let grouped = said(&env(&stack, &["verify", "--group", "severity"]));
    assert!(grouped.find("\nerrors").unwrap() < grouped.find("\nwarnings").unwrap(), "{grouped}");
    let by_section = said(&env(&stack, &["verify", "--group", "section"]));
    let at = |words: &str| by_section.find(words).unwrap_or_else(|| panic!("{words}: {by_section}"));
    assert!(at("\nDatabase") < at("too_short") && at("too_short") < at("\nS3"), "{by_section}");
    assert!(
        at("\nS3") < at("S3_KEY: ") && at("\nwhole files and layers") > at("\nnot in the template"),
        "{by_section}"
    );
    let by_source = said(&env(&stack, &["diff", "--all", "--group", "source"]));
    assert!(by_source.contains("\nfrom the file layer"), "{by_source}");
    let sections = said(&env(&stack, &["diff", "--all", "--group", "section"]));
    assert!(sections.find("\nDatabase").unwrap() < sections.find("\nnot in the template").unwrap(), "{sections}");
}

#[test]
fn the_forecast_tells_of_the_keys_that_are_asked_for_and_judges_all() {
    let stack = shop();
    stack.write(".env", BROKEN);
    let report = json(&stack, &["forecast", "--key", "S3_*"]);
    let because = report["recreate"]["safety"]["because"].as_array().unwrap();
    assert!(because.iter().all(|reason| reason["key"] == "S3_KEY") && !because.is_empty(), "{report}");
    assert!(report["left_out"].as_u64() > Some(0), "{report}");
    let none = env(&stack, &["forecast", "--key", "NOBODY"]);
    assert!(code(&none) == 2 && said(&none).contains("reasons and notes are about other keys"), "{}", said(&none));
    assert_eq!(json(&stack, &["forecast"])["left_out"], 0);
}

#[test]
fn an_option_that_would_do_nothing_is_refused() {
    let stack = shop();
    stack.write("other.env", WELL);
    for (args, words) in [
        (&["verify", "--sort", "changed"][..], "possible values: file, key, severity"),
        (&["diff", "--sort", "changed"], "possible values: file, key, severity"),
        (&["forecast", "--sort", "key"], "unexpected argument '--sort'"),
        (&["forecast", "--group", "section"], "unexpected argument '--group'"),
        (&["blame", "--group", "section"], "unexpected argument '--group'"),
        (&["blame", "--sort", "severity"], "possible values: key, changed"),
        (&["diff", ".env", "other.env", "--group", "section"], "cannot be used with"),
        (&["sync", "--format", "sarif"], "possible values: human, json"),
    ] {
        let output = env(&stack, args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(code(&output) == 2 && error.contains(words), "{args:?}: {error}");
    }
}

#[test]
fn diff_shows_every_layer_and_who_wins() {
    let stack = shop();
    // What the template has as a default and what nobody runs are no differences.
    assert_eq!(code(&env(&stack, &["diff"])), 3);
    stack.write("app.conf", "[options]\ndb_password = invented-words-of-the-conf\n");
    let output = env(&stack, &["diff"]);
    assert_eq!(code(&output), 1);
    let text = said(&output);
    assert!(text.contains("wins (app.conf:2)") && text.contains("shadowed_by_app"), "{text}");
    assert!(!text.contains("invented"), "{text}");
    assert_eq!(json(&stack, &["diff"])["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn two_files_are_compared_by_key_without_a_value() {
    let stack = shop();
    stack.write("other.env", "DB_HOST=127.0.0.1\nDB_PASSWORD=invented-other-words\nMODE=\nNEW=1\n");
    let output = env(&stack, &["diff", ".env", "other.env"]);
    assert_eq!(code(&output), 1);
    let text = said(&output);
    for words in ["changed  DB_PASSWORD", "removed  S3_KEY", "emptied  MODE", "added    NEW", "1 are the same"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("invented"));
    assert_eq!(json(&stack, &["diff", ".env", "other.env"])["rows"].as_array().unwrap().len(), 4);
    assert_eq!(code(&env(&stack, &["diff", ".env", ".env"])), 0);
    let one = env(&stack, &["diff", ".env"]);
    assert_eq!(code(&one), 2, "a usage error");
    let absent = env(&stack, &["diff", ".env", "absent.env"]);
    let error = String::from_utf8_lossy(&absent.stderr).into_owned();
    assert!(code(&absent) == 3 && error.contains("absent.env is not there") && error.lines().count() == 1, "{error}");
    stack.write("broken.env", "A=1\nB='open\n");
    let refused = env(&stack, &["diff", ".env", "broken.env"]);
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(code(&refused) == 3 && error.contains("broken.env: ") && error.contains("line 2"), "{error}");
}

#[test]
fn github_marks_the_line_and_escapes_what_would_end_a_command() {
    let stack = shop();
    stack.change(
        "readback.toml",
        "template = \".env.template\"",
        "template = \".env.template\"\nfile = \"a,b:100%.env\"",
    );
    stack.change("docker-compose.yml", "env_file: .env", "image: shop:1");
    stack.change("docker-compose.yml", "    image: shop:1\n    image", "    image");
    stack.write("a,b:100%.env", BROKEN);
    let text = said(&env(&stack, &["verify", "--format", "github"]));
    let line = text.lines().find(|line| line.contains("title=duplicate_key")).unwrap_or_else(|| panic!("{text}"));
    assert!(line.starts_with("::warning file=a%2Cb%3A100%25.env,line="), "{line}");
    assert!(text.lines().all(|line| line.starts_with("::") && line.matches("::").count() >= 2), "{text}");
    assert!(text.contains("::error ") && !text.contains(". \n"), "{text}");
}

#[test]
fn sarif_has_the_shape_that_code_scanning_reads() {
    let stack = shop();
    stack.write(".env", BROKEN);
    stack.write("other.env", "A=1\n");
    let schema: Value = serde_json::from_str(include_str!("../fixtures/schemas/sarif.json")).unwrap();
    for args in [&["verify"][..], &["diff", "--all"], &["diff", ".env", "other.env"], &["forecast"], &["blame"]] {
        let text = said(&env(&stack, &[args, &["--format", "sarif"]].concat()));
        let sarif: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?} {error}: {text}"));
        assert_eq!(schema::faults(&schema, &sarif), [""; 0], "{args:?}");
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.is_empty(), args == ["blame"], "{args:?}");
    }
    let text = said(&env(&stack, &["verify", "--format", "sarif"]));
    let sarif: Value = serde_json::from_str(&text).unwrap();
    let rules: Vec<&Value> =
        sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|r| &r["id"]).collect();
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        assert!(rules.contains(&&result["ruleId"]), "{result}");
    }
}

#[test]
fn forecast_says_safe_breaks_or_not_known() {
    let stack = shop();
    let unknown = env(&stack, &["forecast"]);
    // Nothing that runs could be read: what a restart keeps is not known.
    assert_eq!(code(&unknown), 3);
    let report = json(&stack, &["forecast"]);
    assert_eq!(report["recreate"]["safety"]["is"], "safe", "{report}");
    assert_eq!(report["restart"]["safety"]["is"], "unknown", "{report}");
    stack.write(".env", BROKEN);
    let breaks = env(&stack, &["forecast"]);
    assert_eq!(code(&breaks), 2);
    assert!(said(&breaks).contains("up -d --force-recreate: BREAKS"), "{}", said(&breaks));
    assert!(said(&env(&stack, &["forecast", "--format", "github"])).contains("::error title=restart_breaks::S3_KEY: "));
    // The gate of `check` says the same of the same files.
    let check: Value = serde_json::from_str(&said(&stack.run(&["check", "--format", "json"], &[]))).unwrap();
    let reasons = check["recovery"]["why_not"].as_array().unwrap();
    let unsafe_restart = reasons.iter().find(|reason| reason["text"].as_str().unwrap().contains("DB_PASSWORD, S3_KEY"));
    assert!(unsafe_restart.is_some(), "{check}");
}

#[test]
fn blame_tells_what_became_of_each_key_and_what_the_store_adds() {
    let stack = shop();
    stack.write(".env.backup.20260202_103434", WELL);
    stack.write(".env.backup.20260204_082611", "DB_HOST=127.0.0.1\nDB_PASSWORD=short\nMODE=prod\n");
    stack.write(".env.backup.20260204_082700", "A='open\n");
    stack.write(".env", BROKEN);
    let output = env(&stack, &["blame", "S3_KEY"]);
    assert_eq!(code(&output), 0);
    let text = said(&output);
    assert!(text.contains("vanished   between 2026-02-02 10:34:34 (by its name) and 2026-02-04 08:26:11"), "{text}");
    assert!(text.contains("unread: .env.backup.20260204_082700"), "{text}");
    assert!(text.contains("what was recorded is not in this: the store can't be read"), "{text}");
    let unknown = env(&stack, &["blame", "NOBODY"]);
    assert_eq!(code(&unknown), 1);
    assert!(said(&unknown).contains("no snapshot has such a key (4 looked at)"), "{}", said(&unknown));
    let report = json(&stack, &["blame", "--sort", "changed"]);
    let keys: Vec<&str> = report["keys"].as_array().unwrap().iter().map(|life| life["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["EXTRA", "DB_PASSWORD", "S3_KEY", "DB_HOST", "MODE"]);
    // A sync is recorded; with the store there, blame tells it by the minute.
    assert_eq!(code(&env(&stack, &["sync", "--apply", "--stack-name", "shop"])), 0);
    let report = json(&stack, &["blame", "S3_KEY"]);
    assert_eq!((&report["recorded"]["changes"], &report["recorded"]["unread"]), (&1.into(), &Value::Null), "{report}");
    let last = report["keys"][0]["steps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["did"], &last["dated"]), (&"came_back".into(), &"recorded".into()), "{report}");
    assert!(last["label"].as_str().unwrap().starts_with("sync by console:tester"), "{last}");
}

#[test]
fn sync_plans_in_json_too() {
    let stack = shop();
    stack.write(".env", BROKEN);
    let plan = json(&stack, &["sync"]);
    assert_eq!((plan["changes"].as_array().unwrap().len(), &plan["applied"]), (2, &Value::Null));
    let done = json(&stack, &["sync", "--apply", "--stack-name", "shop"]);
    assert!(done["applied"]["backup"].as_str().unwrap().starts_with(".env.backup."), "{done}");
    assert_eq!(code(&env(&stack, &["sync"])), 0);
}

#[test]
fn a_broken_file_and_absent_layers_are_said_and_never_taken_for_well() {
    let stack = shop();
    stack.write(".env", "DB_HOST=127.0.0.1\nDB_PASSWORD='invented opening\n");
    for subcommand in ["verify", "forecast"] {
        let output = env(&stack, &[subcommand]);
        let text = said(&output);
        assert_eq!(code(&output), 2, "{text}");
        assert!(text.contains(".env") && text.contains("line 2") && !text.contains("invented"), "{text}");
    }
    for layer in [".env", ".env.template", "docker-compose.yml", "secret.json"] {
        let stack = shop();
        std::fs::remove_file(stack.root().join(layer)).unwrap();
        for subcommand in ["verify", "diff", "forecast"] {
            let output = env(&stack, &[subcommand]);
            assert!(matches!(code(&output), 2 | 3), "{subcommand} without {layer}: {output:?}");
            let text = said(&output);
            let names_it = ["env_file named here is not there", layer];
            assert!(names_it.iter().any(|words| text.contains(words)), "{subcommand} without {layer}: {text}");
        }
    }
    let nowhere = tempfile::tempdir().unwrap();
    let output = stack.run(&["--stack", nowhere.path().to_str().unwrap(), "env", "verify"], &[]);
    assert_eq!(code(&output), 3);
}

/// A file of so many keys.
fn large(stack: &Stack, name: &str, lines: usize, changed: usize) -> PathBuf {
    let mut text = String::new();
    for at in 0..lines {
        let value = if at % changed == 0 { name } else { "same" };
        writeln!(text, "KEY_{at}={value}").unwrap();
    }
    stack.write(name, text);
    stack.root().join(name)
}

#[test]
fn a_hundred_thousand_lines_are_compared() {
    let stack = shop();
    large(&stack, "a.env", 100_000, 1_000);
    large(&stack, "b.env", 100_000, 1_000);
    let report = json(&stack, &["diff", "a.env", "b.env"]);
    assert_eq!((report["rows"].as_array().unwrap().len(), &report["same"]), (100, &99_900.into()));
    let picked = json(&stack, &["diff", "a.env", "b.env", "--key", "KEY_1*000", "--sort", "key"]);
    assert!(picked["rows"].as_array().unwrap().iter().all(|row| row["key"].as_str().unwrap().starts_with("KEY_1")));
}

#[test]
fn the_schema_finds_what_is_not_as_it_says() {
    let stack = shop();
    stack.write(".env", BROKEN);
    let good = json(&stack, &["verify"]);
    for (pointer, value) in [
        ("/findings/0/severity", Value::from("bad")),
        ("/findings/0/place", Value::from(3)),
        ("/unread/0", Value::from("running")),
        ("/findings/0/key", Value::from(1)),
    ] {
        let mut report = good.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(!faults(&report).is_empty(), "{pointer}");
    }
    let mut report = good;
    report["value"] = "something new".into();
    assert!(!faults(&report).is_empty());
}
