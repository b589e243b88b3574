//! `readback env sync` with the real program on real files: what it keeps, what it refuses, and what a kill at any
//! moment leaves behind.

#[cfg(feature = "aws")]
use crate::support::aws;
#[cfg(feature = "aws")]
use crate::support::service;
use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

// Invented, and shaped like nothing that is issued anywhere.
const OLD: &str =
    "# Database\nDB_HOST=db.example\nDB_PASSWORD='old-invented-word' # rotated by hand\n\n# Last\nMODE=prod\n";
const NEW: &str = "# Database\nDB_HOST=db.example\nDB_PASSWORD='new-invented-word' # rotated by hand\nS3_KEY=key-invented\n\n# Last\nMODE=prod\n";
const TEMPLATE: &str = "# Database (REQUIRED)\nDB_HOST=\nDB_PASSWORD=\nS3_KEY=\nMODE=\n";
const CONFIG: &str = r#"[stack]
name = "shop"
[display]
timezone = "+08:00"
[env]
template = ".env.template"
[[secret]]
id = "shop/db"
source = "file"
path = "secret.json"
keys = { password = "DB_PASSWORD", key = "S3_KEY" }
"#;

struct Stack {
    folder: TempDir,
}

impl Stack {
    fn new() -> Self {
        let stack = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(stack.root()).unwrap();
        stack.write("readback.toml", CONFIG);
        stack.write(".env", OLD);
        stack.write(".env.template", TEMPLATE);
        stack.write("secret.json", r#"{"password":"new-invented-word","key":"key-invented"}"#);
        stack
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("stack")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.root().join(name), text).unwrap();
    }

    fn env(&self) -> String {
        std::fs::read_to_string(self.root().join(".env")).unwrap()
    }

    fn command(&self, more: &[&str]) -> Command {
        // Always the debug program: a release build has no faults in it.
        let mut command = Command::new(env!("CARGO_BIN_EXE_readback"));
        command.arg("--stack").arg(self.root()).args(["env", "sync"]).args(more);
        command.env_clear().env("HOME", self.folder.path()).env("USER", "tester");
        command.env("XDG_STATE_HOME", self.folder.path().join("state")).stdin(Stdio::null());
        command
    }

    fn sync(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }

    fn apply(&self) -> Output {
        self.sync(&["--apply", "--stack-name", "shop", "--why", "a test"])
    }

    /// Starts a sync that stops for good at a place, and waits until it is there.
    fn halted_at(&self, place: &str) -> Child {
        let mut command = self.command(&["--apply", "--stack-name", "shop"]);
        let mut child =
            command.env("READBACK_FAULT", place).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == format!("halted at {place}")), "it never came to {place}");
        child
    }

    fn backups(&self) -> Vec<PathBuf> {
        let is_backup = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(".env.backup") && !name.ends_with(".why")
        };
        let mut found: Vec<PathBuf> =
            std::fs::read_dir(self.root()).unwrap().map(|entry| entry.unwrap().path()).filter(is_backup).collect();
        found.sort();
        found
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn a_plan_writes_nothing_and_shows_no_value() {
    let stack = Stack::new();
    for format in ["human", "json"] {
        let planned = stack.sync(&["--format", format]);
        assert_eq!(planned.status.code(), Some(1), "{}", text(&planned.stderr));
        let said = text(&planned.stdout) + &text(&planned.stderr);
        assert!(said.contains("DB_PASSWORD") && said.contains("S3_KEY") && !said.contains("invented"), "{said}");
    }
    assert_eq!(stack.env(), OLD);
    assert_eq!(stack.backups().len(), 0);
}

#[test]
fn a_sync_changes_the_values_alone_and_keeps_the_old_file_with_who_and_why() {
    let stack = Stack::new();
    std::fs::set_permissions(stack.root().join(".env"), Permissions::from_mode(0o640)).unwrap();
    let done = stack.apply();
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert_eq!(stack.env(), NEW);
    assert_eq!(std::fs::metadata(stack.root().join(".env")).unwrap().mode() & 0o777, 0o640);
    let backups = stack.backups();
    assert_eq!(std::fs::read_to_string(&backups[0]).unwrap(), OLD);
    assert_eq!(std::fs::metadata(&backups[0]).unwrap().mode() & 0o777, 0o600, "a backup is its owner's alone");
    let why = std::fs::read_to_string(format!("{}.why", backups[0].display())).unwrap();
    assert!(why.contains("a test") && why.contains("tester") && !why.contains("invented"), "{why}");
    // A second one has nothing to do, and makes no backup.
    let again = stack.apply();
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert_eq!(stack.backups().len(), 1);
}

#[test]
fn the_change_stands_in_the_store_without_a_value() {
    let stack = Stack::new();
    assert_eq!(stack.apply().status.code(), Some(0));
    let mut found = false;
    let mut folders = vec![stack.folder.path().join("state")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = text(&std::fs::read(&path).unwrap());
            assert!(!bytes.contains("-invented"), "{}", path.display());
            found |= bytes.contains("synced from the secrets: DB_PASSWORD, S3_KEY");
        }
    }
    assert!(found);
}

#[test]
fn killed_at_any_step_it_leaves_the_old_file_or_the_new_one_and_the_next_one_ends_it() {
    let steps = [("sync:locked", OLD), ("sync:backed-up", OLD), ("sync:written", OLD), ("sync:renamed", NEW)];
    for (place, left) in steps {
        let stack = Stack::new();
        let mut child = stack.halted_at(place);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(stack.env(), left, "{place}");
        for backup in stack.backups() {
            assert_eq!(std::fs::read_to_string(backup).unwrap(), OLD, "{place}");
        }
        let done = stack.apply();
        assert_eq!(done.status.code(), Some(0), "{place}: {}", text(&done.stderr));
        assert_eq!(stack.env(), NEW, "{place}");
        let names = std::fs::read_dir(stack.root()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(".readback-sync")), "{place}");
    }
}

#[test]
fn of_two_at_once_one_wins_and_the_other_says_so() {
    let stack = Stack::new();
    let mut first = stack.halted_at("sync:locked");
    let second = stack.apply();
    assert_ne!(second.status.code(), Some(0));
    assert!(text(&second.stderr).contains("another sync of this folder is under way"), "{}", text(&second.stderr));
    assert_eq!(stack.env(), OLD);
    first.kill().unwrap();
    first.wait().unwrap();
    // The lock went with its holder.
    assert_eq!(stack.apply().status.code(), Some(0));
    assert_eq!(stack.env(), NEW);
}

#[test]
fn a_wrong_name_an_empty_secret_and_a_lost_last_line_are_refused() {
    let stack = Stack::new();
    let wrong = stack.sync(&["--apply", "--stack-name", "shop2"]);
    assert!(text(&wrong.stderr).contains("not this stack's name"), "{}", text(&wrong.stderr));
    let unasked = stack.sync(&["--apply"]);
    assert!(text(&unasked.stderr).contains("--stack-name"), "{}", text(&unasked.stderr));
    let read_only = stack.command(&["--apply", "--stack-name", "shop", "--read-only"]).output().unwrap();
    assert!(text(&read_only.stderr).contains("--read-only"), "{}", text(&read_only.stderr));
    stack.write("secret.json", r#"{"password":"","key":"key-invented"}"#);
    let empty = stack.apply();
    assert!(text(&empty.stderr).contains("is empty"), "{}", text(&empty.stderr));
    assert_eq!(stack.env(), OLD);
    stack.write("secret.json", r#"{"password":"new-invented-word","key":"key-invented"}"#);
    stack.write(".env", "DB_PASSWORD=x\nLOST");
    let lost = stack.apply();
    assert!(text(&lost.stderr).contains("line 2"), "{}", text(&lost.stderr));
    assert_eq!(stack.env(), "DB_PASSWORD=x\nLOST");
}

#[test]
fn a_link_stays_a_link_and_the_file_behind_it_changes() {
    let stack = Stack::new();
    let real = stack.folder.path().join("real.env");
    std::fs::rename(stack.root().join(".env"), &real).unwrap();
    std::os::unix::fs::symlink(&real, stack.root().join(".env")).unwrap();
    let done = stack.apply();
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(stack.root().join(".env").is_symlink());
    assert_eq!(std::fs::read_to_string(real).unwrap(), NEW);
}

#[test]
fn the_owner_stays_the_owner() {
    if !is_root() {
        return; // Only root can give a file away; for anyone else the kernel refuses the write below.
    }
    let stack = Stack::new();
    let file = stack.root().join(".env");
    std::os::unix::fs::chown(&file, Some(1234), Some(4321)).unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(stack.apply().status.code(), Some(0));
    let about = std::fs::metadata(&file).unwrap();
    assert_eq!((about.uid(), about.gid(), about.mode() & 0o777), (1234, 4321, 0o600));
}

/// Runs a sync inside a mount of its own; `None` where this user may not mount.
fn in_a_mount(stack: &Stack, options: &str, prepare: &str) -> Option<Output> {
    let program = env!("CARGO_BIN_EXE_readback");
    let (root, state) = (stack.root(), stack.folder.path().join("state"));
    let (root, state): (&Path, &Path) = (&root, &state);
    let script = format!(
        "set -e; mount -t tmpfs -o size=64k none /mnt; cp -a {root}/. /mnt/; {prepare}; mount -o {options} /mnt; \
         set +e; XDG_STATE_HOME={state} {program} --stack /mnt env sync --apply --stack-name shop; code=$?; \
         cmp /mnt/.env {root}/.env || code=99; exit $code",
        root = root.display(),
        state = state.display(),
    );
    let able = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    able.ok().filter(|able| able.status.success())?;
    Some(Command::new("unshare").args(["-m", "sh", "-c", &script]).output().unwrap())
}

#[test]
fn a_full_disk_and_a_read_only_one_leave_the_old_file() {
    let stack = Stack::new();
    let filled = "dd if=/dev/zero of=/mnt/filler bs=1k count=200 2>/dev/null || true";
    let Some(full) = in_a_mount(&stack, "remount,rw", filled) else { return };
    assert!(text(&full.stderr).contains("the disk is full"), "{full:?}");
    assert_ne!(full.status.code(), Some(99));
    let read_only = in_a_mount(&stack, "remount,ro", "true").unwrap();
    assert!(text(&read_only.stderr).contains("read-only"), "{read_only:?}");
    assert_ne!(read_only.status.code(), Some(99));
}

/// A watch, and the first line that it prints.
fn first_line_of_a_watch(stack: &Stack) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readback"));
    command.arg("--stack").arg(stack.root()).args(["env", "watch", "--format", "json"]);
    command.env_clear().env("HOME", stack.folder.path()).env("USER", "tester");
    command.env("XDG_STATE_HOME", stack.folder.path().join("state")).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    line
}

fn blamed(stack: &Stack) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readback"));
    command.arg("--stack").arg(stack.root()).args(["env", "blame", "DB_PASSWORD"]);
    command.env_clear().env("HOME", stack.folder.path());
    text(&command.env("XDG_STATE_HOME", stack.folder.path().join("state")).output().unwrap().stdout)
}

#[test]
fn a_sync_that_was_killed_once_the_file_was_replaced_is_told_by_the_next_watch_as_that_sync() {
    let stack = Stack::new();
    let mut child = stack.halted_at("sync:renamed");
    child.kill().unwrap();
    child.wait().unwrap();
    let line = first_line_of_a_watch(&stack);
    assert!(line.contains("synced from the secrets: DB_PASSWORD, S3_KEY") && line.contains(r#""by":"sync""#), "{line}");
    assert!(line.contains(r#""recorded":true"#) && !line.contains("changed by hand"), "{line}");
    assert!(blamed(&stack).contains("sync by console:tester"), "{}", blamed(&stack));
}

#[test]
fn a_sync_that_the_store_did_not_take_is_recorded_when_the_store_is_back() {
    let stack = Stack::new();
    stack.write("readback.toml", &format!("{CONFIG}[store]\nurl = \"sqlite:log.db\"\n"));
    std::fs::create_dir(stack.root().join("log.db")).unwrap();
    let done = stack.apply();
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(text(&done.stdout).contains("NOT RECORDED in the store"), "{}", text(&done.stdout));
    std::fs::remove_dir(stack.root().join("log.db")).unwrap();
    let line = first_line_of_a_watch(&stack);
    assert!(line.contains("synced from the secrets") && line.contains(r#""recorded":true"#), "{line}");
}

#[test]
fn a_file_with_several_names_is_left_under_all_of_them() {
    let stack = Stack::new();
    std::fs::hard_link(stack.root().join(".env"), stack.root().join("other.env")).unwrap();
    let planned = stack.sync(&[]);
    assert_eq!(planned.status.code(), Some(1));
    assert!(text(&planned.stdout).contains("--apply would refuse: "), "{}", text(&planned.stdout));
    let applied = stack.apply();
    assert_ne!(applied.status.code(), Some(0));
    assert!(text(&applied.stderr).contains("has 2 names (hard links)"), "{}", text(&applied.stderr));
    assert_eq!((stack.env().as_str(), stack.backups().len()), (OLD, 0));
    std::fs::remove_file(stack.root().join("other.env")).unwrap();
    assert_eq!(stack.apply().status.code(), Some(0));
}

#[test]
fn blame_finds_the_backup_that_a_sync_left_behind_a_link() {
    let stack = Stack::new();
    let elsewhere = stack.folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::rename(stack.root().join(".env"), elsewhere.join("prod.env")).unwrap();
    std::os::unix::fs::symlink(elsewhere.join("prod.env"), stack.root().join(".env")).unwrap();
    assert_eq!(stack.apply().status.code(), Some(0));
    let told = blamed(&stack);
    assert!(told.contains("prod.env.backup."), "{told}");
    // Beside the file itself it is found once.
    let stack = Stack::new();
    assert_eq!(stack.apply().status.code(), Some(0));
    let told = blamed(&stack);
    assert_eq!(told.lines().next().unwrap().split_whitespace().last().unwrap().len(), 3, "{told}");
}

#[cfg(feature = "aws")]
#[test]
fn the_plan_and_what_is_recorded_say_from_which_version_of_a_secret() {
    let Some(endpoint) = service::address("aws", "READBACK_TEST_AWS") else { return };
    let id = format!("readback/sync/{}", std::process::id());
    let text = r#"{"password":"new-invented-word","key":"key-invented"}"#;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let made = runtime.block_on(aws::secrets(&endpoint).create_secret().name(&id).secret_string(text).send()).unwrap();
    let version = made.version_id().unwrap().to_owned();
    let stack = Stack::new();
    let source = format!("source = \"aws\"\nregion = \"us-east-1\"\nendpoint = \"{endpoint}\"");
    let config =
        CONFIG.replace("source = \"file\"\npath = \"secret.json\"", &source).replace("\"shop/db\"", &format!("{id:?}"));
    stack.write("readback.toml", &config);
    let sync = |args: &[&str]| {
        let mut command = stack.command(args);
        command.envs(aws::CREDENTIALS).env("AWS_EC2_METADATA_DISABLED", "true");
        let done = command.output().unwrap();
        text_of(&done)
    };
    for format in ["human", "json"] {
        let said = sync(&["--format", format]);
        assert!(said.contains(&version[..8]) && !said.contains(&version[..9]), "{said}");
    }
    assert!(sync(&[]).contains(&format!("from {id} password version {}", &version[..8])));
    sync(&["--apply", "--stack-name", "shop"]);
    assert!(stack.env().contains("new-invented-word"));
    let recorded = stands_below(&stack.folder.path().join("state"), &format!("\"version\":\"{}\"", &version[..8]));
    assert!(recorded, "the change in the store names it, too");
}

#[cfg(feature = "aws")]
fn text_of(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

/// Whether a text stands in any file below a folder.
#[cfg(feature = "aws")]
fn stands_below(folder: &Path, word: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { stands_below(&path, word) } else { text(&std::fs::read(&path).unwrap()).contains(word) }
    })
}
