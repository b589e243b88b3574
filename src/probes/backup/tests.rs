//! What the judge makes of backups old, empty, shrunk and dated wrongly, and folders of real files.
#![allow(clippy::unwrap_used)]

use super::look::matches;
use super::{Backup, Copied, Inside, Seen};
use crate::evidence::{Unknown, Verdict};
use crate::probes::{Judgement, Kind, Place, ProbeError};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

const MIB: u64 = 1024 * 1024;

fn options(pattern: &str) -> Backup {
    Backup {
        folder: "backups".into(),
        pattern: pattern.to_owned(),
        max_age_s: 86_400,
        min_bytes: 1024,
        shrink_warn_percent: 30,
        min_count: 1,
    }
}

fn at() -> Timestamp {
    Timestamp::from_second(1_770_000_000).unwrap()
}

fn copied(age_s: i64, bytes: u64) -> Copied {
    Copied {
        name: "shop.dump".to_owned(),
        bytes,
        modified_at: at() - SignedDuration::from_secs(age_s),
        inside: Inside::NotAsked,
    }
}

fn judged(newest: Option<Copied>, previous: Option<Copied>) -> Judgement {
    let matching = u64::from(newest.is_some()) + u64::from(previous.is_some());
    let judgement = options("*.dump").judge(&Seen { matching, newest, previous }, at());
    assert_eq!(judgement.hint.is_none(), judgement.verdict == Verdict::Pass);
    judgement
}

#[test]
fn each_thing_wrong_with_a_backup_has_its_verdict() {
    let before = Some(copied(90_000, 100 * MIB));
    for (newest, previous, verdict, words) in [
        (Some(copied(3_600, 100 * MIB)), before.clone(), Verdict::Pass, "shop.dump, 100.0 MiB, 60 min old"),
        (Some(copied(86_400, 100 * MIB)), None, Verdict::Pass, "24 h old"),
        (Some(copied(86_401, 100 * MIB)), before.clone(), Verdict::Fail, "the newest backup is 24 h old"),
        (Some(copied(90 * 86_400, 100 * MIB)), None, Verdict::Fail, "90 d old"),
        (Some(copied(60, 0)), before.clone(), Verdict::Fail, "is empty"),
        (Some(copied(60, 20)), before.clone(), Verdict::Fail, "is 20 B"),
        (Some(copied(60, 70 * MIB)), before.clone(), Verdict::Pass, "70.0 MiB"),
        (Some(copied(60, 69 * MIB)), before.clone(), Verdict::Warn, "31 % smaller"),
        (Some(copied(60, 2048)), before.clone(), Verdict::Warn, "100 % smaller"),
        (Some(copied(60, 900 * MIB)), before, Verdict::Pass, "900.0 MiB"),
        (Some(copied(-5, MIB)), None, Verdict::Pass, "0 s old"),
        (Some(copied(-6, MIB)), None, Verdict::Warn, "dated in the future"),
        (Some(copied(-60, 0)), None, Verdict::Fail, "is empty"),
        (None, None, Verdict::Fail, "no backup"),
    ] {
        let judgement = judged(newest, previous);
        assert_eq!(judgement.verdict, verdict, "{}", judgement.summary);
        assert!(judgement.summary.contains(words), "{}", judgement.summary);
    }
}

#[test]
fn names_are_matched_whole() {
    for (pattern, name, is_match) in [
        ("*", "", true),
        ("*.dump", "shop.dump", true),
        ("*.dump", "shop.dump.part", false),
        ("shop-????.sql*", "shop-2026.sql.gz", true),
        ("shop-????.sql*", "shop-26.sql.gz", false),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("", "a", false),
        ("備*", "備份", true),
        ("[a]", "a", false),
    ] {
        assert_eq!(matches(pattern, name), is_match, "{pattern} {name}");
    }
    assert!(!matches(&"*a".repeat(60), &"a".repeat(59)), "and it ends soon");
}

fn write(folder: &Path, name: &str, bytes: usize, age_s: u64) {
    fs::write(folder.join(name), vec![b'x'; bytes]).unwrap();
    let file = File::options().write(true).open(folder.join(name)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(age_s)).unwrap();
}

async fn look(root: &Path, pattern: &str) -> Result<Seen, ProbeError> {
    let place = Place { root: root.to_owned(), docker_host: None };
    options(pattern).observe(&place, Instant::now() + Duration::from_secs(30)).await
}

#[tokio::test]
async fn the_newest_two_regular_files_that_match_are_found() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("backups");
    fs::create_dir(&folder).unwrap();
    assert_eq!(look(root.path(), "*").await.unwrap(), Seen { matching: 0, newest: None, previous: None });
    for (name, bytes, age_s) in
        [("1.dump", 4000, 7200), ("2.dump", 5000, 3600), ("3.dump", 100, 99_999), ("4.dump.part", 7, 0)]
    {
        write(&folder, name, bytes, age_s);
    }
    fs::create_dir(folder.join("5.dump")).unwrap();
    std::os::unix::fs::symlink("2.dump", folder.join("6.dump")).unwrap();
    let seen = look(root.path(), "*.dump").await.unwrap();
    assert_eq!(seen.matching, 3);
    assert_eq!(seen.newest.as_ref().map(|file| (file.name.as_str(), file.bytes)), Some(("2.dump", 5000)));
    assert_eq!(seen.previous.as_ref().map(|file| file.bytes), Some(4000));
    assert_eq!(options("*.dump").judge(&seen, Timestamp::now()).verdict, Verdict::Pass);
}

#[tokio::test]
async fn a_folder_that_can_not_be_read_is_unknown() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(look(root.path(), "*").await.unwrap_err().reason, Unknown::Unreachable);
    fs::write(root.path().join("backups"), "").unwrap();
    assert_eq!(look(root.path(), "*").await.unwrap_err().reason, Unknown::NotConfigured);
}

proptest! {
    #[test]
    fn an_older_or_smaller_backup_is_never_judged_better(a in 0i64..200_000, b in 0i64..200_000, bytes in 0u64..4096) {
        let rank = |age_s, bytes| judged(Some(copied(age_s, bytes)), Some(copied(300_000, 4096))).verdict.rank();
        prop_assert!(rank(a.max(b), bytes) <= rank(a.min(b), bytes));
        prop_assert!(rank(a, bytes / 2) <= rank(a, bytes));
    }
}
