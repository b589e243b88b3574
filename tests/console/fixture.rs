//! The smallest program that uses the whole of `app::terminal`, as the console's shell does.
//!
//! It runs in place of a test, in a process of its own. Every key is shown; some do something.
#![allow(clippy::print_stdout, reason = "it says why it was refused")]

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use readback::app::pacing::{Next, Pace};
use readback::app::terminal::{
    Background, Caps, Cause, Guard, Hangup, Input, InputEvent, SignalEvent, Signals, TerminalError, Writer, clipboard,
    encode, install_hooks,
};
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Builder;
use tokio::sync::Notify;

/// What the program remembers and shows.
struct App {
    caps: Caps,
    size: (u16, u16),
    said: String,
    copy: Vec<u8>,
    keys: usize,
    dirty: bool,
    shown: Buffer,
    last_frame: Option<Instant>,
}

/// Runs until told to end, and ends the process.
pub(crate) fn main() -> ! {
    // On one thread, tasks run on the thread that draws: the harder case for a panic in one of them.
    let one_thread = std::env::var_os("FIXTURE_ONE_THREAD").is_some();
    let mut builder = if one_thread { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    let runtime = builder.enable_all().build().expect("a runtime");
    let code = match runtime.block_on(run()) {
        Ok(cause) => cause.map_or(0, Cause::exit_code),
        Err(error) => {
            println!("refused: {error}");
            2
        }
    };
    std::process::exit(code);
}

async fn run() -> Result<Option<Cause>, TerminalError> {
    let caps = Caps::detect(|name| std::env::var(name).ok());
    let mut signals = Signals::install()?;
    let guard = Guard::enter(&caps)?;
    install_hooks(std::env::var("FIXTURE_LOG").unwrap_or_default().into(), guard.restorer()).expect("hooks, once");
    let hangup = Hangup::watch(guard.tty()?)?;
    let free = Arc::new(Notify::new());
    let writer = guard.writer(Arc::clone(&free))?;
    let mut input = Input::start()?;
    let mut app = App {
        caps,
        size: guard.size(),
        said: "ready".to_owned(),
        copy: Vec::new(),
        keys: 0,
        dirty: true,
        shown: Buffer::empty(Rect::ZERO),
        last_frame: None,
    };
    loop {
        let pace = Pace {
            dirty: app.dirty,
            writer_free: writer.is_free(),
            last_frame: app.last_frame,
            min_gap: caps.min_gap(),
            next_wake: None,
            now: Instant::now(),
        };
        let until = match pace.next() {
            Next::DrawNow => {
                app.draw(&writer);
                continue;
            }
            Next::WaitUntil(at) => Some(at),
            Next::Sleep => None,
        };
        tokio::select! {
            biased;
            signal = signals.next() => match signal {
                SignalEvent::Shutdown(cause) => return Ok(Some(cause)),
                SignalEvent::Suspend => app.suspend(&guard, &mut signals).await?,
                SignalEvent::Continue => {
                    guard.resume();
                    app.redraw("continued", &guard);
                }
            },
            cause = hangup.wait() => return Ok(Some(cause)),
            event = input.next() => match event {
                Some(InputEvent::Key(key)) if key.code == KeyCode::Char('q') => return Ok(None),
                Some(InputEvent::Key(key)) if key.code == KeyCode::Char('z') => app.suspend(&guard, &mut signals).await?,
                Some(event) => app.input(event).await,
                None => std::future::pending().await,
            },
            () = free.notified() => {}
            () = sleep_until(until) => {}
        }
    }
}

async fn sleep_until(until: Option<Instant>) {
    match until {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

impl App {
    async fn input(&mut self, event: InputEvent) {
        self.dirty = true;
        match event {
            InputEvent::Key(key) => match key.code {
                KeyCode::Char('p') => panic!("the screen has a bug"),
                KeyCode::Char('b') => {
                    let task = tokio::spawn(Background::new(async { panic!("a probe has a bug") }));
                    let crashed = task.await.is_err_and(|error: tokio::task::JoinError| error.is_panic());
                    self.said = format!("the probe crashed: {crashed}");
                }
                KeyCode::Char('h') => loop {
                    std::thread::park();
                },
                KeyCode::Char('i') => self.said = format!("process {}.", std::process::id()),
                KeyCode::Char('u') => self.dirty = false,
                KeyCode::Char('c') => self.copy = clipboard::plan("foobar", &self.caps).expect("a small text"),
                code => {
                    self.keys += 1;
                    self.said = format!("key {code} number {}", self.keys);
                }
            },
            InputEvent::Paste(text) => self.said = format!("pasted {text}"),
            InputEvent::Resize(columns, rows) => {
                self.size = (columns, rows);
                self.said = format!("size {columns}x{rows}");
            }
            InputEvent::FocusGained | InputEvent::FocusLost => {}
        }
    }

    async fn suspend(&mut self, guard: &Guard, signals: &mut Signals) -> Result<(), TerminalError> {
        guard.suspend(signals).await?;
        self.redraw("back again", guard);
        Ok(())
    }

    fn redraw(&mut self, said: &str, guard: &Guard) {
        said.clone_into(&mut self.said);
        self.size = guard.size();
        self.shown = Buffer::empty(Rect::ZERO);
        self.dirty = true;
    }

    fn draw(&mut self, writer: &Writer) {
        let mut next = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        for row in 0..self.size.1 {
            // Text that changes everywhere with each key: a frame of many bytes.
            let text = format!("{row} {}", "abcdefgh".chars().cycle().skip(self.keys).take(300).collect::<String>());
            next.set_string(0, row, text, Style::new().dim());
        }
        next.set_string(0, 0, format!("{:<300}", self.said), Style::new().bold());
        let mut frame = std::mem::take(&mut self.copy);
        encode(&self.shown, &next, None, None, &mut frame);
        self.dirty = false;
        if !frame.is_empty() && writer.try_send(frame) {
            self.last_frame = Some(Instant::now());
        }
        self.shown = next;
    }
}
