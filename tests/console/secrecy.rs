//! A canary in every input is found nowhere: not on the screen, not in a file, not in a report.

use crate::support::pty::Pty;
use crate::support::screen;
use crate::support::stack::{SOON, Stack};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;

/// Secrets that exist only in this run, by the input they are put into. They look like words: a detector of
/// randomness alone would not find them.
#[derive(Default)]
struct Canaries(BTreeMap<&'static str, String>);

impl Canaries {
    /// A new secret for this input.
    fn lay(&mut self, input: &'static str) -> String {
        let mut seed = uuid::Uuid::now_v7().as_u128() ^ (uuid::Uuid::now_v7().as_u128() << 61);
        let mut word = String::new();
        for syllable in 0..9 {
            if syllable % 3 == 0 && syllable > 0 {
                word.push('-');
            }
            for letters in ["bdfgklmnprstvz", "aeiou"] {
                word.push(char::from(letters.as_bytes()[(seed % letters.len() as u128) as usize]));
                seed /= letters.len() as u128;
            }
        }
        self.0.insert(input, word.clone());
        word
    }

    /// Which of them, whole or half, stand here.
    fn found(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let stands = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        let is_in = |word: &&String| {
            let half = &word.as_bytes()[word.len() / 2 - 1..];
            let hex = word.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
            stands(&word.as_bytes()[..word.len() / 2]) || stands(half) || stands(hex.as_bytes())
        };
        let found = self.0.iter().filter(|(_, word)| is_in(word));
        found.map(|(input, _)| format!("the secret in {input} stands in {place}")).collect()
    }

    /// Looks through what is on the screen, all that was ever sent to it, and every file.
    fn leaks(&self, pty: &Pty, seen: &[String], stack: &Stack) -> Vec<String> {
        let mut leaks = self.found("the output", &pty.bytes_since(0));
        for text in seen {
            leaks.extend(self.found("a screen", text.as_bytes()));
        }
        leaks.extend(self.in_files(stack));
        leaks
    }

    fn in_files(&self, stack: &Stack) -> Vec<String> {
        let name = |file: &std::path::Path| file.file_name().unwrap().to_string_lossy().into_owned();
        stack.kept().iter().flat_map(|(file, bytes)| self.found(&name(file), bytes)).collect()
    }
}

/// A server that answers everybody with this body and header, for as long as the test runs.
fn web(secret: &str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let body = format!("status up password={secret}");
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: /login?token={secret}\r\nSet-Cookie: session={secret}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

/// The small stack with a canary in everything that it reads.
fn laid(stack: &Stack) -> Canaries {
    let mut all = Canaries::default();
    let env = [
        format!("APP_TOKEN={}", all.lay(".env, a telling name")),
        format!("APP_TITLE={}", all.lay(".env, a name that tells nothing")),
        format!("APP_LINK=https://user:{}@example.com/x", all.lay(".env, the password of a URL")),
        format!("DB_PASSWORD={}", all.lay(".env, the password of a probe's target")),
    ];
    stack.write(".env", env.join("\n"));
    stack.change(".env.template", "APP_TOKEN=", &format!("APP_TOKEN={}", all.lay(".env.template")));
    let compose = format!("APP_PORT: ${{APP_PORT}}\n      APP_TOKEN: {}", all.lay("docker-compose.yml"));
    stack.change("docker-compose.yml", "APP_PORT: ${APP_PORT}", &compose);
    stack.write("app.conf", format!("[options]\ndb_password = {}\n", all.lay("app.conf")));
    let of_secret = all.lay("a secret's file");
    stack.write(
        "secret.json",
        format!(r#"{{"token": "{of_secret}", "plain": "{}"}}"#, all.lay("a secret's file, for a plain name")),
    );
    let row = serde_json::json!({
        "id": "0d00c0de-0000-4000-8000-000000000002", "incident_id": "INC-TEST-1", "approval_id": null,
        "audit_log_id": null, "auto_repair_id": null, "event_type": "EXECUTION_COMPLETED", "actor": "auto_repair",
        "action_detail": format!("curl https://user:{}@example.com/", all.lay("a row's detail")),
        "success": false,
        "error_message": format!("exit 1: password={} was refused", all.lay("a row's error")),
        "context": {
            "alert_name": "TokenGone", "password": all.lay("a row's context"),
            "nested": [{"env": format!("DB_PASSWORD={}", all.lay("a row's nested context"))}],
        },
        "created_at": "2026-02-04T02:00:00Z",
    });
    stack.write("events.jsonl", format!("{row}\n"));
    let label = format!("The small .env lost password={}", all.lay("the snapshot"));
    stack.change("snapshot.json", "The small .env lost its bucket", &label);
    let port = web(&all.lay("an HTTP answer"));
    stack.change(
        "readback.toml",
        "[review]",
        &format!(
            r#"[[secret]]
id = "small/file"
source = "file"
path = "secret.json"
keys = {{ token = "APP_TOKEN", plain = "APP_TITLE" }}

[[probe]]
id = "web"
kind = "http"
url = "http://127.0.0.1:{port}/health?token={}"
every = "1h"

[[probe]]
id = "database"
kind = "postgres"
host = "127.0.0.1"
port = "1"
user = "app"
database = "app"
password_key = "DB_PASSWORD"
every = "1h"

[review]"#,
            all.lay("the URL of an HTTP probe")
        ),
    );
    all
}

/// The same, with an env file that is broken, and a secret of a command that fails in as many words.
fn laid_and_broken(stack: &Stack) -> Canaries {
    let mut all = laid(stack);
    let env = std::fs::read_to_string(stack.root().join(".env")).unwrap();
    let broken = format!("{} no assignment at all", all.lay(".env, a line that is broken"));
    stack.write(".env", format!("{env}\n{broken}\nAPP_QUOTED=\"{}", all.lay(".env, a quote that is not closed")));
    let says = format!(
        "echo '{}' >&2; echo 'not json {}'; exit 1",
        all.lay("a command's stderr"),
        all.lay("a command's stdout")
    );
    stack.write("secret.sh", says);
    let table = "[[secret]]\nid = \"small/command\"\nsource = \"command\"\nargv = [\"sh\", \"secret.sh\"]\nkeys = { other = \"APP_OTHER\" }\n\n[review]";
    stack.change("readback.toml", "[review]", table);
    all
}

/// Shows everything there is to see, and returns the screens.
fn walk(pty: &mut Pty) -> Vec<String> {
    let mut seen = Vec::new();
    for (keys, shows) in [
        ("1", "2 Env"),
        ("2", "APP_TOKEN"),
        ("2f", "APP_TOKEN"),
        ("2f", "APP_TOKEN"),
        ("3", "ALERT"),
        ("4", "small"),
        ("w", "not green"),
    ] {
        pty.send(keys);
        let shows = if keys == "3" { "EXECUTION_COMPLETED" } else { shows };
        pty.wait_for(shows, SOON);
        for _ in 0..4 {
            seen.push(pty.screen(screen::Screen::text));
            pty.send("j");
            // The detail follows when the cursor rests.
            assert!((0..20).any(|_| pty.is_quiet_for(std::time::Duration::from_millis(160))));
        }
        seen.push(pty.screen(screen::Screen::text));
    }
    pty.send("w");
    seen
}

#[test]
fn no_secret_of_any_input_is_shown_or_kept() {
    let stack = Stack::new();
    let mut all = laid(&stack);
    let from_environment = all.lay("the environment");
    let env = [("DB_PASSWORD", from_environment.as_str()), ("READBACK_UNUSED_PASSWORD", &from_environment)];
    let mut pty = stack.console_with(&[], &env, (200, 60));
    pty.wait_for("EXECUTION_COMPLETED", SOON);
    pty.wait_for("not open", SOON);
    pty.send("z");
    let mut seen = walk(&mut pty);

    pty.send("z4\r");
    pty.wait_for("y yes, n no", SOON);
    pty.send("y");
    pty.wait_for("incident_ref_present", SOON);
    pty.send("ju");
    pty.wait_for("can't tell by console:tester", SOON);
    pty.send("e");
    pty.wait_for("ctrl-s save", SOON);
    pty.send(&format!("\x1b[200~see password={} there\x1b[201~", all.lay("a pasted text")));
    pty.wait_for("it can't be saved; take it out", SOON);
    seen.push(pty.screen(screen::Screen::text));
    pty.send("\x13");
    pty.wait_for("not saved, and the review is in quarantine", SOON);
    seen.push(pty.screen(screen::Screen::text));
    pty.send("X");
    pty.wait_for("y yes", SOON);
    pty.send("y");
    pty.wait_until("a review out of quarantine", SOON, |screen| !screen.text().contains("quarantine_raw_payload"));
    pty.send("e");
    pty.wait_for("ctrl-s save", SOON);
    // A draft that is left open is kept too.
    pty.send(&format!("\x1b[200~token: \"{}\"\x1b[201~", all.lay("a pasted text that is left")));
    pty.wait_for("it can't be saved; take it out", SOON);
    seen.push(pty.screen(screen::Screen::text));
    pty.send("\x1b");
    pty.wait_for("S sign off", SOON);
    // Typed, a secret is known for one only when enough of it stands there; its start is not kept either.
    pty.send("e");
    pty.wait_for("ctrl-s save", SOON);
    for letter in format!("typed password={}", all.lay("a typed text")).chars() {
        pty.send(&letter.to_string());
    }
    pty.wait_for("it can't be saved; take it out", SOON);
    let typed = all.0.remove("a typed text").unwrap();
    pty.send("\x1b");
    pty.wait_for("S sign off", SOON);
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    // That what is looked for would be found is shown by where it does stand.
    let control = std::fs::read(stack.root().join(".env")).unwrap();
    assert!(all.found("the control", &control).len() >= 4);
    assert_eq!(all.leaks(&pty, &seen, &stack), Vec::<String>::new());
    let start = typed.as_bytes()[..4].to_vec();
    let kept = stack.kept().into_iter().find(|(file, _)| file.to_string_lossy().ends_with(".drafts.db")).unwrap().1;
    assert!(!kept.windows(start.len()).any(|window| window == start), "the start of a typed secret was kept");
}

#[test]
fn a_value_that_the_console_knows_is_masked_where_it_stands_without_a_telling_name() {
    let stack = Stack::new();
    let mut all = Canaries::default();
    let known = all.lay(".env, known");
    stack.change(".env", "invented-no-secret", &known);
    stack.change("events.jsonl", "the bucket is gone", &format!("login with {known} was refused"));
    let mut pty = stack.console(&[], (120, 40));
    pty.wait_for("[known_value", SOON);
    pty.send("4\r");
    pty.wait_for("y yes, n no", SOON);
    pty.send("y");
    pty.wait_for("incident_ref_present", SOON);
    pty.send("je");
    pty.wait_for("ctrl-s save", SOON);
    pty.send(&format!("\x1b[200~it is {known}\x1b[201~"));
    pty.wait_for("it can't be saved; take it out", SOON);
    let seen = [pty.screen(screen::Screen::text)];
    pty.send("\x1b");
    pty.wait_for("S sign off", SOON);
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    assert_eq!(all.leaks(&pty, &seen, &stack), Vec::<String>::new());
}

#[test]
fn no_secret_is_in_what_check_prints() {
    let lays: [fn(&Stack) -> Canaries; 2] = [laid, laid_and_broken];
    let formats = ["human", "json", "junit", "prometheus", "nagios"];
    for (lay, format) in lays.into_iter().flat_map(|lay| formats.map(|format| (lay, format))) {
        let stack = Stack::new();
        let all = lay(&stack);
        let output = stack.run(&["check", "--format", format], &[]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("env-file") && text.contains("database"), "{text}");
        let mut leaks = all.found("check's output", text.as_bytes());
        leaks.extend(all.found("check's stderr", &output.stderr));
        leaks.extend(all.in_files(&stack));
        assert_eq!(leaks, Vec::<String>::new(), "{format}");
    }
}

/// The same again, with a canary in what is compared with the file, and a key that is a piece of a value.
fn laid_with_a_past(stack: &Stack) -> Canaries {
    let mut all = laid(stack);
    let env = std::fs::read_to_string(stack.root().join(".env")).unwrap();
    let old = format!("{env}\nAPP_OLD={}\n", all.lay("a backup"));
    stack.write(".env.backup.20260101_000000", &old);
    let piece = all.lay("a backup, a line that became a key");
    stack.write(".env.backup.20260102_000000", format!("{old}\n{piece}=\n"));
    let piece = all.lay(".env, a line that became a key");
    stack.write(".env", format!("{env}\n{piece}=\n"));
    all
}

#[test]
fn no_secret_is_in_what_env_prints_nor_in_what_it_keeps() {
    let lays: [fn(&Stack) -> Canaries; 3] = [laid, laid_and_broken, laid_with_a_past];
    let asked: [&[&str]; 6] = [
        &["verify"],
        &["diff", "--all"],
        &["diff", "--all", ".env", ".env.backup.20260102_000000"],
        &["forecast"],
        &["blame"],
        &["sync"],
    ];
    for lay in lays {
        let stack = Stack::new();
        let all = lay(&stack);
        for (args, format) in asked.iter().flat_map(|args| ["human", "json", "github", "sarif"].map(|f| (*args, f))) {
            let output = stack.run(&[&["env"], args, &["--format", format]].concat(), &[]);
            let mut leaks = all.found("the output", &output.stdout);
            leaks.extend(all.found("stderr", &output.stderr));
            assert_eq!(leaks, Vec::<String>::new(), "{args:?} {format}");
        }
        let synced = stack.run(&["env", "sync", "--apply", "--stack-name", "small"], &[]);
        let mut leaks = all.found("the output", &[synced.stdout, synced.stderr].concat());
        leaks.extend(all.in_files(&stack));
        assert_eq!(leaks, Vec::<String>::new());
    }
}

#[test]
fn no_secret_is_in_blame_forecast_and_the_latest_changes_on_the_screen() {
    let stack = Stack::new();
    let all = laid_with_a_past(&stack);
    let mut pty = stack.console(&[], (120, 40));
    pty.wait_for("EXECUTION_COMPLETED", SOON);
    pty.send("2z");
    let mut seen = Vec::new();
    for (keys, shows) in [("b", "since when"), ("s", "oldest first"), ("F", "last restarts")] {
        pty.send(keys);
        pty.wait_for(shows, SOON);
        for _ in 0..6 {
            seen.push(pty.screen(screen::Screen::text));
            pty.send("j");
            assert!((0..20).any(|_| pty.is_quiet_for(std::time::Duration::from_millis(160))));
        }
    }
    let text = std::fs::read_to_string(stack.root().join(".env")).unwrap();
    stack.write(".env", text.replace("APP_TITLE", "APP_NAME"));
    pty.wait_for("changed by hand", SOON);
    seen.push(pty.screen(screen::Screen::text));
    pty.send("q");
    assert_eq!(pty.wait_exit(SOON).code, 0);
    assert_eq!(all.leaks(&pty, &seen, &stack), Vec::<String>::new());
}

#[test]
fn no_secret_is_in_a_panic_report() {
    // Faults on purpose are in no release build, so this is the program as cargo has just built it.
    if !cfg!(debug_assertions) {
        return;
    }
    let stack = Stack::new();
    let all = laid_and_broken(&stack);
    let root = stack.root();
    let own = stack.environment();
    let mut own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    own.extend([("READBACK_FAULT", "ui"), ("RUST_BACKTRACE", "full")]);
    let mut pty = Pty::spawn(env!("CARGO_BIN_EXE_readback"), &["--stack", root.to_str().unwrap()], &own, 80, 24);
    pty.wait_for("wrong", SOON);
    pty.send("j");
    assert_eq!(pty.wait_exit(SOON).code, 101);
    let shown = pty.screen(screen::Screen::text);
    assert!(shown.contains("This is a bug in readback."), "{shown}");
    assert_eq!(all.leaks(&pty, &[shown], &stack), Vec::<String>::new());
}

#[test]
fn the_password_of_a_stores_url_is_neither_shown_nor_kept() {
    for place in ["file", "environment"] {
        let stack = Stack::new();
        let mut all = Canaries::default();
        let url = format!("postgres://rb:{}@127.0.0.1:1/readback?sslmode=disable", all.lay("the store's URL"));
        let env: &[(&str, &str)] = match place {
            "file" => {
                stack.change("readback.toml", "sqlite:", &url);
                &[]
            }
            _ => &[("READBACK_STORE_URL", &url)],
        };
        let mut pty = stack.console_with(&[], env, (120, 40));
        pty.wait_for("no database", SOON);
        pty.send("3r");
        pty.wait_for("The timeline can't be read", SOON);
        let seen = [pty.screen(screen::Screen::text)];
        pty.send("q");
        assert_eq!(pty.wait_exit(SOON).code, 0);
        assert_eq!(all.leaks(&pty, &seen, &stack), Vec::<String>::new());
    }
}

#[test]
fn a_secret_that_stands_where_it_should_not_is_not_repeated_by_the_error() {
    let stack = Stack::new();
    let mut all = Canaries::default();
    let broken = [
        ("url = \"sqlite:\"", format!("url = \"postgers://rb:{}@h/d\"", all.lay("a wrong store's URL"))),
        (
            "url = \"sqlite:\"",
            format!("url = \"postgres://rb:{}@h:x/d?bad=%zz\"", all.lay("a store's URL with a wrong port")),
        ),
        ("url = \"sqlite:\"", format!("url = {}", all.lay("an unquoted value"))),
        ("every = \"1h\"", format!("every = \"{}\"", all.lay("a wrong duration"))),
        ("kind = \"tcp\"", format!("kind = \"tcp\"\npassword = \"{}\"", all.lay("an unknown option"))),
    ];
    for (from, to) in broken {
        let stack_now = Stack::new();
        stack_now.change("readback.toml", from, &to);
        for args in [&["check"][..], &["--stack", "."]] {
            let output = stack_now.run(args, &[]);
            assert!(!output.status.success());
            let said = [output.stdout, output.stderr].concat();
            assert!(!said.is_empty());
            assert_eq!(all.found("an error", &said), Vec::<String>::new(), "{}", String::from_utf8_lossy(&said));
        }
    }
    assert_eq!(all.in_files(&stack), Vec::<String>::new());
}
