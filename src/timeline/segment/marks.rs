//! The marks of a segment's rows: of each its time, its id and the first bytes of its leaf. By them a check names the row
//! that was changed or taken away; that the rows hold is shown by the root alone.

use super::tree::Hash;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How many marks a stored chunk holds.
pub const PER_CHUNK: usize = 1_024;

/// What is kept of a leaf: enough to tell one from another, not to stand for it.
const KEPT: usize = 8;

/// The mark of a row. Their order is that of the rows: by time, then by the bytes of the id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Microseconds since 1970.
    pub at: i64,
    /// The row's id.
    pub id: String,
    /// The beginning of its leaf's hash.
    pub leaf: [u8; KEPT],
}

impl Mark {
    /// Of a row.
    pub fn of(at: i64, id: &str, leaf: &Hash) -> Self {
        let mut kept = [0; KEPT];
        kept.copy_from_slice(&leaf[..KEPT]);
        Self { at, id: id.to_owned(), leaf: kept }
    }

    /// Where it stands.
    pub fn place(&self) -> (i64, &str) {
        (self.at, &self.id)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.at.to_be_bytes());
        match Uuid::try_parse(&self.id) {
            // As it is usually written, and no other way: the text must come out as it went in.
            Ok(uuid) if uuid.hyphenated().to_string() == self.id => {
                out.push(0);
                out.extend_from_slice(uuid.as_bytes());
            }
            _ => {
                out.push(1);
                out.extend_from_slice(&(self.id.len() as u32).to_be_bytes());
                out.extend_from_slice(self.id.as_bytes());
            }
        }
        out.extend_from_slice(&self.leaf);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let at = i64::from_be_bytes(take(bytes)?);
        let id = match take::<1>(bytes)? {
            [0] => Uuid::from_bytes(take(bytes)?).hyphenated().to_string(),
            [1] => {
                let length = u32::from_be_bytes(take(bytes)?) as usize;
                let (text, rest) = bytes.split_at_checked(length)?;
                *bytes = rest;
                String::from_utf8(text.to_vec()).ok()?
            }
            _ => return None,
        };
        Some(Self { at, id, leaf: take(bytes)? })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

/// The marks of a segment as they are stored: chunks, and a digest over all of them.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    chunks: Vec<Vec<u8>>,
    in_last: usize,
}

impl Marks {
    /// Adds the next.
    pub fn push(&mut self, mark: &Mark) {
        if self.in_last == 0 {
            self.chunks.push(Vec::new());
        }
        if let Some(last) = self.chunks.last_mut() {
            mark.write(last);
        }
        self.in_last = (self.in_last + 1) % PER_CHUNK;
    }

    /// The chunks.
    pub fn chunks(&self) -> &[Vec<u8>] {
        &self.chunks
    }

    /// SHA-256 over the chunks, one after the other.
    pub fn digest(&self) -> Hash {
        let mut digest = Sha256::new();
        self.chunks.iter().for_each(|chunk| digest.update(chunk));
        digest.finalize().into()
    }

    /// Reads a stored chunk; `None` where the bytes are none.
    pub fn read(mut bytes: &[u8]) -> Option<Vec<Mark>> {
        let mut marks = Vec::with_capacity(PER_CHUNK);
        while !bytes.is_empty() {
            marks.push(Mark::read(&mut bytes)?);
        }
        Some(marks)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::timeline::segment::tree::leaf;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_come_back_as_they_went_in(ids in prop::collection::vec("\\PC{0,40}|[0-9a-fA-F]{32}", 0..40), at in any::<i64>()) {
            let mut marks = Marks::default();
            let all: Vec<Mark> = ids.iter().map(|id| Mark::of(at, id, &leaf(id.as_bytes()))).collect();
            for mark in &all {
                marks.push(mark);
            }
            let read: Vec<Mark> = marks.chunks().iter().flat_map(|chunk| Marks::read(chunk).unwrap()).collect();
            prop_assert_eq!(read, all);
        }

        #[test]
        fn bytes_that_are_no_marks_are_refused_or_read_and_never_more(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(marks) = Marks::read(&bytes) {
                prop_assert!(marks.len() <= bytes.len());
            }
        }
    }

    #[test]
    fn a_chunk_is_full_before_the_next_begins_and_a_uuid_takes_33_bytes() {
        let mut marks = Marks::default();
        for n in 0..=PER_CHUNK as u128 {
            let id = Uuid::from_u128(n).hyphenated().to_string();
            marks.push(&Mark::of(1, &id, &leaf(b"")));
        }
        assert_eq!(marks.chunks().iter().map(Vec::len).collect::<Vec<_>>(), [33 * PER_CHUNK, 33]);
    }
}
