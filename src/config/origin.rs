//! Where a setting comes from. A later layer wins; what nobody set is the default.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A layer of the configuration, weakest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The machine's file, `/etc/readback/readback.toml`.
    System(PathBuf),
    /// The user's file, under the XDG configuration folder.
    User(PathBuf),
    /// The stack's own `readback.toml`.
    Stack(PathBuf),
    /// A variable of the environment, by its name.
    Environment(String),
    /// A flag of the command line, by its name.
    Flag(String),
}

impl Origin {
    /// Whether its text is a file that a person edits, so that a line and a column mean something.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::System(_) | Self::User(_) | Self::Stack(_))
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::System(path) | Self::User(path) | Self::Stack(path) => {
                f.write_str(&crate::guard::line(&path.to_string_lossy()))
            }
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// The origin of every value that was set, by its dotted key (`store.url`); a probe or a secret is one
/// value, by its id (`probe.web-health`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, Origin>);

impl Origins {
    /// Where the value of a key comes from.
    pub fn of(&self, key: &str) -> &Origin {
        self.0.get(key).unwrap_or(&Origin::Default)
    }

    /// Every value that was set, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.0.iter().map(|(key, origin)| (key.as_str(), origin))
    }

    /// Notes the origin of a value.
    pub(super) fn note(&mut self, key: String, origin: Origin) {
        self.0.insert(key, origin);
    }
}
