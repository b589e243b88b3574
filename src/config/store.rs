//! Where the console's memory is, without a password in the file or in a message.

use super::ConfigError;
use crate::guard::Secret;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::path::Path;

/// `[store]`: where what the console knows is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// `sqlite:` (a file of the stack under the XDG state folder), `sqlite:PATH` (relative to the stack),
    /// `postgres://…` or `memory:`. `$NAME` and `${NAME}` take a variable of the environment.
    pub url: StoreUrl,
    /// The variable of the environment that holds the password of a `postgres://` URL.
    pub password_env: Option<String>,
}

/// The URL of a store. It may carry a password, so it is shown only by [`StoreUrl::redacted`].
#[derive(Clone)]
pub struct StoreUrl(Secret);

impl StoreUrl {
    /// The URL itself, to be handed to the store and to nobody else.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(self.0.expose()).unwrap_or("")
    }

    /// Whether the store is a file of this machine or memory, rather than a server that others use.
    pub fn is_embedded(&self) -> bool {
        !self.expose().starts_with("postgres")
    }

    /// The URL as it may be shown: of a server only the scheme, the host and the database.
    pub fn redacted(&self) -> String {
        let url = self.expose();
        let Some((scheme, rest)) = url.split_once("://") else { return crate::guard::line(url).into_owned() };
        let rest = rest.split(['?', '#']).next().unwrap_or("");
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{}", crate::guard::line(host))
    }
}

impl Default for StoreUrl {
    fn default() -> Self {
        Self(Secret::new("sqlite:"))
    }
}

impl PartialEq for StoreUrl {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

impl Eq for StoreUrl {}

impl std::fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoreUrl({})", self.redacted())
    }
}

impl<'de> Deserialize<'de> for StoreUrl {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let url = String::deserialize(from)?;
        let known = url.starts_with("sqlite:") || url == "memory:";
        if known || ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            Ok(Self(Secret::from(url)))
        } else {
            Err(D::Error::custom("not a store; use sqlite:, sqlite:PATH, postgres://… or memory:"))
        }
    }
}

impl StoreSettings {
    /// The URL to open: variables filled in, the default file and relative paths made whole.
    /// `variable` reads the environment, `root` is the stack's folder, `default_file` is where the stack's
    /// own file stands unless told otherwise ([`super::default_store`]).
    pub fn resolve(
        &self,
        variable: impl Fn(&str) -> Option<String>,
        root: &Path,
        default_file: &Path,
    ) -> Result<StoreUrl, ConfigError> {
        let url = self.url.expose();
        let resolved = match url.strip_prefix("sqlite:") {
            Some("") => format!("sqlite:{}", default_file.display()),
            Some(path) if path.starts_with(":memory:") || path.starts_with("//") => url.to_owned(),
            Some(path) => format!("sqlite:{}", root.join(fill(path, &variable, str::to_owned)?).display()),
            None => self.with_password(fill(url, &variable, percent)?, &variable)?,
        };
        Ok(StoreUrl(Secret::from(resolved)))
    }

    /// Puts the password of `password_env` behind the role's name.
    fn with_password(&self, url: String, variable: impl Fn(&str) -> Option<String>) -> Result<String, ConfigError> {
        let Some(name) = &self.password_env else { return Ok(url) };
        let password = variable(name).ok_or_else(|| unset(name))?;
        let (Some((scheme, rest)), true) = (url.split_once("://"), url.starts_with("postgres")) else {
            return Ok(url);
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        match authority.rsplit_once('@') {
            Some((user, host)) if !user.contains(':') => {
                let tail = &rest[authority.len()..];
                Ok(format!("{scheme}://{user}:{}@{host}{tail}", percent(&password)))
            }
            _ => {
                let message =
                    "store.password_env needs a URL with a role and no password: postgres://ROLE@HOST/DATABASE";
                Err(ConfigError::whole("readback.toml", message))
            }
        }
    }
}

fn unset(name: &str) -> ConfigError {
    let name = crate::guard::line(name);
    ConfigError::whole("readback.toml", format!("a URL needs the variable {name}, which is not set; export it first"))
}

/// Replaces `$NAME` and `${NAME}` by the variable's value, written as `how` says. A `$` with no name
/// behind it stays.
pub(super) fn fill(
    text: &str,
    variable: impl Fn(&str) -> Option<String>,
    how: impl Fn(&str) -> String,
) -> Result<String, ConfigError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (braced, body) = after.strip_prefix('{').map_or((false, after), |body| (true, body));
        let end = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(body.len());
        let (name, tail) = body.split_at(end);
        let closed = if braced { tail.strip_prefix('}') } else { Some(tail) };
        match closed {
            Some(tail) if !name.is_empty() => {
                out.push_str(&how(&variable(name).ok_or_else(|| unset(name))?));
                rest = tail;
            }
            _ => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Percent-encodes what must not stand as it is in a URL.
fn percent(value: &str) -> String {
    use std::fmt::Write;
    value.bytes().fold(String::with_capacity(value.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn settings(url: &str, password_env: Option<&str>) -> StoreSettings {
        StoreSettings { url: StoreUrl(Secret::new(url)), password_env: password_env.map(str::to_owned) }
    }

    fn resolve(settings: &StoreSettings) -> Result<String, String> {
        let variable = |name: &str| (name == "DB_PW").then(|| "p@ss/word".to_owned());
        settings
            .resolve(variable, Path::new("/stack"), Path::new("/state/x.db"))
            .map(|url| url.expose().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_sqlite_url_is_made_whole() {
        assert_eq!(resolve(&settings("sqlite:", None)).as_deref(), Ok("sqlite:/state/x.db"));
        assert_eq!(resolve(&settings("sqlite:a/b.db", None)).as_deref(), Ok("sqlite:/stack/a/b.db"));
        assert_eq!(resolve(&settings("sqlite:/abs/b.db", None)).as_deref(), Ok("sqlite:/abs/b.db"));
        assert_eq!(resolve(&settings("memory:", None)).as_deref(), Ok("memory:"));
    }

    #[test]
    fn a_password_comes_from_the_environment_and_is_encoded() {
        let whole = "postgres://rb:p%40ss%2Fword@db.example/readback?sslmode=require";
        for url in ["$DB_PW", "${DB_PW}"] {
            let url = format!("postgres://rb:{url}@db.example/readback?sslmode=require");
            assert_eq!(resolve(&settings(&url, None)).as_deref(), Ok(whole));
        }
        let bare = settings("postgres://rb@db.example/readback?sslmode=require", Some("DB_PW"));
        assert_eq!(resolve(&bare).as_deref(), Ok(whole));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let said = resolve(&settings("postgres://rb@h/d", Some("NOPE"))).unwrap_err();
        assert!(said.contains("the variable NOPE, which is not set"), "{said}");
        assert!(resolve(&settings("postgres://rb:${OTHER}@h/d", None)).is_err());
    }

    #[test]
    fn neither_debug_nor_the_redacted_form_shows_a_password() {
        let url = settings("postgres://rb:canary@db.example:5432/readback?password=canary", None);
        assert_eq!(url.url.redacted(), "postgres://db.example:5432/readback");
        assert!(!format!("{url:?}").contains("canary"));
        assert!(!url.url.is_embedded());
    }
}
