//! `readback timeline`: what is on the screen, in a pipe.

mod chart;
mod count;
mod follow;
pub(in crate::cli) mod margin;
mod print;
pub(in crate::cli) mod rows;
mod stats;
mod tail;

pub use rows::{header, row};

use super::context::{Context, StartError};
use super::{Args, NOT_DONE, TimelineArgs, UNKNOWN, nothing, say};
use crate::app::shell::{Door, LayerTask};
use crate::guard::Watch;
use crate::store::{self, AnyStore, Found, Search, Store, StoreError};
use crate::timeline::Entry;
use crate::timeline::filter::{Filter, FilterError};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use margin::Margins;
use print::Printer;
use std::collections::HashSet;
use std::io::stderr;
use std::time::Duration;
use tokio::sync::watch;

/// What no fitting row exits with, as grep does.
const NONE_FITS: u8 = 1;
/// The kind of the probes that tell whether alerts arrive.
const FEED: &str = "feed";
/// How long is waited for the stack's secrets, so that they can be masked; the files' own are always known.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs it and prints the rows.
pub(super) fn run(args: &Args, options: &TimelineArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let zone = context.config.display.timezone.time_zone().clone();
    let text = match question(&context, options) {
        Ok(text) => text,
        Err(what) => {
            say(&mut stderr(), &format!("readback: {what}"));
            return Ok(NOT_DONE);
        }
    };
    let filter = match Filter::parse(&text, &zone) {
        Ok(filter) => filter,
        Err(error) => {
            say(&mut stderr(), &pointed(&text, &error));
            return Ok(NOT_DONE);
        }
    };
    let runtime = super::console::runtime()?;
    let code = runtime.block_on(answer(&context, options, &filter, zone));
    // A layer that hangs in a system call must not keep the answer.
    runtime.shutdown_background();
    code
}

/// The filter that is asked with, as it was written; or that there is none of the name.
fn question(context: &Context, options: &TimelineArgs) -> Result<String, String> {
    let saved = &context.config.timeline.filters;
    let Some(name) = &options.saved else { return Ok(options.filter.clone()) };
    saved.get(name).cloned().ok_or_else(|| {
        let names = saved.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let there = if names.is_empty() { "there are none".to_owned() } else { format!("there are: {names}") };
        format!("[timeline] filters has no {}; {there}", crate::guard::line(name))
    })
}

/// The error, and the filter with a mark under the place.
fn pointed(text: &str, error: &FilterError) -> String {
    use unicode_width::UnicodeWidthStr;
    let text = crate::guard::line(text);
    let before: String = text.chars().take(error.column - 1).collect();
    format!("readback: the filter, {error}\n  {text}\n  {}^", " ".repeat(before.width()))
}

async fn answer(context: &Context, options: &TimelineArgs, filter: &Filter, zone: TimeZone) -> Result<u8, StartError> {
    let door = door(context).await?;
    let store = AnyStore::open(&context.store_url()?, store::Access::ReadOnly).await?;
    store.ready().await?;
    let mut printer = Printer::new(options.format, zone.clone());
    let code = if options.stats {
        stats::run(&store, &door, filter, options.format, &zone).await?
    } else if options.histogram {
        let feeds = context.config.probes.iter().filter(|probe| probe.options.about().name == FEED);
        let feeds: Vec<String> = feeds.map(|probe| probe.id.0.clone()).collect();
        chart::run(&store, &door, filter, options, &feeds, &zone).await?
    } else if options.follow {
        follow::run(&store, &door, filter, options.limit as usize, &mut printer).await?
    } else {
        let search = Search { filter, now: Timestamp::now(), limit: options.limit as usize };
        let entries = find(&search, &store, &door, &mut printer.margins).await?.entries;
        let is_empty = entries.is_empty();
        // Oldest first, as every log is read; who does not listen any more is no error.
        let _ = printer.print(entries.iter().rev());
        if is_empty { NONE_FITS } else { 0 }
    };
    store.close().await;
    Ok(code)
}

/// The rows that fit, newest first, with what stands beside them.
pub(in crate::cli) async fn find(
    search: &Search<'_>,
    store: &impl Store,
    door: &Door,
    margins: &mut Margins,
) -> Result<Found, StoreError> {
    let mut digests = Vec::new();
    let found = search.run(store, |page| {
        let (page, of_page) = door.identified(page);
        let fits: HashSet<&str> =
            page.iter().filter(|entry| search.filter.matches(entry, search.now)).map(Entry::id).collect();
        digests.extend(of_page.into_iter().filter(|(id, _)| fits.contains(id.as_str())));
        page
    });
    let found = found.await?;
    margins.read(store, door, &found.entries, digests).await?;
    Ok(found)
}

/// What masks secrets in rows.
pub(in crate::cli) async fn door(context: &Context) -> Result<Door, StartError> {
    Ok(door_of(guard(context).await?))
}

/// The door at which this guard stands.
pub(in crate::cli) fn door_of(guard: Watch) -> Door {
    Door::new(watch::channel(guard).1)
}

/// What is looked out for: every shape, and the values that the stack knows.
pub(in crate::cli) async fn guard(context: &Context) -> Result<Watch, StartError> {
    let layers = LayerTask::new(&context.config, context.place(), context.fingerprinter()?);
    Ok(match tokio::time::timeout(PATIENCE, Box::pin(layers.read())).await {
        Ok(compared) => compared.guard,
        Err(_) => layers.known().await,
    })
}
