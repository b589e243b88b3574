//! A thread of its own for writing, so that a terminal that takes no bytes stops nothing but the drawing.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::io;
use std::os::fd::AsFd;
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
    /// Held while bytes are handed to the kernel, never while waiting for it to take some.
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
    /// The rest of the frame must not be written.
    Abandoned,
    /// The terminal takes no more, or the console has ended.
    Closed,
}

impl Writer {
    /// Starts the thread. `free` is notified whenever a frame has been written, or could not be.
    ///
    /// `out` must not block: it is written to with one system call per frame, as far as the kernel takes it.
    pub fn spawn(out: impl AsFd + Send + 'static, free: Arc<Notify>) -> io::Result<Self> {
        let line = Line(Arc::new(Shared {
            slot: Mutex::new(Slot::Free),
            changed: Condvar::new(),
            bytes: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        }));
        let thread_line = line.clone();
        thread::Builder::new().name("writer".to_owned()).spawn(move || thread_line.run(&out, &free))?;
        Ok(Self(line))
    }

    /// Hands a frame over; `false`, and the frame is dropped, while one is in flight or after the end.
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

    /// Whether the terminal has refused a frame. No frame is taken any more; the hangup watch tells why.
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
    /// Waits until no frame is in flight. If the terminal does not take it in time the rest is abandoned, and
    /// the answer is `false`: a sequence may have been cut in the middle.
    pub(super) fn finish(&self, at_most: Duration) -> bool {
        let busy = |slot: &mut Slot| matches!(slot, Slot::Waiting(_) | Slot::Writing);
        let waited = self.0.changed.wait_timeout_while(self.lock(), at_most, busy);
        let (mut slot, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            // What has not been begun is simply taken back.
            *slot = if matches!(*slot, Slot::Waiting(_)) { Slot::Free } else { Slot::Abandoned };
        }
        !waited.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.0.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, out: &impl AsFd, free: &Notify) {
        while let Some(frame) = self.next_frame() {
            let mut rest = frame.as_slice();
            while self.write_some(out, &mut rest) {
                // An error shows in the next write.
                let _ = poll(&mut [PollFd::new(out, PollFlags::OUT)], None);
            }
            self.0.changed.notify_all();
            free.notify_one();
        }
    }

    /// Writes what the kernel takes; whether the frame needs more.
    fn write_some(&self, out: &impl AsFd, rest: &mut &[u8]) -> bool {
        let mut slot = self.lock();
        if matches!(*slot, Slot::Abandoned) {
            *slot = Slot::Free;
            return false;
        }
        match rustix::io::write(out, rest) {
            Ok(written) => {
                self.0.bytes.fetch_add(written as u64, Ordering::Relaxed);
                *rest = rest.get(written..).unwrap_or_default();
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => {
                *slot = Slot::Closed;
                return false;
            }
        }
        if rest.is_empty() {
            *slot = Slot::Free;
        }
        !rest.is_empty()
    }

    /// The next frame; `None` after the end.
    fn next_frame(&self) -> Option<Vec<u8>> {
        let idle = |slot: &mut Slot| matches!(slot, Slot::Free) && !self.0.ended.load(Ordering::Relaxed);
        let mut slot = self.0.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *slot, Slot::Writing) {
            Slot::Waiting(frame) => Some(frame),
            Slot::Free | Slot::Writing | Slot::Abandoned | Slot::Closed => {
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
    use rustix::io::ioctl_fionbio;
    use std::io::{PipeReader, PipeWriter, Read};

    fn pipe() -> (PipeReader, PipeWriter) {
        let (reader, out) = io::pipe().unwrap();
        ioctl_fionbio(&out, true).unwrap();
        (reader, out)
    }

    #[tokio::test]
    async fn frames_are_written_whole_and_counted() {
        let (mut reader, out) = pipe();
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
        let (mut reader, out) = pipe();
        let free = Arc::new(Notify::new());
        let writer = Writer::spawn(out, Arc::clone(&free)).unwrap();
        // More than a pipe holds: the write cannot end before someone reads.
        let frame = vec![b'x'; 1 << 20];
        assert!(writer.try_send(frame.clone()));
        assert!(!writer.is_free());
        assert!(!writer.try_send(frame.clone()));
        let mut taken = vec![0; frame.len()];
        reader.read_exact(&mut taken).unwrap();
        free.notified().await;
        assert!(writer.is_free() && writer.line().finish(Duration::ZERO));
        assert_eq!(writer.bytes(), 1 << 20);
    }

    #[tokio::test]
    async fn a_frame_that_is_not_taken_in_time_is_abandoned_and_the_next_one_is_whole() {
        let (mut reader, out) = pipe();
        let free = Arc::new(Notify::new());
        let writer = Writer::spawn(out, Arc::clone(&free)).unwrap();
        assert!(writer.try_send(vec![b'x'; 1 << 20]));
        // The thread has begun when the first byte arrives.
        reader.read_exact(&mut [0]).unwrap();
        assert!(!writer.line().finish(Duration::from_millis(1)));
        // Room again: the thread wakes, and finds that the rest is not wanted.
        assert!(reader.read(&mut vec![0; 1 << 20]).unwrap() > 0);
        free.notified().await;
        assert!(writer.bytes() < 1 << 20);
        assert!(writer.try_send(b"whole".to_vec()));
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert!(text.ends_with("whole"));
    }

    #[tokio::test]
    async fn a_terminal_that_is_gone_closes_the_writer_and_says_so() {
        let (reader, out) = pipe();
        drop(reader);
        let free = Arc::new(Notify::new());
        let writer = Writer::spawn(out, Arc::clone(&free)).unwrap();
        assert!(writer.try_send(b"frame".to_vec()));
        free.notified().await;
        assert!(writer.is_closed() && !writer.is_free() && !writer.try_send(b"more".to_vec()));
    }
}
