//! What is proposed for folders of several shapes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::look::NamedText;
use super::*;
use crate::config::{Origin, load, read_layers};
use crate::probes::Options;
use proptest::prelude::*;

#[test]
fn a_file_that_is_there_is_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    std::fs::write(&path, "mine").unwrap();
    assert!(matches!(run(dir.path()), Err(InitError::AlreadyThere(_))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_folder_with_nothing_in_it_gets_a_file_that_loads() {
    let dir = tempfile::tempdir().unwrap();
    let written = run(dir.path()).unwrap();
    assert_eq!(written.found, ["nothing that readback knows; the file is a start to be filled in"]);
    let layers = read_layers(&written.path, None).unwrap();
    assert!(load(&layers).unwrap().probes.is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let said = run(Path::new("/nonexistent/stack")).unwrap_err().to_string();
    assert_eq!(said, "/nonexistent/stack: can't be read: entity not found");
}

#[test]
fn the_new_file_may_be_read_by_all_and_written_by_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let mode = std::fs::metadata(run(dir.path()).unwrap().path).unwrap().permissions().mode();
    assert_eq!(mode & 0o022, 0);
    assert_eq!(mode & 0o600, 0o600);
}

/// Copies the example without its readback.toml.
fn example_without_config() -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/odoo18-prod");
    let dir = tempfile::Builder::new().prefix("stack").tempdir().unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() && entry.file_name() != FILE_NAME {
            std::fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
        }
    }
    dir
}

#[test]
fn the_example_gets_its_probes_its_layers_and_no_value() {
    let dir = example_without_config();
    let written = run(dir.path()).unwrap();
    let config = load(&read_layers(&written.path, None).unwrap()).unwrap();
    assert_eq!(config.stack.name, "odoo18-prod");
    let probes: Vec<_> = config.probes.iter().map(|probe| (probe.id.0.as_str(), probe.options.about().name)).collect();
    let expected = [
        ("docker", "docker"),
        ("web", "container"),
        ("redis", "container"),
        ("database", "postgres"),
        ("redis-port", "tcp"),
        ("web-health", "http"),
        ("env-file", "env-file"),
    ];
    assert_eq!(probes, expected);
    assert_eq!(config.env.container.as_deref(), Some("odoo18-prod-web"));
    assert_eq!(config.env.backups.as_deref(), Some(".env.backup*"));
    assert_eq!(config.env.app.unwrap().shadows["db_password"], "DB_PASSWORD");
    let text = std::fs::read_to_string(&written.path).unwrap();
    assert!(text.contains("# id = \"capsule/odoo18-prod/s3-credentials\""), "{text}");
    assert!(text.contains("bucket = \"CAPSULE_S3_BUCKET\""), "{text}");
    assert!(text.contains("\"CAPSULE_S3_BUCKET\", \"CAPSULE_S3_REGION\"]"), "a lost key counts: {text}");
    for name in [".env", "odoo.conf"] {
        for line in std::fs::read_to_string(dir.path().join(name)).unwrap().lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            if key.to_lowercase().contains("password") || key.contains("KEY") {
                assert!(value.trim().is_empty() || !text.contains(value.trim()), "the value of {key} is in it");
            }
        }
    }
}

#[test]
fn the_secrets_it_names_load_once_their_marks_are_taken_away() {
    let text = propose(&read_folder(example_without_config().path()).unwrap());
    let start = text.find("# [[secret]]").unwrap();
    let end = text.find("# Who looks").unwrap();
    let secrets = text[start..end].replace("# ", "").replace('#', "");
    let whole = format!("{}{secrets}{}", &text[..start], &text[end..]);
    let config = load(&[(Origin::Stack(FILE_NAME.into()), whole)]).unwrap();
    assert_eq!(config.secrets.len(), 2);
    assert_eq!(config.secrets[1].keys["access_key"], "CAPSULE_S3_ACCESS_KEY");
}

#[test]
fn what_was_found_is_said_in_words() {
    let written = run(example_without_config().path()).unwrap();
    assert!(written.found.contains(&"docker-compose.yml: services web, redis".to_owned()), "{:?}", written.found);
    assert!(written.found.contains(&"5 backups of the env file".to_owned()), "{:?}", written.found);
}

fn named(name: &'static str) -> impl Fn(String) -> NamedText {
    move |text| NamedText { name: name.to_owned(), text }
}

fn env_text() -> impl Strategy<Value = String> {
    let keys = [
        "DB_HOST",
        "DB_PORT",
        "DB_USER",
        "DB_NAME",
        "DB_PASSWORD",
        "REDIS_HOST",
        "REDIS_PORT",
        "X_S3_BUCKET",
        "X_S3_SECRET_KEY",
        "OTHER",
    ];
    let line = (prop::sample::select(keys.to_vec()), "canary[ -~]{0,12}");
    prop::collection::vec(line.prop_map(|(key, value)| format!("{key}={value}\n")), 0..12)
        .prop_map(|lines| lines.concat())
}

fn compose_text() -> impl Strategy<Value = String> {
    let port = "[0-9.]{0,3}:?[0-9]{1,5}:[0-9]{1,5}(/tcp)?";
    let service = ("[a-z\"'é .-]{1,8}", prop::option::of("[a-z\"\\\\-]{1,9}"), prop::collection::vec(port, 0..3))
        .prop_map(|(name, container, ports)| {
            let container = container.map(|name| format!("    container_name: {name}\n")).unwrap_or_default();
            let ports: Vec<String> = ports.iter().map(|port| format!("      - {port}\n")).collect();
            format!("  {name}:\n{container}    ports:\n{}", ports.concat())
        });
    prop::collection::vec(service, 0..4).prop_map(|services| format!("services:\n{}", services.concat()))
}

proptest! {
    #[test]
    fn whatever_was_found_the_proposal_loads_and_holds_no_value(
        name in "\\PC{0,12}",
        env in prop::option::of(env_text().prop_map(named(".env"))),
        template in prop::option::of(
            "(# Secret: [ -~]{0,10}\nDB_PASSWORD=\n|\\PC{0,20}\n){0,3}".prop_map(named(".env.template")),
        ),
        compose in prop::option::of(compose_text().prop_map(named("compose.yaml"))),
        app in prop::option::of(Just(String::new()).prop_map(named("odoo.conf"))),
        backups in prop::collection::vec(Just(".env.backup.1".to_owned()), 0..2),
    ) {
        let (has_env, has_compose) = (env.is_some() && template.is_some(), compose.is_some());
        let folder = Folder { name, env, template, backups, compose, app, snapshot: None };
        let text = propose(&folder);
        let config = load(&[(Origin::Stack(FILE_NAME.into()), text.clone())]);
        prop_assert!(config.is_ok(), "{:?}\n{text}", config.err());
        let probes = config.map(|config| config.probes).unwrap_or_default();
        prop_assert_eq!(has_compose, probes.iter().any(|probe| matches!(probe.options, Options::Docker(_))));
        prop_assert_eq!(has_env, probes.iter().any(|probe| matches!(probe.options, Options::EnvFile(_))));
        prop_assert!(!text.contains("canary"), "{text}");
    }
}
