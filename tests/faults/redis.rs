//! The faults of tests/fixtures/faults/real/redis.toml, each done to a real server: the shared one, or one of the row's
//! own.

use crate::support::faultproxy::{Fault, FaultProxy};
use crate::support::matrix::{self, Case, Matrix};
use crate::support::service;
use crate::support::web;
use readback::probes::Place;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};

/// What is done before the probe looks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of the fixture")]
struct Inject {
    /// The arguments of a server of the row's own.
    own: Option<Vec<String>>,
    /// Commands that are said and answered.
    say: Vec<String>,
    /// A command that is said, and whose end nobody waits for.
    begun: String,
    /// It replicates another server.
    replica: bool,
    /// A folder stands where the snapshot belongs.
    snapshot_is_blocked: bool,
    /// Its one port speaks TLS.
    tls: bool,
    /// How many clients hold a connection.
    clients: usize,
    /// It is stopped in its tracks.
    stopped: bool,
    /// What stands between the probe and the server.
    proxy: Option<Fault>,
}

/// A running server. Dropping it ends it.
struct Server {
    port: u16,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Server {
    async fn start(folder: &Path, args: &[String], port: u16, up: &str) -> Self {
        let mut command = Command::new("redis-server");
        // A Sentinel has a file that it writes to.
        if args.iter().any(|arg| arg == "--sentinel") {
            std::fs::write(folder.join("sentinel.conf"), "").unwrap();
            command.arg(folder.join("sentinel.conf"));
        }
        command.args(["--bind", "127.0.0.1", "--save", ""]).arg("--dir").arg(folder).args(args);
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self { port, child, lines };
        server.says(up).await;
        server
    }

    /// Waits until it says this.
    async fn says(&mut self, word: &str) {
        let mut said = String::new();
        while !said.contains(word) {
            let line = self.lines.next_line().await.unwrap();
            said.push_str(&line.unwrap_or_else(|| panic!("it ended before {word}:\n{said}")));
            said.push('\n');
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).unwrap())) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Says a command; the connection stays.
    async fn say(&self, command: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
        stream
    }

    async fn answers(&self, command: &str) -> TcpStream {
        let mut stream = self.say(command).await;
        let mut answer = [0; 512];
        let bytes = stream.read(&mut answer).await.unwrap();
        assert!(bytes > 0 && answer[0] != b'-', "{command}: {}", String::from_utf8_lossy(&answer[..bytes]));
        stream
    }
}

/// Makes the row's own server, and the one that it replicates.
async fn make(inject: &Inject, args: &[String], folder: &Path, closed: u16) -> (Server, Option<Server>) {
    let port = web::closed().await;
    let mut all: Vec<String> = args.iter().map(|arg| arg.replace("{closed}", &closed.to_string())).collect();
    let ready = "Ready to accept connections";
    let up = if args.iter().any(|arg| arg == "--sentinel") { "Sentinel ID is" } else { ready };
    let mut master = None;
    if inject.replica {
        let server = web::closed().await;
        let its = ["--port".to_owned(), server.to_string(), "--dbfilename".to_owned(), "master.rdb".to_owned()];
        let more = ["--repl-diskless-sync-delay".to_owned(), "0".to_owned()];
        master = Some(Server::start(folder, &[&its[..], &more[..]].concat(), server, ready).await);
        all.extend(["--replicaof".to_owned(), format!("127.0.0.1 {server}")]);
    }
    if inject.tls {
        let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        std::fs::write(folder.join("it.crt"), key.cert.pem()).unwrap();
        std::fs::write(folder.join("it.key"), key.signing_key.serialize_pem()).unwrap();
        let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
        all.extend(["--port", "0", "--tls-port"].map(str::to_owned));
        all.extend([port.to_string(), "--tls-cert-file".to_owned(), file("it.crt")]);
        all.extend(["--tls-key-file".to_owned(), file("it.key"), "--tls-ca-cert-file".to_owned(), file("it.crt")]);
    } else {
        all.extend(["--port".to_owned(), port.to_string()]);
    }
    let mut server = Server::start(folder, &all, port, up).await;
    if inject.replica {
        server.says("sync: Finished with success").await;
    }
    for command in &inject.say {
        server.answers(command).await;
    }
    if inject.snapshot_is_blocked {
        std::fs::create_dir_all(folder.join("dump.rdb/in the way")).unwrap();
        server.answers("SET a b").await;
        server.answers("BGSAVE").await;
        server.says("Background saving error").await;
    }
    (server, master)
}

async fn run(case: &Case<Inject>, shared: (u16, &str)) -> Result<(), String> {
    let inject = &case.inject;
    let folder = tempfile::tempdir().unwrap();
    let env = format!("REDIS_PASSWORD={}\nREDIS_WRONG=not-a-secret-and-wrong\nREDIS_ROW=not-a-secret-row\n", shared.1);
    std::fs::write(folder.path().join(".env"), env).unwrap();
    let closed = web::closed().await;
    let mut kept = Vec::new();
    let own = match &inject.own {
        Some(args) => Some(make(inject, args, folder.path(), closed).await),
        None => None,
    };
    if let Some((server, _)) = &own {
        for _ in 0..inject.clients {
            kept.push(server.answers("PING").await);
        }
        if !inject.begun.is_empty() {
            kept.push(server.say(&inject.begun).await);
        }
        if inject.stopped {
            server.signal(Signal::STOP);
        }
    }
    let port = own.as_ref().map_or(shared.0, |(server, _)| server.port);
    let proxy = match &inject.proxy {
        Some(fault) => Some(FaultProxy::start(&format!("127.0.0.1:{port}"), fault.clone()).await),
        None => None,
    };
    let port = proxy.as_ref().map_or(port, |proxy| proxy.port).to_string();
    let place = Place { root: folder.path().to_owned(), docker_host: None };
    let words = [("port", port.as_str()), ("closed", &closed.to_string())];
    let evidence = case.check(&place, &words).await?;
    let kept = serde_json::to_string(&evidence).unwrap();
    assert!(!kept.contains("not-a-secret"), "{}: {kept}", case.name);
    if evidence.hint.is_some() || case.verdict == "pass" || evidence.reason.as_deref() == Some("not_configured") {
        return Ok(());
    }
    Err(format!("{}: no hint of what to do", case.name))
}

#[tokio::test]
async fn every_fault_of_a_cache_is_seen_for_what_it_is() {
    let Some(url) = service::address("redis", "READBACK_TEST_REDIS") else { return };
    let (password, at) = url.strip_prefix("redis://:").unwrap().split_once('@').unwrap();
    let port = at.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap();
    let text = include_str!("../fixtures/faults/real/redis.toml");
    let mut wrong = Vec::new();
    for case in Matrix::<Inject>::parse(text).cases() {
        wrong.extend(run(&case, (port, password)).await.err());
    }
    matrix::all_as_they_must_be(&wrong);
}
