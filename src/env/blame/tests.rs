//! Lives of keys, names of backups.

use super::super::format::FileFormat;
use super::super::snapshot::{Keys, keys_of};
use super::*;
use crate::guard::{Fingerprinter, Secret};
use jiff::tz::{TimeZone, offset};
use proptest::prelude::*;

fn keys(text: &str) -> Keys {
    keys_of(FileFormat::Dotenv, text.as_bytes(), &Fingerprinter::new(&Secret::new("key of a test"))).unwrap()
}

fn snapshot(second: i64, text: Option<&str>) -> Snapshot {
    Snapshot {
        label: format!(".env.{second}"),
        at: Timestamp::from_second(second).unwrap(),
        dated: Dated::Name,
        keys: text.map(keys).ok_or_else(|| "refused".to_owned()),
    }
}

fn lives(snapshots: &[Snapshot], key: &str) -> (Vec<Did>, Vec<Mark>) {
    let blame = blame(snapshots).into_iter().find(|life| life.key == key).unwrap();
    (blame.steps.iter().map(|step| step.did).collect(), blame.strip)
}

#[test]
fn a_key_that_went_and_came_back_says_when() {
    let files = [Some("S3=a\nB=1\n"), Some("S3=a\n"), Some("B=2\n"), None, Some("B=\n"), Some("S3=b\nB=\n")];
    let snapshots: Vec<Snapshot> = files.iter().zip(1..).map(|(text, at)| snapshot(at * 100, *text)).collect();
    let (did, strip) = lives(&snapshots, "S3");
    assert_eq!(did, [Did::WasThere, Did::Vanished, Did::CameBack]);
    assert_eq!(strip, [Mark::New, Mark::Same, Mark::Absent, Mark::Unread, Mark::Absent, Mark::New]);
    let (did, _) = lives(&snapshots, "B");
    assert_eq!(did, [Did::WasThere, Did::Vanished, Did::CameBack, Did::Emptied]);
    let vanished = &blame(&snapshots).into_iter().find(|life| life.key == "S3").unwrap().steps[1];
    assert_eq!(vanished.after, Some(snapshots[1].at));
    assert_eq!((vanished.by, vanished.label.as_str()), (snapshots[2].at, ".env.300"));
}

#[test]
fn the_file_as_it_stands_comes_last_whatever_the_clock_says() {
    let mut now = snapshot(50, Some("A=1\n"));
    now.dated = Dated::Now;
    let ordered = in_order(vec![now.clone(), snapshot(200, None), snapshot(100, None)]);
    let times: Vec<i64> = ordered.iter().map(|snapshot| snapshot.at.as_second()).collect();
    assert_eq!(times, [100, 200, 50]);
}

#[test]
fn the_time_of_a_backup_stands_in_its_name() {
    let zone = TimeZone::fixed(offset(8));
    let told = [
        (".env.backup.20260204_082611", "2026-02-04T00:26:11Z"),
        (".env.backup-before-ocr-central-20260202-103434", "2026-02-02T02:34:34Z"),
        (".env-2026-02-04T08:26:11Z", "2026-02-04T08:26:11Z"),
        (".env.2026-02-04_08-26", "2026-02-04T00:26:00Z"),
        ("env.v2.202602040826.bak", "2026-02-04T00:26:00Z"),
        (".env.1770193571", "2026-02-04T08:26:11Z"),
        (".env.1770193571000~", "2026-02-04T08:26:11Z"),
        (".env.12345678.20260204T082611", "2026-02-04T00:26:11Z"),
    ];
    for (name, time) in told {
        assert_eq!(time_in_name(name, &zone), Some(time.parse().unwrap()), "{name}");
    }
    for name in [".env.bak", ".env.20260204", ".env.20261340_082611", ".env.old2", "", ".env.99999999999999999999"] {
        assert_eq!(time_in_name(name, &zone), None, "{name}");
    }
}

proptest! {
    #[test]
    fn no_name_makes_it_panic(name in "\\PC{0,40}|[.env0-9TZ_:-]{0,40}") {
        let _ = time_in_name(&name, &TimeZone::UTC);
    }

    /// What the steps say, played from the start, is what every snapshot holds.
    #[test]
    fn the_steps_tell_every_snapshot(files in proptest::collection::vec(proptest::option::of("([A-B]=[ab]{0,1}\n){0,3}"), 1..8)) {
        let snapshots: Vec<Snapshot> =
            files.iter().zip(1..).map(|(text, at)| snapshot(at, text.as_deref())).collect();
        for life in blame(&snapshots) {
            for snapshot in snapshots.iter().filter(|snapshot| snapshot.keys.is_ok()) {
                let last = life.steps.iter().rfind(|step| step.by <= snapshot.at);
                let held = last.and_then(|step| step.held.as_ref());
                prop_assert_eq!(held, snapshot.keys.as_ref().unwrap().get(&life.key));
            }
        }
    }
}
