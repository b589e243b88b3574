//! What every subcommand about reviews starts from: the reviews of the store, the contract, the snapshot.

use crate::cli::context::{Context, StartError};
use crate::cli::files::StackFiles;
use crate::guard::line;
use crate::review::{Around, Book, Contract, Review, Snapshot};
use crate::store::{Access, AnyStore, Store};
use jiff::Timestamp;

/// The reviews as they stand.
#[derive(Debug)]
pub(super) struct Desk {
    /// The reviews.
    pub(super) book: Book,
    /// What they are judged by.
    pub(super) contract: Contract,
    /// The change evidence as it is now, or why it can't be read.
    pub(super) snapshot: Result<Snapshot, String>,
    /// When that was.
    pub(super) now: Timestamp,
}

impl Desk {
    /// Reads everything; the store stays open for who has more to ask.
    pub(super) async fn open(context: &Context, access: Access) -> Result<(Self, AnyStore), StartError> {
        let store = AnyStore::open(&context.store_url()?, access).await?;
        store.ready().await?;
        let recorded = store.reviews().await?;
        let desk = Self {
            book: Book::fold(&recorded),
            contract: Contract::builtin(),
            snapshot: StackFiles::of(context).read_snapshot(),
            now: Timestamp::now(),
        };
        Ok((desk, store))
    }

    /// What lies around a review, as far as it can be told without looking at the stack.
    pub(super) fn around(&self, review: &Review) -> Around {
        let current = self.snapshot.as_ref().ok().map(|snapshot| snapshot.digest.as_str());
        Around::with_snapshot(review, current, self.now)
    }

    /// The review of this name: its id or the beginning of it, its candidate, or its incident where that has one review.
    pub(super) fn find(&self, name: &str) -> Result<&Review, StartError> {
        let fits = |review: &&Review| {
            let candidate = review.opening.as_ref().map(|opening| opening.candidate.0.as_str());
            review.id.0 == name || candidate == Some(name) || review.incident_id == name
        };
        let mut found: Vec<&Review> = self.book.reviews.values().filter(fits).collect();
        if found.is_empty() && name.len() >= LEAST {
            found = self.book.reviews.values().filter(|review| review.id.0.starts_with(name)).collect();
        }
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(StartError::Other(format!("there is no review {}; `readback review list` has them", line(name)))),
            several => {
                let ids: Vec<_> = several.iter().map(|review| line(&review.id.0)).collect();
                let ids = ids.join(", ");
                Err(StartError::Other(format!("{} names several reviews: {ids}; name one of them", line(name))))
            }
        }
    }
}

/// The fewest characters of an id that name a review.
const LEAST: usize = 6;
