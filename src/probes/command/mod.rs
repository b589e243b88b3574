//! Runs a check that speaks the Nagios plugin protocol: an exit code, one line, performance data.

mod plugin;

#[cfg(test)]
mod tests;

use super::program::{self, Program};
use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::evidence::{Fact, Unknown, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// Runs a check that speaks the Nagios plugin protocol.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The program and its arguments. No shell reads them.
    pub argv: Vec<String>,
}

/// What the command left behind. Its error output is not among it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Its exit code; `None` where a signal ended it.
    pub exit: Option<i32>,
    /// The text of its first line: safe to show, masked, cut.
    pub says: String,
    /// Whether something in the line looked like a secret and was masked.
    pub is_masked: bool,
    /// Whether it printed more than was read.
    pub is_cut: bool,
    /// Whether its first line is no text.
    #[serde(default)]
    pub is_garbled: bool,
    /// The first of its performance data.
    pub measured: Vec<Fact>,
}

impl Kind for Command {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "command",
        asks: "Runs a program that speaks the Nagios plugin protocol, and takes its exit code, its first line and its \
               performance data.",
        pass_means: "The program ended by itself with exit code 0, and its first line does not say otherwise.",
        blind_to: "What the program looked at: it is believed. Its error output, and every line but the first.",
        options: &[OptionDoc::new(
            "argv",
            "required",
            "The program and its arguments; no shell reads them. It runs in the stack's folder with the console's \
             environment. Everybody on the host can read arguments: no secret belongs there.",
        )],
        reasons: &[
            ("says_warning", "It ended with 1."),
            ("says_critical", "It ended with 2."),
            ("says_unknown", "It ended with 3: it could not tell."),
            (
                "contradicts",
                "It ended with 0, and its first line names another state: something swallows the exit code.",
            ),
            ("no_output", "It ended with 0 and said nothing."),
            ("garbled", "It ended with 0, and its first line is no text."),
            ("not_found_inside", "It ended with 126 or 127: what it wraps was not found, or may not be run."),
            ("exit_out_of_range", "It ended with a code that no check has."),
            ("killed", "A signal ended it."),
            ("not_installed", "The program is not there."),
            ("not_permitted", "This user may not run it."),
            ("not_runnable", "The system could not start it."),
            ("timeout", "It did not end in time, and was killed with all that it started."),
        ],
        every: Duration::from_mins(1),
        timeout: Duration::from_secs(10),
        half_life: Duration::from_mins(3),
    };

    fn claim(&self) -> String {
        format!("{} says OK", self.shown())
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        let output = self.program().run(at, deadline).await?;
        let first = plugin::first_line(&output.bytes);
        Ok(Seen {
            exit: output.exit,
            says: first.says,
            is_masked: first.is_masked,
            is_cut: output.is_cut,
            is_garbled: first.is_garbled,
            measured: first.measured,
        })
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        let (verdict, reason, summary) = self.weigh(seen);
        let code = seen.exit.map_or_else(|| "none: a signal ended it".to_owned(), |code| code.to_string());
        let mut facts = vec![Fact::text("exit code", code)];
        if seen.is_masked {
            facts.push(Fact::text("masked", "a part that looks like a secret"));
        }
        if seen.is_cut {
            facts.push(Fact::text("output", format!("read up to {} KiB", program::LIMIT / 1024)));
        }
        facts.extend(seen.measured.iter().cloned());
        let judgement = Judgement::new(verdict, summary).facts(facts);
        match verdict {
            Verdict::Pass => judgement,
            _ => judgement
                .reason(reason)
                .hint(format!("run it by hand, as this user, in the stack's folder: {}", self.shown())),
        }
    }
}

impl Command {
    fn program(&self) -> Program<'_> {
        Program { argv: &self.argv, environment: &[], with_errors: false }
    }

    /// The program's name; its arguments are not shown.
    fn shown(&self) -> String {
        self.program().shown()
    }

    /// The verdict, the id of why it is not a pass, and both in words.
    fn weigh(&self, seen: &Seen) -> (Verdict, &'static str, String) {
        let shown = self.shown();
        let says = |what: &str| if seen.says.is_empty() { format!("{shown} {what}") } else { seen.says.clone() };
        let unknown = Verdict::Unknown;
        match seen.exit {
            Some(0) if seen.is_garbled => {
                let summary = format!("{shown} ended with 0, and what it says is no text");
                (unknown(Unknown::Garbled), "garbled", summary)
            }
            Some(0) if seen.says.is_empty() => {
                let summary = format!("{shown} ended with 0 and said nothing: a check says at least one line");
                (Verdict::Warn, "no_output", summary)
            }
            Some(0) => match plugin::contradiction(&seen.says) {
                // A pipe or a wrapper that swallows the exit code.
                Some(word) => {
                    (Verdict::Warn, "contradicts", format!("{shown} ended with 0, and says {word}: {}", seen.says))
                }
                None => (Verdict::Pass, "", seen.says.clone()),
            },
            Some(1) => (Verdict::Warn, "says_warning", says("warns, without a word")),
            Some(2) => (Verdict::Fail, "says_critical", says("says critical, without a word")),
            Some(3) => (unknown(Unknown::Unreachable), "says_unknown", says("can't tell, without a word")),
            Some(126 | 127) => {
                let summary = format!("{shown} found no program to run, or may not run it (exit code 126 or 127)");
                (unknown(Unknown::NotConfigured), "not_found_inside", summary)
            }
            Some(code) => {
                let summary = format!("{shown} ended with {code}, which is no answer of a check");
                (unknown(Unknown::Garbled), "exit_out_of_range", summary)
            }
            None => (unknown(Unknown::Garbled), "killed", format!("{shown} was ended by a signal")),
        }
    }
}
