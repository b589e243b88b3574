//! A small stack in a folder of its own, with nothing in it that needs a network, and the console on it.

use super::pty::{Pty, binary};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use tempfile::TempDir;

/// Long enough for a loaded machine; nothing waits that long unless it fails.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// The folder of the stack, and beside it all that the console may write to.
pub(crate) struct Stack {
    folder: TempDir,
}

impl Stack {
    /// A stack with the broken key `APP_BUCKET`, three probes that answer the same everywhere, and one candidate.
    pub(crate) fn new() -> Self {
        let stack = Self { folder: tempfile::tempdir().expect("a folder") };
        for folder in ["stack", "home", "state"] {
            std::fs::create_dir(stack.folder.path().join(folder)).expect("a folder");
        }
        stack.write("readback.toml", CONFIG);
        stack.write(".env", ENV);
        stack.write(".env.template", TEMPLATE);
        stack.write("docker-compose.yml", COMPOSE);
        stack.write("app.conf", "[options]\nworkers = 4\n");
        stack.write("snapshot.json", SNAPSHOT);
        stack.write("events.jsonl", EVENTS);
        stack
    }

    /// The stack's own folder.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("stack")
    }

    /// `$XDG_STATE_HOME`: everything that the console keeps.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// `$HOME`.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Writes a file of the stack.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(name);
        let is_new = !path.exists();
        std::fs::write(&path, text).expect("a file of the stack");
        if name == ".env" && is_new {
            // Its owner's alone, as a file with secrets in it should be. Set once: a watch sees a change of mode too.
            std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
        }
    }

    /// Replaces a text in a file of the stack; it has to be there.
    pub(crate) fn change(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.root().join(name)).expect("a file of the stack");
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, text.replace(from, to));
    }

    /// Opens the console on this stack.
    pub(crate) fn console(&self, args: &[&str], (columns, rows): (u16, u16)) -> Pty {
        self.console_with(args, &[], (columns, rows))
    }

    /// The same with more of an environment.
    pub(crate) fn console_with(&self, args: &[&str], env: &[(&str, &str)], (columns, rows): (u16, u16)) -> Pty {
        let root = self.root();
        let args = [&["--stack", root.to_str().expect("UTF-8")], args].concat();
        let own = self.environment();
        let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Pty::spawn(binary(), &args, &[own.as_slice(), env].concat(), columns, rows)
    }

    /// Runs the program to its end, without a terminal.
    pub(crate) fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Output {
        let mut command = Command::new(binary());
        command.args(args).current_dir(self.root()).env_clear().envs(self.environment());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(env.iter().copied());
        command.output().expect("the program runs")
    }

    /// Nothing of whoever runs the tests reaches the console.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |path: PathBuf| path.to_str().expect("UTF-8").to_owned();
        vec![
            ("HOME", path(self.home())),
            ("XDG_STATE_HOME", path(self.state())),
            ("XDG_CONFIG_HOME", path(self.home().join("config"))),
            ("USER", "tester".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("DOCKER_HOST", format!("unix://{}", path(self.home().join("no-docker.sock")))),
        ]
    }

    /// Every file that the console has left, by its path, and its bytes.
    pub(crate) fn kept(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.state(), &mut files);
        collect(&self.home(), &mut files);
        files
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.insert(path.clone(), std::fs::read(&path).expect("a file"));
        }
    }
}

/// Nothing listens on port 1, and no probe looks twice during a test.
pub(crate) const CONFIG: &str = r#"
[stack]
name = "small"
environment = "test"

[store]
url = "sqlite:"

[display]
timezone = "+00:00"

[env]
file = ".env"
template = ".env.template"
compose = "docker-compose.yml"
service = "web"

[env.app]
file = "app.conf"
section = "options"

[[probe]]
id = "daemon"
kind = "docker"
every = "1h"
half_life = "2h"

[[probe]]
id = "port"
kind = "tcp"
host = "127.0.0.1"
port = "1"
every = "1h"
half_life = "2h"

[[probe]]
id = "env-file"
kind = "env-file"
path = ".env"
template = ".env.template"
every = "1h"
half_life = "2h"

[review]
snapshot = "snapshot.json"
incident = "INC-TEST-1"

[timeline]
seed = "events.jsonl"
"#;

const ENV: &str = "APP_NAME=small\nAPP_PORT=8080\nAPP_TOKEN=invented-no-secret\n";

const TEMPLATE: &str = "\
# ============================================================
# Application (REQUIRED)
# ============================================================
APP_NAME=
APP_PORT=8080
APP_BUCKET=
APP_TOKEN=
";

const COMPOSE: &str = "\
services:
  web:
    image: small:1
    env_file:
      - .env
    environment:
      APP_PORT: ${APP_PORT}
";

const SNAPSHOT: &str = r#"{
  "change_evidence_candidates": [
    {
      "change_evidence_candidate_id": "host_service_change_evidence:small_env_file",
      "config_kind": "env_file",
      "control_tier": "C1_production_write",
      "expected_host_scope": "small",
      "label": "The small .env lost its bucket",
      "requires_live_evidence": true,
      "service_scope": "small-web",
      "surface_id": "small_env_file",
      "write_capable_surface": true
    }
  ]
}
"#;

const EVENTS: &str = concat!(
    r#"{"id": "0d00c0de-0000-4000-8000-000000000001", "incident_id": "INC-TEST-1", "approval_id": null, "#,
    r#""audit_log_id": null, "auto_repair_id": null, "event_type": "ALERT_RECEIVED", "actor": "alertmanager", "#,
    r#""action_detail": "the bucket is gone", "success": null, "error_message": null, "#,
    r#""context": {"alert_name": "BucketGone", "severity": "P1"}, "created_at": "2026-02-04T01:00:00Z"}"#,
    "\n"
);
