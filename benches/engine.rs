//! 500 probes at once, half of them slow: how long the engine takes for all of them, and how much memory. Prints both,
//! and fails where it takes longer than the slowest and 50 ms, or 60 MB. Real http probes are shown beside it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that can't go on should say so")]
#![allow(clippy::print_stdout, reason = "the figures are what it is for")]

use readback::evidence::Unknown;
use readback::probes::{Limits, Observation, Options, Place, ProbeError, ProbeSpec, Schedule};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep};

const PROBES: usize = 500;
const SLOW: Duration = Duration::from_millis(200);
const OVER: Duration = Duration::from_millis(50);
const MEGABYTES: u64 = 60;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let all = Limits { at_once: PROBES, per_kind: PROBES };
    runtime.block_on(async {
        println!("{PROBES} probes, half of them {} ms", SLOW.as_millis());
        let took = injected(all).await;
        let looks = report("injected looks", took);
        let most = memory("VmHWM:");
        // For the eye: what these take is the http kind's own (two questions each) and that of their server, too.
        let took = real(all).await;
        report("real http probes, their server included", took);
        let took = injected(Limits::default()).await;
        report("injected looks, 16 at once (the default)", took);
        assert!(looks <= SLOW + OVER, "longer than the slowest and {} ms", OVER.as_millis());
        assert!(most < MEGABYTES, "more than {MEGABYTES} MB");
    });
}

/// Prints the figures, and gives the time back.
fn report(what: &str, took: Duration) -> Duration {
    let (now, most, cpu) = (memory("VmRSS:"), memory("VmHWM:"), cpu_ms());
    println!(
        "{what:<42} {:>6.1} ms, {now} MB, at most {most} MB; {cpu} ms of processor so far",
        took.as_secs_f64() * 1000.0
    );
    took
}

/// A figure of this process, in MB.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// The processor time that this process has used, in milliseconds: on a busy machine the truer figure.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum()
}

fn spec(number: usize, kind: &str, table: &str) -> ProbeSpec {
    let options = Options::parse(kind, toml::Deserializer::parse(table).unwrap()).unwrap().unwrap();
    ProbeSpec {
        id: format!("probe-{number}").as_str().into(),
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(2),
        required: true,
        needs: Vec::new(),
        tags: Vec::new(),
        options,
    }
}

fn is_slow(number: usize) -> bool {
    number.is_multiple_of(2)
}

/// From the start of the schedule until each probe has answered.
async fn all_answered(began: Instant, mut seen: Receiver<Observation>) -> Duration {
    let mut answered = std::collections::BTreeSet::new();
    while answered.len() < PROBES {
        answered.insert(seen.recv().await.unwrap().probe);
    }
    began.elapsed()
}

/// The engine alone: a look is a wait.
async fn injected(limits: Limits) -> Duration {
    let specs = (0..PROBES).map(|number| spec(number, "tcp", "host = 'db'\nport = '1'")).collect();
    let began = Instant::now();
    let (_handle, seen) = Schedule::spawn_with(specs, "readback@bench".to_owned(), limits, |spec, _| {
        let number: usize = spec.id.0.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        async move {
            if is_slow(number) {
                sleep(SLOW).await;
            }
            Err(ProbeError::new(Unknown::NotConfigured, "nothing to ask"))
        }
    });
    all_answered(began, seen).await
}

/// Real probes against a server that lets half of them wait.
async fn real(limits: Limits) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = [0; 512];
                let length = stream.read(&mut asked).await.unwrap_or_default();
                if asked[..length].starts_with(b"GET /slow") {
                    sleep(SLOW).await;
                }
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok").await;
            });
        }
    });
    let table = |number| {
        let path = if is_slow(number) { "slow" } else { "quick" };
        format!("url = 'http://127.0.0.1:{port}/{path}'\nnegative_control = false")
    };
    let specs = (0..PROBES).map(|number| spec(number, "http", &table(number))).collect();
    let place = Place { root: "/".into(), docker_host: None };
    let began = Instant::now();
    let (_handle, seen) = Schedule::spawn(specs, place, "readback@bench".to_owned(), limits);
    all_answered(began, seen).await
}
