//! The paths that a text names, in `use` and elsewhere, with `self` and `super` resolved.

use super::tokens::Token;

/// A path (`crate`, `store`, `Store`) and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

impl Path {
    pub(crate) fn starts_with(&self, other: &[&str]) -> bool {
        self.segments.iter().map(String::as_str).take(other.len()).eq(other.iter().copied())
    }

    pub(crate) fn ends_with(&self, other: &[&str]) -> bool {
        let from = self.segments.len().saturating_sub(other.len());
        self.segments[from..].iter().map(String::as_str).eq(other.iter().copied())
    }
}

/// The module that a file of `src` is (`src/app/mod.rs` is `app`).
pub(crate) fn module(file: &str) -> Vec<String> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let names = path.split('/').filter(|name| !matches!(*name, "mod" | "lib"));
    names.map(str::to_owned).collect()
}

/// Every path of two names and more.
pub(crate) fn paths(module: &[String], tokens: &[Token]) -> Vec<Path> {
    let mut reader = Reader { tokens, module: module.to_vec(), inside: Vec::new(), found: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        reader.follow_modules(at);
        at = if reader.starts(at) { reader.read(at, &[]) } else { at + 1 };
    }
    reader.found
}

struct Reader<'a> {
    tokens: &'a [Token],
    module: Vec<String>,
    /// For each open brace, whether it opened a module.
    inside: Vec<bool>,
    found: Vec<Path>,
}

impl Reader<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_word)
    }

    /// `super` counts from the module in braces that it stands in.
    fn follow_modules(&mut self, at: usize) {
        if self.text(at) == "{" {
            let opens = at >= 2 && self.text(at - 2) == "mod";
            if opens {
                self.module.push(self.text(at - 1).to_owned());
            }
            self.inside.push(opens);
        } else if self.text(at) == "}" && self.inside.pop() == Some(true) {
            self.module.pop();
        }
    }

    /// A word that is not the middle of a path, nor a field or a method.
    fn starts(&self, at: usize) -> bool {
        self.is_word(at) && (at == 0 || self.text(at - 1) != ".")
    }

    /// Reads a path that goes on from `before`, or a tree of them; returns where it ends.
    fn read(&mut self, mut at: usize, before: &[String]) -> usize {
        let line = self.tokens.get(at).map_or(0, |token| token.line);
        let mut segments = before.to_vec();
        loop {
            if self.text(at) == "{" {
                return self.tree(at + 1, &segments);
            }
            segments.push(self.text(at).to_owned());
            at += 1;
            let goes_on = self.text(at) == "::" && (self.is_word(at + 1) || matches!(self.text(at + 1), "{" | "*"));
            if !goes_on {
                break;
            }
            at += 1;
        }
        if segments.len() > 1 {
            let segments = self.resolve(segments);
            self.found.push(Path { segments, line });
        }
        at
    }

    fn tree(&mut self, mut at: usize, before: &[String]) -> usize {
        while at < self.tokens.len() && self.text(at) != "}" {
            at = match self.text(at) {
                "," => at + 1,
                "as" => at + 2,
                _ => self.read(at, before),
            };
        }
        at + 1
    }

    fn resolve(&self, segments: Vec<String>) -> Vec<String> {
        let ups = segments.iter().take_while(|name| matches!(name.as_str(), "self" | "super")).count();
        if ups == 0 {
            return segments;
        }
        let supers = segments[..ups].iter().filter(|name| *name == "super").count();
        let base = &self.module[..self.module.len().saturating_sub(supers)];
        ["crate".to_owned()].into_iter().chain(base.iter().cloned()).chain(segments[ups..].iter().cloned()).collect()
    }
}

#[cfg(test)]
fn named(module: &[&str], text: &str) -> Vec<String> {
    let module: Vec<String> = module.iter().map(|name| (*name).to_owned()).collect();
    paths(&module, &super::tokens::tokens(text)).into_iter().map(|path| path.segments.join("::")).collect()
}

#[test]
fn trees_are_unfolded_and_relative_paths_resolved() {
    let text =
        "use crate::{app::{self, App as A}, env::*}; use super::x; use super::super::store; self::y(); a.b::<C>()";
    let expected = [
        "crate::app::self",
        "crate::app::App",
        "crate::env::*",
        "crate::panes::x",
        "crate::store",
        "crate::panes::env::y",
    ];
    assert_eq!(named(&["panes", "env"], text), expected);
}

#[test]
fn super_in_a_module_in_braces_is_the_file() {
    assert_eq!(named(&["env"], "mod a { use super::b; } use super::c;"), ["crate::env::b", "crate::c"]);
}

#[test]
fn paths_in_code_and_macros_are_found() {
    let text = "fn f(x: crate::store::Any) -> ::tokio::T { tokio::select! { _ = y.z(Timestamp::now) => {} } }";
    assert_eq!(named(&[], text), ["crate::store::Any", "tokio::T", "tokio::select", "Timestamp::now"]);
}
