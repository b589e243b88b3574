//! What the judge makes of jobs that ran, failed, hang, never ran or come from the future, and real files.
#![allow(clippy::unwrap_used)]

use super::look::status;
use super::{Format, Job, Last, Seen, Status};
use crate::evidence::{Unknown, Verdict};
use crate::probes::{Judgement, Kind, Place, ProbeError};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

const GARBLED: Verdict = Verdict::Unknown(Unknown::Garbled);

fn options(format: Format) -> Job {
    Job {
        path: "run/nightly".into(),
        format,
        max_age_s: Some(86_400),
        schedule: None,
        grace_s: 1800,
        zone: crate::config::Zone::named("UTC").unwrap(),
        min_runtime_s: 0,
        success: None,
        failure: None,
        started: None,
        started_path: Some("run/nightly.start".into()),
        max_runtime_s: 600,
        name: Some("nightly".to_owned()),
    }
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000).unwrap() - SignedDuration::from_secs(seconds)
}

fn ran(started: i64, ended: i64, exit: i64) -> Last {
    Last::Status(Status { started: ago(started), ended: Some(ago(ended)), exit: Some(exit) })
}

fn runs(started: i64) -> Last {
    Last::Status(Status { started: ago(started), ended: None, exit: None })
}

fn judged(last: Last, started: Option<i64>) -> Judgement {
    let judgement = options(Format::Json).judge(&Seen { last, started: started.map(ago) }, ago(0));
    assert_eq!(judgement.hint.is_none(), judgement.verdict == Verdict::Pass);
    judgement
}

#[test]
fn each_state_of_a_job_has_its_verdict() {
    for (last, started, verdict, words) in [
        (ran(700, 600, 0), None, Verdict::Pass, "succeeded 10 min ago"),
        (ran(86_500, 86_400, 0), Some(86_500), Verdict::Pass, "succeeded 24 h ago"),
        (ran(86_500, 86_401, 0), None, Verdict::Fail, "no run since 2026-02-01T02:39:59Z, 24 h ago"),
        (ran(700, 600, 7), None, Verdict::Fail, "ended with 7, 10 min ago"),
        (ran(700, 600, -1), None, Verdict::Fail, "ended with -1"),
        (ran(86_500, 700, 0), Some(600), Verdict::Pass, "succeeded"),
        (ran(86_500, 700, 0), Some(601), Verdict::Fail, "running for 10 min, 10 min at most"),
        (ran(86_500, 700, 7), Some(500), Verdict::Fail, "ended with 7"),
        (runs(60), None, Verdict::Warn, "it runs, for 60 s"),
        (runs(601), None, Verdict::Fail, "running for 10 min"),
        (Last::Beat(ago(86_400)), None, Verdict::Pass, "succeeded 24 h ago"),
        (Last::Beat(ago(86_401)), None, Verdict::Fail, "no run since"),
        (Last::Beat(ago(7200)), Some(7000), Verdict::Fail, "running for"),
        (Last::None, None, Verdict::Fail, "no run since it was set up"),
        (Last::None, Some(60), Verdict::Fail, "no run since it was set up"),
        (Last::None, Some(4000), Verdict::Fail, "running for 66 min"),
        (Last::Beat(ago(-6)), None, GARBLED, "future"),
        (ran(60, -6, 0), None, GARBLED, "future"),
        (runs(-60), None, GARBLED, "future"),
        (ran(700, 600, 0), Some(-60), GARBLED, "future"),
        (Last::Beat(ago(-5)), None, Verdict::Pass, "succeeded 0 s ago"),
        (Last::Garbled("it is no JSON".to_owned()), Some(60), GARBLED, "it is no JSON"),
        (Last::Another, None, Verdict::Unknown(Unknown::NotConfigured), "not of the job nightly"),
    ] {
        let judgement = judged(last, started);
        assert_eq!(judgement.verdict, verdict, "{}", judgement.summary);
        assert!(judgement.summary.contains(words), "{}", judgement.summary);
    }
}

#[test]
fn a_status_is_read_in_every_way_that_wrappers_write_it() {
    let expected = Last::Status(Status { started: ago(60), ended: Some(ago(0)), exit: Some(0) });
    let rfc = br#"{"job":"nightly","started":"2026-02-02T02:39:00Z","ended":"2026-02-02T10:40:00+08:00","exit":0,"boot":"x"}"#;
    let seconds = br#"{"job":"nightly","started":1769999940,"ended":1770000000,"exit":0}"#;
    assert_eq!(status(rfc, Some("nightly")), expected);
    assert_eq!(status(seconds, None), expected);
    assert_eq!(status(br#"{"started":1769999940,"ended":null,"exit":null}"#, None), runs(60));
    assert_eq!(status(seconds, Some("weekly")), Last::Another);
    assert_eq!(status(br#"{"started":1769999940}"#, Some("nightly")), Last::Another);
}

#[test]
fn a_status_that_makes_no_sense_says_why_and_repeats_nothing() {
    for text in [
        "",
        "{\"started\":17",
        "canary",
        "[]",
        "{}",
        "{\"started\":\"canary\"}",
        "{\"started\":1,\"ended\":2}",
        "{\"started\":1,\"exit\":0}",
        "{\"started\":2,\"ended\":1,\"exit\":0}",
        "{\"started\":1,\"ended\":2,\"exit\":\"canary\"}",
        "{\"started\":99999999999999999}",
    ] {
        let last = status(text.as_bytes(), None);
        assert!(matches!(&last, Last::Garbled(why) if !why.contains("canary")), "{text}: {last:?}");
    }
}

async fn look(options: &Job, root: &Path) -> Result<Seen, ProbeError> {
    let place = Place { root: root.to_owned(), docker_host: None };
    options.observe(&place, Instant::now() + Duration::from_secs(30)).await
}

#[tokio::test]
async fn a_heartbeat_is_the_time_of_its_file() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("run")).unwrap();
    let heartbeat = options(Format::Heartbeat);
    let judged = async || heartbeat.judge(&look(&heartbeat, root.path()).await.unwrap(), Timestamp::now());
    assert_eq!(judged().await.verdict, Verdict::Fail, "it never ran");
    let file = File::create(root.path().join("run/nightly")).unwrap();
    assert_eq!(judged().await.verdict, Verdict::Pass);
    file.set_modified(SystemTime::now() - Duration::from_hours(25)).unwrap();
    assert_eq!(judged().await.verdict, Verdict::Fail);
    file.set_modified(SystemTime::now() + Duration::from_hours(25)).unwrap();
    assert_eq!(judged().await.verdict, GARBLED);
    file.set_modified(SystemTime::now() - Duration::from_mins(150)).unwrap();
    let start = File::create(root.path().join("run/nightly.start")).unwrap();
    assert_eq!(judged().await.verdict, Verdict::Pass, "it runs again");
    start.set_modified(SystemTime::now() - Duration::from_mins(140)).unwrap();
    assert_eq!(judged().await.verdict, Verdict::Fail, "it hangs");
}

#[tokio::test]
async fn a_status_file_is_read_and_what_can_not_be_read_is_unknown() {
    let root = tempfile::tempdir().unwrap();
    let json = options(Format::Json);
    assert_eq!(look(&json, root.path()).await.unwrap_err().reason, Unknown::NotConfigured, "no folder");
    fs::create_dir(root.path().join("run")).unwrap();
    assert_eq!(look(&json, root.path()).await.unwrap().last, Last::None);
    let file = root.path().join("run/nightly");
    fs::write(&file, r#"{"job":"nightly","started":1770000000,"ended":1770000009,"exit":3}"#).unwrap();
    assert!(matches!(look(&json, root.path()).await.unwrap().last, Last::Status(Status { exit: Some(3), .. })));
    fs::write(&file, vec![b' '; 70_000]).unwrap();
    assert_eq!(look(&json, root.path()).await.unwrap_err().reason, Unknown::Garbled);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    for format in [Format::Json, Format::Heartbeat] {
        assert_eq!(look(&options(format), root.path()).await.unwrap_err().reason, Unknown::NotConfigured);
    }
}

proptest! {
    #[test]
    fn a_pass_was_a_success_inside_the_window(started in -9i64..99_999, took in 0i64..999, exit in -1i64..3) {
        let ended = started - took;
        if judged(ran(started, ended, exit), None).verdict == Verdict::Pass {
            prop_assert!(exit == 0 && (-5..=86_400).contains(&ended));
        }
    }

    #[test]
    fn any_bytes_are_a_status_or_garbled(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = status(&bytes, None);
    }
}
