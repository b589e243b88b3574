//! What every subcommand about reviews starts from: the reviews of the store, the contract, the snapshot.

use crate::cli::context::{Context, StartError};
use crate::cli::files::StackFiles;
use crate::guard::line;
use crate::review::report::WITHHELD;
use crate::review::{Around, Book, Contract, Reading, Recorded, Review, Scene, Snapshot, around};
use crate::store::{Access, AnyStore, Store, newest};
use crate::timeline::{Entry, row_digest};
use jiff::Timestamp;

/// How many of the newest rows of the timeline are read at most: as many as a console has.
const ENTRIES: usize = 5_000;

/// The reviews as they stand.
#[derive(Debug)]
pub(in crate::cli) struct Desk {
    /// Every step, in the order of recording.
    pub(in crate::cli) recorded: Vec<Recorded>,
    /// The reviews.
    pub(in crate::cli) book: Book,
    /// What they are judged by.
    pub(in crate::cli) contract: Contract,
    /// The change evidence as it is now, or why it can't be read.
    pub(in crate::cli) snapshot: Result<Snapshot, String>,
    /// The newest rows of the timeline.
    entries: Vec<Entry>,
    /// When that was.
    pub(in crate::cli) now: Timestamp,
}

impl Desk {
    /// Reads everything; the store stays open for who has more to ask.
    pub(in crate::cli) async fn open(context: &Context, access: Access) -> Result<(Self, AnyStore), StartError> {
        let store = AnyStore::open(&context.store_url()?, access).await?;
        store.ready().await?;
        let recorded = store.reviews().await?;
        let now = Timestamp::now();
        let (entries, _) = newest(&store, now, ENTRIES).await?;
        let desk = Self {
            book: Book::fold(&recorded),
            contract: context.contract()?,
            snapshot: StackFiles::of(context).read_snapshot(),
            now,
            recorded,
            entries,
        };
        Ok((desk, store))
    }

    /// What lies around a review, as far as it can be told without looking at the stack: no probe is asked. What was
    /// signed and has not changed since is seen as the signer's console saw it; anything else is not looked at, and so
    /// never better than a console would have it.
    pub(in crate::cli) fn around(&self, review: &Review) -> Around {
        let known = self.known(review);
        let signed = review.signature().filter(|_| !review.changed_since_signed());
        match signed.and_then(|signature| signature.around.as_ref()) {
            Some(then) => known.with(then),
            None => Around { not_looked: true, ..known },
        }
    }

    fn known(&self, review: &Review) -> Around {
        let scene = Scene {
            snapshot: self.snapshot.as_ref().ok().map(|snapshot| snapshot.digest.as_str()),
            evidence: &[],
            why_not: &[],
            entries: &self.entries,
            now: self.now,
        };
        around(review, &scene, |id| self.entries.iter().find(|entry| entry.id() == id).and_then(row_digest))
    }

    /// Refuses what shows the answers of the first reading to who reads this review second and has not handed in.
    pub(in crate::cli) fn may_see(review: &Review, reader: &str) -> Result<(), StartError> {
        if review.reading_of(reader) != Reading::Second {
            return Ok(());
        }
        let id = line(&review.id.0);
        Err(StartError::Other(format!("you read review {id} second; its answers are {WITHHELD}")))
    }

    /// The review of this name: its id or the beginning of it, its candidate, or its incident.
    pub(in crate::cli) fn find(&self, name: &str) -> Result<&Review, StartError> {
        self.book.asked(name).map_err(|error| StartError::Other(error.to_string()))
    }
}
