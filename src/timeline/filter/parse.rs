//! From a text to a condition. One pass, no panic; everything is bounded: the text, the depth, each expression.

use super::error::{FilterError, shown};
use super::expr::{Expr, Matcher, Op, RESULTS, Words};
use super::field::Field;
use super::when::When;
use crate::timeline::{EventType, OwnKind};
use crate::words::nearest;
use jiff::tz::TimeZone;
use regex_lite::{Regex, RegexBuilder};

/// The longest filter, in bytes.
const LONGEST: usize = 4_096;
/// How deep parentheses may stand in each other.
const DEEPEST: usize = 16;
/// What a compiled expression may take, in bytes; it is matched in a time that grows with this and the text.
const REGEX_SIZE: usize = 64 * 1024;

/// The fields that have no text, and are asked in their own way.
pub(super) const OTHERS: [&str; 3] = ["success", "since", "until"];

pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Option<Expr>, FilterError> {
    let mut parser = Parser { text, at: 0, depth: 0, in_braces: false, zone };
    if text.len() > LONGEST {
        return Err(parser.wrong(0, format!("too long; a filter has {LONGEST} bytes at most")));
    }
    if let Some(at) = text.find(|c: char| c.is_control() && c != '\t' && c != '\n') {
        return Err(parser.wrong(at, "a control character; write text, and \\n or \\t in quotes"));
    }
    parser.space();
    if parser.rest().is_empty() {
        return Ok(None);
    }
    let expr = if parser.rest().starts_with('{') { parser.braces()? } else { Some(parser.any()?) };
    parser.space();
    match parser.rest().chars().next() {
        None => Ok(expr),
        Some(')') => Err(parser.here("a ) that closes nothing")),
        Some(_) => Err(parser.here("nothing may stand behind the }")),
    }
}

struct Parser<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
    depth: usize,
    /// Inside of `{…}`, where a comma parts what has no quotes, too.
    in_braces: bool,
    zone: &'a TimeZone,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn wrong(&self, at: usize, what: impl Into<String>) -> FilterError {
        let before = self.text.get(..at).unwrap_or(self.text);
        FilterError { column: before.chars().count() + 1, what: what.into(), suggestion: None }
    }

    fn here(&self, what: impl Into<String>) -> FilterError {
        self.wrong(self.at, what)
    }

    fn meant(&self, at: usize, what: String, suggestion: Option<&str>) -> FilterError {
        FilterError { suggestion: suggestion.map(str::to_owned), ..self.wrong(at, what) }
    }

    /// Takes characters while they are not one of these, a space, or what parts and ends matchers in braces.
    fn run(&mut self, stops: &str) -> &'a str {
        let rest = self.rest();
        let ends = |c: char| c.is_whitespace() || stops.contains(c) || (self.in_braces && matches!(c, ',' | '}'));
        let end = rest.find(ends).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Whether this word stands here on its own.
    fn is_word(&self, word: &str) -> bool {
        let rest = self.rest();
        let ends = |tail: &str| tail.chars().next().is_none_or(|c| c.is_whitespace() || "()\"".contains(c));
        rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && rest.get(word.len()..).is_some_and(ends)
    }

    fn any(&mut self) -> Result<Expr, FilterError> {
        let mut arms = Vec::new();
        loop {
            match self.all()? {
                Expr::Any(inner) => arms.extend(inner),
                expr => arms.push(expr),
            }
            if !self.is_word("or") {
                return Ok(one_or(arms, Expr::Any));
            }
            self.at += 2;
        }
    }

    fn all(&mut self) -> Result<Expr, FilterError> {
        let mut terms = Vec::new();
        loop {
            self.space();
            // As in Alertmanager's matchers; a comma at the end is no error there, either.
            if !terms.is_empty() && self.rest().starts_with(',') {
                self.at += 1;
                self.space();
            }
            let closes = self.rest().starts_with(')') || (self.in_braces && self.rest().starts_with('}'));
            let is_over = self.rest().is_empty() || closes || self.is_word("or");
            if is_over && !terms.is_empty() {
                return Ok(one_or(terms, Expr::All));
            }
            if !terms.is_empty() && self.is_word("and") {
                self.at += 3;
                self.space();
            }
            match self.term()? {
                Expr::All(inner) => terms.extend(inner),
                expr => terms.push(expr),
            }
        }
    }

    fn term(&mut self) -> Result<Expr, FilterError> {
        let start = self.at;
        if self.rest().starts_with('(') {
            return self.group();
        }
        if self.rest().starts_with('"') {
            return self.quoted().map(|text| Expr::Text(Words::new(text)));
        }
        let is_keyword = self.is_word("or") || self.is_word("and");
        if self.is_word("not") {
            return Err(self.here("there is no not; ask with != or !~, or put the word in quotes"));
        }
        let name = self.run("=!~()\"");
        if name.is_empty() || is_keyword {
            return Err(self.wrong(start, "expected a field (actor=ann), a text in quotes or ("));
        }
        let after_name = self.at;
        self.space();
        if self.rest().starts_with(['=', '!', '~']) {
            let op = self.op()?;
            return self.matcher(name, start, op);
        }
        self.at = after_name;
        if Field::named(name).is_some() || OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(self.here(format!("expected =, !=, =~ or !~ after {}; quotes make it a text", shown(name))));
        }
        self.is_no_comparison(name, start)?;
        Ok(Expr::Text(Words::new(name.to_owned())))
    }

    /// A word is no comparison in another language's signs: taken for a text it would just find nothing. What stands before
    /// a colon may be anything (`telegram:42`, a URL) but a field.
    fn is_no_comparison(&self, word: &str, start: usize) -> Result<(), FilterError> {
        let Some(at) = word.find([':', '<', '>']) else { return Ok(()) };
        let (name, sign) = word.split_at(at);
        let is_field = Field::named(name).is_some() || OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name));
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if is_field || (is_name && !sign.starts_with(':')) {
            let what = format!("expected =, !=, =~ or !~ after {}; quotes make it a text", shown(name));
            return Err(self.wrong(start + at, what));
        }
        Ok(())
    }

    /// `{actor="ann", type="RESOLVED"}`, as Alertmanager writes matchers.
    fn braces(&mut self) -> Result<Option<Expr>, FilterError> {
        let start = self.at;
        self.at += 1;
        self.in_braces = true;
        self.space();
        let expr = if self.rest().starts_with('}') { None } else { Some(self.any()?) };
        match self.rest().chars().next() {
            Some('}') => self.at += 1,
            Some(_) => return Err(self.here("a ) that closes nothing")),
            None => return Err(self.wrong(start, "the { is never closed; expected }")),
        }
        self.in_braces = false;
        Ok(expr)
    }

    fn group(&mut self) -> Result<Expr, FilterError> {
        let start = self.at;
        if self.depth == DEEPEST {
            return Err(self.here(format!("more than {DEEPEST} parentheses in each other")));
        }
        self.at += 1;
        self.depth += 1;
        let inner = self.any()?;
        self.depth -= 1;
        if !self.rest().starts_with(')') {
            return Err(self.wrong(start, "the ( is never closed; expected )"));
        }
        self.at += 1;
        Ok(inner)
    }

    fn op(&mut self) -> Result<Op, FilterError> {
        let rest = self.rest();
        if rest.starts_with("==") {
            return Err(self.meant(self.at, "expected =, !=, =~ or !~".to_owned(), Some("=")));
        }
        let op = Op::ALL.into_iter().find(|op| rest.starts_with(op.sign()));
        let op = op.ok_or_else(|| self.here("expected =, !=, =~ or !~"))?;
        self.at += op.sign().len();
        Ok(op)
    }

    fn matcher(&mut self, name: &str, start: usize, op: Op) -> Result<Expr, FilterError> {
        let Some(field) = Field::named(name) else { return self.other(name, start, op) };
        let (at, value) = self.value()?;
        let value = if field == Field::Type && !op.is_regex() { self.type_name(at, value)? } else { value };
        let regex = if op.is_regex() { Some(self.regex(at, &value)?) } else { None };
        Ok(Expr::Field(Matcher { field, op, value, regex }))
    }

    /// A field that has no text.
    fn other(&mut self, name: &str, start: usize, op: Op) -> Result<Expr, FilterError> {
        let Some(other) = OTHERS.into_iter().find(|other| other.eq_ignore_ascii_case(name)) else {
            let names: Vec<_> = Field::NAMED.iter().map(Field::name).collect();
            let known = names.iter().map(AsRef::as_ref).chain(OTHERS);
            let near = nearest(name, known.clone());
            let known = known.collect::<Vec<_>>().join(", ");
            let what = format!("unknown field {}; there are {known} and context.NAME", shown(name));
            return Err(self.meant(start, what, near));
        };
        let is_result = other == "success";
        if op.is_regex() || (op == Op::IsNot && !is_result) {
            let takes = if is_result { "= or !=" } else { "=" };
            return Err(self.wrong(self.at - op.sign().len(), format!("{other} takes {takes}")));
        }
        let (at, value) = self.value()?;
        if is_result {
            let known = RESULTS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&value));
            let near = nearest(&value, RESULTS.iter().map(|(word, _)| *word));
            let unknown = || self.meant(at, "expected true, false or none".to_owned(), near);
            return known.map(|(_, is)| Expr::Success { not: op == Op::IsNot, is: *is }).ok_or_else(unknown);
        }
        let when = When::parse(&value, self.zone).ok_or_else(|| {
            self.wrong(at, "expected how long ago (90s, 15m, 2h, 7d) or a date (2026-02-04, 2026-02-04T09:30)")
        })?;
        Ok(if other == "since" { Expr::Since(when) } else { Expr::Until(when) })
    }

    /// A value, and where it begins.
    fn value(&mut self) -> Result<(usize, String), FilterError> {
        self.space();
        let start = self.at;
        if self.rest().starts_with('"') {
            return Ok((start, self.quoted()?));
        }
        let value = self.run("()\"");
        if self.rest().starts_with(['(', '"']) {
            return Err(self.here("put a value that has parentheses or quotes in quotes"));
        }
        if value.is_empty() {
            return Err(self.here("expected a value; \"\" is the empty one"));
        }
        Ok((start, value.to_owned()))
    }

    /// A text in quotes. `\"`, `\\`, `\n` and `\t` are what they are in most languages; any other backslash stands
    /// for itself, so that an expression needs no second one.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 1;
                    return Ok(text);
                }
                '\\' => {
                    let escaped = match chars.peek().map(|(_, next)| *next) {
                        Some('n') => Some('\n'),
                        Some('t') => Some('\t'),
                        Some(next @ ('"' | '\\')) => Some(next),
                        _ => None,
                    };
                    if escaped.is_some() {
                        chars.next();
                    }
                    text.push(escaped.unwrap_or('\\'));
                }
                c => text.push(c),
            }
        }
        Err(self.here("the quote is never closed; expected \""))
    }

    /// A type as the log names it. A name that no console knows may be another program's, unless it is so near to a
    /// known one that it is a slip.
    fn type_name(&self, at: usize, written: String) -> Result<String, FilterError> {
        let known = || type_names().chain([OwnKind::ProbeSampled.name(), EventType::Other.name()]);
        if let Some(name) = known().find(|name| name.eq_ignore_ascii_case(&written)) {
            return Ok(name.to_owned());
        }
        match nearest(&written, known()) {
            Some(near) => Err(self.meant(at, format!("unknown type {}", shown(&written)), Some(near))),
            None => Ok(written),
        }
    }

    /// Alone first: `a)|(b` would get out of the anchors.
    fn regex(&self, at: usize, pattern: &str) -> Result<Regex, FilterError> {
        let compile = |pattern: &str| RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build();
        compile(pattern)
            .and_then(|_| compile(&format!("^(?s:{pattern})$")))
            .map_err(|error| self.wrong(at, format!("not a regular expression: {}", shown_error(&error))))
    }
}

/// The types that can stand in the timeline.
pub(super) fn type_names() -> impl Iterator<Item = &'static str> {
    let own = OwnKind::ALL.into_iter().filter(|kind| *kind != OwnKind::ProbeSampled);
    EventType::ALL.into_iter().map(EventType::name).chain(own.map(OwnKind::name))
}

fn shown_error(error: &regex_lite::Error) -> String {
    crate::guard::line(error.to_string().trim()).chars().take(120).collect()
}

/// The one that there is, or all of them together.
fn one_or(mut exprs: Vec<Expr>, together: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    match exprs.pop() {
        Some(only) if exprs.is_empty() => only,
        Some(last) => {
            exprs.push(last);
            together(exprs)
        }
        None => together(exprs),
    }
}
