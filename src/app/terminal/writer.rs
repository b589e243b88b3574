//! A thread of its own for writing, so that a terminal that takes no bytes stops nothing but the drawing.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::sync::Notify;

/// Hands frames to the writer thread, at most one at a time.
///
/// Dropping it lets the thread end after the frame in flight.
#[derive(Debug)]
pub struct Writer(Line);

/// The line between the console and the writer thread: what the guard needs to know of it.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
    bytes: AtomicU64,
    /// No further frame will come.
    ended: AtomicBool,
}

#[derive(Debug)]
enum Slot {
    Free,
    Waiting(Vec<u8>),
    Writing,
    /// The console has ended, or the terminal takes no more.
    Closed,
}

impl Writer {
    /// Starts the thread. `free` is notified whenever a frame has been written, or could not be.
    ///
    /// `out` should pass each write on as one system call: a [`std::fs::File`], not the line-buffered stdout.
    pub fn spawn(out: impl Write + Send + 'static, free: Arc<Notify>) -> io::Result<Self> {
        let shared = Shared {
            slot: Mutex::new(Slot::Free),
            changed: Condvar::new(),
            bytes: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        };
        let line = Line(Arc::new(shared));
        let thread_line = line.clone();
        thread::Builder::new().name("writer".to_owned()).spawn(move || thread_line.run(out, &free))?;
        Ok(Self(line))
    }

    /// Hands a frame over; `false`, and the frame is dropped, while one is in flight or after an end.
    pub fn try_send(&self, frame: Vec<u8>) -> bool {
        let mut slot = self.0.lock();
        let free = matches!(*slot, Slot::Free);
        if free {
            *slot = Slot::Waiting(frame);
            self.0.0.changed.notify_all();
        }
        free
    }

    /// Whether a frame would be taken.
    pub fn is_free(&self) -> bool {
        matches!(*self.0.lock(), Slot::Free)
    }

    /// Whether the terminal has refused a frame. The hangup watch tells why; no frame is taken any more.
    pub fn is_closed(&self) -> bool {
        matches!(*self.0.lock(), Slot::Closed)
    }

    /// The bytes the terminal has taken so far.
    pub fn bytes(&self) -> u64 {
        self.0.0.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn line(&self) -> Line {
        self.0.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Under the lock, so that the thread cannot look before and wait after.
        let _slot = self.0.lock();
        self.0.0.ended.store(true, Ordering::Relaxed);
        self.0.0.changed.notify_all();
    }
}

impl Line {
    /// Waits until no frame is in flight; `false` if the terminal does not take it in time.
    pub(super) fn wait_idle(&self, at_most: Duration) -> bool {
        let busy = |slot: &mut Slot| matches!(slot, Slot::Waiting(_) | Slot::Writing);
        let waited = self.0.changed.wait_timeout_while(self.lock(), at_most, busy);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.0.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, mut out: impl Write, free: &Notify) {
        while let Some(frame) = self.next_frame() {
            let written = out.write_all(&frame).and_then(|()| out.flush());
            if written.is_ok() {
                self.0.bytes.fetch_add(frame.len() as u64, Ordering::Relaxed);
            }
            *self.lock() = if written.is_ok() { Slot::Free } else { Slot::Closed };
            self.0.changed.notify_all();
            free.notify_one();
        }
    }

    /// The next frame; `None` after the end.
    fn next_frame(&self) -> Option<Vec<u8>> {
        let idle = |slot: &mut Slot| matches!(slot, Slot::Free) && !self.0.ended.load(Ordering::Relaxed);
        let mut slot = self.0.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *slot, Slot::Writing) {
            Slot::Waiting(frame) => Some(frame),
            Slot::Free | Slot::Writing | Slot::Closed => {
                *slot = Slot::Closed;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[tokio::test]
    async fn frames_are_written_whole_and_counted() {
        let (mut reader, out) = io::pipe().unwrap();
        let free = Arc::new(Notify::new());
        let writer = Writer::spawn(out, Arc::clone(&free)).unwrap();
        for frame in ["one", "two!"] {
            assert!(writer.is_free() && writer.try_send(frame.into()));
            free.notified().await;
        }
        assert_eq!(writer.bytes(), 7);
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "onetwo!");
    }

    #[tokio::test]
    async fn a_blocked_terminal_blocks_only_the_writer() {
        let (mut reader, out) = io::pipe().unwrap();
        let free = Arc::new(Notify::new());
        let writer = Writer::spawn(out, Arc::clone(&free)).unwrap();
        // More than a pipe holds: the write cannot end before someone reads.
        let frame = vec![b'x'; 1 << 20];
        assert!(writer.try_send(frame.clone()));
        assert!(!writer.is_free());
        assert!(!writer.try_send(frame.clone()));
        assert!(!writer.line().wait_idle(Duration::from_millis(1)));
        assert_eq!(writer.bytes(), 0);
        let mut taken = vec![0; frame.len()];
        reader.read_exact(&mut taken).unwrap();
        free.notified().await;
        assert!(writer.is_free() && writer.line().wait_idle(Duration::ZERO));
        assert_eq!(writer.bytes(), 1 << 20);
    }

    #[tokio::test]
    async fn a_terminal_that_is_gone_closes_the_writer_and_says_so() {
        let (reader, out) = io::pipe().unwrap();
        drop(reader);
        let free = Arc::new(Notify::new());
        let writer = Writer::spawn(out, Arc::clone(&free)).unwrap();
        assert!(writer.try_send(b"frame".to_vec()));
        free.notified().await;
        assert!(writer.is_closed() && !writer.is_free() && !writer.try_send(b"more".to_vec()));
    }
}
