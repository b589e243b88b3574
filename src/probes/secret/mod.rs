//! Asks AWS Secrets Manager about a secret: whether it can be read, and whether its rotation is in order. A value is
//! looked at where it arrives, and dropped.

#[cfg(feature = "aws")]
mod look;
mod policy;
mod verdict;

#[cfg(test)]
mod tests;

use super::aws::{self, Trouble, reasons};
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
pub use policy::KeyType;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// Asks AWS Secrets Manager about a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedSecret {
    /// The secret's name or ARN.
    pub name: String,
    /// The region, unless the profile or the environment names one.
    pub region: Option<String>,
    /// The profile, unless the environment names one.
    pub profile: Option<String>,
    /// Another endpoint.
    pub endpoint: Option<String>,
    /// Fields of its JSON object that have to be there and not empty.
    #[serde(default)]
    pub fields: Vec<String>,
    /// What it is, which says how old its value may be.
    pub key_type: Option<KeyType>,
    /// How old its value may be, in days.
    pub max_age_days: Option<u32>,
    /// How long the value before this one stays good after a rotation, in days.
    #[serde(default = "default_grace_days")]
    pub grace_days: u32,
    /// How long a rotation may be under way, in seconds.
    #[serde(default = "default_pending_max")]
    pub pending_max_s: u64,
}

fn default_grace_days() -> u32 {
    7
}

fn default_pending_max() -> u64 {
    3600
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What `DescribeSecret` says.
    pub described: Result<Described, Trouble>,
    /// What is known of the current value.
    pub read: Result<Read, Trouble>,
    /// A secret that can't exist.
    pub control: Control,
}

/// What Secrets Manager says of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// When it was marked for deletion.
    pub deleted_at: Option<Timestamp>,
    /// Whether Secrets Manager rotates it.
    pub rotation_enabled: bool,
    /// When it was rotated last, if it says so: also where the rotation left no value.
    pub rotated_at: Option<Timestamp>,
    /// When it is to be rotated next.
    pub next_rotation_at: Option<Timestamp>,
    /// A version of a rotation that has not ended.
    pub pending: Option<Pending>,
    /// Whether the value before this one is still there.
    pub has_previous: bool,
}

/// A version that is `AWSPENDING` and not `AWSCURRENT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Since when; `None` where these credentials may not list versions.
    pub since: Option<Timestamp>,
}

/// What is known of a value that was read and dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// When this value was made; a rotation that leaves the old value leaves its date.
    pub made_at: Option<Timestamp>,
    /// Whether it is nothing, or white space.
    pub is_empty: bool,
    /// Which of the asked fields are not there.
    pub missing: Vec<String>,
    /// Which of the asked fields are empty.
    pub empty: Vec<String>,
}

impl Kind for ManagedSecret {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "secret",
        asks: "Asks AWS Secrets Manager to describe a secret and for its value, and about a secret that can't exist. \
               The value is looked at where it arrives, and dropped.",
        pass_means: "Secrets Manager itself answered (it names the secret), these credentials may describe and read \
                     it, it has a value with every asked field, it is not being deleted, its value is not older than \
                     the policy allows, no rotation is stuck, and a secret that can't exist is refused.",
        blind_to: "Whether the value works: whether a database takes the password. A rotation that wrote the same \
                   value again. Whether the value before this one was revoked when its grace period ended. What the \
                   application holds, which may be older.",
        options: &[
            OptionDoc::new("name", "required", "The secret's name or ARN."),
            OptionDoc::new("region", "none", "The region; the profile's or the environment's unless given."),
            OptionDoc::new("profile", "none", "The profile whose credentials ask; as the AWS tools do unless given."),
            OptionDoc::new("endpoint", "none", "Another endpoint, as a URL."),
            OptionDoc::new("fields", "[]", "Fields of its JSON object that have to be there and not empty."),
            OptionDoc::new(
                "key_type",
                "none",
                "What it is, which says how many days old its value may be: `jwt_secret` (30), `api_key` (90), \
                 `encryption_key` (180), `signing_key` (60), `database_password` (90), `s3_key` (90).",
            ),
            OptionDoc::new(
                "max_age_days",
                "none",
                "How old its value may be, in days; goes before `key_type`. Without either, only the date that \
                 Secrets Manager has for the next rotation counts.",
            ),
            OptionDoc::new(
                "grace_days",
                "7",
                "How long the value before this one stays good after a rotation, in days; shown, not judged.",
            ),
            OptionDoc::new("pending_max_s", "3600", "How long a rotation may be under way, in seconds."),
        ],
        reasons: &[
            reasons::NOT_FOUND,
            reasons::DELETED,
            ("no_value", "It is there, and has no current value."),
            ("empty", "Its value is empty."),
            ("field_missing", "Its value has not got a field that it has to have."),
            ("field_empty", "A field of its value is empty."),
            reasons::KMS,
            ("rotation_overdue", "Its value is older than the policy or its own rotation allows."),
            ("rotation_stuck", "A rotation has begun and not ended."),
            ("pending_age_unknown", "A rotation is under way; since when can't be seen."),
            ("age_unknown", "Its value has no date, and its age is to be judged."),
            ("permission_describe", "It can be read; these credentials may not describe it."),
            ("permission_read", "It is there; these credentials may not read its value."),
            ("control_unclear", "Whether a secret that can't exist is refused is not clear."),
            reasons::PERMISSION,
            reasons::EXPIRED,
            reasons::CREDENTIALS,
            reasons::NO_CREDENTIALS,
            reasons::CLOCK,
            reasons::REGION,
            reasons::THROTTLED,
            reasons::SERVER_ERROR,
            reasons::NOT_AWS,
            reasons::TIMEOUT,
            reasons::DROPPED,
            reasons::TLS,
            reasons::NO_CONNECTION,
            reasons::NOT_ASKED,
        ],
        every: Duration::from_mins(5),
        timeout: Duration::from_secs(10),
        half_life: Duration::from_mins(15),
    };

    fn claim(&self) -> String {
        format!("the secret {} can be read, and its rotation is in order", line(&self.name))
    }

    fn credential(&self) -> String {
        aws::credential(self.profile.as_deref())
    }

    #[cfg(feature = "aws")]
    async fn observe(&self, _at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        // The SDK's futures are large.
        Box::pin(look::look(self, deadline)).await
    }

    #[cfg(not(feature = "aws"))]
    async fn observe(&self, _at: &Place, _deadline: Instant) -> Result<Seen, ProbeError> {
        Err(super::not_built("aws"))
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}
