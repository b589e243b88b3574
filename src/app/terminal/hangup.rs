//! Notices that the terminal is gone when no signal says so.
//!
//! Behind a program that ignores SIGHUP no signal comes, and crossterm's reader then spins at the end of the
//! file for ever (crossterm#793). So a thread of its own watches for the hangup, and ends the process itself
//! if the console does not do so in time.

use super::cause::Cause;
use rustix::event::{PollFd, PollFlags, poll};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::Notify;

/// How long the console has, after a hangup, to save and end.
pub const GRACE: Duration = Duration::from_millis(1_500);

/// The watch for the end of the terminal.
#[derive(Debug)]
pub struct Hangup(Arc<Notify>);

impl Hangup {
    /// Starts to watch the terminal. [`GRACE`] after it is gone the process ends, whatever it is doing.
    pub fn watch(tty: OwnedFd) -> io::Result<Self> {
        let gone = Arc::new(Notify::new());
        let tell = Arc::clone(&gone);
        thread::Builder::new().name("hangup".to_owned()).spawn(move || {
            wait(&tty);
            tell.notify_one();
            thread::sleep(GRACE);
            std::process::exit(Cause::Hangup.exit_code());
        })?;
        Ok(Self(gone))
    }

    /// Returns when the terminal is gone. Dropping the future loses nothing.
    pub async fn wait(&self) -> Cause {
        self.0.notified().await;
        Cause::Hangup
    }
}

/// Returns when the terminal is gone.
fn wait(tty: &OwnedFd) {
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    loop {
        // No events are asked for: only what is reported unasked wakes it.
        let mut fds = [PollFd::new(tty, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(_) if fds.iter().any(|fd| fd.revents().intersects(gone)) => return,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
