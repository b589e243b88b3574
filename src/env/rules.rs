//! What is expected of a stack's configuration; `readback.toml` tunes it.

use super::consumers::Reader;
use super::sensitive::Sensitivity;

/// How long a value has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    /// The key, or a pattern with `*`.
    pub key: String,
    /// Shorter than this is an error, in characters.
    pub min: usize,
    /// Shorter than this is worth a note, in characters.
    pub expected: usize,
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
    /// How long values have to be; the first that fits counts.
    pub lengths: Vec<Length>,
    /// The application's configuration, where it has one.
    pub app: Option<AppRules>,
    /// Values (patterns with `*`) that only hold a place, besides the ones that are always known.
    pub placeholders: Vec<String>,
    /// Pairs of a key and the name under which the container gets it (`DB_HOST`, `HOST`).
    pub aliases: Vec<(String, String)>,
    /// The programs besides Compose that read the file, as far as anybody knows; all, unless told.
    pub readers: Vec<Reader>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            required: Vec::new(),
            sensitivity: Sensitivity::default(),
            lengths: vec![Length { key: "DB_PASSWORD".to_owned(), min: 20, expected: 32 }],
            app: None,
            placeholders: Vec::new(),
            aliases: Vec::new(),
            readers: Reader::ALL.to_vec(),
        }
    }
}

impl Rules {
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
