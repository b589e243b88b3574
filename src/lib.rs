//! # readback: the map of the house
//!
//! A terminal incident console with one principle: **no false green**. Green is a claim that fresh,
//! independent evidence has to prove; unknown, stale, never-run and not-permitted are never green.
//!
//! Data flows one way. [`probes`] look at the outside world and return observations; pure judges turn
//! them into [`evidence`]; the gate folds evidence into a recovery state. [`mod@env`] compares every
//! layer of a configuration; [`timeline`] merges what happened; [`review`] leads a person to an
//! outcome; [`store`] records it. [`app`] holds all that in `Facts`, decides, and asks for effects;
//! [`panes`] paint `Facts` and ask through an outbox. [`guard`] stands at every door: what it does not
//! let through is never shown, stored or logged.
//!
//! | room | may import | may not import |
//! |---|---|---|
//! | `evidence` `env` `timeline` `review` `guard` | each other | tokio, sqlx, ratatui, bollard, aws; `app` `panes` `probes` `store` |
//! | `probes` | the pure rooms, `config` | ratatui, `app`, `panes`, `store` |
//! | `store` | the pure rooms | ratatui, `app`, `panes`, `probes` |
//! | `panes` | the pure rooms, the pure part of `app` | tokio, sqlx, bollard, aws, `store`, `probes` |
//! | `app` but its shell | the pure rooms, `panes` | tokio, sqlx, bollard, aws, `store`, `probes` |
//! | `app::shell`, `cli`, `main` | everything | |
//!
//! `tests/architecture.rs` reads the `use` lines and holds the table to its word.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod env;
pub mod evidence;
pub mod guard;
pub mod panes;
pub mod probes;
pub mod review;
pub mod store;
pub mod timeline;
