//! What the judge makes of a host's shortages, how /proc is read, and this very host.
#![allow(clippy::unwrap_used)]

use super::proc::{booted_at, load, memory};
use super::{Clock, Disk, Host, Load, Memory, Seen};
use crate::evidence::{STARTED_AT, Unknown, Verdict};
use crate::probes::{Judgement, Kind, Place};
use jiff::Timestamp;
use proptest::prelude::*;
use std::time::Duration;
use tokio::time::Instant;

const GIB: u64 = 1024 * 1024 * 1024;
const MEMINFO: &str =
    "MemTotal:        8000000 kB\nMemFree:          120000 kB\nMemAvailable:    2000000 kB\nSwapTotal: 0 kB\n";
const STAT: &str = "cpu  10 0 10 99 0 0 0 0 0 0\ncpu0 5 0 5 50 0 0 0 0 0 0\ncpu1 5 0 5 49 0 0 0 0 0 0\nintr 1 2\nbtime 1770000000\nprocesses 9\n";

fn options(disks: &[&str]) -> Host {
    Host {
        disks: disks.iter().map(Into::into).collect(),
        disk_warn_percent: 10,
        disk_fail_percent: 5,
        memory_warn_percent: 10,
        memory_fail_percent: 3,
        load_warn_percent: 200,
        mounts: Vec::new(),
        min_uptime_s: 0,
        ntp_server: None,
        skew_warn_ms: 500,
        skew_fail_ms: 30_000,
        timedatectl: None,
        proc: "/proc".into(),
    }
}

fn disk(path: &str) -> Disk {
    let path = path.to_owned();
    Disk { path, total: 100 * GIB, available: 50 * GIB, inodes: 1000, inodes_available: 500, read_only: false }
}

fn at() -> Timestamp {
    Timestamp::from_second(1_770_100_000).unwrap()
}

fn good() -> Seen {
    Seen {
        disks: vec![disk("/"), disk("/var")],
        memory: Memory { total: 8 * GIB, available: 4 * GIB },
        load: Load { five_minutes: 150, cores: 2 },
        booted_at: booted_at(STAT).unwrap(),
        not_mounted: Vec::new(),
        clock: Clock::default(),
    }
}

fn judge(change: impl FnOnce(&mut Seen)) -> Judgement {
    let mut seen = good();
    change(&mut seen);
    options(&["/", "/var"]).judge(&seen, at())
}

#[test]
fn a_host_with_room_passes_and_its_boot_is_not_the_start_of_the_stack() {
    let judgement = judge(|_| ());
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert_eq!(judgement.summary, "/ 50.00 % free, memory 50.00 % available, up 27 h");
    assert!(judgement.facts.iter().any(|fact| fact.name == "booted at"));
    assert!(judgement.facts.iter().all(|fact| fact.name != STARTED_AT));
}

#[test]
fn each_shortage_has_its_verdict_and_its_words() {
    type Change = fn(&mut Seen);
    let cases: [(Change, Verdict, &str); 12] = [
        (|seen| seen.disks[1].available = 9 * GIB, Verdict::Warn, "/var has 9.00 % free"),
        (|seen| seen.disks[1].available = 4 * GIB, Verdict::Fail, "/var has 4.00 % free (4.0 GiB)"),
        (|seen| seen.disks[0].available = 0, Verdict::Fail, "/ has 0.00 % free"),
        (|seen| seen.disks[0].inodes_available = 99, Verdict::Warn, "inodes"),
        (|seen| seen.disks[0].inodes_available = 0, Verdict::Fail, "/ has 0.00 % of its inodes free"),
        (|seen| seen.disks[1].read_only = true, Verdict::Fail, "/var is read-only"),
        (|seen| seen.memory.available = GIB / 2, Verdict::Warn, "6.25 % of memory available"),
        (|seen| seen.memory.available = GIB / 8, Verdict::Fail, "memory"),
        (|seen| seen.load.five_minutes = 402, Verdict::Warn, "load 4.02 on 2 cores"),
        (|seen| seen.booted_at = at() + Duration::from_mins(1), Verdict::Warn, "booted in the future"),
        (|seen| (seen.disks[0].available, seen.disks[0].total) = (0, 0), Verdict::Fail, "/ has 0.00 % free"),
        (
            |seen| (seen.load.five_minutes, seen.disks[1].inodes_available) = (900, 1),
            Verdict::Fail,
            "/var has 0.10 % of its inodes",
        ),
    ];
    for (change, verdict, words) in cases {
        let judgement = judge(change);
        assert_eq!(judgement.verdict, verdict, "{}", judgement.summary);
        assert!(judgement.summary.contains(words) && judgement.hint.is_some(), "{}", judgement.summary);
    }
}

#[test]
fn what_is_on_the_line_still_passes_and_uncounted_inodes_are_not_short() {
    assert_eq!(judge(|seen| seen.disks[0].available = 10 * GIB).verdict, Verdict::Pass);
    assert_eq!(judge(|seen| seen.load.five_minutes = 400).verdict, Verdict::Pass);
    let uncounted = judge(|seen| (seen.disks[0].inodes, seen.disks[0].inodes_available) = (0, 0));
    assert_eq!(uncounted.verdict, Verdict::Pass);
}

#[test]
fn the_texts_of_proc_are_read() {
    assert_eq!(memory(MEMINFO), Some(Memory { total: 8_192_000_000, available: 2_048_000_000 }));
    assert_eq!(load("0.52 12.58 0.59 1/467 12345\n", STAT), Some(Load { five_minutes: 1258, cores: 2 }));
    assert_eq!(booted_at(STAT).unwrap().as_second(), 1_770_000_000);
}

#[test]
fn texts_that_are_not_of_proc_say_nothing() {
    for text in ["", "MemTotal: 1 kB", "MemTotal: 0 kB\nMemAvailable: 0 kB", "MemTotal: x kB\nMemAvailable: 1 kB"] {
        assert_eq!(memory(text), None, "{text}");
    }
    for text in ["", "0.1", "a b c", "0.52 0.5 0.1", "0.52 5 0.1"] {
        assert_eq!(load(text, STAT), None, "{text}");
    }
    assert_eq!(load("0.52 0.58 0.59", "cpu  1 2 3\n"), None, "no core");
    for text in ["", "btime x", "btime 0", "btime 99999999999999999"] {
        assert_eq!(booted_at(text), None, "{text}");
    }
}

#[tokio::test]
async fn this_host_can_be_looked_at() {
    let place = Place { root: "/".into(), docker_host: None };
    let deadline = Instant::now() + Duration::from_secs(30);
    let seen = options(&["/", "tmp"]).observe(&place, deadline).await.unwrap();
    assert!(seen.disks.iter().all(|disk| disk.total >= disk.available && disk.total > 0), "{seen:?}");
    assert_eq!(seen.disks[1].path, "/tmp");
    assert!(seen.memory.total >= seen.memory.available && seen.load.cores > 0);
    assert!(seen.booted_at < Timestamp::now());
    let error = options(&["/no/such/path"]).observe(&place, deadline).await.unwrap_err();
    assert_eq!(error.reason, Unknown::NotConfigured);
    assert_eq!(options(&[]).observe(&place, deadline).await.unwrap_err().reason, Unknown::NotConfigured);
}

proptest! {
    #[test]
    fn less_room_is_never_judged_better(a in 0u64..200, b in 0u64..200, inodes: bool) {
        let rank = |left: u64| {
            judge(|seen| if inodes { seen.disks[0].inodes_available = left * 5 } else { seen.disks[0].available = left * GIB })
                .verdict
                .rank()
        };
        prop_assert!(rank(a.min(b)) <= rank(a.max(b)));
    }

    #[test]
    fn any_text_of_proc_is_read_or_refused(text in "\\PC{0,80}|(MemTotal|MemAvailable|btime|cpu[0-9]|[:0-9. \n]|kB){0,40}") {
        let _ = (memory(&text), load(&text, &text), booted_at(&text));
    }
}
