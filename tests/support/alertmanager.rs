//! A real Alertmanager, with a listener of ours as its only receiver.

use super::ingest::{PATIENCE, Reply, TOKEN, request};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running Alertmanager. Dropping it kills it.
pub(crate) struct Alertmanager {
    pub(crate) address: SocketAddr,
    _child: Child,
    _folder: TempDir,
}

impl Alertmanager {
    /// Starts one that tells this listener, and resolves what it has not heard of for so long.
    pub(crate) async fn start(program: &str, listener: SocketAddr, resolve_timeout: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alertmanager.yml");
        std::fs::write(&file, configuration(listener, resolve_timeout)).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut child = Command::new(program)
            .arg(flag("config.file", &file))
            .arg(flag("storage.path", &folder.path().join("data")))
            .arg(format!("--web.listen-address={address}"))
            .arg("--cluster.listen-address=")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let up = async {
            let mut said = String::new();
            while !said.to_lowercase().contains("msg=listening") && !said.contains("\"Listening on\"") {
                let line = lines.next_line().await.unwrap();
                said.push_str(&line.unwrap_or_else(|| panic!("Alertmanager did not start:\n{said}")));
                said.push('\n');
            }
        };
        tokio::time::timeout(PATIENCE, up).await.expect("Alertmanager listens in time");
        // What it says from now on is read, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let started = Self { address, _child: child, _folder: folder };
        let ready = started.get("/-/ready").await;
        assert_eq!(ready.status, 200, "{ready:?}");
        started
    }

    async fn get(&self, path: &str) -> Reply {
        request(self.address, "GET", path, &[], b"").await
    }

    /// Posts to its API.
    pub(crate) async fn post(&self, path: &str, body: &Value) {
        let headers = ["Content-Type: application/json"];
        let reply = request(self.address, "POST", path, &headers, body.to_string().as_bytes()).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

fn flag(name: &str, path: &Path) -> String {
    format!("--{name}={}", path.display())
}

/// The least waits that it takes, so that a test need not wait.
fn configuration(listener: SocketAddr, resolve_timeout: &str) -> String {
    format!(
        "global:
  resolve_timeout: {resolve_timeout}
route:
  receiver: read.back
  group_by: [alertname]
  group_wait: 100ms
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: read.back
    webhook_configs:
      - url: http://{listener}/alertmanager
        send_resolved: true
        http_config:
          authorization:
            credentials: {TOKEN}
"
    )
}
