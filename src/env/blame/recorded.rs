//! What the console has recorded of changes, put between the snapshots: a backup tells that something changed since
//! the one before, a recorded change tells when.

use super::in_order;
use crate::env::snapshot::{Dated, Held, Keys, Snapshot};
use crate::guard::line;
use crate::timeline::{Entry, OwnEvent, OwnKind};
use jiff::Timestamp;
use serde::Deserialize;

/// A change of a file that was seen when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedChange {
    /// When it was made.
    pub at: Timestamp,
    /// What made it, and who as far as is known.
    pub label: String,
    /// The keys, each with what it held and what it holds.
    changes: Vec<Change>,
}

/// A key as a sync and as a hand edit record it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Change {
    key: String,
    before: Option<Held>,
    after: Option<Held>,
}

/// The changes of this file that stand in the log, oldest first.
pub fn recorded<'a>(entries: impl IntoIterator<Item = &'a Entry>, file: &str) -> Vec<RecordedChange> {
    let mut found: Vec<RecordedChange> = entries
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Own(event) if event.kind == OwnKind::ConfigChanged && name(&event.subject) == name(file) => {
                of(event)
            }
            Entry::Own(_) | Entry::Operation(_) => None,
        })
        .collect();
    found.sort_by_key(|change| change.at);
    found
}

fn of(event: &OwnEvent) -> Option<RecordedChange> {
    let changes: Vec<Change> = serde_json::from_value(event.context.get("changes")?.clone()).ok()?;
    let by = event.context.get("by").and_then(|by| by.as_str()).unwrap_or("recorded");
    let who = event.actor.as_deref().map(|who| format!(" by {who}")).unwrap_or_default();
    let label = line(&format!("{by}{who}")).into_owned();
    (!changes.is_empty()).then_some(RecordedChange { at: event.occurred_at, label, changes })
}

/// A path's last part: a sync records the path, a hand edit the name.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The snapshots with the recorded changes between them, in order of time, and how many of those did not fit: made on
/// a machine with another key for its fingerprints, or about another file. A change fits where what it found is what
/// was there, or where what it left is what the next snapshot holds.
pub fn with_recorded(snapshots: &[Snapshot], changes: &[RecordedChange]) -> (Vec<Snapshot>, usize) {
    let ordered = in_order(snapshots.to_vec());
    let Some(first) = ordered.iter().position(|snapshot| snapshot.keys.is_ok()) else {
        return (ordered, changes.len());
    };
    let is_before =
        |change: &&RecordedChange, snapshot: &Snapshot| snapshot.dated == Dated::Now || change.at <= snapshot.at;
    let early = changes.iter().take_while(|change| is_before(change, &ordered[first])).count();
    let (mut out, mut misfits) = led_up(&changes[..early], &ordered[first]);
    out.extend_from_slice(&ordered[..first]);
    out.sort_by_key(|snapshot| snapshot.at);
    let mut state: Option<Keys> = None;
    let mut waiting = changes[early..].iter().peekable();
    for (at, snapshot) in ordered.iter().enumerate().skip(first) {
        let next = ordered[at..].iter().find_map(|snapshot| snapshot.keys.as_ref().ok());
        while let Some(change) = waiting.next_if(|change| is_before(change, snapshot)) {
            match state.as_ref().and_then(|state| change.applied(state, next)) {
                Some(keys) => {
                    out.push(change.snapshot(change.label.clone(), keys.clone()));
                    state = Some(keys);
                }
                None => misfits += 1,
            }
        }
        if let Ok(keys) = &snapshot.keys {
            state = Some(keys.clone());
        }
        out.push(snapshot.clone());
    }
    (out, misfits + waiting.count())
}

/// What the changes before the oldest snapshot led from, and through: taken back one by one, the last one first.
fn led_up(changes: &[RecordedChange], to: &Snapshot) -> (Vec<Snapshot>, usize) {
    let Ok(mut keys) = to.keys.clone() else { return (Vec::new(), changes.len()) };
    let (mut out, mut misfits, mut oldest) = (Vec::new(), 0, None);
    for change in changes.iter().rev() {
        match change.taken_back(&keys) {
            Some(before) => {
                out.push(change.snapshot(change.label.clone(), std::mem::replace(&mut keys, before)));
                oldest = Some(change);
            }
            None => misfits += 1,
        }
    }
    out.extend(oldest.map(|change| change.snapshot(format!("what was there before ({})", change.label), keys)));
    out.reverse();
    (out, misfits)
}

impl RecordedChange {
    fn snapshot(&self, label: String, keys: Keys) -> Snapshot {
        Snapshot { label, at: self.at, dated: Dated::Recorded, keys: Ok(keys) }
    }

    /// What the file held before, where this left what is there.
    fn taken_back(&self, after: &Keys) -> Option<Keys> {
        let fits = self.changes.iter().all(|change| after.get(&change.key) == change.after.as_ref());
        fits.then(|| set(after, self.changes.iter().map(|change| (&change.key, &change.before))))
    }

    /// What the file held afterwards; nothing where the change does not fit.
    fn applied(&self, before: &Keys, next: Option<&Keys>) -> Option<Keys> {
        let fits_before = self.changes.iter().all(|change| before.get(&change.key) == change.before.as_ref());
        let leads_on = |next: &Keys| self.changes.iter().all(|change| next.get(&change.key) == change.after.as_ref());
        if !fits_before && !next.is_some_and(leads_on) {
            return None;
        }
        Some(set(before, self.changes.iter().map(|change| (&change.key, &change.after))))
    }
}

/// The same keys, but for these.
fn set<'a>(keys: &Keys, changed: impl Iterator<Item = (&'a String, &'a Option<Held>)>) -> Keys {
    let mut keys = keys.clone();
    for (key, held) in changed {
        match held {
            Some(held) => keys.insert(key.clone(), held.clone()),
            None => keys.remove(key),
        };
    }
    keys
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::env::blame::{Did, blame};
    use crate::env::format::FileFormat;
    use crate::env::snapshot::keys_of;
    use crate::env::watch::{Attribution, event};
    use crate::guard::{Fingerprinter, Secret};

    fn keys_under(key: &str, text: &str) -> Keys {
        keys_of(FileFormat::Dotenv, text.as_bytes(), &Fingerprinter::new(&Secret::new(key))).unwrap()
    }

    fn keys(text: &str) -> Keys {
        keys_under("key of a test", text)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn snapshot(second: i64, dated: Dated, text: &str) -> Snapshot {
        Snapshot { label: ".env.x".to_owned(), at: at(second), dated, keys: Ok(keys(text)) }
    }

    fn edit(second: i64, before: &Keys, after: &Keys) -> Entry {
        Entry::Own(event(".env", before, after, at(second), &Attribution::default()).unwrap())
    }

    #[test]
    fn a_recorded_edit_says_when_between_two_backups_a_key_went() {
        let snapshots = [snapshot(100, Dated::Name, "S3=a\nB=1\n"), snapshot(900, Dated::Now, "B=1\n")];
        let log = [edit(400, &keys("S3=a\nB=1\n"), &keys("B=1\n"))];
        let (merged, misfits) = with_recorded(&snapshots, &recorded(&log, "./conf/.env"));
        assert_eq!((merged.len(), misfits), (3, 0));
        let lives = blame(&merged);
        let went = lives.iter().find(|life| life.key == "S3").unwrap().last().unwrap();
        assert_eq!((went.did, went.after, went.by), (Did::Vanished, Some(at(100)), at(400)));
        assert_eq!((went.dated, went.label.as_str()), (Dated::Recorded, "hand"));
    }

    #[test]
    fn a_chain_of_edits_that_no_backup_caught_is_told_step_by_step() {
        let snapshots = [snapshot(100, Dated::Name, "A=1\n"), snapshot(900, Dated::Now, "A=4\n")];
        let steps = [keys("A=1\n"), keys("A=2\n"), keys("A=3\n"), keys("A=4\n")];
        let log: Vec<Entry> =
            steps.windows(2).zip([200, 300, 400]).map(|(pair, second)| edit(second, &pair[0], &pair[1])).collect();
        let (merged, misfits) = with_recorded(&snapshots, &recorded(log.iter().rev(), ".env"));
        let told: Vec<Timestamp> = blame(&merged)[0].steps.iter().map(|step| step.by).collect();
        assert_eq!((told, misfits), (vec![at(100), at(200), at(300), at(400)], 0));
    }

    #[test]
    fn without_a_backup_the_recorded_changes_are_taken_back_from_the_file() {
        let steps = [keys("A=1\nS3=a\n"), keys("A=1\n"), keys("A=2\n")];
        let log: Vec<Entry> =
            steps.windows(2).zip([200, 300]).map(|(pair, second)| edit(second, &pair[0], &pair[1])).collect();
        let (merged, misfits) = with_recorded(&[snapshot(50, Dated::Now, "A=2\n")], &recorded(&log, ".env"));
        let labels: Vec<&str> = merged.iter().map(|snapshot| snapshot.label.as_str()).collect();
        assert_eq!((labels, misfits), (vec!["what was there before (hand)", "hand", "hand", ".env.x"], 0));
        let lives = blame(&merged);
        let did = |key: &str| lives.iter().find(|life| life.key == key).unwrap().last().unwrap();
        assert_eq!((did("S3").did, did("S3").by, did("A").by), (Did::Vanished, at(200), at(300)));
    }

    #[test]
    fn what_was_recorded_under_another_key_or_of_another_file_is_left_out_and_counted() {
        let snapshots = [snapshot(100, Dated::Name, "A=1\n"), snapshot(900, Dated::Now, "A=2\n")];
        let elsewhere = edit(300, &keys_under("other", "A=1\n"), &keys_under("other", "A=2\n"));
        let changes = recorded([&elsewhere], ".env");
        assert_eq!(changes.len(), 1);
        let (merged, misfits) = with_recorded(&snapshots, &changes);
        assert_eq!((merged.len(), misfits), (2, 1));
        assert_eq!(recorded([&elsewhere], "other.env").len(), 0);
    }
}
