//! The whole console without a terminal: the pure core, the real tasks behind it, and a store. Nothing
//! sleeps: the rig waits for events.

use super::scene;
use readback::app::shell::{Command, Door, Hands, Kept, Probes, StoreTask, keep_drafts};
use readback::app::{Access, App, Effect, Event, Facts, Ids};
use readback::store::drafts::Drafts;
use readback::store::{self, StoreUrl};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;

/// Longer than anything takes, unless it never comes.
const DEADLINE: Duration = Duration::from_secs(30);

pub struct Rig {
    pub app: App,
    hands: Hands,
    events: Receiver<Event>,
    store: JoinHandle<()>,
    drafts: JoinHandle<()>,
    pub quit: Option<u8>,
    /// What time it is.
    pub now: jiff::Timestamp,
    /// The probes that the console asked to run, in order.
    pub asked: Vec<String>,
    /// How many questions about the timeline are on their way.
    unanswered: usize,
}

impl Rig {
    /// A console on this store; `folder` is where it keeps what could not be sent. `seed` makes its ids its own.
    pub async fn start(url: &str, folder: &Path, seed: u8) -> Self {
        Self::start_with(url, folder, seed, scene::evidence(), scene::now()).await
    }

    /// The same with other probes, at another time.
    pub async fn start_with(
        url: &str,
        folder: &Path,
        seed: u8,
        evidence: Vec<readback::evidence::Evidence>,
        now: jiff::Timestamp,
    ) -> Self {
        Self::start_as("console:reviewer", Vec::new(), (url, folder, seed), evidence, now).await
    }

    /// The same for another person, on a log that starts with these rows.
    pub async fn start_as(
        actor: &str,
        rows: Vec<readback::timeline::Operation>,
        (url, folder, seed): (&str, &Path, u8),
        evidence: Vec<readback::evidence::Evidence>,
        now: jiff::Timestamp,
    ) -> Self {
        let drafts = Drafts::open(&folder.join("drafts.db")).await.unwrap();
        let (events, received) = mpsc::channel(256);
        let (store, commands) = mpsc::unbounded_channel::<Command>();
        let (texts, kept) = mpsc::channel(64);
        for (key, text) in drafts.texts().await.unwrap() {
            events.send(Event::Draft { key, text }).await.unwrap();
        }
        let task = StoreTask {
            url: StoreUrl::parse(url).unwrap(),
            access: store::Access::ReadWrite,
            seed: rows,
            drafts: Some(drafts.clone()),
            events,
            kept: Kept::default(),
            console: format!("console-{seed}"),
            door: Door::new(tokio::sync::watch::channel(readback::guard::Watch::default()).1),
        };
        let setting = readback::app::Setting { actor: actor.to_owned(), ..scene::setting(Access::ReadWrite) };
        let facts = Facts::new(setting, evidence, now);
        let mut rig = Self {
            app: App::new(facts, Ids::new([seed; 16]), (120, 40)),
            hands: Hands { probes: Probes::Scripted, layers: mpsc::channel(1).0, store, drafts: texts },
            events: received,
            store: tokio::spawn(task.run(commands)),
            drafts: tokio::spawn(keep_drafts(Some(drafts), kept)),
            quit: None,
            now,
            asked: Vec::new(),
            unanswered: 0,
        };
        rig.take(Event::SnapshotRead(Ok(Box::new(scene::snapshot())))).await;
        rig.take(Event::EnvCompared(Box::new(scene::matrix()))).await;
        rig
    }

    /// Hands an event to the console, and carries out what it asks.
    pub async fn take(&mut self, event: Event) {
        if matches!(event, Event::Looked(_) | Event::Counted(_) | Event::OlderRead { .. }) {
            self.unanswered -= 1;
        }
        let turn = self.app.update(event, self.now);
        for effect in turn.effects {
            if matches!(effect, Effect::Look(_) | Effect::Count(_) | Effect::ReadOlder { .. }) {
                self.unanswered += 1;
            }
            if let Effect::RunProbe(probe) = &effect {
                self.asked.push(probe.0.clone());
            }
            if let Some(Effect::Quit(code)) = self.hands.perform(effect).await {
                self.quit = Some(code);
            }
        }
    }

    /// Lets so many seconds pass.
    pub async fn later(&mut self, seconds: i64) {
        self.now = self.now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        self.take(Event::Woken).await;
    }

    /// Presses keys by name.
    pub async fn press(&mut self, keys: &str) {
        for name in keys.split(' ') {
            self.take(Event::Key(scene::key(name))).await;
        }
    }

    /// Types a text, a key a character.
    pub async fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.take(Event::Key(crossterm::event::KeyCode::Char(c).into())).await;
        }
    }

    /// Takes events until the console knows something.
    pub async fn until(&mut self, what: &str, known: impl Fn(&Facts) -> bool) {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while !known(self.app.facts()) {
            let event = tokio::time::timeout_at(deadline, self.events.recv()).await;
            let event = event.unwrap_or_else(|_| panic!("never came: {what}")).expect("the tasks live");
            self.take(event).await;
        }
    }

    /// Takes the next event, if one comes in time.
    pub async fn next(&mut self, within: Duration) -> bool {
        match tokio::time::timeout(within, self.events.recv()).await {
            Ok(event) => self.take(event.expect("the tasks live")).await,
            Err(_) => return false,
        }
        true
    }

    /// Takes events until nothing that was asked of the timeline is unanswered.
    pub async fn answered(&mut self) {
        while self.unanswered > 0 {
            assert!(self.next(DEADLINE).await, "an answer never came");
        }
    }

    /// Everything that was asked for is recorded.
    pub async fn settled(&mut self) {
        self.until("every step recorded", |facts| facts.pending.is_empty()).await;
    }

    /// The console ends; its tasks put away what they hold.
    pub async fn end(self) {
        drop(self.hands);
        self.store.await.unwrap();
        self.drafts.await.unwrap();
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        let frame = super::frame::render(&self.app, 120, 40, "default", readback::app::theme::Depth::Ansi16);
        super::frame::symbols(&frame)
    }
}
