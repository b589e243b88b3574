//! A file that is there and can't be read is never taken for one that is not there, and one that is a pipe is never
//! waited for.

use super::{WELL, code, env, json, said, shop};
use crate::support::stack::Stack;
use rustix::fs::{CWD, Mode, mkfifoat};
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

/// What can be in a file's place so that it can't be read.
#[derive(Clone, Copy, Debug)]
enum Instead {
    Folder,
    Pipe,
    Large,
}

impl Instead {
    const ALL: [Self; 3] = [Self::Folder, Self::Pipe, Self::Large];

    fn of(self, stack: &Stack, name: &str) {
        let path = stack.root().join(name);
        let _ = std::fs::remove_file(&path);
        match self {
            Self::Folder => std::fs::create_dir(path).unwrap(),
            Self::Pipe => mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).unwrap(),
            Self::Large => File::create(path).unwrap().set_len(9 * 1024 * 1024).unwrap(),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Folder | Self::Pipe => "is not a regular file",
            Self::Large => "is too large",
        }
    }
}

/// Why the compose layer is unread.
fn compose_unread(stack: &Stack) -> Option<String> {
    let report = json(stack, &["verify"]);
    let unread = report["unread"].as_array().unwrap().iter();
    unread.filter(|entry| entry[0] == "compose").map(|entry| entry[1].as_str().unwrap().to_owned()).next()
}

#[test]
fn an_override_or_an_env_file_that_can_not_be_read_leaves_the_layer_unread_and_is_named() {
    let asks = [
        ("docker-compose.override.yml", "    env_file: .env\n"),
        ("more.env", "    env_file: [.env, more.env]\n"),
        ("more.env", "    env_file:\n      - .env\n      - {path: more.env, required: false}\n"),
        ("other/base.yml", "    env_file: .env\n    extends: {file: other/base.yml, service: base}\n"),
    ];
    for (name, asks) in asks {
        for instead in Instead::ALL {
            let stack = shop();
            std::fs::create_dir(stack.root().join("other")).unwrap();
            stack.change("docker-compose.yml", "    env_file: .env\n", asks);
            instead.of(&stack, name);
            let why = compose_unread(&stack).unwrap_or_else(|| panic!("{name} {instead:?} {asks} was passed over"));
            assert!(why.contains(name) && why.contains(instead.words()), "{why}");
            assert_eq!(code(&env(&stack, &["verify"])), 3, "{name} {instead:?}");
            assert_eq!(code(&env(&stack, &["forecast"])), 3, "{name} {instead:?}");
        }
    }
}

#[test]
fn an_env_file_that_need_not_be_there_and_is_not_is_no_reason_to_know_nothing() {
    let stack = shop();
    let asks = "    env_file:\n      - .env\n      - {path: more.env, required: false}\n";
    stack.change("docker-compose.yml", "    env_file: .env\n", asks);
    assert_eq!(compose_unread(&stack), None);
}

/// Runs the program as somebody to whom files of others are closed.
fn as_nobody(stack: &Stack, args: &[&str]) -> Output {
    if !rustix::process::geteuid().is_root() {
        return env(stack, args);
    }
    let open = |path: &std::path::Path| std::fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
    let root = stack.root();
    open(root.parent().unwrap());
    open(&stack.state());
    open(&stack.home());
    open(&root.join(".env"));
    let program = root.parent().unwrap().join("readback");
    std::fs::copy(crate::support::pty::binary(), &program).unwrap();
    open(&program);
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program).arg("env").args(args);
    command.current_dir(root).env_clear().envs(stack.environment());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).output().unwrap()
}

#[test]
fn a_file_that_is_closed_to_who_asks_is_not_taken_for_absent() {
    for name in ["docker-compose.override.yml", "more.env"] {
        let stack = shop();
        let asks = "    env_file:\n      - .env\n      - {path: more.env, required: false}\n";
        stack.change("docker-compose.yml", "    env_file: .env\n", asks);
        stack.write(name, "services: {}\n");
        std::fs::set_permissions(stack.root().join(name), Permissions::from_mode(0o000)).unwrap();
        let verified = as_nobody(&stack, &["verify"]);
        let text = said(&verified);
        assert!(text.contains(&format!("{name} may not be read by this user")), "{text}");
        assert!(text.lines().any(|line| line.starts_with("unread   compose")), "{text}");
        assert!(matches!(code(&verified), 2 | 3), "{verified:?}");
    }
}

#[test]
fn a_pipe_in_the_place_of_the_file_is_said_and_not_waited_for() {
    let stack = shop();
    stack.write("other.env", WELL);
    stack.write(".env.backup.20260202_103434", WELL);
    std::fs::remove_file(stack.root().join(".env.template")).unwrap();
    for name in [".env", ".env.template"] {
        Instead::Pipe.of(&stack, name);
    }
    for args in [
        &["verify"][..],
        &["diff"],
        &["diff", ".env", "other.env"],
        &["forecast"],
        &["blame"],
        &["sync"],
        &["sync", "--apply", "--stack-name", "shop"],
    ] {
        let output = env(&stack, args);
        let text = said(&output) + &String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("is not a regular file"), "{args:?}: {text}");
    }
}

#[test]
fn a_pipe_that_a_shell_writes_to_is_compared() {
    let stack = shop();
    let mut shell = Command::new("bash");
    shell.args(["-c", r#""$0" env diff .env <(sed s/^MODE=.*/MODE=test/ .env)"#]).arg(crate::support::pty::binary());
    shell.current_dir(stack.root()).env_clear().envs(stack.environment());
    let output = shell.env("PATH", std::env::var_os("PATH").unwrap_or_default()).output().unwrap();
    assert!(said(&output).contains("changed  MODE"), "{output:?}");
}

#[test]
fn a_file_that_is_too_large_to_keep_is_not_known_and_says_the_limit_and_what_can_be_done() {
    let stack = shop();
    let many = WELL.to_owned() + &"PADDING=invented-words-that-fill-a-line\n".repeat(250_000);
    assert!(many.len() > 8 * 1024 * 1024);
    stack.write(".env", &many);
    for args in [&["verify"][..], &["forecast"], &["blame"], &["blame", "S3_KEY"], &["sync"]] {
        let output = env(&stack, args);
        let text = said(&output) + &String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("up to 8 MiB are read here, for each key") && text.contains("env diff A B"), "{text}");
        assert_eq!(code(&output), 3, "{args:?}: {text}");
    }
    stack.write("other.env", many.replace("MODE=prod", "MODE=test"));
    let compared = env(&stack, &["diff", ".env", "other.env"]);
    assert!(code(&compared) == 1 && said(&compared).contains("changed  MODE"), "{compared:?}");
}
