//! What the stories stand on: a place for a store on each engine, and rows to put in.

use super::pg::TestDb;
use futures_util::FutureExt;
use jiff::Timestamp;
use readback::review::{NewReviewEvent, ReviewAct, ReviewId};
use readback::store::{Access, AnyStore, Outcome, Store, StoreUrl};
use readback::timeline::{Entry, EventType, NewOperation, OwnEvent, OwnKind};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// Tells a story on these engines.
#[allow(unused_macros, reason = "not every crate of tests has stories")]
macro_rules! story {
    ($name:ident on $($engine:ident),+) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $engine() {
                    crate::support::bench::$engine(super::$name).await;
                }
            )+
        }
    };
}
#[allow(unused_imports, reason = "not every crate of tests has stories")]
pub(crate) use story;

/// Long enough for a slow machine, short enough to fail a test that hangs.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub enum Bench {
    Sqlite(TempDir),
    Memory,
    Postgres(TestDb),
}

impl Bench {
    pub fn url(&self) -> StoreUrl {
        match self {
            Self::Sqlite(home) => StoreUrl::sqlite(home.path().join("stack/readback.db")),
            Self::Memory => StoreUrl::memory(),
            Self::Postgres(db) => StoreUrl::parse(&db.url()).unwrap(),
        }
    }

    pub async fn open(&self, access: Access) -> AnyStore {
        let store = AnyStore::open(&self.url(), access).await.unwrap();
        store.ready().await.unwrap();
        store
    }

    /// Runs statements as another program would, or somebody with the file in his hands.
    pub async fn sql(&self, sql: &str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(home) => {
                let file = home.path().join("stack/readback.db");
                let options = SqliteConnectOptions::new().filename(file).busy_timeout(PATIENCE);
                let mut connection = options.connect().await?;
                let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
                connection.close().await?;
                done.map(drop)
            }
            Self::Memory => panic!("no other program reaches memory"),
            Self::Postgres(db) => db.sql(sql).await,
        }
    }

    /// Runs statements on the log as its owner can, who takes the guard off first.
    pub async fn by_hand(&self, sql: &str) -> Result<(), sqlx::Error> {
        let off = match self {
            Self::Postgres(_) => "SET session_replication_role = replica",
            _ => "DROP TRIGGER IF EXISTS readback_log_no_update; DROP TRIGGER IF EXISTS readback_log_no_delete",
        };
        self.sql(&format!("{off}; {sql}")).await
    }
}

pub async fn sqlite(story: impl AsyncFnOnce(&Bench)) {
    story(&Bench::Sqlite(tempfile::tempdir().unwrap())).await;
}

pub async fn memory(story: impl AsyncFnOnce(&Bench)) {
    story(&Bench::Memory).await;
}

pub async fn postgres(story: impl AsyncFnOnce(&Bench)) {
    let Some(db) = TestDb::create().await else { return };
    let bench = Bench::Postgres(db.clone());
    let told = AssertUnwindSafe(story(&bench)).catch_unwind().await;
    db.drop().await;
    if let Err(panic) = told {
        resume_unwind(panic);
    }
}

pub fn id() -> String {
    Uuid::now_v7().to_string()
}

pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(1_700_000_000_000_000 + micros).unwrap()
}

pub fn operation(id: &str) -> NewOperation {
    NewOperation {
        incident_id: Some("INC-1".to_owned()),
        actor: Some("console:ann".to_owned()),
        action_detail: Some("簽核 sign-off".to_owned()),
        success: Some(true),
        context: json!({"lane": "waiting_runtime_gate", "b": [1, null], "a": 1.5}),
        ..NewOperation::new(id, EventType::UserAction)
    }
}

pub fn own(id: &str, occurred_at: Timestamp) -> OwnEvent {
    OwnEvent {
        id: id.to_owned(),
        incident_id: None,
        kind: OwnKind::ProbeChanged,
        subject: "db".to_owned(),
        actor: None,
        summary: "pass to fail".to_owned(),
        success: Some(false),
        context: json!({"probe": "db"}),
        occurred_at,
        recorded_at: None,
    }
}

pub fn step(review: &str, version: u64, operation: Option<NewOperation>) -> Outcome {
    let act = ReviewAct::FieldSet { field: "impact".to_owned(), value: format!("步驟 {version}"), diligence: None };
    Outcome {
        event: NewReviewEvent {
            id: id(),
            review: ReviewId(review.to_owned()),
            incident_id: "INC-1".to_owned(),
            expected_version: version,
            actor: "console:ann".to_owned(),
            occurred_at: at(version as i64),
            act,
        },
        operation,
    }
}

pub async fn everything(store: &AnyStore) -> Vec<Entry> {
    store.page(None, 5_000).await.unwrap()
}

/// Waits for news until this holds.
pub async fn until(store: &AnyStore, holds: impl AsyncFn() -> bool) {
    let wait = async {
        while !holds().await {
            let _ = store.changed().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it never came to hold");
}
