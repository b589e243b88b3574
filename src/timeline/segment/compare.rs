//! The rows that stand beside the marks that were sealed: two lists in one order, read side by side.

use super::marks::Mark;
use super::seal::Seal;
use super::tree::{Hash, Tree, hex};
use std::cmp::Ordering;

/// What the next of both lists says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The row that was sealed stands here; whether it is the same its leaf says.
    Both,
    /// This row was never sealed.
    RowOnly,
    /// The row of this mark does not stand here.
    MarkOnly,
    /// Both lists are at their ends.
    End,
}

/// Which comes next: a row at this place, or the mark at that.
pub fn step(row: Option<(i64, &str)>, mark: Option<(i64, &str)>) -> Step {
    match (row, mark) {
        (None, None) => Step::End,
        (Some(_), None) => Step::RowOnly,
        (None, Some(_)) => Step::MarkOnly,
        (Some(row), Some(mark)) => match row.cmp(&mark) {
            Ordering::Equal => Step::Both,
            Ordering::Less => Step::RowOnly,
            Ordering::Greater => Step::MarkOnly,
        },
    }
}

/// What was found of one segment so far.
#[derive(Clone, Debug)]
pub struct Tally<'a> {
    /// The segment's seal.
    pub seal: &'a Seal,
    tree: Tree,
    differ: u64,
}

impl<'a> Tally<'a> {
    /// Of this segment, before its first row.
    pub fn new(seal: &'a Seal) -> Self {
        Self { seal, tree: Tree::default(), differ: 0 }
    }

    /// Counts a row that stands where it was sealed; whether it is still the same.
    pub fn row(&mut self, mark: &Mark, leaf: Hash) -> bool {
        let is_same = leaf.starts_with(&mark.leaf);
        self.differ += u64::from(!is_same);
        self.tree.push(leaf);
        is_same
    }

    /// Counts a row that does not stand any more.
    pub fn missing(&mut self) {
        self.differ += 1;
    }

    /// Whether the root is the sealed one, at the segment's end.
    pub fn holds(&self) -> bool {
        self.tree.len() == self.seal.rows && hex(&self.tree.root()) == self.seal.root
    }

    /// Whether some row is named that does not hold.
    pub fn is_explained(&self) -> bool {
        self.differ > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_and_what_was_added_are_told_apart() {
        let (row, mark) = (Some((5, "b")), |at, id| Some((at, id)));
        assert_eq!(step(row, mark(5, "b")), Step::Both);
        assert_eq!(
            (step(row, mark(5, "c")), step(row, mark(6, "a")), step(row, None)),
            (Step::RowOnly, Step::RowOnly, Step::RowOnly)
        );
        assert_eq!(
            (step(row, mark(5, "a")), step(row, mark(4, "z")), step(None, mark(1, ""))),
            (Step::MarkOnly, Step::MarkOnly, Step::MarkOnly)
        );
        assert_eq!(step(None, None), Step::End);
    }
}
