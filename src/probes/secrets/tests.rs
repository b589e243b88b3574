//! Each source as it is configured and as it answers; AWS has its own tests, against its API.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::{AnySecretSource, CommandSource, FetchedSecret, FileSource, LIMIT, SecretSource};
use crate::config;
use crate::evidence::Unknown;
use crate::probes::{Place, ProbeError};
use std::time::Duration;

const CANARY: &str = "not-a-secret-canary";

fn command(argv: &[&str]) -> CommandSource {
    CommandSource {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        folder: std::env::temp_dir(),
        timeout: Duration::from_secs(20),
    }
}

async fn printed(script: &str) -> Result<FetchedSecret, ProbeError> {
    command(&["sh", "-c", script]).fetch("db").await
}

fn text(secret: &FetchedSecret, field: &str) -> String {
    String::from_utf8(secret.field(field).unwrap().expose().to_vec()).unwrap()
}

#[tokio::test]
async fn a_json_object_is_fields_and_anything_else_is_one_value() {
    let secret = printed(r#"echo '{"user": "odoo", "port": 5432, "x": null}'"#).await.unwrap();
    assert_eq!(
        (text(&secret, "user"), text(&secret, "port"), text(&secret, "x")),
        ("odoo".into(), "5432".into(), String::new())
    );
    let secret = printed(&format!("echo {CANARY}")).await.unwrap();
    assert_eq!(text(&secret, "value"), CANARY);
    assert!(!format!("{secret:?}").contains(CANARY));
}

#[tokio::test]
async fn a_command_that_fails_says_so_without_its_words() {
    let error = printed(&format!("echo {CANARY}; echo {CANARY} >&2; exit 3")).await.unwrap_err();
    assert_eq!((error.reason, error.message.as_str()), (Unknown::Unreachable, "sh failed with exit code 3"));
    assert!(!format!("{error:?}").contains(CANARY));
    let absent = command(&["/nonexistent/vault", CANARY]).fetch("db").await.unwrap_err();
    assert_eq!(absent.reason, Unknown::NotConfigured);
    assert!(!format!("{absent:?}").contains(CANARY));
}

#[tokio::test]
async fn a_command_that_prints_nothing_or_too_much_has_no_secret() {
    assert_eq!(printed("true").await.unwrap_err().reason, Unknown::Garbled);
    let endless = printed("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done").await;
    assert_eq!(endless.unwrap_err().reason, Unknown::Garbled);
}

#[tokio::test]
async fn a_command_that_hangs_is_killed_at_the_deadline() {
    let source = CommandSource { timeout: Duration::from_millis(50), ..command(&["sleep", "600"]) };
    assert_eq!(source.fetch("db").await.unwrap_err().reason, Unknown::TimedOut);
}

#[tokio::test]
async fn a_file_is_read_up_to_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db.json");
    let source = FileSource { path: path.clone(), timeout: Duration::from_secs(20) };
    assert_eq!(source.fetch("db").await.unwrap_err().reason, Unknown::Unreachable);
    std::fs::write(&path, r#"{"password": "not-a-secret-canary"}"#).unwrap();
    assert_eq!(text(&source.fetch("db").await.unwrap(), "password"), CANARY);
    std::fs::File::create(&path).unwrap().set_len(LIMIT + 1).unwrap();
    assert_eq!(source.fetch("db").await.unwrap_err().reason, Unknown::Garbled);
}

fn spec(source: config::SecretSource) -> config::SecretSpec {
    let keys = [("password".to_owned(), "DB_PASSWORD".to_owned())].into();
    config::SecretSpec { id: "db".to_owned(), source, keys, timeout: Duration::from_secs(7) }
}

fn opened(source: config::SecretSource) -> Result<AnySecretSource, ProbeError> {
    AnySecretSource::open(&spec(source), &Place { root: "/srv/stack".into(), docker_host: None })
}

#[test]
fn a_configured_file_is_looked_for_in_the_stack() {
    let file = opened(config::SecretSource::File(config::FileSource { path: "db.json".into() })).unwrap();
    let AnySecretSource::File(file) = file else { panic!("not a file: {file:?}") };
    assert_eq!((file.path, file.timeout), ("/srv/stack/db.json".into(), Duration::from_secs(7)));
}

#[test]
fn a_configured_command_runs_in_the_stack() {
    let argv = vec!["vault".to_owned(), "read".to_owned()];
    let command = opened(config::SecretSource::Command(config::CommandSource { argv: argv.clone() })).unwrap();
    let AnySecretSource::Command(command) = command else { panic!("not a command: {command:?}") };
    assert_eq!((command.argv, command.folder, command.timeout), (argv, "/srv/stack".into(), Duration::from_secs(7)));
}

#[test]
fn a_configured_aws_source_is_opened_or_said_to_be_not_built() {
    let aws = config::AwsSource { region: Some("eu-west-1".to_owned()), endpoint: None, profile: None };
    match opened(config::SecretSource::Aws(aws)) {
        #[cfg(feature = "aws")]
        Ok(AnySecretSource::Aws(aws)) => assert_eq!(aws.region.as_deref(), Some("eu-west-1")),
        #[cfg(not(feature = "aws"))]
        Err(error) => assert_eq!(error.reason, Unknown::NotBuilt),
        other => panic!("{other:?}"),
    }
}
