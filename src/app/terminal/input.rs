//! Keys, pastes and resizes from the terminal.

use crossterm::event::{Event, EventStream, KeyEvent, KeyEventKind};
use futures_util::{Stream, StreamExt};
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::thread;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// What a person does at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputEvent {
    /// A key was pressed, or repeats.
    Key(KeyEvent),
    /// Text was pasted. It is foreign: sanitise it.
    Paste(String),
    /// The new number of columns and rows.
    Resize(u16, u16),
    /// The terminal window has come to the front.
    FocusGained,
    /// The terminal window has gone to the back.
    FocusLost,
}

/// Events that wait for the console at most; further input waits in the terminal.
const QUEUE: usize = 256;
/// Events taken from the terminal in one go, within which only the last resize counts.
const BATCH: usize = 64;

/// The one reader of the terminal's input. Drop it before another program gets the terminal.
///
/// It has a thread of its own: crossterm's reader never returns after a hangup, and must not take the
/// console's thread with it.
#[derive(Debug)]
pub struct Input {
    events: mpsc::Receiver<InputEvent>,
    /// Dropping it ends the thread.
    _stop: oneshot::Sender<()>,
}

impl Input {
    /// Starts to read. Call it inside of a tokio runtime, once the guard has been entered.
    pub fn start() -> io::Result<Self> {
        let handle = Handle::try_current().map_err(io::Error::other)?;
        let (send, events) = mpsc::channel(QUEUE);
        let (stop, stopped) = oneshot::channel();
        thread::Builder::new().name("input".to_owned()).spawn(move || {
            handle.block_on(async move {
                tokio::select! {
                    () = forward(EventStream::new(), send) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { events, _stop: stop })
    }

    /// The next event; `None` when the terminal gives no more. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<InputEvent> {
        self.events.recv().await
    }

    /// An event that has already arrived.
    pub fn try_next(&mut self) -> Option<InputEvent> {
        self.events.try_recv().ok()
    }
}

async fn forward(source: impl Stream<Item = io::Result<Event>>, send: mpsc::Sender<InputEvent>) {
    let mut source = pin!(source);
    let mut open = true;
    while open {
        let Some(Ok(first)) = source.next().await else { return };
        let mut batch = vec![first];
        while open && batch.len() < BATCH {
            // Not `now_or_never`: it would leave crossterm with a waker that wakes no one.
            match poll_fn(|cx| Poll::Ready(source.poll_next_unpin(cx))).await {
                Poll::Ready(Some(Ok(event))) => batch.push(event),
                Poll::Ready(Some(Err(_)) | None) => open = false,
                Poll::Pending => break,
            }
        }
        for event in coalesce(batch.into_iter().filter_map(convert).collect()) {
            if send.send(event).await.is_err() {
                return;
            }
        }
    }
}

fn convert(event: Event) -> Option<InputEvent> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(InputEvent::Key(key)),
        Event::Paste(text) => Some(InputEvent::Paste(text)),
        Event::Resize(columns, rows) => Some(InputEvent::Resize(columns, rows)),
        Event::FocusGained => Some(InputEvent::FocusGained),
        Event::FocusLost => Some(InputEvent::FocusLost),
        Event::Key(_) | Event::Mouse(_) => None,
    }
}

/// Of several resizes only the last one, where it stands.
fn coalesce(events: Vec<InputEvent>) -> Vec<InputEvent> {
    let resize = |event: &InputEvent| matches!(event, InputEvent::Resize(..));
    let last = events.iter().rposition(resize);
    let kept = events.into_iter().enumerate().filter(|(index, event)| !resize(event) || Some(*index) == last);
    kept.map(|(_, event)| event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};
    use futures_util::stream;

    fn key(kind: KeyEventKind) -> KeyEvent {
        KeyEvent::new_with_kind(KeyCode::Char('j'), KeyModifiers::NONE, kind)
    }

    #[tokio::test]
    async fn a_burst_of_resizes_is_one_and_releases_are_dropped() {
        let (send, mut events) = mpsc::channel(8);
        let source = [
            Event::Resize(80, 24),
            Event::Key(key(KeyEventKind::Press)),
            Event::Resize(100, 30),
            Event::Key(key(KeyEventKind::Release)),
            Event::Resize(120, 40),
            Event::Key(key(KeyEventKind::Repeat)),
            Event::Paste("text".to_owned()),
        ];
        forward(stream::iter(source.map(Ok)), send).await;
        let mut seen = Vec::new();
        while let Some(event) = events.recv().await {
            seen.push(event);
        }
        let press = InputEvent::Key(key(KeyEventKind::Press));
        let repeat = InputEvent::Key(key(KeyEventKind::Repeat));
        assert_eq!(seen, [press, InputEvent::Resize(120, 40), repeat, InputEvent::Paste("text".to_owned())]);
    }

    #[tokio::test]
    async fn the_end_of_the_terminal_ends_the_input() {
        let (send, mut events) = mpsc::channel(8);
        let source = stream::iter([Ok(Event::FocusGained), Err(io::Error::other("gone")), Ok(Event::FocusLost)]);
        forward(source, send).await;
        assert_eq!(events.recv().await, Some(InputEvent::FocusGained));
        assert_eq!(events.recv().await, None);
    }
}
