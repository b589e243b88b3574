//! What stands beside the rows that are printed: read for those rows alone, after they were found.

use crate::app::shell::Door;
use crate::review::Book;
use crate::store::{Known, Store, StoreError};
use crate::timeline::{Beside, Entry, Margin};

/// How many rows are asked for at a time.
const ROWS: usize = 500;

/// Notes, corrections and marks of the rows that are printed.
#[derive(Debug, Default)]
pub(in crate::cli) struct Margins {
    margin: Margin,
    book: Book,
    /// The steps that are in the book.
    known: Known,
}

impl Margins {
    /// Reads what stands beside these rows. `digests` are those of the rows as they were read.
    pub(in crate::cli) async fn read(
        &mut self,
        store: &impl Store,
        door: &Door,
        entries: &[Entry],
        digests: Vec<(String, Option<String>)>,
    ) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.margin.take([], digests);
        self.margin.tidy(entries);
        let ids: Vec<String> = entries.iter().map(subject).collect();
        for rows in ids.chunks(ROWS) {
            let annotations = door.annotations(store.annotations(rows).await?);
            self.margin.take(&annotations, []);
        }
        let steps = store.reviews_since(&self.known).await?;
        self.known.take(&steps);
        for step in &steps {
            self.book.apply(step);
        }
        Ok(())
    }

    /// What stands beside a row.
    pub(in crate::cli) fn of(&self, entry: &Entry) -> Beside {
        self.margin.of(entry, &self.book, |_| false)
    }
}

/// The row beside which an entry's annotations stand: a note's own corrections stand beside what the note is about.
fn subject(entry: &Entry) -> String {
    match entry {
        Entry::Own(event) if event.kind.is_annotation() => event.subject.clone(),
        entry => entry.id().to_owned(),
    }
}
