//! The part of `readback verify` that is about the days that were sealed.

use crate::cli::context::StartError;
use crate::guard::line;
use crate::store::AnyStore;
use crate::store::segments::{Archived, Finding, SegmentAudit, Through, WitnessFinding, check_witness, verify};
use crate::timeline::segment::{Day, read_witness};
use serde::Serialize;
use std::fmt::Write;
use std::io::Read;
use std::path::Path;

/// The most that is read of a witness, in bytes.
const WITNESS_LIMIT: u64 = 16 * 1024 * 1024;

/// What the check of the sealed days came to.
#[derive(Debug, Serialize)]
pub struct LogReport {
    /// `holds`, `late` (it holds, and rows stand in sealed days that no seal covers), `broken`, `unsealed`, or
    /// `unchecked` (something that was asked of could not be checked; the rest holds).
    pub verdict: &'static str,
    /// What was found.
    #[serde(flatten)]
    pub audit: SegmentAudit,
    /// What a witness kept, and the database no longer says; `None` where no witness was asked.
    pub witness: Option<Vec<WitnessFinding>>,
    /// What to do now.
    pub next: &'static str,
}

/// Asks the store, and the witness where there is one. `None` where nothing outlives the process.
pub(super) async fn ask(
    store: &AnyStore,
    since: Option<Day>,
    witness: Option<&Path>,
) -> Result<Option<LogReport>, StartError> {
    let kept = witness.map(read).transpose()?;
    let Some(mut db) = store.segments().await? else { return Ok(None) };
    let (audit, seals) = verify(&mut db, since).await?;
    Ok(Some(LogReport::of(audit, kept.map(|kept| check_witness(&kept, &seals)))))
}

fn read(path: &Path) -> Result<Vec<crate::timeline::segment::Witnessed>, StartError> {
    let name = line(&path.to_string_lossy()).into_owned();
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(WITNESS_LIMIT + 1).read_to_end(&mut bytes))
        .map_err(StartError::io(format!("the witness {name} can't be read")))?;
    if bytes.len() as u64 > WITNESS_LIMIT {
        return Err(StartError::Other(format!("the witness {name} is larger than 16 MiB; cut it to the seals")));
    }
    let kept = read_witness(&String::from_utf8_lossy(&bytes));
    if kept.is_empty() {
        return Err(StartError::Other(format!(
            "the witness {name} holds no seal; give it what `readback seal` posted"
        )));
    }
    Ok(kept)
}

impl LogReport {
    /// From what was found.
    pub fn of(audit: SegmentAudit, witness: Option<Vec<WitnessFinding>>) -> Self {
        let is_contradicted = witness.as_ref().is_some_and(|found| !found.is_empty());
        let verdict = if audit.is_broken() || is_contradicted {
            "broken"
        } else if audit.added > 0 {
            "late"
        } else if audit.is_unsealed_since() || audit.denied().next().is_some() {
            "unchecked"
        } else if audit.seals == 0 {
            "unsealed"
        } else {
            "holds"
        };
        let next = next(&audit, is_contradicted, verdict);
        Self { verdict, audit, witness, next }
    }

    /// For people.
    pub(super) fn human(&self, out: &mut String) {
        let audit = &self.audit;
        let rows: u64 = audit.tables.iter().map(|table| table.rows).sum();
        let _ = match self.verdict {
            "holds" => writeln!(out, "HOLDS  {rows} rows under {} seals", audit.seals),
            "late" => {
                writeln!(out, "LATE  {rows} rows hold under {} seals; {} more came late", audit.seals, audit.added)
            }
            "unchecked" => writeln!(out, "NOT CHECKED  {}", unchecked(audit)),
            "unsealed" => writeln!(out, "UNSEALED  no day is sealed: nothing shows whether the log was changed"),
            _ => writeln!(
                out,
                "BROKEN  of the sealed rows {} are changed and {} gone; {} segments don't hold without a row that could be named",
                audit.changed, audit.removed, audit.unnamed
            ),
        };
        if let Some(broken) = &audit.broken_seal {
            let _ = writeln!(out, "  {broken}");
        }
        for found in self.witness.iter().flatten().take(20) {
            let _ = match found {
                WitnessFinding::Missing { kept } => writeln!(out, "  witnessed and gone: {}", line(kept)),
                WitnessFinding::Replaced { kept, stands } => {
                    writeln!(out, "  witnessed: {}\n  stands:    {}", line(kept), line(stands))
                }
            };
        }
        for finding in &audit.findings {
            say(out, finding);
        }
        for table in &audit.tables {
            of_table(out, table);
        }
        for Archived { table, month, rows, place, is_here, is_denied } in &audit.archives {
            let how = match (is_here, is_denied) {
                (true, _) => "checked there",
                (false, true) => "there, and this role may not read it, so not checked",
                (false, false) => "not here, so not checked",
            };
            let month = month.to_string();
            let month = month.get(..7).unwrap_or_default();
            let _ = writeln!(out, "  {table} {month}: {rows} rows taken to {}, {how}", line(place));
        }
        if let Some(last) = &audit.last {
            let _ = writeln!(out, "  last seal {}  {}", audit.seals, line(last));
        }
        let _ = writeln!(out, "next: {}", self.next);
    }
}

/// What could not be checked.
fn unchecked(audit: &SegmentAudit) -> String {
    if !audit.is_unsealed_since() {
        return format!(
            "{} archives stand there, and this role may not read them; the rest holds",
            audit.denied().count()
        );
    }
    let since = audit.since.map_or_else(String::new, |since| since.to_string());
    let last = audit.tables.iter().map(|table| table.day).min().flatten();
    let last = last.map_or_else(|| "no day is".to_owned(), |day| format!("{day} is the last day that is"));
    format!("nothing is sealed since {since} that could be checked; {last}")
}

fn say(out: &mut String, finding: &Finding) {
    let (what, row) = match finding {
        Finding::RowChanged(row) => ("changed", row),
        Finding::RowRemoved(row) => ("removed", row),
        Finding::RowAdded(row) => ("put in after its day was sealed", row),
        Finding::Root(part) => {
            let _ = writeln!(
                out,
                "  segment {} of {} {}: its root is another, and no row could be named",
                part.number, part.table, part.day
            );
            return;
        }
        Finding::Marks(part) => {
            let _ = writeln!(
                out,
                "  segment {} of {} {}: its marks were changed, rows named here may be the wrong ones",
                part.number, part.table, part.day
            );
            return;
        }
    };
    let _ = writeln!(out, "  {}  {}  row {}: {what}", row.table, row.at, line(&row.id));
}

fn of_table(out: &mut String, table: &Through) {
    let Through { table, day, rows, late_rows, unsealed } = table;
    let through = day.map_or("sealed: nothing".to_owned(), |day| format!("sealed through {day}: {rows} rows checked"));
    let late = if *late_rows > 0 { format!(", {late_rows} of all came late") } else { String::new() };
    let _ = writeln!(out, "  {table}  {through}{late}, {unsealed} not sealed yet");
}

fn next(audit: &SegmentAudit, is_contradicted: bool, verdict: &str) -> &'static str {
    if is_contradicted {
        "change nothing and copy the database; the witness knows what was sealed first: compare with a backup of that \
         day; whoever owns the database can have written rows and seals anew"
    } else if audit.broken_seal.is_some() {
        "change nothing and copy the database; look for this seal in what was posted to the witness; nothing that was \
         sealed from it on proves anything until then"
    } else if verdict == "broken" {
        "change nothing and copy the database; compare these rows with a backup from before they were changed; ask who \
         may change the table (docs/integrity.md has roles that can't)"
    } else if verdict == "late" {
        "a backfill, or somebody wrote into the past: look at the rows; `readback seal` takes them in, marked as late"
    } else if verdict == "unchecked" && !audit.is_unsealed_since() {
        "ask as a role that may read the archives, or let their owner GRANT SELECT on them to the readers' role"
    } else if verdict == "unchecked" {
        "run `readback seal`, which seals the days that are over, or ask --since a day that is sealed"
    } else if verdict == "unsealed" {
        "run `readback seal` once a day, with --post to have a witness"
    } else {
        "keep the last seal where this database's owner can't write: `readback seal --post` tells it to the channel"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::segment::Table;

    #[test]
    fn an_archive_that_is_there_and_can_not_be_read_is_not_one_that_holds() {
        let place = "alert_operation_log_before".to_owned();
        let month = Day::FIRST;
        let archive = Archived { table: Table::Log, month, rows: 3, place, is_here: false, is_denied: true };
        let elsewhere = Archived { is_denied: false, ..archive.clone() };
        let with = |archive| SegmentAudit { seals: 2, archives: vec![archive], ..SegmentAudit::default() };
        let report = LogReport::of(with(archive.clone()), None);
        let mut text = String::new();
        report.human(&mut text);
        assert_eq!(report.verdict, "unchecked");
        assert!(text.starts_with("NOT CHECKED  1 archives stand there") && text.contains("GRANT SELECT"), "{text}");
        assert_eq!(LogReport::of(with(elsewhere), None).verdict, "holds", "it was taken away, as is recorded");
        let broken = SegmentAudit { changed: 1, ..with(archive) };
        assert_eq!(LogReport::of(broken, None).verdict, "broken");
    }
}
