//! The probe on files of its own, whole, broken and absent.
#![allow(clippy::unwrap_used)]

use super::{EnvFile, Seen};
use crate::env::format::FileFormat;
use crate::evidence::{Unknown, Verdict};
use crate::probes::{Judgement, Kind, Place, ProbeError};
use jiff::Timestamp;
use std::fs;
use tempfile::TempDir;
use tokio::time::Instant;

fn options() -> EnvFile {
    EnvFile {
        path: ".env".into(),
        format: None,
        template: Some(".env.template".into()),
        keys: vec!["EXTRA".to_owned()],
    }
}

fn stack(env: Option<&[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env.template"), "# database (REQUIRED)\nDB_HOST=\nDB_PASSWORD=\n# OPTIONAL\nOCR=\n")
        .unwrap();
    if let Some(env) = env {
        fs::write(folder.path().join(".env"), env).unwrap();
    }
    folder
}

async fn look(options: &EnvFile, folder: &TempDir) -> Result<Seen, ProbeError> {
    let place = Place { root: folder.path().to_owned(), docker_host: None };
    options.observe(&place, Instant::now()).await
}

async fn judged(env: Option<&[u8]>) -> Judgement {
    let seen = look(&options(), &stack(env)).await.unwrap();
    options().judge(&seen, Timestamp::UNIX_EPOCH)
}

const GOOD: &[u8] = b"DB_HOST=db.example\nDB_PASSWORD=not-a-secret-value\nEXTRA=1\n";

#[tokio::test]
async fn a_file_with_every_required_key_passes_and_no_value_is_kept() {
    let judgement = judged(Some(GOOD)).await;
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Pass, "all 3 required keys have a value"));
    let seen = look(&options(), &stack(Some(GOOD))).await.unwrap();
    let kept = format!("{seen:?} {judgement:?} {}", serde_json::to_string(&seen).unwrap());
    assert!(!kept.contains("not-a-secret-value") && !kept.contains("db.example"));
}

#[tokio::test]
async fn a_missing_or_empty_required_key_fails_by_name() {
    let judgement = judged(Some(b"DB_HOST=x\nEXTRA=1\n")).await;
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Fail, "missing: DB_PASSWORD"));
    let judgement = judged(Some(b"DB_HOST=x\nEXTRA=1\nDB_PASSWORD=\"\"\n")).await;
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Fail, "without a value: DB_PASSWORD"));
    assert_eq!(judged(None).await.verdict, Verdict::Fail);
}

#[tokio::test]
async fn lines_that_make_no_sense_and_keys_set_twice_warn() {
    let mut env = GOOD.to_vec();
    env.extend(b"LONELY\nX=1\n");
    let judgement = judged(Some(&env)).await;
    assert_eq!(
        (judgement.verdict, judgement.summary.as_str()),
        (Verdict::Warn, "line 4 sets nothing: a key without =")
    );
    let mut env = GOOD.to_vec();
    env.extend(b"EXTRA=2\n");
    assert_eq!(judged(Some(&env)).await.verdict, Verdict::Warn);
}

#[tokio::test]
async fn a_file_that_compose_refuses_fails_with_the_place_and_no_word_of_it() {
    let mut env = GOOD.to_vec();
    env.extend(b"not-a-secret-value without a key\n");
    let judgement = judged(Some(&env)).await;
    assert_eq!(judgement.verdict, Verdict::Fail);
    assert!(judgement.summary.starts_with("Compose refuses .env: line 4, column "), "{}", judgement.summary);
    assert!(!format!("{judgement:?}").contains("not-a-secret"));
}

#[tokio::test]
async fn what_can_not_be_read_as_text_is_unknown() {
    let garbled = Verdict::Unknown(Unknown::Garbled);
    let judgement = judged(Some(b"DB_HOST=\xff\xfe\n")).await;
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (garbled, ".env is not UTF-8, from byte 8 on"));
    let folder = stack(None);
    fs::File::create(folder.path().join(".env")).unwrap().set_len(50 * 1024 * 1024).unwrap();
    let seen = look(&options(), &folder).await.unwrap();
    let judgement = options().judge(&seen, Timestamp::UNIX_EPOCH);
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (garbled, ".env was not read: 50.0 MiB is no .env"));
}

#[tokio::test]
async fn a_pipe_is_not_waited_for_and_a_folder_is_no_file() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let folder = stack(None);
    mknodat(CWD, folder.path().join(".env"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert_eq!(look(&options(), &folder).await.unwrap(), Seen::NotAFile);
    let folder = stack(None);
    fs::create_dir(folder.path().join(".env")).unwrap();
    assert_eq!(look(&options(), &folder).await.unwrap(), Seen::NotAFile);
}

#[tokio::test]
async fn a_template_that_is_missing_or_marks_nothing_is_not_configured() {
    for template in ["absent", ".env"] {
        let options = EnvFile { template: Some(template.into()), ..options() };
        let error = look(&options, &stack(Some(GOOD))).await.unwrap_err();
        assert_eq!(error.reason, Unknown::NotConfigured, "{error}");
    }
}

#[tokio::test]
async fn a_file_that_may_not_be_read_is_denied() {
    use std::os::unix::fs::PermissionsExt;
    let folder = stack(Some(GOOD));
    let path = folder.path().join(".env");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads everything, so there is nothing to see.
    if fs::read(&path).is_err() {
        assert_eq!(look(&options(), &folder).await.unwrap_err().reason, Unknown::Denied);
    }
}

#[tokio::test]
async fn a_file_of_systemd_is_read_as_systemd_reads_it() {
    let env: &[u8] = b"; DB_HOST=x\nDB_HOST='a'b\nDB_PASSWORD=p$x\nEXTRA=1\n";
    assert_eq!(judged(Some(env)).await.reason, Some("refused"), "Compose knows no `;`");
    let systemd = EnvFile { format: Some(FileFormat::Systemd), ..options() };
    let judged =
        async |env: &[u8]| systemd.judge(&look(&systemd, &stack(Some(env))).await.unwrap(), Timestamp::UNIX_EPOCH);
    let judgement = judged(env).await;
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Pass, "all 3 required keys have a value"));
    let judgement = judged(b"DB_HOST=x\nDB_PASSWORD=p\nexport EXTRA=1\n").await;
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Fail, "missing: EXTRA"));
    let judgement = judged(b"DB_HOST=x\nDB_PASSWORD=p\nEXTRA=1\nexport MORE=1\n").await;
    assert_eq!((judgement.verdict, judgement.reason), (Verdict::Warn, Some("bad_line")));
}
