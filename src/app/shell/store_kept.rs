//! What the task that owns the database keeps on this machine until it is recorded, and what becomes of it.

use super::store_task::StoreTask;
use crate::app::{Event, Step, Stepped};
use crate::store::drafts::Drafts;
use crate::store::{AnyStore, Outcome, Store, StoreError};
use crate::timeline::{OwnEvent, OwnKind};
use std::collections::HashMap;

/// How many changes of the configuration wait for the database, at most.
const MOST_CHANGES: usize = 1_000;

/// What waits for the database.
#[derive(Debug, Default)]
pub struct Kept {
    /// Changes of the configuration, and what people wrote, that could not be appended yet: nobody sees or writes those a
    /// second time.
    changes: Vec<OwnEvent>,
    /// Whether the database refused something that may be taken later.
    pub(super) waits: bool,
}

/// What became of a step that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// It stands.
    Recorded,
    /// It never will.
    GivenUp,
    /// The database does not take it now.
    Waiting,
}

impl StoreTask {
    /// Sends what waits, in its order. What the database refuses for a cause of its own keeps nobody from reading, and is
    /// sent again with the next look.
    pub(super) async fn send_kept(&mut self, store: &AnyStore) -> Result<(), StoreError> {
        self.kept.waits = false;
        self.send_changes(store).await?;
        match self.drafts.clone() {
            Some(drafts) => self.send_queue(store, &drafts).await,
            None => Ok(()),
        }
    }

    async fn send_changes(&mut self, store: &AnyStore) -> Result<(), StoreError> {
        let mut changes = std::mem::take(&mut self.kept.changes).into_iter();
        while let Some(change) = changes.next() {
            if let Err(error) = self.append(store, &change).await {
                let is_lost = error.is_transient();
                self.kept.changes.push(change);
                if is_lost {
                    self.kept.changes.extend(changes);
                    return Err(error);
                }
                self.kept.waits = true;
                self.say(Event::Trouble(error.to_string())).await;
            } else if let Some(drafts) = &self.drafts {
                // One that stays is sent again, which changes nothing.
                let _ = drafts.event_done(&change.id).await;
            }
        }
        Ok(())
    }

    /// Sends the steps that wait. After one that is not recorded, the later ones of its review are given up: they were
    /// decided on a state that is not so. The console takes them back with the first.
    async fn send_queue(&mut self, store: &AnyStore, drafts: &Drafts) -> Result<(), StoreError> {
        let queued = match drafts.queued().await {
            Ok(queued) => queued,
            Err(error) => {
                self.say(Event::Trouble(format!("what was kept locally can't be sent: {error}"))).await;
                return Ok(());
            }
        };
        let mut ended = HashMap::new();
        for outcome in queued {
            let (id, review) = (outcome.event.id.clone(), outcome.event.review.clone());
            match ended.get(&review) {
                Some(Became::GivenUp) => self.forget(drafts, &id).await,
                Some(_) => {}
                None => match self.record(store, outcome, drafts).await? {
                    Became::Recorded => {}
                    became => {
                        ended.insert(review, became);
                    }
                },
            }
        }
        Ok(())
    }

    /// Records one outcome and says what became of it. Only an unreachable database is an error. What is at fault besides
    /// the step itself may be mended one day: then the step waits.
    pub(super) async fn record(
        &mut self,
        store: &AnyStore,
        outcome: Outcome,
        drafts: &Drafts,
    ) -> Result<Became, StoreError> {
        let id = outcome.event.id.clone();
        let (told, became) = match store.record(&outcome).await {
            Ok(recorded) => (Stepped::Recorded(Box::new(recorded)), Became::Recorded),
            Err(StoreError::Conflict { .. }) => (Stepped::Conflict, Became::GivenUp),
            Err(error) if error.is_about_the_row() => (Stepped::Refused(error.to_string()), Became::GivenUp),
            Err(error) => {
                self.say(Event::Stepped { id, outcome: Stepped::Deferred }).await;
                if error.is_transient() {
                    return Err(error);
                }
                self.kept.waits = true;
                self.say(Event::Trouble(format!("kept here, not recorded: {error}"))).await;
                return Ok(Became::Waiting);
            }
        };
        self.forget(drafts, &id).await;
        self.say(Event::Stepped { id, outcome: told }).await;
        Ok(became)
    }

    /// Takes a step out of the queue. One that stays there is sent again, which changes nothing.
    async fn forget(&self, drafts: &Drafts, id: &str) {
        if let Err(error) = drafts.done(id).await {
            self.say(Event::Trouble(format!("a step that was sent is still kept locally: {error}"))).await;
        }
    }

    /// Keeps a change of the configuration, or what a person wrote, until the database is back. A verdict's change that
    /// happens while it is away is told by the next change.
    /// It is kept on the disk, too: who leaves before the database is back has told nobody else.
    pub(super) async fn keep_change(&mut self, event: OwnEvent) {
        let is_kept = event.kind == OwnKind::ConfigChanged || event.kind.is_annotation();
        if !is_kept || self.kept.changes.len() >= MOST_CHANGES {
            return;
        }
        if let Some(drafts) = &self.drafts
            && let Err(error) = drafts.keep_event(&event).await
        {
            self.say(Event::Trouble(format!("{} is not kept on this machine: {error}", event.kind.name()))).await;
        }
        self.kept.changes.push(event);
    }

    pub(super) async fn keep(&self, step: Step) {
        let Some(drafts) = &self.drafts else { return };
        let id = step.event.id.clone();
        let outcome = Outcome { event: step.event, operation: step.operation };
        let became = match drafts.queue(&outcome).await {
            Ok(()) => Stepped::Deferred,
            Err(error) => Stepped::Refused(format!("it can't be kept locally either: {error}")),
        };
        self.say(Event::Stepped { id, outcome: became }).await;
    }

    /// Tells the console what an earlier one could not send.
    pub(super) async fn tell_kept(&mut self) {
        let Some(drafts) = self.drafts.clone() else { return };
        match drafts.waiting().await {
            Ok(waiting) => self.kept.changes.extend(waiting),
            Err(error) => self.say(Event::Trouble(format!("the local drafts can't be read: {error}"))).await,
        }
        match drafts.queued().await {
            Ok(kept) => {
                for outcome in kept {
                    let step = Step { event: outcome.event, operation: outcome.operation };
                    self.say(Event::Kept(Box::new(step))).await;
                }
            }
            Err(error) => self.say(Event::Trouble(format!("the local drafts can't be read: {error}"))).await,
        }
    }
}
