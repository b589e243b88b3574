//! `PostgreSQL`: one database for a team, any number of consoles and watchers, beside the programs that write
//! `alert_operation_log`.
//!
//! Nothing is contacted before the first call, and every call that finds no server says `Unavailable` in
//! time and may be tried again: the store outlives the server.

mod batch;
mod bind;
mod connections;
mod presence;
mod read;
mod record;
mod retention;
mod schema;
mod segment;
mod stored;
mod swap;
mod tail;
mod tell;
mod tips;
mod watch;
mod write;

pub use segment::PgSegments;

use super::chain::Head;
use super::changes::Changes;
use super::deadline::{Task, in_time, in_time_of};
use super::segments::LONGEST;
use super::verify::Ledger;
use super::{Access, Known, Outcome, Place, Since, Store, StoreError, Tail, limits};
use crate::review::Recorded;
use crate::timeline::filter::Pushed;
use crate::timeline::{Bin, Entry, Grid, NewOperation, OwnEvent};
use connections::Connections;
use sqlx::postgres::PgConnectOptions;
use std::sync::{Arc, OnceLock};
use swap::Failed;
use tell::Teller;
use tips::Tips;

/// How often a transaction is tried again when somebody else was in between.
const TRIES: usize = 3;

/// A store on a server.
#[derive(Debug)]
pub struct PgStore {
    connections: Arc<Connections>,
    access: Access,
    changes: Arc<Changes>,
    /// Rings when somebody comes, moves or goes.
    moves: Arc<Changes>,
    watcher: OnceLock<Task>,
    teller: Teller,
    tips: Tips,
}

impl PgStore {
    /// A store on this server; it is contacted by the first call.
    pub fn new(options: &PgConnectOptions, access: Access) -> Self {
        Self {
            connections: Arc::new(Connections::new(options, access)),
            access,
            changes: Arc::new(Changes::new()),
            moves: Arc::new(Changes::new()),
            watcher: OnceLock::new(),
            teller: Teller::default(),
            tips: Tips::default(),
        }
    }

    /// Contacts the server, checks the tables and, with [`Access::ReadWrite`], makes those that are missing.
    pub async fn ready(&self) -> Result<(), StoreError> {
        in_time(async {
            self.connections.lease().await?.give_back();
            Ok(())
        })
        .await
    }

    /// The heads of the chains.
    pub async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let heads = if lease.has_own() { read::heads(lease.connection()).await? } else { Vec::new() };
            lease.give_back();
            Ok(heads)
        })
        .await
    }

    /// Every review record and head, of one moment.
    pub(super) async fn ledger(&self) -> Result<Ledger, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let ledger = if lease.has_own() { read::ledger(lease.connection()).await? } else { Ledger::default() };
            lease.give_back();
            Ok(ledger)
        })
        .await
    }

    /// A connection of its own for sealing and checking.
    pub(super) async fn segments(&self) -> Result<PgSegments, StoreError> {
        let (connection, stands) = in_time_of(LONGEST, self.connections.own(LONGEST)).await?;
        Ok(PgSegments::new(connection, stands))
    }

    /// Tells the server that the idle connections are no longer needed.
    pub async fn close(&self) {
        self.connections.close().await;
    }

    fn may_write(&self) -> Result<(), StoreError> {
        match self.access {
            Access::ReadWrite => Ok(()),
            Access::ReadOnly => Err(StoreError::ReadOnly("it was opened read-only".to_owned())),
        }
    }

    /// Begins to watch, once.
    fn watch(&self) {
        let watch = || {
            let (changes, moves) = (Arc::downgrade(&self.changes), Arc::downgrade(&self.moves));
            Task::spawn(watch::watch(Arc::clone(&self.connections), changes, moves))
        };
        self.watcher.get_or_init(watch);
    }

    /// Tells who waits here, and the other consoles.
    fn written(&self) {
        self.changes.ring();
        self.teller.tell(&self.connections);
    }

    /// One try after the other until nobody is in between, all within one deadline.
    async fn record_in_turn(&self, outcome: &Outcome) -> Result<Recorded, StoreError> {
        let mut tries = TRIES;
        loop {
            let mut lease = self.connections.lease().await?;
            let recorded = record::record(&mut lease, outcome, &self.tips).await;
            if recorded.is_ok() || matches!(recorded, Err(Failed::Store(StoreError::Conflict { .. }))) {
                lease.give_back();
            }
            tries -= 1;
            match recorded {
                Err(Failed::Race(_)) if tries > 0 => {}
                done => return done.map_err(Failed::into_error),
            }
        }
    }
}

impl Store for PgStore {
    async fn append(&self, row: &NewOperation) -> Result<(), StoreError> {
        self.may_write()?;
        limits::operation(row)?;
        in_time(async {
            let mut lease = self.connections.lease().await?;
            write::append(lease.connection(), row).await?;
            lease.give_back();
            Ok(())
        })
        .await?;
        self.written();
        Ok(())
    }

    async fn append_own(&self, event: &OwnEvent) -> Result<(), StoreError> {
        self.may_write()?;
        limits::own(event)?;
        in_time(async {
            let mut lease = self.connections.lease().await?;
            write::append_own(lease.connection(), event).await?;
            lease.give_back();
            Ok(())
        })
        .await?;
        self.written();
        Ok(())
    }

    async fn record(&self, outcome: &Outcome) -> Result<Recorded, StoreError> {
        self.may_write()?;
        limits::outcome(outcome)?;
        let recorded = in_time(self.record_in_turn(outcome)).await?;
        self.written();
        Ok(recorded)
    }

    async fn page_from(&self, place: Place<'_>, limit: u32, pushed: &Pushed) -> Result<Vec<Entry>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let own = lease.has_own();
            let page = read::page(lease.connection(), place, limit.min(limits::MAX_PAGE), pushed, own).await?;
            lease.give_back();
            Ok(page)
        })
        .await
    }

    async fn tail(&self, since: Option<&Since>, most: u32, pushed: &Pushed) -> Result<Tail, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let (own, most) = (lease.has_own(), most.min(limits::MAX_PAGE));
            let tail = tail::read(lease.connection(), since, most, pushed, own).await?;
            lease.give_back();
            Ok(tail)
        })
        .await
    }

    async fn count(&self, grid: &Grid, pushed: &Pushed) -> Result<Vec<Bin>, StoreError> {
        limits::grid(grid)?;
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let own = lease.has_own();
            let counted = read::count(lease.connection(), grid, pushed, own).await?;
            lease.give_back();
            Ok(counted)
        })
        .await
    }

    async fn probe_history(&self, limit: u32) -> Result<Vec<OwnEvent>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let limit = limit.min(limits::MAX_PAGE);
            let rows = if lease.has_own() { read::probe_history(lease.connection(), limit).await? } else { Vec::new() };
            lease.give_back();
            Ok(rows)
        })
        .await
    }

    async fn annotations(&self, rows: &[String]) -> Result<Vec<OwnEvent>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let found = if lease.has_own() { read::annotations(lease.connection(), rows).await? } else { Vec::new() };
            lease.give_back();
            Ok(found)
        })
        .await
    }

    async fn reviews(&self) -> Result<Vec<Recorded>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let reviews = if lease.has_own() { read::reviews(lease.connection()).await? } else { Vec::new() };
            lease.give_back();
            self.tips.stand(&reviews);
            Ok(reviews)
        })
        .await
    }

    async fn reviews_since(&self, known: &Known) -> Result<Vec<Recorded>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let since =
                if lease.has_own() { read::reviews_since(lease.connection(), known).await? } else { Vec::new() };
            lease.give_back();
            self.tips.stand(&since);
            Ok(since)
        })
        .await
    }

    /// Other consoles' writes are told at once (NOTIFY); other programs' rows are seen within a second of
    /// their commit, or within about ten where they lie deeper than the newest rows (a backfill). When
    /// the server goes away this says so once, and resolves again when it is back.
    async fn changed(&self) -> Result<(), StoreError> {
        self.watch();
        self.changes.wait().await
    }
}
