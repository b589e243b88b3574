//! The arguments.

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

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
    Check {
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Write a commented readback.toml from what is found in a folder; never overwrites
    Init {
        /// The folder
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs; docs/schemas/check.json describes it.
    Json,
}
