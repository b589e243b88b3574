//! Source to entries: where each statement starts, its key, and the span of its value.

use super::lexer::{Lexer, is_blank, is_key, trim_end};
use super::{Assign, Comment, Entry, EnvError, EnvFile, Quote, Reason, Span};
use zeroize::Zeroizing;

/// Reads a file. The error says where Compose stops, and never what stands there.
pub fn parse(bytes: &[u8]) -> Result<EnvFile, EnvError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(EnvError { line: 1, column: 1, reason: Reason::TooLarge });
    }
    let mut lexer = Lexer::new(bytes);
    let (mut entries, mut comments) = (Vec::<Entry>::new(), Vec::new());
    loop {
        lexer.skip(char::is_whitespace);
        match lexer.peek() {
            None => break,
            Some(('#', _)) => {
                let span = span(lexer.at, lexer.line_end());
                // A comment after a quoted value is already its entry's.
                if entries.last().is_none_or(|entry| entry.comment.map(|c| c.start) != Some(span.start)) {
                    comments.push(Comment { line: lexer.line, span });
                }
                lexer.move_to(span.end as usize);
            }
            Some(_) => entries.push(statement(&mut lexer)?),
        }
    }
    Ok(EnvFile { source: Zeroizing::new(bytes.to_vec()), entries, comments })
}

fn statement(lexer: &mut Lexer<'_>) -> Result<Entry, EnvError> {
    let exported = skip_export(lexer);
    if lexer.peek().is_none() {
        return Err(error(lexer, Reason::ExportAlone));
    }
    let (line, column, start) = (lexer.line, lexer.column(), lexer.at);
    lexer.skip(|c| is_blank(c) || is_key(c));
    let written = trim_end(&lexer.source[start..lexer.at]);
    let entry = |assign, key: &[u8]| Entry {
        // Every character of a key was looked at, so it is UTF-8.
        key: String::from_utf8_lossy(key).into_owned(),
        assign,
        quote: Quote::None,
        exported,
        line,
        column,
        end_line: line,
        raw: span(start, start + written.len()),
        comment: None,
    };
    let Some((end, width)) = lexer.peek() else {
        return Ok(entry(Assign::LostAtEnd, written));
    };
    if !matches!(end, '=' | ':' | '\n') {
        return Err(error(lexer, Reason::Character));
    }
    if written.contains(&b' ') {
        return Err(EnvError { line, column, reason: Reason::SpaceInKey });
    }
    if end == '\n' {
        return Ok(entry(Assign::Inherit, written));
    }
    lexer.move_to(lexer.at + width);
    lexer.skip(is_blank);
    let entry = Entry { column: lexer.column(), ..entry(Assign::Value, written) };
    match lexer.peek() {
        Some(('\'', _)) => quoted(lexer, entry, Quote::Single),
        Some(('"', _)) => quoted(lexer, entry, Quote::Double),
        _ => Ok(unquoted(lexer, entry)),
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
fn unquoted(lexer: &mut Lexer<'_>, entry: Entry) -> Entry {
    let (start, end) = (lexer.at, lexer.line_end());
    let line = &lexer.source[start..end];
    let hash = line.windows(2).position(|pair| pair == b" #");
    let raw = trim_end(&line[..hash.unwrap_or(line.len())]);
    let comment = hash.map(|at| span(start + at + 1, start + trim_end(line).len()));
    lexer.move_to(end);
    Entry { raw: span(start, start + raw.len()), comment, ..entry }
}

/// Up to the quote that no backslash stands before, over any number of lines.
fn quoted(lexer: &mut Lexer<'_>, entry: Entry, quote: Quote) -> Result<Entry, EnvError> {
    let start = lexer.at;
    let mark = lexer.source[start];
    let mut at = start + 1;
    loop {
        match lexer.source.get(at) {
            None => return Err(error(lexer, Reason::Unterminated)),
            Some(b'\\') => at += 2,
            Some(byte) if *byte == mark => break,
            Some(_) => at += 1,
        }
    }
    lexer.move_to(at + 1);
    let end_line = lexer.line;
    let comment = comment_on_this_line(lexer);
    Ok(Entry { quote, end_line, raw: span(start, at + 1), comment, ..entry })
}

fn comment_on_this_line(lexer: &Lexer<'_>) -> Option<Span> {
    let end = lexer.line_end();
    let mut ahead = lexer.clone();
    ahead.skip(|c| c != '\n' && c.is_whitespace());
    (ahead.peek()?.0 == '#').then(|| span(ahead.at, end))
}

fn error(lexer: &Lexer<'_>, reason: Reason) -> EnvError {
    EnvError { line: lexer.line, column: lexer.column(), reason }
}

fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}
