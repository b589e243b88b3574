//! The pure rooms alone: fuzzing needs no database driver and no screen, and is built in a minute. `tests/run` checks
//! that this builds, so that it goes with them.
#![allow(dead_code, unused_imports)]

#[path = "../../src/env/mod.rs"]
pub mod env;
#[path = "../../src/evidence/mod.rs"]
pub mod evidence;
#[path = "../../src/guard/mod.rs"]
pub mod guard;
#[path = "../../src/review/mod.rs"]
pub mod review;
#[path = "../../src/timeline/mod.rs"]
pub mod timeline;
#[path = "../../src/words.rs"]
pub mod words;

pub mod laws;
