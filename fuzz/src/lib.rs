//! The pure rooms alone: fuzzing needs no database driver and no screen, and is built in a minute.
#![allow(dead_code)]

#[path = "../../src/env/mod.rs"]
pub mod env;
#[path = "../../src/evidence/mod.rs"]
pub mod evidence;
#[path = "../../src/guard/mod.rs"]
pub mod guard;
#[path = "../../src/timeline/mod.rs"]
pub mod timeline;

pub mod laws;
