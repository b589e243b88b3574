//! Rows and marks as they come, a page of each in memory.

use super::{Asked, PAGE, Row, SegmentDb};
use crate::store::StoreError;
use crate::timeline::segment::{Hash, Mark, Marks, Seal, Table, hex};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// The rows of a table from one moment to another.
pub(super) struct Rows<'a> {
    table: Table,
    place: Option<&'a str>,
    from: i64,
    until: i64,
    after: Option<(i64, String)>,
    page: VecDeque<Row>,
    is_last: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(table: Table, place: Option<&'a str>, from: i64, until: i64) -> Self {
        Self { table, place, from, until, after: None, page: VecDeque::new(), is_last: from >= until }
    }

    /// Reads on where the page is used up.
    pub(super) async fn fill(&mut self, db: &mut SegmentDb) -> Result<(), StoreError> {
        if !self.page.is_empty() || self.is_last {
            return Ok(());
        }
        let asked = Asked { from: self.from, until: self.until, after: self.after.as_ref() };
        let page = db.page(self.table, self.place, &asked).await?;
        self.is_last = page.len() < PAGE as usize;
        if let Some(last) = page.last() {
            self.after = Some((last.at, last.id.clone()));
        }
        self.page = page.into();
        Ok(())
    }

    /// The next row before `until`, where the page holds one.
    pub(super) fn next_before(&self, until: i64) -> Option<&Row> {
        self.page.front().filter(|row| row.at < until)
    }

    pub(super) fn take(&mut self) -> Option<Row> {
        self.page.pop_front()
    }
}

/// The marks of a segment.
pub(super) struct MarkStream {
    segment: u64,
    sealed: String,
    next: u64,
    page: VecDeque<Mark>,
    is_last: bool,
    is_damaged: bool,
    digest: Sha256,
}

impl MarkStream {
    pub(super) fn of(seal: &Seal) -> Self {
        Self {
            segment: seal.seq,
            sealed: seal.marks.clone(),
            next: 0,
            page: VecDeque::new(),
            is_last: false,
            is_damaged: false,
            digest: Sha256::new(),
        }
    }

    /// Reads on where the chunk is used up.
    pub(super) async fn fill(&mut self, db: &mut SegmentDb) -> Result<(), StoreError> {
        while self.page.is_empty() && !self.is_last {
            match db.chunk(self.segment, self.next).await? {
                Some(bytes) => {
                    self.digest.update(&bytes);
                    let marks = Marks::read(&bytes);
                    self.is_damaged |= marks.is_none();
                    self.page = marks.unwrap_or_default().into();
                    self.next += 1;
                }
                None => self.is_last = true,
            }
        }
        Ok(())
    }

    pub(super) fn next(&self) -> Option<&Mark> {
        self.page.front()
    }

    pub(super) fn take(&mut self) -> Option<Mark> {
        self.page.pop_front()
    }

    /// Whether these were the marks that were sealed, at their end.
    pub(super) fn hold(&self) -> bool {
        let digest: Hash = self.digest.clone().finalize().into();
        !self.is_damaged && hex(&digest) == self.sealed
    }
}
