//! Reads the end of a job's log: the last line that says how a run ended. Never more than the end, for logs grow.

use super::{Format, Job, Last, Seen};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::io::SeekFrom;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// How much of a log's end is read, in bytes.
pub(super) const TAIL: u64 = 64 * 1024;

/// The end of a log.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) bytes: Vec<u8>,
    /// Whether there is more before it.
    pub(super) is_cut: bool,
}

/// The end of a regular file.
pub(super) async fn tail(path: &Path, bytes: u64) -> std::io::Result<Tail> {
    let mut file = tokio::fs::File::open(path).await?;
    let from = bytes.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from)).await?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail).await?;
    Ok(Tail { bytes: tail, is_cut: from > 0 })
}

/// What the end of a log says of the last run. A line's own time counts: the file's is that of whatever was
/// written last, and a log can grow for months without a success.
pub(super) fn read(options: &Job, tail: &Tail) -> Seen {
    let text = String::from_utf8_lossy(&tail.bytes);
    // The first line of a cut tail may lack its beginning, and its time.
    let lines: Vec<&str> = text.lines().skip(usize::from(tail.is_cut)).collect();
    let has = |mark: &Option<String>, line: &str| mark.as_deref().is_some_and(|mark| line.contains(mark));
    let zone = options.zone.time_zone();
    let ended = lines.iter().rposition(|line| has(&options.failure, line) || has(&options.success, line));
    let started = lines.iter().rposition(|line| has(&options.started, line));
    let started = started.and_then(|at| time(lines[at], zone));
    let last = match ended {
        None if tail.is_cut => Last::NoMark,
        None => Last::None,
        Some(at) => match time(lines[at], zone) {
            None => Last::Garbled("the line that says how it ended has no time".to_owned()),
            // A line that says both is not good enough.
            Some(time) => Last::Logged { at: time, success: !has(&options.failure, lines[at]) },
        },
    };
    Seen { last, started }
}

/// The time at the beginning of a line: `2026-02-04 02:00:01`, with `T` for the space, a fraction, an offset or a
/// bracket where it likes; without an offset it is in the job's zone.
pub(super) fn time(line: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = line.trim_start_matches(|c: char| c.is_whitespace() || c == '[' || c == '"');
    let (civil, rest) = text.split_at_checked(19)?;
    let civil: DateTime = civil.replacen(' ', "T", 1).parse().ok()?;
    let rest = rest
        .strip_prefix(['.', ','])
        .map_or(rest, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | ':' | 'Z'))).unwrap_or(rest.len());
    let offset = &rest[..end];
    if offset.starts_with(['Z', '+', '-'])
        && let Ok(time) = format!("{civil}{offset}").parse()
    {
        return Some(time);
    }
    civil.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

/// Whether the options say how a log is to be read.
pub(super) fn is_told(options: &Job) -> bool {
    options.format != Format::Log || options.success.as_deref().is_some_and(|mark| !mark.is_empty())
}
