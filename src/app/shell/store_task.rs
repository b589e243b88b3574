//! The task that owns the database. It keeps asking for one that can't be reached, keeps locally what
//! could not be sent, and says what changed without being asked.

use super::door::Door;
use super::look_task::{self, Digests};
use super::store_kept::Kept;
use crate::app::{Count, Event, Look, Step, Stepped, StoreState};
use crate::review::Attendance;
use crate::store::drafts::Drafts;
use crate::store::{self, Access, AnyStore, Cursor, Known, Mark, Outcome, Store, StoreError, StoreUrl};
use crate::timeline::filter::Pushed;
use crate::timeline::{Entry, Operation, OwnEvent};
use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::mpsc::{Sender, UnboundedReceiver};

/// How many rows of the timeline are read at a time.
const PAGE: u32 = 200;
/// How many of the newest rows are read at most; the console keeps no more.
const HEAD: u32 = 5_000;
/// How many rows of what the probes said are read back at the start.
const HISTORY_ROWS: u32 = 2_000;
/// The first wait before a database that can't be reached is asked again; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// What the task is asked to do.
#[derive(Debug)]
pub enum Command {
    /// Record a step of a review.
    Record(Box<Step>),
    /// Append an event of the console's own.
    AppendOwn(Box<OwnEvent>),
    /// Read the newest rows and the reviews.
    Read,
    /// Read the page that is older than this.
    ReadOlder(Cursor),
    /// Look for rows that fit a question.
    Look(Box<Look>),
    /// Count rows.
    Count(Box<Count>),
    /// Say where this console is; `None` that it is in no review.
    Attend(Option<Box<Attendance>>),
    /// Read who else is there.
    ReadPresent,
}

/// What the task needs.
#[derive(Debug)]
pub struct StoreTask {
    /// Where the database is.
    pub url: StoreUrl,
    /// Whether it may be written to.
    pub access: Access,
    /// Rows that an embedded database starts with.
    pub seed: Vec<Operation>,
    /// What is kept locally; `None` where nothing may be written.
    pub drafts: Option<Drafts>,
    /// Where events go.
    pub events: Sender<Event>,
    /// What is masked on its way in.
    pub door: Door,
    /// The name under which this console says where it is.
    pub console: String,
    /// What waits for the database.
    pub kept: Kept,
}

/// What there is to do.
enum Woken {
    /// Somebody asks.
    Asked(Command),
    /// The database may have changed.
    Changed(Result<(), StoreError>),
    /// The guard has: what was shown may have to be masked.
    Guarded,
    /// Somebody may have come, moved or gone.
    Moved(Result<(), StoreError>),
}

/// What the console was told in a session with an open database.
struct Told {
    /// The steps of reviews.
    steps: Known,
    /// The rows.
    mark: Mark,
}

/// How many of the newest rows are read.
#[derive(Clone, Copy)]
enum Reach {
    /// Those of the last minutes.
    Recent,
    /// As many as a console keeps.
    Head,
}

/// Why a session with an open database ended.
enum Ended {
    /// Nobody asks any more.
    ByShell,
    /// The database can't be reached.
    Lost(StoreError),
}

impl StoreTask {
    /// Runs until nobody asks any more.
    pub async fn run(mut self, mut commands: UnboundedReceiver<Command>) {
        self.tell_kept().await;
        let mut wait = FIRST_WAIT;
        loop {
            let why = match self.open().await {
                Ok(store) => {
                    let ended = match self.start(&store).await {
                        Ok(told) => {
                            wait = FIRST_WAIT;
                            self.serve(&store, told, &mut commands).await
                        }
                        Err(error) => Ended::Lost(error),
                    };
                    store.close().await;
                    match ended {
                        Ended::ByShell => return,
                        Ended::Lost(error) => error,
                    }
                }
                Err(error) => error,
            };
            self.say(Event::Store(StoreState::Unavailable(why.to_string()))).await;
            if !self.wait_for_a_while(wait, &mut commands).await {
                return;
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Opens the database; one that answers gets the seed it lacks.
    async fn open(&self) -> Result<AnyStore, StoreError> {
        let store = AnyStore::open(&self.url, self.access).await?;
        store.ready().await?;
        if self.access == Access::ReadWrite && !self.seed.is_empty() {
            store.import(&self.seed).await?;
        }
        Ok(store)
    }

    async fn serve(&mut self, store: &AnyStore, mut told: Told, commands: &mut UnboundedReceiver<Command>) -> Ended {
        loop {
            let woken = tokio::select! {
                command = commands.recv() => {
                    let Some(command) = command else {
                        self.leave(store).await;
                        return Ended::ByShell;
                    };
                    Woken::Asked(command)
                }
                () = self.door.changed() => Woken::Guarded,
                changed = store.changed() => Woken::Changed(changed),
                moved = store.moved() => Woken::Moved(moved),
            };
            let done = match woken {
                Woken::Asked(command) => self.carry_out(store, &mut told, command).await,
                Woken::Changed(Ok(())) => self.read_news(store, &mut told).await,
                Woken::Guarded => self.read_again(store, &mut told).await,
                Woken::Moved(Ok(())) => self.read_present(store).await,
                Woken::Changed(Err(error)) | Woken::Moved(Err(error)) => Err(error),
            };
            match done {
                Err(error) if error.is_transient() => return Ended::Lost(error),
                Err(error) => self.say(Event::Trouble(error.to_string())).await,
                Ok(()) => {}
            }
        }
    }

    /// Sends what was kept, in its order, then reads. The database counts as ready once it was read: before that, what
    /// is on the screen is of the time before it was lost.
    async fn start(&mut self, store: &AnyStore) -> Result<Told, StoreError> {
        self.send_kept(store).await?;
        let told = self.read(store, Reach::Recent).await?;
        let rows = store.probe_history(HISTORY_ROWS).await?.into_iter().map(Entry::Own).collect();
        self.say(Event::HistoryRead(self.door.entries(rows))).await;
        Ok(told)
    }

    async fn carry_out(&mut self, store: &AnyStore, told: &mut Told, command: Command) -> Result<(), StoreError> {
        match command {
            Command::Record(step) => {
                let outcome = Outcome { event: step.event, operation: step.operation };
                match self.drafts.clone() {
                    // Kept first, so that a step is not lost between the question and the answer.
                    Some(drafts) => match drafts.queue(&outcome).await {
                        Ok(()) => self.record(store, outcome, &drafts).await.map(drop),
                        Err(error) => {
                            let why = format!("it can't be kept on this machine, so it was not sent: {error}");
                            self.say(Event::Stepped { id: outcome.event.id, outcome: Stepped::Refused(why) }).await;
                            Ok(())
                        }
                    },
                    None => Err(StoreError::ReadOnly("this console may not write".to_owned())),
                }
            }
            Command::AppendOwn(event) => {
                let appended = self.append(store, &event).await;
                if appended.as_ref().is_err_and(StoreError::is_transient) {
                    self.keep_change(*event).await;
                }
                appended
            }
            Command::Read => self.read_again(store, told).await,
            Command::Attend(at) => {
                self.attend(store, at.as_deref()).await;
                self.read_present(store).await
            }
            Command::ReadPresent => self.read_present(store).await,
            Command::ReadOlder(before) => {
                let page = store.page(Some(&before), PAGE).await?;
                let complete = page.len() < PAGE as usize;
                let entries = self.beside(store, page).await?;
                self.say(Event::OlderRead { entries, complete }).await;
                Ok(())
            }
            Command::Look(look) => {
                let (looked, digests) = look_task::look(store, &self.door, *look).await?;
                self.say_margin(store, &looked.entries, digests).await?;
                self.say(Event::Looked(Box::new(looked))).await;
                Ok(())
            }
            Command::Count(count) => {
                let counted = look_task::count(store, *count).await?;
                self.say(Event::Counted(Box::new(counted))).await;
                Ok(())
            }
        }
    }

    /// Reads what came, and sends first what the database did not take before.
    async fn read_news(&mut self, store: &AnyStore, told: &mut Told) -> Result<(), StoreError> {
        if self.kept.waits {
            self.send_kept(store).await?;
        }
        let steps = store.reviews_since(&told.steps).await?;
        let mut tail = store.tail(Some(&told.mark.into()), HEAD, &Pushed::default()).await?;
        let joined = tail.more.is_none();
        let (entries, complete) = if joined {
            tail.rows.sort_by(Entry::newest_first);
            (self.beside(store, tail.rows).await?, false)
        } else {
            self.rows(store, Reach::Recent).await?
        };
        told.steps.take(&steps);
        told.mark = tail.mark;
        self.say(Event::NewsRead { entries, complete, joined, steps }).await;
        Ok(())
    }

    /// Reads the steps and all of the newest rows that a console keeps, also those that were told: a row that claims to be
    /// older than it is may have come among them.
    async fn read_again(&mut self, store: &AnyStore, told: &mut Told) -> Result<(), StoreError> {
        if self.kept.waits {
            self.send_kept(store).await?;
        }
        *told = self.read(store, Reach::Head).await?;
        Ok(())
    }

    /// Reads every step, and the newest rows.
    async fn read(&self, store: &AnyStore, reach: Reach) -> Result<Told, StoreError> {
        let reviews = store.reviews().await?;
        let mut steps = Known::default();
        steps.take(&reviews);
        // Before the rows: what is recorded in between is among them, or behind the mark.
        let mark = store.tail(None, 0, &Pushed::default()).await?.mark;
        let (entries, complete) = self.rows(store, reach).await?;
        self.say(Event::StoreRead { entries, complete, reviews }).await;
        Ok(Told { steps, mark })
    }

    /// The newest rows, and whether there are no others.
    async fn rows(&self, store: &AnyStore, reach: Reach) -> Result<(Vec<Entry>, bool), StoreError> {
        let (page, complete) = match reach {
            Reach::Recent => store::newest(store, Timestamp::now(), HEAD as usize).await?,
            Reach::Head => store::head(store, HEAD as usize).await?,
        };
        Ok((self.beside(store, page).await?, complete))
    }

    /// Reads what stands beside the rows of a page, and says it before the page; the page as it may be seen.
    async fn beside(&self, store: &AnyStore, page: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        let (entries, digests) = self.door.identified(page);
        self.say_margin(store, &entries, digests).await?;
        Ok(entries)
    }

    /// Tells what stands beside rows that are told next.
    async fn say_margin(&self, store: &AnyStore, entries: &[Entry], digests: Digests) -> Result<(), StoreError> {
        let ids: Vec<String> = entries.iter().map(|entry| entry.id().to_owned()).collect();
        let mut annotations = self.door.annotations(store.annotations(&ids).await?);
        // A note on a row that is not in this page may be a row of it.
        annotations.extend(entries.iter().filter_map(|entry| match entry {
            Entry::Own(event) if event.kind.is_annotation() => Some(event.clone()),
            _ => None,
        }));
        self.say(Event::Margin { annotations, digests }).await;
        Ok(())
    }

    /// Appends an event of the console's own. What a person wrote is read back at once, for only then it is shown as
    /// recorded; that it never will be is told.
    pub(super) async fn append(&self, store: &AnyStore, event: &OwnEvent) -> Result<(), StoreError> {
        let appended = store.append_own(event).await;
        if !event.kind.is_annotation() {
            return appended;
        }
        match appended {
            Ok(()) => {
                let annotations = store.annotations(std::slice::from_ref(&event.subject)).await?;
                self.say(Event::Margin { annotations: self.door.annotations(annotations), digests: Vec::new() }).await;
                Ok(())
            }
            Err(error) if error.is_transient() => Err(error),
            Err(error) => {
                self.say(Event::NotAppended { id: event.id.clone(), why: error.to_string() }).await;
                Ok(())
            }
        }
    }

    /// Waits before the next try, keeping locally what is asked meanwhile. Returns whether to try again.
    async fn wait_for_a_while(&mut self, wait: Duration, commands: &mut UnboundedReceiver<Command>) -> bool {
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            let command = tokio::select! {
                command = commands.recv() => command,
                () = tokio::time::sleep_until(deadline) => return true,
            };
            match command {
                None => return false,
                Some(Command::Record(step)) => self.keep(*step).await,
                Some(Command::Read) => return true,
                Some(Command::AppendOwn(event)) => self.keep_change(*event).await,
                Some(
                    Command::ReadOlder(_)
                    | Command::Look(_)
                    | Command::Count(_)
                    | Command::Attend(_)
                    | Command::ReadPresent,
                ) => {}
            }
        }
    }

    /// A shell that is gone hears nothing, and that is no error.
    pub(super) async fn say(&self, event: Event) {
        let _ = self.events.send(event).await;
    }
}
