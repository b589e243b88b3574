//! `readback plan`: which readbacks the host-service changes of a repository owe, as the JSON of the contract. It reads
//! one file and writes one file; whatever is wrong with the first, the second stays as it was.

use super::console::runtime;
use super::context::StartError;
use super::files::read_limited;
use super::{PlanArgs, say};
use crate::guard::line;
use crate::review::{Contract, Snapshot, plan, success_line};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Unit};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write, stdout};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Where the change evidence usually is, relative to the root.
const SOURCE: &str = "docs/security/host-service-change-evidence-acceptance.snapshot.json";
/// Where the plan usually goes, relative to the root.
const OUTPUT: &str = "docs/security/host-service-post-incident-readback-plan.snapshot.json";
/// What the contract wants where the commit is not known.
pub(in crate::cli) const NO_COMMIT: &str = "unknown";
/// How long git may take to name a commit.
const WITHIN: Duration = Duration::from_secs(5);

/// Writes the plan, and says so in the contract's words.
pub(super) fn run(options: &PlanArgs) -> Result<u8, StartError> {
    let contract = Contract::builtin();
    let source = options.source.clone().unwrap_or_else(|| options.root.join(SOURCE));
    let bytes = read_limited(&source).map_err(StartError::Other)?;
    let snapshot = Snapshot::parse(&bytes, &contract.plan.candidate_prefix)
        .map_err(|error| StartError::Other(format!("{}: {error}", shown(&source))))?;
    let generated_at = options.generated_at.clone().unwrap_or_else(|| in_the_contracts_zone(Timestamp::now()));
    let commit = runtime()?.block_on(commit(&options.root)).unwrap_or_else(|| NO_COMMIT.to_owned());
    let output = options.output.clone().unwrap_or_else(|| options.root.join(OUTPUT));
    write_whole(&output, plan(&contract, &snapshot, &generated_at, &commit).as_bytes())?;
    say(&mut stdout(), &success_line(&contract, &snapshot));
    Ok(0)
}

/// To the second, in +08:00, as the contract has it.
pub(in crate::cli) fn in_the_contracts_zone(now: Timestamp) -> String {
    let now = now.round(Unit::Second).unwrap_or(now);
    now.to_zoned(TimeZone::fixed(Offset::constant(8))).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The short name of the commit that the root stands at; `None` where there is none, or no git.
pub(in crate::cli) async fn commit(root: &Path) -> Option<String> {
    let asked = tokio::process::Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(WITHIN, asked).await.ok()?.ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

/// Writes a file beside its place and moves it there: who reads it sees the old one or the new one, whole.
pub(in crate::cli) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StartError> {
    let unfinished = unfinished(path);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(&unfinished)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&unfinished, path))
        .and_then(|()| folder_of(path).and_then(|folder| File::open(folder)?.sync_all()));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&unfinished);
        let why = match error.kind() {
            ErrorKind::NotFound => "its folder is not there; make it, or name another --output".to_owned(),
            kind => kind.to_string(),
        };
        StartError::Other(format!("{} can't be written: {why}", shown(path)))
    })
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".new.{}", std::process::id()));
    path.with_file_name(name)
}

fn folder_of(path: &Path) -> std::io::Result<PathBuf> {
    let folder = path.parent().ok_or(ErrorKind::NotFound)?;
    Ok(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
}

fn shown(path: &Path) -> String {
    line(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_to_the_second_in_the_zone_of_the_contract() {
        let at = Timestamp::from_second(1_770_177_600).unwrap_or_default();
        assert_eq!(in_the_contracts_zone(at), "2026-02-04T12:00:00+08:00");
    }
}
