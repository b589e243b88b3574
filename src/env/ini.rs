//! INI-like configuration of an application (`odoo.conf`), read as Python's `RawConfigParser` reads it:
//! names without regard to case, `=` or `:`, comments only on lines of their own, indented lines go on.

use super::At;
use crate::guard::Secret;
use std::collections::HashSet;

/// One option.
#[derive(Clone, Debug)]
pub struct IniOption {
    /// Its section.
    pub section: String,
    /// Its name, in lower case.
    pub name: String,
    /// Its value.
    pub value: Secret,
    /// Its line, 1-based.
    pub line: usize,
}

/// A file.
#[derive(Clone, Debug, Default)]
pub struct Ini {
    options: Vec<IniOption>,
    sections: Vec<String>,
}

/// What is wrong, without a word of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes are not UTF-8.
    #[error("the file is not UTF-8")]
    NotUtf8,
    /// An option before any `[section]`.
    #[error("no [section] stands above this line")]
    NoSection,
    /// A section twice.
    #[error("this section stands in the file twice")]
    DuplicateSection,
    /// An option twice in one section.
    #[error("this option stands in its section twice")]
    DuplicateOption,
    /// Neither a section nor an option.
    #[error("neither a [section] nor an option with `=` or `:`")]
    Syntax,
}

/// The application refuses the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct IniError {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// What is wrong there.
    pub reason: Reason,
}

impl Ini {
    /// Every option, in the order of the file.
    pub fn options(&self) -> &[IniOption] {
        &self.options
    }

    /// The names of the sections, in the order of the file.
    pub fn sections(&self) -> &[String] {
        &self.sections
    }

    /// An option of a section; `[DEFAULT]` stands in for every section.
    pub fn get(&self, section: &str, name: &str) -> Option<&IniOption> {
        let own = |option: &&IniOption| option.section == section && option.name == name;
        let default = |option: &&IniOption| option.section == "DEFAULT" && option.name == name;
        let known = self.sections.iter().any(|known| known == section);
        self.options.iter().find(own).or_else(|| self.options.iter().find(default).filter(|_| known))
    }
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    ini: Ini,
    section: Option<String>,
    /// The names of the options, each with its section.
    names: HashSet<String>,
    /// The lines of the value of the last option, while it may go on.
    open: Option<Vec<String>>,
    indent: usize,
}

/// Reads a file.
pub fn parse(bytes: &[u8]) -> Result<Ini, IniError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let At { line, column } = At::no_utf8(bytes, error);
        IniError { line, column, reason: Reason::NotUtf8 }
    })?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader::default();
    for (at, line) in text.split('\n').enumerate() {
        reader.line(line, at + 1).map_err(|reason| {
            let column = 1 + line.chars().take_while(|c| is_space(*c)).count();
            IniError { line: at + 1, column, reason }
        })?;
    }
    reader.close();
    Ok(reader.ini)
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) -> Result<(), Reason> {
        let value = line.trim_matches(is_space);
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        let depth = line.chars().take_while(|c| is_space(*c)).count();
        // An empty line may belong to the value above; a comment may not.
        if let Some(open) = self.open.as_mut().filter(|_| value.is_empty() || depth > self.indent) {
            open.push(value.to_owned());
            return Ok(());
        }
        if value.is_empty() {
            return Ok(());
        }
        self.indent = depth;
        self.close();
        match header(value) {
            Some(name) => self.begin_section(name),
            None => self.begin_option(value, number),
        }
    }

    fn begin_section(&mut self, name: &str) -> Result<(), Reason> {
        if self.ini.sections.iter().any(|known| known == name) {
            return Err(Reason::DuplicateSection);
        }
        if name != "DEFAULT" {
            self.ini.sections.push(name.to_owned());
        }
        self.section = Some(name.to_owned());
        Ok(())
    }

    fn begin_option(&mut self, text: &str, line: usize) -> Result<(), Reason> {
        let section = self.section.clone().ok_or(Reason::NoSection)?;
        let (name, value) = text.split_once(['=', ':']).ok_or(Reason::Syntax)?;
        let name = name.trim_end_matches(is_space).to_lowercase();
        if name.is_empty() {
            return Err(Reason::Syntax);
        }
        if !self.names.insert(format!("{section}\n{name}")) {
            return Err(Reason::DuplicateOption);
        }
        self.open = Some(vec![value.trim_matches(is_space).to_owned()]);
        self.ini.options.push(IniOption { section, name, value: Secret::new(""), line });
        Ok(())
    }

    /// Gives the last option the lines that were read for it.
    fn close(&mut self) {
        if let (Some(lines), Some(option)) = (self.open.take(), self.ini.options.last_mut()) {
            option.value = Secret::new(lines.join("\n").trim_end_matches(is_space));
        }
    }
}

/// `[name]`, with anything after the bracket.
fn header(value: &str) -> Option<&str> {
    let rest = value.strip_prefix('[')?;
    rest.rfind(']').filter(|at| *at > 0).map(|at| &rest[..at])
}

/// White space to Python.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The first line that the official image's entry point takes for a setting of `name`, 1-based: it
/// greps the whole file for `^\s*\bname\b\s*=`, whatever the section and the value, and then does not
/// pass the environment's value on.
pub fn entrypoint_line(bytes: &[u8], name: &str) -> Option<usize> {
    let is_setting = |line: &[u8]| {
        let rest = line.trim_ascii_start().strip_prefix(name.as_bytes());
        rest.is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'='))
    };
    bytes.split(|byte| *byte == b'\n').position(is_setting).map(|at| at + 1)
}
