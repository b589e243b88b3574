//! Lines of `who`, and processes as a `/proc` of the test's own tells them.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn of_who(text: &str) -> Session {
    session(text, at("2026-02-04T09:30:00Z"), &TimeZone::UTC).unwrap()
}

#[test]
fn a_line_of_who_is_a_session_in_either_way_to_write_a_date() {
    for text in [
        "mira     pts/0        2026-02-04 08:20 00:10        4711 (192.0.2.7)",
        "mira     pts/0        Feb  4 08:20 00:10        4711 (192.0.2.7)",
    ] {
        let told = of_who(text);
        assert_eq!((told.user.as_str(), told.from.as_deref()), ("mira", Some("192.0.2.7")), "{text}");
        assert_eq!(told.since, Some(at("2026-02-04T08:20:00Z")), "{text}");
        assert_eq!(told.active, Some(at("2026-02-04T09:20:00Z")), "{text}");
    }
    assert_eq!(of_who("jo  tty1  Dec 24 18:00  old  99").since, Some(at("2025-12-24T18:00:00Z")));
    assert_eq!(of_who("jo  tty1  Feb  4 08:20   .   99 (:0)").active, Some(at("2026-02-04T09:30:00Z")));
    assert_eq!(of_who("jo  tty1  Feb  4 08:20   ?   99").active, None);
    assert_eq!(session("", at("2026-02-04T09:30:00Z"), &TimeZone::UTC), None);
}

/// A machine with a stack's folder on it.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        for folder in ["proc", "stack", "elsewhere"] {
            std::fs::create_dir(machine.0.path().join(folder)).unwrap();
        }
        machine.write("proc/stat", "cpu 1 2\nbtime 1770000000\n");
        machine
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn runs(&self, pid: u32, parent: u32, arguments: &str, folder: &str, login: &str, environment: &str) {
        let own = format!("proc/{pid}");
        std::fs::create_dir(self.0.path().join(&own)).unwrap();
        let program = arguments.split('\0').next().unwrap();
        self.write(&format!("{own}/comm"), &format!("{program}\n"));
        self.write(&format!("{own}/cmdline"), arguments);
        self.write(&format!("{own}/loginuid"), login);
        self.write(&format!("{own}/environ"), environment);
        let rest = "0 ".repeat(17);
        self.write(&format!("{own}/stat"), &format!("{pid} (a b) c) S {parent} {rest}500 0"));
        symlink(self.0.path().join(folder).canonicalize().unwrap(), self.0.path().join(&own).join("cwd")).unwrap();
    }

    fn processes(&self, own: u32) -> Vec<Process> {
        let user = std::fs::metadata(self.0.path()).unwrap().uid();
        let accounts = Accounts::of(&format!("runner:x:{user}:0::/:/bin/sh\nmira:x:71001:71001::/home/mira:/bin/sh\n"));
        let mut found =
            processes(&self.0.path().join("proc"), &self.0.path().join("stack/.env"), own, &accounts).unwrap();
        found.sort_by(|left, right| left.program.cmp(&right.program));
        found
    }
}

#[test]
fn editors_and_sudo_are_told_anywhere_shells_in_the_folder_only_and_the_rest_never() {
    let machine = Machine::new();
    machine.runs(10, 1, "vim\0/srv/stack/.env\0", "elsewhere", "71001", "LANG=C\0SUDO_USER=mira\0TOKEN=invented\0");
    machine.runs(11, 1, "bash\0", "stack", "4294967295", "");
    machine.runs(12, 1, "bash\0", "elsewhere", "71001", "");
    machine.runs(13, 1, "python3\0.env\0", "stack", "71001", "");
    machine.runs(14, 1, "sudo\0-i\0", "elsewhere", "71001", "SUDO_USER=a b;c\0");
    let found = machine.processes(99);
    let told: Vec<_> = found.iter().map(|p| (p.program.as_str(), p.names_file, p.in_folder)).collect();
    assert_eq!(told, [("bash", false, true), ("sudo", false, false), ("vim", true, false)]);
    let [bash, sudo, vim] = found.as_slice() else { panic!("three") };
    assert_eq!((bash.user.as_str(), &bash.login, &bash.sudo_user), ("runner", &None, &None));
    assert_eq!((sudo.login.as_deref(), &sudo.sudo_user), (Some("mira"), &None), "that is no account's name");
    assert_eq!((vim.login.as_deref(), vim.sudo_user.as_deref()), (Some("mira"), Some("mira")));
    assert_eq!(vim.since, Timestamp::from_second(1_770_000_005).ok());
    assert!(!format!("{found:?}").contains("invented"));
}

#[test]
fn who_looks_is_nobody_at_work_on_the_file_nor_is_the_shell_that_started_it() {
    let machine = Machine::new();
    machine.runs(20, 1, "bash\0", "stack", "71001", "");
    machine.runs(21, 20, "sudo\0readback\0", "stack", "71001", "");
    machine.runs(22, 21, "readback\0", "stack", "71001", "");
    assert_eq!(machine.processes(22), []);
    assert_eq!(machine.processes(99).len(), 2);
}

#[test]
fn no_more_is_told_than_a_person_reads() {
    let machine = Machine::new();
    (100..140).for_each(|pid| machine.runs(pid, 1, "nano\0.env\0", "stack", "71001", ""));
    assert_eq!(machine.processes(99).len(), TOLD);
}
