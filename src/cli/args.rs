//! The arguments.

use super::check::LEAST_PAUSE;
use super::ingest::{BackfillArgs, IngestCommand};
use super::review::ReviewCommand;
use crate::config::parse_duration;
use crate::timeline::segment::Day;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// An incident console that refuses a false green.
#[derive(Debug, Parser)]
#[command(name = "readback", version, about, disable_help_subcommand = true)]
pub struct Args {
    /// The stack's folder, or its readback.toml
    #[arg(long, value_name = "DIR", global = true)]
    pub stack: Option<PathBuf>,
    /// Look, and record nothing
    #[arg(long, global = true)]
    pub read_only: bool,
    /// The theme: default, light, high-contrast, deuteranopia, tritanopia or mono
    #[arg(long, value_name = "NAME", global = true)]
    pub theme: Option<String>,
    /// How many colours
    #[arg(long, value_name = "DEPTH", global = true, value_parser = ["auto", "truecolor", "256", "16", "mono"])]
    pub color: Option<String>,
    /// What to do instead of opening the console
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can do besides opening the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the console on a recorded incident: read-only, no network, no disk
    Demo,
    /// Ask every probe once and print the answer; exits 0, 1, 2 or 3 like a Nagios plugin
    Check(CheckArgs),
    /// The stack's configuration: what is wrong, since when, and what the next restart does
    #[command(subcommand)]
    Env(EnvCommand),
    /// Print the rows of the timeline, oldest first; exits 0, 1 (none fits), 2 (a wrong filter) or 3 (not read)
    Timeline(TimelineArgs),
    /// Print the incidents of the log with their states and durations; exits 0, 1 (none), 2 (a wrong argument) or 3
    Incidents(IncidentsArgs),
    /// Write a review as a document: summary, timeline, risks, checks, evidence, follow-ups, sign-offs; exits 0 or 3
    Report(ReportArgs),
    /// Check review records and sealed days; exits 0 (they hold), 1 (late rows), 2 (broken) or 3 (can't be asked)
    Verify(VerifyArgs),
    /// Seal the days that are over; exits 0, 1 (something waits), 2 (sealed rows are gone) or 3 (can't be asked)
    Seal(SealArgs),
    /// Take old months of the log to another place, once sealed; plans, unless told to apply, and never deletes
    Retention(RetentionArgs),
    /// Write which readbacks the host-service changes of a repository owe; exits 0, or 2 and writes nothing
    Plan(PlanArgs),
    /// The reviews: list them, and what goes out of them
    #[command(subcommand)]
    Review(ReviewCommand),
    /// Take in what others tell: Alertmanager's notifications, or rows as lines of JSON
    #[command(subcommand)]
    Ingest(IngestCommand),
    /// Take in, once, what another service kept in tables of its own; exits 0, 1 (records were refused) or 3
    Backfill(BackfillArgs),
    /// Write a commented readback.toml from what is found in a folder; never overwrites
    Init {
        /// The folder
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
}

/// What `check` asks, for how long, and how it prints the answer.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Ask only this probe, and no other that is not named; repeatable
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Ask only the probes with this tag, and those of --only; repeatable
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Ask again until the recovery is verified or this time is up: 30s, 5m
    #[arg(long, value_name = "DURATION", value_parser = wait)]
    pub wait: Option<Duration>,
}

/// Which rows of the timeline are printed, and how.
#[derive(Debug, clap::Args)]
pub struct TimelineArgs {
    /// Only rows that fit: `type=USER_ACTION actor=~"telegram:.*" since=2h "free text"`; see docs/timeline.md
    #[arg(long, value_name = "FILTER", default_value = "")]
    pub filter: String,
    /// The filter of this name in readback.toml, under filters of its timeline table
    #[arg(long, value_name = "NAME", conflicts_with = "filter")]
    pub saved: Option<String>,
    /// The newest so many of them
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
    /// How to print them
    #[arg(long, value_enum, default_value_t = RowFormat::Human)]
    pub format: RowFormat,
    /// Print rows as they arrive, until Ctrl-C or until nobody reads any more
    #[arg(long, short)]
    pub follow: bool,
    /// Print how many of them there are of each type, and how many went well, instead of the rows
    #[arg(long, conflicts_with_all = ["follow", "limit", "histogram"])]
    pub stats: bool,
    /// Print how many of them stand in each stretch of time, of the last day or since the filter's `since`
    #[arg(long, conflicts_with_all = ["follow", "limit"])]
    pub histogram: bool,
    /// How wide a stretch of the histogram is: 15m, 1h, 7d
    #[arg(long, value_name = "DURATION", requires = "histogram", value_parser = duration)]
    pub width: Option<Duration>,
}

/// Which incidents are printed, and how.
#[derive(Debug, clap::Args)]
pub struct IncidentsArgs {
    /// Only this one, whenever it was, with its rows and what is missing among them
    #[arg(value_name = "INCIDENT")]
    pub incident: Option<String>,
    /// Those that were detected since then: `7d`, `2026-02-04`, `2026-02-04T09:30`
    #[arg(long, value_name = "WHEN", default_value = "30d", conflicts_with = "incident")]
    pub since: String,
    /// And before then
    #[arg(long, value_name = "WHEN", conflicts_with = "incident")]
    pub until: Option<String>,
    /// How to print them; docs/schemas/incidents.json describes the JSON
    #[arg(long, value_enum, default_value_t = RowFormat::Human)]
    pub format: RowFormat,
}

/// How rows are printed. What looks like a secret is masked in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// For people: a line for each.
    Human,
    /// For programs: a JSON object on a line for each.
    Json,
    /// For spreadsheets: RFC 4180; what a spreadsheet would take for a formula is made a text.
    Csv,
    /// For documents: a Markdown table.
    Md,
}

/// Which review is written, how, and where it goes.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// Its id or the beginning of it, its candidate, or its incident
    #[arg(value_name = "REVIEW")]
    pub review: String,
    /// How it is written; docs/schemas/report.json describes the JSON
    #[arg(long, value_enum, default_value_t = ReportFormat::Md)]
    pub format: ReportFormat,
    /// The file; printed where it is left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a report is written. What looks like a secret is masked in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Markdown.
    Md,
    /// One HTML page that needs nothing else.
    Html,
    /// For programs.
    Json,
}

/// Which chains are checked.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Check this bundle of `readback review bundle` instead; exits 0, 1 (it does not hold) or 3
    #[arg(value_name = "BUNDLE", conflicts_with_all = ["incident", "since", "witness"])]
    pub bundle: Option<PathBuf>,
    /// Only the chain of this incident, and no sealed days
    #[arg(long, value_name = "INCIDENT", conflicts_with_all = ["since", "witness"])]
    pub incident: Option<String>,
    /// Of the sealed days only this UTC day and later ones: 2026-02-04
    #[arg(long, value_name = "DAY")]
    pub since: Option<Day>,
    /// Compare with what a witness kept: a file with the lines that `readback seal --post` posted
    #[arg(long, value_name = "FILE")]
    pub witness: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = VerifyFormat::Human)]
    pub format: VerifyFormat,
}

/// What is sealed, and who is told.
#[derive(Debug, clap::Args)]
pub struct SealArgs {
    /// Tell the seals to [notify.webhook]: a witness outside the database
    #[arg(long)]
    pub post: bool,
    /// How long transactions from before the end of the day are waited for
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub patience: Duration,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = VerifyFormat::Human)]
    pub format: VerifyFormat,
}

/// What is kept, and what is done with the rest.
#[derive(Debug, clap::Args)]
pub struct RetentionArgs {
    /// What to do instead
    #[command(subcommand)]
    pub action: Option<RetentionAction>,
    /// How many whole months are kept before this one: 13mo
    #[arg(long, value_name = "MONTHS", default_value = "13mo", value_parser = months)]
    pub keep: u32,
    /// Do it: seal, make the coming months, take away what is older
    #[arg(long)]
    pub apply: bool,
}

/// What else can be done about retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum RetentionAction {
    /// Make monthly partitions of the log, where this console made it, on PostgreSQL; see docs/integrity.md
    Init,
}

/// Reads `--keep`.
fn months(text: &str) -> Result<u32, String> {
    let months =
        text.strip_suffix("mo").and_then(|number| number.parse().ok()).filter(|months| (1..=1_200).contains(months));
    months.ok_or_else(|| "not a number of months from 1 to 1200; write it like 13mo".to_owned())
}

/// Reads a duration.
fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "not a duration; write a whole number above 0 and a unit, like 10s".to_owned())
}

/// How the answer about the chains is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// What a plan is made from, and where it goes.
#[derive(Clone, Debug, clap::Args)]
pub struct PlanArgs {
    /// The root of the repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
    /// The change-evidence snapshot; the usual one under docs/security of the root where it is left out
    #[arg(long = "source-change-evidence-report", value_name = "FILE")]
    pub source: Option<PathBuf>,
    /// The plan; the usual one under docs/security of the root where it is left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What stands in it as the time, as it is; now where it is left out
    #[arg(long, value_name = "TIME")]
    pub generated_at: Option<String>,
}

/// Reads `--wait`. Less than the pause between two rounds would be no waiting.
fn wait(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Some(limit) if limit < LEAST_PAUSE => Err("nothing is asked again before 5s are over".to_owned()),
        Some(limit) => Ok(limit),
        None => Err("not a duration; write a whole number above 0 and a unit, like 30s, 5m or 1h".to_owned()),
    }
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs; docs/schemas/check.json describes it.
    Json,
    /// For build servers: XML, a test case per probe and one for the recovery.
    Junit,
    /// For Prometheus: the text exposition format.
    Prometheus,
    /// For Nagios and its kin: one line, with performance data.
    Nagios,
}

/// What can be asked of the stack's configuration. No answer holds a value that is secret.
#[derive(Debug, Subcommand)]
pub enum EnvCommand {
    /// Print what is wrong with the configuration; exits 0, 1 (warnings), 2 (errors) or 3 (a configured layer is unread)
    Verify {
        /// What stands together
        #[arg(long, value_enum, default_value_t = EnvGroup::None)]
        group: EnvGroup,
        /// What is asked, and how it is printed
        #[command(flatten)]
        options: EnvArgs,
    },
    /// Print every key over all layers, or how two files differ; exits 0 (no difference), 1 or 3
    Diff {
        /// A file to compare with another, instead of the layers
        #[arg(value_name = "FILE", requires = "right")]
        left: Option<PathBuf>,
        /// The other file
        #[arg(value_name = "FILE")]
        right: Option<PathBuf>,
        /// Print also the keys that are the same everywhere
        #[arg(long)]
        all: bool,
        /// How the two files are written; else as [env] says of its file and backups, and .env
        #[arg(long = "as", value_name = "FORMAT", requires = "right")]
        read_as: Option<ReadAs>,
        /// What stands together; two files have nothing of the kind
        #[arg(long, value_enum, default_value_t = EnvGroup::None, conflicts_with = "right")]
        group: EnvGroup,
        /// What is asked, and how it is printed
        #[command(flatten)]
        options: EnvArgs,
    },
    /// Print what a restart keeps and what a recreate loads; exits 0 (both safe), 2 (one breaks) or 3 (not known)
    Forecast(ForecastArgs),
    /// Print what would have to change for the file to be what the secrets say; exits 0 (nothing) or 1
    Sync(SyncArgs),
    /// Print since when each key is what it is, and what else happened then; exits 0, 1 (no such key) or 3 (not known)
    Blame {
        /// The key; all of them where it is left out
        key: Option<String>,
        /// What is asked, and how it is printed
        #[command(flatten)]
        options: BlameArgs,
    },
    /// Print each change of the file as it is made, and record it, until interrupted
    Watch {
        /// How to print it
        #[arg(long, value_enum, default_value_t = WatchFormat::Human)]
        format: WatchFormat,
    },
}

/// What is asked of the configuration, and how the answer is printed.
#[derive(Clone, Debug, clap::Args)]
pub struct EnvArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t = EnvFormat::Human)]
    pub format: EnvFormat,
    /// Only keys that fit; `*` stands for any characters; repeatable
    #[arg(long = "key", value_name = "PATTERN")]
    pub keys: Vec<String>,
    /// In which order
    #[arg(long, value_enum, default_value_t = EnvSort::File)]
    pub sort: EnvSort,
}

/// What is asked of the forecast. It has an order of its own: first what is safe and what is not, and why.
#[derive(Clone, Debug, clap::Args)]
pub struct ForecastArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t = EnvFormat::Human)]
    pub format: EnvFormat,
    /// Tell only of keys that fit; `*` stands for any characters; repeatable; what is safe is said of all keys
    #[arg(long = "key", value_name = "PATTERN")]
    pub keys: Vec<String>,
}

/// Whose life is told, and how it is printed.
#[derive(Clone, Debug, clap::Args)]
pub struct BlameArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t = EnvFormat::Human)]
    pub format: EnvFormat,
    /// Only keys that fit; `*` stands for any characters; repeatable
    #[arg(long = "key", value_name = "PATTERN")]
    pub keys: Vec<String>,
    /// In which order
    #[arg(long, value_enum, default_value_t = BlameSort::Key)]
    pub sort: BlameSort,
}

/// The order of the lives of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BlameSort {
    /// By name.
    Key,
    /// The one that changed last first.
    Changed,
}

/// What `env sync` does.
#[derive(Clone, Debug, clap::Args)]
pub struct SyncArgs {
    /// Write the file; asks for the stack's name
    #[arg(long)]
    pub apply: bool,
    /// The stack's name, where nobody is there to type it
    #[arg(long, value_name = "NAME", requires = "apply")]
    pub stack_name: Option<String>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = SyncFormat::Human)]
    pub format: SyncFormat,
}

/// How a plan is printed: it is no list of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SyncFormat {
    /// For people.
    Human,
    /// For programs; docs/schemas/env.json describes it.
    Json,
}

/// How an answer about the configuration is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EnvFormat {
    /// For people.
    Human,
    /// For programs; docs/schemas/env.json describes it.
    Json,
    /// For GitHub Actions: workflow commands that mark the lines.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// How a change is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WatchFormat {
    /// A line for people.
    Human,
    /// A line of JSON; docs/schemas/env.json describes it.
    Json,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReadAs {
    /// As Docker Compose reads a .env
    Dotenv,
    /// As systemd reads its environment files
    Systemd,
}

/// The order of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EnvSort {
    /// As the template and the file have them.
    File,
    /// By name.
    Key,
    /// The worst first.
    Severity,
}

/// What stands together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EnvGroup {
    /// Nothing.
    None,
    /// The template's sections.
    Section,
    /// The severities.
    Severity,
    /// The layers that win: where the value comes from.
    Source,
}
