//! Builds what a row of tests/fixtures/faults/real/local.toml injects, in a folder of its own.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use readback::probes::Place;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

/// What is done before the probe looks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Inject {
    pub(crate) files: Vec<Made>,
    /// Options of a tmpfs that is mounted on `disk`; needs root, without it the row is left out.
    mount: Option<String>,
    /// Makes this many files there, or as many as it takes.
    fill: usize,
    /// How systemctl answers.
    systemctl: Option<Systemctl>,
    /// How a time server answers.
    ntp: Option<Ntp>,
    /// What an engine says that a container was started with.
    running: Option<Vec<String>>,
    /// The tables of readback.toml besides the probe's.
    pub(crate) layers: Option<String>,
}

/// A file, or what stands in its place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Made {
    path: String,
    text: String,
    /// Bytes in hex before the text.
    hex: String,
    /// Grows to this, with a hole before the text.
    sparse: Option<u64>,
    /// So many bytes of filling behind the text.
    bytes: usize,
    /// How long ago it was written, in seconds; negative for the future.
    age_s: i64,
    mode: Option<u32>,
    /// `dir`, `pipe`, or a file.
    kind: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Systemctl {
    show: String,
    failed: String,
    /// What it says of a unit that can't exist.
    control: String,
    stderr: String,
    exit: i32,
}

impl Default for Systemctl {
    fn default() -> Self {
        let control = "Id=none.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n".to_owned();
        Self { show: String::new(), failed: String::new(), control, stderr: String::new(), exit: 0 }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Ntp {
    /// By how much the server is behind this clock.
    behind_ms: i64,
    /// Its stratum; 0 is a "kiss of death".
    stratum: u8,
    leap: u8,
    /// Never answers.
    silent: bool,
    /// Answers another question than the one that was asked.
    forged: bool,
}

/// What was built; it goes with this.
pub(crate) struct Stack {
    root: TempDir,
    mounted: bool,
    engine: Option<String>,
    ntp: Option<String>,
    /// The time of day two hours ago, in UTC.
    due: String,
}

impl Drop for Stack {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg("-l").arg(self.root.path().join("disk")).status();
        }
    }
}

impl Stack {
    /// `None` where this machine does not permit it.
    pub(crate) async fn build(inject: &Inject) -> Option<Self> {
        let mut stack = Self {
            root: tempfile::tempdir().unwrap(),
            mounted: false,
            engine: None,
            ntp: None,
            due: written("clock", 7200).unwrap(),
        };
        let root = stack.root.path().to_owned();
        if let Some(options) = &inject.mount {
            stack.mounted = mount(&root.join("disk"), options, inject.fill);
            if !stack.mounted {
                return None;
            }
        }
        for made in &inject.files {
            make(&root, made);
        }
        if let Some(systemctl) = &inject.systemctl {
            write_systemctl(&root, systemctl);
        }
        if let Some(running) = &inject.running {
            if cfg!(not(feature = "docker")) {
                return None;
            }
            stack.engine = Some(engine(running.clone()).await);
        }
        if let Some(ntp) = &inject.ntp {
            stack.ntp = Some(time_server(ntp.clone()).await);
        }
        Some(stack)
    }

    pub(crate) fn place(&self) -> Place {
        let mut place = Place::from_environment(self.root.path());
        place.docker_host.clone_from(&self.engine);
        place
    }

    pub(crate) fn words(&self) -> Vec<(&str, &str)> {
        vec![("due", &self.due), ("ntp", self.ntp.as_deref().unwrap_or_default())]
    }
}

fn mount(at: &Path, options: &str, fill: usize) -> bool {
    fs::create_dir(at).unwrap();
    let run = |options: &str| {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at);
        mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    // What is to be read-only is filled first.
    let (first, is_read_only) = (options.trim_start_matches("ro,"), options.starts_with("ro,"));
    if !run(first) {
        return false;
    }
    for number in 0..fill {
        let written = File::create(at.join(number.to_string())).and_then(|mut file| file.write_all(&[0; 4096]));
        if written.is_err() {
            break;
        }
    }
    !is_read_only || run(&format!("remount,{options}"))
}

fn make(root: &Path, made: &Made) {
    let path = root.join(&made.path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match made.kind.as_str() {
        "dir" => fs::create_dir_all(&path).unwrap(),
        "pipe" => mknodat(CWD, &path, FileType::Fifo, Mode::RUSR, 0).unwrap(),
        _ => {
            let mut file = File::create(&path).unwrap();
            if let Some(size) = made.sparse {
                file.set_len(size).unwrap();
                std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).unwrap();
            }
            let hex = |at| u8::from_str_radix(&made.hex[at..at + 2], 16).unwrap();
            let head: Vec<u8> = (0..made.hex.len()).step_by(2).map(hex).collect();
            let whole = [&head[..], times(&made.text).as_bytes(), &vec![b'x'; made.bytes]].concat();
            file.write_all(&whole).unwrap();
            // A file with secrets in it is its owner's alone, unless a row is about that.
            let usual = path.file_name().is_some_and(|name| name == ".env").then_some(0o600);
            if let Some(mode) = made.mode.or(usual) {
                file.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
            }
            let since = Duration::from_secs(made.age_s.unsigned_abs());
            let now = SystemTime::now();
            file.set_modified(if made.age_s < 0 { now + since } else { now - since }).unwrap();
        }
    }
}

/// Fills in times: `{rfc:SECONDS}`, `{epoch:SECONDS}`, `{log:SECONDS}`, `{show:SECONDS}` ago, in UTC.
fn times(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let word = after.split_once('}').and_then(|(word, after)| Some((word.split_once(':')?, after)));
        let known = word.and_then(|((form, ago), after)| Some((written(form, ago.parse().ok()?)?, after)));
        if let Some((time, after)) = known {
            filled.push_str(&time);
            rest = after;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled + rest
}

fn written(form: &str, ago: i64) -> Option<String> {
    let time = Timestamp::now() - SignedDuration::from_secs(ago);
    let zoned = time.to_zoned(TimeZone::UTC);
    Some(match form {
        "rfc" => format!("{time:.0}"),
        "epoch" => time.as_second().to_string(),
        "log" => zoned.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        "clock" => zoned.strftime("%H:%M").to_string(),
        "show" => zoned.strftime("%a %Y-%m-%d %H:%M:%S UTC").to_string(),
        _ => return None,
    })
}

/// A script that answers as systemctl does; what was asked for comes before the unit that can't exist.
fn write_systemctl(root: &Path, answers: &Systemctl) {
    let show = times(&answers.show);
    let shown = if show.is_empty() { answers.control.clone() } else { format!("{show}\n{}", answers.control) };
    fs::write(root.join("show.txt"), shown).unwrap();
    fs::write(root.join("failed.txt"), &answers.failed).unwrap();
    fs::write(root.join("stderr.txt"), &answers.stderr).unwrap();
    let script = format!(
        "#!/bin/sh\ncat stderr.txt >&2\ncase \"$1\" in\nshow) cat show.txt;;\nlist-units) cat failed.txt;;\nesac\nexit {}\n",
        answers.exit
    );
    let made = Made { path: "systemctl".to_owned(), text: script, mode: Some(0o755), ..Made::default() };
    make(root, &made);
}

/// An engine with one container, `shop-web`; its address.
async fn engine(environment: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let started = written("rfc", 7200).unwrap();
    let inspect = serde_json::json!({
        "Id": "0123456789ab", "Name": "/shop-web", "Image": "sha256:0123",
        "State": {"Status": "running", "Running": true, "StartedAt": started},
        "Config": {"Env": environment},
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 16 * 1024];
            let length = stream.read(&mut head).await.unwrap_or_default();
            let asked = String::from_utf8_lossy(&head[..length]).into_owned();
            let (status, body) = if asked.contains("/containers/shop-web/") {
                ("200 OK", inspect.to_string())
            } else {
                ("404 Not Found", r#"{"message":"none"}"#.to_owned())
            };
            let kind = "Content-Type: application/json\r\nConnection: close";
            let answer = format!("HTTP/1.1 {status}\r\n{kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    address
}

/// A time server; its address.
async fn time_server(ntp: Ntp) -> String {
    const FROM_1900: i128 = 2_208_988_800;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let mut question = [0; 128];
        while let Ok((_, from)) = socket.recv_from(&mut question).await {
            if ntp.silent {
                continue;
            }
            let behind = SignedDuration::from_millis(ntp.behind_ms);
            let time = (Timestamp::now() - behind).as_nanosecond() + FROM_1900 * 1_000_000_000;
            let stamp = ((time << 32) / 1_000_000_000) as u64;
            let mut answer = [0; 48];
            answer[0] = (ntp.leap << 6) | (4 << 3) | 4;
            answer[1] = ntp.stratum;
            answer[24..32].copy_from_slice(&question[40..48]);
            if ntp.forged {
                answer[24] ^= 0xff;
            }
            answer[32..40].copy_from_slice(&stamp.to_be_bytes());
            answer[40..48].copy_from_slice(&stamp.to_be_bytes());
            let _ = socket.send_to(&answer, from).await;
        }
    });
    address
}
