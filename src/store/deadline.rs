//! Every call to a database ends in time, and every task ends with its store.

use super::StoreError;
use std::future::Future;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The longest a call may take, connecting included.
pub(super) const DEADLINE: Duration = Duration::from_secs(3);

/// How long the engine itself may wait for a lock or work at a statement: less than the deadline, so that
/// its own answer, which says more, comes first.
pub(super) const ENGINE: Duration = Duration::from_millis(2_500);

/// How often another program's rows are looked for.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(900);

/// The call's answer, or `Unavailable` when there was none in time.
pub(super) async fn in_time<T>(call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    in_time_of(DEADLINE, call).await
}

/// The same for a call that may take longer.
pub(super) async fn in_time_of<T>(
    longest: Duration,
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(longest, call)
        .await
        .unwrap_or_else(|_| Err(StoreError::Unavailable(format!("no answer within {} s", longest.as_secs()))))
}

/// A task that ends when this is dropped.
#[derive(Debug)]
pub(super) struct Task(JoinHandle<()>);

impl Task {
    pub(super) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(task))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
