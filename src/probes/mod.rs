//! Eyes on the outside world: one file per kind. A kind is a struct of options with two halves:
//! `observe` does I/O within a deadline and returns plain facts, `judge` is pure and turns them into
//! a verdict. Adding a kind is a file and a line in the table below.

mod kind;
mod observation;
mod spec;

mod container;
mod docker;
mod env_file;
mod http;
mod postgres;
mod tcp;

pub use kind::{About, Judgement, Kind};
pub use observation::{Observation, ProbeError, judge};
pub use spec::{Place, ProbeSpec};

kind::kinds! {
    Docker => docker::Docker,
    Container => container::Container,
    Postgres => postgres::Postgres,
    Tcp => tcp::Tcp,
    Http => http::Http,
    EnvFile => env_file::EnvFile,
}
