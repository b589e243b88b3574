//! What is said where there is no stack: what to do, not what went wrong.

use super::{NOT_DONE, say};

/// What stands on the screen.
const TEXT: &str = "\
readback: there is no stack here (no readback.toml in this folder or above it)

  readback init            write a commented readback.toml for this folder
  readback --stack DIR     open the console on a stack that has one
  readback demo            look at a recorded incident first; read-only, touches nothing

  readback --help          everything else";

/// Says what to do; returns the exit code for it.
pub(super) fn explain() -> u8 {
    say(&mut std::io::stdout(), TEXT);
    NOT_DONE
}
