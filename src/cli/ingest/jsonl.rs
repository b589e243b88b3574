//! `readback ingest jsonl`: rows as lines of JSON.

use super::{JsonlArgs, Lines, Tally, may_write, watch_of};
use crate::cli::context::{Context, StartError};
use crate::store::{self, AnyStore};
use crate::timeline::ingest::line;
use jiff::Timestamp;
use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

/// Records the lines that can be; the exit code says whether all could.
pub(super) fn run(context: &Context, options: &JsonlArgs) -> Result<u8, StartError> {
    if !options.dry_run {
        may_write(context)?;
    }
    let runtime = crate::cli::console::runtime()?;
    let watch = runtime.block_on(watch_of(context))?;
    let store = if options.dry_run { None } else { Some(runtime.block_on(open(context))?) };
    let mut tally = Tally::new(store.as_ref().map(|store| (&runtime, store)));
    let name = options.file.display().to_string();
    for read in Lines::new(reader(&options.file)?) {
        let (number, text) = read.map_err(StartError::io(format!("{name} can't be read")))?;
        match text.and_then(|text| line(&text, &watch, Timestamp::now())) {
            Ok(row) => tally.take(row)?,
            Err(why) => tally.refuse(&format!("{name}:{number}"), &why),
        }
    }
    let code = tally.end()?;
    if let Some(store) = store {
        runtime.block_on(store.close());
    }
    runtime.shutdown_background();
    Ok(code)
}

/// The store, with its tables.
pub(in crate::cli) async fn open(context: &Context) -> Result<AnyStore, StartError> {
    let store = AnyStore::open(&context.store_url()?, store::Access::ReadWrite).await?;
    store.ready().await?;
    Ok(store)
}

/// The file, or standard input for `-`.
pub(in crate::cli) fn reader(path: &Path) -> Result<Box<dyn BufRead>, StartError> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(stdin())));
    }
    let file = File::open(path).map_err(StartError::io(format!("{} can't be read", path.display())))?;
    Ok(Box::new(BufReader::new(file)))
}
