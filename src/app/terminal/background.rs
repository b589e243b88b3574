//! Futures whose panic must not be taken for a panic of the screen.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    // A panic hook gets no context but the thread it runs on, so this cannot be passed along.
    static IN_BACKGROUND: Cell<bool> = const { Cell::new(false) };
}

/// A future that works for the screen (a probe, a query): if it panics, the panic is written to the log and
/// arrives as a `JoinError`; the terminal stays as it is.
#[must_use = "futures do nothing unless polled"]
pub struct Background<F>(Pin<Box<F>>);

impl<F: Future> Background<F> {
    /// Wraps a future, before it is spawned.
    pub fn new(future: F) -> Self {
        Self(Box::pin(future))
    }
}

impl<F: Future> Future for Background<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _mark = Mark(IN_BACKGROUND.replace(true));
        self.0.as_mut().poll(cx)
    }
}

/// Whether this thread is polling a [`Background`] future.
pub(super) fn in_background() -> bool {
    IN_BACKGROUND.get()
}

/// Puts back what was before, on unwinding too.
struct Mark(bool);

impl Drop for Mark {
    fn drop(&mut self) {
        IN_BACKGROUND.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;
    use std::sync::{Arc, Mutex, PoisonError};

    #[tokio::test]
    async fn the_mark_is_set_while_polled_and_gone_after_a_panic() {
        assert!(!in_background());
        assert!(Background::new(async { in_background() }).await);
        let seen = Arc::new(Mutex::new(None));
        let inner = Arc::clone(&seen);
        let task = tokio::spawn(Background::new(async move {
            *inner.lock().unwrap_or_else(PoisonError::into_inner) = Some(in_background());
            panic!("a probe has a bug");
        }));
        assert!(task.await.is_err_and(|error| error.is_panic()));
        assert_eq!(*seen.lock().unwrap_or_else(PoisonError::into_inner), Some(true));
        assert!(!in_background());
    }
}
