//! The arguments of `readback review`.

use crate::cli::VerifyFormat;
use clap::Subcommand;
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
