//! Hearing of others' writes. Consoles tell each other (NOTIFY). Other programs tell nobody, and their table
//! gets no trigger of ours: it is looked at, about once a second.

use super::connections::Connections;
use super::tell::PRESENCE;
use super::write::CHANNEL;
use crate::store::StoreError;
use crate::store::changes::Changes;
use crate::store::deadline::{DEADLINE, LOOK_EVERY, in_time};
use crate::store::sqlx_error::from_sqlx;
use sqlx::postgres::{PgListener, PgNotification, PgPoolOptions};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// The longest pause between two tries to reach the server.
const SLOWEST: Duration = Duration::from_secs(5);

/// A mark that moves when somebody wrote.
///
/// The newest ids, not the newest time: a long transaction commits rows that are older than what was seen, and
/// a tail by time would lose them. Deeper rows (a backfill) move the server's own count, which it brings up
/// to date within about ten seconds.
const LOOK: &str = r#"
    SELECT coalesce((SELECT md5(string_agg(id, ',')) FROM (
               SELECT id FROM alert_operation_log ORDER BY created_at DESC, id COLLATE "C" DESC LIMIT 256) newest), '')
           || '/' || coalesce((
               SELECT sum(pg_stat_get_tuples_inserted(oid)) FROM pg_class
               WHERE oid IN (to_regclass('alert_operation_log'), to_regclass('readback_event'),
                             to_regclass('readback_review_event'))
                  OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('alert_operation_log'))
           ), 0)::text"#;

/// Watches until the store is gone.
pub(super) async fn watch(connections: Arc<Connections>, changes: Weak<Changes>, moves: Weak<Changes>) {
    let mut pause = LOOK_EVERY;
    let mut seen = None;
    loop {
        let lost = attend(&connections, &changes, &moves, &mut seen, &mut pause).await;
        let Some(changes) = changes.upgrade() else { return };
        changes.away(lost);
        drop(changes);
        sleep(pause).await;
        pause = (pause * 2).min(SLOWEST);
    }
}

/// Watches until the server is lost; why it was.
async fn attend(
    connections: &Connections,
    changes: &Weak<Changes>,
    moves: &Weak<Changes>,
    seen: &mut Option<String>,
    pause: &mut Duration,
) -> StoreError {
    let mut listener = match listen(connections).await {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    // Nothing was heard while nobody listened.
    ring(changes);
    ring(moves);
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let told = tokio::select! {
            told = hear(listener.as_mut()) => Some(told),
            _ = tick.tick() => None,
        };
        match told {
            Some(Ok(Some(word))) => ring(if word.payload() == PRESENCE { moves } else { changes }),
            Some(Ok(None)) => return StoreError::Unavailable("the connection broke".to_owned()),
            Some(Err(error)) => return from_sqlx(error),
            None => match look(connections).await {
                Ok(mark) => {
                    *pause = LOOK_EVERY;
                    if seen.as_ref() != Some(&mark) {
                        *seen = Some(mark);
                        ring(changes);
                    }
                }
                Err(error) => return error,
            },
        }
    }
}

/// The next word of another console; never, without a listener.
async fn hear(listener: Option<&mut PgListener>) -> Result<Option<PgNotification>, sqlx::Error> {
    match listener {
        Some(listener) => listener.try_recv().await,
        None => std::future::pending().await,
    }
}

/// A listening connection; none where the server does not let us listen (a standby), and looking has to do.
/// The lease before it makes sure that the server is there, and says why if not.
async fn listen(connections: &Connections) -> Result<Option<PgListener>, StoreError> {
    in_time(async {
        connections.lease().await?.give_back();
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(DEADLINE);
        let pool = pool.connect_lazy_with(connections.options().clone());
        // The pool goes on trying while a server that was just killed refuses: whoever looks hears of that sooner.
        let mut listener = tokio::select! {
            listener = PgListener::connect_with(&pool) => listener.map_err(from_sqlx)?,
            error = Box::pin(lost(connections)) => return Err(error),
        };
        listener.eager_reconnect(false);
        match listener.listen(CHANNEL).await.map_err(from_sqlx) {
            Ok(()) => Ok(Some(listener)),
            Err(StoreError::ReadOnly(_) | StoreError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    })
    .await
}

/// Looks until the server is lost; why it was.
async fn lost(connections: &Connections) -> StoreError {
    loop {
        sleep(LOOK_EVERY).await;
        if let Err(error) = look(connections).await {
            return error;
        }
    }
}

async fn look(connections: &Connections) -> Result<String, StoreError> {
    in_time(async {
        let mut lease = connections.lease().await?;
        let mark = sqlx::query_scalar(LOOK).fetch_one(lease.connection()).await.map_err(from_sqlx)?;
        lease.give_back();
        Ok(mark)
    })
    .await
}

fn ring(changes: &Weak<Changes>) {
    if let Some(changes) = changes.upgrade() {
        changes.ring();
    }
}
