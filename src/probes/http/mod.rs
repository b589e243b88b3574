//! Asks a route, and a path that must not exist.

mod expiry;
mod look;
mod reasons;
mod secure;
mod verdict;

#[cfg(test)]
mod tests;

use super::net::TlsFault;
use super::tls::Certificate;
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// The most that is read of a body, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// Asks a route, and a path that must not exist.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// `http://` or `https://`.
    pub url: String,
    /// The status that counts.
    #[serde(default = "default_status")]
    pub status: u16,
    /// The body has to contain this.
    pub must_contain: Option<String>,
    /// The body must not contain this.
    pub must_not_contain: Option<String>,
    /// Also ask a random path, which has to be refused; on unless turned off with a reason.
    #[serde(default = "default_control")]
    pub negative_control: bool,
    /// Whether an empty body is as good as any.
    #[serde(default)]
    pub allow_empty: bool,
    /// A CA file to trust besides the system's.
    pub ca: Option<std::path::PathBuf>,
    /// A certificate that ends within this many days warns.
    #[serde(default = "default_warn_days")]
    pub warn_days: u32,
    /// An answer slower than this warns, in milliseconds.
    pub warn_ms: Option<u64>,
}

fn default_status() -> u16 {
    200
}

fn default_control() -> bool {
    true
}

fn default_warn_days() -> u32 {
    21
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// A whole answer, or one that was cut at the size limit.
    Answered(Answer),
    /// The host is there, and nothing listens.
    Refused,
    /// Accepts connections; no whole answer in time.
    Silent {
        /// The status, if at least that came.
        status: Option<u16>,
    },
    /// The connection ended before the answer did.
    CutShort {
        /// The status, if at least that came.
        status: Option<u16>,
        /// The bytes of the body that came.
        bytes: u64,
    },
    /// TLS did not come about.
    Tls {
        /// What is wrong with it.
        fault: TlsFault,
        /// The certificate that was shown, if that came.
        certificate: Option<Certificate>,
        /// What time the server has, where the certificate does not count now.
        peer_clock: Option<Timestamp>,
    },
    /// The server wants a certificate of its clients.
    WantsCertificate,
    /// What answered does not speak HTTP.
    NotHttp,
}

/// An answer, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// From the question to the end of the body, in milliseconds.
    pub took_ms: u64,
    /// The bytes of the body that were read.
    pub bytes: u64,
    /// Whether that was all of it.
    pub is_whole: bool,
    /// The start of the SHA-256 of what was read, where it is not empty: enough to see the same page again.
    #[serde(default)]
    pub body_digest: Option<String>,
    /// Whether the body holds what it must; `None` where nothing is asked of it.
    pub contains: Option<bool>,
    /// Whether the body holds what it must not; `None` where nothing is asked of it.
    pub contains_forbidden: Option<bool>,
    /// Where it redirects to, without query and fragment; never followed.
    pub redirect: Option<String>,
    /// The answer's age in a cache, in seconds.
    pub age_s: Option<u64>,
    /// Whether a header says that a cache answered.
    pub cache_hit: bool,
    /// Asked for a path that can't be there.
    pub control: Control,
    /// What that answered.
    pub control_status: Option<u16>,
    /// Whether that answered with the same bytes.
    pub control_is_identical: bool,
    /// Whether that is the very URL that was asked.
    #[serde(default)]
    pub leads: Leads,
    /// The server's certificate.
    #[serde(default)]
    pub certificate: Option<Certificate>,
    /// What time the server had when the look ended.
    #[serde(default)]
    pub peer_clock: Option<Timestamp>,
}

/// Where a redirect leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leads {
    /// To another URL, or there is none.
    #[default]
    Elsewhere,
    /// To where it stands.
    ToItself,
}

impl Kind for Http {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "http",
        asks: "Asks a route by GET, directly and without following redirects, and asks the same server for a random \
               path.",
        pass_means: "The route answered with the status and the text it has to have, whole, in time and not from a \
                     cache, over TLS that holds for some weeks yet, and the server does not answer the same for a path \
                     that can't be there.",
        blind_to: "Everything behind the route that it does not touch: a health route answers while the application \
                   is unusable. Whether a certificate was revoked.",
        options: &[
            OptionDoc::new(
                "url",
                "required",
                "`http://` or `https://`. What stands in user, password or query is not shown.",
            ),
            OptionDoc::new("status", "200", "The status that counts."),
            OptionDoc::new("must_contain", "none", "The body has to contain this, in its first 64 KiB."),
            OptionDoc::new("must_not_contain", "none", "The body must not contain this."),
            OptionDoc::new(
                "negative_control",
                "true",
                "Also ask a random path, which has to be refused; on unless turned off with a reason.",
            ),
            OptionDoc::new("allow_empty", "false", "Whether an empty body is as good as any."),
            OptionDoc::new("ca", "none", "A CA file to trust besides the system's."),
            OptionDoc::new("warn_days", "21", "A certificate that ends within this many days warns."),
            OptionDoc::new("warn_ms", "none", "An answer slower than this warns, in milliseconds."),
        ],
        reasons: reasons::REASONS,
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(10),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        let text = match &self.must_contain {
            Some(text) => format!(" with \"{}\" in it", line(text)),
            None => String::new(),
        };
        format!("{} answers {}{text}", self.shown(), self.status)
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(self, at, deadline).await
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}

impl Http {
    /// The URL as it may be shown: no user, password, query or fragment.
    fn shown(&self) -> String {
        match reqwest::Url::parse(&self.url) {
            Ok(url) => look::shown(&url),
            Err(_) => "the URL".to_owned(),
        }
    }
}
