//! AWS Secrets Manager. Any answer with status 200 parses as a success, so that the answer has to name
//! the secret that was asked for and hold a value. Error texts are dropped; codes and kinds count.

use super::{FetchedSecret, LIMIT, SecretSource, parse};
use crate::evidence::Unknown;
use crate::guard::{Secret, line};
use crate::probes::ProbeError;
use crate::probes::aws::{Access, Trouble};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use jiff::Timestamp;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

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

impl SecretSource for AwsSource {
    async fn fetch(&self, name: &str) -> Result<FetchedSecret, ProbeError> {
        let deadline = Instant::now() + self.timeout;
        let (region, profile, endpoint) = (self.region.as_deref(), self.profile.as_deref(), self.endpoint.as_deref());
        let client = Access { region, profile, endpoint }.secrets(deadline).await?;
        let ask = client.get_secret_value().secret_id(name).send();
        let late = |_| {
            let took = self.timeout.as_secs_f32();
            ProbeError::new(Unknown::TimedOut, format!("AWS Secrets Manager did not answer within {took} s"))
        };
        match timeout_at(deadline, ask).await.map_err(late)? {
            Ok(answer) => fetched(name, answer),
            Err(failure) => Err(self.error(name, &Trouble::of(&failure))),
        }
    }
}

impl AwsSource {
    fn error(&self, name: &str, trouble: &Trouble) -> ProbeError {
        let name = line(name);
        let who = match &self.profile {
            Some(profile) => format!("the profile {}", line(profile)),
            None => "these AWS credentials".to_owned(),
        };
        let (reason, message) = match trouble {
            Trouble::Absent => {
                (Unknown::Unreachable, format!("AWS has no secret {name}, or none with a current value"))
            }
            Trouble::BeingDeleted => (Unknown::Unreachable, format!("the secret {name} is being deleted")),
            Trouble::Kms => (Unknown::Denied, format!("AWS can't decrypt {name}: its KMS key")),
            Trouble::Expired => (Unknown::Denied, format!("{who} have expired")),
            Trouble::Credentials => (Unknown::Denied, format!("AWS does not know {who}")),
            Trouble::Clock => (Unknown::Denied, "this host's clock is off: AWS refuses what it signs".to_owned()),
            Trouble::Throttled => (Unknown::Denied, "AWS throttles: too many questions".to_owned()),
            Trouble::Denied => (Unknown::Denied, format!("{who} may not read the secret {name}")),
            Trouble::ServerError(_) => (Unknown::Unreachable, "AWS Secrets Manager failed on its side".to_owned()),
            Trouble::NotAws(Some(status)) => {
                (Unknown::Garbled, format!("what answers is not AWS, or is (status {status})"))
            }
            Trouble::NotAws(None) => (Unknown::Garbled, "the answer of AWS Secrets Manager makes no sense".to_owned()),
            Trouble::Region(_) => (Unknown::NotConfigured, "AWS Secrets Manager redirects: another region?".to_owned()),
            Trouble::NotAsked => {
                (Unknown::NotConfigured, format!("{name} can't be asked for: its name or the endpoint"))
            }
            Trouble::TimedOut => return no_answer(Unknown::TimedOut, "AWS Secrets Manager did not answer in time"),
            Trouble::Tls(_) => {
                return no_answer(Unknown::Unreachable, "no TLS to AWS Secrets Manager: is a proxy in between?");
            }
            Trouble::Dropped | Trouble::NoConnection => {
                return no_answer(Unknown::Unreachable, "AWS Secrets Manager can't be reached from this host");
            }
        };
        let command = format!("aws secretsmanager describe-secret --secret-id {name}");
        ProbeError::new(reason, message).hint(match &self.profile {
            Some(profile) => format!("{command} --profile {}", line(profile)),
            None => command,
        })
    }
}

fn no_answer(reason: Unknown, message: &str) -> ProbeError {
    ProbeError::new(reason, message)
}

/// Whether an answer names the secret that was asked for: by its name, its ARN, or its ARN without the six characters
/// at the end.
pub(in crate::probes) fn names(asked: &str, arn: Option<&str>, name: Option<&str>) -> bool {
    let (Some(arn), Some(name)) = (arn, name) else { return false };
    let partial =
        asked.starts_with("arn:") && arn.strip_prefix(asked).is_some_and(|end| end.len() == 7 && end.starts_with('-'));
    name == asked || arn == asked || partial
}

/// Takes the value out of an answer, or says what shows that it is not AWS's: an empty or foreign answer with status 200
/// is a success without anything in it.
pub(in crate::probes) fn value(name: &str, answer: &mut GetSecretValueOutput) -> Result<Secret, &'static str> {
    let text = answer.secret_string.take().map(Secret::from);
    let value = text.or_else(|| answer.secret_binary.take().map(|blob| Secret::new(blob.into_inner())));
    if !names(name, answer.arn(), answer.name()) {
        return Err("the answer does not name the secret that was asked for");
    }
    match value {
        None => Err("the answer holds no value"),
        Some(value) if value.len() as u64 > LIMIT => Err("the value is larger than AWS allows"),
        Some(value) => Ok(value),
    }
}

fn fetched(name: &str, mut answer: GetSecretValueOutput) -> Result<FetchedSecret, ProbeError> {
    let foreign = |what| ProbeError::new(Unknown::Garbled, format!("what answers is not AWS: {what}"));
    let value = value(name, &mut answer).map_err(foreign)?;
    let version = answer.version_id().map(|id| line(id).into_owned());
    // The date of the version, not that of the secret: a new tag makes no value younger.
    let changed_at = answer.created_date().and_then(|date| Timestamp::from_second(date.secs()).ok());
    Ok(FetchedSecret { changed_at, ..parse::fetched(name, version, value.expose())? })
}
