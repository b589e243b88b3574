//! Substitution of variables in a template, with every form Compose knows: `$V`, `${V}`, `${V:-word}`,
//! `${V-word}`, `${V:+word}`, `${V+word}`, `${V:?word}`, `${V?word}`, `$$`; words may nest.
//!
//! The semantics are those of Docker Compose 5.0.2 and later (compose-go 2.10.1): a word is looked at
//! only where it is used.

mod scan;
mod variables;

pub use variables::{Variable, variables};

use scan::{Op, Rule, Scanner, Token};

/// How deep words may nest. Compose has no limit; a hostile file must not exhaust the stack.
const MAX_DEPTH: usize = 128;

/// Why a template has no value. Says nothing of the template's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubstituteError {
    /// `${` without a valid name, operator or closing brace.
    #[error("a `${{` is not a valid variable; write `$$` for a dollar sign")]
    Invalid,
    /// `${V:?…}` or `${V?…}` of a variable that is missing.
    #[error("a variable that is required here (`:?` or `?`) has no value")]
    Required,
    /// More nested words than are followed.
    #[error("variables are nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

/// A template's value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Substituted {
    /// The value; it may be a secret.
    pub bytes: Vec<u8>,
    /// How many plain references (`$V`, `${V}`) were unset and became nothing: Compose only warns.
    pub unset: usize,
}

/// Substitutes variables; `lookup` is `None` where a variable is unset.
pub fn substitute<F>(template: &[u8], lookup: &F) -> Result<Substituted, SubstituteError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    let mut out = Substituted::default();
    into(&mut out, template, lookup, 0)?;
    Ok(out)
}

fn into<F>(out: &mut Substituted, template: &[u8], lookup: &F, depth: usize) -> Result<(), SubstituteError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    if depth > MAX_DEPTH {
        return Err(SubstituteError::TooDeep);
    }
    for token in Scanner::new(template) {
        match token {
            Token::Text(text) => out.bytes.extend_from_slice(text),
            Token::Escaped => out.bytes.push(b'$'),
            Token::Invalid => return Err(SubstituteError::Invalid),
            Token::Variable(used) => match choose(used.rule, lookup(used.name))? {
                Chosen::Value(value) => out.bytes.extend_from_slice(&value),
                Chosen::Word(word) => into(out, word, lookup, depth + 1)?,
                Chosen::Nothing => {}
                Chosen::Unset => out.unset += 1,
            },
        }
    }
    Ok(())
}

/// What a variable becomes.
enum Chosen<'a> {
    Value(Vec<u8>),
    Word(&'a [u8]),
    Nothing,
    Unset,
}

fn choose(rule: Option<Rule<'_>>, value: Option<Vec<u8>>) -> Result<Chosen<'_>, SubstituteError> {
    let Some(Rule { op, colon, word }) = rule else {
        return Ok(value.map_or(Chosen::Unset, Chosen::Value));
    };
    let value = value.filter(|value| !(colon && value.is_empty()));
    match (op, value) {
        (Op::Default | Op::Required, Some(value)) => Ok(Chosen::Value(value)),
        (Op::Default, None) | (Op::Alternate, Some(_)) => Ok(Chosen::Word(word)),
        (Op::Alternate, None) => Ok(Chosen::Nothing),
        (Op::Required, None) => Err(SubstituteError::Required),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_nesting_is_an_error_and_not_a_crash() {
        let deep = format!("{}x{}", "${A:-".repeat(100_000), "}".repeat(100_000));
        assert_eq!(substitute(deep.as_bytes(), &|_| None).map(|s| s.bytes), Err(SubstituteError::TooDeep));
        assert!(variables(deep.as_bytes()).len() <= MAX_DEPTH + 1);
    }

    #[test]
    fn many_variables_on_one_line_take_linear_time() {
        let wide = "${A:-x}".repeat(50_000);
        assert_eq!(substitute(wide.as_bytes(), &|_| None).map(|s| s.bytes.len()), Ok(50_000));
        let open = "${A:-{".repeat(50_000);
        assert_eq!(substitute(open.as_bytes(), &|_| None).map(|s| s.bytes), Err(SubstituteError::Invalid));
    }

    #[test]
    fn unset_plain_references_are_counted() {
        let got = substitute(b"$A${B}${C:-}$D", &|name| (name == "D").then(Vec::new)).map(|s| s.unset);
        assert_eq!(got, Ok(2));
    }
}
