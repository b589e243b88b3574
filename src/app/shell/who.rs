//! Who was there: sessions, and programs that may have written a file. Names of accounts and programs only: of an
//! environment one variable is looked for, of arguments only whether one is the file.

use crate::env::watch::{Attribution, Process, Session};
use crate::guard::line;
use crate::probes::files::read_regular;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// How many processes are looked at, and how many are told.
const MOST: usize = 4_096;
const TOLD: usize = 16;
/// The most that is read of a file of a process, in bytes.
const LIMIT: u64 = 256 * 1024;
/// Clock ticks a second, as the kernel tells times on every machine that it runs on.
const TICKS: u64 = 100;
/// What the kernel has for who logged in where nobody did.
const NOBODY: u32 = u32::MAX;

/// Programs that people write files with.
const EDITORS: [&str; 19] = [
    "vi",
    "vim",
    "vim.basic",
    "vim.tiny",
    "nvim",
    "view",
    "nano",
    "emacs",
    "emacsclient",
    "micro",
    "joe",
    "jed",
    "ed",
    "ne",
    "helix",
    "hx",
    "mcedit",
    "mc",
    "kak",
];
/// Programs that people become somebody else with.
const BECOMING: [&str; 6] = ["sudo", "sudoedit", "su", "doas", "run0", "pkexec"];
/// Programs that people type commands into; they count in the file's folder only.
const SHELLS: [&str; 8] = ["sh", "bash", "zsh", "fish", "dash", "ksh", "mksh", "ash"];

/// What can be seen now of who may have written a file. `owner` is its owner's number. Blocks for a moment.
pub(super) fn seen(file: &Path, owner: Option<u32>) -> Attribution {
    let accounts = Accounts::read();
    Attribution {
        owner: owner.map(|uid| accounts.name(uid)),
        sessions: sessions(Timestamp::now()),
        processes: processes(Path::new("/proc"), file, std::process::id(), &accounts),
    }
}

/// The name of an account, or its number.
pub(super) fn name(uid: u32) -> String {
    Accounts::read().name(uid)
}

/// The names of accounts by their numbers.
struct Accounts(HashMap<u32, String>);

impl Accounts {
    fn read() -> Self {
        let passwd = read_regular(Path::new("/etc/passwd"), LIMIT * 16).map(|read| read.bytes);
        Self::of(&String::from_utf8_lossy(passwd.as_ref().map_or(&[], |bytes| bytes.as_slice())))
    }

    fn of(passwd: &str) -> Self {
        let account = |text: &str| {
            let mut fields = text.split(':');
            let (name, uid) = (fields.next()?, fields.nth(1)?.parse().ok()?);
            Some((uid, line(name).into_owned()))
        };
        // The first name of a number counts.
        Self(passwd.lines().rev().filter_map(account).collect())
    }

    /// The name of an account, or its number.
    fn name(&self, uid: u32) -> String {
        self.0.get(&uid).cloned().unwrap_or_else(|| format!("uid {uid}"))
    }
}

/// Who is logged in, as `who` says it; `None` where that can't be asked.
fn sessions(now: Timestamp) -> Option<Vec<Session>> {
    let who = Command::new("who").arg("-u").env("LC_ALL", "C").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let who = who.ok().filter(|who| who.status.success())?;
    let text = String::from_utf8_lossy(&who.stdout).into_owned();
    Some(text.lines().filter_map(|text| session(text, now, &TimeZone::system())).collect())
}

/// `mira     pts/0        Feb  4 08:20   .         4711 (192.0.2.7)`, or with a date in figures.
fn session(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Session> {
    let mut words = text.split_whitespace();
    let (user, _terminal, date) = (line(words.next()?).into_owned(), words.next()?, words.next()?);
    let since = if date.starts_with(|c: char| c.is_ascii_digit()) {
        format!("{date}T{}", words.next()?).parse().ok()
    } else {
        let (day, time) = (words.next()?, words.next()?);
        in_the_last_year(&format!("{date} {day} {time}"), now, zone)
    };
    let since = since.and_then(|since: jiff::civil::DateTime| zone.to_timestamp(since).ok());
    let idle = words.next().and_then(idle);
    let from = words.find(|word| word.starts_with('(')).map(|from| line(from.trim_matches(['(', ')'])).into_owned());
    Some(Session { user, since, from, active: idle.and_then(|idle| now.checked_sub(idle).ok()) })
}

/// A date without a year: the last one that is not to come.
fn in_the_last_year(text: &str, now: Timestamp, zone: &TimeZone) -> Option<jiff::civil::DateTime> {
    let now = now.to_zoned(zone.clone());
    let of = |year: i16| jiff::civil::DateTime::strptime("%Y %b %d %H:%M", format!("{year} {text}")).ok();
    let tomorrow = now.datetime().checked_add(SignedDuration::from_hours(24)).ok()?;
    of(now.year()).filter(|since| *since <= tomorrow).or_else(|| of(now.year() - 1))
}

/// `.`, `01:20` or `old`.
fn idle(word: &str) -> Option<SignedDuration> {
    match word {
        "." => Some(SignedDuration::ZERO),
        "old" => Some(SignedDuration::from_hours(24)),
        _ => {
            let (hours, minutes) = word.split_once(':')?;
            Some(SignedDuration::from_mins(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?))
        }
    }
}

/// The programs that may have written the file; `None` where nothing tells what runs. `own` is this process: neither it
/// nor what it was started from is somebody at work on the file.
fn processes(proc: &Path, file: &Path, own: u32, accounts: &Accounts) -> Option<Vec<Process>> {
    let numbers = std::fs::read_dir(proc).ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut numbers: Vec<u32> = numbers.collect();
    // Where there are very many, those that were started last.
    numbers.sort_unstable_by_key(|pid| std::cmp::Reverse(*pid));
    let own = ancestors(proc, own);
    let look = Look { proc, file, folder: real_folder(file), accounts, booted: booted(proc) };
    let pids = numbers.into_iter().take(MOST).filter(|pid| !own.contains(pid));
    Some(pids.filter_map(|pid| look.at(pid)).take(TOLD).collect())
}

fn real_folder(file: &Path) -> Option<std::path::PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().ok()
}

/// When the machine was started.
fn booted(proc: &Path) -> Option<Timestamp> {
    let text = read(&proc.join("stat"))?;
    let seconds = text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Timestamp::from_second(seconds).ok()
}

fn read(path: &Path) -> Option<String> {
    Some(String::from_utf8_lossy(&read_regular(path, LIMIT).ok()?.bytes).into_owned())
}

/// The fields of a process's `stat` after its name, which may hold anything.
fn stat(proc: &Path, pid: u32) -> Option<Vec<String>> {
    let text = read(&proc.join(pid.to_string()).join("stat"))?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

/// A process and those that it was started from.
fn ancestors(proc: &Path, mut pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    while let Some(parent) = stat(proc, pid).and_then(|fields| fields.get(1)?.parse().ok()) {
        if parent <= 1 || found.contains(&parent) {
            break;
        }
        found.push(parent);
        pid = parent;
    }
    found
}

/// What is asked of each process.
struct Look<'a> {
    proc: &'a Path,
    file: &'a Path,
    folder: Option<std::path::PathBuf>,
    accounts: &'a Accounts,
    booted: Option<Timestamp>,
}

impl Look<'_> {
    /// A process, where it may have written the file. What may not be read of it is left open.
    fn at(&self, pid: u32) -> Option<Process> {
        let own = self.proc.join(pid.to_string());
        let program = read(&own.join("comm"))?.trim_end().to_owned();
        let is = |names: &[&str]| names.contains(&program.as_str());
        let (edits, is_shell) = (is(&EDITORS) || is(&BECOMING), is(&SHELLS));
        if !edits && !is_shell {
            return None;
        }
        let in_folder = self.folder.is_some() && std::fs::read_link(own.join("cwd")).ok() == self.folder;
        if !edits && !in_folder {
            return None;
        }
        let login = read(&own.join("loginuid")).and_then(|uid| uid.trim().parse().ok()).filter(|uid| *uid != NOBODY);
        Some(Process {
            program: line(&program).into_owned(),
            user: self.accounts.name(std::fs::metadata(&own).ok()?.uid()),
            login: login.map(|uid| self.accounts.name(uid)),
            sudo_user: sudo_user(&own.join("environ")),
            since: self.since(pid),
            names_file: edits && self.names_file(&own.join("cmdline")),
            in_folder,
        })
    }

    /// When a process was started.
    fn since(&self, pid: u32) -> Option<Timestamp> {
        let ticks: u64 = stat(self.proc, pid)?.get(19)?.parse().ok()?;
        self.booted?.checked_add(SignedDuration::from_secs((ticks / TICKS) as i64)).ok()
    }

    /// Whether one of the arguments is a file of this name. Nothing of them is kept.
    fn names_file(&self, cmdline: &Path) -> bool {
        let (Ok(read), Some(name)) = (read_regular(cmdline, LIMIT), self.file.file_name()) else { return false };
        let last = |argument: &[u8]| argument.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
        let mut arguments = read.bytes.split(|byte| *byte == 0).skip(1);
        arguments.any(|argument| last(argument).as_deref() == Some(name.as_encoded_bytes()))
    }
}

/// Who called `sudo`, where the environment may be read; nothing else of it is looked at.
fn sudo_user(environ: &Path) -> Option<String> {
    let read = read_regular(environ, LIMIT).ok()?;
    let name = read.bytes.split(|byte| *byte == 0).find_map(|variable| variable.strip_prefix(b"SUDO_USER="))?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-@".contains(byte);
    let name = std::str::from_utf8(name).ok().filter(|name| (1..=64).contains(&name.len()))?;
    name.as_bytes().iter().all(is_name).then(|| name.to_owned())
}

#[cfg(test)]
#[path = "who_tests.rs"]
mod tests;
