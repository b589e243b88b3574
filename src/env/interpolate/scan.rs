//! Finds the variables in a template, the way Compose's own pattern does.
//!
//! Compose matches `${NAME` + operator greedily up to the last `}` of the line and then looks for the
//! first brace that closes; both steps, with their quirks, are kept, because they decide what a value
//! is. Names are ASCII plus the two characters that fold to ASCII letters without regard to case.

/// What stands between a name and its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// `-`: the word when unset; `:-` also when empty.
    Default,
    /// `+`: the word when set; `:+` only when not empty.
    Alternate,
    /// `?`: an error when unset; `:?` also when empty.
    Required,
}

/// The operator and the word after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule<'a> {
    pub(super) op: Op,
    /// A colon stood before the operator: empty counts as unset.
    pub(super) colon: bool,
    pub(super) word: &'a [u8],
}

/// A variable that is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Use<'a> {
    pub(super) name: &'a str,
    pub(super) rule: Option<Rule<'a>>,
    /// Where the greedy match of Compose's pattern ends; it decides the order of extraction.
    pub(super) reach: usize,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Text(&'a [u8]),
    /// `$$`.
    Escaped,
    Variable(Use<'a>),
    /// `${` with no valid name, operator or end.
    Invalid,
}

/// Walks over a template once; every step is linear in what it consumes.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    line_end: usize,
    last_brace: Option<usize>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line_end: 0, last_brace: None }
    }

    /// The offset of the next token.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The last `}` of the line that `from` stands on, if it stands at or after `from`.
    fn last_brace_from(&mut self, from: usize) -> Option<usize> {
        if from >= self.line_end {
            let rest = &self.text[from..];
            self.line_end = rest.iter().position(|byte| *byte == b'\n').map_or(self.text.len(), |at| from + at);
            self.last_brace = self.text[from..self.line_end].iter().rposition(|b| *b == b'}').map(|at| from + at);
        }
        self.last_brace.filter(|at| *at >= from)
    }

    fn braced(&mut self, start: usize) -> Token<'a> {
        let text = self.text;
        let name = name_at(&text[start + 2..]);
        let after = start + 2 + name.len();
        if !name.is_empty() && text.get(after) == Some(&b'}') {
            self.at = after + 1;
            return Token::Variable(Use { name, rule: None, reach: self.at });
        }
        let colon = text.get(after) == Some(&b':');
        let word_at = after + usize::from(colon) + 1;
        let found = text.get(word_at - 1).copied().and_then(op_of).filter(|_| !name.is_empty());
        let (Some(op), Some(last)) = (found, found.and_then(|_| self.last_brace_from(word_at))) else {
            self.at = start + 2;
            return Token::Invalid;
        };
        let end = closing_brace(&text[start..=last]).map_or(last, |at| start + at);
        self.at = end + 1;
        let rule = Rule { op, colon, word: &text[word_at..end] };
        Token::Variable(Use { name, rule: Some(rule), reach: last + 1 })
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let (text, start) = (self.text, self.at);
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let dollar = rest.iter().position(|byte| *byte == b'$');
        if dollar != Some(0) {
            let piece = &rest[..dollar.unwrap_or(rest.len())];
            self.at += piece.len();
            return Some(Token::Text(piece));
        }
        match rest.get(1) {
            Some(b'$') => {
                self.at += 2;
                Some(Token::Escaped)
            }
            Some(b'{') => Some(self.braced(start)),
            _ => {
                let name = name_at(&rest[1..]);
                self.at += 1 + name.len();
                let used = Use { name, rule: None, reach: self.at };
                Some(if name.is_empty() { Token::Text(&rest[..1]) } else { Token::Variable(used) })
            }
        }
    }
}

fn op_of(byte: u8) -> Option<Op> {
    match byte {
        b'-' => Some(Op::Default),
        b'+' => Some(Op::Alternate),
        b'?' => Some(Op::Required),
        _ => None,
    }
}

/// The longest name at the start; empty if there is none.
fn name_at(text: &[u8]) -> &str {
    let mut len = 0;
    while let Some(rest) = text.get(len..) {
        len += match rest {
            [b'_' | b'a'..=b'z' | b'A'..=b'Z', ..] => 1,
            [b'0'..=b'9', ..] if len > 0 => 1,
            // U+017F and U+212A are `s` and `k` to a pattern that ignores case.
            [0xc5, 0xbf, ..] => 2,
            [0xe2, 0x84, 0xaa, ..] => 3,
            _ => break,
        };
    }
    std::str::from_utf8(&text[..len]).unwrap_or_default()
}

/// The first brace that closes the first one. As in Compose, the byte after an opening brace is not
/// looked at; a text whose braces don't balance has no such brace.
fn closing_brace(text: &[u8]) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'}' if open == 1 => return Some(at),
            b'}' => open = open.saturating_sub(1),
            b'{' => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
