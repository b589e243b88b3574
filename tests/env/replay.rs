//! The incident that started this project, replayed from real files and a real container, state by state: what the
//! program says is wrong, which layer wins, and what the next restart would do.

mod stack;

use serde_json::Value;
use stack::{Manager, Stack};
use std::collections::{BTreeMap, BTreeSet};

// Invented, and shaped like nothing that is issued anywhere.
const OLD_PASSWORD: &str = "oldpw-8c";
const CONF_PASSWORD: &str = "invented-conf-value-of-32-signs!";
const NEW_PASSWORD: &str = "invented-db-value-of-32-letters!";

const CONFIG: &str = r#"[stack]
name = "odoo18-prod"
[display]
timezone = "+08:00"
[env]
template = ".env.template"
backups = ".env.backup*"
compose = "docker-compose.yml"
service = "web"
container = "odoo18-prod-web"
[env.app]
file = "odoo.conf"
section = "options"
shadowing = "odoo-entrypoint"
[env.app.shadows]
db_password = "DB_PASSWORD"
db_host = "DB_HOST"
[env.aliases]
DB_HOST = "HOST"
DB_PORT = "PORT"
DB_USER = "USER"
DB_PASSWORD = "PASSWORD"
[env.rules]
plain = ["DB_HOST"]
min_length = { DB_PASSWORD = 20 }
"#;

const SECRETS: [(&str, &str); 2] = [
    ("odoo18-prod/db-credentials", r#"{ host = "DB_HOST", username = "DB_USER", password = "DB_PASSWORD" }"#),
    (
        "odoo18-prod/s3-credentials",
        r#"{ bucket = "ORG_S3_BUCKET", region = "ORG_S3_REGION", access_key = "ORG_S3_ACCESS_KEY", secret_key = "ORG_S3_SECRET_KEY" }"#,
    ),
];

const TEMPLATE: &str = "COMPOSE_PROJECT_NAME=odoo18-prod

# Image (REQUIRED)
IMAGE_REF=

# Database (REQUIRED)
# Secret: odoo18-prod/db-credentials
DB_HOST=
DB_PORT=5432
DB_USER=
DB_PASSWORD=
DB_NAME=postgres
DB_SSLMODE=require

# Redis (REQUIRED)
REDIS_HOST=odoo18-prod-redis
REDIS_PORT=6379
REDIS_PASSWORD=

# S3 (REQUIRED)
# Secret: odoo18-prod/s3-credentials
ORG_S3_BUCKET=
ORG_S3_REGION=ap-northeast-1
ORG_S3_ACCESS_KEY=
ORG_S3_SECRET_KEY=

# OCR (OPTIONAL)
OCR_SERVICE_URL=
OCR_SERVICE_KEY=

# Mail (OPTIONAL)
SMTP_HOST=

# Odoo (OPTIONAL)
ENVIRONMENT=production
ADDONS_PATH=/mnt/extra-addons
";

const COMPOSE: &str = "name: odoo18-prod
services:
  web:
    image: ${IMAGE_REF:?set it in .env}
    container_name: odoo18-prod-web
    env_file: .env
    environment:
      HOST: odoo18-prod-db
      PORT: ${DB_PORT:-5432}
      USER: ${DB_USER}
      PASSWORD: ${DB_PASSWORD}
  redis:
    image: redis:7-alpine
    container_name: odoo18-prod-redis
";

const OLD_BUCKET: &str = "odoo-files-old";
const NEW_BUCKET: &str = "odoo-files-new";
const MANAGED: &str = "odoo18-prod.db.capsule.example";
const S3: [&str; 4] = ["ORG_S3_BUCKET", "ORG_S3_REGION", "ORG_S3_ACCESS_KEY", "ORG_S3_SECRET_KEY"];

fn s3(bucket: &str) -> String {
    format!(
        "\n# S3\nORG_S3_BUCKET={bucket}\nORG_S3_REGION=ap-northeast-1\nORG_S3_ACCESS_KEY=invented-access-id\n\
         ORG_S3_SECRET_KEY=invented-secret-of-the-bucket\n"
    )
}

fn env(host: &str, password: &str, rest: &str) -> String {
    format!(
        "COMPOSE_PROJECT_NAME=odoo18-prod\nIMAGE_REF=registry.capsule.example/odoo:18\n\n# Database\nDB_HOST={host}\n\
         DB_PORT=5432\nDB_USER=odoo\nDB_PASSWORD={password}\nDB_NAME=postgres\nDB_SSLMODE=require\n\n# Redis\n\
         REDIS_HOST=odoo18-prod-redis\nREDIS_PORT=6379\nREDIS_PASSWORD=invented-redis-value\n{rest}\n# Odoo\n\
         SMTP_HOST=smtp.capsule.example\nENVIRONMENT=production\nADDONS_PATH=/mnt/extra-addons\n"
    )
}

const OCR: &str = "\n# OCR, by hand\nOCR_SERVICE_URL=http://ocr.internal:8080\nOCR_SERVICE_KEY=invented-ocr-value\n";

fn conf(password_line: &str) -> String {
    format!("[options]\naddons_path = /mnt/extra-addons\nworkers = 4\n{password_line}\n")
}

fn db_secret(host: &str, password: &str) -> String {
    format!(r#"{{"host":"{host}","username":"odoo","password":"{password}"}}"#)
}

fn s3_secret(bucket: &str) -> String {
    format!(
        r#"{{"bucket":"{bucket}","region":"ap-northeast-1","access_key":"invented-access-id","secret_key":"invented-secret-of-the-bucket"}}"#
    )
}

/// What the compose file above gives the container, read by hand: the lines of `.env`, then `environment:`.
fn composed(env: &str, host: Option<&str>) -> BTreeMap<String, String> {
    let lines = env.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let mut all: BTreeMap<String, String> = lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    for (name, key) in [("PORT", "DB_PORT"), ("USER", "DB_USER"), ("PASSWORD", "DB_PASSWORD"), ("HOST", "DB_HOST")] {
        all.insert(name.to_owned(), all[key].clone());
    }
    match host {
        Some(host) => all.insert("HOST".to_owned(), host.to_owned()),
        None => all.insert("PGSSLMODE".to_owned(), "require".to_owned()),
    };
    all
}

fn list<'a>(value: &'a Value, field: &str) -> &'a Vec<Value> {
    value[field].as_array().unwrap_or_else(|| panic!("no list {field} in {value}"))
}

/// Every finding above a note: `id key`.
fn found(stack: &Stack) -> Vec<String> {
    let answer = stack.ask(&["verify"]);
    // The manager's secrets are made while this runs: whether they are newer than the file is not the story's.
    let told = list(&answer.json, "findings").iter().filter(|finding| finding["id"] != "secret_newer_than_file");
    let serious = told.filter(|finding| finding["severity"] != "note");
    serious.map(|f| format!("{} {}", f["id"].as_str().unwrap(), f["key"].as_str().unwrap_or("-"))).collect()
}

/// Which layer wins for a key, and where it stands.
fn winner(stack: &Stack, key: &str) -> String {
    let answer = stack.ask(&["diff", "--all", "--key", key]);
    let row = &list(&answer.json, "rows")[0];
    let Some(winner) = row["winner"].as_array() else { return "nobody".to_owned() };
    let place = &winner[1];
    format!("{} {}:{}", winner[0].as_str().unwrap(), place["file"].as_str().unwrap(), place["line"])
}

/// What the program foretells: `safe`, `breaks KEY KEY`, `unknown`; first of a restart, then of a recreate.
fn forecast(stack: &Stack) -> [String; 2] {
    let answer = stack.ask(&["forecast"]);
    ["restart", "recreate"].map(|way| {
        let safety = &answer.json[way]["safety"];
        let is = safety["is"].as_str().unwrap_or_else(|| panic!("{}", answer.text));
        let mut keys: Vec<&str> = safety["because"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|reason| reason["key"].as_str().unwrap_or_else(|| reason["text"].as_str().unwrap()))
            .collect();
        keys.dedup();
        keys.insert(0, is);
        keys.join(" ")
    })
}

/// What a recreate does to keys: `added KEY`.
fn changes(stack: &Stack) -> Vec<String> {
    let answer = stack.ask(&["forecast"]);
    let changes = list(&answer.json["recreate"], "changes").iter();
    changes.map(|c| format!("{} {}", c["change"].as_str().unwrap(), c["key"].as_str().unwrap())).collect()
}

fn each(words: &[&str], keys: &[&str]) -> Vec<String> {
    keys.iter().flat_map(|key| words.iter().map(move |word| format!("{word} {key}"))).collect()
}

fn breaks(keys: &[&str]) -> String {
    format!("breaks {}", keys.join(" "))
}

#[tokio::test]
async fn the_incident_state_by_state() {
    let Some(mut stack) = Stack::new(Manager::of_this_machine()) else { return };
    stack.configure(CONFIG, &SECRETS);
    stack.write(".env.template", TEMPLATE);
    stack.write("docker-compose.yml", COMPOSE);
    stack.rotate(SECRETS[0].0, &db_secret("odoo18-prod-db", CONF_PASSWORD)).await;
    stack.rotate(SECRETS[1].0, &s3_secret(OLD_BUCKET)).await;
    stack.recreate("odoo18-prod-db", &BTreeMap::new(), &[]);
    stack.recreate("odoo18-prod-redis", &BTreeMap::new(), &[]);
    let old = env("odoo18-prod-db", OLD_PASSWORD, &s3(OLD_BUCKET));
    stack.write(".env", &old);
    stack.write("odoo.conf", &conf(&format!("db_password = {CONF_PASSWORD}")));
    stack.recreate("odoo18-prod-web", &composed(&old, Some("odoo18-prod-db")), &[]);

    state_1_an_old_password_that_odoo_conf_hides(&stack);
    state_2_the_backup_of_10_34(&stack);
    state_3_a_hand_edit_loses_the_s3_keys(&stack);
    state_4_the_recreate(&stack).await;
    state_5_the_database_is_mended_and_s3_is_not(&stack).await;
    state_6_no_sync_without_credentials(&mut stack);
    the_end_is_a_sync_and_a_recreate(&stack);
}

fn state_1_an_old_password_that_odoo_conf_hides(stack: &Stack) {
    let want = [
        "hardcoded_in_compose DB_HOST",
        "too_short DB_PASSWORD",
        "differs_from_secret DB_PASSWORD",
        "shadowed_by_app DB_PASSWORD",
    ];
    assert_eq!(found(stack), want);
    assert_eq!(winner(stack, "DB_PASSWORD"), "app odoo.conf:4");
    assert_eq!(winner(stack, "DB_HOST"), "compose docker-compose.yml:8");
    assert_eq!(winner(stack, "ORG_S3_BUCKET"), "file .env:18");
    // Nothing breaks, and a restart or a recreate would not break it: odoo.conf has the right password.
    assert_eq!(forecast(stack), ["safe", "safe"]);
    assert_eq!(changes(stack), [""; 0]);
    stack.docker(&["restart", "-t", "0", &stack.real("odoo18-prod-web")]);
    assert_eq!(forecast(stack), ["safe", "safe"]);
}

fn state_2_the_backup_of_10_34(stack: &Stack) {
    let name = ".env.backup-before-ocr-central-20260202-103434";
    stack.back_up(name);
    let path = |name: &str| stack.root().join(name).display().to_string();
    let same = stack.ask(&["diff", &path(name), &path(".env")]);
    assert_eq!((same.code, list(&same.json, "rows").len()), (0, 0), "{}", same.text);
    assert_eq!(forecast(stack), ["safe", "safe"]);
}

fn state_3_a_hand_edit_loses_the_s3_keys(stack: &Stack) {
    stack.write(".env", &env("odoo18-prod-db", OLD_PASSWORD, OCR));
    stack.back_up(".env.backup.20260204_082611");
    let path = |name: &str| stack.root().join(name).display().to_string();
    let lost =
        stack.ask(&["diff", &path(".env.backup-before-ocr-central-20260202-103434"), &path(".env"), "--key", "*S3*"]);
    let gone: Vec<&str> = list(&lost.json, "rows").iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert_eq!(gone, S3);
    assert!(list(&lost.json, "rows").iter().all(|row| row["change"] == "removed"));
    let found = found(stack);
    for want in each(&["missing_required", "differs_from_secret", "running_differs_from_disk"], &S3) {
        assert!(found.contains(&want), "{want} in {found:?}");
    }
    assert_eq!(winner(stack, "ORG_S3_SECRET_KEY"), "nobody");
    // What was running still runs, and would after a restart. A recreate loses the file store.
    assert_eq!(forecast(stack), ["safe".to_owned(), breaks(&S3)]);
    let mut want = each(&["removed"], &S3);
    want.extend(each(&["added"], &["OCR_SERVICE_URL", "OCR_SERVICE_KEY"]));
    assert_eq!(changes(stack), want);
    let blamed = stack.ask(&["blame", "ORG_S3_SECRET_KEY"]);
    let steps = list(&list(&blamed.json, "keys")[0], "steps");
    let gone = steps.last().unwrap();
    // "When did the S3 keys go?" In local time: between 2026-02-02 10:34:34 and 2026-02-04 08:26:11.
    assert_eq!(gone["did"], "vanished", "{}", blamed.text);
    assert_eq!((&gone["after"], &gone["by"]), (&"2026-02-02T02:34:34Z".into(), &"2026-02-04T00:26:11Z".into()));
}

async fn state_4_the_recreate(stack: &Stack) {
    // The database has moved, and its secret with it.
    stack.docker(&["rm", "-f", &stack.real("odoo18-prod-db")]);
    stack.recreate("odoo18-prod-managed", &BTreeMap::new(), &[&stack.real(MANAGED)]);
    stack.rotate(SECRETS[0].0, &db_secret(MANAGED, NEW_PASSWORD)).await;
    let lost: Vec<&str> = ["DB_HOST", "DB_PASSWORD"].into_iter().chain(S3).collect();
    let foretold = forecast(stack);
    assert_eq!(foretold[1], breaks(&lost), "a recreate was foretold to break");
    assert_eq!(foretold[0], breaks(&["DB_HOST", "DB_PASSWORD"]), "and a restart");
    let edited = stack.file(".env");
    stack.recreate("odoo18-prod-web", &composed(&edited, Some("odoo18-prod-db")), &[]);
    // The application itself: could not translate host name.
    assert!(!stack.resolves("odoo18-prod-web", "odoo18-prod-db"));
    assert!(stack.resolves("odoo18-prod-web", "odoo18-prod-redis"));
    let answer = stack.ask(&["forecast"]);
    assert!(answer.text.contains("no container carries odoo18-prod-db"), "{}", answer.text);
    assert_eq!(forecast(stack), [breaks(&lost), breaks(&lost)]);
    assert_eq!(winner(stack, "DB_HOST"), "compose docker-compose.yml:8");
    let found = found(stack);
    assert!(found.contains(&"hardcoded_in_compose DB_HOST".to_owned()), "{found:?}");
    assert!(!found.iter().any(|finding| finding.starts_with("running_differs")), "{found:?}");
}

async fn state_5_the_database_is_mended_and_s3_is_not(stack: &Stack) {
    let compose = COMPOSE
        .replace("HOST: odoo18-prod-db", "HOST: ${DB_HOST}")
        .replace("PASSWORD: ${DB_PASSWORD}\n", "PASSWORD: ${DB_PASSWORD}\n      PGSSLMODE: require\n");
    stack.write("docker-compose.yml", &compose);
    stack.write("odoo.conf", &conf(&format!("; db_password = {CONF_PASSWORD}")));
    let mended = env(MANAGED, NEW_PASSWORD, OCR);
    stack.write(".env", &mended);
    stack.recreate("odoo18-prod-web", &composed(&mended, None), &[]);
    assert!(stack.resolves("odoo18-prod-web", MANAGED));
    // The bucket is another one by now, too.
    stack.rotate(SECRETS[1].0, &s3_secret(NEW_BUCKET)).await;
    assert_eq!(found(stack), each(&["missing_required", "differs_from_secret"], &S3));
    assert_eq!(winner(stack, "DB_PASSWORD"), "file .env:8");
    assert_eq!(winner(stack, "DB_HOST"), "file .env:5");
    assert_eq!(winner(stack, "ORG_S3_SECRET_KEY"), "nobody");
    // The route may answer and the container be up: S3 is not there, and no restart brings it back.
    assert_eq!(forecast(stack), [breaks(&S3), breaks(&S3)]);
}

fn state_6_no_sync_without_credentials(stack: &mut Stack) {
    let before = stack.file(".env");
    stack.credentials(false);
    let refused = stack.ask(&["sync", "--apply", "--stack-name", &stack.real("odoo18-prod")]);
    assert_ne!(refused.code, 0);
    assert!(refused.text.contains("the secrets can't be read, so nothing is planned"), "{}", refused.text);
    assert_eq!(stack.file(".env"), before);
    let verified = stack.ask(&["verify"]);
    let unread = list(&verified.json, "findings").iter().filter(|finding| finding["id"] == "layer_unread");
    assert!(unread.clone().any(|finding| finding["text"].as_str().unwrap().contains("secret")), "{}", verified.text);
    assert_eq!(found(stack), each(&["missing_required"], &S3));
    // Without the secrets nobody can say that a restart is safe, and a recreate is still known to break.
    let [restart, recreate] = forecast(stack);
    assert!(restart.starts_with("unknown secret: odoo18-prod/db-credentials"), "{restart}");
    assert_eq!(recreate, breaks(&S3));
    stack.credentials(true);
}

fn the_end_is_a_sync_and_a_recreate(stack: &Stack) {
    let planned = stack.ask(&["sync"]);
    let keys: BTreeSet<&str> =
        list(&planned.json, "changes").iter().map(|change| change["key"].as_str().unwrap()).collect();
    assert_eq!((planned.code, keys), (1, S3.into()), "{}", planned.text);
    assert_eq!(planned.text.matches("\"file\":").count(), 1, "a name stands in an object once");
    let synced =
        stack.ask(&["sync", "--apply", "--stack-name", &stack.real("odoo18-prod"), "--why", "INC-20260204-01"]);
    assert_eq!(synced.code, 0, "{}", synced.text);
    // The file has them; the container has not, until it is made anew.
    assert_eq!(found(stack), each(&["running_differs_from_disk"], &S3));
    assert_eq!(forecast(stack), [breaks(&S3), "safe".to_owned()]);
    assert_eq!(changes(stack), each(&["added"], &S3));
    let whole = stack.file(".env");
    assert!(whole.contains(NEW_BUCKET) && whole.contains("# OCR, by hand"));
    stack.recreate("odoo18-prod-web", &composed(&whole, None), &[]);
    assert_eq!(found(stack), [""; 0]);
    assert_eq!(stack.ask(&["verify"]).code, 0);
    assert_eq!(forecast(stack), ["safe", "safe"]);
    assert_eq!(stack.ask(&["forecast"]).code, 0);
    running_is_what_disk_and_secrets_are(stack);
    let blamed = stack.ask(&["blame", "ORG_S3_SECRET_KEY"]);
    let steps = list(&list(&blamed.json, "keys")[0], "steps");
    let did: Vec<&str> = steps.iter().map(|step| step["did"].as_str().unwrap()).collect();
    assert_eq!(did, ["was_there", "vanished", "came_back"], "{}", blamed.text);
}

fn running_is_what_disk_and_secrets_are(stack: &Stack) {
    let answer = stack.ask(&["diff", "--all"]);
    let secret_keys = ["DB_HOST", "DB_USER", "DB_PASSWORD"].into_iter().chain(S3);
    for key in secret_keys {
        let row = list(&answer.json, "rows").iter().find(|row| row["key"] == key).unwrap();
        // The columns: template, file, secret, compose, app, running.
        let print = |column: usize| row["cells"][column]["value"]["fingerprint"].as_str().unwrap();
        assert_eq!((print(1), print(1)), (print(2), print(5)), "{key}");
    }
}
