//! Asks for the stack's name before anything is written: a finger that slipped does not type it.

use super::SyncFailure;
use crate::guard::line;
use std::io::{BufRead, IsTerminal, stderr, stdin};

/// Goes on only when the name was given, by the flag or by hand.
pub(super) fn for_the_name(stack: &str, given: Option<&str>) -> Result<(), SyncFailure> {
    let answer = match given {
        Some(name) => name.to_owned(),
        None if !stdin().is_terminal() => {
            let text = "--apply asks for the stack's name, and there is no terminal to ask on: give --stack-name NAME";
            return Err(SyncFailure::Said(text.to_owned()));
        }
        None => {
            crate::cli::say(&mut stderr(), &format!("type the stack's name ({}) to write the file:", line(stack)));
            let mut answer = String::new();
            let read = stdin().lock().read_line(&mut answer);
            read.map_err(|error| SyncFailure::io("no answer could be read".to_owned(), &error))?;
            answer.trim().to_owned()
        }
    };
    if answer == stack {
        return Ok(());
    }
    Err(SyncFailure::Said(format!("that is not this stack's name ({}); nothing was changed", line(stack))))
}
