//! Recording steps of a review from the command line, as the console does: made on what stands, with the version that
//! was seen, the row for the log beside it, and nothing that the guard catches.

use super::desk::Desk;
use crate::cli::console::{actor, runtime};
use crate::cli::context::{Context, StartError};
use crate::cli::timeline::guard;
use crate::cli::{Args, UNKNOWN, nothing, say};
use crate::guard::Watch;
use crate::guard::scan::Hit;
use crate::review::actions::{self, Refused, Stamp};
use crate::review::{NewReviewEvent, Review};
use crate::store::{Access, AnyStore, Outcome, Store, StoreError};
use jiff::Timestamp;
use std::io::stderr;

/// A review that can be written to.
pub(super) struct Writer {
    store: AnyStore,
    actor: String,
    /// The review as it stands, with what was written.
    pub(super) review: Review,
    /// What catches secrets.
    pub(super) guard: Watch,
}

/// Does something with a review, and takes leave of the store. A refusal is said, and is a no.
pub(super) fn with_review(
    args: &Args,
    name: &str,
    work: impl AsyncFnOnce(&mut Writer) -> Result<u8, WriteError>,
) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    if !context.access.may_write() {
        return Err(StartError::Other("--read-only records nothing; leave it out to record".to_owned()));
    }
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let guard = guard(&context).await?;
        let (desk, store) = Desk::open(&context, Access::ReadWrite).await?;
        let review = desk.find(name)?.clone();
        let mut writer = Writer { store, actor: actor(), review, guard };
        let done = work(&mut writer).await;
        writer.store.close().await;
        match done {
            Ok(code) => Ok(code),
            Err(WriteError::Refused(refused)) => {
                say(&mut stderr(), &format!("readback: {refused}"));
                Ok(super::NO)
            }
            Err(WriteError::Store(error)) => Err(StartError::Store(error)),
            Err(WriteError::Start(error)) => Err(error),
        }
    });
    // A layer that hangs in a system call must not keep the answer.
    runtime.shutdown_background();
    done
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    /// The step can't be made.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// The store did not take it.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Something that has to be read can't be.
    #[error("{0}")]
    Start(#[from] StartError),
}

impl Writer {
    /// Makes a step on what stands and records it. What the guard catches in it is recorded as caught: where, never what.
    pub(super) async fn record(
        &mut self,
        make: impl FnOnce(&Review, &Watch, Stamp) -> Result<NewReviewEvent, Refused>,
    ) -> Result<(), WriteError> {
        let step = make(&self.review, &self.guard, self.stamp());
        if let Err(Refused::Caught { place, hits }) = &step {
            self.quarantine(place, hits).await?;
        }
        let step = step?;
        let allowed = actions::let_through(&step, &self.guard, || self.stamp());
        for event in [step].into_iter().chain(allowed) {
            self.append(event).await?;
        }
        Ok(())
    }

    /// Records that something was caught.
    pub(super) async fn quarantine(&mut self, place: &str, hits: &[Hit]) -> Result<(), WriteError> {
        for caught in actions::quarantine(&self.review, place, hits, || self.stamp())? {
            self.append(caught).await?;
        }
        Ok(())
    }

    async fn append(&mut self, event: NewReviewEvent) -> Result<(), WriteError> {
        let operation = actions::operation_row(&event, Some(&self.review));
        let recorded = self.store.record(&Outcome { event, operation }).await?;
        self.review.apply(&recorded);
        Ok(())
    }

    /// Who writes, and when.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { id: uuid::Uuid::now_v7().to_string(), actor: self.actor.clone(), now: Timestamp::now() }
    }
}
