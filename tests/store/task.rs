//! The task that owns the database: what it sends when the database is back, and what it never says too early.

use jiff::Timestamp;
use readback::app::shell::{Command, Door, Kept, StoreTask};
use readback::app::{Event, Step, Stepped, StoreState};
use readback::guard::Watch;
use readback::review::{CandidateId, Contract, NewReviewEvent, ReviewAct, ReviewId};
use readback::store::drafts::Drafts;
use readback::store::{Access, AnyStore, Outcome, Store, StoreUrl};
use readback::timeline::{Entry, OwnEvent, OwnKind};
use sqlx::Connection;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, UnboundedSender};
use tokio::task::JoinHandle;

/// Longer than anything takes, unless it never comes.
const DEADLINE: Duration = Duration::from_secs(30);

fn step(id: &str, version: u64, act: ReviewAct) -> Outcome {
    let event = NewReviewEvent {
        id: id.to_owned(),
        review: ReviewId("review-1".to_owned()),
        incident_id: "INC-1".to_owned(),
        expected_version: version,
        actor: "console:ann".to_owned(),
        occurred_at: Timestamp::UNIX_EPOCH,
        act,
    };
    Outcome { event, operation: None }
}

fn opened() -> Outcome {
    let (snapshot_digest, policy) = ("0".repeat(64), Contract::builtin().digest().to_owned());
    step("opened", 0, ReviewAct::Opened { candidate: CandidateId("web".to_owned()), snapshot_digest, policy })
}

fn field(id: &str, version: u64) -> Outcome {
    step(id, version, ReviewAct::FieldSet { field: "rollback_owner".to_owned(), value: id.to_owned(), diligence: None })
}

struct Task {
    ask: UnboundedSender<Command>,
    events: Receiver<Event>,
    running: JoinHandle<()>,
}

impl Task {
    fn start(store: &Path, drafts: Drafts) -> Self {
        let (events, received) = mpsc::channel(256);
        let (ask, commands) = mpsc::unbounded_channel();
        let task = StoreTask {
            url: StoreUrl::sqlite(store.to_owned()),
            access: Access::ReadWrite,
            seed: Vec::new(),
            drafts: Some(drafts),
            events,
            console: "console-1".to_owned(),
            door: Door::new(tokio::sync::watch::channel(Watch::default()).1),
            kept: Kept::default(),
        };
        Self { ask, events: received, running: tokio::spawn(task.run(commands)) }
    }

    async fn next(&mut self) -> Event {
        tokio::time::timeout(DEADLINE, self.events.recv()).await.expect("an event comes").expect("the task lives")
    }

    /// Takes events up to the first reading; what was said before it.
    async fn until_read(&mut self) -> Vec<Event> {
        let mut said = Vec::new();
        loop {
            match self.next().await {
                Event::StoreRead { .. } => return said,
                event => said.push(event),
            }
        }
    }

    async fn end(self) {
        drop(self.ask);
        drop(self.events);
        self.running.await.unwrap();
    }
}

async fn recorded(store: &Path) -> Vec<String> {
    let store = AnyStore::open(&StoreUrl::sqlite(store.to_owned()), Access::ReadOnly).await.unwrap();
    let steps = store.reviews().await.unwrap();
    store.close().await;
    steps.into_iter().map(|step| step.event.id).collect()
}

#[tokio::test]
async fn steps_behind_one_that_conflicts_are_given_up_even_where_their_number_fits() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let store = AnyStore::open(&StoreUrl::sqlite(file.clone()), Access::ReadWrite).await.unwrap();
    store.record(&opened()).await.unwrap();
    // Kept while the database was away: two steps. Meanwhile another reviewer took one.
    let drafts = Drafts::open(&folder.path().join("drafts.db")).await.unwrap();
    for kept in [field("kept-1", 1), field("kept-2", 2)] {
        drafts.queue(&kept).await.unwrap();
    }
    store.record(&field("theirs", 1)).await.unwrap();
    store.close().await;

    let mut task = Task::start(&file, drafts.clone());
    let said = task.until_read().await;
    let stepped: Vec<&Event> = said.iter().filter(|event| matches!(event, Event::Stepped { .. })).collect();
    assert!(
        matches!(stepped.as_slice(), [Event::Stepped { id, outcome: Stepped::Conflict }] if id == "kept-1"),
        "{stepped:?}"
    );
    task.end().await;
    assert_eq!(recorded(&file).await, ["opened", "theirs"]);
    assert!(drafts.queued().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_database_counts_as_ready_only_once_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = Drafts::open(&folder.path().join("drafts.db")).await.unwrap();
    let mut task = Task::start(&folder.path().join("store.db"), drafts);
    let said = task.until_read().await;
    assert!(!said.iter().any(|event| matches!(event, Event::Store(StoreState::Ready))), "{said:?}");
    task.end().await;
}

#[tokio::test]
async fn a_step_that_can_not_be_kept_locally_is_refused_and_the_next_is_not_held_up() {
    let folder = tempfile::tempdir().unwrap();
    let (file, local) = (folder.path().join("store.db"), folder.path().join("drafts.db"));
    let drafts = Drafts::open(&local).await.unwrap();
    let url = format!("sqlite:{}", local.display());
    let mut disk = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON queued BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    sqlx::raw_sql(full).execute(&mut disk).await.unwrap();
    let mut task = Task::start(&file, drafts);
    task.until_read().await;
    let ask = |outcome: Outcome| Command::Record(Box::new(Step { event: outcome.event, operation: None }));
    task.ask.send(ask(opened())).unwrap();
    loop {
        if let Event::Stepped { id, outcome } = task.next().await {
            assert!(matches!(&outcome, Stepped::Refused(why) if why.contains("this machine")), "{id}: {outcome:?}");
            break;
        }
    }
    sqlx::raw_sql("DROP TRIGGER full").execute(&mut disk).await.unwrap();
    task.ask.send(ask(opened())).unwrap();
    loop {
        if let Event::Stepped { outcome, .. } = task.next().await {
            assert!(matches!(outcome, Stepped::Recorded(_)), "{outcome:?}");
            break;
        }
    }
    task.end().await;
}

#[tokio::test]
async fn a_damaged_queue_is_told_and_keeps_nobody_from_reading() {
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("drafts.db");
    let drafts = Drafts::open(&local).await.unwrap();
    let mut disk = sqlx::SqliteConnection::connect(&format!("sqlite:{}", local.display())).await.unwrap();
    sqlx::raw_sql("INSERT INTO queued (id, outcome) VALUES ('x', 'no outcome')").execute(&mut disk).await.unwrap();
    let mut task = Task::start(&folder.path().join("store.db"), drafts);
    let said = task.until_read().await;
    assert!(said.iter().any(|event| matches!(event, Event::Trouble(why) if why.contains("x is damaged"))), "{said:?}");
    task.end().await;
}

#[tokio::test]
async fn a_change_of_the_configuration_that_was_seen_without_a_database_is_recorded_by_the_next_console() {
    let folder = tempfile::tempdir().unwrap();
    let (file, local) = (folder.path().join("state").join("store.db"), folder.path().join("drafts.db"));
    // A file stands where the store's folder has to be.
    std::fs::write(folder.path().join("state"), "").unwrap();
    let mut task = Task::start(&file, Drafts::open(&local).await.unwrap());
    while !matches!(task.next().await, Event::Store(StoreState::Unavailable(_))) {}
    let change = OwnEvent {
        id: "change-1".to_owned(),
        incident_id: None,
        kind: OwnKind::ConfigChanged,
        subject: ".env".to_owned(),
        actor: None,
        summary: "lost S3_BUCKET".to_owned(),
        success: None,
        context: serde_json::json!({}),
        occurred_at: Timestamp::UNIX_EPOCH,
        recorded_at: None,
    };
    task.ask.send(Command::AppendOwn(Box::new(change))).unwrap();
    task.end().await;

    std::fs::remove_file(folder.path().join("state")).unwrap();
    let drafts = Drafts::open(&local).await.unwrap();
    let mut task = Task::start(&file, drafts.clone());
    task.until_read().await;
    task.end().await;
    let store = AnyStore::open(&StoreUrl::sqlite(file), Access::ReadOnly).await.unwrap();
    let page = store.page(None, 10).await.unwrap();
    store.close().await;
    assert_eq!(page.iter().map(Entry::id).collect::<Vec<_>>(), ["change-1"]);
    assert!(drafts.waiting().await.unwrap().is_empty());
}
