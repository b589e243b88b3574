//! The text of a new readback.toml. Pure: the same folder gives the same text. Names come from the
//! folder, quoted; values of an env file never do.

use super::look::{Folder, Service, secret_marks};
use crate::config::quote;
use std::fmt::Write;

/// Services that answer no HTTP, by a part of their name.
const INFRASTRUCTURE: [&str; 9] =
    ["redis", "valkey", "db", "postgres", "mysql", "mariadb", "mongo", "rabbit", "memcached"];

/// Ports where no HTTP is spoken.
const NOT_HTTP: [u16; 10] = [22, 25, 587, 3306, 5432, 5433, 5672, 6379, 11211, 27017];

/// Keys whose values help to see what is wrong and are no secrets.
const PLAIN: [&str; 6] = ["DB_HOST", "DB_PORT", "DB_NAME", "DB_SSLMODE", "REDIS_HOST", "REDIS_PORT"];

/// Options of odoo.conf, and the keys that they override.
const SHADOWS: [(&str, &str); 4] =
    [("db_password", "DB_PASSWORD"), ("db_host", "DB_HOST"), ("db_port", "DB_PORT"), ("db_user", "DB_USER")];

/// Writes a readback.toml for what was found in a folder. It loads as it is.
pub fn propose(folder: &Folder) -> String {
    let mut out = String::new();
    let name = quote(&name_of(&folder.project()));
    say(
        &mut out,
        "# Written by `readback init` from what it found in this folder. Read it through: what it\n# guessed says so. docs/configuration.md explains every key.\n",
    );
    say(&mut out, &format!("[stack]\nname = {name}\n# environment = \"production\"\n"));
    say(
        &mut out,
        "[store]\n# A SQLite file of this stack. A team shares one PostgreSQL instead:\n# url = \"postgres://ROLE@HOST/DATABASE?sslmode=require\"\n# password_env = \"READBACK_DB_PASSWORD\"\nurl = \"sqlite:\"\n",
    );
    say(
        &mut out,
        "[display]\n# local, UTC, an offset like \"+08:00\", or an IANA name like \"Asia/Taipei\".\ntimezone = \"local\"\n",
    );
    env(&mut out, folder);
    secrets(&mut out, folder);
    probes(&mut out, folder);
    review(&mut out, folder);
    out
}

/// A paragraph.
fn say(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// `key = value`, as a comment where there is no value.
fn set(out: &mut String, key: &str, value: Option<&str>, example: &str) {
    let _ = match value {
        Some(value) => writeln!(out, "{key} = {}", quote(value)),
        None => writeln!(out, "# {key} = {}", quote(example)),
    };
}

fn env(out: &mut String, folder: &Folder) {
    let services = folder.services();
    let service = main_service(&services);
    let container = service.map(|service| container_of(folder, service));
    out.push_str("# The layers of the stack's own configuration.\n[env]\n");
    set(out, "file", folder.env.as_ref().map(|file| file.name.as_str()), ".env");
    set(out, "template", folder.template.as_ref().map(|file| file.name.as_str()), ".env.template");
    set(out, "backups", folder.backup_glob().as_deref(), ".env.backup*");
    set(out, "compose", folder.compose.as_ref().map(|file| file.name.as_str()), "docker-compose.yml");
    set(out, "service", service.map(|service| service.name.as_str()), "web");
    set(out, "container", container.as_deref(), "project-web-1");
    out.push('\n');
    let keys = folder.keys();
    if let Some(app) = &folder.app {
        let _ = writeln!(out, "[env.app]\nfile = {}\nsection = \"options\"\n", quote(&app.name));
        out.push_str("# An option that is set there overrides this key of the environment.\n[env.app.shadows]\n");
        for (option, key) in SHADOWS.iter().filter(|(_, key)| has(&keys, key)) {
            let _ = writeln!(out, "{option} = {}", quote(key));
        }
        out.push('\n');
    }
    rules(out, &keys);
}

fn rules(out: &mut String, keys: &[String]) {
    let s3_plain = |key: &str| key.ends_with("S3_BUCKET") || key.ends_with("S3_REGION");
    let plain: Vec<String> =
        keys.iter().filter(|key| PLAIN.contains(&key.as_str()) || s3_plain(key)).map(|key| quote(key)).collect();
    out.push_str("[env.rules]\n");
    if has(keys, "DB_PASSWORD") {
        out.push_str("min_length = { DB_PASSWORD = 20 }\n");
    }
    out.push_str("# Values that may be shown; every other one whose name sounds secret is masked.\n");
    let _ = writeln!(out, "plain = [{}]\n", plain.join(", "));
}

/// The secrets that the template names; commented out, for their fields can't be known from here.
fn secrets(out: &mut String, folder: &Folder) {
    let marks = folder.template.as_ref().map(|file| secret_marks(&file.text)).unwrap_or_default();
    out.push_str("# Where secret values should come from: aws, command or file. They are compared by keyed\n# fingerprint, never shown.");
    out.push_str(if marks.is_empty() { " Take away the # and fill in:\n" } else { " The template names these:\n" });
    let example =
        super::look::SecretMark { id: "stack/db-credentials".to_owned(), keys: vec!["DB_PASSWORD".to_owned()] };
    for mark in if marks.is_empty() { vec![example] } else { marks } {
        let keys: Vec<String> = mark.keys.iter().map(|key| format!("{} = {}", field_of(key), quote(key))).collect();
        let id = quote(&mark.id);
        let _ = writeln!(out, "# [[secret]]\n# id = {id}\n# source = \"aws\"\n# keys = {{ {} }}", keys.join(", "));
        out.push_str("#\n");
    }
    out.push('\n');
}

/// A guess at the field that a key comes from: `DB_PASSWORD` from `password`, `X_S3_BUCKET` from `bucket`.
fn field_of(key: &str) -> String {
    key.split_once("S3_").or(key.split_once('_')).map_or(key, |(_, field)| field).to_lowercase()
}

fn probes(out: &mut String, folder: &Folder) {
    out.push_str("# Who looks at what. Every probe counts for the recovery gate unless it says required = false.\n");
    let mut ids = Ids::default();
    let (services, keys) = (folder.services(), folder.keys());
    if folder.compose.is_some() {
        probe(out, &ids.take("docker"), "docker", &[]);
    }
    for service in &services {
        let container = container_of(folder, service);
        probe(out, &ids.take(&service.name), "container", &[("name", &container)]);
    }
    if has(&keys, "DB_HOST") {
        database(out, &ids.take("database"), &keys);
    }
    if has(&keys, "REDIS_HOST") {
        // The name of a container means nothing on the host; a published port does.
        let local = services.iter().any(|service| service.ports.contains(&6379));
        let port = if has(&keys, "REDIS_PORT") { "$REDIS_PORT" } else { "6379" };
        let (host, port) = if local { ("127.0.0.1", "6379") } else { ("$REDIS_HOST", port) };
        probe(out, &ids.take("redis-port"), "tcp", &[("host", host), ("port", port)]);
    }
    for service in services.iter().filter(|service| !is_infrastructure(&service.name)) {
        let Some(port) = service.ports.iter().find(|port| !NOT_HTTP.contains(port)) else { continue };
        let path = if *port == 8069 { "web/health" } else { "" };
        out.push_str("# The path is a guess: name the one that says the service is well.\n");
        let url = format!("http://127.0.0.1:{port}/{path}");
        probe(out, &ids.take(&format!("{}-health", service.name)), "http", &[("url", &url)]);
    }
    match (&folder.env, &folder.template) {
        (Some(env), Some(template)) => {
            probe(out, &ids.take("env-file"), "env-file", &[("path", &env.name), ("template", &template.name)]);
        }
        (Some(_), None) => out.push_str("# No env-file probe: no template says which keys are required.\n\n"),
        (None, _) => {}
    }
}

fn database(out: &mut String, id: &str, keys: &[String]) {
    let or = |key: &str, other: &str| if has(keys, key) { format!("${key}") } else { other.to_owned() };
    let (port, user, name) = (or("DB_PORT", "5432"), or("DB_USER", "postgres"), or("DB_NAME", "postgres"));
    let password = has(keys, "DB_PASSWORD").then_some(("password_key", "DB_PASSWORD"));
    out.push_str("# The $KEYs are read from the env file when the probe looks; no value stands here.\n");
    let options = [("host", "$DB_HOST"), ("port", &port), ("user", &user), ("database", &name)];
    let options: Vec<_> = options.into_iter().chain(password).chain([("sslmode", "require")]).collect();
    probe(out, id, "postgres", &options);
}

fn probe(out: &mut String, id: &str, kind: &str, options: &[(&str, &str)]) {
    let _ = writeln!(out, "[[probe]]\nid = {}\nkind = {}", quote(id), quote(kind));
    for (key, value) in options {
        let _ = writeln!(out, "{key} = {}", quote(value));
    }
    out.push('\n');
}

fn review(out: &mut String, folder: &Folder) {
    out.push_str("# The guided readback.\n[review]\n");
    let usual = "docs/security/host-service-change-evidence-acceptance.snapshot.json";
    set(out, "snapshot", folder.snapshot.as_deref(), usual);
    out.push_str("# incident = \"INC-1\"\n");
}

/// Hands ids out, each once.
#[derive(Default)]
struct Ids(Vec<String>);

impl Ids {
    fn take(&mut self, wanted: &str) -> String {
        let wanted = name_of(wanted);
        let mut id = wanted.clone();
        let mut number = 2;
        while self.0.contains(&id) {
            id = format!("{wanted}-{number}");
            number += 1;
        }
        self.0.push(id.clone());
        id
    }
}

/// A name that readback.toml allows, made from any text.
fn name_of(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let name: String = text.chars().map(plain).take(48).collect();
    let name = name.trim_start_matches(['.', '_', '-']);
    if name.is_empty() { "stack".to_owned() } else { name.to_owned() }
}

fn container_of(folder: &Folder, service: &Service) -> String {
    service.container.clone().unwrap_or_else(|| format!("{}-{}-1", folder.project(), service.name))
}

/// The service whose environment is compared: the first that is not a database or the like.
fn main_service(services: &[Service]) -> Option<&Service> {
    services.iter().find(|service| !is_infrastructure(&service.name)).or(services.first())
}

fn is_infrastructure(name: &str) -> bool {
    INFRASTRUCTURE.iter().any(|part| name.contains(part))
}

fn has(keys: &[String], key: &str) -> bool {
    keys.iter().any(|there| there == key)
}
