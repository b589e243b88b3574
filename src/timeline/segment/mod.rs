//! Segments: what stood in the tables on one UTC day, as the root of a Merkle tree. Rows that other programs write are
//! covered, too, for a segment is taken after the day is over and asks nothing of who writes.
//!
//! A segment is sealed once. The seals are chained, so that whoever keeps the last one elsewhere (a witness) sees when
//! an earlier one was written anew. Beside each seal stand the marks of its rows, by which a check names the row that
//! does not hold. Pure.

mod compare;
mod day;
mod leaf;
mod marks;
mod seal;
mod tree;
mod witness;

pub use compare::{Step, Tally, step};
pub use day::Day;
pub use leaf::{Leaf, LogLeaf, OwnLeaf, RecordLeaf, Text};
pub use marks::{Mark, Marks, PER_CHUNK};
pub use seal::{GENESIS, NewSeal, Seal, SealBreak, SealFault, SealKind, Table, verify_seals};
pub use tree::{Hash, Proof, Tree, check_proof, hex, leaf, proof, root};
pub use witness::{Witnessed, read_witness};

/// The most rows of a segment: its marks are held in memory while it is sealed. A day of more rows has more segments.
pub const MOST_ROWS: u64 = 262_144;
