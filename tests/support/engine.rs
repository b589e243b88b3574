//! A real engine for rows of a matrix: what a row asks for is done with the docker command, under names of the row's
//! own, and undone when the row ends.

use super::faultproxy::{Fault, FaultProxy};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener};
use tokio::process::{Child, ChildStdout};
use tokio::task::{JoinHandle, JoinSet};

/// How long an engine may take to come to a state, on a machine that does other things too.
const LONG: Duration = Duration::from_mins(1);

/// What is done before the probe looks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inject {
    /// Commands of docker, in order; see [`Rig::step`].
    #[serde(default)]
    pub(crate) docker: Vec<String>,
    /// Files of the stack.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// What stands between the probe and the engine.
    #[serde(default)]
    pub(crate) proxy: Option<Fault>,
    /// The probe goes over TCP.
    #[serde(default)]
    pub(crate) over_tcp: bool,
    /// The engine's socket is `absent`, or `dead`: a file that nobody listens on.
    #[serde(default)]
    pub(crate) socket: Option<Socket>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Socket {
    Absent,
    Dead,
}

/// The containers, networks, images and files of a row. Dropping it removes them.
pub(crate) struct Rig {
    host: String,
    /// What the names of the row begin with.
    pub(crate) prefix: String,
    words: Vec<(String, String)>,
    /// The first words of the steps, for what has to be removed.
    done: Vec<String>,
    pub(crate) folder: TempDir,
    /// Where the probe is sent.
    pub(crate) endpoint: String,
    proxy: Option<FaultProxy>,
    front: Option<JoinHandle<()>>,
}

impl Rig {
    /// Nothing yet, under the names of this row.
    pub(crate) fn new(host: &str, row: &str) -> Self {
        let prefix = format!("rb{}{row}-", std::process::id());
        let image = std::env::var("READBACK_TEST_IMAGE").unwrap();
        let words = vec![("p".to_owned(), prefix.clone()), ("image".to_owned(), image)];
        let (host, endpoint) = (host.to_owned(), host.to_owned());
        Self {
            host,
            prefix,
            words,
            done: Vec::new(),
            folder: tempfile::tempdir().unwrap(),
            endpoint,
            proxy: None,
            front: None,
        }
    }

    /// Does what the row asks for.
    pub(crate) async fn inject(&mut self, inject: &Inject) {
        for (name, text) in &inject.files {
            std::fs::write(self.folder.path().join(name), self.fill(text)).unwrap();
        }
        for step in &inject.docker {
            self.step(step).await;
        }
        if let Some(fault) = &inject.proxy {
            let proxy = FaultProxy::start(&self.host, fault.clone()).await;
            self.endpoint = format!("tcp://127.0.0.1:{}", proxy.port);
            if !inject.over_tcp {
                self.stand_before(proxy.port);
            }
            self.proxy = Some(proxy);
        }
        let path = self.folder.path().join("docker.sock");
        match inject.socket {
            None => return,
            Some(Socket::Absent) => {}
            Some(Socket::Dead) => drop(std::os::unix::net::UnixListener::bind(&path).unwrap()),
        }
        self.endpoint = format!("unix://{}", path.display());
    }

    /// A socket of this machine that leads to a port.
    fn stand_before(&mut self, port: u16) {
        let path = self.folder.path().join("docker.sock");
        let listener = UnixListener::bind(&path).unwrap();
        self.endpoint = format!("unix://{}", path.display());
        self.front = Some(tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                links.spawn(async move {
                    let mut far = TcpStream::connect(("127.0.0.1", port)).await?;
                    copy_bidirectional(&mut near, &mut far).await
                });
            }
        }));
    }

    /// One command of docker: words, `'…'` around those with spaces. `@web` stands for the name and the labels that
    /// Compose gives a container of the service web. Besides: `await CONTAINER TEMPLATE VALUE` waits until an inspect
    /// says so, `hear CONTAINER EVENT` until the engine has told of it, and `save WORD CONTAINER TEMPLATE` keeps what an
    /// inspect says as a word.
    pub(crate) async fn step(&mut self, step: &str) {
        let step = self.fill(step);
        let words = split(&step);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.done.extend(words.first().map(|&word| word.to_owned()));
        match words[..] {
            ["await", container, template, value] => self.wait_for(container, template, value).await,
            ["hear", container, event] => self.hear(container, event).await,
            ["save", word, container, template] => {
                let value = self.docker(&["inspect", "--format", template, container]).await;
                self.words.push((word.to_owned(), value));
            }
            _ => {
                let prefix = &self.prefix;
                let labels = |word: &str| match word.strip_prefix('@') {
                    None => vec![word.to_owned()],
                    Some(service) => [
                        "--name".to_owned(),
                        format!("{prefix}{service}"),
                        "--label".to_owned(),
                        format!("com.docker.compose.project={prefix}shop"),
                        "--label".to_owned(),
                        format!("com.docker.compose.service={service}"),
                    ]
                    .to_vec(),
                };
                let words: Vec<String> = words.iter().flat_map(|word| labels(word)).collect();
                self.docker(&words.iter().map(String::as_str).collect::<Vec<_>>()).await;
            }
        }
    }

    /// What the command prints.
    pub(crate) async fn docker(&self, words: &[&str]) -> String {
        let output = tokio::process::Command::new("docker").arg("-H").arg(&self.host).args(words).output();
        let output = output.await.unwrap();
        assert!(output.status.success(), "docker {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Asks after every event of the container, those before the question too.
    async fn wait_for(&self, container: &str, template: &str, value: &str) {
        let mut events = self.events(&[&format!("container={container}")]);
        let said = async {
            while self.docker(&["inspect", "--format", template, container]).await != value {
                events.next().await;
            }
        };
        let in_time = tokio::time::timeout(LONG, said).await;
        assert!(in_time.is_ok(), "{container} never came to {template} = {value}");
    }

    /// Waits for an event of the container; one that was told already will do.
    async fn hear(&self, container: &str, event: &str) {
        let mut events = self.events(&[&format!("container={container}"), &format!("event={event}")]);
        let in_time = tokio::time::timeout(LONG, events.next()).await;
        assert!(in_time.is_ok(), "the engine never told {event} of {container}");
    }

    /// What the engine tells that passes these filters, from ten minutes ago on.
    fn events(&self, filters: &[&str]) -> Events {
        let mut told = tokio::process::Command::new("docker");
        told.args(["-H", &self.host, "events", "--since", "10m"]);
        for filter in filters {
            told.args(["--filter", filter]);
        }
        let mut told = told.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(told.stdout.take().unwrap()).lines();
        Events { lines, _told: told }
    }

    /// `{p}`, `{image}` and what was saved.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, with)| text.replace(&format!("{{{word}}}"), with))
    }

    pub(crate) fn words(&self) -> Vec<(&str, &str)> {
        self.words.iter().map(|(word, with)| (word.as_str(), with.as_str())).collect()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.front.take().inspect(JoinHandle::abort);
        let docker = |words: &[&str]| {
            let output = Command::new("docker").arg("-H").arg(&self.host).args(words).output();
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
        };
        let all = |remove: &[&str], list: &[&str]| {
            let found = docker(list);
            let found: Vec<&str> = found.split_whitespace().collect();
            if !found.is_empty() {
                docker(&[remove, &found].concat());
            }
        };
        let name = format!("name={}", self.prefix);
        let did = |word: &str| self.done.iter().any(|done| done == word);
        if did("run") || did("create") {
            all(&["rm", "-f", "-v"], &["ps", "-aq", "--filter", &name]);
        }
        if did("network") {
            all(&["network", "rm"], &["network", "ls", "-q", "--filter", &name]);
        }
        if did("tag") {
            let image = format!("reference={}*", self.prefix);
            all(&["rmi", "-f"], &["images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", &image]);
        }
    }
}

/// Events as they are told; dropping it ends the command that tells them.
struct Events {
    lines: Lines<BufReader<ChildStdout>>,
    _told: Child,
}

impl Events {
    async fn next(&mut self) {
        self.lines.next_line().await.unwrap().unwrap();
    }
}

/// Words; spaces inside `'…'` are part of one.
fn split(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for letter in text.chars() {
        match letter {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}
