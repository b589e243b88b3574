//! The thin part: finds the stack, reads the layers, looks at the environment.

use super::{ConfigError, Origin};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The name of a stack's file.
pub const FILE_NAME: &str = "readback.toml";

/// The most that is read of a configuration file, in bytes.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// The machine's file.
const SYSTEM_FILE: &str = "/etc/readback/readback.toml";

/// What looking for a stack brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The stack's readback.toml; its folder is the stack's.
    Stack(PathBuf),
    /// Nothing, and where it was looked for.
    None(Vec<PathBuf>),
}

/// Finds the stack's readback.toml: the one that was named (a file, or a folder that holds one), else
/// that of the start folder or the nearest folder above it. A file above the start folder counts only if
/// it belongs to root or to the start folder's owner, for readback.toml can name commands to run.
pub fn discover(start: &Path, explicit: Option<&Path>) -> Found {
    if let Some(path) = explicit {
        let file = if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() };
        return if file.is_file() { Found::Stack(file) } else { Found::None(vec![file]) };
    }
    let start = &start.canonicalize().unwrap_or_else(|_| start.to_owned());
    let owner = start.metadata().map(|meta| meta.uid()).ok();
    let mut tried = Vec::new();
    for folder in start.ancestors() {
        let file = folder.join(FILE_NAME);
        match file.metadata() {
            Ok(meta) if meta.is_file() && (folder == start || meta.uid() == 0 || Some(meta.uid()) == owner) => {
                return Found::Stack(file);
            }
            _ => tried.push(file),
        }
    }
    Found::None(tried)
}

/// Reads the files of the layers, weakest first: the machine's and the user's where they are, and the
/// stack's. `config_home` is `$XDG_CONFIG_HOME`, or `~/.config`.
pub fn read_layers(stack: &Path, config_home: Option<&Path>) -> Result<Vec<(Origin, String)>, ConfigError> {
    let mut layers = Vec::new();
    let user = config_home.map(|home| home.join("readback").join(FILE_NAME));
    let system = Origin::System(SYSTEM_FILE.into());
    for (path, origin) in [(Some(PathBuf::from(SYSTEM_FILE)), system)]
        .into_iter()
        .chain([(user.clone(), Origin::User(user.unwrap_or_default()))])
    {
        if let Some(path) = path.filter(|path| path.exists()) {
            layers.push((origin, read(&path)?));
        }
    }
    layers.push((Origin::Stack(stack.to_owned()), read(stack)?));
    Ok(layers)
}

/// Reads one file of the stack, not more than [`MAX_BYTES`] of it, and none that everybody may write.
fn read(path: &Path) -> Result<String, ConfigError> {
    let name = crate::guard::line(&path.to_string_lossy()).into_owned();
    let fail = |message: String| ConfigError::whole(name.clone(), message);
    let failed = |error: std::io::Error| fail(format!("can't be read: {}", error.kind()));
    // Asked before it is opened: opening a pipe waits for a writer.
    let meta = path.metadata().map_err(failed)?;
    if !meta.is_file() {
        return Err(fail("not a file".to_owned()));
    }
    if meta.mode() & 0o002 != 0 {
        return Err(fail("everybody may write it, and it can name commands to run; chmod o-w it first".to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(fail("larger than 1 MiB".to_owned()));
    }
    String::from_utf8(bytes).map_err(|_| fail("not UTF-8 text".to_owned()))
}

/// Reads the rows that a timeline starts with ([`super::TimelineSettings::seed`]), not more than
/// [`MAX_BYTES`] of them.
pub fn read_seed(path: &Path) -> Result<Vec<crate::timeline::Operation>, ConfigError> {
    super::parse_seed(&path.to_string_lossy(), &read(path)?)
}

/// The settings that a variable of the environment can give: `READBACK_` and the key in capitals.
const SETTABLE: [&str; 8] = [
    "stack.name",
    "stack.environment",
    "store.url",
    "store.password_env",
    "display.timezone",
    "display.theme",
    "display.color",
    "review.incident",
];

/// The layers that variables of the environment make, in a fixed order. Other variables are ignored.
pub fn overrides(variable: impl Fn(&str) -> Option<String>) -> Vec<(Origin, String)> {
    SETTABLE
        .iter()
        .filter_map(|key| {
            let name = format!("READBACK_{}", key.replace('.', "_").to_uppercase());
            let value = variable(&name)?;
            Some((Origin::Environment(name), assignment(key, &value)))
        })
        .collect()
}

/// The layer that a flag makes: its name, the key it sets (`store.url`), the value.
pub fn flag(name: &str, key: &str, value: &str) -> (Origin, String) {
    (Origin::Flag(name.to_owned()), assignment(key, value))
}

/// `key = "value"` in TOML.
fn assignment(key: &str, value: &str) -> String {
    format!("{key} = {}\n", quote(value))
}

/// A TOML basic string.
pub(crate) fn quote(value: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Where a stack's own database file stands unless `store.url` says otherwise: under `state_home`
/// (`$XDG_STATE_HOME`, or `~/.local/state`), by the stack's name and a mark of its folder, so that two
/// stacks of one name never share a history.
pub fn default_store(state_home: &Path, root: &Path, stack: &str) -> PathBuf {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mark = crate::guard::digest_bytes(root.as_os_str().as_encoded_bytes());
    state_home.join("readback").join(format!("{stack}-{}.db", mark.get(..8).unwrap_or(&mark)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_value_is_quoted_so_that_it_reads_back_as_it_was() {
        for value in ["plain", "a\"b\\c", "two\nlines\t\u{7f}", "資料 $HOME", ""] {
            let text = format!("v = {}", quote(value));
            let read = toml::de::DeTable::parse(&text).unwrap();
            assert_eq!(read.get_ref()["v"].get_ref().as_str(), Some(value));
        }
    }

    #[test]
    fn two_stacks_of_one_name_have_two_stores() {
        let state = Path::new("/state");
        let (one, two) = (default_store(state, Path::new("/a"), "x"), default_store(state, Path::new("/b"), "x"));
        assert_ne!(one, two);
        assert_eq!(one, default_store(state, Path::new("/a"), "x"));
    }
}
