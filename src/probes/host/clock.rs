//! Holds the clock against a time server, by one SNTP question (RFC 4330), and asks whether somebody keeps it.

use super::{Clock, Host};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::program::Program;
use crate::probes::{Place, ProbeError};
use jiff::Timestamp;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// The port of time servers.
const PORT: u16 = 123;
/// From 1900, where NTP begins to count, to 1970, in seconds.
const FROM_1900: i128 = 2_208_988_800;
const NANOS: i128 = 1_000_000_000;
/// No leap second, version 4, a client.
const ASKS: u8 = 0b00_100_011;

pub(super) async fn look(options: &Host, at: &Place, deadline: Instant) -> Result<Clock, ProbeError> {
    let mut clock = Clock::default();
    if let Some(server) = &options.ntp_server {
        clock.ahead_ms = Some(ahead_ms(server, deadline).await?);
    }
    if let Some(program) = &options.timedatectl {
        clock.is_synchronised = Some(is_synchronised(program, at, deadline).await?);
    }
    Ok(clock)
}

/// By how much this clock is ahead of a time server's, in milliseconds.
async fn ahead_ms(server: &str, deadline: Instant) -> Result<i64, ProbeError> {
    let shown = line(server).into_owned();
    let unanswered = |reason, what: &str| {
        let error = ProbeError::new(reason, format!("the time server {shown} {what}"));
        error.id("clock_unanswered").hint("timedatectl timesync-status; chronyc sources")
    };
    let answer = match timeout_at(deadline, ask(server)).await {
        Err(_) => return Err(unanswered(Unknown::TimedOut, "did not answer in time")),
        Ok(Err(error)) => {
            return Err(unanswered(Unknown::Unreachable, &format!("can't be asked ({})", error.kind())));
        }
        Ok(Ok(answer)) => answer,
    };
    match answer.ahead_ms() {
        Some(ahead) => Ok(ahead),
        None if answer.is_unsynchronised() => {
            let error = unanswered(Unknown::Void, "does not know the time itself");
            Err(error.id("time_server_unsynced"))
        }
        None => Err(unanswered(Unknown::Garbled, "gave an answer that makes no sense")),
    }
}

/// An answer, with this clock's time before the question and after it, in nanoseconds since 1900.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) bytes: Vec<u8>,
    pub(super) asked: i128,
    pub(super) answered: i128,
}

async fn ask(server: &str) -> std::io::Result<Answer> {
    let has_port = server.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let to = if has_port { server.to_owned() } else { format!("{server}:{PORT}") };
    let address = tokio::net::lookup_host(to).await?.next().ok_or(std::io::ErrorKind::NotFound)?;
    let here = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(here).await?;
    // A connected socket takes no answer from anybody else.
    socket.connect(address).await?;
    let mut question = [0; 48];
    question[0] = ASKS;
    let asked = now();
    question[40..].copy_from_slice(&stamp(asked).to_be_bytes());
    socket.send(&question).await?;
    let mut bytes = vec![0; 128];
    loop {
        let length = socket.recv(&mut bytes).await?;
        let answered = now();
        // Another question's answer, or a forged one, does not carry the stamp of this one.
        if bytes.get(24..32) == Some(&question[40..]) {
            bytes.truncate(length);
            return Ok(Answer { bytes, asked, answered });
        }
    }
}

impl Answer {
    fn stamp_at(&self, at: usize) -> Option<i128> {
        let bytes: [u8; 8] = self.bytes.get(at..at + 8)?.try_into().ok()?;
        let stamp = i128::from(u64::from_be_bytes(bytes));
        (stamp != 0).then_some((stamp * NANOS) >> 32)
    }

    /// Leap indicator 3, or stratum 0 (a "kiss of death") or 16.
    pub(super) fn is_unsynchronised(&self) -> bool {
        let first = self.bytes.first().copied().unwrap_or_default();
        let stratum = self.bytes.get(1).copied().unwrap_or_default();
        first >> 6 == 3 || stratum == 0 || stratum > 15
    }

    /// The clock's offset, the way there and the way back taken for equal. `None` where the server does not know.
    pub(super) fn ahead_ms(&self) -> Option<i64> {
        let is_server = self.bytes.first().is_some_and(|first| first & 0b111 == 4);
        if self.bytes.len() < 48 || !is_server || self.is_unsynchronised() {
            return None;
        }
        let (received, sent) = (self.stamp_at(32)?, self.stamp_at(40)?);
        let ahead = i128::midpoint(self.asked - received, self.answered - sent);
        i64::try_from(ahead / 1_000_000).ok()
    }
}

/// This clock, in nanoseconds since 1900.
fn now() -> i128 {
    Timestamp::now().as_nanosecond() + FROM_1900 * NANOS
}

/// As NTP writes a time: seconds and their 2^32th parts.
fn stamp(nanos: i128) -> u64 {
    ((nanos << 32) / NANOS) as u64
}

/// What the kernel says, as timedatectl reads it.
async fn is_synchronised(program: &str, at: &Place, deadline: Instant) -> Result<bool, ProbeError> {
    let argv = [program, "show", "--property=NTPSynchronized", "--value"].map(str::to_owned);
    let program = Program { argv: &argv, environment: &[("LC_ALL", "C")], with_errors: false };
    let output = program.run(at, deadline).await.map_err(|error| error.id("clock_unanswered"))?;
    match (output.exit, output.bytes.trim_ascii()) {
        (Some(0), b"yes") => Ok(true),
        (Some(0), b"no") => Ok(false),
        _ => {
            let message = format!("{} does not say whether the clock is synchronised", program.shown());
            let hint = "timedatectl show; it needs systemd";
            Err(ProbeError::new(Unknown::Unreachable, message).id("clock_unanswered").hint(hint))
        }
    }
}
