//! A review to take away: the chain of its incident byte for byte, the rows that its evidence is, the policy and the
//! lane, in one file that is checked without a database. Pure.
//!
//! The file is lines of canonical JSON (RFC 8785), a member each: the manifest with the SHA-256 of every other line, the
//! policy, the records, the rows, the lane, and an end that holds the manifest's own SHA-256. Every byte is under one of
//! these digests, so a byte that was changed has a name.

mod check;
mod format;
mod links;
mod make;

pub use check::{Checked, Finding, check};
pub use format::Tip;
pub use make::{Contents, Row, bundle, evidence_rows, mirrored, referred};

/// The most bytes that a bundle may have.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The most bytes that a member may have.
const MAX_MEMBER: usize = 4 * 1024 * 1024;
/// The most members.
const MAX_MEMBERS: usize = 100_000;
