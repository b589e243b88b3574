//! The timeline at a million and at ten million rows, on `SQLite` and on a `PostgreSQL` of its own: what a person waits
//! for, how fast rows are appended, and the memory of the console. Prints a table; takes minutes and gigabytes of disk.
//!
//!     cargo bench --bench timeline                        # 1,000,000 rows
//!     READBACK_BENCH_ROWS=1000000,10000000 cargo bench --bench timeline
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that can't go on should say so"
)]
#![allow(clippy::print_stdout, reason = "the figures are what it is for")]

#[path = "timeline/append.rs"]
mod append;
#[path = "timeline/fill.rs"]
mod fill;
#[path = "timeline/read.rs"]
mod read;
#[path = "../tests/support/mod.rs"]
mod support;

use readback::app::Facts;
use readback::store::{Access, AnyStore, StoreUrl};
use std::process::Command;
use std::time::Duration;
use support::pgserver;
use support::rig::Rig;

const READY: &str = "database system is ready to accept connections";
/// As a server of a team has it: what is committed is on the disk.
const SETTINGS: &str = "fsync = on\nshared_buffers = '512MB'\nmax_wal_size = '4GB'\nmaintenance_work_mem = '256MB'\n";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Ok(url) = std::env::var("READBACK_BENCH_CONSOLE") {
        return runtime.block_on(console(&url));
    }
    // What cargo passes to benchmarks in a check of all targets: nothing is measured then.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let rows = std::env::var("READBACK_BENCH_ROWS").unwrap_or_else(|_| "1000000".to_owned());
    runtime.block_on(async {
        for rows in rows.split(',').map(|rows| rows.trim().parse().unwrap()) {
            sqlite(rows).await;
            postgres(rows).await;
        }
    });
}

async fn sqlite(rows: u64) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("readback.db");
    let url = format!("sqlite:{}", file.display());
    drop(open(&url).await);
    let took = fill::sqlite(&file, rows).await;
    heading("SQLite", rows, took, std::fs::metadata(&file).unwrap().len());
    measure(&url, rows).await;
    append::sqlite(&file, &url).await;
}

async fn postgres(rows: u64) {
    let cluster = pgserver::Cluster::init().await;
    let server = cluster.start("bench", SETTINGS, &[], READY).await;
    let url = format!("postgres://tester@127.0.0.1:{}/postgres?sslmode=disable", server.port);
    drop(open(&url).await);
    let (took, bytes) = fill::postgres(&url, rows).await;
    heading("PostgreSQL", rows, took, bytes);
    measure(&url, rows).await;
    append::postgres(&url).await;
}

fn heading(engine: &str, rows: u64, took: Duration, bytes: u64) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    let load = load.split(' ').next().unwrap();
    println!("\n{engine}, {rows} rows, {} MB, filled in {:.0} s, load {load}", bytes >> 20, took.as_secs_f64());
}

async fn measure(url: &str, rows: u64) {
    let store = open(url).await;
    read::all(&store, rows).await;
    store.close().await;
    // A process of its own: only its memory counts.
    let me = std::env::current_exe().unwrap();
    let out = Command::new(me).env("READBACK_BENCH_CONSOLE", url).output().unwrap();
    print!("{}", String::from_utf8_lossy(&out.stdout));
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

async fn open(url: &str) -> AnyStore {
    let store = AnyStore::open(&StoreUrl::parse(url).unwrap(), Access::ReadWrite).await.unwrap();
    store.ready().await.unwrap();
    store
}

/// A console that somebody scrolls, filters and zooms in; prints the most memory it had.
async fn console(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = Rig::start_with(url, folder.path(), 1, support::scene::evidence(), jiff::Timestamp::now()).await;
    rig.until("the log is read", |facts: &Facts| facts.log.read).await;
    rig.press("3 z").await;
    for _ in 0..1_500 {
        rig.press("pagedown").await;
        rig.answered().await;
    }
    for time in ["5d", "200d"] {
        rig.press("t").await;
        rig.write(time).await;
        rig.press("enter").await;
        rig.answered().await;
    }
    rig.press("G").await;
    rig.answered().await;
    for _ in 0..12 {
        rig.press("-").await;
        rig.answered().await;
    }
    rig.press("/").await;
    rig.write("actor=rare").await;
    rig.press("enter").await;
    rig.answered().await;
    let screen = rig.screen();
    assert!(screen.contains("match of"), "{screen}");
    println!("{:<44} {:>10} MB at most, {} MB in the end", "the console's memory", status("VmHWM:"), status("VmRSS:"));
    rig.end().await;
}

/// A figure of this process, in MB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
