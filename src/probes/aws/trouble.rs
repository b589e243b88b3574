//! Why AWS did not answer a question, and what that says.

use crate::evidence::{Unknown, Verdict};
use crate::guard::line;
use crate::probes::Judgement;
use crate::probes::net::TlsFault;
use serde::{Deserialize, Serialize};

/// Why AWS did not answer a question. No word of the answer is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// AWS knows nothing of that name, or no current value of it.
    Absent,
    /// The secret is being deleted.
    BeingDeleted,
    /// The key that it is encrypted with can't be used.
    Kms,
    /// These credentials may not ask this.
    Denied,
    /// These credentials have expired.
    Expired,
    /// AWS does not know these credentials.
    Credentials,
    /// This host's clock is too far off for a signature.
    Clock,
    /// It is in another region, which AWS may have named.
    Region(Option<String>),
    /// Too many questions.
    Throttled,
    /// AWS failed on its side, with this status.
    ServerError(u16),
    /// What answered is not AWS; the status, if it was HTTP.
    NotAws(Option<u16>),
    /// A connection, and no answer in time.
    TimedOut,
    /// A connection that ended before the answer.
    Dropped,
    /// No TLS.
    Tls(TlsFault),
    /// No connection: no name, no way, nothing that listens.
    NoConnection,
    /// The question can't be asked: a name or an endpoint that makes no sense.
    NotAsked,
}

/// The ids and what they say, as rows of a kind's `reasons`.
pub(in crate::probes) mod reasons {
    type Row = (&'static str, &'static str);

    pub(in crate::probes) const NOT_FOUND: Row = ("not_found", "AWS has nothing of that name.");
    pub(in crate::probes) const DELETED: Row = ("deleted", "It is being deleted.");
    pub(in crate::probes) const KMS: Row = ("kms", "The KMS key that it is encrypted with can't be used.");
    pub(in crate::probes) const PERMISSION: Row = ("permission", "These credentials may not ask.");
    pub(in crate::probes) const EXPIRED: Row = ("credentials_expired", "These credentials have expired.");
    pub(in crate::probes) const CREDENTIALS: Row = ("credentials", "AWS does not know these credentials.");
    pub(in crate::probes) const NO_CREDENTIALS: Row = ("no_credentials", "This host has no credentials, or gets none.");
    pub(in crate::probes) const CLOCK: Row =
        ("clock", "This host's clock is off: AWS refuses its signatures, or what it made is of the future.");
    pub(in crate::probes) const REGION: Row = ("region", "It is in another region, or no region is configured.");
    pub(in crate::probes) const THROTTLED: Row = ("throttled", "AWS throttles.");
    pub(in crate::probes) const SERVER_ERROR: Row = ("server_error", "AWS failed on its side.");
    pub(in crate::probes) const NOT_AWS: Row =
        ("not_aws", "What answers is not AWS: a proxy, a portal, a wrong endpoint.");
    pub(in crate::probes) const TIMEOUT: Row = ("timeout", "It takes connections and does not answer.");
    pub(in crate::probes) const DROPPED: Row =
        ("dropped", "It takes connections and drops them before it has answered.");
    pub(in crate::probes) const TLS: Row = ("tls", "No TLS: a proxy in between, or a wrong endpoint.");
    pub(in crate::probes) const NO_CONNECTION: Row = ("no_connection", "No connection from this host.");
    pub(in crate::probes) const NOT_ASKED: Row = ("not_asked", "A name or an endpoint that can't be asked.");
}

impl Trouble {
    /// What it says of a thing (`the bucket x`), asked by someone (`AWS profile y`).
    pub(in crate::probes) fn judgement(&self, what: &str, who: &str) -> Judgement {
        let (verdict, (reason, _), summary) = self.weigh(what, who);
        let judgement = Judgement::new(verdict, summary).reason(reason);
        match self.hint() {
            Some(hint) => judgement.hint(hint),
            None => judgement,
        }
    }

    fn weigh(&self, what: &str, who: &str) -> (Verdict, (&'static str, &'static str), String) {
        let unknown = Verdict::Unknown;
        match self {
            Self::Absent => (Verdict::Fail, reasons::NOT_FOUND, format!("AWS has no {what}")),
            Self::BeingDeleted => (Verdict::Fail, reasons::DELETED, format!("the {what} is being deleted")),
            Self::Kms => (Verdict::Fail, reasons::KMS, format!("AWS can't decrypt the {what}: its KMS key")),
            Self::Denied => {
                (unknown(Unknown::Denied), reasons::PERMISSION, format!("{who} may not ask for the {what}"))
            }
            Self::Expired => (unknown(Unknown::Denied), reasons::EXPIRED, format!("{who}: they have expired")),
            Self::Credentials => {
                (unknown(Unknown::Denied), reasons::CREDENTIALS, format!("{who}: AWS does not know them"))
            }
            Self::Clock => {
                let summary = "this host's clock is off: AWS refuses what it signs".to_owned();
                (unknown(Unknown::Denied), reasons::CLOCK, summary)
            }
            Self::Region(region) => {
                let at = region.as_deref().map_or_else(
                    || "in another region, or behind a redirect".to_owned(),
                    |region| format!("in {}", line(region)),
                );
                (
                    unknown(Unknown::NotConfigured),
                    reasons::REGION,
                    format!("the {what} is {at}: it was asked for elsewhere"),
                )
            }
            Self::Throttled => {
                (unknown(Unknown::Denied), reasons::THROTTLED, "AWS throttles: too many questions".to_owned())
            }
            Self::ServerError(status) => {
                (Verdict::Fail, reasons::SERVER_ERROR, format!("AWS failed on its side (status {status})"))
            }
            Self::NotAws(Some(status)) => {
                (unknown(Unknown::Garbled), reasons::NOT_AWS, format!("what answers is not AWS (status {status})"))
            }
            Self::NotAws(None) => (unknown(Unknown::Garbled), reasons::NOT_AWS, "what answers is not AWS".to_owned()),
            Self::TimedOut => (Verdict::Fail, reasons::TIMEOUT, "AWS takes connections and does not answer".to_owned()),
            Self::Dropped => {
                (Verdict::Fail, reasons::DROPPED, "AWS drops connections before it has answered".to_owned())
            }
            Self::Tls(fault) => {
                (unknown(Unknown::Unreachable), reasons::TLS, format!("no TLS to AWS: {}", fault.word()))
            }
            Self::NoConnection => (
                unknown(Unknown::Unreachable),
                reasons::NO_CONNECTION,
                "no connection to AWS from this host".to_owned(),
            ),
            Self::NotAsked => (
                unknown(Unknown::NotConfigured),
                reasons::NOT_ASKED,
                format!("the {what} can't be asked for: its name or the endpoint makes no sense"),
            ),
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Denied | Self::Expired | Self::Credentials => Some("aws sts get-caller-identity"),
            Self::Clock => Some("chronyc tracking; timedatectl"),
            Self::ServerError(_) | Self::TimedOut => Some("https://health.aws.amazon.com"),
            Self::NotAws(_) | Self::Tls(_) | Self::NoConnection | Self::Dropped => {
                Some("is a proxy in between? env | cut -d= -f1 | grep -i proxy")
            }
            _ => None,
        }
    }
}
