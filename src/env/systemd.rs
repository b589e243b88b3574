//! systemd's `EnvironmentFile=` grammar: quotes and backslashes of a shell, nothing expanded, comments
//! with `#` and `;` on lines of their own, no `export`; a line it can't use is ignored, not an error.
//!
//! This is systemd 252 to 257. Up to 253 a backslash at the end of a comment takes the next line into
//! the comment; since 254 it does not, and that is followed here.

use super::At;
use crate::guard::Secret;
use std::mem::take;

/// A variable as the unit would get it.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name.
    pub key: String,
    /// The value.
    pub value: Secret,
    /// The line of the name, 1-based.
    pub line: usize,
}

/// A line that sets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// 1-based.
    pub line: usize,
    /// Why, without a word of the file.
    pub why: Why,
}

/// Why a line sets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// There is no `=`.
    #[error("no `=` on the line")]
    NoEquals,
    /// The name is none that a variable can have; `export` before it is a part of it.
    #[error("a name that no variable can have; systemd knows no `export`")]
    Name,
}

/// systemd refuses the file, and the unit does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: a NUL, or a variable that is not UTF-8; systemd refuses the whole file")]
pub struct SystemdError {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
}

/// A file that was read.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentFile {
    /// In the order of the file; the last one of a name counts.
    pub variables: Vec<Variable>,
    /// What sets nothing.
    pub ignored: Vec<Ignored>,
}

impl EnvironmentFile {
    /// The variable that counts for a name.
    pub fn get(&self, key: &str) -> Option<&Variable> {
        self.variables.iter().rev().find(|variable| variable.key == key)
    }
}

/// The path of an `EnvironmentFile=` setting; `-` before it: a file that is not there is no error.
pub fn setting(text: &str) -> (&str, bool) {
    text.strip_prefix('-').map_or((text, true), |path| (path, false))
}

/// Where the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    BeforeKey,
    Key,
    BeforeValue,
    Value,
    Escape,
    Single,
    Double,
    DoubleEscape,
    Comment,
}

#[derive(Default)]
struct Reader {
    file: EnvironmentFile,
    key: Vec<u8>,
    value: Vec<u8>,
    /// The length of the value without the white space at its end.
    kept: usize,
    line: usize,
    /// Where the name begins.
    start: usize,
    /// Where the first variable begins that is no text.
    refused: Option<usize>,
}

/// Reads a file.
pub fn parse(bytes: &[u8]) -> Result<EnvironmentFile, SystemdError> {
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(refused(bytes, at));
    }
    let mut reader = Reader::default();
    let (mut state, mut line) = (State::BeforeKey, 1);
    for (at, byte) in bytes.iter().enumerate() {
        if state == State::BeforeKey {
            reader.start = at;
        }
        state = reader.step(state, *byte, line);
        line += usize::from(*byte == b'\n');
    }
    match state {
        State::BeforeKey | State::Comment => {}
        State::Key => reader.ignore(Why::NoEquals),
        _ => reader.push(),
    }
    reader.refused.map_or(Ok(reader.file), |at| Err(refused(bytes, at)))
}

fn refused(bytes: &[u8], at: usize) -> SystemdError {
    let At { line, column } = At::of(bytes, at);
    SystemdError { line, column }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn trim_end(key: &[u8]) -> &[u8] {
    let kept = key.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |at| at + 1);
    key.get(..kept).unwrap_or_default()
}

fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

impl Reader {
    /// What one byte does; `line` is its own.
    fn step(&mut self, state: State, byte: u8, line: usize) -> State {
        match state {
            State::BeforeKey if matches!(byte, b'#' | b';') => State::Comment,
            State::BeforeKey if is_blank(byte) => State::BeforeKey,
            State::BeforeKey => {
                self.line = line;
                self.key.push(byte);
                State::Key
            }
            State::Key if ends_line(byte) => {
                self.ignore(Why::NoEquals);
                State::BeforeKey
            }
            State::Key if byte == b'=' => State::BeforeValue,
            State::Key => {
                self.key.push(byte);
                State::Key
            }
            State::BeforeValue | State::Value if ends_line(byte) => {
                self.push();
                State::BeforeKey
            }
            State::BeforeValue => self.before_value(byte),
            State::Value if byte == b'\\' => {
                self.kept = self.value.len();
                State::Escape
            }
            State::Value => self.keep(byte, !is_blank(byte), State::Value),
            State::Escape if ends_line(byte) => State::Value,
            State::Escape => self.keep(byte, true, State::Value),
            State::Single if byte == b'\'' => State::BeforeValue,
            State::Single => self.keep(byte, true, State::Single),
            State::Double => match byte {
                b'"' => State::BeforeValue,
                b'\\' => State::DoubleEscape,
                _ => self.keep(byte, true, State::Double),
            },
            State::DoubleEscape => {
                if !matches!(byte, b'"' | b'\\' | b'`' | b'$' | b'\n') {
                    self.value.push(b'\\');
                }
                if byte == b'\n' { State::Double } else { self.keep(byte, true, State::Double) }
            }
            State::Comment if ends_line(byte) => State::BeforeKey,
            State::Comment => State::Comment,
        }
    }

    /// After the `=`, and after a closing quote: the value goes on there.
    fn before_value(&mut self, byte: u8) -> State {
        match byte {
            b'\'' => State::Single,
            b'"' => State::Double,
            b'\\' => State::Escape,
            _ if is_blank(byte) => State::BeforeValue,
            _ => self.keep(byte, true, State::Value),
        }
    }

    fn keep(&mut self, byte: u8, solid: bool, next: State) -> State {
        self.value.push(byte);
        if solid {
            self.kept = self.value.len();
        }
        next
    }

    fn ignore(&mut self, why: Why) {
        self.key.clear();
        self.file.ignored.push(Ignored { line: self.line, why });
    }

    fn push(&mut self) {
        let (key, mut value, kept) = (take(&mut self.key), take(&mut self.value), take(&mut self.kept));
        value.truncate(kept);
        let (Ok(key), Ok(_)) = (std::str::from_utf8(trim_end(&key)), std::str::from_utf8(&value)) else {
            self.refused.get_or_insert(self.start);
            return;
        };
        if is_name(key) {
            let (key, value) = (key.to_owned(), Secret::new(value));
            self.file.variables.push(Variable { key, value, line: self.line });
        } else {
            self.ignore(Why::Name);
        }
    }
}

/// `[A-Za-z_][A-Za-z0-9_]*`.
fn is_name(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit())
        && !key.is_empty()
        && key.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}
