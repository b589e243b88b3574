//! A program in a real pseudo-terminal. Nothing here sleeps: a thread reads, everything else waits for it.

use super::screen::Screen;
use portable_pty::{ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::watch;

/// The console itself: what `READBACK_TEST_BIN` names, or what cargo has just built.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("READBACK_TEST_BIN").map_or_else(|| env!("CARGO_BIN_EXE_readback").into(), PathBuf::from)
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) code: u32,
    /// The name of the signal that killed it.
    pub(crate) signal: Option<String>,
    /// When the end was seen.
    pub(crate) at: Instant,
}

/// A program that runs in a pty.
pub(crate) struct Pty {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    pid: Pid,
    reading: watch::Sender<Reading>,
    state: Arc<(Mutex<State>, Condvar)>,
    termios_before: String,
}

struct State {
    screen: Screen,
    bytes: Vec<u8>,
    held: bool,
    ended: bool,
    exit: Option<Exit>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    On,
    /// Once more, then no more.
    HoldNext,
    Closed,
}

impl Pty {
    /// Starts a program with only these environment variables, and PATH.
    pub(crate) fn spawn(
        program: impl AsRef<OsStr>,
        args: &[&str],
        env: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let pair = native_pty_system().openpty(pty_size(columns, rows)).expect("a pty");
        let termios_before = termios(&*pair.master);
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm");
        for (name, value) in env {
            command.env(name, value);
        }
        let mut child = pair.slave.spawn_command(command).expect("the program starts");
        // The program alone holds the terminal now: when it ends, the reader sees the end.
        drop(pair.slave);
        let state =
            State { screen: Screen::new(columns, rows), bytes: Vec::new(), held: false, ended: false, exit: None };
        let state = Arc::new((Mutex::new(state), Condvar::new()));
        let (reading, held) = watch::channel(Reading::On);
        let reader = pair.master.try_clone_reader().expect("a reader");
        let fd = pair.master.as_raw_fd().expect("a file descriptor");
        let pid = child.process_id().and_then(|pid| Pid::from_raw(pid.cast_signed())).expect("a process id");
        let killer = child.clone_killer();
        let of_reader = Arc::clone(&state);
        thread::spawn(move || read(fd, reader, held, &of_reader));
        let of_waiter = Arc::clone(&state);
        thread::spawn(move || {
            let status = child.wait().expect("the program can be waited for");
            let signal = status.signal().map(str::to_owned);
            let exit = Exit { code: status.exit_code(), signal, at: Instant::now() };
            of_waiter.0.lock().expect("state").exit = Some(exit);
            of_waiter.1.notify_all();
        });
        Self { master: Some(pair.master), writer: None, killer, pid, reading, state, termios_before }
    }

    /// Waits until the screen shows the text.
    pub(crate) fn wait_for(&self, text: &str, deadline: Duration) {
        self.wait_until(&format!("{text:?} on the screen"), deadline, |screen| screen.text().contains(text));
    }

    /// Waits until the screen is as described; never in the middle of a synchronized update, as a person would.
    pub(crate) fn wait_until(&self, what: &str, deadline: Duration, is: impl Fn(&Screen) -> bool) {
        self.wait(what, deadline, |state| !state.screen.is_updating() && is(&state.screen));
    }

    /// Types. In raw mode Enter is `\r`, Escape `\x1b`.
    pub(crate) fn send(&mut self, keys: &str) {
        let master = self.master.as_ref().expect("the terminal is open");
        let writer = self.writer.get_or_insert_with(|| master.take_writer().expect("a writer"));
        writer.write_all(keys.as_bytes()).and_then(|()| writer.flush()).expect("the terminal takes keys");
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.state.0.lock().expect("state").screen.resize(columns, rows);
        self.master.as_ref().expect("the terminal is open").resize(pty_size(columns, rows)).expect("a resize");
    }

    /// A place in the output, for [`Pty::bytes_since`].
    pub(crate) fn mark(&self) -> usize {
        self.state.0.lock().expect("state").bytes.len()
    }

    pub(crate) fn bytes_since(&self, mark: usize) -> Vec<u8> {
        self.state.0.lock().expect("state").bytes[mark..].to_vec()
    }

    /// With how many system calls the program's writer thread has written its frames, which are of so many
    /// bytes together. Wait until it is quiet: the kernel counts a call when it is over.
    pub(crate) fn frame_writes(&self, frame_bytes: usize) -> usize {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid)).expect("the program runs");
        let named = |task: &PathBuf| std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name == "writer\n");
        let task = tasks.filter_map(|task| Some(task.ok()?.path())).find(named).expect("a thread called writer");
        let io = std::fs::read_to_string(task.join("io")).expect("its counters");
        let count = |name: &str| -> usize {
            let line = io.lines().find_map(|line| line.strip_prefix(name)).expect("a counter");
            line.trim().parse().expect("a number")
        };
        // It also wakes the runtime, which is a write of eight bytes to an eventfd.
        count("syscw:") - (count("wchar:") - frame_bytes) / 8
    }

    /// The most memory that the program has had so far, in bytes.
    pub(crate) fn peak_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).expect("the program runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    }

    /// Whether the output stays as it is for this long.
    pub(crate) fn is_quiet_for(&self, time: Duration) -> bool {
        let state = self.state.0.lock().expect("state");
        let length = state.bytes.len();
        self.state.1.wait_timeout_while(state, time, |state| state.bytes.len() == length).expect("state").1.timed_out()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the program is there");
    }

    /// From the next output on the terminal takes no more bytes, as when the network hangs.
    pub(crate) fn hold_next(&self) {
        self.state.0.lock().expect("state").held = false;
        self.reading.send_replace(Reading::HoldNext);
    }

    /// Waits until the terminal takes no more. A program that had more to write than about 20 kB is stuck now.
    pub(crate) fn wait_held(&self, deadline: Duration) {
        self.wait("output", deadline, |state| state.held);
    }

    pub(crate) fn release(&self) {
        self.reading.send_replace(Reading::On);
    }

    /// The terminal is gone. (If something was typed before, a line feed and an end-of-file are typed first:
    /// so `portable-pty` closes.)
    pub(crate) fn close_master(&mut self) {
        self.reading.send_replace(Reading::Closed);
        self.wait("the end of reading", Duration::from_secs(5), |state| state.ended);
        self.writer = None;
        self.master = None;
    }

    /// Waits for the end of the program and of its output.
    pub(crate) fn wait_exit(&self, deadline: Duration) -> Exit {
        self.wait("the end of the program", deadline, |state| state.exit.is_some() && state.ended);
        self.state.0.lock().expect("state").exit.clone().expect("waited for")
    }

    /// Waits for the end of the program only; its output may still be waiting to be read.
    pub(crate) fn wait_for_process(&self, deadline: Duration) -> Exit {
        self.wait("the end of the program", deadline, |state| state.exit.is_some());
        self.state.0.lock().expect("state").exit.clone().expect("waited for")
    }

    /// What is not as it was before; empty when the terminal was given back whole.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let mut left = self.screen(|screen| screen.leftovers().into_iter().map(str::to_owned).collect::<Vec<_>>());
        let termios = termios(&**self.master.as_ref().expect("the terminal is open"));
        if termios != self.termios_before {
            left.push(format!("termios: {} -> {termios}", self.termios_before));
        }
        left
    }

    pub(crate) fn restored(&self) -> bool {
        self.leftovers().is_empty()
    }

    /// Looks at the screen.
    pub(crate) fn screen<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(&self.state.0.lock().expect("state").screen)
    }

    fn wait(&self, what: &str, deadline: Duration, is: impl Fn(&State) -> bool) {
        let (lock, changed) = &*self.state;
        let state = lock.lock().expect("state");
        // A program that has ended changes nothing any more.
        let over = |state: &State| is(state) || (state.ended && state.exit.is_some());
        let (state, _) = changed.wait_timeout_while(state, deadline, |state| !over(state)).expect("state");
        if !is(&state) {
            let (exit, text) = (state.exit.clone(), state.screen.text());
            // Not while the lock is held: the threads that end the program need it.
            drop(state);
            panic!("no {what} within {deadline:?}; exit {exit:?}; the screen:\n{text}");
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.killer.kill();
        self.reading.send_replace(Reading::Closed);
        // The reader uses the master, so it ends first. No assertion here: a failed test is unwinding.
        if let Ok(state) = self.state.0.lock() {
            drop(self.state.1.wait_timeout_while(state, Duration::from_secs(5), |state| !state.ended));
        }
    }
}

/// A file descriptor that someone else keeps open.
struct Fd(RawFd);

impl AsRawFd for Fd {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

/// Reads until the program has closed the terminal, or until told to stop: a read that blocks could not be told.
fn read(fd: RawFd, mut reader: Box<dyn Read>, mut reading: watch::Receiver<Reading>, state: &(Mutex<State>, Condvar)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    let mut buffer = vec![0; 4096];
    runtime.block_on(async {
        loop {
            let now = *reading.borrow_and_update();
            let held = state.0.lock().expect("state").held;
            if now == Reading::Closed || (now == Reading::HoldNext && held && reading.changed().await.is_err()) {
                break;
            }
            if now == Reading::HoldNext && held {
                continue;
            }
            // Registered anew each time, so that what a read has left is reported again.
            #[allow(deprecated, reason = "its successor is unsafe; the fd stays open until the reader has ended")]
            let ready = AsyncFd::with_interest(Fd(fd), Interest::READABLE).expect("a pollable terminal");
            tokio::select! {
                _ = ready.readable() => {}
                _ = reading.changed() => continue,
            }
            drop(ready);
            let taken = reader.read(&mut buffer).unwrap_or(0);
            if taken == 0 {
                break;
            }
            let mut seen = state.0.lock().expect("state");
            seen.bytes.extend_from_slice(&buffer[..taken]);
            seen.screen.feed(&buffer[..taken]);
            seen.held = now == Reading::HoldNext;
            state.1.notify_all();
        }
    });
    drop(reader);
    state.0.lock().expect("state").ended = true;
    state.1.notify_all();
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn termios(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}
