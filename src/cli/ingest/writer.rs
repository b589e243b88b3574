//! The one who writes: takes everything that waits, and records it together. A sender is answered when the
//! store has said that its notification stands.

use super::absorb::{Absorbed, absorb, key};
use super::metrics::Metrics;
use crate::cli::say;
use crate::store::{AnyStore, Store, StoreError};
use crate::timeline::OwnEvent;
use crate::timeline::ingest::Notification;
use jiff::Timestamp;
use std::collections::{HashSet, VecDeque};
use std::io::stderr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::{mpsc, oneshot};

/// How many requests may wait.
pub(super) const QUEUE: usize = 1_024;
/// How many alerts are recorded at once.
const MOST: usize = 1_000;

/// What a request brings, and where its answer goes.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) notification: Notification,
    pub(super) quarantine: Vec<OwnEvent>,
    pub(super) reply: oneshot::Sender<Result<(), StoreError>>,
}

/// Writes until nobody can ask any more and all that waited is done.
pub(super) async fn run(store: Arc<AnyStore>, mut jobs: mpsc::Receiver<Job>, metrics: Arc<Metrics>) {
    let mut waiting: VecDeque<Job> = VecDeque::new();
    let mut is_away = false;
    loop {
        if waiting.is_empty() {
            match jobs.recv().await {
                Some(job) => waiting.push_back(job),
                None => return,
            }
        }
        while waiting.len() < QUEUE
            && let Ok(job) = jobs.try_recv()
        {
            waiting.push_back(job);
        }
        let batch = batch(&mut waiting);
        let written = write(&store, &batch).await;
        // One row that the store will never take must not keep the others out.
        if batch.len() > 1 && written.as_ref().is_err_and(|error| !error.is_transient()) {
            for job in batch {
                let written = write(&store, std::slice::from_ref(&job)).await;
                answer(vec![job], &written, &mut is_away, &metrics);
            }
        } else {
            answer(batch, &written, &mut is_away, &metrics);
        }
    }
}

/// Tells the senders what became of their notifications.
fn answer(batch: Vec<Job>, written: &Result<Absorbed, StoreError>, is_away: &mut bool, metrics: &Metrics) {
    tell(written, is_away, metrics);
    if let Ok(absorbed) = written {
        metrics.appended.fetch_add(absorbed.appended, Relaxed);
        metrics.duplicates.fetch_add(absorbed.duplicates, Relaxed);
    }
    for job in batch {
        // Who has hung up sends it again, and finds it recorded.
        let _ = job.reply.send(written.clone().map(drop));
    }
}

/// The first that wait, no two of them about the same alert: what comes later is judged by what was recorded before.
fn batch(waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let mut batch: Vec<Job> = Vec::new();
    let mut seen = HashSet::new();
    let mut alerts = 0;
    while let Some(next) = waiting.pop_front() {
        let arrivals = &next.notification.arrivals;
        let keys: Vec<_> = arrivals.iter().map(key).map(|(name, at)| (name.to_owned(), at)).collect();
        let is_full = alerts + keys.len() > MOST || keys.iter().any(|key| seen.contains(key));
        if is_full && !batch.is_empty() {
            waiting.push_front(next);
            break;
        }
        alerts += keys.len();
        seen.extend(keys);
        batch.push(next);
    }
    batch
}

async fn write(store: &AnyStore, batch: &[Job]) -> Result<Absorbed, StoreError> {
    let told: Vec<&Notification> = batch.iter().map(|job| &job.notification).collect();
    let absorbed = absorb(store, &told, Timestamp::now()).await?;
    for event in batch.iter().flat_map(|job| &job.quarantine) {
        store.append_own(event).await?;
    }
    Ok(absorbed)
}

/// Says once when the store goes, and once when it is back.
fn tell(written: &Result<Absorbed, StoreError>, is_away: &mut bool, metrics: &Metrics) {
    metrics.store_up.store(u64::from(written.is_ok()), Relaxed);
    match written {
        Err(error) if !*is_away => {
            say(&mut stderr(), &format!("readback: {error}; senders are told 503, so they try again"));
        }
        Ok(_) if *is_away => say(&mut stderr(), "readback: the store is back"),
        _ => {}
    }
    *is_away = written.is_err();
}
