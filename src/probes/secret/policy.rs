//! The rotation policy: how old a value may be, by what it is.

use super::{Described, ManagedSecret, Read};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyType {
    /// Signs or checks JSON Web Tokens.
    JwtSecret,
    /// A key to somebody's API.
    ApiKey,
    /// Encrypts data.
    EncryptionKey,
    /// Signs data.
    SigningKey,
    /// A database's password.
    DatabasePassword,
    /// An access key to S3.
    S3Key,
}

impl KeyType {
    /// After how many days it has to be rotated.
    pub fn days(self) -> u32 {
        match self {
            Self::JwtSecret => 30,
            Self::SigningKey => 60,
            Self::ApiKey | Self::DatabasePassword | Self::S3Key => 90,
            Self::EncryptionKey => 180,
        }
    }
}

/// That many days later.
fn after(at: Timestamp, days: u32) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
}

impl ManagedSecret {
    /// After how many days the policy wants another value.
    pub(super) fn max_age(&self) -> Option<u32> {
        self.max_age_days.or(self.key_type.map(KeyType::days))
    }

    /// When the value has to be another one: by the policy or by its own rotation, whichever is first.
    pub(super) fn due(&self, described: &Described, read: &Read) -> Option<Timestamp> {
        let by_policy = self.max_age().and_then(|days| after(read.made_at?, days));
        let by_itself = described.next_rotation_at.filter(|_| described.rotation_enabled);
        by_policy.into_iter().chain(by_itself).min()
    }

    /// Until when the value before this one is good.
    pub(super) fn grace_end(&self, described: &Described, read: &Read) -> Option<Timestamp> {
        after(read.made_at.filter(|_| described.has_previous)?, self.grace_days)
    }
}
