//! What is expected of a stack's configuration; `readback.toml` tunes it.

use super::Severity;
use super::consumers::Reader;
use super::sensitive::{Sensitivity, matches};

/// How long a value has to be, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    /// The key, or a pattern with `*`.
    pub key: String,
    /// Shorter than this is an error; `None`: a later entry says it.
    pub min: Option<usize>,
    /// Shorter than this is worth a note; `None`: a later entry says it.
    pub expected: Option<usize>,
}

/// Another weight for what a rule finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tune {
    /// The rule's id.
    pub id: String,
    /// The keys (patterns with `*`) it is for; empty: all, and what is said of no key.
    pub keys: Vec<String>,
    /// What it counts for; `None`: it is counted among the tuned, with the reason, and nowhere else.
    pub severity: Option<Severity>,
    /// Why, on one line, safe for a terminal.
    pub reason: String,
}

impl Tune {
    /// Whether it is for a finding.
    pub fn is_for(&self, id: &str, key: Option<&str>) -> bool {
        let is_named = |key: &str| self.keys.iter().any(|pattern| matches(pattern, key));
        self.id == id && (self.keys.is_empty() || key.is_some_and(is_named))
    }
}

/// How the application's own configuration meets the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shadowing {
    /// An option in the file beats the environment.
    #[default]
    FileWins,
    /// The official Odoo image: an entry point greps the file for the option, whatever its section
    /// and value. Found: the environment is not passed on. Not found: it is, and beats the file.
    OdooEntrypoint,
}

/// Which options of the application stand for which keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRules {
    /// The section that the application reads.
    pub section: String,
    /// Pairs of an option and its key (`db_password`, `DB_PASSWORD`).
    pub options: Vec<(String, String)>,
    /// Which of the two wins.
    pub shadowing: Shadowing,
}

/// The rules of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Keys that are required whatever the template says.
    pub required: Vec<String>,
    /// Which values may be shown.
    pub sensitivity: Sensitivity,
    /// Keys that a `[[secret]]` gives, whether or not it could be fetched.
    pub given: Vec<String>,
    /// How long values have to be; the first that fits and says so counts.
    pub lengths: Vec<Length>,
    /// The application's configuration, where it has one.
    pub app: Option<AppRules>,
    /// Values (patterns with `*`) that only hold a place, besides the ones that are always known.
    pub placeholders: Vec<String>,
    /// Fingerprints, six to sixteen hex digits of each, of values that must not be used.
    pub known_bad: Vec<String>,
    /// Pairs of a key and the name under which the container gets it (`DB_HOST`, `HOST`).
    pub aliases: Vec<(String, String)>,
    /// The programs besides Compose that read the file, as far as anybody knows; all, unless told.
    pub readers: Vec<Reader>,
    /// Other weights for what is found; the first that fits counts.
    pub tune: Vec<Tune>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            required: Vec::new(),
            sensitivity: Sensitivity::default(),
            given: Vec::new(),
            lengths: vec![Length { key: "DB_PASSWORD".to_owned(), min: Some(20), expected: Some(32) }],
            app: None,
            placeholders: Vec::new(),
            known_bad: Vec::new(),
            aliases: Vec::new(),
            readers: Reader::ALL.to_vec(),
            tune: Vec::new(),
        }
    }
}

impl Rules {
    /// The least and the expected length of a key's value, in characters; 0 where nothing is asked.
    pub fn length(&self, key: &str) -> (usize, usize) {
        let first = |of: fn(&Length) -> Option<usize>| {
            self.lengths
                .iter()
                .filter(|length| of(length).is_some())
                .find(|length| matches(&length.key, key))
                .and_then(of)
        };
        let min = first(|length| length.min).unwrap_or_default();
        (min, first(|length| length.expected).unwrap_or_default().max(min))
    }

    /// The rules of an Odoo stack: the four options its entry point handles, and the variables it reads
    /// them from.
    pub fn odoo() -> Self {
        let option = |name: &str, key: &str| (name.to_owned(), key.to_owned());
        let options = vec![
            option("db_host", "DB_HOST"),
            option("db_port", "DB_PORT"),
            option("db_user", "DB_USER"),
            option("db_password", "DB_PASSWORD"),
        ];
        let app = AppRules { section: "options".to_owned(), options, shadowing: Shadowing::OdooEntrypoint };
        let aliases = ["HOST", "PORT", "USER", "PASSWORD"].map(|name| (format!("DB_{name}"), name.to_owned())).to_vec();
        Self { app: Some(app), aliases, ..Self::default() }
    }
}
