//! Eyes on the outside world: one file per kind. A kind is a struct of options with two halves:
//! `observe` does I/O within a deadline and returns plain facts, `judge` is pure and turns them into
//! a verdict. Adding a kind is a file and a line in the table below.

mod cadence;
mod document;
pub mod fault;
mod kind;
mod limits;
mod observation;
mod run;
pub mod schedule;
mod spec;

pub mod hosts;
pub mod running;
pub mod secrets;

mod docker_reasons;
#[cfg(feature = "docker")]
mod engine;
pub mod files;
pub mod layers;
mod net;
pub(crate) mod notes;
mod peer;
mod program;
mod tls;
pub(crate) mod web;
mod words;

mod alias;
mod aws;
mod backup;
mod command;
mod compose;
mod container;
mod dns;
mod docker;
mod env;
mod env_file;
mod feed;
mod host;
mod http;
mod job;
mod postgres;
mod redis;
mod s3;
mod secret;
mod systemd;
mod tcp;

pub use document::document;
pub use kind::{About, Control, Judgement, Kind, OptionDoc};
pub use limits::Limits;
pub use observation::{Observation, ProbeError, crashed, judge, never_run};
pub use run::{observe_all, run_once};
pub use schedule::{Schedule, ScheduleHandle};
pub use spec::{Place, ProbeSpec};

use crate::evidence::Unknown;

kind::kinds! {
    Docker => docker::Docker,
    Container => container::Container,
    Postgres => postgres::Postgres,
    Tcp => tcp::Tcp,
    Http => http::Http,
    EnvFile => env_file::EnvFile,
    Command => command::Command,
    Host => host::Host,
    Backup => backup::Backup,
    Job => job::Job,
    Dns => dns::Dns,
    Redis => redis::Redis,
    S3 => s3::S3,
    Secret => secret::ManagedSecret,
    Systemd => systemd::Systemd,
    Env => env::Env,
    Compose => compose::Compose,
    Alias => alias::Alias,
    Feed => feed::Feed,
}

/// Every reason for `unknown` that all kinds share.
pub const REASONS: [Unknown; 10] = [
    Unknown::NeverRun,
    Unknown::Unreachable,
    Unknown::Denied,
    Unknown::TimedOut,
    Unknown::NotConfigured,
    Unknown::NotBuilt,
    Unknown::Garbled,
    Unknown::Crashed,
    Unknown::Blocked,
    Unknown::Void,
];

/// This binary was built without a feature.
#[cfg(not(all(feature = "docker", feature = "aws")))]
fn not_built(feature: &str) -> ProbeError {
    ProbeError::new(Unknown::NotBuilt, format!("this readback was built without the feature {feature}"))
        .hint(format!("cargo install readback-console --features {feature}"))
}
