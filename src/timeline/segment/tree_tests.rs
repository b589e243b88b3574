//! The laws of the tree.

#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

/// RFC 6962 word by word: slow, and plainly right.
fn by_the_book(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        _ => {
            let largest =
                (0..usize::BITS).map(|bits| 1 << bits).take_while(|size| *size < leaves.len()).last().unwrap();
            let (left, right) = leaves.split_at(largest);
            node(&by_the_book(left), &by_the_book(right))
        }
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
}

#[test]
fn the_root_is_that_of_the_published_vectors() {
    // The test vectors of the certificate-transparency project for RFC 6962.
    assert_eq!(hex(&root(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let inputs: [&[u8]; 3] = [b"", b"\x00", b"\x10"];
    let three: Vec<Hash> = inputs.iter().map(|bytes| leaf(bytes)).collect();
    assert_eq!(hex(&three[0]), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(hex(&root(&three[..2])), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    assert_eq!(hex(&root(&three)), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
}

#[test]
fn every_size_up_to_a_few_levels_is_as_the_book_has_it_and_every_leaf_has_a_proof() {
    for count in 0..=70 {
        let leaves = leaves(count);
        let root = root(&leaves);
        assert_eq!(root, by_the_book(&leaves), "{count}");
        for (index, leaf) in leaves.iter().enumerate() {
            let proof = proof(&leaves, index as u64).unwrap();
            assert!(check_proof(leaf, &proof, &root), "{index} of {count}");
        }
        assert_eq!(proof(&leaves, count as u64), None);
    }
}

proptest! {
    #[test]
    fn a_proof_holds_for_its_own_leaf_place_and_tree_alone(count in 1usize..200, at in 0usize..200, other in 0usize..200) {
        let (at, other) = (at % count, other % count);
        let leaves = leaves(count);
        let root = root(&leaves);
        let good = proof(&leaves, at as u64).unwrap();
        prop_assert!(check_proof(&leaves[at], &good, &root));
        prop_assert_eq!(at == other, check_proof(&leaves[other], &good, &root));
        prop_assert!(!check_proof(&leaf(b"another"), &good, &root));
        let elsewhere = Proof { index: other as u64, ..good.clone() };
        prop_assert_eq!(at == other, check_proof(&leaves[at], &elsewhere, &root));
        let mut cut = good.clone();
        if cut.path.pop().is_some() {
            prop_assert!(!check_proof(&leaves[at], &cut, &root));
        }
        let mut long = good;
        long.path.push(root);
        prop_assert!(!check_proof(&leaves[at], &long, &root));
    }

    #[test]
    fn a_leaf_that_is_changed_moved_taken_or_added_changes_the_root(count in 1usize..120, at in 0usize..120) {
        let at = at % count;
        let whole = leaves(count);
        let sealed = root(&whole);
        let mut changed = whole.clone();
        changed[at][0] ^= 1;
        prop_assert_ne!(root(&changed), sealed);
        let mut taken = whole.clone();
        taken.remove(at);
        prop_assert_ne!(root(&taken), sealed);
        let mut doubled = whole.clone();
        doubled.insert(at, whole[at]);
        prop_assert_ne!(root(&doubled), sealed);
        if at + 1 < count {
            let mut moved = whole;
            moved.swap(at, at + 1);
            prop_assert_ne!(root(&moved), sealed);
        }
    }
}
