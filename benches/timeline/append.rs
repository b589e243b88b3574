//! Append rates: plain INSERTs, the store's own appends, and chained records without and with a row in the log, in turns of
//! a second, so that what else the machine does falls on all of them.

use futures_util::future::join_all;
use jiff::Timestamp;
use readback::review::{NewReviewEvent, ReviewAct, ReviewId};
use readback::store::{AnyStore, Outcome, Store};
use readback::timeline::{EventType, NewOperation};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const LASTS: Duration = Duration::from_secs(1);
const CLIENTS: usize = 8;
const ROUNDS: usize = 8;
/// A row as another program writes it, a transaction each.
const PLAIN: &str = "
    INSERT INTO alert_operation_log (id, incident_id, event_type, actor, action_detail, success)
    VALUES ($1, $2, 'USER_ACTION', 'console:ann', 'sign-off', TRUE)";

/// Every id is new.
static NEXT: AtomicU64 = AtomicU64::new(0);

fn id() -> String {
    format!("bench-{:x}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Rates on a file: one writer at a time, so one client.
pub(crate) async fn sqlite(file: &Path, url: &str) {
    let store = super::open(url).await;
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(LASTS);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut db = options.connect().await.unwrap();
    let mut rates = [0.0; 4];
    for _ in 0..ROUNDS {
        let plain = until(Instant::now() + LASTS, async || {
            sqlx::query(PLAIN).bind(id()).bind("INC-1").execute(&mut db).await.unwrap();
        });
        rates[0] += plain.await;
        rates[1] += until(Instant::now() + LASTS, async || store.append(&row("INC-1")).await.unwrap()).await;
        for (rate, logged) in rates[2..].iter_mut().zip([false, true]) {
            let review = id();
            let mut version = 0;
            let chained = until(Instant::now() + LASTS, async || {
                store.record(&step(&review, version, logged)).await.unwrap();
                version += 1;
            });
            *rate += chained.await;
        }
    }
    report(1, rates);
}

/// Rates on a server, each client with a connection of its own.
pub(crate) async fn postgres(url: &str) {
    let mut rates = [0.0; 4];
    let (mut stores, mut others) = (Vec::new(), Vec::new());
    for _ in 0..CLIENTS {
        stores.push(super::open(url).await);
        others.push(PgConnection::connect(url).await.unwrap());
    }
    for _ in 0..ROUNDS {
        let end = Instant::now() + LASTS;
        let plain = others.iter_mut().map(|db| async move {
            until(end, async || {
                sqlx::query(PLAIN).bind(id()).bind("INC-1").execute(&mut *db).await.unwrap();
            })
            .await
        });
        rates[0] += join_all(plain).await.into_iter().sum::<f64>();
        for (rate, how) in rates[1..].iter_mut().zip([How::Unchained, How::Chained, How::ChainedAndLogged]) {
            *rate += clients_of(&stores, how).await;
        }
    }
    report(CLIENTS, rates);
}

#[derive(Clone, Copy, PartialEq)]
enum How {
    Unchained,
    Chained,
    ChainedAndLogged,
}

async fn clients_of(stores: &[AnyStore], how: How) -> f64 {
    let end = Instant::now() + LASTS;
    let clients = stores.iter().map(|store| async move {
        let review = id();
        let mut version = 0;
        until(end, async || {
            if how == How::Unchained {
                store.append(&row("INC-1")).await.unwrap();
            } else {
                store.record(&step(&review, version, how == How::ChainedAndLogged)).await.unwrap();
            }
            version += 1;
        })
        .await
    });
    join_all(clients).await.into_iter().sum()
}

/// How many a second.
async fn until(end: Instant, mut append: impl AsyncFnMut()) -> f64 {
    let began = Instant::now();
    let mut count = 0.0;
    while Instant::now() < end {
        append().await;
        count += 1.0;
    }
    count / began.elapsed().as_secs_f64()
}

fn report(clients: usize, rates: [f64; 4]) {
    let [plain, unchained, chained, logged] = rates.map(|rate| rate / ROUNDS as f64);
    println!(
        "{:<44} {plain:>10.0} /s plain, {unchained:.0} /s unchained ({:.2}), {chained:.0} /s chained ({:.2}), {logged:.0} /s chained \
         with a row in the log ({:.2})",
        format!("appends, {clients} clients"),
        unchained / plain,
        chained / plain,
        logged / plain
    );
}

fn row(incident: &str) -> NewOperation {
    NewOperation {
        incident_id: Some(incident.to_owned()),
        actor: Some("console:ann".to_owned()),
        action_detail: Some("sign-off".to_owned()),
        success: Some(true),
        ..NewOperation::new(id(), EventType::UserAction)
    }
}

/// A step of a review of an incident of its own, as reviewers have.
fn step(review: &str, version: u64, logged: bool) -> Outcome {
    let act = ReviewAct::FieldSet { field: "impact".to_owned(), value: "twelve minutes".to_owned(), diligence: None };
    let event = NewReviewEvent {
        id: id(),
        review: ReviewId(review.to_owned()),
        incident_id: review.to_owned(),
        act,
        actor: "console:ann".to_owned(),
        occurred_at: Timestamp::now(),
        expected_version: version,
    };
    Outcome { event, operation: logged.then(|| row(review)) }
}
