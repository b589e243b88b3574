//! The stack of the incident: its files in a folder of their own, its containers on a network of their own, and the
//! program that is asked about them.

use crate::support::{aws, service};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What the stack is called in the story; its real names carry the number of this process.
pub const STORY: &str = "odoo18-prod";

/// Where the secrets are kept.
pub enum Manager {
    /// JSON files of the stack.
    Files,
    /// An AWS API server, at this address.
    Aws(String),
}

impl Manager {
    /// The real protocol where there is a server that speaks it.
    pub fn of_this_machine() -> Self {
        match std::env::var("READBACK_TEST_AWS").ok().filter(|at| !at.is_empty()) {
            Some(at) => Self::Aws(at),
            None => Self::Files,
        }
    }
}

/// What an answer of the program was.
pub struct Answer {
    pub code: i32,
    pub text: String,
    pub json: Value,
}

/// The stack; dropping it removes its containers and its network.
pub struct Stack {
    pub folder: TempDir,
    host: String,
    name: String,
    manager: Manager,
    /// Whether the program finds credentials for the manager.
    pub has_credentials: bool,
}

impl Stack {
    /// An empty folder and a network; `None` where Docker is left out.
    pub fn new(manager: Manager) -> Option<Self> {
        let host = service::address("docker", "READBACK_TEST_DOCKER")?;
        let name = format!("{STORY}-{}", std::process::id());
        let stack = Self { folder: tempfile::tempdir().unwrap(), host, name, manager, has_credentials: true };
        std::fs::create_dir(stack.root()).unwrap();
        stack.docker(&["network", "create", &stack.name]);
        Some(stack)
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("stack")
    }

    /// A text of the story, with the names that are real here.
    pub fn real(&self, text: &str) -> String {
        text.replace(STORY, &self.name)
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        std::fs::write(&path, self.real(text)).unwrap();
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// `readback.toml`, with the secrets where this stack has them.
    pub fn configure(&self, stack: &str, secrets: &[(&str, &str)]) {
        let mut text = stack.to_owned();
        for (id, keys) in secrets {
            let source = match &self.manager {
                Manager::Files => format!("source = \"file\"\npath = \"{}\"", file_of(id)),
                Manager::Aws(at) => format!("source = \"aws\"\nregion = \"us-east-1\"\nendpoint = \"{at}\""),
            };
            let _ = writeln!(text, "\n[[secret]]\nid = \"{id}\"\n{source}\nkeys = {keys}");
        }
        self.write("readback.toml", &text);
    }

    /// Gives a secret its value, or another one.
    pub async fn rotate(&self, id: &str, text: &str) {
        let text = self.real(text);
        let Manager::Aws(at) = &self.manager else {
            return std::fs::write(self.root().join(file_of(id)), text).unwrap();
        };
        let (admin, id) = (aws::secrets(at), self.real(id));
        let made = admin.create_secret().name(&id).secret_string(&text).send().await;
        if made.is_err() {
            admin.put_secret_value().secret_id(&id).secret_string(&text).send().await.unwrap();
        }
    }

    /// Takes the way to the secrets away, or gives it back.
    pub fn credentials(&mut self, are_there: bool) {
        self.has_credentials = are_there;
        if matches!(self.manager, Manager::Files) {
            for entry in std::fs::read_dir(self.root()).unwrap() {
                let path = entry.unwrap().path();
                let (from, to) = if are_there { ("away", "json") } else { ("json", "away") };
                if path.extension().is_some_and(|end| end == from) {
                    std::fs::rename(&path, path.with_extension(to)).unwrap();
                }
            }
        }
    }

    /// Makes a container anew, with this environment and these names beside its own.
    pub fn recreate(&self, container: &str, environment: &BTreeMap<String, String>, aliases: &[&str]) {
        let _ = Command::new("docker").args(["-H", &self.host, "rm", "-f", &self.real(container)]).output();
        let image = std::env::var("READBACK_TEST_IMAGE").unwrap();
        let mut words: Vec<String> =
            ["run", "-d", "--network", &self.name, "--name", &self.real(container)].map(str::to_owned).to_vec();
        words.extend(aliases.iter().map(|alias| format!("--network-alias={alias}")));
        words.extend(environment.iter().map(|(key, value)| format!("--env={key}={}", self.real(value))));
        words.extend([image, "sleep".to_owned(), "3600".to_owned()]);
        self.docker(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// What the engine says; a command that fails ends the test.
    pub fn docker(&self, words: &[&str]) -> String {
        let output = Command::new("docker").args(["-H", &self.host]).args(words).output().unwrap();
        assert!(output.status.success(), "docker {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Whether the container finds a host of this name: what the application itself would see.
    pub fn resolves(&self, container: &str, host: &str) -> bool {
        let words = ["-H", &self.host, "exec", &self.real(container), "nslookup", &self.real(host)];
        Command::new("docker").args(words).output().unwrap().status.success()
    }

    /// Asks the real program; the answer has the names of the story again.
    pub fn ask(&self, words: &[&str]) -> Answer {
        let mut command = Command::new(env!("CARGO_BIN_EXE_readback"));
        command.arg("--stack").arg(self.root()).arg("env").args(words).args(["--format", "json"]);
        command.env_clear().env("HOME", self.folder.path()).env("USER", "tester").env("DOCKER_HOST", &self.host);
        command.env("XDG_STATE_HOME", self.folder.path().join("state")).stdin(Stdio::null());
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_CONFIG_FILE", "/dev/null");
        if self.has_credentials {
            command.envs(aws::CREDENTIALS);
        }
        let output = command.output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout).replace(&self.name, STORY);
        let text = out.clone() + &String::from_utf8_lossy(&output.stderr).replace(&self.name, STORY);
        let json = serde_json::from_str(&out).unwrap_or_default();
        Answer { code: output.status.code().unwrap(), text, json }
    }

    pub fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.root().join(name)).unwrap().replace(&self.name, STORY)
    }

    /// Copies a file of the stack, as their scripts back `.env` up.
    pub fn back_up(&self, as_name: &str) {
        std::fs::copy(self.root().join(".env"), self.root().join(as_name)).unwrap();
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let docker = |words: &[&str]| Command::new("docker").args(["-H", &self.host]).args(words).output();
        let ours = format!("name={}", self.name);
        let found = docker(&["ps", "-aq", "--filter", &ours]).map(|output| output.stdout).unwrap_or_default();
        for id in String::from_utf8_lossy(&found).split_whitespace() {
            let _ = docker(&["rm", "-f", id]);
        }
        let _ = docker(&["network", "rm", &self.name]);
    }
}

fn file_of(id: &str) -> String {
    let name = Path::new(id).file_name().unwrap().to_string_lossy();
    format!("{name}.json")
}
