//! The arguments of `ingest` and `backfill`.

use clap::Subcommand;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where rows come from.
#[derive(Debug, Subcommand)]
pub enum IngestCommand {
    /// Listen for Alertmanager's notifications (webhook, version 4) until SIGTERM
    Alertmanager(ListenArgs),
    /// Record rows, one JSON object on a line; exits 0, 1 (lines were refused) or 3 (not recorded)
    Jsonl(JsonlArgs),
}

/// How the listener listens.
#[derive(Debug, clap::Args)]
pub struct ListenArgs {
    /// Where: 127.0.0.1:9099, or another address with a token
    #[arg(long, value_name = "ADDR")]
    pub listen: SocketAddr,
    /// The file that holds the token senders show (Authorization: Bearer)
    #[arg(long, value_name = "FILE", conflicts_with = "token_env")]
    pub token_file: Option<PathBuf>,
    /// The variable of the environment that holds it
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
}

/// Which lines.
#[derive(Debug, clap::Args)]
pub struct JsonlArgs {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Read everything and record nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Where old rows come from.
#[derive(Debug, clap::Args)]
pub struct BackfillArgs {
    /// The PostgreSQL database with the other service's tables
    #[arg(long, value_name = "URL", conflicts_with = "from_env")]
    pub from: Option<String>,
    /// The variable of the environment that holds its URL
    #[arg(long, value_name = "NAME")]
    pub from_env: Option<String>,
    /// Incidents as lines of JSON, instead of a table
    #[arg(long, value_name = "FILE")]
    pub incidents: Option<PathBuf>,
    /// Approval records as lines of JSON
    #[arg(long, value_name = "FILE")]
    pub approvals: Option<PathBuf>,
    /// The audit log as lines of JSON
    #[arg(long, value_name = "FILE")]
    pub audit_logs: Option<PathBuf>,
    /// Read everything and record nothing
    #[arg(long)]
    pub dry_run: bool,
}
