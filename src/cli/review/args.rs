//! The arguments of `readback review`.

use crate::cli::VerifyFormat;
use clap::Subcommand;

/// What can be done with reviews.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Print every review, or one, with its lane; exits 0, 1 (there is none) or 3 (not read)
    List(ListArgs),
    /// Compute the lane of every sign-off again; exits 0 (the same), 1 (one differs) or 3 (not read, or none can be)
    Recheck(RecheckArgs),
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
