//! What stands in a folder: which files, which keys, which services. Line by line and no more: what is
//! not seen here is for the person to add.

use super::InitError;
use crate::env::dotenv::{self, Assign};
use crate::env::{compose, template};
use std::io::Read;
use std::path::Path;

/// The most that is read of any one file, in bytes.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// The most names that are looked at.
const MAX_NAMES: usize = 10_000;

const TEMPLATES: [&str; 5] = [".env.template", ".env.example", ".env.sample", ".env.dist", "env.example"];
const COMPOSE: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const BACKUPS: [&str; 2] = [".env.backup", ".env.bak"];
const APP: &str = "odoo.conf";
const SNAPSHOT: &str = "docs/security/host-service-change-evidence-acceptance.snapshot.json";

/// A file by its name and its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedText {
    /// Relative to the folder.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// What was found in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The folder's own name.
    pub name: String,
    /// The env file.
    pub env: Option<NamedText>,
    /// The template.
    pub template: Option<NamedText>,
    /// The names of backups of the env file.
    pub backups: Vec<String>,
    /// The compose file.
    pub compose: Option<NamedText>,
    /// The application's own file.
    pub app: Option<NamedText>,
    /// The change-evidence snapshot's name.
    pub snapshot: Option<String>,
}

/// Reads what `propose` needs of a folder.
pub fn read_folder(dir: &Path) -> Result<Folder, InitError> {
    let failed = |source| InitError::Read { path: dir.to_owned(), source };
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .map_err(failed)?
        .take(MAX_NAMES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.chars().any(char::is_control))
        .collect();
    names.sort();
    // Files only: opening a pipe waits for a writer.
    let there = |name: &str| names.iter().any(|there| there == name) && dir.join(name).is_file();
    let first = |wanted: &[&'static str]| wanted.iter().copied().find(|name| there(name));
    let text = |name: Option<&str>| name.map(|name| read_text(dir, name)).transpose();
    let whole = dir.canonicalize().map_err(failed)?;
    Ok(Folder {
        name: whole.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        env: text(first(&[".env"]))?,
        template: text(first(&TEMPLATES))?,
        backups: names.iter().filter(|name| BACKUPS.iter().any(|start| name.starts_with(start))).cloned().collect(),
        compose: text(first(&COMPOSE))?,
        app: text(first(&[APP]))?,
        snapshot: dir.join(SNAPSHOT).is_file().then(|| SNAPSHOT.to_owned()),
    })
}

fn read_text(dir: &Path, name: &str) -> Result<NamedText, InitError> {
    let path = dir.join(name);
    let mut bytes = Vec::new();
    std::fs::File::open(&path)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
        .map_err(|source| InitError::Read { path, source })?;
    Ok(NamedText { name: name.to_owned(), text: String::from_utf8_lossy(&bytes).into_owned() })
}

impl Folder {
    /// What was found, a line each.
    pub fn found(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut say = |what: String| found.push(what);
        if let Some(env) = &self.env {
            say(format!("{}: {} keys", env.name, keys(&env.text).len()));
        }
        if let Some(template) = &self.template {
            let secrets = secret_marks(&template.text).len();
            say(format!("{}: {} keys, {secrets} secrets named", template.name, keys(&template.text).len()));
        }
        if !self.backups.is_empty() {
            say(format!("{} backups of the env file", self.backups.len()));
        }
        if let Some(compose) = &self.compose {
            let names: Vec<String> = services(&compose.text).into_iter().map(|service| service.name).collect();
            say(format!("{}: services {}", compose.name, crate::guard::line(&names.join(", "))));
        }
        if let Some(app) = &self.app {
            say(format!("{}: the application's own settings", app.name));
        }
        if let Some(snapshot) = &self.snapshot {
            say(format!("{snapshot}: candidates for review"));
        }
        if found.is_empty() {
            found.push("nothing that readback knows; the file is a start to be filled in".to_owned());
        }
        found
    }

    /// A glob that covers the backups.
    pub(super) fn backup_glob(&self) -> Option<String> {
        let start = BACKUPS.iter().find(|start| self.backups.iter().any(|name| name.starts_with(*start)))?;
        Some(format!("{start}*"))
    }

    /// The keys of the env file, then those that only the template has: a key that was lost counts.
    pub(super) fn keys(&self) -> Vec<String> {
        let texts = [&self.env, &self.template].into_iter().flatten().map(|file| file.text.as_str());
        keys(&texts.collect::<Vec<_>>().join("\n"))
    }

    /// The compose services.
    pub(super) fn services(&self) -> Vec<Service> {
        self.compose.as_ref().map(|file| services(&file.text)).unwrap_or_default()
    }

    /// The compose project's name: the compose file's, the env file's, the folder's.
    pub(super) fn project(&self) -> String {
        let compose = self.compose.as_ref().and_then(|file| compose::parse(file.text.as_bytes()).ok()?.name);
        let compose = compose.and_then(|name| plain(&name));
        let env = self.env.as_ref().and_then(|file| value(&file.text, "COMPOSE_PROJECT_NAME"));
        compose.or(env).unwrap_or_else(|| self.name.clone())
    }
}

/// The keys of a dotenv text, each once, in its order; none of a text that Compose refuses.
pub(super) fn keys(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let file = dotenv::parse(text.as_bytes()).ok();
    let entries = file.iter().flat_map(dotenv::EnvFile::entries);
    for entry in entries.filter(|entry| entry.assign == Assign::Value && is_word(&entry.key)) {
        if !keys.contains(&entry.key) {
            keys.push(entry.key.clone());
        }
    }
    keys
}

/// Whether a key can be written without quotes.
fn is_word(key: &str) -> bool {
    key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The value of a key that is no secret.
fn value(text: &str, key: &str) -> Option<String> {
    let values = dotenv::parse(text.as_bytes()).ok()?.values(&|_| None).ok()?;
    let value = std::str::from_utf8(values.get(key)?.value.expose()).ok()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// A secret that a template names, and the keys of its section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretMark {
    pub(super) id: String,
    pub(super) keys: Vec<String>,
}

/// The `# Secret: <id>` marks of a template.
pub(super) fn secret_marks(text: &str) -> Vec<SecretMark> {
    let Ok(template) = template::parse(text.as_bytes()) else { return Vec::new() };
    let of_section = |at: usize| {
        let keys = template.keys.iter().filter(move |key| key.section == at);
        keys.map(|key| key.key.clone()).collect::<Vec<_>>()
    };
    let marks = template.sections.iter().enumerate();
    marks.filter_map(|(at, section)| Some(SecretMark { id: section.secret.clone()?, keys: of_section(at) })).collect()
}

/// A compose service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) container: Option<String>,
    /// Ports published on the host.
    pub(super) ports: Vec<u16>,
}

/// The services of a compose file, with container names and published ports; none of a file that Compose
/// refuses.
pub(super) fn services(text: &str) -> Vec<Service> {
    let Ok(compose) = compose::parse(text.as_bytes()) else { return Vec::new() };
    let service = |service: compose::Service| Service {
        container: service.container_name.as_ref().and_then(plain),
        ports: service.ports.iter().filter_map(plain).filter_map(|port| published(&port)).collect(),
        name: service.name,
    };
    compose.services.into_iter().map(service).collect()
}

/// The text of a scalar that no variable decides.
fn plain(template: &compose::Template) -> Option<String> {
    let text = std::str::from_utf8(template.text.expose()).ok()?;
    (!text.is_empty() && !text.contains('$')).then(|| text.to_owned())
}

/// The host's port of `[ip:]host:container[/protocol]`, where it is a number and TCP.
fn published(port: &str) -> Option<u16> {
    let port = port.strip_suffix("/tcp").unwrap_or(port);
    let (host, container) = port.rsplit_once(':')?;
    container.parse::<u16>().ok()?;
    host.rsplit(':').next()?.parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_found_with_their_containers_and_published_ports() {
        let text = "name: shop\nservices:\n  web:  \n    container_name: \"shop-web\"\n    environment:\n      - A=1:2\n    ports:\n      - \"127.0.0.1:8069:8069\"\n      - 8072:8072/tcp\n      - \"53:53/udp\"\n      - \"9000\"\n  # a comment\n  redis:\n    image: redis\nvolumes:\n  data:\n";
        let found = services(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].container.as_deref(), Some("shop-web"));
        assert_eq!(found[0].ports, [8069, 8072]);
        assert_eq!(found[1], Service { name: "redis".to_owned(), ..Service::default() });
    }

    #[test]
    fn a_secret_mark_owns_the_keys_of_its_section() {
        let text = "# DB\n# Secret: x/db\n# ====\nDB_HOST=\nDB_PASSWORD=\n\n# Redis\nREDIS_HOST=\n";
        let keys = vec!["DB_HOST".to_owned(), "DB_PASSWORD".to_owned()];
        assert_eq!(secret_marks(text), [SecretMark { id: "x/db".to_owned(), keys }]);
    }

    #[test]
    fn keys_are_found_once_and_in_order() {
        assert_eq!(keys("# A=1\nB=1\nexport C=2\nB=3\n"), ["B", "C"]);
        assert!(keys("B=1\nnot a key=5\n").is_empty());
    }
}
