//! A file in a folder of the test's own, and what is told of it.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::env::snapshot::Held;
use crate::env::sync::Note;
use crate::guard::Secret;

fn watch(folder: &Path) -> EnvWatch {
    let fingerprinter = Fingerprinter::new(&Secret::new("key of a test"));
    EnvWatch::new(folder.join(".env"), FileFormat::Dotenv, folder.join("memory.env.json"), fingerprinter, true)
}

fn look(watch: &mut EnvWatch) -> Option<OwnEvent> {
    let told = watch.look_unless(|_, _| false).unwrap_or_default();
    assert!(told.len() <= 1, "{told:?}");
    told.into_iter().next()
}

/// The summary of what is told, without who it may have been.
fn said(watch: &mut EnvWatch) -> Option<String> {
    look(watch).map(|event| event.summary.split(" (who").next().unwrap().to_owned())
}

#[test]
fn what_was_peeked_at_is_told_again_until_it_was_taken_as_seen() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
    write("A=1\n");
    assert_eq!(watch(folder.path()).peek(), [], "there is nothing to compare with");
    assert_eq!(look(&mut watch(folder.path())), None);
    write("A=2\n");
    let peeked = watch(folder.path()).peek();
    assert_eq!(peeked.len(), 1);
    assert_eq!(watch(folder.path()).peek()[0].id, peeked[0].id);
    assert_eq!(look(&mut watch(folder.path())).map(|event| event.id), Some(peeked[0].id.clone()));
    assert_eq!(watch(folder.path()).peek(), []);
}

#[test]
fn a_change_is_told_once_and_also_after_the_console_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
    write("S3=invented-value\nA=1\n");
    assert_eq!(look(&mut watch(folder.path())), None, "the first look has nothing to compare with");
    write("A=1\n");
    let told = look(&mut watch(folder.path())).unwrap();
    assert!(told.summary.contains("lost S3"), "{}", told.summary);
    assert_eq!(look(&mut watch(folder.path())), None);
    let memory = std::fs::read_to_string(folder.path().join("memory.env.json")).unwrap();
    assert!(!memory.contains("invented-value"));
}

#[test]
fn what_a_sync_wrote_is_not_told_and_what_compose_refuses_is() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
    write("A=1\n");
    assert_eq!(look(&mut watch(folder.path())), None);
    write("A=2\n");
    watch(folder.path()).take_as_seen();
    assert_eq!(look(&mut watch(folder.path())), None);
    write("A='2\n");
    assert_eq!(said(&mut watch(folder.path())).as_deref(), Some("changed by hand: refused at line 1"));
    assert_eq!(look(&mut watch(folder.path())), None);
    write("A=3\n");
    assert_eq!(said(&mut watch(folder.path())).as_deref(), Some("readable again: changed A"));
}

#[test]
fn who_may_keep_nothing_tells_each_change_once_too() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
    let fingerprinter = Fingerprinter::new(&Secret::new("key of a test"));
    let memory = folder.path().join("memory.env.json");
    let mut reader =
        EnvWatch::new(folder.path().join(".env"), FileFormat::Dotenv, memory.clone(), fingerprinter, false);
    write("A=1\n");
    assert_eq!(look(&mut reader), None);
    for text in ["A=2\n", "A=1\n"] {
        write(text);
        assert!(look(&mut reader).is_some(), "{text}");
        assert_eq!(look(&mut reader), None, "{text}");
    }
    assert!(!memory.exists());
}

/// Writes the file as if that had been a while ago.
fn write_earlier(folder: &Path, text: &str) {
    let mut file = File::create(folder.join(".env")).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.set_modified(std::time::SystemTime::now() - Duration::from_secs(5)).unwrap();
}

#[test]
fn while_a_sync_is_at_work_nothing_is_told_and_afterwards_it_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    write_earlier(folder.path(), "A=1\n");
    let mut watch = watch(folder.path());
    assert_eq!(watch.look_beside_syncs(), Ok(Vec::new()));
    let lock = File::open(folder.path()).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    write_earlier(folder.path(), "A=2\n");
    assert_eq!(watch.look_beside_syncs(), Err(TooEarly));
    watch.take_as_seen();
    drop(lock);
    assert_eq!(watch.look_beside_syncs(), Ok(Vec::new()));
    write_earlier(folder.path(), "A=3\n");
    assert_eq!(watch.look_beside_syncs().unwrap().len(), 1);
}

#[test]
fn half_a_write_is_not_told_as_a_loss() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "A=1\nB=2\n").unwrap();
    let mut watch = watch(folder.path());
    assert_eq!(watch.look_beside_syncs(), Ok(Vec::new()), "the first look takes what is there");
    // Emptied, as by who writes it in place, and not written yet.
    File::create(folder.path().join(".env")).unwrap();
    assert_eq!(watch.look_beside_syncs(), Err(TooEarly));
    assert!(watch.noticed.is_some(), "who is there now may be gone when it is told");
    write_earlier(folder.path(), "A=1\nB=3\n");
    let told = watch.look_beside_syncs().unwrap().remove(0);
    assert!(watch.noticed.is_none() && told.context["attribution"]["owner"].is_string());
    assert!(told.summary.contains("changed B") && !told.summary.contains("lost"), "{}", told.summary);
}

#[test]
fn a_file_that_goes_or_grows_too_large_or_turns_into_something_else_is_told_and_so_is_its_return() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    let mut watch = watch(folder.path());
    write_earlier(folder.path(), "A=1\n");
    assert_eq!(look(&mut watch), None);
    std::fs::remove_file(&path).unwrap();
    // It may be on its way: who replaces a file takes it away first.
    assert_eq!(watch.look_beside_syncs(), Err(TooEarly));
    assert_eq!(said(&mut watch).as_deref(), Some("removed"));
    assert_eq!(said(&mut watch), None, "told once");
    write_earlier(folder.path(), "A=1\n");
    assert_eq!(said(&mut watch).as_deref(), Some("put back as it was"));
    File::create(&path).unwrap().set_len(LIMIT + 1).unwrap();
    assert_eq!(said(&mut watch).as_deref(), Some("changed by hand: too large to read"));
    write_earlier(folder.path(), "A=2\n");
    assert_eq!(said(&mut watch).as_deref(), Some("readable again: changed A"));
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(said(&mut watch).as_deref(), Some("can't be looked at any more: it is not a regular file"));
}

#[test]
fn a_file_that_is_replaced_in_two_steps_was_never_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut watch = watch(folder.path());
    write_earlier(folder.path(), "A=1\n");
    assert_eq!(look(&mut watch), None);
    std::fs::remove_file(folder.path().join(".env")).unwrap();
    assert_eq!(watch.look_beside_syncs(), Err(TooEarly));
    write_earlier(folder.path(), "A=2\n");
    assert_eq!(said(&mut watch).as_deref(), Some("changed by hand: changed A"));
}

#[test]
fn what_a_killed_sync_wrote_is_told_as_that_sync_by_its_note() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let mut watch = watch(folder.path());
    write(".env", "A=1\n");
    watch.begin();
    write(".env", "A=2\n");
    let note = |result: &str| Note {
        id: "0190-1".to_owned(),
        at: Timestamp::from_second(900).unwrap(),
        by: "mira".to_owned(),
        why: String::new(),
        file: ".env".to_owned(),
        backup: ".env.backup.1".to_owned(),
        was_written_at: None,
        changes: Vec::new(),
        result: watch.fingerprinter.of(result.as_bytes()),
    };
    // One that was killed before it wrote names another file.
    write(".env.backup.2.why", &serde_json::to_string(&note("A=3\n")).unwrap());
    write(".env.backup.3.why", "no note");
    assert!(watch.peek()[0].summary.starts_with("changed by hand: changed A"));
    write(".env.backup.1.why", &serde_json::to_string(&Note { changes: planned(&watch), ..note("A=2\n") }).unwrap());
    let told = look(&mut watch).unwrap();
    assert_eq!((told.id.as_str(), told.summary.as_str()), ("0190-1", "synced from the secrets: A"));
    assert_eq!(look(&mut watch), None);
}

/// What the note of a sync from `A=1` to `A=2` says.
fn planned(watch: &EnvWatch) -> Vec<crate::env::sync::Planned> {
    let held = |value: &str| Held { len: 1, fingerprint: watch.fingerprinter.of(value.as_bytes()) };
    vec![crate::env::sync::Planned {
        key: "A".to_owned(),
        line: Some(1),
        before: Some(held("1")),
        after: held("2"),
        source: "shop/db a".to_owned(),
        version: None,
        is_made_of_others: false,
    }]
}
