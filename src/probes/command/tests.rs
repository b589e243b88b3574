//! What the judge makes of each way a check can end, how its line is read, and real programs.
#![allow(clippy::unwrap_used)]

use super::plugin::{contradiction, first_line};
use super::{Command, Seen};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::probes::{Kind, Place, ProbeError};
use jiff::Timestamp;
use proptest::prelude::*;
use std::time::Duration;
use tokio::time::Instant;

fn command(argv: &[&str]) -> Command {
    Command { argv: argv.iter().map(|&part| part.to_owned()).collect() }
}

fn seen(exit: Option<i32>, says: &str) -> Seen {
    Seen { exit, says: says.to_owned(), is_masked: false, is_cut: false, is_garbled: false, measured: Vec::new() }
}

fn judged(exit: Option<i32>, says: &str) -> Verdict {
    let judgement = command(&["check_x", "--argument"]).judge(&seen(exit, says), Timestamp::UNIX_EPOCH);
    assert!(!judgement.summary.is_empty() && !format!("{judgement:?}").contains("--argument"));
    assert_eq!(judgement.hint.is_none(), judgement.verdict == Verdict::Pass);
    judgement.verdict
}

#[test]
fn each_exit_code_has_its_verdict() {
    assert_eq!(judged(Some(0), "DISK OK - free space"), Verdict::Pass);
    assert_eq!(judged(Some(1), "DISK WARNING"), Verdict::Warn);
    assert_eq!(judged(Some(2), "DISK CRITICAL"), Verdict::Fail);
    assert_eq!(judged(Some(3), "no such option"), Verdict::Unknown(Unknown::Unreachable));
    assert_eq!(judged(Some(127), ""), Verdict::Unknown(Unknown::NotConfigured));
    for exit in [Some(4), Some(-1), Some(255), None] {
        assert_eq!(judged(exit, "OK"), Verdict::Unknown(Unknown::Garbled));
    }
    for exit in [Some(1), Some(2), Some(3)] {
        assert_ne!(judged(exit, ""), Verdict::Pass);
    }
}

#[test]
fn an_ok_that_says_nothing_or_the_contrary_is_no_pass() {
    assert_eq!(judged(Some(0), ""), Verdict::Warn);
    for says in ["CRITICAL: 3 of 4", "DISK CRITICAL - 1%", "HTTP WARNING", "UNKNOWN - no route"] {
        assert_eq!(judged(Some(0), says), Verdict::Warn, "{says}");
        assert!(contradiction(says).is_some());
    }
    assert_eq!(judged(Some(0), "OK - 0 of the last 9 runs were CRITICAL"), Verdict::Pass);
}

#[test]
fn performance_data_becomes_facts_with_units() {
    let first = first_line(
        b"PING OK - rta 0.5 ms|rta=0.500ms;100;500;0 pl=12.5%;20;60 'in ''use'''=3MB;; n=4c t=1.25s load=0.71;1 x=9\nmore|y=1",
    );
    assert_eq!(first.says, "PING OK - rta 0.5 ms");
    let found: Vec<String> = first.measured.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect();
    assert_eq!(found, ["rta: 0 ms", "pl: 12.50 %", "in 'use': 3.0 MiB", "n: 4", "t: 1250 ms", "load: 0.71"]);
}

#[test]
fn performance_data_that_makes_no_sense_is_left_out() {
    for data in ["OK|", "OK|x", "OK|=", "OK|'a=1", "OK|a=U;1", "OK|a=1.2.3", "OK|a=words", "OK|a=1verylong"] {
        assert!(first_line(data.as_bytes()).measured.is_empty(), "{data}");
    }
    assert_eq!(first_line(b"OK|a=-4").measured, [Fact::text("a", "-4")]);
    assert_eq!(first_line(b"OK|a=7").measured, [Fact::new("a", Quantity::Count(7))]);
}

#[test]
fn a_line_is_made_safe_masked_and_cut_in_this_order() {
    assert_eq!(first_line(b"a\x1b[2Jb\r\nsecond").says, "a\u{241b}[2Jb");
    assert_eq!(first_line(&[b'x'; 500]).says.chars().count(), 200);
    let long = format!("{} password=invented-not-a-secret-value", "x ".repeat(90));
    for text in [long.as_str(), "OK|password=invented-not-a-secret-value"] {
        let first = first_line(text.as_bytes());
        assert!(first.is_masked && !format!("{first:?}").contains("invented"), "{first:?}");
    }
}

async fn look(script: &str, within: Duration) -> Result<Seen, ProbeError> {
    let place = Place { root: std::env::temp_dir(), docker_host: None };
    command(&["/bin/sh", "-c", script]).observe(&place, Instant::now() + within).await
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_program_is_run_without_a_shell_and_its_error_output_is_dropped() {
    let found = look("echo 'X CRITICAL - down | a=1'; echo not-a-secret >&2; exit 2", LONG).await.unwrap();
    assert_eq!((found.exit, found.says.as_str(), found.measured.len()), (Some(2), "X CRITICAL - down", 1));
    assert!(!format!("{found:?}").contains("not-a-secret"));
    assert_eq!(look("kill -9 $$", LONG).await.unwrap().exit, None);
    let place = Place { root: std::env::temp_dir(), docker_host: None };
    let found = command(&["echo", "$HOME; exit 2"]).observe(&place, Instant::now() + LONG).await.unwrap();
    assert_eq!((found.exit, found.says.as_str()), (Some(0), "$HOME; exit 2"));
}

#[tokio::test]
async fn a_program_that_prints_without_measure_is_read_up_to_the_limit() {
    let found = look("head -c 3000000 /dev/zero | tr '\\0' x", LONG).await.unwrap();
    assert!(found.is_cut && found.exit == Some(0) && found.says.chars().count() == 200);
    assert!(!look("head -c 65536 /dev/zero | tr '\\0' x", LONG).await.unwrap().is_cut);
}

#[tokio::test]
async fn at_the_deadline_the_whole_group_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // The grandchild holds the pipe's writing end, so the end of the pipe is the grandchild's end.
    let open = tokio::task::spawn_blocking({
        let pipe = pipe.clone();
        move || std::io::read_to_string(std::fs::File::open(pipe).unwrap()).unwrap()
    });
    let script = format!("(echo up; exec sleep 600) >{} & wait", pipe.display());
    let error = look(&script, Duration::from_millis(700)).await.unwrap_err();
    assert_eq!(error.reason, Unknown::TimedOut);
    let said = tokio::time::timeout(LONG, open).await.unwrap().unwrap();
    assert_eq!(said, "up\n");
}

#[tokio::test]
async fn a_program_that_can_not_be_run_says_why() {
    let place = Place { root: std::env::temp_dir(), docker_host: None };
    let reason = async |argv: &[&str]| command(argv).observe(&place, Instant::now() + LONG).await.unwrap_err().reason;
    assert_eq!(reason(&["no-such-check-anywhere"]).await, Unknown::NotConfigured);
    let file = tempfile::NamedTempFile::new().unwrap();
    assert_eq!(reason(&[file.path().to_str().unwrap()]).await, Unknown::Denied);
    assert_eq!(reason(&[]).await, Unknown::NotConfigured);
}

proptest! {
    #[test]
    fn only_exit_code_zero_can_pass(exit in any::<Option<i32>>(), says in ".{0,40}") {
        let verdict = judged(exit, &says);
        prop_assert!(verdict != Verdict::Pass || exit == Some(0));
    }

    #[test]
    fn any_output_is_read_in_bounds(output in proptest::collection::vec(any::<u8>(), 0..600)) {
        let first = first_line(&output);
        prop_assert!(first.says.chars().count() <= 200 && first.measured.len() <= 6);
        prop_assert!(!first.says.chars().any(char::is_control));
    }
}
