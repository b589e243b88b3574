//! AWS Secrets Manager as a secret source against a real API server (`READBACK_TEST_AWS`), and against
//! what is none.

use crate::support::aws::{self, CREDENTIALS, is_child};
use crate::support::service;
use crate::support::web;
use readback::config;
use readback::evidence::Unknown;
use readback::probes::secrets::{AnySecretSource, AwsSource, FetchedSecret, SecretSource};
use readback::probes::{Place, ProbeError};
use std::time::Duration;

const PASSWORD: &str = "not-a-secret-canary";

async fn fetch(endpoint: &str, name: &str) -> Result<FetchedSecret, ProbeError> {
    let (region, endpoint) = (Some("us-east-1".to_owned()), Some(endpoint.to_owned()));
    let source = config::SecretSource::Aws(config::AwsSource { region, endpoint, profile: None });
    let timeout = Duration::from_secs(20);
    let spec = config::SecretSpec { id: name.to_owned(), source, keys: [].into(), timeout };
    let source = AnySecretSource::open(&spec, &Place { root: "/".into(), docker_host: None }).unwrap();
    let fetched = source.fetch(name).await;
    assert!(!format!("{fetched:?}").contains(PASSWORD));
    fetched
}

#[tokio::test]
async fn a_secret_is_read_as_fields_and_each_failure_has_its_reason() {
    if !is_child("aws::a_secret_is_read_as_fields_and_each_failure_has_its_reason", &CREDENTIALS) {
        return;
    }
    let Some(endpoint) = service::address("aws", "READBACK_TEST_AWS") else { return };
    let admin = aws::secrets(&endpoint);
    let name = |what: &str| format!("readback-{what}-{}", std::process::id());

    let text = format!(r#"{{"password": "{PASSWORD}", "port": 5432}}"#);
    admin.create_secret().name(name("db")).secret_string(text).send().await.unwrap();
    let secret = fetch(&endpoint, &name("db")).await.unwrap();
    assert_eq!(secret.field("password").unwrap().expose(), PASSWORD.as_bytes());
    assert_eq!(secret.field("port").unwrap().expose(), b"5432");
    assert!(secret.version.is_some());

    let absent = fetch(&endpoint, &name("absent")).await.unwrap_err();
    assert_eq!(absent.reason, Unknown::Unreachable, "{absent}");

    admin.create_secret().name(name("empty")).send().await.unwrap();
    let valueless = fetch(&endpoint, &name("empty")).await.unwrap_err();
    assert_eq!(valueless.reason, Unknown::Unreachable, "{valueless}");

    admin.delete_secret().secret_id(name("db")).recovery_window_in_days(7).send().await.unwrap();
    let deleted = fetch(&endpoint, &name("db")).await.unwrap_err();
    assert!(deleted.message.contains("being deleted"), "{deleted}");
}

#[tokio::test]
async fn what_answers_200_without_a_secret_is_no_secret() {
    if !is_child("aws::what_answers_200_without_a_secret_is_no_secret", &CREDENTIALS) {
        return;
    }
    let site = web::serve(true).await;
    let page = fetch(&site, "db").await.unwrap_err();
    assert_eq!(page.reason, Unknown::Garbled, "{page}");
    let closed = fetch(&format!("http://127.0.0.1:{}", web::closed().await), "db").await.unwrap_err();
    assert_eq!(closed.reason, Unknown::Unreachable, "{closed}");
}

#[tokio::test]
async fn each_refusal_of_aws_has_its_reason_and_its_words_are_dropped() {
    if !is_child("aws::each_refusal_of_aws_has_its_reason_and_its_words_are_dropped", &CREDENTIALS) {
        return;
    }
    for (status, body, reason, word) in [
        ("400 Bad Request", r#"{"__type":"AccessDeniedException"}"#, Unknown::Denied, "may not read"),
        ("403 Forbidden", "<Error>not-a-secret-canary</Error>", Unknown::Denied, "may not read"),
        ("400 Bad Request", r#"{"__type":"ExpiredTokenException"}"#, Unknown::Denied, "expired"),
        ("400 Bad Request", r#"{"__type":"UnrecognizedClientException"}"#, Unknown::Denied, "does not know"),
        ("400 Bad Request", r#"{"__type":"DecryptionFailure"}"#, Unknown::Denied, "KMS"),
        ("400 Bad Request", r#"{"__type":"ThrottlingException"}"#, Unknown::Denied, "throttles"),
        ("500 Oh", r#"{"__type":"InternalServiceError"}"#, Unknown::Unreachable, "on its side"),
        ("404 Not Found", "<html>not-a-secret-canary", Unknown::Garbled, "404"),
        ("200 OK", "", Unknown::Garbled, "does not name"),
        ("200 OK", r#"{"ARN":"arn:x","Name":"other","SecretString":"x"}"#, Unknown::Garbled, "does not name"),
        ("200 OK", r#"{"ARN":"arn:x","Name":"db"}"#, Unknown::Garbled, "no value"),
    ] {
        let error = fetch(&web::answering(status, body).await, "db").await.unwrap_err();
        assert_eq!(error.reason, reason, "{status} {body}: {error}");
        assert!(error.message.contains(word), "{status} {body}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_left_at_the_deadline() {
    if !is_child("aws::a_server_that_hangs_is_left_at_the_deadline", &CREDENTIALS) {
        return;
    }
    let port = web::silent().await;
    let source = AwsSource {
        region: Some("us-east-1".to_owned()),
        profile: None,
        endpoint: Some(format!("http://127.0.0.1:{port}")),
        timeout: Duration::from_millis(500),
    };
    assert_eq!(source.fetch("db").await.unwrap_err().reason, Unknown::TimedOut);
}

#[tokio::test]
async fn without_credentials_it_says_so() {
    if !is_child("aws::without_credentials_it_says_so", &[]) {
        return;
    }
    let error = fetch("http://127.0.0.1:9", "db").await.unwrap_err();
    assert_eq!((error.reason, error.message.as_str()), (Unknown::NotConfigured, "no AWS credentials on this host"));
}
