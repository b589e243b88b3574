//! Large files: what they cost grows as they do. What is asserted is memory, and how the work of the processor grows;
//! never how long it takes.

use std::fmt::Write;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const CONFIG: &str = r#"[stack]
name = "large"
[env]
template = ".env.template"
compose = "docker-compose.yml"
service = "web"
[[secret]]
id = "large/all"
source = "file"
path = "secret.json"
keys = { password = "SETTING_1" }
"#;

fn lines(many: usize, value: &str) -> String {
    (0..many).fold(String::with_capacity(many * 40), |mut text, n| {
        let other = if n % 100 == 7 { value } else { "a" };
        let _ = writeln!(text, "SETTING_{n}={n:08}-of-a-setting-{other}");
        text
    })
}

/// A stack whose template, file and container have so many keys.
fn stack(many: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("readback.toml", CONFIG);
    write(".env.template", &format!("# All (REQUIRED)\n{}", lines(many, "a")));
    write(".env", &lines(many, "b"));
    write(".env.backup.20260101_000000", &lines(many, "c"));
    write("docker-compose.yml", "services:\n  web:\n    image: x\n    env_file: .env\n");
    write("secret.json", r#"{"password":"invented"}"#);
    folder
}

/// Runs the program under a shell that first does this; what the shell prints after the program, and its code.
fn run(folder: &TempDir, before: &str, words: &[&str]) -> (String, i32) {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{before}; \"$@\" >/dev/null; code=$?; times; exit $code"), "sh"]);
    command.arg(env!("CARGO_BIN_EXE_readback")).arg("env").args(words).current_dir(folder.path());
    command.env_clear().env("HOME", folder.path()).env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    command.env("DOCKER_HOST", "unix:///no/such/docker.sock");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (said, output.status.code().unwrap())
}

/// The seconds that the processor worked for the program: the last line of `times`, `0m0.12s 0m0.01s`.
fn work(folder: &TempDir, words: &[&str], codes: &[i32]) -> f64 {
    let (said, code) = run(folder, ":", words);
    assert!(codes.contains(&code), "{words:?}: {code} {said}");
    let seconds = |word: &str| {
        let (minutes, seconds) = word.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    said.lines().last().unwrap().split_whitespace().map(seconds).sum()
}

/// Four times the keys are not much more than four times the work; were it to grow with the square, it would be 16.
fn grows_as_the_files_do(words: &[&str], codes: &[i32], many: usize) {
    let (small, large) = (work(&stack(many), words, codes), work(&stack(many * 4), words, codes));
    assert!(large < (small + 0.05) * 9.0, "{words:?}: {many} keys {small} s, four times as many {large} s");
}

const DIFF: [&str; 3] = ["diff", ".env.backup.20260101_000000", ".env"];

#[test]
fn the_comparison_of_two_files_grows_as_they_do() {
    grows_as_the_files_do(&DIFF, &[1], 20_000);
}

/// A key without a value is looked up in the environment, and among the keys before it.
#[test]
fn the_comparison_of_files_that_inherit_grows_as_they_do() {
    let spent = |many: usize| {
        let folder = tempfile::tempdir().unwrap();
        let text = (0..many).fold(String::new(), |mut text, n| {
            let _ = writeln!(text, "SETTING_{n}={n}\nINHERITED_{n}");
            text
        });
        for name in ["a.env", "b.env"] {
            std::fs::write(folder.path().join(name), &text).unwrap();
        }
        work(&folder, &["diff", "a.env", "b.env"], &[0])
    };
    let (small, large) = (spent(5_000), spent(20_000));
    assert!(large < (small + 0.05) * 9.0, "5,000 keys {small} s, four times as many {large} s");
}

#[test]
fn the_comparison_of_the_layers_grows_as_they_do() {
    grows_as_the_files_do(&["diff", "--all"], &[1, 3], 750);
}

#[test]
fn verify_grows_as_the_layers_do() {
    grows_as_the_files_do(&["verify"], &[2, 3], 750);
}

#[test]
fn the_forecast_grows_as_the_layers_do() {
    grows_as_the_files_do(&["forecast"], &[2, 3], 750);
}

#[test]
fn blame_grows_as_the_backups_do() {
    grows_as_the_files_do(&["blame"], &[0], 4_000);
}

/// The whole process, what it reads into memory included: some 40 bytes a key besides the files themselves.
#[test]
fn two_files_of_300_000_lines_are_compared_within_50_mib() {
    let folder = stack(300_000);
    let (said, code) = run(&folder, "ulimit -d 51200", &DIFF);
    assert_eq!(code, 1, "{said}");
    // The control: with half of it it can't be done, so the limit is one.
    let (said, code) = run(&folder, "ulimit -d 25600", &DIFF);
    assert_ne!(code, 1, "{said}");
}
