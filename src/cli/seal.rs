//! `readback seal`: seals the days that are over, and tells a witness.

use super::context::{Context, StartError};
use super::{Args, SealArgs, UNKNOWN, VerifyFormat, nothing, say};
use crate::guard::line;
use crate::notify::{NotifyError, Webhook};
use crate::store::segments::{Sealed, seal, verify_chain};
use crate::store::{Access, AnyStore};
use crate::timeline::segment::{Seal, Witnessed};
use serde::Serialize;
use std::fmt::Write;
use std::io::stdout;

/// What is not done, and can be later.
const LATER: u8 = 1;
/// Rows of sealed days are gone.
const MISSING: u8 = 2;
/// The most seals that a message tells: the last stands for all before it.
const TOLD: usize = 20;

/// The answer.
#[derive(Debug, Serialize)]
pub struct SealReport {
    /// The name of this shape.
    pub schema: &'static str,
    /// The new seals.
    pub seals: Vec<Seal>,
    /// How many rows of them came late, to days that were sealed before.
    pub late_rows: u64,
    /// Sealed days of which rows are gone.
    pub missing: Vec<Gone>,
    /// The day that is over and waits, and for which transactions.
    pub waiting: Option<Waits>,
    /// Whether the witness was told; `None` where it was not asked for.
    pub posted: Option<bool>,
    /// Why it was not.
    pub post_error: Option<String>,
}

/// A sealed day of which rows are gone.
#[derive(Debug, Serialize)]
pub struct Gone {
    /// The table.
    pub table: &'static str,
    /// The UTC day.
    pub day: String,
    /// How many, at least.
    pub rows: u64,
}

/// A day that waits.
#[derive(Debug, Serialize)]
pub struct Waits {
    /// The last UTC day that is over.
    pub day: String,
    /// The transactions, in the server's words.
    pub sessions: Vec<String>,
}

/// Runs it and prints the answer.
pub(super) fn run(args: &Args, options: &SealArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    if !context.access.may_write() {
        return Err(StartError::Other("sealing writes: not with --read-only".to_owned()));
    }
    let runtime = super::console::runtime()?;
    let report = runtime.block_on(async {
        // What is wrong with the witness is said before anything is sealed.
        let webhook = if options.post { Some(webhook(&context).await?) } else { None };
        let store = AnyStore::open(&context.store_url()?, Access::ReadWrite).await?;
        store.ready().await?;
        let Some(mut db) = store.segments().await? else {
            return Err(StartError::Other("a store in memory has no days to seal; set [store] url".to_owned()));
        };
        let sealed = seal(&mut db, options.patience).await?;
        let mut report = SealReport::of(sealed);
        if let Some(webhook) = webhook {
            let chain = verify_chain(&mut db).await?;
            report.tell(webhook.post(&message(&report.seals, &chain)).await);
        }
        store.close().await;
        Ok(report)
    })?;
    let text = match options.format {
        VerifyFormat::Human => report.human(),
        VerifyFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
    };
    say(&mut stdout(), text.trim_end());
    Ok(report.exit_code())
}

async fn webhook(context: &Context) -> Result<Webhook, StartError> {
    let other = |error: NotifyError| StartError::Other(error.to_string());
    let missing = "--post needs [notify.webhook] in readback.toml; see docs/integrity.md";
    let settings = context.config.notify.webhook.as_ref();
    let settings = settings.ok_or_else(|| StartError::Other(missing.to_owned()))?;
    let url = settings.url(|name| std::env::var(name).ok())?;
    let ca = settings.ca.as_ref().map(|ca| context.root.join(ca));
    Webhook::new(&url, ca, settings.timeout).await.map_err(other)
}

/// What the witness is told: of each new seal its day, rows, root and hash, and nothing else. Where there is no new one
/// the last of each table are told again: whatever was not told before is told by them.
fn message(new: &[Seal], chain: &[Seal]) -> String {
    let told = if new.is_empty() { &chain[chain.len().saturating_sub(3)..] } else { new };
    let told = &told[told.len().saturating_sub(TOLD)..];
    told.iter().map(|seal| Witnessed::from(seal).to_string()).collect::<Vec<_>>().join("\n")
}

impl SealReport {
    /// From what sealing did.
    pub fn of(sealed: Sealed) -> Self {
        let gone = |(table, day, rows): (crate::timeline::segment::Table, crate::timeline::segment::Day, u64)| Gone {
            table: table.name(),
            day: day.to_string(),
            rows,
        };
        Self {
            schema: "readback_seal_v1",
            seals: sealed.seals,
            late_rows: sealed.late,
            missing: sealed.missing.into_iter().map(gone).collect(),
            waiting: sealed.waiting.map(|it| Waits { day: it.day.to_string(), sessions: it.sessions }),
            posted: None,
            post_error: None,
        }
    }

    fn tell(&mut self, posted: Result<(), NotifyError>) {
        self.posted = Some(posted.is_ok());
        self.post_error = posted.err().map(|error| error.to_string());
    }

    /// 0 where all that is due is sealed (and told), 1 where something has to be done again later, 2 where rows of sealed
    /// days are gone.
    pub fn exit_code(&self) -> u8 {
        if !self.missing.is_empty() {
            MISSING
        } else if self.waiting.is_some() || self.posted == Some(false) {
            LATER
        } else {
            0
        }
    }

    /// For people.
    pub fn human(&self) -> String {
        let mut out = String::new();
        for seal in &self.seals {
            let _ = writeln!(out, "{}", Witnessed::from(seal));
        }
        if self.late_rows > 0 {
            let _ = writeln!(out, "LATE  {} rows came to days that were sealed before: look at them", self.late_rows);
        }
        for Gone { table, day, rows } in &self.missing {
            let _ = writeln!(out, "BROKEN  {table} {day}: {rows} sealed rows or more are gone; ask `readback verify`");
        }
        if let Some(Waits { day, sessions }) = &self.waiting {
            let sessions: Vec<_> = sessions.iter().map(|session| line(session)).collect();
            let _ = writeln!(
                out,
                "WAITING  through {day}: open since before its end: {}; run it again when they have ended",
                sessions.join(", ")
            );
        }
        if out.is_empty() {
            let _ = writeln!(out, "nothing is due");
        }
        match (&self.post_error, self.posted) {
            (Some(error), _) => {
                let _ = writeln!(out, "NOT POSTED  {}; what is sealed stays sealed: run it again", line(error));
            }
            (None, Some(true)) => out.push_str("posted\n"),
            _ => {}
        }
        out
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::timeline::segment::{Day, GENESIS, NewSeal, SealKind, Table, read_witness};
    use jiff::Timestamp;

    fn seals(count: u32) -> Vec<Seal> {
        (0..count).fold(Vec::new(), |mut seals, part| {
            let hash = || GENESIS.to_owned();
            let (kind, table, day) = (SealKind::Rows, Table::Log, Day::of(0));
            let new = NewSeal { kind, table, day, part, rows: 1, root: hash(), marks: hash(), place: None };
            seals.push(Seal::after(seals.last(), new, Timestamp::UNIX_EPOCH));
            seals
        })
    }

    #[test]
    fn the_newest_seals_are_told_and_the_last_again_where_none_is_new() {
        let all = seals(50);
        let told = read_witness(&message(&all, &all));
        assert_eq!((told.len(), &told[19].seal), (TOLD, &all[49].hash));
        let again = read_witness(&message(&[], &all));
        assert_eq!((again.len(), &again[2].seal), (3, &all[49].hash));
        assert_eq!(message(&[], &[]), "");
    }

    #[test]
    fn what_is_missing_weighs_more_than_what_waits() {
        let mut report = SealReport::of(Sealed::default());
        assert_eq!((report.exit_code(), report.human().as_str()), (0, "nothing is due\n"));
        report.tell(Err(NotifyError::Late { host: "chat".to_owned() }));
        assert_eq!(report.exit_code(), LATER);
        assert!(report.human().contains("NOT POSTED  the webhook at chat did not answer in time"));
        report.missing.push(Gone { table: "readback_event", day: "2026-02-04".to_owned(), rows: 1 });
        assert_eq!(report.exit_code(), MISSING);
    }
}
