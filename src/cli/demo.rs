//! `readback demo`: the console on a script; no network, no disk, nothing recorded.

use super::console::{EVENTS, depth, runtime, theme};
use super::context::StartError;
use crate::app::shell::{Clock, Hands, Probes, Screen, Shell, Sources};
use crate::app::terminal::{Caps, Guard, Hangup, Input, Signals, install_hooks};
use crate::app::{App, Event, Ids};
use crate::config::ColorMode;
use crate::demo::Demo;
use tokio::sync::mpsc;

/// Runs the demo; returns its exit code.
pub(super) fn run(color: &str, theme_name: &str) -> Result<u8, StartError> {
    let mut caps = Caps::detect(|name| std::env::var(name).ok());
    caps.depth = depth(ColorMode::named(color), caps.depth);
    let theme = theme(theme_name, caps.depth)?;
    let demo = Demo::load()?;
    let runtime = runtime()?;
    let guard = Guard::enter(&caps)?;
    // The demo keeps no log: a panic's report goes to stderr alone.
    install_hooks("/dev/null".into(), guard.restorer()).map_err(|error| StartError::Other(error.to_string()))?;
    let code = runtime.block_on(async {
        let hangup = Hangup::watch(guard.tty().map_err(StartError::io("the terminal can't be watched"))?)
            .map_err(StartError::io("the terminal can't be watched"))?;
        let signals = Signals::install().map_err(StartError::io("signals can't be handled"))?;
        let input = Input::start().map_err(StartError::io("the keyboard can't be read"))?;
        let screen = Screen::new(guard, caps, theme).map_err(StartError::io("the terminal can't be written to"))?;
        let app = App::new(demo.facts(), Ids::new([0; 16]), screen.size());
        let clock = Clock::starting_at(demo.start());
        let (events, received) = mpsc::channel(EVENTS);
        tokio::spawn(play(demo, clock, events));
        let mut shell = Shell { app, hands: hands_tied(), clock, screen, wake: None };
        Ok::<_, StartError>(shell.run(Sources { input, signals, hangup, events: received }).await)
    });
    runtime.shutdown_background();
    Ok(u8::try_from(code?).unwrap_or(1))
}

/// Sends each event of the script at its time, and stays until nobody listens.
async fn play(demo: Demo, clock: Clock, events: mpsc::Sender<Event>) {
    let opening = demo.opening().into_iter().map(|event| (demo.start(), event));
    for (at, event) in opening.chain(demo.play()) {
        tokio::time::sleep(clock.until(at)).await;
        if events.send(event).await.is_err() {
            return;
        }
    }
    events.closed().await;
}

/// Hands that do nothing: the gate lets nothing through that writes, and what only reads has been read.
fn hands_tied() -> Hands {
    Hands {
        probes: Probes::Scripted,
        layers: mpsc::channel(1).0,
        store: mpsc::unbounded_channel().0,
        drafts: mpsc::channel(1).0,
    }
}
