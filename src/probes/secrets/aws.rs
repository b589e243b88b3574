//! AWS Secrets Manager. Any answer with status 200 parses as a success, so that the answer has to name
//! the secret that was asked for and hold a value. Error texts are dropped; codes and kinds count.

use super::{FetchedSecret, LIMIT, SecretSource, parse};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::{ProbeError, net};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::{GetSecretValueError, GetSecretValueOutput};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::time::Duration;
use tokio::time::timeout;

/// AWS Secrets Manager, asked by the credentials that the AWS tools would use here.
#[derive(Clone, Debug)]
pub struct AwsSource {
    /// The region, unless the profile or the environment names one.
    pub region: Option<String>,
    /// The profile, unless the environment names one.
    pub profile: Option<String>,
    /// Another endpoint.
    pub endpoint: Option<String>,
    /// How long a fetch may take, credentials and all.
    pub timeout: Duration,
}

type Failure = SdkError<GetSecretValueError>;

impl SecretSource for AwsSource {
    async fn fetch(&self, name: &str) -> Result<FetchedSecret, ProbeError> {
        let fetch = async {
            let config = self.config().await;
            if config.region().is_none() {
                return Err(ProbeError::new(Unknown::NotConfigured, "no AWS region is configured")
                    .hint("set region, or AWS_REGION, or a profile with a region"));
            }
            let answer = Client::new(&config).get_secret_value().secret_id(name).send().await;
            answer.map_err(|failure| self.error(name, &failure)).and_then(|answer| read(name, &answer))
        };
        timeout(self.timeout, fetch).await.unwrap_or_else(|_| {
            let took = self.timeout.as_secs_f32();
            Err(ProbeError::new(Unknown::TimedOut, format!("AWS Secrets Manager did not answer within {took} s")))
        })
    }
}

impl AwsSource {
    /// One attempt: what was slow or failed once is to be seen.
    async fn config(&self) -> SdkConfig {
        let ring = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut loader =
            aws_config::defaults(BehaviorVersion::latest()).http_client(ring).retry_config(RetryConfig::disabled());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(endpoint) = &self.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        loader.load().await
    }

    /// By code, then by status, then by the kind of error underneath.
    fn error(&self, name: &str, failure: &Failure) -> ProbeError {
        let name = line(name);
        let status = failure.raw_response().map(|answer| answer.status().as_u16());
        let who = match &self.profile {
            Some(profile) => format!("the profile {}", line(profile)),
            None => "these AWS credentials".to_owned(),
        };
        let (reason, message) = match (failure.code(), status) {
            (Some("ResourceNotFoundException"), _) => {
                (Unknown::Unreachable, format!("AWS has no secret {name}, or none with a current value"))
            }
            (Some("InvalidRequestException"), _) => {
                (Unknown::Unreachable, format!("the secret {name} is being deleted"))
            }
            (Some("DecryptionFailure"), _) => (Unknown::Denied, format!("AWS can't decrypt {name}: its KMS key")),
            (Some("ExpiredTokenException" | "ExpiredToken"), _) => (Unknown::Denied, format!("{who} have expired")),
            (Some("UnrecognizedClientException" | "InvalidClientTokenId" | "SignatureDoesNotMatch"), _) => {
                (Unknown::Denied, format!("AWS does not know {who}"))
            }
            (Some("ThrottlingException" | "TooManyRequestsException"), _) => {
                (Unknown::Denied, "AWS throttles: too many questions".to_owned())
            }
            (Some("AccessDeniedException" | "AccessDenied"), _) | (_, Some(401 | 403)) => {
                (Unknown::Denied, format!("{who} may not read the secret {name}"))
            }
            (_, Some(500..)) => (Unknown::Unreachable, "AWS Secrets Manager failed on its side".to_owned()),
            (_, Some(status)) => (Unknown::Garbled, format!("what answers is not AWS, or is (status {status})")),
            (_, None) => return transport(failure),
        };
        let command = format!("aws secretsmanager describe-secret --secret-id {name}");
        ProbeError::new(reason, message).hint(match &self.profile {
            Some(profile) => format!("{command} --profile {}", line(profile)),
            None => command,
        })
    }
}

/// No answer came: no credentials, no way, no time.
fn transport(failure: &Failure) -> ProbeError {
    let says = |words: &str| net::causes(failure).any(|cause| cause.to_string().contains(words));
    if matches!(failure, SdkError::TimeoutError(_)) {
        return ProbeError::new(Unknown::TimedOut, "AWS Secrets Manager did not answer in time");
    }
    if net::TlsFault::find(failure).is_some() {
        return ProbeError::new(Unknown::Unreachable, "no TLS to AWS Secrets Manager: is a proxy in between?");
    }
    if let SdkError::DispatchFailure(dispatch) = failure {
        if dispatch.is_timeout() {
            return ProbeError::new(Unknown::TimedOut, "AWS Secrets Manager did not answer in time");
        }
        if dispatch.is_other() || says("credentials") {
            return ProbeError::new(Unknown::NotConfigured, "no AWS credentials on this host")
                .hint("aws sts get-caller-identity");
        }
        return ProbeError::new(Unknown::Unreachable, "AWS Secrets Manager can't be reached from this host");
    }
    ProbeError::new(Unknown::Garbled, "the answer of AWS Secrets Manager makes no sense")
}

/// An empty or foreign answer with status 200 is a success without anything in it.
fn read(name: &str, answer: &GetSecretValueOutput) -> Result<FetchedSecret, ProbeError> {
    let foreign = |what: &str| ProbeError::new(Unknown::Garbled, format!("what answers is not AWS: {what}"));
    let names_it = match (answer.arn(), answer.name()) {
        (Some(arn), Some(found)) => found == name || arn == name,
        _ => false,
    };
    if !names_it {
        return Err(foreign("the answer does not name the secret that was asked for"));
    }
    let text = answer.secret_string().map(str::as_bytes);
    let Some(bytes) = text.or_else(|| answer.secret_binary().map(AsRef::as_ref)) else {
        return Err(foreign("the answer holds no value"));
    };
    if bytes.len() as u64 > LIMIT {
        return Err(foreign("the value is larger than AWS allows"));
    }
    parse::fetched(name, answer.version_id().map(|id| line(id).into_owned()), bytes)
}
