//! `DescribeSecret`, `GetSecretValue` and a secret that can't exist, at once; the versions' dates only where a rotation
//! is under way.

use super::{Described, ManagedSecret, Pending, Read, Seen};
use crate::probes::aws::{Access, Trouble};
use crate::probes::secrets::asked;
use crate::probes::{Control, ProbeError};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::primitives::DateTime;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

pub(super) async fn look(options: &ManagedSecret, deadline: Instant) -> Result<Seen, ProbeError> {
    let access = Access {
        region: options.region.as_deref(),
        profile: options.profile.as_deref(),
        endpoint: options.endpoint.as_deref(),
    };
    let client = access.secrets(deadline).await?;
    let asked = Asked { client, options, deadline };
    let (described, read, control) = tokio::join!(asked.describe(), asked.read(), asked.control());
    Ok(Seen { described, read, control })
}

struct Asked<'a> {
    client: Client,
    options: &'a ManagedSecret,
    deadline: Instant,
}

/// The date of the SDK; one that makes no sense is none.
fn time(at: Option<&DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(at?.secs()).ok()
}

impl Asked<'_> {
    async fn description(&self, name: &str) -> Result<DescribeSecretOutput, Trouble> {
        let ask = self.client.describe_secret().secret_id(name).send();
        let answer = timeout_at(self.deadline, ask).await.map_err(|_| Trouble::TimedOut)?;
        answer.map_err(|failure| Trouble::of(&failure))
    }

    async fn describe(&self) -> Result<Described, Trouble> {
        let name = &self.options.name;
        let answer = self.description(name).await?;
        if !asked::names(name, answer.arn(), answer.name()) {
            return Err(Trouble::NotAws(Some(200)));
        }
        let versions = answer.version_ids_to_stages();
        let holds = |stages: &[String], stage: &str| stages.iter().any(|found| found == stage);
        let of_stage = |stage: &str, not: &str| {
            let mut found = versions.into_iter().flatten();
            found.find(|(_, stages)| holds(stages, stage) && !holds(stages, not)).map(|(id, _)| id)
        };
        let pending = match of_stage("AWSPENDING", "AWSCURRENT") {
            Some(version) => Some(Pending { since: self.made(version).await }),
            None => None,
        };
        Ok(Described {
            deleted_at: time(answer.deleted_date()),
            rotation_enabled: answer.rotation_enabled() == Some(true),
            rotated_at: time(answer.last_rotated_date()),
            next_rotation_at: time(answer.next_rotation_date()),
            pending,
            has_previous: of_stage("AWSPREVIOUS", "AWSCURRENT").is_some(),
        })
    }

    /// When a version was made, if these credentials may list versions; the first page of them says enough.
    async fn made(&self, version: &str) -> Option<Timestamp> {
        let ask = self.client.list_secret_version_ids().secret_id(&self.options.name).send();
        let answer = timeout_at(self.deadline, ask).await.ok()?.ok()?;
        let found = answer.versions().iter().find(|found| found.version_id() == Some(version))?;
        time(found.created_date())
    }

    async fn read(&self) -> Result<Read, Trouble> {
        let name = &self.options.name;
        let ask = self.client.get_secret_value().secret_id(name).send();
        let answer = timeout_at(self.deadline, ask).await.map_err(|_| Trouble::TimedOut)?;
        let mut answer = answer.map_err(|failure| Trouble::of(&failure))?;
        let value = asked::value(name, &mut answer).map_err(|_| Trouble::NotAws(Some(200)))?;
        let mut read = Read { made_at: time(answer.created_date()), ..Read::default() };
        let Ok(fetched) = asked::fetched(name, None, value.expose()) else {
            return Ok(Read { is_empty: true, ..read });
        };
        read.is_empty = fetched.fields.iter().all(|(_, value)| value.is_empty());
        for field in &self.options.fields {
            match fetched.field(field) {
                None => read.missing.push(field.clone()),
                Some(value) if value.expose().trim_ascii().is_empty() => read.empty.push(field.clone()),
                Some(_) => {}
            }
        }
        Ok(read)
    }

    async fn control(&self) -> Control {
        let absent = format!("readback-must-not-exist-{}", Uuid::now_v7().simple());
        match self.description(&absent).await {
            Ok(_) => Control::Passed,
            Err(Trouble::Absent | Trouble::Denied) => Control::Refused,
            Err(_) => Control::Unclear,
        }
    }
}
