//! Takes the terminal, and gives it back as it was, whatever happens in between.

use super::caps::Caps;
use super::signals::Signals;
use super::writer::{Line, Writer};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Signal, getpid, getsid, kill_current_process_group};
use rustix::termios::{
    OptionalActions, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcgetwinsize, tcsetattr, ttyname,
};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use thiserror::Error;
use tokio::sync::Notify;

/// Title pushed, alternate screen, cursor hidden, bracketed paste.
const ENTER: &[u8] = b"\x1b[22;0t\x1b[?1049h\x1b[?25l\x1b[?2004h";
/// What another program may have changed while this one was stopped.
const REASSERT: &[u8] = b"\x1b[?25l\x1b[?2004h";
const RESTORE: &[u8] = b"\x1b[?2026l\x1b[m\x1b[?2004l\x1b[?1049l\x1b[23;0t\x1b[?25h";

/// How long the way out waits for a terminal that takes no bytes.
const PATIENCE: Duration = Duration::from_millis(200);

/// Why the console cannot have the terminal.
#[derive(Debug, Error)]
pub enum TerminalError {
    /// Input or output is a file or a pipe.
    #[error("no terminal on standard input and output; `readback check` works without one")]
    NotATerminal,
    /// `TERM` promises nothing.
    #[error("TERM is `dumb` or not set, the console needs more; set TERM, or use `readback check`")]
    Dumb,
    /// The system refused.
    #[error("cannot prepare the terminal: {0}")]
    Io(#[from] io::Error),
}

/// Holds the terminal; gives it back when dropped.
#[derive(Debug)]
pub struct Guard(Restorer);

/// Gives the terminal back, from wherever it is held: the guard, the panic hook. Once.
#[derive(Clone, Debug)]
pub struct Restorer(Arc<State>);

#[derive(Debug)]
struct State {
    /// Not stdout's own: this one does not block, and the handle we share with the shell stays as it is.
    tty: OwnedFd,
    before: Termios,
    taken: AtomicBool,
    line: OnceLock<Line>,
}

impl Guard {
    /// Raw mode, alternate screen, hidden cursor, bracketed paste.
    pub fn enter(caps: &Caps) -> Result<Self, TerminalError> {
        if caps.dumb {
            return Err(TerminalError::Dumb);
        }
        if !isatty(io::stdin()) || !isatty(io::stdout()) {
            return Err(TerminalError::NotATerminal);
        }
        let tty = open()?;
        let before = tcgetattr(&tty).map_err(io::Error::from)?;
        let state = State { tty, before, taken: AtomicBool::new(false), line: OnceLock::new() };
        let guard = Self(Restorer(Arc::new(state)));
        guard.0.0.take()?;
        Ok(guard)
    }

    /// Starts the writer of the frames. Before the terminal is given back, the frame in flight may finish.
    pub fn writer(&self, free: Arc<Notify>) -> io::Result<Writer> {
        let writer = Writer::spawn(self.tty()?, free)?;
        let _ = self.0.0.line.set(writer.line());
        Ok(writer)
    }

    /// What gives the terminal back from a panic hook.
    pub fn restorer(&self) -> Restorer {
        self.0.clone()
    }

    /// A handle of the terminal for the hangup watch.
    pub fn tty(&self) -> io::Result<OwnedFd> {
        self.0.0.tty.try_clone()
    }

    /// Columns and rows; 80 by 24 where the terminal does not say.
    pub fn size(&self) -> (u16, u16) {
        let size = tcgetwinsize(&self.0.0.tty).map(|size| (size.ws_col, size.ws_row));
        size.ok().filter(|(columns, rows)| *columns > 0 && *rows > 0).unwrap_or((80, 24))
    }

    /// Gives the terminal back and stops the process group, as the terminal itself does on Ctrl-Z. Returns when
    /// it is continued, with the terminal taken again; then clear and draw anew.
    ///
    /// As the leader of a session there is no shell that could continue us, so nothing happens.
    pub async fn suspend(&self, signals: &mut Signals) -> io::Result<()> {
        if getsid(None).ok() == Some(getpid()) {
            return Ok(());
        }
        self.0.restore();
        signals.forget_continue().await;
        kill_current_process_group(Signal::STOP)?;
        // The signal may stop this thread later than it stops another one, so its effect is waited for.
        signals.continued().await;
        self.resume();
        Ok(())
    }

    /// Takes the terminal again, after a SIGCONT; then clear and draw anew. A hangup brings a SIGCONT too: that
    /// the terminal is gone is for the hangup watch to say.
    pub fn resume(&self) {
        let _ = self.0.0.take();
    }

    /// Gives the terminal back now.
    pub fn restore(&self) {
        self.0.restore();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.restore();
    }
}

impl Restorer {
    /// Gives the terminal back as it was; does nothing if that is done already. It never blocks for long and
    /// never fails: on the way out there is no one left to tell.
    pub fn restore(&self) {
        let state = &*self.0;
        if !state.taken.swap(false, Ordering::SeqCst) {
            return;
        }
        let whole = state.line.get().is_none_or(|line| line.finish(PATIENCE));
        if !(whole && state.write(RESTORE)) {
            // No one reads. What waits in the kernel would stand before these last words: drop it, end the
            // sequence that may have been cut in the middle, and leave them for whoever reads again.
            let _ = tcflush(&state.tty, QueueSelector::OFlush);
            state.write(&[b"\x18", RESTORE].concat());
        }
        // Keys meant for the console must not reach the shell as a command.
        let _ = tcflush(&state.tty, QueueSelector::IFlush);
        let _ = tcsetattr(&state.tty, OptionalActions::Now, &state.before);
    }
}

impl State {
    fn take(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        raw.make_raw();
        tcsetattr(&self.tty, OptionalActions::Now, &raw)?;
        let first = !self.taken.swap(true, Ordering::SeqCst);
        self.write(if first { ENTER } else { REASSERT });
        Ok(())
    }

    /// Writes all, waiting a little where the terminal is slow; `false` if it did not take it all.
    fn write(&self, mut bytes: &[u8]) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while !bytes.is_empty() {
            match rustix::io::write(&self.tty, bytes) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error == rustix::io::Errno::INTR => {}
                Err(error) if error == rustix::io::Errno::AGAIN => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    let timeout = Timespec::try_from(left.min(Duration::from_millis(20))).ok();
                    if left.is_zero() || poll(&mut [PollFd::new(&self.tty, PollFlags::OUT)], timeout.as_ref()).is_err()
                    {
                        return false;
                    }
                }
                Err(_) => return false,
            }
        }
        true
    }
}

/// The terminal behind stdout, by a handle of our own; /dev/tty where another user owns it (after `su`).
fn open() -> io::Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let by_name = ttyname(io::stdout(), Vec::new()).and_then(|name| rustix::fs::open(name, flags, Mode::empty()));
    Ok(by_name.or_else(|_| rustix::fs::open("/dev/tty", flags, Mode::empty()))?)
}
