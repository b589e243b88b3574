//! PostgreSQL servers of a test's own, for what would disturb a shared one: another certificate, no TLS, a standby,
//! a server that hangs.

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A cluster as initdb makes it, to be copied; it trusts everybody on loopback.
pub(crate) struct Cluster {
    bin: PathBuf,
    folder: tempfile::TempDir,
    /// Who the servers run as: the one who runs the tests, unless that is root.
    user: Option<(u32, u32)>,
}

/// A running server. Dropping it ends it.
pub(crate) struct Server {
    pub(crate) port: u16,
    child: Child,
}

impl Cluster {
    /// Makes it.
    pub(crate) async fn init() -> Self {
        let bin = binaries();
        let folder = tempfile::tempdir().unwrap();
        let user = rustix::process::geteuid().is_root().then(unprivileged);
        own(folder.path(), user);
        let cluster = Self { bin, folder, user };
        let made = cluster
            .command("initdb")
            .args(["-U", "tester", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync", "-D"])
            .arg(cluster.template())
            .output()
            .await
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        cluster
    }

    fn template(&self) -> PathBuf {
        self.folder.path().join("template")
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Starts a server on a copy, with these settings and these files in its folder; it is up when it says so.
    pub(crate) async fn start(&self, name: &str, settings: &str, files: &[(&str, &str)], says: &str) -> Server {
        let data = self.folder.path().join(name);
        let copied = self.copy(&data).await;
        assert!(copied, "cp of {name}");
        for (file, text) in files {
            let path = data.join(file);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            own(&path, self.user);
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        self.launch(name, port, settings, says).await
    }

    /// Starts the server of this name again, at its port, on what it holds.
    pub(crate) async fn start_again(&self, name: &str, port: u16, says: &str) -> Server {
        self.launch(name, port, "", says).await
    }

    async fn launch(&self, name: &str, port: u16, settings: &str, says: &str) -> Server {
        let data = self.folder.path().join(name);
        let fixed = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nfsync = off\n\
             shared_buffers = '16MB'\nlog_destination = 'stderr'\nlogging_collector = off\n{settings}\n"
        );
        std::fs::write(data.join("postgresql.conf"), fixed).unwrap();
        let mut command = self.command("postgres");
        let mut child = command.arg("-D").arg(&data).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        while !said.contains(says) {
            let line = lines.next_line().await.unwrap();
            said.push_str(&line.unwrap_or_else(|| panic!("{name} did not start:\n{said}")));
            said.push('\n');
        }
        // What it says from now on is read, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Server { port, child }
    }

    async fn copy(&self, to: &Path) -> bool {
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(self.template()).arg(to);
        copy.status().await.unwrap().success()
    }
}

impl Server {
    /// How its superuser connects.
    pub(crate) fn admin(&self) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(self.port);
        options.username("tester").database("postgres").ssl_mode(PgSslMode::Disable)
    }

    /// Kills it and everything it runs, at once, as a failing machine would.
    pub(crate) async fn kill(mut self) {
        self.signal(Signal::QUIT);
        self.child.wait().await.unwrap();
    }

    /// Stops it in its tracks, or lets it go on.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(pid) = self.child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).unwrap())) {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::CONT);
        // At once, and its children with it.
        self.signal(Signal::QUIT);
    }
}

/// Where the servers' programs are, as tests/services/postgres.sh looks for them.
fn binaries() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/local/bin".into());
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    let is_whole = |folder: &&PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    let found = folders.iter().find(is_whole);
    found
        .unwrap_or_else(|| panic!("no initdb and postgres: install postgresql, or READBACK_TEST_WITHOUT=postgres"))
        .clone()
}

/// A user that is not root, whom the server wants.
fn unprivileged() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let mut fields = users.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).unwrap()
}

fn own(path: &Path, user: Option<(u32, u32)>) {
    if let Some((user, group)) = user {
        chown(path, Some(user), Some(group)).unwrap();
    }
}
