//! Asks S3 for a bucket and counts its objects: a bucket that lost them is there, and answers.

#[cfg(feature = "aws")]
mod look;
#[cfg(feature = "aws")]
mod peak;
mod verdict;

#[cfg(test)]
mod tests;

use super::aws::{self, Trouble, reasons};
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// Asks S3 for a bucket and counts its objects.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// The bucket's name.
    pub bucket: String,
    /// Only objects whose keys begin so.
    #[serde(default)]
    pub prefix: String,
    /// The region, unless the profile or the environment names one.
    pub region: Option<String>,
    /// The profile, unless the environment names one.
    pub profile: Option<String>,
    /// Another endpoint.
    pub endpoint: Option<String>,
    /// Whether the bucket stands in the path rather than in the host name.
    #[serde(default)]
    pub force_path_style: bool,
    /// How many objects there have to be.
    #[serde(default = "default_min_objects")]
    pub min_objects: u64,
    /// How many objects there usually are.
    pub expect_objects: Option<u64>,
    /// How many of the expected or of the most objects seen may be gone, in percent.
    #[serde(default = "default_drop_percent")]
    pub allow_drop_percent: u8,
    /// How many objects are counted at most.
    #[serde(default = "default_max_objects")]
    pub max_objects: u64,
    /// How old the newest object may be, in seconds.
    pub newest_max_age_s: Option<u64>,
    /// How large the newest object has to be, in bytes.
    pub newest_min_bytes: Option<u64>,
    /// The most objects that this process has counted.
    #[cfg(feature = "aws")]
    #[serde(skip)]
    peak: peak::Peak,
}

fn default_min_objects() -> u64 {
    1
}

fn default_drop_percent() -> u8 {
    10
}

fn default_max_objects() -> u64 {
    10_000
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The bucket can't be asked, or its objects can't be listed at all.
    Failed(Trouble),
    /// It answered.
    Answered(Bucket),
}

/// A bucket that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its region, which only S3 names.
    pub region: String,
    /// A bucket that can't exist.
    pub control: Control,
    /// How long `HeadBucket` took, in milliseconds.
    pub head_ms: u64,
    /// What was counted.
    pub listing: Listing,
    /// The most objects that this process had counted before.
    pub peak: Option<u64>,
}

/// Objects that were counted; the markers of folders (empty, with a key that ends in `/`) are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// How many.
    pub objects: u64,
    /// How the counting ended.
    pub end: End,
    /// The newest of those counted.
    pub newest: Option<Object>,
}

/// How a listing ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// All are counted.
    Complete,
    /// There are more than are counted.
    Bounded,
    /// It broke: there may be more.
    Broken(Trouble),
}

/// An object, without its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// When it was written, by the clock of S3.
    pub at: Timestamp,
    /// Its size.
    pub bytes: u64,
}

impl S3 {
    fn asks_newest(&self) -> bool {
        self.newest_max_age_s.is_some() || self.newest_min_bytes.is_some()
    }

    fn shown(&self) -> String {
        match line(&self.prefix) {
            prefix if prefix.is_empty() => format!("bucket {}", line(&self.bucket)),
            prefix => format!("bucket {}, prefix {prefix}", line(&self.bucket)),
        }
    }
}

impl Kind for S3 {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "s3",
        asks: "Asks S3 for a bucket (HeadBucket), counts its objects (ListObjectsV2, up to a bound), and asks for a \
               bucket that can't exist.",
        pass_means: "S3 itself answered (it names the bucket's region), these credentials may list the bucket, it \
                     holds as many objects as it has to, not many fewer than expected or than this process has seen, \
                     the newest is new enough and large enough where that is asked, and a bucket that can't exist is \
                     refused.",
        blind_to: "What is in the objects, and whether they can be read or written. A loss of objects from before this \
                   process: `expect_objects` is compared with always, the most objects seen only as long as the \
                   console or the watcher runs, and never by `readback check`. Objects that were replaced. A store \
                   that names no region for a bucket is not taken for S3.",
        options: &[
            OptionDoc::new("bucket", "required", "The bucket's name."),
            OptionDoc::new("prefix", "\"\"", "Only objects whose keys begin so."),
            OptionDoc::new("region", "none", "The region; the profile's or the environment's unless given."),
            OptionDoc::new("profile", "none", "The profile whose credentials ask; as the AWS tools do unless given."),
            OptionDoc::new("endpoint", "none", "Another endpoint, as a URL."),
            OptionDoc::new(
                "force_path_style",
                "false",
                "Whether the bucket stands in the path rather than in the host name, as other makers' stores want it.",
            ),
            OptionDoc::new("min_objects", "1", "How many objects there have to be; 0 allows an empty bucket."),
            OptionDoc::new("expect_objects", "none", "How many objects there usually are."),
            OptionDoc::new(
                "allow_drop_percent",
                "10",
                "How many of `expect_objects`, and of the most objects that this process has counted, may be gone, in \
                 percent; 100 turns the comparison off.",
            ),
            OptionDoc::new(
                "max_objects",
                "10000",
                "How many objects are counted at most, a thousand by each question. Where that is too few to say \
                 whether enough are there, or which is the newest, the answer is unknown.",
            ),
            OptionDoc::new("newest_max_age_s", "none", "How old the newest object may be, in seconds."),
            OptionDoc::new(
                "newest_min_bytes",
                "none",
                "How large the newest object has to be, in bytes; 1 with `newest_max_age_s`.",
            ),
        ],
        reasons: &[
            reasons::NOT_FOUND,
            ("empty", "It holds no object."),
            ("too_few", "It holds fewer objects than `min_objects`."),
            ("count_dropped", "It holds many fewer objects than expected, or than this process has seen."),
            ("newest_too_old", "Its newest object is too old."),
            ("newest_too_small", "Its newest object is too small."),
            ("listing_broken", "The listing broke: there may be more objects than were counted."),
            ("count_bounded", "`max_objects` is too small to say."),
            ("control_unclear", "Whether a bucket that can't exist is refused is not clear."),
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
            reasons::DELETED,
            reasons::KMS,
        ],
        every: Duration::from_mins(5),
        timeout: Duration::from_secs(15),
        half_life: Duration::from_mins(15),
    };

    fn claim(&self) -> String {
        format!("the {} can be listed and holds its objects", self.shown())
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
