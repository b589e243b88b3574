//! Invented secrets are planted in every layer of a stack, whole and broken. None of them, nor eight characters of
//! one, nor a plain hash of one, comes out of any `readback env` command in any format, nor stays in what it keeps.

#[cfg(feature = "docker")]
use crate::support::service;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// How long a piece of a secret has to be to give it away.
const PIECE: usize = 8;

// Words of no language and no issuer: no piece of them stands in an honest answer. Some look random, some do not.
const CANARIES: [&str; 43] = [
    "gelberKanariImSchrank",
    "q7Wv1Kp3Xn9Tb5Mz2",
    "kleinerZeisigAmMorgen",
    "Zt4-Rj8-Lw6-Hd0-Yc",
    "stieglitzUndHaenfling",
    "5jVbQ0xPw8sN2uKd",
    "wintergoldhaehnchenEi",
    "dompfaffSingtLeise",
    "rohrammerBeiNacht99",
    "mQ3fT9cX1rB7yL5e",
    "girlitzFliegtNachSued",
    "bluthaenflingAufDraht",
    "H2gN8vJ4kZ6pS0wA",
    "bergfinkImTiefenTann",
    "kernbeisserKnacktNuss",
    "schneeammerAmGletscher",
    "Xw5Dq1Ub7Ro3Vc9Fi",
    "ortolanUnterDerHecke",
    "grauammerSingtSpaet",
    "zaunammerAufDemPfahl",
    "Tn6Ye2Ka8Gm4Bj0Pl",
    "zippammerImWeinberg",
    "sperbergrasmueckeRuft",
    "feldschwirlImSchilfrohr",
    "Cv9Lh3Zs7Wd1Qx5Nu",
    "drosselrohrsaengerPaar",
    "teichrohrsaengerNest",
    "beutelmeiseHaengtHoch",
    "uferschnepfeWatetFort",
    // Of the shapes that stand inside of plain values. In pieces, for a scanner would take them for real.
    concat!("c41f", "7b2e", "-09d3", "-4e6a", "-b8f5", "-12c7e0", "9a3d64"),
    concat!("5e8a", "1c90", "f7b3", "42d6", "8e0b", "61fa", "93c5", "7d24"),
    concat!("b7d0", "3f5c", "91e8", "264a", "c70d", "5b8e", "f319", "a46c"),
    concat!("93ae", "60f4", "1db7", "c852", "e47f", "0a9b", "3d61", "8cf5", "27d0", "b96e", "4f1a", "c308"),
    concat!("93ae", "e1c8", "4d07", "b56f", "2a9e", "83f0", "d71b", "6c45", "09ea", "f782"),
    "tannenmeise",
    "haubenmeise",
    concat!("k7m2p9", "x4r8t1", "w6z3b5", "d0q"),
    "weidenmeise",
    // Keys, by their looks: what stands behind a closing quote.
    "sumpfmeise",
    "lapplandmeise",
    "blaumeise",
    "lasurmeise",
    "schwanzmeise",
];

const CONFIG: &str = r#"[stack]
name = "shop"
[store]
url = "sqlite:"
[env]
template = ".env.template"
backups = ".env.backup*"
compose = "docker-compose.yml"
service = "web"
container = "CONTAINER"
[env.app]
file = "odoo.conf"
section = "options"
[env.app.shadows]
db_password = "DB_PASSWORD"
admin_passwd = "ADMIN_PASSWORD"
[env.aliases]
DB_PASSWORD = "PASSWORD"
[[secret]]
id = "shop/db"
source = "file"
path = "secret.json"
keys = { password = "DB_PASSWORD", key = "S3_SECRET_KEY" }
"#;

/// The files of the stack; `{n}` is the canary of that number.
const FILES: [(&str, &str); 7] = [
    (
        ".env.template",
        "# Database (REQUIRED)\n# was: DB_PASSWORD={0}\nDB_HOST=db.example\nDB_PASSWORD={1}\n\n# Files (REQUIRED)\n\
         S3_SECRET_KEY=\n# Secret: shop/db\n# API_TOKEN={2}\nAPI_TOKEN=\nODD='x'{42}=\n",
    ),
    (
        ".env",
        "# DB_PASSWORD={3}\nDB_HOST=db.example\nDB_PASSWORD='{4}' # before: {5}\nAPI_TOKEN={6}\nAPI_TOKEN=\"{7}$NOPE\"\n\
         INHERITED_TOKEN\nEXTRA_THING={8}\nREDIS_URL=redis://user:{9}@redis/0\nMADE=x-${DB_PASSWORD}-y\n\
         DB_PASWORD={10}\n\
         HOOK_URL=https://x.webhook.office.example/webhookb2/{29}@{29}/IncomingWebhook/{30}/{29}\n\
         MAPS_URL=https://maps.example/api/js?v=3&key={31}\n\
         SIGNED_URL=https://bucket.example/a.tar?X-Amz-Date=1&X-Amz-Signature={32}\nGRAFANA_USER={33}\n\
         SMTP_ENDPOINT=user:{34}@mail.example:587\nCACHE_DB=:{35}@redis:6379\n\
         RELAY_URL=https://relay.example/in/{36}/status\nLOG_DB=postgres://app:{37}/x@db.example/log\n\
         IMAGE_REF=registry.example:5000/shop/app:18@sha256:DIGEST\n\
         ODD_PASSWORD='pa'{38}={39}\nOTHER_PASSWORD=\"x\" {40}_host={39}\n",
    ),
    (
        ".env.backup.20260101_000000",
        "DB_HOST=db.example\nDB_PASSWORD={11}\nS3_SECRET_KEY={12}\nODD_PASSWORD='pa'{41}=1\n",
    ),
    (".env.backup.20260102_000000", "DB_PASSWORD='{13}\nS3_SECRET_KEY={14}\n"),
    (
        "docker-compose.yml",
        "services:\n  web:\n    image: x\n    env_file: .env\n    environment:\n      - S3_SECRET_KEY={15}\n      \
         - OTHER_THING={16}\n      - PASSWORD=${DB_PASSWORD}\n",
    ),
    ("odoo.conf", "[options]\ndb_password = {17}\n; admin_passwd = {18}\nadmin_passwd = {19}\n  {20}\n"),
    ("secret.json", r#"{"password":"{21}","key":"{22}","unused":"{23}"}"#),
];

/// Files that their readers refuse, each with a canary where it breaks.
const BROKEN: [(&str, &str); 13] = [
    (".env", "DB_PASSWORD='{3}\nAPI_TOKEN={4}\n"),
    (".env", "DB_HOST=x\nDB_PASSWORD {5}=y\n{6} !\n"),
    (".env", "DB_HOST=x\n{7}"),
    (".env", "DB_HOST=x\nDB_PASSWORD='pa'{38}"),
    (".env", "DB_PASSWORD=${{8}\n"),
    (".env", "DB_PASSWORD=${NO_SUCH:?{9}}\n"),
    (".env.template", "DB_PASSWORD=\"{0}\n"),
    ("docker-compose.yml", "services:\n  web:\n    environment: [ {15}, : {16}\n"),
    ("docker-compose.yml", "services:\n  web:\n    environment:\n      S3_SECRET_KEY: ${X:?{15}}\n      A: ${{16}\n"),
    ("odoo.conf", "{17}\n[options\ndb_password {18}\n"),
    ("secret.json", r#"{"password":"{21}","key":{22}"#),
    ("secret.json", r#""{21}""#),
    ("readback.toml", "[store]\nurl = \"postgres://readback:{28}@db/x\"\npassword = \"{27}\"\n[env\nfile = {26}\n"),
];

struct Stack {
    folder: TempDir,
    docker: Option<String>,
}

impl Stack {
    fn new(docker: Option<String>, container: &str) -> Self {
        let stack = Self { folder: tempfile::tempdir().unwrap(), docker };
        std::fs::create_dir(stack.folder.path().join("stack")).unwrap();
        stack.write("readback.toml", &CONFIG.replace("CONTAINER", container));
        for (name, text) in FILES {
            stack.write(name, text);
        }
        stack
    }

    fn write(&self, name: &str, text: &str) {
        let filled =
            (0..CANARIES.len()).rev().fold(text.to_owned(), |text, n| text.replace(&format!("{{{n}}}"), CANARIES[n]));
        let filled = filled.replace("DIGEST", &"0a".repeat(32));
        std::fs::write(self.folder.path().join("stack").join(name), filled).unwrap();
    }

    /// Runs the program, and says what it printed.
    fn ask(&self, words: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_readback"));
        command.current_dir(self.folder.path().join("stack")).arg("env").args(words).stdin(Stdio::null());
        command.env_clear().env("HOME", self.folder.path()).env("USER", "tester").env("RUST_BACKTRACE", "1");
        command.env("XDG_STATE_HOME", self.folder.path().join("state"));
        // The process's own environment is a layer too.
        command.env("INHERITED_TOKEN", CANARIES[24]).env("OTHER_THING", CANARIES[25]);
        command.env("DOCKER_HOST", self.docker.as_deref().unwrap_or("unix:///no/such/docker.sock"));
        let output = command.output().unwrap();
        assert_ne!(output.status.code(), None, "{words:?} crashed");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }
}

/// What gives a canary away: its pieces, and hashes that anybody could make.
fn traces() -> Vec<(usize, String)> {
    let mut traces = Vec::new();
    for (n, canary) in CANARIES.iter().enumerate() {
        let pieces = canary.as_bytes().windows(PIECE);
        traces.extend(pieces.map(|piece| (n, String::from_utf8_lossy(piece).into_owned())));
        let hash = Sha256::digest(canary).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        traces.push((n, hash[..12].to_owned()));
    }
    traces
}

fn is_clean(traces: &[(usize, String)], text: &str, what: &str) {
    for (n, trace) in traces {
        assert!(!text.contains(trace.as_str()), "canary {n} ({trace}) is in {what}:\n{text}");
    }
}

/// Every file below a folder that the stack did not have before.
fn kept(folder: &Path, out: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            kept(&path, out);
            continue;
        }
        let name = path.display().to_string();
        // The stack's own files hold them, and a backup of a sync is the file that it replaced.
        let is_own = name.contains("/stack/") && path.extension().is_none_or(|end| end != "why");
        if !is_own {
            out.push((name, String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned()));
        }
    }
}

const FORMATS: [&str; 4] = ["human", "json", "github", "sarif"];

fn every_answer(stack: &Stack, formats: &[&str]) {
    let traces = traces();
    let backup = ".env.backup.20260101_000000";
    let commands: [&[&str]; 11] = [
        &["verify"],
        &["verify", "--group", "severity"],
        &["diff"],
        &["diff", "--all", "--group", "section"],
        &["diff", ".env", backup, "--all"],
        &["diff", ".env.backup.20260102_000000", ".env"],
        &["diff", "odoo.conf", "docker-compose.yml"],
        &["forecast"],
        &["blame"],
        &["blame", "DB_PASSWORD"],
        &["sync"],
    ];
    for command in commands {
        for format in formats {
            let words = [command, &["--format", format]].concat();
            let said = stack.ask(&words);
            assert!(!said.is_empty(), "{words:?}");
            is_clean(&traces, &said, &format!("{words:?}"));
        }
    }
}

fn what_is_kept(stack: &Stack) {
    let mut files = Vec::new();
    kept(stack.folder.path(), &mut files);
    let traces = traces();
    for (name, text) in &files {
        is_clean(&traces, text, name);
    }
    assert!(files.len() >= 2, "the key of the fingerprints and the store are there");
}

/// Plans, applies, and looks at what was printed, recorded and put beside the backup.
fn a_sync(stack: &Stack) {
    let traces = traces();
    for format in ["human", "json"] {
        let said = stack.ask(&["sync", "--apply", "--stack-name", "shop", "--why", "a test", "--format", format]);
        is_clean(&traces, &said, "a sync");
    }
    let synced = std::fs::read_to_string(stack.folder.path().join("stack/.env")).unwrap();
    assert!(synced.contains(CANARIES[21]) && synced.contains(CANARIES[22]), "it was applied");
    let files = std::fs::read_dir(stack.folder.path().join("stack")).unwrap();
    assert!(files.into_iter().any(|file| file.unwrap().file_name().to_string_lossy().ends_with(".why")));
}

#[test]
fn no_answer_and_nothing_that_is_kept_holds_a_secret() {
    let stack = Stack::new(None, "web");
    every_answer(&stack, &FORMATS);
    a_sync(&stack);
    every_answer(&stack, &["human", "json"]);
    what_is_kept(&stack);
}

/// The control: the same search finds a canary where a value may be shown.
#[test]
fn the_search_finds_what_may_be_shown() {
    let stack = Stack::new(None, "web");
    stack.write(".env", "DB_HOST={0}\n");
    for words in [&["diff", "--all"][..], &["diff", "--all", "--format", "json"]] {
        let said = stack.ask(words);
        assert!(traces().iter().any(|(n, trace)| *n == 0 && said.contains(trace.as_str())), "{said}");
    }
}

/// Another control: what only looks a little like one stays readable, or nobody could read an answer.
#[test]
fn a_host_a_port_and_the_digest_of_an_image_are_shown() {
    let stack = Stack::new(None, "web");
    let said = stack.ask(&["diff", "--all"]);
    for shown in ["db.example", &format!("registry.example:5000/shop/app:18@sha256:{}", "0a".repeat(32))] {
        assert!(said.contains(shown), "{said}");
    }
}

#[test]
fn a_file_that_is_refused_is_told_without_a_word_of_it() {
    let traces = traces();
    for (name, text) in BROKEN {
        let stack = Stack::new(None, "web");
        stack.write(name, text);
        for command in [
            &["verify"][..],
            &["diff", "--all"],
            &["diff", ".env", name],
            &["forecast"],
            &["blame"],
            &["sync"],
            &["sync", "--apply", "--stack-name", "shop"],
        ] {
            let said = stack.ask(command);
            is_clean(&traces, &said, &format!("{command:?} with a broken {name}"));
        }
        let mut files = Vec::new();
        kept(stack.folder.path(), &mut files);
        for (file, text) in &files {
            is_clean(&traces, text, file);
        }
    }
}

#[test]
fn a_program_that_fetches_secrets_and_complains_with_them_is_not_quoted() {
    let stack = Stack::new(None, "web");
    let command = r#"source = "command"
argv = ["sh", "-c", "cat secret.json; cat secret.json >&2; exit 3"]"#;
    let config = CONFIG.replace("CONTAINER", "web").replace("source = \"file\"\npath = \"secret.json\"", command);
    stack.write("readback.toml", &config);
    every_answer(&stack, &["human", "json"]);
    stack.write("readback.toml", &config.replace("; exit 3", "; echo trailing"));
    every_answer(&stack, &["human", "json"]);
}

#[cfg(feature = "docker")]
#[test]
fn what_a_real_container_runs_with_is_not_told() {
    let Some(host) = service::address("docker", "READBACK_TEST_DOCKER") else { return };
    let image = std::env::var("READBACK_TEST_IMAGE").unwrap();
    let name = format!("readback-canary-{}", std::process::id());
    let docker = |words: &[&str]| Command::new("docker").args(["-H", &host]).args(words).output().unwrap();
    let values = [("DB_PASSWORD", 26), ("PASSWORD", 27), ("API_TOKEN", 28), ("LEFT_OVER", 24)];
    let values = values.map(|(key, n)| format!("--env={key}={}", CANARIES[n]));
    let mut words = vec!["run", "-d", "--network", "none", "--name", &name];
    words.extend(values.iter().map(String::as_str));
    words.extend([image.as_str(), "sleep", "600"]);
    assert!(docker(&words).status.success());
    let stack = Stack::new(Some(host.clone()), &name);
    let looked = std::panic::catch_unwind(|| {
        let said = stack.ask(&["diff", "--all", "--format", "json"]);
        assert!(!said.contains("nothing is known of the running layer"), "{said}");
        every_answer(&stack, &FORMATS);
        a_sync(&stack);
        what_is_kept(&stack);
    });
    docker(&["rm", "-f", &name]);
    if let Err(failed) = looked {
        std::panic::resume_unwind(failed);
    }
}
