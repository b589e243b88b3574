//! Rows on their way into the store in portions, and what became of them.

use crate::cli::context::StartError;
use crate::cli::say;
use crate::store::AnyStore;
use crate::timeline::NewOperation;
use crate::timeline::ingest::Refused;
use std::io::{stderr, stdout};
use tokio::runtime::Runtime;

/// How many rows are recorded at once.
const PORTION: usize = 500;
/// How many refusals are told one by one.
const TOLD: usize = 50;
/// What refused lines exit with.
const REFUSED: u8 = 1;

/// What became of the rows.
pub(in crate::cli) struct Tally<'a> {
    /// Where they go; nowhere in a dry run.
    store: Option<(&'a Runtime, &'a AnyStore)>,
    waiting: Vec<NewOperation>,
    read: usize,
    new: usize,
    refused: usize,
}

impl<'a> Tally<'a> {
    pub(in crate::cli) fn new(store: Option<(&'a Runtime, &'a AnyStore)>) -> Self {
        Self { store, waiting: Vec::new(), read: 0, new: 0, refused: 0 }
    }

    /// Takes a row.
    pub(in crate::cli) fn take(&mut self, row: NewOperation) -> Result<(), StartError> {
        self.read += 1;
        self.waiting.push(row);
        if self.waiting.len() >= PORTION { self.record() } else { Ok(()) }
    }

    /// Tells of what could not be taken. `at` is the place: a file and a line.
    pub(in crate::cli) fn refuse(&mut self, at: &str, why: &Refused) {
        self.refused += 1;
        if self.refused <= TOLD {
            say(&mut stderr(), &format!("{}: {why}", crate::guard::line(at)));
        }
    }

    /// Counts rows that another has told of already.
    pub(in crate::cli) fn leave_out(&mut self, count: usize) {
        self.read += count;
    }

    fn record(&mut self) -> Result<(), StartError> {
        let rows = std::mem::take(&mut self.waiting);
        let Some((runtime, store)) = self.store else { return Ok(()) };
        let new = runtime.block_on(store.append_all(&rows)).map_err(|error| {
            let done = self.new;
            StartError::Other(format!(
                "{error}; {done} new rows are recorded, run it again for the rest: no row is recorded twice"
            ))
        })?;
        self.new += new.into_iter().filter(|new| *new).count();
        Ok(())
    }

    /// Records what still waits, and says what became of all; the exit code.
    pub(in crate::cli) fn end(mut self) -> Result<u8, StartError> {
        self.record()?;
        if self.refused > TOLD {
            say(&mut stderr(), &format!("and {} more were refused", self.refused - TOLD));
        }
        let Self { read, new, refused, .. } = self;
        let said = match self.store {
            Some(_) => format!("{read} rows: {new} new, {} stood already; {refused} refused", read - new),
            None => format!("{read} rows would be recorded; {refused} refused (a dry run: nothing was recorded)"),
        };
        say(&mut stdout(), &said);
        Ok(if refused > 0 { REFUSED } else { 0 })
    }
}
