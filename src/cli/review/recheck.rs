//! `readback review recheck`: whether the lane of every sign-off still comes out of what it was computed from.

use super::args::RecheckArgs;
use super::desk::Desk;
use crate::cli::console::actor;
use crate::cli::context::{Context, StartError};
use crate::cli::{Args, UNKNOWN, VerifyFormat, nothing, say};
use crate::guard::line;
use crate::review::recheck::{Outcome, Rechecked, recheck};
use crate::store::Access;
use serde::Serialize;
use std::fmt::Write;
use std::io::stdout;

/// What a lane that comes out differently exits with.
const DIFFERS: u8 = 1;

/// What came of every sign-off.
#[derive(Debug, Serialize)]
pub struct RecheckReport {
    /// The name of this shape.
    pub schema: &'static str,
    /// The policy of this console.
    pub policy: String,
    /// `same`, `differs`, or `unknown` where no sign-off could be computed again.
    pub verdict: &'static str,
    /// The sign-offs, in the order of recording.
    pub sign_offs: Vec<Rechecked>,
}

/// Runs it and prints what comes out.
pub(super) fn run(args: &Args, options: &RecheckArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let desk = crate::cli::console::runtime()?.block_on(async {
        let (desk, store) = Desk::open(&context, Access::ReadOnly).await?;
        store.close().await;
        Ok::<_, StartError>(desk)
    })?;
    let (only, reader) = (options.review.as_deref().map(|name| desk.find(name)).transpose()?, actor());
    only.map_or(Ok(()), |review| Desk::may_see(review, &reader))?;
    let mut all = recheck(&desk.recorded, only.map(|review| &review.id), &desk.contract);
    // What was signed follows from answers that who reads second must not see yet.
    all.retain(|one| desk.book.get(&one.review).is_none_or(|review| Desk::may_see(review, &reader).is_ok()));
    let report = RecheckReport::of(all, desk.contract.digest());
    let text = match options.format {
        VerifyFormat::Human => report.human(),
        VerifyFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
    };
    say(&mut stdout(), text.trim_end());
    Ok(report.exit_code())
}

impl RecheckReport {
    /// From what came out, under this policy.
    pub fn of(sign_offs: Vec<Rechecked>, policy: &str) -> Self {
        let any = |fits: fn(&Outcome) -> bool| sign_offs.iter().any(|one| fits(&one.outcome));
        let verdict = if any(|outcome| matches!(outcome, Outcome::Differs { .. })) {
            "differs"
        } else if any(|outcome| *outcome == Outcome::Same) {
            "same"
        } else {
            "unknown"
        };
        Self { schema: "readback_recheck_v1", policy: policy.to_owned(), verdict, sign_offs }
    }

    /// 0 where all that can be computed again is the same, 1 where one differs, 3 where none can be.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            "same" => 0,
            "differs" => DIFFERS,
            _ => UNKNOWN,
        }
    }

    /// For people: one line each, then what to do.
    pub fn human(&self) -> String {
        let mut out = String::new();
        for one in &self.sign_offs {
            let (id, actor, signed) = (line(&one.review.0), line(&one.actor), line(&one.signed));
            let void = one.void.map(|why| format!("  (it does not count: {why})")).unwrap_or_default();
            let _ = writeln!(out, "{}  {id}  {}  {actor}  {signed}{void}", words(one), one.recorded_at);
        }
        let next = match self.verdict {
            "same" => "every sign-off that can be computed again comes out as it was signed",
            "differs" => {
                "look at that sign-off: its record was not made by the rules it names, or the rules' code changed"
            }
            _ if self.sign_offs.is_empty() => "nothing was signed yet",
            _ => {
                "no sign-off can be computed again here: use the check set that they were signed under ([review] checks)"
            }
        };
        let _ = writeln!(out, "next: {next}");
        out
    }
}

fn words(one: &Rechecked) -> String {
    match &one.outcome {
        Outcome::Same => format!("SAME  under {}", one.rules.unwrap_or_default()),
        Outcome::Differs { lane, same_input: true } => format!("DIFFERS  the same input gives {}", lane.id()),
        Outcome::Differs { lane, same_input: false } => {
            format!("DIFFERS  the steps before it are another input, and give {}", lane.id())
        }
        Outcome::OtherPolicy { today } => format!("OTHER POLICY  today's says {}", today.id()),
        Outcome::NotKept => "UNKNOWN  what lay around it was not kept".to_owned(),
    }
}
