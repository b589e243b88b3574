//! The way to a Docker Engine, and what can be wrong with it. Error texts of the daemon are dropped:
//! they carry foreign bodies. What counts is the kind of error underneath.

use super::net::io_kind;
use super::{Place, ProbeError};
use crate::evidence::Unknown;
use crate::guard::line;
use bollard::Docker;
use bollard::errors::Error;
use std::future::Future;
use std::io::ErrorKind;
use tokio::time::{Instant, timeout_at};

/// Where Docker listens unless told otherwise.
const USUAL_SOCKET: &str = "unix:///var/run/docker.sock";
/// The library's own timeout, in seconds; the probes' deadline comes long before.
const LIBRARY_TIMEOUT_S: u64 = 60;

/// Why the daemon did not answer a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The socket's file isn't there, or the host has no such name.
    NoSocket,
    /// The socket is there, and nobody listens.
    Refused,
    /// This user may not ask.
    Denied,
    /// A proxy before the socket refuses the question.
    Forbidden,
    /// The connection ended before the answer did.
    Dropped,
    /// The daemon says it failed.
    ServerError(u16),
    /// What was asked for isn't there.
    NotFound,
    /// What answered is no Docker Engine.
    NotDocker,
    /// No answer in time.
    Silent,
    /// The endpoint's kind is not supported.
    BadEndpoint,
}

/// A daemon, with the name it is shown by.
pub(super) struct Engine {
    /// The client.
    pub(super) docker: Docker,
    /// The endpoint, safe to show.
    pub(super) shown: String,
    /// Whether it is a socket of this machine: one that is silent has accepted, for the kernel does.
    pub(super) is_local: bool,
}

impl Engine {
    /// Gets ready to ask: the options' endpoint, else the place's, else the usual socket.
    pub(super) fn open(host: Option<&str>, at: &Place) -> Result<Self, ProbeError> {
        let host = host.or(at.docker_host.as_deref()).unwrap_or(USUAL_SOCKET);
        let shown = line(host).into_owned();
        let version = bollard::API_DEFAULT_VERSION;
        let client = match host.split_once("://") {
            Some(("unix", _)) => Docker::connect_with_unix(host, LIBRARY_TIMEOUT_S, version),
            Some(("tcp" | "http", _)) => Docker::connect_with_http(host, LIBRARY_TIMEOUT_S, version),
            _ => return Err(Trouble::BadEndpoint.error(&shown)),
        };
        let is_local = host.starts_with("unix://");
        match client {
            Ok(docker) => Ok(Self { docker, shown, is_local }),
            Err(error) => Err(Trouble::of(&error).error(&shown)),
        }
    }

    /// What an image sets in the environment of its containers, as `NAME=value`.
    pub(super) async fn image_env(&self, image: &str, deadline: Instant) -> Option<Vec<String>> {
        self.ask(deadline, self.docker.inspect_image(image)).await.ok()?.config?.env
    }

    /// The answer to a question, or what was wrong.
    pub(super) async fn ask<T>(
        &self,
        deadline: Instant,
        question: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Trouble> {
        match timeout_at(deadline, question).await {
            Ok(answer) => answer.map_err(|error| Trouble::of(&error)),
            Err(_) => Err(Trouble::Silent),
        }
    }
}

impl Trouble {
    fn of(error: &Error) -> Self {
        match error {
            Error::SocketNotFoundError(_) => Self::NoSocket,
            Error::UnsupportedURISchemeError { .. } | Error::InvalidURIError { .. } | Error::URLParseError { .. } => {
                Self::BadEndpoint
            }
            Error::RequestTimeoutError => Self::Silent,
            Error::DockerResponseServerError { status_code: 404, .. } => Self::NotFound,
            Error::DockerResponseServerError { status_code: 401 | 403 | 407, .. } => Self::Forbidden,
            Error::DockerResponseServerError { status_code, .. } if *status_code >= 500 => {
                Self::ServerError(*status_code)
            }
            Error::DockerResponseServerError { .. }
            | Error::JsonDataError { .. }
            | Error::JsonSerdeError { .. }
            | Error::StrParseError { .. } => Self::NotDocker,
            other => match io_kind(other) {
                Some(ErrorKind::NotFound | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => {
                    Self::NoSocket
                }
                Some(ErrorKind::PermissionDenied) => Self::Denied,
                Some(ErrorKind::ConnectionRefused) => Self::Refused,
                Some(ErrorKind::TimedOut) => Self::Silent,
                Some(ErrorKind::InvalidData) => Self::NotDocker,
                _ if says(other, "lookup address") => Self::NoSocket,
                _ if says(other, "invalid HTTP") => Self::NotDocker,
                _ => Self::Dropped,
            },
        }
    }

    /// The stable id, as it stands in `docker_reasons`.
    fn id(&self) -> &'static str {
        match self {
            Self::NoSocket => "no_socket",
            Self::Refused => "refused",
            Self::Denied => "permission",
            Self::Forbidden => "forbidden",
            Self::Dropped => "reset",
            Self::ServerError(_) => "server_error",
            Self::NotFound | Self::NotDocker => "not_docker",
            Self::Silent => "timeout",
            Self::BadEndpoint => "bad_endpoint",
        }
    }

    /// As the reason why a probe could not look.
    pub(super) fn error(&self, shown: &str) -> ProbeError {
        let (reason, message, hint) = match self {
            Self::NoSocket => {
                let message = format!("no Docker at {shown}: it isn't installed here, or stands elsewhere");
                (Unknown::Unreachable, message, Some("docker context ls; then set host, or DOCKER_HOST"))
            }
            Self::Refused => {
                (Unknown::Unreachable, format!("nobody listens at {shown}"), Some("systemctl status docker"))
            }
            Self::Denied => {
                let message = format!("this user may not ask Docker at {shown}: not in the group docker");
                (Unknown::Denied, message, Some("id; ls -l /var/run/docker.sock"))
            }
            Self::Forbidden => (Unknown::Denied, format!("a proxy at {shown} does not permit the question"), None),
            Self::Dropped => (Unknown::Unreachable, format!("{shown} ended the connection before it answered"), None),
            Self::ServerError(status) => {
                let hint = Some("journalctl -u docker -n 50");
                (Unknown::Unreachable, format!("the Docker daemon at {shown} failed with status {status}"), hint)
            }
            Self::NotFound => (Unknown::Garbled, format!("{shown} knows no such question"), None),
            Self::NotDocker => (Unknown::Garbled, format!("what answers at {shown} is not a Docker Engine"), None),
            Self::Silent => {
                let hint = Some("systemctl status docker");
                (Unknown::TimedOut, format!("the Docker daemon at {shown} did not answer in time"), hint)
            }
            Self::BadEndpoint => {
                let message = format!("the Docker endpoint {shown} is neither unix:// nor tcp://");
                let hint = "ssh -N -L /tmp/docker.sock:/var/run/docker.sock HOST; then unix:///tmp/docker.sock";
                (Unknown::NotConfigured, message, Some(hint))
            }
        };
        let error = ProbeError::new(reason, message).id(self.id());
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

/// Whether an error, or what caused it, says these words: some causes have no type to tell them by.
fn says(error: &Error, words: &str) -> bool {
    super::net::causes(error).any(|cause| cause.to_string().contains(words))
}
