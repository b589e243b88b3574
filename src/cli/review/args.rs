//! The arguments of `readback review`.

use crate::cli::VerifyFormat;
use clap::Subcommand;

/// What can be done with reviews.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Print every review, or one, with its lane; exits 0, 1 (there is none) or 3 (not read)
    List(ListArgs),
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
