//! What stands in a folder: which files, which keys, which services. Line by line and no more: what is
//! not seen here is for the person to add.

use super::InitError;
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
        let compose = self.compose.as_ref().and_then(|file| top_level(&file.text, "name"));
        let env = self.env.as_ref().and_then(|file| value(&file.text, "COMPOSE_PROJECT_NAME"));
        compose.or(env).unwrap_or_else(|| self.name.clone())
    }
}

/// The keys of a dotenv text, in its order.
pub(super) fn keys(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start().strip_prefix("export ").unwrap_or(line.trim_start());
        let Some((key, _)) = line.split_once('=') else { continue };
        let key = key.trim();
        let starts_well = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if starts_well && is_word(key) && !keys.iter().any(|old| old == key) {
            keys.push(key.to_owned());
        }
    }
    keys
}

fn is_word(key: &str) -> bool {
    key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The value of a key that is no secret.
fn value(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find(|line| line.split_once('=').is_some_and(|(name, _)| name.trim() == key))?;
    let value = plain(line.split_once('=')?.1);
    (!value.is_empty() && !value.contains('$')).then(|| value.to_owned())
}

/// A secret that a template names, and the keys below it up to the next blank line after a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretMark {
    pub(super) id: String,
    pub(super) keys: Vec<String>,
}

/// The `# Secret: <id>` marks of a template.
pub(super) fn secret_marks(text: &str) -> Vec<SecretMark> {
    let mut marks: Vec<SecretMark> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if let Some(id) = line.trim().strip_prefix('#').and_then(|rest| rest.trim().strip_prefix("Secret:")) {
            marks.push(SecretMark { id: id.trim().to_owned(), keys: Vec::new() });
            open = true;
        } else if let (true, Some(mark)) = (open, marks.last_mut()) {
            mark.keys.extend(keys(line));
            open = !line.trim().is_empty() || mark.keys.is_empty();
        }
    }
    marks
}

/// A compose service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) container: Option<String>,
    /// Ports published on the host.
    pub(super) ports: Vec<u16>,
}

/// The services of a compose file in block style, with container names and published ports.
pub(super) fn services(text: &str) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let (mut inside, mut level, mut in_ports) = (false, None, false);
    for line in text.lines() {
        let body = line.trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            inside = body.trim_end() == "services:";
            continue;
        }
        if !inside {
            continue;
        }
        let level = *level.get_or_insert(indent);
        if let (true, Some(name)) = (indent == level, body.strip_suffix(':')) {
            services.push(Service { name: plain(name).to_owned(), ..Service::default() });
            in_ports = false;
        } else if let Some(service) = services.last_mut() {
            read_line(service, body, &mut in_ports);
        }
    }
    services
}

fn read_line(service: &mut Service, body: &str, in_ports: &mut bool) {
    if let Some(item) = body.strip_prefix("- ") {
        if *in_ports {
            service.ports.extend(published(plain(item)));
        }
        return;
    }
    *in_ports = body == "ports:";
    if let Some(name) = body.strip_prefix("container_name:") {
        service.container = Some(plain(name).to_owned()).filter(|name| !name.is_empty() && !name.contains('$'));
    }
}

/// The host's port of `[ip:]host:container[/protocol]`, where it is a number and TCP.
fn published(port: &str) -> Option<u16> {
    let port = port.strip_suffix("/tcp").unwrap_or(port);
    let (host, container) = port.rsplit_once(':')?;
    container.parse::<u16>().ok()?;
    host.rsplit(':').next()?.parse().ok().filter(|port| *port > 0)
}

/// The text of a top-level key of a YAML file.
fn top_level(text: &str, key: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let value = plain(value);
    (!value.is_empty() && !value.contains('$')).then(|| value.to_owned())
}

/// A scalar without its quotes and without a comment behind it.
fn plain(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.split(quote).next()) {
            return inner;
        }
    }
    text.split(" #").next().unwrap_or(text).trim_end()
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
        assert_eq!(top_level(text, "name").as_deref(), Some("shop"));
    }

    #[test]
    fn a_secret_mark_owns_the_keys_of_its_section() {
        let text = "# DB\n# Secret: x/db\n# ====\nDB_HOST=\nDB_PASSWORD=\n\n# Redis\nREDIS_HOST=\n";
        let keys = vec!["DB_HOST".to_owned(), "DB_PASSWORD".to_owned()];
        assert_eq!(secret_marks(text), [SecretMark { id: "x/db".to_owned(), keys }]);
    }

    #[test]
    fn keys_are_found_once_and_in_order() {
        assert_eq!(keys("# A=1\nB=1\nexport C=2\nB=3\n 1D=4\nnot a key=5\n"), ["B", "C"]);
    }
}
