//! `readback review write` and `readback review risk`: what a report tells besides the checks.

use super::args::{RiskArgs, WriteArgs};
use super::writer::{WriteError, with_review};
use crate::cli::context::StartError;
use crate::cli::{Args, say};
use crate::guard::{line, multiline};
use crate::review::actions::{self, MAX_TEXT, Refused};
use crate::review::{Risk, Section};
use std::io::{Read, stdin, stdout};

/// Writes a section from standard input.
pub(super) fn write(args: &Args, options: &WriteArgs) -> Result<u8, StartError> {
    let text = read_stdin(MAX_TEXT)?;
    let section = options.section;
    with_review(args, &options.review, async |writer| {
        let text = multiline(&text);
        let made = writer.record(|review, guard, stamp| actions::write_section(review, guard, section, &text, stamp));
        said(made.await, &format!("{} recorded", Section::id(section)))
    })
}

/// Rates a risk, or drops it.
pub(super) fn risk(args: &Args, options: &RiskArgs) -> Result<u8, StartError> {
    with_review(args, &options.review, async |writer| {
        let id = &options.id;
        let rating = options.title.as_ref().zip(options.likelihood.zip(options.impact));
        let risk = rating.map(|(title, (likelihood, impact))| {
            let title = line(title).into_owned();
            Risk { id: id.clone(), title, likelihood, impact }
        });
        let made = writer.record(|review, guard, stamp| match risk {
            Some(risk) => actions::rate_risk(review, guard, risk, stamp),
            None => actions::drop_risk(review, id, stamp),
        });
        said(made.await, &format!("{} recorded", line(id)))
    })
}

/// Says that it is recorded. What stands so already is no failure.
pub(super) fn said(made: Result<(), WriteError>, done: &str) -> Result<u8, WriteError> {
    match made {
        Ok(()) => say(&mut stdout(), done),
        Err(WriteError::Refused(already @ Refused::StandsAlready(_))) => say(&mut stdout(), &already.to_string()),
        Err(error) => return Err(error),
    }
    Ok(0)
}

/// Standard input, as a text of at most so many bytes.
pub(super) fn read_stdin(most: usize) -> Result<String, StartError> {
    let mut bytes = Vec::new();
    let limited = stdin().lock().take(most as u64 + 1).read_to_end(&mut bytes);
    limited.map_err(|error| StartError::Other(format!("standard input can't be read: {}", error.kind())))?;
    if bytes.len() > most {
        return Err(StartError::Other(format!(
            "standard input is over {most} bytes; give a reference, not the payload"
        )));
    }
    String::from_utf8(bytes).map_err(|_| StartError::Other("standard input is no UTF-8 text".to_owned()))
}
