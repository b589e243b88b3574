//! `[notify]`: where people are told. A webhook's URL is a secret: whoever has it can post.

use super::ConfigError;
use super::store::fill;
use super::value;
use crate::guard::Secret;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;
use std::time::Duration;

/// `[notify]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotifySettings {
    /// `[notify.webhook]`.
    pub webhook: Option<WebhookSettings>,
}

/// `[notify.webhook]`: an incoming webhook as Slack, Mattermost and others have it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Its URL; `$NAME` and `${NAME}` take a variable of the environment. Shown nowhere.
    #[serde(deserialize_with = "url")]
    url: Secret,
    /// An authority to be trusted besides the system's, in PEM.
    pub ca: Option<PathBuf>,
    /// How long a post may take, tries included.
    #[serde(default = "ten_seconds", deserialize_with = "value::duration")]
    pub timeout: Duration,
}

impl WebhookSettings {
    /// The URL to post to, variables filled in.
    pub fn url(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Secret, ConfigError> {
        let url = std::str::from_utf8(self.url.expose()).unwrap_or_default();
        fill(url, variable, str::to_owned).map(Secret::from)
    }
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

fn url<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
    let url = String::deserialize(from)?;
    if ["https://", "http://", "$"].iter().any(|start| url.starts_with(start)) {
        Ok(Secret::from(url))
    } else {
        Err(D::Error::custom("not an address; use https://… or $NAME, a variable of the environment that holds it"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_url_comes_from_a_variable_and_is_shown_nowhere() {
        let settings: WebhookSettings = toml::from_str("url = \"$HOOK\"").unwrap();
        let url = settings.url(|name| (name == "HOOK").then(|| "https://chat.example/not-a-secret".to_owned()));
        assert_eq!(url.unwrap().expose(), b"https://chat.example/not-a-secret");
        assert!(settings.url(|_| None).unwrap_err().to_string().contains("the variable HOOK, which is not set"));
        let settings: WebhookSettings = toml::from_str("url = \"https://chat.example/not-a-secret\"").unwrap();
        assert!(!format!("{settings:?}").contains("not-a-secret"));
        assert!(toml::from_str::<WebhookSettings>("url = \"chat.example/x\"").is_err());
    }
}
