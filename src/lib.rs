//! # readback: the map of the house
//!
//! A terminal incident console with one principle: **no false green**. Green is a claim that fresh,
//! independent evidence has to prove; unknown, stale, never-run and not-permitted are never green.
//!
//! Data flows one way. [`probes`] look at the outside world and return observations; pure judges turn
//! them into [`evidence`]; the gate folds evidence into a recovery state. [`mod@env`] compares every
//! layer of a configuration; [`timeline`] merges what happened; [`review`] leads a person to an
//! outcome; [`store`] records it; [`notify`] tells people. [`app`] holds all that in `Facts`, decides, and asks for effects;
//! [`panes`] paint `Facts` and ask through an outbox. [`guard`] stands at every door: what it does not
//! let through is never shown, stored or logged. [`words`] knows what was probably meant.
//!
//! | room | may import | must not import |
//! |---|---|---|
//! | `evidence` `env` `timeline` `review` `guard` `words` | each other | tokio, sqlx, reqwest, rustls, rustix, bollard, aws_*, ratatui, crossterm |
//! | `config` | the pure rooms, `probes` for their options | tokio, sqlx, reqwest, rustls, bollard, aws_*, ratatui, crossterm |
//! | `probes` | the pure rooms, `config` | ratatui, crossterm |
//! | `notify` | the pure rooms, `probes` for their HTTP client | sqlx, bollard, aws_*, ratatui, crossterm |
//! | `store` | the pure rooms | reqwest, bollard, aws_*, ratatui, crossterm |
//! | `panes` | the pure rooms, `app` | tokio, sqlx, reqwest, rustls, rustix, bollard, aws_* |
//! | `app` | the pure rooms, `panes` | tokio, sqlx, reqwest, rustls, rustix, bollard, aws_* |
//! | `app::terminal` | the pure rooms, `app` | sqlx, reqwest, rustls, bollard, aws_* |
//! | `demo` | the pure rooms, `config`, `probes` for their judges, `app` for its facts | tokio, sqlx, reqwest, rustls, rustix, bollard, aws_*, ratatui, crossterm |
//! | `app::shell` `cli` `main` | everything | |
//!
//! The first row names the pure rooms. A room within a room is one of its own: what may import `app` may not
//! import `app::shell`. `config` knows what a probe can be asked, because each kind reads its own options; it
//! looks at nothing. In the pure rooms, `panes`, `demo` and `app` the time, the environment and files come in as
//! parameters. `tests/architecture/main.rs` reads this table and every path in `src`, and holds the one to the other.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod env;
pub mod evidence;
pub mod guard;
pub mod notify;
pub mod panes;
pub mod probes;
pub mod review;
pub mod store;
pub mod timeline;
pub mod words;
