//! What does not answer, or answers without end, costs its deadline and a bounded read, and the console goes on.

use crate::support::frame::{render, symbols};
use crate::support::probe;
use crate::support::scene;
use readback::app::shell::{Clock, judge_observations};
use readback::app::theme::Depth;
use readback::app::{Access, App, Event, Facts, Ids};
use readback::evidence::{Evidence, Verdict};
use readback::probes::{Limits, Place, ProbeSpec, Schedule, never_run};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener};
use tokio::sync::{Notify, mpsc};

/// Longer than anything takes, unless it never comes.
const NEVER: Duration = Duration::from_mins(1);
const GIB: u64 = 1 << 30;
/// More than all of it may read, and far less than there is.
const MOST_READ: u64 = 64 << 20;

fn named(id: &str, kind: &str, table: &str, timeout_ms: u64) -> ProbeSpec {
    ProbeSpec { id: id.into(), ..probe::spec(kind, table, Duration::from_millis(timeout_ms)) }
}

/// A Docker socket that takes every connection and says nothing; tells when somebody came.
fn hung_docker(folder: &Path) -> (String, Arc<Notify>) {
    let path = folder.join("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let came = Arc::new(Notify::new());
    let tell = came.clone();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
            tell.notify_one();
        }
    });
    (format!("unix://{}", path.display()), came)
}

/// A port whose queue is full: who knocks hears nothing at all. What fills it has to be kept.
fn black_hole() -> (u16, Vec<tokio::task::JoinHandle<()>>, TcpListener) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let port = listener.local_addr().unwrap().port();
    let fill = || {
        tokio::spawn(async move {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
                let _stream = stream;
                std::future::pending::<()>().await;
            }
        })
    };
    // The first is taken by the kernel; of the rest some wait for ever.
    let knocks = (0..4).map(|_| fill()).collect();
    (port, knocks, listener)
}

/// A web server that sends a byte every now and then, for ever; counts them.
async fn slow_loris() -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, sent) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU64::new(0)));
    let count = sent.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let count = count.clone();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 1024]).await;
                let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n";
                let _ = stream.write_all(head).await;
                let mut beat = tokio::time::interval(Duration::from_millis(20));
                loop {
                    beat.tick().await;
                    if stream.write_all(b"x").await.is_err() {
                        return;
                    }
                    count.fetch_add(1, SeqCst);
                }
            });
        }
    });
    (port, sent)
}

/// Bytes that this process has asked the kernel to read.
fn bytes_read() -> u64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap();
    text.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

/// The most memory that this process has had, in bytes.
fn most_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

fn sparse(path: &Path) {
    File::create(path).unwrap().set_len(10 * GIB).unwrap();
}

/// A console on a schedule, without a terminal.
struct Console {
    app: App,
    events: mpsc::Receiver<Event>,
}

impl Console {
    fn start(specs: Vec<ProbeSpec>, root: &Path) -> (Self, readback::probes::ScheduleHandle) {
        let place = Place { root: root.to_owned(), docker_host: None };
        let (handle, observations) =
            Schedule::spawn(specs.clone(), place, "readback@test".to_owned(), Limits::default());
        let (tell, events) = mpsc::channel(64);
        let now = jiff::Timestamp::now();
        let probes = specs.iter().map(|spec| never_run(spec, "readback@test", now)).collect();
        tokio::spawn(judge_observations(specs, observations, Clock::Real, tell));
        let facts = Facts::new(scene::setting(Access::ReadWrite), probes, now);
        (Self { app: App::new(facts, Ids::new([3; 16]), (100, 30)), events }, handle)
    }

    fn press(&mut self, name: &str) -> String {
        self.app.update(Event::Key(scene::key(name)), jiff::Timestamp::now());
        symbols(&render(&self.app, 100, 30, "default", Depth::Ansi16))
    }

    /// Takes events until each of so many probes has been judged; returns what was said of each.
    async fn until_judged(&mut self, probes: usize) -> BTreeMap<String, Evidence> {
        let mut judged = BTreeMap::new();
        while judged.len() < probes {
            let event = tokio::time::timeout(NEVER, self.events.recv()).await.expect("each is judged").unwrap();
            if let Event::Judged(seen) = &event {
                judged.entry(seen.probe.0.clone()).or_insert_with(|| (**seen).clone());
            }
            self.app.update(event, jiff::Timestamp::now());
        }
        judged
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hangs_or_never_ends_costs_its_deadline_and_a_bounded_read_while_keys_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (docker, somebody_came) = hung_docker(folder.path());
    let (hole, _knocks, _listener) = black_hole();
    let (loris, sent) = slow_loris().await;
    for name in ["job.json", ".env", "page"] {
        sparse(&folder.path().join(name));
    }
    let before = bytes_read();
    let specs = vec![
        named("docker", "docker", &format!("host = '{docker}'"), 600),
        named("web", "container", &format!("name = 'web'\nhost = '{docker}'"), 600),
        named("hole", "tcp", &format!("host = '127.0.0.1'\nport = '{hole}'"), 600),
        named("page", "http", &format!("url = 'http://127.0.0.1:{hole}/'"), 600),
        named("loris", "http", &format!("url = 'http://127.0.0.1:{loris}/'"), 600),
        named("job", "job", "path = 'job.json'\nformat = 'json'\nmax_age_s = 60", 5_000),
        named("env", "env-file", "path = '.env'", 5_000),
    ];
    let count = specs.len();
    let (mut console, _handle) = Console::start(specs, folder.path());
    tokio::time::timeout(NEVER, somebody_came.notified()).await.expect("docker is asked");
    // While all of that hangs the console does what it is told.
    assert!(console.press("?").contains("Leave the console"));
    assert!(!console.press("?").contains("Leave the console"));
    let judged = console.until_judged(count).await;
    assert!(console.press("1").contains("hole"));
    for (probe, seen) in &judged {
        assert_ne!(seen.verdict, Verdict::Pass, "{probe}: {}", seen.summary);
        assert!(seen.reason.is_some(), "{probe} says why");
    }
    let read = bytes_read() - before;
    assert!(read < MOST_READ, "{read} bytes of {} were read", 30 * GIB);
    assert!(sent.load(SeqCst) < 1_000, "the loris was left: {}", sent.load(SeqCst));
    // A program that prints without end is read to the end, so that it can end, and kept to its limit.
    let memory = most_memory();
    let shouts = vec![named("shout", "command", "argv = ['cat', 'page']", 1_000)];
    let (mut console, _handle) = Console::start(shouts, folder.path());
    let shout = console.until_judged(1).await;
    assert_ne!(shout["shout"].verdict, Verdict::Pass, "{}", shout["shout"].summary);
    let grown = most_memory() - memory;
    assert!(grown < MOST_READ, "{grown} bytes of memory");
    print_figures(&judged, read, grown);
}

#[allow(clippy::print_stderr, reason = "what was measured is worth a line")]
fn print_figures(judged: &BTreeMap<String, Evidence>, read: u64, grown: u64) {
    for (probe, seen) in judged {
        eprintln!("{probe}: {} {:?}: {}", seen.verdict.word(), seen.reason, seen.summary);
    }
    eprintln!("{read} bytes read of 30 GiB; a program that prints 10 GiB took {grown} bytes of memory");
}
