//! The Merkle tree of RFC 6962, section 2.1: leaves and inner nodes are hashed under different first bytes, and of a
//! number of leaves that is no power of two the left subtree is the largest full one. So no leaf can pass for a node,
//! nothing is doubled to fill up, and a tree can be built leaf by leaf with one hash per level in memory.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash of a leaf: `SHA-256(0x00 || bytes)`.
pub fn leaf(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// In lower-case hex.
pub fn hex(hash: &[u8]) -> String {
    hash.iter().fold(String::with_capacity(hash.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A tree that grows leaf by leaf. It holds the roots of the full subtrees alone, largest first.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    full: Vec<Hash>,
    leaves: u64,
}

impl Tree {
    /// Adds a leaf's hash at the end.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Each trailing one of the count is a full subtree of that size at the end.
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.full.pop() {
                hash = node(&left, &hash);
            }
        }
        self.full.push(hash);
        self.leaves += 1;
    }

    /// How many leaves there are.
    pub fn len(&self) -> u64 {
        self.leaves
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.leaves == 0
    }

    /// The root; of no leaves the hash of nothing, as RFC 6962 has it.
    pub fn root(&self) -> Hash {
        let mut full = self.full.iter().rev();
        match full.next() {
            Some(last) => full.fold(*last, |right, left| node(left, &right)),
            None => Sha256::digest([]).into(),
        }
    }
}

/// The root over these leaves.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::default();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

/// That a leaf is in a tree: the hashes beside its path, from the leaf up (RFC 6962, section 2.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The leaf's place, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub leaves: u64,
    /// The hashes beside the path.
    pub path: Vec<Hash>,
}

/// The proof for the leaf at `index`; `None` where there is no such leaf.
pub fn proof(leaves: &[Hash], index: u64) -> Option<Proof> {
    let place = usize::try_from(index).ok().filter(|place| *place < leaves.len())?;
    let mut path = Vec::new();
    let (mut rest, mut at) = (leaves, place);
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split(rest.len()));
        let beside = if at < left.len() {
            rest = left;
            right
        } else {
            at -= left.len();
            rest = right;
            left
        };
        path.push(root(beside));
    }
    path.reverse();
    Some(Proof { index, leaves: leaves.len() as u64, path })
}

/// Whether the leaf is in the tree of this root, at the proof's place.
pub fn check_proof(leaf: &Hash, proof: &Proof, root: &Hash) -> bool {
    if proof.index >= proof.leaves {
        return false;
    }
    let (mut index, mut last) = (proof.index, proof.leaves - 1);
    let mut hash = *leaf;
    for beside in &proof.path {
        if last == 0 {
            return false;
        }
        if index & 1 == 1 || index == last {
            hash = node(beside, &hash);
            // A node without a right neighbour moves up as it is.
            while index & 1 == 0 && index != 0 {
                index >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        index >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: usize) -> usize {
    count.div_ceil(2).next_power_of_two()
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
