//! An incoming webhook as Slack has it, and those who took it over. Its URL is a secret: whoever has it can post. So no
//! message names more of it than the host, and what the other side says is passed on only where it is a plain word.

use crate::guard::{Secret, line};
use crate::probes::web;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// The most that is read of an answer, in bytes; the right one has two.
const BODY_LIMIT: usize = 4 * 1024;

/// The most characters of a text: Slack cuts longer ones.
const TEXT_LIMIT: usize = 16_000;

/// How often a post is tried.
const TRIES: u32 = 4;

/// The pause before the second try; the later ones are longer.
const PAUSE: Duration = Duration::from_millis(500);

/// Why people were not told. One line; it holds neither the URL nor a foreign text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// There is no such place to post to.
    #[error("[notify.webhook] is not right: {0}")]
    NotConfigured(String),
    /// The text is larger than a message can be.
    #[error("the message has {0} characters, {TEXT_LIMIT} fit")]
    TooLong(usize),
    /// Nobody could be reached, in all tries.
    #[error("the webhook at {host} can't be reached: {why}")]
    Unreachable {
        /// The host.
        host: String,
        /// What happened.
        why: String,
    },
    /// The time was up before it was known whether it was taken.
    #[error("the webhook at {host} did not answer in time; whether the message was taken is not known")]
    Late {
        /// The host.
        host: String,
    },
    /// It was reached, and did not take it.
    #[error("the webhook at {host} did not take the message: HTTP {status}{says}")]
    Refused {
        /// The host.
        host: String,
        /// The status. 200 is no success where the answer is not `ok`.
        status: u16,
        /// Its word, where it is a plain one; empty otherwise.
        says: String,
    },
}

/// What one try came to.
enum Tried {
    Taken,
    /// It may be tried again, after a while that the other side may have named.
    Again(NotifyError, Option<Duration>),
    Failed(NotifyError),
}

/// A place to post to.
pub struct Webhook {
    url: Url,
    host: String,
    client: Client,
    timeout: Duration,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Webhook {
    /// The webhook of this URL. `ca` is an authority that is trusted besides the system's; `timeout` is for a post with
    /// all its tries.
    pub async fn new(url: &Secret, ca: Option<PathBuf>, timeout: Duration) -> Result<Self, NotifyError> {
        let wrong = |what: &str| NotifyError::NotConfigured(what.to_owned());
        let url = std::str::from_utf8(url.expose()).ok().and_then(|text| Url::parse(text.trim()).ok());
        let url = url.ok_or_else(|| wrong("its url is no address"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(wrong("its url is neither an http:// nor an https:// address"));
        }
        let client = web::client(&url, ca).await.map_err(|error| NotifyError::NotConfigured(error.message))?;
        let host = line(url.host_str().unwrap_or_default()).into_owned();
        Ok(Self { url, host, client, timeout })
    }

    /// Posts a text. It was taken when the answer is 200 with the word `ok`, and not before. Tried again where it
    /// surely was not taken and may be later: nobody reached, 429, 5xx.
    pub async fn post(&self, text: &str) -> Result<(), NotifyError> {
        let characters = text.chars().count();
        if characters > TEXT_LIMIT {
            return Err(NotifyError::TooLong(characters));
        }
        let body = serde_json::json!({ "text": escaped(text) }).to_string();
        let deadline = Instant::now() + self.timeout;
        let mut pause = PAUSE;
        for tried in 1.. {
            let (error, asked) = match self.try_once(&body, deadline).await {
                Tried::Taken => return Ok(()),
                Tried::Failed(error) => return Err(error),
                Tried::Again(error, asked) => (error, asked),
            };
            let wait = asked.unwrap_or(pause).max(pause);
            if tried == TRIES || Instant::now() + wait >= deadline {
                return Err(error);
            }
            sleep(wait).await;
            pause *= 2;
        }
        Err(NotifyError::Late { host: self.host.clone() })
    }

    async fn try_once(&self, body: &str, deadline: Instant) -> Tried {
        let late = || NotifyError::Late { host: self.host.clone() };
        let post = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body.to_owned());
        let response = match timeout_at(deadline, post.send()).await {
            Err(_) => return Tried::Failed(late()),
            Ok(Err(error)) => return self.unreached(&error),
            Ok(Ok(response)) => response,
        };
        let status = response.status().as_u16();
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let Ok(said) = timeout_at(deadline, read(response)).await else { return Tried::Failed(late()) };
        if status == 200 && said.trim() == "ok" {
            return Tried::Taken;
        }
        let refused = NotifyError::Refused { host: self.host.clone(), status, says: word(&said) };
        match status {
            429 | 500..=599 => Tried::Again(refused, asked.map(Duration::from_secs)),
            _ => Tried::Failed(refused),
        }
    }

    /// An error's own text names the URL; only what kind it is may be said.
    fn unreached(&self, error: &reqwest::Error) -> Tried {
        let why = if error.is_connect() { "no connection, or its TLS does not hold" } else { "the connection broke" };
        let host = self.host.clone();
        let unreachable = NotifyError::Unreachable { host, why: why.to_owned() };
        if error.is_connect() { Tried::Again(unreachable, None) } else { Tried::Failed(unreachable) }
    }
}

/// The beginning of an answer.
async fn read(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk[..chunk.len().min(BODY_LIMIT - body.len())]);
        if body.len() == BODY_LIMIT {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// `: channel_is_archived` and the like. Anything else could repeat the URL.
fn word(said: &str) -> String {
    let said = said.trim();
    let is_plain = (1..=40).contains(&said.len()) && said.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_plain { format!(": {said}") } else { String::new() }
}

/// The three characters that Slack's texts give a meaning to.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
