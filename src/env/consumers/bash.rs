//! `set -a; source FILE` in bash 5: assignments, `export`, and what happens to a line that is neither.
//! Anything with a larger meaning (`if`, `eval`, functions, arrays) is beyond the model, and said to be.

use super::shell::{Lookup, Shell, Stop};
use super::{Answer, Read};
use std::collections::HashSet;

/// Words that begin a compound command, or that change more than one can see here.
const BEYOND: [&str; 43] = [
    "if",
    "then",
    "else",
    "elif",
    "fi",
    "for",
    "while",
    "until",
    "do",
    "done",
    "case",
    "esac",
    "select",
    "function",
    "{",
    "}",
    "!",
    "[[",
    "]]",
    "time",
    "coproc",
    "in",
    "unset",
    "eval",
    "source",
    ".",
    "exit",
    "return",
    "exec",
    "shopt",
    "read",
    "mapfile",
    "readarray",
    "printf",
    "getopts",
    "let",
    "cd",
    "alias",
    "trap",
    "enable",
    "builtin",
    "command",
    "readonly",
];

/// Variables that are bash's own: not to be set, or other than what was set.
const OWN: [&str; 37] = [
    "BASHOPTS",
    "BASHPID",
    "BASH_ARGV0",
    "BASH_COMMAND",
    "BASH_COMPAT",
    "BASH_SUBSHELL",
    "BASH_VERSINFO",
    "BASH_VERSION",
    "COMP_WORDBREAKS",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "HOSTTYPE",
    "IFS",
    "IGNOREEOF",
    "LINENO",
    "MACHTYPE",
    "OLDPWD",
    "OPTERR",
    "OPTIND",
    "OSTYPE",
    "PATH",
    "POSIXLY_CORRECT",
    "PPID",
    "PS4",
    "PWD",
    "RANDOM",
    "SECONDS",
    "SHELL",
    "SHELLOPTS",
    "SHLVL",
    "SRANDOM",
    "UID",
];

/// Of those, the ones that keep what is set.
const SETTABLE: [&str; 8] = ["IFS", "HOSTTYPE", "MACHTYPE", "OLDPWD", "OSTYPE", "PATH", "PS4", "SHELL"];

/// Whether a variable is bash's own, and not what a file sets it to.
pub(super) fn is_own(name: &str) -> bool {
    OWN.contains(&name) && !SETTABLE.contains(&name)
}

/// More than this on one line is no file that a person wrote.
const MAX_SETS: usize = 1024;

/// What the shell exports after reading a file.
pub(super) fn read<F>(bytes: &[u8], lookup: &F) -> Read
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    // It leaves NULs out, up to a number of them.
    let without: Vec<u8>;
    let bytes = match bytes.split(|byte| *byte == 0).count() {
        1 => bytes,
        2..=257 => {
            without = bytes.iter().copied().filter(|byte| *byte != 0).collect();
            &without
        }
        _ => return Read::beyond_the_model(),
    };
    let mut script =
        Script { shell: Shell::new(bytes), read: Read::default(), line: Vec::new(), lookup, succeeds: false };
    while script.shell.peek().is_some() {
        let start = script.shell.at;
        match script.line() {
            Ok(()) => script.commit(),
            Err(Stop::Syntax) => break,
            Err(Stop::Exit) => {
                let before = bytes.get(..start).unwrap_or_default();
                return Read::refuses(before.split(|byte| *byte == b'\n').count());
            }
            Err(Stop::Lost) => {
                forget(&mut script.read, bytes.get(start..).unwrap_or_default());
                break;
            }
        }
    }
    script.read
}

/// What was set before stays known unless the rest, which can't be followed, names it.
fn forget(read: &mut Read, rest: &[u8]) {
    let words = rest.split(|byte| *byte != b'_' && !byte.is_ascii_alphanumeric());
    let named: HashSet<&str> = words.filter_map(|word| std::str::from_utf8(word).ok()).collect();
    let kept = std::mem::take(read).answers.into_iter().filter(|(key, _)| !named.contains(key.as_str()));
    read.lose_track();
    read.answers.extend(kept);
}

/// What a line sets; it counts once the whole line was read without an error.
struct Set {
    key: String,
    answer: Answer,
    /// What runs is all that happens: the variable keeps the value it had.
    stays: bool,
}

struct Script<'a, F> {
    shell: Shell<'a>,
    read: Read,
    line: Vec<Set>,
    lookup: &'a F,
    /// The last command surely did.
    succeeds: bool,
}

/// What follows a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Line,
    Command,
    And,
    Or,
    /// `&` or `|`: a process of its own, which can't set anything here.
    Apart,
    Pipe,
}

impl<F> Script<'_, F>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    fn commit(&mut self) {
        for Set { key, answer, stays } in std::mem::take(&mut self.line) {
            let had = self.read.answers.get(&key).is_some_and(|old| *old != Answer::Nothing);
            if !(stays && had) {
                self.read.put(key, answer);
            }
        }
    }

    fn line(&mut self) -> Result<(), Stop> {
        let (mut maybe, mut piped) = (false, false);
        loop {
            self.skip_blanks();
            let from = self.line.len();
            match self.shell.peek() {
                None => return Ok(()),
                Some(b'#') => self.skip_comment(),
                Some(b'\n') => {}
                Some(b';' | b'&' | b'|' | b')') => return Err(Stop::Syntax),
                Some(b'(') => return Err(Stop::Lost),
                Some(_) => self.command()?,
            }
            let next = self.next()?;
            for set in self.line.iter_mut().skip(from) {
                if piped || matches!(next, Next::Apart | Next::Pipe) {
                    (set.answer, set.stays) = (Answer::Runs, true);
                } else if maybe {
                    set.answer = Answer::Unsure;
                }
            }
            maybe |= next == Next::Or || (next == Next::And && !self.succeeds);
            piped = next == Next::Pipe;
            if next == Next::Line {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Result<Next, Stop> {
        let Some(first) = self.shell.peek() else { return Ok(Next::Line) };
        self.shell.at += 1;
        let twice = self.shell.peek() == Some(first);
        match first {
            b'\n' => Ok(Next::Line),
            b';' if !matches!(self.shell.peek(), Some(b';' | b'&')) => Ok(Next::Command),
            b'&' | b'|' if twice => {
                self.shell.at += 1;
                Ok(if first == b'&' { Next::And } else { Next::Or })
            }
            b'&' | b'|' if matches!(self.shell.peek(), Some(b'>' | b'&')) => Err(Stop::Lost),
            b'&' => Ok(Next::Apart),
            b'|' => Ok(Next::Pipe),
            _ => Err(Stop::Syntax),
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.shell.peek() {
                Some(b' ' | b'\t') => self.shell.at += 1,
                Some(b'\\') if self.shell.text.get(self.shell.at + 1) == Some(&b'\n') => self.shell.at += 2,
                _ => return,
            }
        }
    }

    fn skip_comment(&mut self) {
        while self.shell.peek().is_some_and(|byte| byte != b'\n') {
            self.shell.at += 1;
        }
    }

    /// A simple command: assignments, then words.
    fn command(&mut self) -> Result<(), Stop> {
        let from = self.line.len();
        let (mut words, mut declares, mut sets, mut redirects) = (0, false, false, false);
        loop {
            self.skip_blanks();
            match self.shell.peek() {
                None | Some(b'\n' | b';' | b'&' | b'|') => break,
                Some(b')') => return Err(Stop::Syntax),
                Some(b'(') => return Err(self.parenthesis(words)),
                Some(b'#') => {
                    self.skip_comment();
                    break;
                }
                Some(b'<' | b'>') => {
                    self.redirect()?;
                    redirects = true;
                }
                Some(_) if (words == 0 || declares) && self.assignment()? => {}
                Some(_) => {
                    let word = self.word(words == 0)?;
                    if words == 0 {
                        declares = matches!(word.as_slice(), b"export" | b"declare" | b"typeset");
                        sets = word == b"set";
                        self.succeeds = matches!(word.as_slice(), b"true" | b":");
                    } else if matches!(word.first(), Some(b'-' | b'+')) {
                        // `export -x` and `set -a` change nothing here; other options do.
                        let harmless = (declares && word == b"-x") || (sets && word == b"-a") || !(declares || sets);
                        if !harmless {
                            return Err(Stop::Lost);
                        }
                    }
                    words += 1;
                    if declares && words == 1 && self.line.len() > from {
                        return Err(Stop::Lost);
                    }
                }
            }
        }
        if words == 0 && !redirects {
            self.succeeds = self.line.iter().skip(from).all(|set| matches!(set.answer, Answer::Value(_)));
        }
        if redirects || (words > 0 && !declares) {
            let stays = words > 0 && !declares;
            self.line.iter_mut().skip(from).for_each(|set| (set.answer, set.stays) = (Answer::Runs, stays));
        }
        Ok(())
    }

    /// After one word it may begin a function.
    fn parenthesis(&mut self, words: usize) -> Stop {
        self.shell.at += 1;
        self.skip_blanks();
        if words == 1 && self.shell.peek() == Some(b')') { Stop::Lost } else { Stop::Syntax }
    }

    /// `NAME=value` or `NAME+=value`, if that is what stands here.
    fn assignment(&mut self) -> Result<bool, Stop> {
        let shell = &mut self.shell;
        let name = shell.name_at(shell.at);
        let after = shell.text.get(shell.at + name.len()..).unwrap_or_default();
        let appends = after.starts_with(b"+=");
        if name.is_empty() || !(appends || after.first() == Some(&b'=')) {
            return if !name.is_empty() && after.first() == Some(&b'[') { self.element(name) } else { Ok(false) };
        }
        shell.at += name.len() + 1 + usize::from(appends);
        if shell.peek() == Some(b'(') {
            return Err(Stop::Lost);
        }
        let before = if appends { variable(&self.line, &self.read, self.lookup, name) } else { Answer::Nothing };
        let lookup: Lookup<'_> = &|name| variable(&self.line, &self.read, self.lookup, name);
        let value = shell.word(lookup, true)?.answer()?;
        let answer = match (appends, before, value) {
            _ if self.line.len() >= MAX_SETS || is_own(name) => return Err(Stop::Lost),
            (true, Answer::Value(mut old), Answer::Value(new)) => {
                old.extend_from_slice(&new);
                Answer::Value(old)
            }
            (true, Answer::Nothing, value) | (false, _, value) => value,
            (true, ..) => Answer::Unsure,
        };
        self.line.push(Set { key: name.to_owned(), answer, stays: false });
        Ok(true)
    }

    /// `NAME[0]=value`: an array, which is not exported.
    fn element(&mut self, name: &str) -> Result<bool, Stop> {
        let rest = self.shell.text.get(self.shell.at + name.len() + 1..).unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let known = variable(&self.line, &self.read, self.lookup, name) != Answer::Nothing;
        if known || digits == 0 || !rest.get(digits..).is_some_and(|rest| rest.starts_with(b"]=")) {
            return Err(Stop::Lost);
        }
        self.shell.at += name.len() + digits + 3;
        let lookup: Lookup<'_> = &|name| variable(&self.line, &self.read, self.lookup, name);
        self.shell.word(lookup, true)?.answer()?;
        Ok(true)
    }

    /// A word that is no assignment. The first one is the command.
    fn word(&mut self, is_command: bool) -> Result<Vec<u8>, Stop> {
        let lookup: Lookup<'_> = &|name| variable(&self.line, &self.read, self.lookup, name);
        let word = self.shell.word(lookup, false)?;
        if !is_command {
            return Ok(word
                .answer()
                .map_or(Vec::new(), |answer| if let Answer::Value(word) = answer { word } else { Vec::new() }));
        }
        let word = word.command()?;
        if BEYOND.iter().any(|known| known.as_bytes() == word) { Err(Stop::Lost) } else { Ok(word) }
    }

    fn redirect(&mut self) -> Result<(), Stop> {
        let start = self.shell.at;
        while self.shell.peek().is_some_and(|byte| b"<>".contains(&byte)) {
            self.shell.at += 1;
        }
        if !matches!(self.shell.text.get(start..self.shell.at), Some(b"<" | b">" | b">>" | b"<>")) {
            return Err(Stop::Lost);
        }
        self.skip_blanks();
        match self.shell.peek() {
            Some(b'&' | b'|' | b'(') => Err(Stop::Lost),
            None | Some(b'\n' | b';' | b')') => Err(Stop::Syntax),
            Some(_) => self.word(false).map(drop),
        }
    }
}

/// What a variable is here: set on this line, set before, or the environment's.
fn variable<F>(line: &[Set], read: &Read, lookup: &F, name: &str) -> Answer
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    let here = line.iter().rev().find(|set| set.key == name).map(|set| &set.answer);
    match here.or_else(|| read.answers.get(name)) {
        Some(Answer::Runs | Answer::Nothing) | None if OWN.contains(&name) || name == "_" => Answer::Unsure,
        Some(Answer::Runs | Answer::Nothing) | None => lookup(name).map_or(Answer::Nothing, Answer::Value),
        Some(answer) => answer.clone(),
    }
}
