//! `.env.template`: sections, REQUIRED and OPTIONAL marks, `# Secret: <id>`, and keys with their default.
//!
//! A section starts at a comment after a blank line (or after a key, if the comment carries a mark).
//! Its title is the first comment line with words; a mark or a secret's id may stand on any line of it.

use super::dotenv::{Assign, EnvError, EnvFile, Quote, parse as parse_dotenv};
use super::sensitive::may_show_key;
use crate::guard::{self, Secret};

/// What a section's comment says of its keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// `REQUIRED`.
    Required,
    /// `OPTIONAL`.
    Optional,
    /// Nothing.
    #[default]
    Unmarked,
}

/// A section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The title, safe for a terminal; empty before the first comment.
    pub title: String,
    /// The line of its comment, 1-based; 0 before the first comment.
    pub line: usize,
    /// Its mark.
    pub mark: Mark,
    /// The id of the secret its values come from.
    pub secret: Option<String>,
}

/// A key of the template.
#[derive(Clone, Debug)]
pub struct TemplateKey {
    /// The key.
    pub key: String,
    /// The index of its section.
    pub section: usize,
    /// Its line, 1-based.
    pub line: usize,
    /// It may be no key but the rest of another one's default; see [`super::dotenv::Entry::after_quote`].
    pub after_quote: bool,
    /// The value the template gives; empty where it has to be filled in.
    pub default: Secret,
}

/// A template.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// In the order of the file.
    pub sections: Vec<Section>,
    /// In the order of the file.
    pub keys: Vec<TemplateKey>,
}

impl Template {
    /// Whether the template marks a key REQUIRED.
    pub fn is_required(&self, key: &TemplateKey) -> bool {
        self.sections.get(key.section).is_some_and(|section| section.mark == Mark::Required)
    }
}

/// Reads a template.
pub fn parse(bytes: &[u8]) -> Result<Template, EnvError> {
    let file = parse_dotenv(bytes)?;
    let mut template = Template { sections: vec![Section::default()], keys: Vec::new() };
    let mut comments = file.comments().iter().peekable();
    let mut above = 0;
    for entry in file.entries() {
        while let Some(first) = comments.next_if(|comment| comment.line < entry.line) {
            let mut block = vec![text(&file, first.span)];
            let mut last = first.line;
            while let Some(next) = comments.next_if(|comment| comment.line == last + 1 && comment.line < entry.line) {
                block.push(text(&file, next.span));
                last = next.line;
            }
            begin(&mut template, &block, first.line, first.line > above + 1 || above == 0);
            above = last;
        }
        above = entry.end_line;
        template.keys.push(TemplateKey {
            key: entry.key.clone(),
            section: template.sections.len() - 1,
            line: entry.line,
            after_quote: entry.after_quote,
            default: if entry.assign == Assign::Value {
                default(&file, entry.quote, entry.raw)
            } else {
                Secret::new("")
            },
        });
    }
    Ok(template)
}

/// The default as it is written: a template is not interpolated.
fn default(file: &EnvFile, quote: Quote, raw: super::dotenv::Span) -> Secret {
    let raw = file.slice(raw);
    let comment_only = quote == Quote::None && raw.starts_with(b"#");
    let inner = match quote {
        Quote::None if comment_only => &b""[..],
        Quote::None => raw,
        Quote::Single | Quote::Double => raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default(),
    };
    Secret::new(inner)
}

fn text(file: &EnvFile, span: super::dotenv::Span) -> String {
    let text = String::from_utf8_lossy(file.slice(span)).into_owned();
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '=' | '-' | '*' | '─' | '~' | '+')).to_owned()
}

/// A block of comments: a new section, a part of the one above, or a note to a key.
fn begin(template: &mut Template, block: &[String], line: usize, apart: bool) {
    let mark = block.iter().map(|text| mark_of(text)).find(|mark| *mark != Mark::Unmarked).unwrap_or_default();
    let secret = block.iter().find_map(|text| secret_of(text));
    let title = block.iter().find(|text| !text.is_empty() && secret_of(text).is_none()).map(|text| title_of(text));
    let marked = mark != Mark::Unmarked || secret.is_some();
    let has_keys = template.keys.last().is_some_and(|key| key.section == template.sections.len() - 1);
    let title = title.unwrap_or_default();
    let Some(last) = template.sections.last_mut() else { return };
    if !has_keys && title.is_empty() {
        // Only marks, under a title that stands alone.
        last.mark = if mark == Mark::Unmarked { last.mark } else { mark };
        last.secret = secret.or_else(|| last.secret.take());
    } else if !has_keys {
        *last = Section { title, line, mark, secret };
    } else if apart || marked {
        template.sections.push(Section { title, line, mark, secret });
    }
}

fn mark_of(text: &str) -> Mark {
    let has = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
    if has("OPTIONAL") || text.contains("NOT REQUIRED") {
        Mark::Optional
    } else if has("REQUIRED") {
        Mark::Required
    } else {
        Mark::Unmarked
    }
}

/// `Secret: <id>`; what comes after the id is prose.
fn secret_of(text: &str) -> Option<String> {
    let rest = text.get(..7).filter(|word| word.eq_ignore_ascii_case("secret:")).map(|_| &text[7..])?;
    let id = rest.split_whitespace().next()?.trim_matches(['`', '"', '\'', ',']);
    Some(guard::line(id).into_owned())
}

/// The title without its mark, safe for a terminal. A comment may hold an old assignment: its value
/// is no title.
fn title_of(text: &str) -> String {
    let text = text.split_once('=').map_or(text, |(key, _)| if may_show_key(key.trim()) { key } else { "" });
    let words = text.replace("NOT REQUIRED", "").replace("REQUIRED", "").replace("OPTIONAL", "");
    let words = words.replace("()", "").replace("[]", "");
    let words = words.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '=' | '.' | ',' | '·'));
    guard::line(&words.chars().take(60).collect::<String>()).into_owned()
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
