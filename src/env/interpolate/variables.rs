//! Which variables a template uses, with their defaults: the rule of `docker compose config --variables`.

use super::MAX_DEPTH;
use super::scan::{Op, Rule, Scanner, Token, Use};

/// A variable as a template mentions it.
#[derive(Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name; empty for a reference that is not valid.
    pub name: String,
    /// The word of `-` and `:-`.
    pub default: Vec<u8>,
    /// The word of `+` and `:+`.
    pub presence: Vec<u8>,
    /// It stands with `?` or `:?`.
    pub required: bool,
}

/// Every variable that a template mentions, in Compose's order: where a name comes twice, the last one
/// is the one that Compose lists. Words of `?` are not looked into, as in Compose.
pub fn variables(template: &[u8]) -> Vec<Variable> {
    let mut out = Vec::new();
    collect(&mut out, template, 0);
    out
}

fn collect(out: &mut Vec<Variable>, template: &[u8], depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    // Compose extracts what follows an operator on the same line before the variable itself.
    let mut waiting: Vec<Use<'_>> = Vec::new();
    let mut scanner = Scanner::new(template);
    loop {
        if waiting.first().is_some_and(|first| scanner.at() >= first.reach) {
            waiting.drain(..).rev().for_each(|used| push(out, &used, depth));
        }
        match scanner.next() {
            None => break,
            Some(Token::Variable(used)) if used.rule.is_some() => waiting.push(used),
            Some(Token::Variable(used)) => push(out, &used, depth),
            Some(Token::Invalid) => out.push(plain("")),
            Some(Token::Text(_) | Token::Escaped) => {}
        }
    }
    waiting.drain(..).rev().for_each(|used| push(out, &used, depth));
}

fn push(out: &mut Vec<Variable>, used: &Use<'_>, depth: usize) {
    let mut found = plain(used.name);
    let Some(Rule { op, word, .. }) = used.rule else {
        out.push(found);
        return;
    };
    match op {
        Op::Required => found.required = true,
        Op::Default => found.default = word.to_vec(),
        Op::Alternate => found.presence = word.to_vec(),
    }
    out.push(found);
    if op != Op::Required {
        collect(out, word, depth + 1);
    }
}

fn plain(name: &str) -> Variable {
    Variable { name: name.to_owned(), default: Vec::new(), presence: Vec::new(), required: false }
}
