//! `readback env watch`: each change of the stack's `.env` that no sync made, as a line, when it is made; and into
//! the store, unless nothing may be written.

use crate::app::shell::{EnvWatch, FolderWatch, TooEarly};
use crate::cli::context::{Context, StartError};
use crate::cli::{WatchFormat, say};
use crate::env::diff::Change;
use crate::env::watch::Lead;
use crate::guard::line;
use crate::store::{Access, AnyStore, Store, StoreError, StoreUrl};
use crate::timeline::OwnEvent;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{stderr, stdout};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often the file is looked at where the kernel does not tell.
const EVERY: Duration = Duration::from_secs(30);
/// How long the store may take.
const WITHIN: Duration = Duration::from_secs(10);
/// How many changes wait for a store that can't be reached, at most.
const WAITING: usize = 1_000;

/// The name of a line's shape; docs/schemas/env.json describes it.
const SCHEMA: &str = "readback_env_watch_v1";

/// Watches until it is interrupted; returns 0 then.
pub(super) fn run(context: &Context, format: WatchFormat) -> Result<u8, StartError> {
    let runtime = crate::cli::console::runtime()?;
    let watch = context.env_watch(context.fingerprinter()?)?;
    let store = context.access.may_write().then(|| context.store_url()).transpose()?;
    let zone = context.config.display.timezone.time_zone().clone();
    let watcher = Watcher { store: store.map(Recorder::new), format, zone };
    let ended = runtime.block_on(watcher.watch(watch));
    runtime.shutdown_background();
    ended
}

struct Watcher {
    /// None where nothing may be recorded.
    store: Option<Recorder>,
    format: WatchFormat,
    zone: TimeZone,
}

impl Watcher {
    async fn watch(mut self, mut watch: EnvWatch) -> Result<u8, StartError> {
        let failed = || StartError::io("signals can't be handled");
        let mut ends = signal(SignalKind::interrupt()).map_err(failed())?;
        let mut terms = signal(SignalKind::terminate()).map_err(failed())?;
        let mut folder = FolderWatch::over(watch.file());
        let file = line(&watch.file().to_string_lossy()).into_owned();
        let (mut back, mut told) = look(watch).await?;
        watch = back;
        let records = if self.store.is_some() { "" } else { "; nothing is recorded" };
        say(&mut stderr(), &format!("readback: watching {file}{records}"));
        loop {
            let again = if told.is_err() { TooEarly::AGAIN } else { EVERY };
            let events = told.unwrap_or_default();
            if let (true, Some(store)) = (events.is_empty(), &mut self.store) {
                store.flush().await;
            }
            for event in events {
                self.tell(event).await;
            }
            tokio::select! {
                _ = ends.recv() => return Ok(0),
                _ = terms.recv() => return Ok(0),
                () = folder.changed() => {}
                () = tokio::time::sleep(again) => {}
            }
            (back, told) = look(watch).await?;
            watch = back;
        }
    }

    /// Records first: a line says whether it is recorded.
    async fn tell(&mut self, event: OwnEvent) {
        let unrecorded = match &mut self.store {
            None => Some("this watch is read-only".to_owned()),
            Some(store) => store.record(event.clone()).await,
        };
        say(&mut stdout(), &self.line(&event, unrecorded.as_deref()));
    }

    fn line(&self, event: &OwnEvent, unrecorded: Option<&str>) -> String {
        match self.format {
            WatchFormat::Json => as_json(event, unrecorded).to_string(),
            WatchFormat::Human => {
                let at = event.occurred_at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
                let not = unrecorded.map(|why| format!(" [not recorded: {}]", line(why))).unwrap_or_default();
                format!("{at} {} {}{}{not}", event.subject, line(&event.summary), line(&behind(event)))
            }
        }
    }
}

/// Who it may have been, why, and whose the file is.
fn behind(event: &OwnEvent) -> String {
    let who = event.actor.as_deref().map(|who| format!(" by {who}")).unwrap_or_default();
    if event.context["by"] == "sync" {
        return format!("{who}; it had not come to be recorded");
    }
    let leads: Vec<Lead> = serde_json::from_value(event.context["leads"].clone()).unwrap_or_default();
    let why = leads.iter().map(|lead| format!("; {}: {} ({})", lead.who, lead.why, lead.certainty.word()));
    let owner = event.context["attribution"]["owner"].as_str().map(|owner| format!("; the file is {owner}'s"));
    format!("{who}{}{}", why.collect::<String>(), owner.unwrap_or_default())
}

/// A sync says which keys it changed in its own words; here all changes have one shape.
fn as_json(event: &OwnEvent, unrecorded: Option<&str>) -> Value {
    let context = &event.context;
    let changes: Vec<Value> = context["changes"].as_array().into_iter().flatten().map(change).collect();
    json!({
        "schema": SCHEMA, "file": event.subject, "at": event.occurred_at, "summary": event.summary,
        "by": context["by"], "state": context.get("state").unwrap_or(&json!("changed")), "line": context["line"],
        "who": context.get("who").unwrap_or(&json!(event.actor)), "certainty": context["certainty"],
        "attribution": context["attribution"], "leads": context.get("leads").unwrap_or(&json!([])),
        "changes": changes, "id": event.id, "recorded": unrecorded.is_none(), "unrecorded": unrecorded,
    })
}

fn change(of: &Value) -> Value {
    let how = match of.get("how") {
        Some(how) => how.clone(),
        None if of["before"].is_null() => json!(Change::Added),
        None => json!(Change::Changed),
    };
    json!({ "key": of["key"], "how": how, "before": of["before"], "after": of["after"] })
}

/// Looks on a thread that may block, and gives the eyes back.
async fn look(mut watch: EnvWatch) -> Result<(EnvWatch, Result<Vec<OwnEvent>, TooEarly>), StartError> {
    let looked = tokio::task::spawn_blocking(move || {
        let told = watch.look_beside_syncs();
        (watch, told)
    });
    looked.await.map_err(|_| StartError::Other("looking at the file crashed (a bug)".to_owned()))
}

/// Appends to the store; what it does not take waits for the next look.
struct Recorder {
    url: StoreUrl,
    waiting: VecDeque<OwnEvent>,
}

impl Recorder {
    fn new(url: StoreUrl) -> Self {
        Self { url, waiting: VecDeque::new() }
    }

    /// Records what waits and this; says why not, where it could not.
    async fn record(&mut self, event: OwnEvent) -> Option<String> {
        self.waiting.push_back(event);
        if self.waiting.len() > WAITING {
            self.waiting.pop_front();
        }
        let why = self.append().await.err()?;
        Some(format!("{why}; it is tried again as long as this runs"))
    }

    /// Records what waits, if anything does.
    async fn flush(&mut self) {
        let waiting = self.waiting.len();
        if waiting > 0 && self.append().await.is_ok() {
            say(&mut stderr(), &format!("readback: {waiting} changes that had waited are recorded"));
        }
    }

    /// The store is opened for each change: one that is never used for days would be gone when it is.
    async fn append(&mut self) -> Result<(), String> {
        let append = async {
            let store = AnyStore::open(&self.url, Access::ReadWrite).await?;
            store.ready().await?;
            while let Some(event) = self.waiting.front() {
                store.append_own(event).await?;
                self.waiting.pop_front();
            }
            store.close().await;
            Ok::<(), StoreError>(())
        };
        match tokio::time::timeout(WITHIN, append).await {
            Ok(done) => done.map_err(|error| error.to_string()),
            Err(_) => Err("the store did not answer in time".to_owned()),
        }
    }
}
