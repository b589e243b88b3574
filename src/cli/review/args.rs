//! The arguments of `readback review`.

use super::words;
use crate::cli::VerifyFormat;
use crate::review::{FollowUpKind, FollowUpStatus, Priority, Section};
use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;
use std::path::PathBuf;

/// What can be done with reviews.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Print every review, or one, with its lane; exits 0, 1 (there is none) or 3 (not read)
    List(ListArgs),
    /// Compute the lane of every sign-off again; exits 0 (the same), 1 (one differs) or 3 (not read, or none can be)
    Recheck(RecheckArgs),
    /// Write the plan with the current counts and states; exits 0 or 3
    Export(ExportArgs),
    /// Write a review to take away, to be checked by `readback verify FILE`; exits 0, 1 (it does not hold) or 3
    Bundle(BundleArgs),
    /// Print what is still owed, how far it is and how ready each domain is; or take a checklist in
    FollowUps(FollowUpsArgs),
    /// Write one follow-up, or say how far it is
    #[command(subcommand)]
    FollowUp(FollowUpCommand),
    /// Write a section of the report from standard input; empty input takes it back. Exits 0, 1 (refused) or 3
    Write(WriteArgs),
    /// Rate a risk that remains, or take it out of the matrix; exits 0, 1 (refused) or 3
    Risk(RiskArgs),
    /// Whether the follow-ups let anything be called production ready; exits 0, 1 (no: says what is open) or 3
    Ready(ReadyArgs),
}

/// Which sign-offs are computed again.
#[derive(Debug, clap::Args)]
pub struct RecheckArgs {
    /// Only those of this review: its id or the beginning of it, its candidate, or its incident
    #[arg(value_name = "REVIEW")]
    pub review: Option<String>,
    /// How to print what comes out
    #[arg(long, value_enum, default_value_t = VerifyFormat::Human)]
    pub format: VerifyFormat,
}

/// Where the plan goes.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// The file; printed where it is left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What stands in it as the time, as it is; now where it is left out
    #[arg(long, value_name = "TIME")]
    pub generated_at: Option<String>,
}

/// Which review, and where it goes.
#[derive(Debug, clap::Args)]
pub struct BundleArgs {
    /// Its id or the beginning of it, its candidate, or its incident
    #[arg(value_name = "REVIEW")]
    pub review: String,
    /// The file
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
}

/// How reviews are listed.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only this one: its id or the beginning of it, its candidate, or its incident
    #[arg(value_name = "REVIEW")]
    pub review: Option<String>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = VerifyFormat::Human)]
    pub format: VerifyFormat,
}

/// Which follow-ups are printed, and how.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct FollowUpsArgs {
    /// What to do instead
    #[command(subcommand)]
    pub action: Option<FollowUpsAction>,
    /// Only those of this review; of every review that has some where it is left out
    #[arg(value_name = "REVIEW")]
    pub review: Option<String>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = FollowUpsFormat::Text)]
    pub format: FollowUpsFormat,
}

/// What else can be done with follow-ups.
#[derive(Debug, Subcommand)]
pub enum FollowUpsAction {
    /// Take the items of a Markdown checklist or table in; the same text again records nothing. Exits 0, 1 (something
    /// could not be read or was refused; said by line) or 3
    Import {
        /// The review
        review: String,
        /// The Markdown file; `-` for standard input
        file: PathBuf,
        /// Say what would be recorded, and record nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// How follow-ups are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FollowUpsFormat {
    /// For people.
    Text,
    /// A Markdown checklist that `import` reads back.
    Md,
    /// For programs.
    Json,
}

/// What can be done with one follow-up.
#[derive(Debug, Subcommand)]
pub enum FollowUpCommand {
    /// Write an item or a part of it; done needs evidence. Exits 0, 1 (refused) or 3
    Set(Box<SetArgs>),
}

/// An item, or a part of it; what is left out stays as it is.
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// The review
    pub review: String,
    /// The item, like P0-3
    pub id: String,
    /// How far it is: to-do, in-progress, done or dropped
    #[arg(long, value_parser = words::status)]
    pub status: Option<FollowUpStatus>,
    /// A reference to what shows that it is done; repeatable
    #[arg(long, value_name = "REF")]
    pub evidence: Vec<String>,
    /// What is to be done; a new item needs it
    #[arg(long)]
    pub title: Option<String>,
    /// Who owes it
    #[arg(long)]
    pub owner: Option<String>,
    /// By when: 2026-12-01
    #[arg(long, value_name = "DAY")]
    pub due: Option<Date>,
    /// How much work, in quarters of a day: "3.5 d"
    #[arg(long, value_parser = words::effort)]
    pub effort: Option<u32>,
    /// What kind of work: mitigate, prevent, process or other
    #[arg(long = "type", value_parser = words::kind)]
    pub kind: Option<FollowUpKind>,
    /// How much it matters: P0 to P3; where it is left out, the one that the id begins with
    #[arg(long, value_parser = words::priority)]
    pub priority: Option<Priority>,
    /// To which domain it belongs
    #[arg(long)]
    pub domain: Option<String>,
}

/// Which section is written.
#[derive(Debug, clap::Args)]
pub struct WriteArgs {
    /// The review
    pub review: String,
    /// The section: summary, impact, trigger, contributing-factors, went-well, went-badly or got-lucky
    #[arg(long, value_parser = words::section)]
    pub section: Section,
}

/// How a risk is rated.
#[derive(Debug, clap::Args)]
pub struct RiskArgs {
    /// The review
    pub review: String,
    /// The risk, like R1
    pub id: String,
    /// What may happen
    #[arg(long, required_unless_present = "drop")]
    pub title: Option<String>,
    /// How likely: 1 (rare) to 5 (almost certain)
    #[arg(long, required_unless_present = "drop", value_parser = clap::value_parser!(u8).range(1..=5))]
    pub likelihood: Option<u8>,
    /// How bad: 1 (negligible) to 5 (severe)
    #[arg(long, required_unless_present = "drop", value_parser = clap::value_parser!(u8).range(1..=5))]
    pub impact: Option<u8>,
    /// Take it out of the matrix
    #[arg(long, conflicts_with_all = ["title", "likelihood", "impact"])]
    pub drop: bool,
}

/// Of which review it is asked.
#[derive(Debug, clap::Args)]
pub struct ReadyArgs {
    /// The review
    pub review: String,
}
