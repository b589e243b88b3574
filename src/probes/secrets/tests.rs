#![allow(clippy::unwrap_used)]
use super::{AnySecretSource, CommandSource, FetchedSecret, FileSource, LIMIT, SecretSource, SecretSpec};
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

#[test]
fn an_option_of_another_source_is_an_error_and_not_ignored() {
    let place = Place { root: "/srv/stack".into(), docker_host: None };
    let open = |table: &str| toml::from_str::<SecretSpec>(table).unwrap().open(&place);
    let file = open("id = 'db'\nsource = 'file'\npath = 'db.json'\nkeys = { password = 'DB_PASSWORD' }").unwrap();
    assert!(matches!(file, AnySecretSource::File(source) if source.path == std::path::Path::new("/srv/stack/db.json")));
    for (table, word) in [
        ("id = 'db'\nsource = 'file'\npath = 'x'\nprofile = 'p'", "does not take profile"),
        ("id = 'db'\nsource = 'command'", "needs argv"),
        ("id = 'db'\nsource = 'file'", "needs path"),
    ] {
        let error = open(table).unwrap_err();
        assert!(error.reason == Unknown::NotConfigured && error.message.contains(word), "{error}");
    }
    assert!(toml::from_str::<SecretSpec>("id = 'db'\nsource = 'file'\nfile = 'x'").is_err());
}
