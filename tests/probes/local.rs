//! The kinds that look at this machine, run as the console runs them from a table of readback.toml.

use crate::support::probe;
use readback::evidence::{Unknown, Verdict};
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// For answers that come; only a hung machine waits it out.
const LONG: Duration = Duration::from_secs(30);
/// For answers that never come.
const SHORT: Duration = Duration::from_millis(700);

async fn look(kind: &str, table: &str, root: &Path) -> (Verdict, String) {
    let evidence = probe::look(kind, table, LONG, root).await;
    assert!(!serde_json::to_string(&evidence).unwrap().contains("not-a-secret"), "{evidence:?}");
    (evidence.verdict, evidence.summary)
}

#[tokio::test]
async fn a_check_of_the_stacks_own_is_run_in_its_folder() {
    let root = tempfile::tempdir().unwrap();
    let script = "echo \"CHECK OK - $(cat data) token=not-a-secret-at-all-1234 | size=3MB;9\"\necho not-a-secret >&2\n";
    fs::write(root.path().join("check"), script).unwrap();
    fs::write(root.path().join("data"), "fresh").unwrap();
    let evidence = probe::look("command", "argv = ['sh', './check']", LONG, root.path()).await;
    assert_eq!(evidence.verdict, Verdict::Pass, "{}", evidence.summary);
    assert!(evidence.summary.starts_with("CHECK OK - fresh ") && evidence.summary.contains("masked"));
    assert_eq!((probe::fact(&evidence, "size"), probe::fact(&evidence, "exit code")), ("3.0 MiB".into(), "0".into()));
    assert!(!serde_json::to_string(&evidence).unwrap().contains("not-a-secret"));
}

#[tokio::test]
async fn a_check_that_does_not_end_is_unknown_at_its_deadline() {
    let evidence = probe::look("command", "argv = ['sleep', '600']", SHORT, Path::new("/")).await;
    assert_eq!(evidence.verdict, Verdict::Unknown(Unknown::TimedOut));
    assert_eq!(evidence.summary, "sleep did not end in time, and was killed");
}

#[tokio::test]
async fn a_host_is_judged_by_the_limits_that_are_set() {
    let table = "disk_warn_percent = 0\ndisk_fail_percent = 0\nmemory_warn_percent = 0\nmemory_fail_percent = 0\n\
                 load_warn_percent = 100000\ndisks = ['.']";
    let root = tempfile::tempdir().unwrap();
    let (verdict, summary) = look("host", table, root.path()).await;
    assert_eq!(verdict, Verdict::Pass, "{summary}");
    let (verdict, summary) = look("host", "memory_fail_percent = 101", Path::new("/")).await;
    assert_eq!(verdict, Verdict::Fail, "{summary}");
}

#[tokio::test]
async fn a_file_system_out_of_reach_is_unknown() {
    let (verdict, summary) = look("host", "disks = ['/no/such/disk']", Path::new("/")).await;
    assert_eq!(verdict, Verdict::Unknown(Unknown::NotConfigured), "{summary}");
}

#[tokio::test]
async fn a_backup_passes_until_it_is_old_or_was_made_of_nothing() {
    let root = tempfile::tempdir().unwrap();
    let table = "folder = '.'\npattern = '*.gz'";
    assert_eq!(look("backup", table, root.path()).await.0, Verdict::Fail, "none");
    let dump = [&[0x1f, 0x8b][..], &[b'x'; 4096]].concat();
    fs::write(root.path().join("shop.gz"), dump).unwrap();
    assert_eq!(look("backup", table, root.path()).await.0, Verdict::Pass);
    let file = File::options().write(true).open(root.path().join("shop.gz")).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(27)).unwrap();
    assert_eq!(look("backup", table, root.path()).await.0, Verdict::Fail, "old");
    // What a dump that failed leaves behind gzip.
    let nothing = [&[0x1f, 0x8b, 8][..], &[0; 6], &[3, 3], &[0; 9]].concat();
    fs::write(root.path().join("new.gz"), nothing).unwrap();
    let (verdict, summary) = look("backup", table, root.path()).await;
    assert_eq!((verdict, summary.contains("new.gz")), (Verdict::Fail, true), "{summary}");
}

#[tokio::test]
async fn a_job_is_judged_by_the_status_that_it_left() {
    let root = tempfile::tempdir().unwrap();
    let table = "path = 'job.json'\nformat = 'json'\nmax_age_s = 3600\nname = 'nightly'";
    let now = jiff::Timestamp::now().as_second();
    for (status, verdict) in [
        (format!("{{\"job\":\"nightly\",\"started\":{},\"ended\":{},\"exit\":0}}", now - 20, now - 9), Verdict::Pass),
        (format!("{{\"job\":\"nightly\",\"started\":{},\"ended\":{},\"exit\":7}}", now - 20, now - 9), Verdict::Fail),
        (format!("{{\"job\":\"nightly\",\"started\":{}}}", now - 9000), Verdict::Fail),
        ("{\"job\":\"nightly\",\"started\":\"not-a-secret\"".to_owned(), Verdict::Unknown(Unknown::Garbled)),
        ("{\"job\":\"not-a-secret\",\"started\":1}".to_owned(), Verdict::Unknown(Unknown::NotConfigured)),
    ] {
        fs::write(root.path().join("job.json"), &status).unwrap();
        let (found, summary) = look("job", table, root.path()).await;
        assert_eq!(found, verdict, "{status}: {summary}");
    }
}

#[tokio::test]
async fn a_name_is_looked_up_and_its_key_is_what_is_shown() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(".env"), "NAME=localhost\n").unwrap();
    let table = "name = '$NAME'\nexpected = ['127.0.0.1', '::1']\nnegative_control = false";
    let evidence = probe::look("dns", table, LONG, root.path()).await;
    // A host without IPv6 lacks the one of them.
    assert!(matches!(evidence.verdict, Verdict::Pass | Verdict::Warn), "{}", evidence.summary);
    assert!(!serde_json::to_string(&evidence).unwrap().contains("localhost"));
    let (verdict, summary) = look("dns", "name = 'localhost'\nexpected = ['192.0.2.1']", root.path()).await;
    assert_eq!(verdict, Verdict::Fail, "{summary}");
}

#[test]
fn a_mistake_in_an_option_is_refused_without_repeating_it() {
    let head = "[stack]\nname = \"shop\"\n[[probe]]\nid = \"a\"\n";
    for mistake in [
        "kind = \"dns\"\nname = \"x\"\nexpected = [\"not-a-secret\"]",
        "kind = \"job\"\npath = \"x\"\nmax_age_s = 1\nformat = \"not-a-secret\"",
        "kind = \"job\"\npath = \"not-a-secret\"",
        "kind = \"command\"\nargv = \"not-a-secret\"",
        "kind = \"host\"\ndisk_warn_percent = -1",
    ] {
        let origin = readback::config::Origin::Stack("readback.toml".into());
        let said = readback::config::load(&[(origin, format!("{head}{mistake}\n"))]).unwrap_err().to_string();
        assert!(!said.contains("not-a-secret") && !said.contains('\n'), "{said}");
    }
}
