//! `readback verify`: whether what was recorded still stands as it was recorded.

mod bundle;
mod log;

pub use bundle::BundleReport;
pub use log::LogReport;

use super::context::{Context, StartError};
use super::{Args, UNKNOWN, VerifyArgs, VerifyFormat, nothing, say};
use crate::guard::line;
use crate::store::chain::{Break, BreakKind};
use crate::store::{Access, AnyStore, Audit, Standing};
use serde::Serialize;
use std::fmt::Write;
use std::io::stdout;

/// What rows that came late, and that nobody sealed, exit with.
const LATE: u8 = 1;
/// What does not hold exits with.
const BROKEN: u8 = 2;

/// The answer.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    /// The name of this shape.
    pub schema: &'static str,
    /// `holds`, `late` (rows stand in sealed days that no seal covers), `broken`, `unchecked` (of the log, something that
    /// was asked of could not be checked), or `nothing_recorded`, which proves nothing.
    pub verdict: &'static str,
    /// How many records were checked.
    pub records: usize,
    /// The ends of the chains, by incident.
    pub chains: Vec<Standing>,
    /// The first record that does not hold.
    pub broken: Option<Broken>,
    /// What to do now.
    pub next: &'static str,
    /// The sealed days; `None` where one incident was asked of.
    pub log: Option<LogReport>,
}

/// A record that does not hold.
#[derive(Debug, Serialize)]
pub struct Broken {
    /// Its incident.
    pub incident: String,
    /// Its place in the chain.
    pub seq: u64,
    /// The event's id; empty where it is not there.
    pub id: String,
    /// What is wrong, in words.
    pub why: String,
}

/// Runs it and prints the answer.
pub(super) fn run(args: &Args, options: &VerifyArgs) -> Result<u8, StartError> {
    if let Some(path) = &options.bundle {
        return bundle::run(path, options.format);
    }
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let runtime = super::console::runtime()?;
    let (audit, log) = runtime.block_on(async {
        let store = AnyStore::open(&context.store_url()?, Access::ReadOnly).await?;
        store.ready().await?;
        let audit = store.audit(options.incident.as_deref()).await?;
        let log = match options.incident {
            Some(_) => None,
            None => log::ask(&store, options.since, options.witness.as_deref()).await?,
        };
        store.close().await;
        Ok::<_, StartError>((audit, log))
    })?;
    let report = VerifyReport::of(audit, log);
    let text = match options.format {
        VerifyFormat::Human => report.human(),
        VerifyFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
    };
    say(&mut stdout(), text.trim_end());
    Ok(report.exit_code())
}

impl VerifyReport {
    /// From what a store found.
    pub fn of(audit: Audit, log: Option<LogReport>) -> Self {
        let chains = match &audit.broken {
            Some(_) => "broken",
            None if audit.records == 0 && audit.chains.is_empty() => "nothing_recorded",
            None => "holds",
        };
        let verdict = match (chains, log.as_ref().map(|log| log.verdict)) {
            ("broken", _) | (_, Some("broken")) => "broken",
            (_, Some("late")) => "late",
            // Chains that hold say nothing of what could not be looked at.
            (_, Some("unchecked")) => "unchecked",
            (_, Some("holds")) => "holds",
            (chains, _) => chains,
        };
        let next = match &audit.broken {
            Some(Break { why, .. }) => next(*why),
            None if chains == "holds" => {
                "keep the last hash of each chain where this database's owner can't write: it is an outside witness"
            }
            None => "nothing was checked: look at the incident's name and the database ([store] url)",
        };
        let broken = audit.broken.map(|broken| Broken {
            incident: line(&broken.scope).into_owned(),
            seq: broken.seq,
            id: line(&broken.id).into_owned(),
            why: broken.why.to_string(),
        });
        Self { schema: "readback_verify_v1", verdict, records: audit.records, chains: audit.chains, broken, next, log }
    }

    /// 0 where all holds, 1 where rows came late, 2 where something is broken, 3 where there is nothing to check, or it
    /// could not be.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            "holds" => 0,
            "late" => LATE,
            "broken" => BROKEN,
            _ => UNKNOWN,
        }
    }

    fn speaks_of_reviews(&self) -> bool {
        self.broken.is_some() || self.records > 0 || !self.chains.is_empty()
    }

    /// For people: the verdict first.
    pub fn human(&self) -> String {
        let mut out = String::new();
        let sealed = self.log.as_ref().filter(|log| log.verdict != "unsealed");
        if let Some(log) = sealed.filter(|_| !self.speaks_of_reviews()) {
            log.human(&mut out);
            out.push_str("NO REVIEWS  none is recorded yet: of reviews nothing was checked\n");
            return out;
        }
        let _ = match &self.broken {
            Some(Broken { incident, seq, id, why }) => {
                let event = if id.is_empty() { String::new() } else { format!(" (event {id})") };
                writeln!(out, "BROKEN  record {seq} of incident {incident}{event}: {why}")
            }
            None if self.speaks_of_reviews() => {
                writeln!(out, "HOLDS  {} records in {} chains", self.records, self.chains.len())
            }
            None => writeln!(out, "UNKNOWN  no review records to check"),
        };
        for chain in &self.chains {
            let Standing { incident, records, hash, recorded_at } = chain;
            let _ = writeln!(out, "  {}  {records} records, the last {recorded_at}  {}", line(incident), line(hash));
        }
        let _ = writeln!(out, "next: {}", self.next);
        if let Some(log) = &self.log {
            log.human(&mut out);
        }
        out
    }
}

/// What to do about a record that does not hold.
fn next(why: BreakKind) -> &'static str {
    match why {
        BreakKind::Changed => {
            "change nothing and copy the database; compare the record with a backup from before the change; ask who \
             could write to the table; the reviews of this incident prove nothing until then"
        }
        BreakKind::Unreadable => {
            "check with the newest readback that anybody uses here; if it can't read the record either, copy the \
             database and compare the record with a backup"
        }
        BreakKind::Unlinked | BreakKind::Gap => {
            "change nothing and copy the database; look in a backup for the records before this one: one was taken \
             away, doubled or moved"
        }
        BreakKind::Head => {
            "change nothing and copy the database; look in a backup for the last records of this incident: the end \
             of its chain was cut off or written past the console"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_check_is_not_a_chain_that_holds() {
        let report = VerifyReport::of(Audit { records: 0, chains: Vec::new(), broken: None }, None);
        assert_eq!((report.verdict, report.exit_code()), ("nothing_recorded", UNKNOWN));
        assert!(report.human().starts_with("UNKNOWN"));
    }

    #[test]
    fn a_broken_record_is_named_with_what_to_do_next() {
        let broken = Break { scope: "INC\u{1b}-7".to_owned(), seq: 3, id: "e".to_owned(), why: BreakKind::Changed };
        let report = VerifyReport::of(Audit { records: 5, chains: Vec::new(), broken: Some(broken) }, None);
        assert_eq!(report.exit_code(), 2);
        let text = report.human();
        assert!(text.starts_with("BROKEN  record 3 of incident INC␛-7 (event e): its bytes were changed"), "{text}");
        assert!(text.contains("next: change nothing and copy the database"), "{text}");
    }
}
