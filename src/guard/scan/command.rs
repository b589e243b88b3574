//! Secrets on command lines, in statements and in settings without a sign: `--password value`, `mysql -pvalue`,
//! `curl -u user:value`, `IDENTIFIED BY 'value'`, `requirepass value`.

use super::assign::{is_quote, looks_chosen};
use super::names::Kind;
use super::places::Mark;
use super::{Hit, Places, bytes, innocent, names};

/// The longest name of an option, and the longest value.
const NAME: usize = 80;
const VALUE: usize = 1024;
/// How much of a line before a statement's password is looked at.
const LINE: usize = 200;

/// How a program is given its password.
#[derive(Clone, Copy)]
enum Form {
    /// `-pvalue`.
    Attached,
    /// `-a value`.
    Next,
    /// `-u user:value`.
    Pair(char),
}

/// Programs, the option that a password follows, and how.
const PROGRAMS: [(&str, &str, Form); 17] = [
    ("mysql", "-p", Form::Attached),
    ("mariadb", "-p", Form::Attached),
    ("7z", "-p", Form::Attached),
    ("sshpass", "-p", Form::Attached),
    ("sshpass", "-p", Form::Next),
    ("redis-cli", "-a", Form::Next),
    ("mongo", "-p", Form::Next),
    ("login", "-p", Form::Next),
    ("curl", "-u", Form::Pair(':')),
    ("curl", "--user", Form::Pair(':')),
    ("curl", "-U", Form::Pair(':')),
    ("smbclient", "-U", Form::Pair('%')),
    ("ldap", "-w", Form::Next),
    ("zip", "-P", Form::Next),
    ("sqlcmd", "-P", Form::Next),
    ("mosquitto_", "-P", Form::Next),
    ("keytool", "-storepass", Form::Next),
];
/// What the programs are looked for by.
pub(super) const MARKS: &[&str] = &[
    "mysql",
    "mariadb",
    "7z ",
    "sshpass ",
    "redis-cli ",
    "mongo",
    "login -",
    "curl ",
    "smbclient ",
    "ldap",
    "unzip ",
    "sqlcmd ",
    "mosquitto_",
    "keytool ",
];
/// What a quoted password follows in SQL, and one of a setting.
pub(super) const STATEMENTS: &[&str] =
    &["IDENTIFIED BY ", "identified by ", "PASSWORD '", "password '", "PASSWORD \"", "requirepass ", "masterauth "];

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    hits.extend(places.marked(Mark::Option).filter_map(|at| option(text, at)));
    hits.extend(places.marked(Mark::Statement).filter_map(|at| statement(text, at)));
    for (from, line) in places.lines_with(text, &[Mark::Program]) {
        program(text, from, line, hits);
    }
}

/// `--password value`, `"--password", "value"`.
fn option(text: &str, at: usize) -> Option<Hit> {
    let all = text.as_bytes();
    let name = at + 2;
    let end = bytes::run(all, name, NAME, |byte| bytes::is_word(byte) || byte == b'-');
    if all[..at].last().is_some_and(|before| bytes::is_word(*before) || *before == b'-')
        || names::kind(&all[name..end], false) != Some(Kind::Secret)
    {
        return None;
    }
    let from = bytes::run(all, end, 6, |byte| matches!(byte, b' ' | b'\t' | b',') || is_quote(byte));
    let apart = all[end..from].iter().any(|byte| matches!(byte, b' ' | b'\t' | b','));
    let hit = quoted_or_word(text, from)?;
    let value = &text[hit.offset..hit.end()];
    let chosen = looks_chosen(value) || is_quote(all[from - 1]) && value.len() >= 4;
    (apart && chosen && !value.starts_with('-')).then_some(hit)
}

/// What is quoted or a word at a place, unless it is a placeholder.
fn quoted_or_word(text: &str, from: usize) -> Option<Hit> {
    let all = text.as_bytes();
    let quote = from.checked_sub(1).map(|before| all[before]).filter(|byte| is_quote(*byte));
    let to = match quote {
        Some(quote) => bytes::run(all, from, VALUE, |byte| byte != quote && byte != b'\n'),
        None => bytes::run(all, from, VALUE, |byte| !byte.is_ascii_whitespace() && !is_quote(byte)),
    };
    let value = text.get(from..to)?;
    (!innocent::is_placeholder(value)).then(|| Hit::new("command_line_secret", from, to))
}

/// `ALTER USER odoo WITH PASSWORD 'value'`, `requirepass value`.
fn statement(text: &str, at: usize) -> Option<Hit> {
    let all = text.as_bytes();
    let mark = STATEMENTS.iter().find(|mark| bytes::stands(all, at, mark))?;
    let from = bytes::run(all, at + mark.len(), 2, |byte| matches!(byte, b' ' | b'\'' | b'"'));
    let quoted = from > 0 && matches!(all[from - 1], b'\'' | b'"');
    let line = all[..at].iter().rev().take(LINE).take_while(|byte| **byte != b'\n').count();
    let line = text.get(at - line..at).unwrap_or_default().trim();
    let told = match mark.as_bytes()[0] {
        // A setting begins its line.
        b'r' | b'm' => line.is_empty() || line.ends_with(['"', '`']),
        // Much is identified by something else.
        b'I' | b'i' => quoted && ["USER", "user", "GRANT", "grant"].iter().any(|word| line.contains(word)),
        _ => quoted,
    };
    quoted_or_word(text, from).filter(|hit| told && hit.len > 0)
}

/// The options of the programs of a line.
fn program(text: &str, offset: usize, line: &str, hits: &mut Vec<Hit>) {
    for (name, flag, form) in PROGRAMS.iter().filter(|(name, ..)| line.contains(name)) {
        let mut at = offset;
        let mut words = line.split(' ').map(|word| {
            let from = at;
            at += word.len() + 1;
            (from, word)
        });
        let found = loop {
            let Some((from, word)) = words.next() else { break None };
            let rest = word.strip_prefix(flag);
            match (form, rest) {
                (Form::Attached, Some(rest)) if rest.len() >= 4 && !rest.starts_with('-') => {
                    break Some(from + flag.len());
                }
                (Form::Next | Form::Pair(_), Some("")) => break words.next().map(|(from, _)| from),
                _ => {}
            }
        };
        let Some(mut from) = found else { continue };
        from += usize::from(text.as_bytes().get(from).is_some_and(|byte| is_quote(*byte)));
        if let Form::Pair(between) = form {
            let Some(pair) = text.get(from..offset + line.len()).and_then(|rest| rest.find([*between, ' '])) else {
                continue;
            };
            if !text[from + pair..].starts_with(*between) {
                continue;
            }
            from += pair + between.len_utf8();
        }
        let hit = quoted_or_word(text, from).filter(|hit| hit.len >= 4 || matches!(form, Form::Pair(_)) && hit.len > 0);
        hits.extend(hit.filter(|hit| !text[hit.offset..].starts_with('-') && *name != "zip" || hit.len >= 4));
    }
}
