//! Source to statements: where each starts, its key, and the span of its value. Nothing is copied, so that a file
//! of a million lines can be walked over in a fraction of a second.

use super::lexer::{Lexer, Place, is_blank, is_key, trim_end};
use super::{Assign, Comment, EnvError, Quote, Reason, Span};

/// One assignment, as it stands in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement<'a> {
    /// The key as it stands there; the name that was meant where the statement is [`Assign::LostAtEnd`].
    pub(crate) name: &'a [u8],
    pub(crate) assign: Assign,
    pub(crate) quote: Quote,
    pub(crate) exported: bool,
    /// It starts on the line on which another value's quote closes.
    pub(crate) after_quote: bool,
    /// The line of the key, 1-based.
    pub(crate) line: usize,
    /// Where the value stands; the key, where there is none.
    pub(crate) at: Place,
    /// The line on which the value ends.
    pub(crate) end_line: usize,
    /// The value as it is written, with its quotes.
    pub(crate) raw: Span,
    /// The comment after the value, from its `#`.
    pub(crate) comment: Option<Span>,
}

impl<'a> Statement<'a> {
    /// The key. Every character of it was looked at, so it is UTF-8.
    pub(crate) fn key(&self) -> &'a str {
        std::str::from_utf8(self.name).unwrap_or_default()
    }
}

/// What a file is made of.
pub(crate) enum Item<'a> {
    Comment(Comment),
    Statement(Statement<'a>),
}

/// Walks over a file. After an error there is nothing more.
pub(crate) struct Statements<'a> {
    lexer: Lexer<'a>,
    /// Where the last statement's comment starts: it is not one of a line of its own.
    taken: Option<u32>,
    /// The line on which the last statement's quote closed.
    closed: Option<usize>,
    failed: bool,
}

impl<'a> Statements<'a> {
    /// Over a file of less than 4 GiB.
    pub(crate) fn of(source: &'a [u8]) -> Self {
        Self { lexer: Lexer::new(source), taken: None, closed: None, failed: u32::try_from(source.len()).is_err() }
    }

    /// Whether the file is too large to walk over.
    pub(crate) fn is_too_large(&self) -> bool {
        self.failed
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Result<Item<'a>, EnvError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.failed {
                return None;
            }
            self.lexer.skip(char::is_whitespace);
            if self.lexer.peek()?.0 != '#' {
                let mut found = match statement(&mut self.lexer) {
                    Ok(found) => found,
                    Err(error) => {
                        self.failed = true;
                        return Some(Err(error));
                    }
                };
                found.after_quote = self.closed == Some(found.line);
                self.closed = (found.quote != Quote::None).then_some(found.end_line);
                self.taken = found.comment.map(|comment| comment.start);
                return Some(Ok(Item::Statement(found)));
            }
            let span = span(self.lexer.at, self.lexer.line_end());
            let line = self.lexer.line;
            self.lexer.jump_to(span.end as usize);
            // A comment after a quoted value is already its statement's.
            if self.taken != Some(span.start) {
                return Some(Ok(Item::Comment(Comment { line, span })));
            }
        }
    }
}

fn statement<'a>(lexer: &mut Lexer<'a>) -> Result<Statement<'a>, EnvError> {
    let exported = skip_export(lexer);
    if lexer.peek().is_none() {
        return Err(error(lexer, Reason::ExportAlone));
    }
    let (line, place, start) = (lexer.line, lexer.place(), lexer.at);
    lexer.skip_plain();
    lexer.skip_in_line(|c| is_blank(c) || is_key(c));
    let written = trim_end(&lexer.source[start..lexer.at]);
    let statement = |assign, name: &'a [u8]| Statement {
        name,
        assign,
        quote: Quote::None,
        exported,
        after_quote: false,
        line,
        at: place,
        end_line: line,
        raw: span(start, start + written.len()),
        comment: None,
    };
    let Some((end, width)) = lexer.peek() else {
        return Ok(statement(Assign::LostAtEnd, written));
    };
    if !matches!(end, '=' | ':' | '\n') {
        return Err(error(lexer, Reason::Character));
    }
    if written.contains(&b' ') {
        return Err(EnvError { line, column: place.column(lexer.source), reason: Reason::SpaceInKey });
    }
    if end == '\n' {
        return Ok(statement(Assign::Inherit, written));
    }
    lexer.jump_to(lexer.at + width);
    lexer.skip_in_line(is_blank);
    let statement = Statement { at: lexer.place(), ..statement(Assign::Value, written) };
    match lexer.peek() {
        Some(('\'', _)) => quoted(lexer, statement, Quote::Single),
        Some(('"', _)) => quoted(lexer, statement, Quote::Double),
        _ => Ok(unquoted(lexer, statement)),
    }
}

/// `export` counts only before white space, a line feed included, and only once.
fn skip_export(lexer: &mut Lexer<'_>) -> bool {
    let exported = lexer.rest().strip_prefix(b"export").and_then(<[u8]>::first);
    let exported = matches!(exported, Some(b'\t' | b'\n' | b'\x0c' | b'\r' | b' '));
    if exported {
        lexer.move_to(lexer.at + b"export".len());
        lexer.skip(is_blank);
    }
    exported
}

/// Up to the line feed, without what follows the first ` #`.
fn unquoted<'a>(lexer: &mut Lexer<'a>, statement: Statement<'a>) -> Statement<'a> {
    let (start, end) = (lexer.at, lexer.line_end());
    let line = &lexer.source[start..end];
    let hash = memchr::memchr_iter(b'#', line).find(|at| *at > 0 && line[at - 1] == b' ').map(|at| at - 1);
    let raw = trim_end(&line[..hash.unwrap_or(line.len())]);
    let comment = hash.map(|at| span(start + at + 1, start + trim_end(line).len()));
    lexer.jump_to(end);
    Statement { raw: span(start, start + raw.len()), comment, ..statement }
}

/// Up to the quote that no backslash stands before, over any number of lines.
fn quoted<'a>(lexer: &mut Lexer<'a>, statement: Statement<'a>, quote: Quote) -> Result<Statement<'a>, EnvError> {
    let start = lexer.at;
    let mark = lexer.source[start];
    let mut at = start + 1;
    loop {
        let rest = lexer.source.get(at..).unwrap_or_default();
        match memchr::memchr2(mark, b'\\', rest) {
            None => return Err(error(lexer, Reason::Unterminated)),
            Some(found) if rest[found] == mark => {
                at += found;
                break;
            }
            Some(found) => at += found + 2,
        }
    }
    lexer.move_to(at + 1);
    let end_line = lexer.line;
    let comment = comment_on_this_line(lexer);
    Ok(Statement { quote, end_line, raw: span(start, at + 1), comment, ..statement })
}

fn comment_on_this_line(lexer: &Lexer<'_>) -> Option<Span> {
    let end = lexer.line_end();
    let mut ahead = lexer.clone();
    ahead.skip_in_line(|c| c != '\n' && c.is_whitespace());
    (ahead.peek()?.0 == '#').then(|| span(ahead.at, end))
}

fn error(lexer: &Lexer<'_>, reason: Reason) -> EnvError {
    EnvError { line: lexer.line, column: lexer.place().column(lexer.source), reason }
}

fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}
