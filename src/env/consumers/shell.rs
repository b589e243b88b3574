//! One word of a bash script: quotes off, variables in.

use super::Answer;

/// A place in a script.
pub(super) struct Shell<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    /// How many `${…` are open.
    depth: usize,
}

/// The script can't be read on from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// A syntax error: bash gives up on this line and all after it.
    Syntax,
    /// A variable that is required has no value: the whole shell exits.
    Exit,
    /// The model gives up.
    Lost,
}

/// A word as it becomes, and how it was written.
#[derive(Default)]
pub(super) struct Word {
    bytes: Vec<u8>,
    /// What it becomes where that is not `bytes`.
    odd: Option<Answer>,
    /// A part of it was expanded.
    expands: bool,
    /// To expand it ends the shell.
    exits: bool,
}

impl Word {
    pub(super) fn answer(self) -> Result<Answer, Stop> {
        if self.exits { Err(Stop::Exit) } else { Ok(self.odd.unwrap_or(Answer::Value(self.bytes))) }
    }

    /// The command that the word names, if it surely names one.
    pub(super) fn command(self) -> Result<Vec<u8>, Stop> {
        let splits =
            self.expands && (self.bytes.is_empty() || self.bytes.iter().any(|byte| b" \t\n*?[".contains(byte)));
        match (self.odd, self.exits) {
            (_, true) => Err(Stop::Exit),
            (None, false) if !splits => Ok(self.bytes),
            _ => Err(Stop::Lost),
        }
    }

    /// The strongest of what was met counts: what runs, then what can't be told, then what differs.
    fn mark(&mut self, odd: Answer) {
        let strength = |answer: &Answer| match answer {
            Answer::Runs => 3,
            Answer::Unsure => 2,
            _ => 1,
        };
        if self.odd.as_ref().is_none_or(|old| strength(old) < strength(&odd)) {
            self.odd = Some(odd);
        }
    }
}

/// What a variable is to the script.
pub(super) type Lookup<'l> = &'l dyn Fn(&str) -> Answer;

impl<'a> Shell<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn ahead(&self, by: usize) -> Option<u8> {
        self.text.get(self.at + by).copied()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// The name of a variable at a place; empty if there is none.
    pub(super) fn name_at(&self, at: usize) -> &'a str {
        let rest = self.text.get(at..).unwrap_or_default();
        let len = rest.iter().take_while(|byte| **byte == b'_' || byte.is_ascii_alphanumeric()).count();
        let name = std::str::from_utf8(rest.get(..len).unwrap_or_default()).unwrap_or_default();
        if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
    }

    /// A word, up to a blank or an operator. `is_value`: it stands behind `NAME=`.
    pub(super) fn word(&mut self, lookup: Lookup<'_>, is_value: bool) -> Result<Word, Stop> {
        let mut word = Word::default();
        let mut tilde = is_value;
        while let Some(byte) = self.peek().filter(|byte| !b" \t\n;&|<>()".contains(byte)) {
            let may_be_home = std::mem::replace(&mut tilde, is_value && byte == b':');
            match byte {
                b'~' if may_be_home => self.home(&mut word, lookup),
                b'\\' | b'\'' | b'"' | b'$' | b'`' => self.special(byte, &mut word, lookup)?,
                _ => {
                    word.bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        Ok(word)
    }

    /// What a quote, a backslash, a dollar sign or a backtick does outside double quotes.
    fn special(&mut self, byte: u8, word: &mut Word, lookup: Lookup<'_>) -> Result<(), Stop> {
        match byte {
            b'\\' => {
                let next = self.ahead(1).ok_or(Stop::Lost)?;
                word.bytes.extend((next != b'\n').then_some(next));
                self.at += 2;
                Ok(())
            }
            b'\'' => {
                let inner = self.text.get(self.at + 1..).unwrap_or_default();
                let end = inner.iter().position(|byte| *byte == b'\'').ok_or(Stop::Syntax)?;
                word.bytes.extend_from_slice(inner.get(..end).unwrap_or_default());
                self.at += end + 2;
                Ok(())
            }
            b'"' => self.double_quoted(word, lookup),
            b'`' => self.backticks(word),
            _ => self.dollar(word, lookup, false),
        }
    }

    fn home(&mut self, word: &mut Word, lookup: Lookup<'_>) {
        self.at += 1;
        let ends = matches!(self.peek(), None | Some(b'/' | b':' | b' ' | b'\t' | b'\n' | b';' | b'&' | b'|'));
        match lookup("HOME") {
            Answer::Value(home) if ends => word.bytes.extend_from_slice(&home),
            _ => word.mark(Answer::Unsure),
        }
    }

    fn double_quoted(&mut self, word: &mut Word, lookup: Lookup<'_>) -> Result<(), Stop> {
        self.at += 1;
        loop {
            match self.peek().ok_or(Stop::Syntax)? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    let next = self.ahead(1).ok_or(Stop::Syntax)?;
                    if !b"$`\"\\\n".contains(&next) {
                        word.bytes.push(b'\\');
                    }
                    word.bytes.extend((next != b'\n').then_some(next));
                    self.at += 2;
                }
                b'$' => self.dollar(word, lookup, true)?,
                b'`' => self.backticks(word)?,
                byte => {
                    word.bytes.push(byte);
                    self.at += 1;
                }
            }
        }
    }

    fn backticks(&mut self, word: &mut Word) -> Result<(), Stop> {
        word.expands = true;
        let mut at = self.at + 1;
        loop {
            match self.text.get(at).ok_or(Stop::Syntax)? {
                b'`' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        word.mark(Answer::Runs);
        Ok(())
    }

    fn dollar(&mut self, word: &mut Word, lookup: Lookup<'_>, in_quotes: bool) -> Result<(), Stop> {
        let name = self.name_at(self.at + 1);
        word.expands = true;
        if !name.is_empty() {
            self.at += 1 + name.len();
            put(word, lookup(name));
            return Ok(());
        }
        match self.ahead(1) {
            Some(b'{') => return self.braced(word, lookup, in_quotes),
            Some(b'(') => return self.command(word),
            Some(b'[') => return Err(Stop::Lost),
            // A text to be translated.
            Some(b'"') if !in_quotes => {
                self.at += 1;
                return self.double_quoted(word, lookup);
            }
            Some(b'\'') if !in_quotes => return self.c_quoted(word),
            // The process id, arguments and the like: never what is written.
            Some(b'$' | b'@' | b'*' | b'#' | b'?' | b'-' | b'!' | b'0'..=b'9') => {
                self.at += 2;
                word.mark(Answer::Other);
            }
            _ => {
                word.bytes.push(b'$');
                self.at += 1;
            }
        }
        Ok(())
    }

    /// `$'…'`; its escapes are C's, and not followed.
    fn c_quoted(&mut self, word: &mut Word) -> Result<(), Stop> {
        let inner = self.text.get(self.at + 2..).unwrap_or_default();
        let end = inner.iter().position(|byte| matches!(byte, b'\'' | b'\\')).ok_or(Stop::Syntax)?;
        if inner.get(end) == Some(&b'\\') {
            return Err(Stop::Lost);
        }
        word.bytes.extend_from_slice(inner.get(..end).unwrap_or_default());
        self.at += end + 3;
        Ok(())
    }

    /// `$(…)` runs; `$((…))` is arithmetic. Only simple ones are followed to their end.
    fn command(&mut self, word: &mut Word) -> Result<(), Stop> {
        let is_arithmetic = self.ahead(2) == Some(b'(');
        let (mut depth, mut at) = (0_usize, self.at + 1);
        loop {
            match self.text.get(at).ok_or(Stop::Syntax)? {
                b'(' => depth += 1,
                b')' if depth == 1 => break,
                b')' => depth -= 1,
                b'\'' | b'"' | b'`' | b'\\' | b'#' | b'\n' | b'<' => return Err(Stop::Lost),
                _ => {}
            }
            at += 1;
        }
        self.at = at + 1;
        word.mark(if is_arithmetic { Answer::Other } else { Answer::Runs });
        Ok(())
    }

    /// `${NAME}`, with `-`, `+` or `?` and a word.
    fn braced(&mut self, word: &mut Word, lookup: Lookup<'_>, in_quotes: bool) -> Result<(), Stop> {
        let name = self.name_at(self.at + 2);
        self.at += 2 + name.len();
        if name.is_empty() {
            return self.no_name(word);
        }
        if self.eat(b'}') {
            put(word, lookup(name));
            return Ok(());
        }
        let colon = self.eat(b':');
        let op = match self.peek() {
            Some(op @ (b'-' | b'+' | b'?')) => op,
            // Other operators, which Compose has not got.
            Some(b'=' | b'#' | b'%' | b'/' | b'^' | b',' | b'@' | b'[') => return Err(Stop::Lost),
            Some(byte) if colon && byte != b'}' => return Err(Stop::Lost),
            _ => return Err(self.bad_substitution()),
        };
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Stop::Lost);
        }
        let instead = self.word_in_braces(lookup, in_quotes)?;
        self.depth -= 1;
        let value = match lookup(name) {
            Answer::Value(value) => Some(value).filter(|value| !(colon && value.is_empty())),
            Answer::Nothing => None,
            _ => {
                word.mark(Answer::Unsure);
                return Ok(());
            }
        };
        match (op, value) {
            (b'-' | b'?', Some(value)) => word.bytes.extend_from_slice(&value),
            (b'-', None) | (b'+', Some(_)) if instead.exits => word.exits = true,
            (b'-', None) | (b'+', Some(_)) => put(word, instead.odd.unwrap_or(Answer::Value(instead.bytes))),
            (b'+', None) => {}
            _ => word.exits = true,
        }
        Ok(())
    }

    /// `${1}` is an argument; `${}` and the like mean nothing.
    fn no_name(&mut self, word: &mut Word) -> Result<(), Stop> {
        match self.peek() {
            Some(b'0'..=b'9') if self.ahead(1) == Some(b'}') => {
                self.at += 2;
                word.mark(Answer::Other);
                Ok(())
            }
            Some(b'0'..=b'9' | b'#' | b'!' | b'@' | b'*' | b'?' | b'-' | b'$') => Err(Stop::Lost),
            _ => Err(self.bad_substitution()),
        }
    }

    /// An error, where it is looked at; a word that is not used is not.
    fn bad_substitution(&self) -> Stop {
        if self.depth == 0 { Stop::Syntax } else { Stop::Lost }
    }

    fn word_in_braces(&mut self, lookup: Lookup<'_>, in_quotes: bool) -> Result<Word, Stop> {
        let mut word = Word::default();
        if self.peek() == Some(b'~') && !in_quotes {
            return Err(Stop::Lost);
        }
        loop {
            match self.peek().ok_or(Stop::Syntax)? {
                b'}' => {
                    self.at += 1;
                    return Ok(word);
                }
                b'"' if in_quotes => return Err(Stop::Lost),
                b'\\' if in_quotes => {
                    let next = self.ahead(1).ok_or(Stop::Syntax)?;
                    if !b"$`\"\\\n}".contains(&next) {
                        word.bytes.push(b'\\');
                    }
                    word.bytes.extend((next != b'\n').then_some(next));
                    self.at += 2;
                }
                b'$' => self.dollar(&mut word, lookup, in_quotes)?,
                byte @ (b'\\' | b'\'' | b'"' | b'`') if !(in_quotes && byte == b'\'') => {
                    self.special(byte, &mut word, lookup)?;
                }
                byte => {
                    word.bytes.push(byte);
                    self.at += 1;
                }
            }
        }
    }
}

/// How deep words may nest: a hostile file must not exhaust the stack.
const MAX_DEPTH: usize = 64;

fn put(word: &mut Word, answer: Answer) {
    match answer {
        Answer::Value(value) => word.bytes.extend_from_slice(&value),
        Answer::Nothing => {}
        odd => word.mark(odd),
    }
}
