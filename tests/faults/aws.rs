//! The faults of S3 and Secrets Manager: each line of tests/fixtures/faults/real/aws.toml is done to buckets and
//! secrets of its own on a real API server (`READBACK_TEST_AWS`), or to the connection before it.

use crate::support::aws;
use crate::support::endless;
use crate::support::faultproxy::{Fault, FaultProxy};
use crate::support::matrix::{self, Case, Matrix};
use crate::support::selfsigned;
use crate::support::service;
use crate::support::web;
use aws_sdk_secretsmanager::types::RotationRulesType;
use readback::evidence::Verdict;
use readback::probes::{Place, judge, run_once};
use serde::Deserialize;

/// What is done before the probe looks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inject {
    /// A bucket `{bucket}` with these keys.
    bucket: Option<BucketIs>,
    /// A secret `{secret}`, and its `{arn}`.
    secret: Option<SecretIs>,
    /// Proxies one behind the other, the nearest to the probe first.
    #[serde(default)]
    proxy: Vec<Fault>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BucketIs {
    keys: Vec<String>,
    #[serde(default = "some_bytes")]
    bytes: usize,
}

fn some_bytes() -> usize {
    10
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretIs {
    value: Option<String>,
    #[serde(default)]
    then: Vec<Then>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Then {
    /// Marked for deletion in seven days.
    Delete,
    /// Rotated each 30 days, by nobody: no value is left.
    Rotate,
    /// The same value again, as a new version.
    Put,
    /// A rotation that has begun.
    Pend,
}

const CANARY: &str = "not-a-secret-canary";

async fn make_bucket(s3: &aws_sdk_s3::Client, name: &str, is: &BucketIs) {
    s3.create_bucket().bucket(name).send().await.unwrap();
    for key in &is.keys {
        let body = vec![b'x'; if key.ends_with('/') { 0 } else { is.bytes }];
        s3.put_object().bucket(name).key(key).body(body.into()).send().await.unwrap();
    }
}

/// Its ARN.
async fn make_secret(secrets: &aws_sdk_secretsmanager::Client, name: &str, is: &SecretIs) -> String {
    let created = secrets.create_secret().name(name).set_secret_string(is.value.clone()).send().await.unwrap();
    for then in &is.then {
        match then {
            Then::Delete => {
                secrets.delete_secret().secret_id(name).recovery_window_in_days(7).send().await.unwrap();
            }
            Then::Rotate => {
                let rules = RotationRulesType::builder().automatically_after_days(30).build();
                secrets.rotate_secret().secret_id(name).rotation_rules(rules).send().await.unwrap();
            }
            Then::Put => {
                secrets.put_secret_value().secret_id(name).set_secret_string(is.value.clone()).send().await.unwrap();
            }
            Then::Pend => {
                let pending = secrets.put_secret_value().secret_id(name).secret_string(CANARY);
                pending.version_stages("AWSPENDING").send().await.unwrap();
            }
        }
    }
    created.arn.unwrap()
}

/// A fault whose own server's words name what is asked for.
fn filled(fault: &Fault, words: &[(&str, &str)]) -> Fault {
    match fault {
        Fault::Http(answer) => {
            let mut answer = answer.clone();
            for (word, with) in words {
                answer.body = answer.body.replace(&format!("{{{word}}}"), with);
            }
            Fault::Http(answer)
        }
        Fault::Only { word, fault } => Fault::Only { word: word.clone(), fault: Box::new(filled(fault, words)) },
        other => other.clone(),
    }
}

async fn run(case: &Case<Inject>, index: usize, server: &str) -> Result<(), String> {
    let id = std::process::id();
    let (bucket, secret) = (format!("readback-{id}-{index}"), format!("readback/{id}/{index}"));
    if let Some(is) = &case.inject.bucket {
        make_bucket(&aws::s3(server), &bucket, is).await;
    }
    let arn = match &case.inject.secret {
        Some(is) => make_secret(&aws::secrets(server), &secret, is).await,
        None => String::new(),
    };
    let (closed, tls) = (format!("127.0.0.1:{}", web::closed().await), selfsigned::serve().await);
    let partial = arn.rsplit_once('-').map_or("", |(partial, _)| partial);
    let mut words = vec![
        ("bucket", bucket.as_str()),
        ("secret", &secret),
        ("arn", &arn),
        ("partial", partial),
        ("closed", &closed),
    ];
    let endless = endless::serve().await;
    words.extend([("tls", tls.as_str()), ("endless", &endless)]);
    let (mut proxies, mut next) = (Vec::new(), server.trim_start_matches("http://").to_owned());
    for fault in case.inject.proxy.iter().rev() {
        let proxy = FaultProxy::start(&next, filled(fault, &words)).await;
        next = format!("127.0.0.1:{}", proxy.port);
        proxies.push(proxy);
    }
    words.push(("endpoint", &next));
    let place = Place { root: "/".into(), docker_host: None };
    let evidence = case.check(&place, &words).await?;
    let said = serde_json::to_string(&evidence).unwrap();
    if said.contains(CANARY) { Err(format!("{}: it shows the value: {said}", case.name)) } else { Ok(()) }
}

#[tokio::test]
async fn every_fault_of_aws_is_seen_and_no_healthy_one_is_accused() {
    let keys = std::env::temp_dir().join(format!("readback-aws-{}", std::process::id()));
    std::fs::write(&keys, "[default]\naws_access_key_id = test\naws_secret_access_key = test\n[bare]\n").unwrap();
    let environment = [("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap())];
    if !aws::is_child("aws::every_fault_of_aws_is_seen_and_no_healthy_one_is_accused", &environment) {
        std::fs::remove_file(&keys).unwrap();
        return;
    }
    let Some(server) = service::address("aws", "READBACK_TEST_AWS") else { return };
    let matrix: Matrix<Inject> = Matrix::parse(include_str!("../fixtures/faults/real/aws.toml"));
    let mut wrong = Vec::new();
    for (index, case) in matrix.cases().enumerate() {
        wrong.extend(run(&case, index, &server).await.err());
    }
    matrix::all_as_they_must_be(&wrong);
}

#[tokio::test]
async fn a_profile_that_is_named_asks_whatever_keys_the_environment_holds() {
    let test = "aws::a_profile_that_is_named_asks_whatever_keys_the_environment_holds";
    if !aws::is_child(test, &aws::CREDENTIALS) {
        return;
    }
    let Some(server) = service::address("aws", "READBACK_TEST_AWS") else { return };
    let probe = format!(
        "name = 'x'\ninject = {{}}\nverdict = 'unknown:not_configured'\nreason = 'no_credentials'\n\
         state = 'cleared_unverified'\nprobe = {{ kind = 's3', bucket = 'b', endpoint = '{server}', profile = 'absent' }}"
    );
    let case: Case<Inject> = toml::from_str(&probe).unwrap();
    case.check(&Place { root: "/".into(), docker_host: None }, &[]).await.unwrap();
}

#[tokio::test]
async fn a_bucket_that_lost_its_objects_since_the_last_look_fails_until_they_are_back() {
    let test = "aws::a_bucket_that_lost_its_objects_since_the_last_look_fails_until_they_are_back";
    if !aws::is_child(test, &aws::CREDENTIALS) {
        return;
    }
    let Some(server) = service::address("aws", "READBACK_TEST_AWS") else { return };
    let (s3, bucket) = (aws::s3(&server), format!("readback-{}-lost", std::process::id()));
    make_bucket(&s3, &bucket, &BucketIs { keys: ["a", "b", "c"].map(str::to_owned).into(), bytes: 1 }).await;
    let probe = format!(
        "name = 'x'\ninject = {{}}\nverdict = 'pass'\nstate = ''\n\
         probe = {{ kind = 's3', bucket = '{bucket}', endpoint = '{server}', force_path_style = true }}"
    );
    let case: Case<Inject> = toml::from_str(&probe).unwrap();
    let (spec, place) = (case.spec(&[]), Place { root: "/".into(), docker_host: None });
    let look = async || {
        let seen = run_once(&spec, &place, "readback@test").await;
        let evidence = judge(&seen, &spec, seen.observed_at);
        (evidence.verdict, evidence.reason)
    };
    let dropped = (Verdict::Fail, Some("count_dropped".to_owned()));
    assert_eq!(look().await, (Verdict::Pass, None));
    s3.delete_object().bucket(&bucket).key("b").send().await.unwrap();
    assert_eq!(look().await, dropped);
    assert_eq!(look().await, dropped, "a second look must not take the loss for the usual");
    s3.put_object().bucket(&bucket).key("b").send().await.unwrap();
    assert_eq!(look().await, (Verdict::Pass, None));
}
