//! Rust text as words and signs, without comments, without what stands in quotes, without test modules.

/// A word or a sign, and the line it stands on. `::` is one sign; a literal is `"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// Every token of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let (mut rest, mut line, mut found) = (text, 1, Vec::new());
    while let Some(first) = rest.chars().next() {
        let (len, kind) = next(rest, first);
        let word = match kind {
            Kind::Skip => None,
            Kind::Literal => Some("\""),
            Kind::Token => Some(&rest[..len]),
        };
        found.extend(word.map(|word| Token { text: word.to_owned(), line }));
        line += rest[..len].matches('\n').count();
        rest = &rest[len..];
    }
    found
}

enum Kind {
    Skip,
    Literal,
    Token,
}

/// The length of what stands at the start, in bytes.
fn next(rest: &str, first: char) -> (usize, Kind) {
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let quote = rest[word..].find(|c| c != '#').map_or(rest.len(), |at| word + at);
    if first.is_whitespace() {
        (rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()), Kind::Skip)
    } else if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), Kind::Skip)
    } else if rest.starts_with("/*") {
        (block_comment(rest), Kind::Skip)
    } else if matches!(&rest[..word], "r" | "br" | "cr") && rest[quote..].starts_with('"') {
        let end = format!("\"{}", &rest[word..quote]);
        (rest[quote + 1..].find(&end).map_or(rest.len(), |at| quote + 1 + at + end.len()), Kind::Literal)
    } else if matches!(&rest[..word], "" | "b" | "c") && rest[word..].starts_with('"') {
        (word + quoted(&rest[word..], '"'), Kind::Literal)
    } else if matches!(&rest[..word], "" | "b") && is_char(&rest[word..]) {
        (word + quoted(&rest[word..], '\''), Kind::Literal)
    } else if rest.starts_with("::") {
        (2, Kind::Token)
    } else {
        (word.max(first.len_utf8()), Kind::Token)
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let (step, change) = match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (2, 1),
            [b'*', b'/', ..] => (2, -1),
            _ => (1, 0),
        };
        at += step;
        depth += change;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// A character and not a lifetime: it ends with a quote.
fn is_char(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next() == Some('\'') && (chars.next() == Some('\\') || chars.next() == Some('\''))
}

fn quoted(rest: &str, end: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == end => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The tokens without what stands under `#[cfg(test)]`.
pub(crate) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if tokens[at..].iter().map(|token| token.text.as_str()).take(MARK.len()).eq(MARK) {
            at += MARK.len() + item(&tokens[at + MARK.len()..]);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// How many tokens an item has: up to its `;` or its closing brace.
fn item(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(token.text.as_str(), ";" | "}") {
            return at + 1;
        }
    }
    tokens.len()
}

#[test]
fn neither_comments_nor_texts_are_code() {
    let text = "a /* b /* c */ d */ e // f\n\"g \\\" h\" r#\"i \" j\"# b'\\'' 'k' '\"' x<'l> m::n br##\"\"#\"## o";
    let words: Vec<String> = tokens(text).into_iter().map(|token| token.text).collect();
    assert_eq!(words.join(" "), "a e \" \" \" \" \" x < ' l > m :: n \" o");
    assert_eq!(tokens("a\n/*\n*/ \"\n\" b").last().map(|token| token.line), Some(4));
}

#[test]
fn what_is_for_tests_only_is_left_out() {
    let text = "a; #[cfg(test)] #[path = \"x\"] mod t; b; #[cfg(test)] mod t { f([1; 2]); } c; #[cfg(unix)] mod d;";
    let words: Vec<String> = without_tests(&tokens(text)).into_iter().map(|token| token.text).collect();
    assert_eq!(words.join(" "), "a ; b ; c ; # [ cfg ( unix ) ] mod d ;");
}
