//! Signals as values.

use super::cause::Cause;
use rustix::process::Signal;
use std::future::poll_fn;
use std::io;
use std::task::Poll;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalEvent {
    /// Save and end.
    Shutdown(Cause),
    /// Give the terminal back and stop: [`super::Guard::suspend`].
    Suspend,
    /// The process was continued: [`super::Guard::resume`], and draw anew.
    Continue,
}

/// The signals the console handles: INT, TERM, HUP and QUIT end it, TSTP stops it, CONT continues it.
#[derive(Debug)]
pub struct Signals {
    interrupt: Stream,
    terminate: Stream,
    hangup: Stream,
    quit: Stream,
    stop: Stream,
    resume: Stream,
}

impl Signals {
    /// Installs the handlers. From here on the signals do nothing but arrive at [`Signals::next`].
    pub fn install() -> io::Result<Self> {
        let on = |which: Signal| signal(SignalKind::from_raw(which.as_raw()));
        Ok(Self {
            interrupt: on(Signal::INT)?,
            terminate: on(Signal::TERM)?,
            hangup: on(Signal::HUP)?,
            quit: on(Signal::QUIT)?,
            stop: on(Signal::TSTP)?,
            resume: on(Signal::CONT)?,
        })
    }

    /// The next signal. Dropping the future loses none.
    pub async fn next(&mut self) -> SignalEvent {
        let ends = |which: Signal| SignalEvent::Shutdown(Cause::Signal(which.as_raw()));
        tokio::select! {
            // A hangup brings a SIGCONT along; what ends the console comes first.
            biased;
            _ = self.interrupt.recv() => ends(Signal::INT),
            _ = self.terminate.recv() => ends(Signal::TERM),
            _ = self.hangup.recv() => ends(Signal::HUP),
            _ = self.quit.recv() => ends(Signal::QUIT),
            _ = self.stop.recv() => SignalEvent::Suspend,
            _ = self.resume.recv() => SignalEvent::Continue,
        }
    }

    /// Returns when the process has been continued.
    pub(super) async fn continued(&mut self) {
        self.resume.recv().await;
    }

    /// Forgets a SIGCONT that has not been asked for yet.
    pub(super) async fn forget_continue(&mut self) {
        let _ = poll_fn(|cx| Poll::Ready(self.resume.poll_recv(cx))).await;
    }
}
