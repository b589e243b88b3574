//! Counts lines of a log as they come, and drops them. Nothing of a line leaves this file but that it was one.

use super::{Container, Log};
use crate::probes::engine::Engine;
use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use std::pin::pin;
use tokio::time::{Instant, timeout_at};

/// The most records that the daemon is asked for. It cuts a record at 16 KiB, so that this also bounds the
/// memory of a reader that waits for the end of a line which never comes.
const MOST_LINES: u64 = 20_000;
/// The same of a terminal's log, where lines are not cut from one another by the daemon.
const MOST_LINES_OF_TTY: u64 = 2_000;
/// The most bytes that are read.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// How much of a line is looked at, in bytes.
const LINE: usize = 16 * 1024;

/// Looks through the container's log of the last minutes.
pub(super) async fn count(engine: &Engine, options: &Container, tty: bool, deadline: Instant) -> Log {
    let most = if tty { MOST_LINES_OF_TTY } else { MOST_LINES };
    let from = Timestamp::now() - SignedDuration::from_mins(i64::from(options.log_minutes));
    let query = LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .since(from.as_second().clamp(0, i64::from(i32::MAX)) as i32)
        .tail(&most.to_string())
        .build();
    let mut answers = pin!(engine.docker.logs(&options.name, Some(query)));
    let (mut out, mut err) = (Counter::default(), Counter::default());
    let (mut bytes, mut is_cut) = (0, false);
    loop {
        let part = match timeout_at(deadline, answers.next()).await {
            Err(_) => return Log::Late,
            Ok(None) => break,
            Ok(Some(Err(_))) => return Log::Unreadable,
            Ok(Some(Ok(part))) => part,
        };
        let counter = if matches!(part, LogOutput::StdErr { .. }) { &mut err } else { &mut out };
        let part = part.into_bytes();
        bytes += part.len() as u64;
        counter.take(&part, &options.error_words);
        if bytes > MOST_BYTES {
            is_cut = true;
            break;
        }
    }
    out.end(&options.error_words);
    err.end(&options.error_words);
    let lines = out.lines + err.lines;
    Log::Counted { lines, errors: out.errors + err.errors, more: is_cut || lines >= most || out.is_cut || err.is_cut }
}

/// Counts the lines of one stream, however it is cut into pieces.
#[derive(Default)]
struct Counter {
    /// The start of the line that has not ended yet.
    line: Vec<u8>,
    lines: u64,
    errors: u64,
    /// A line was longer than is looked at, and no error was in its start.
    is_cut: bool,
    /// The line that has not ended yet is longer than is looked at.
    overflows: bool,
}

impl Counter {
    fn take(&mut self, bytes: &[u8], words: &[String]) {
        let mut pieces = bytes.split(|byte| *byte == b'\n');
        // `split` gives at least one piece; each further one comes after an end of line.
        self.more(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.end_of_line(words);
            self.more(piece);
        }
    }

    fn more(&mut self, bytes: &[u8]) {
        let room = LINE - self.line.len();
        self.overflows |= bytes.len() > room;
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end_of_line(&mut self, words: &[String]) {
        let is_error = words.iter().any(|word| has_word(&self.line, word.as_bytes()));
        self.lines += 1;
        self.errors += u64::from(is_error);
        self.is_cut |= self.overflows && !is_error;
        self.line.clear();
        self.overflows = false;
    }

    fn end(&mut self, words: &[String]) {
        if !self.line.is_empty() {
            self.end_of_line(words);
        }
    }
}

/// Whether a word stands in a line with no letter, digit or `_` beside it.
fn has_word(line: &[u8], word: &[u8]) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    !word.is_empty()
        && line.windows(word.len()).enumerate().any(|(at, seen)| {
            seen == word
                && !is_part(at.checked_sub(1).and_then(|at| line.get(at)))
                && !is_part(line.get(at + word.len()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words() -> Vec<String> {
        ["ERROR", "FATAL"].map(str::to_owned).to_vec()
    }

    fn counted(pieces: &[&[u8]]) -> Counter {
        let mut counter = Counter::default();
        for piece in pieces {
            counter.take(piece, &words());
        }
        counter.end(&words());
        counter
    }

    #[test]
    fn a_line_counts_once_and_only_for_a_whole_word() {
        let counter = counted(&[b"x ERROR y ERROR\nERRORS 0\nno_ERROR\n[FATAL]\nerror\nlast ERROR"]);
        assert_eq!((counter.lines, counter.errors), (6, 3));
        assert_eq!(counted(&[b""]).lines, 0);
        assert!(!has_word(b"anything", b""));
    }

    #[test]
    fn the_rest_of_a_very_long_line_is_neither_kept_nor_taken_for_good() {
        let mut counter = Counter::default();
        for _ in 0..10_000 {
            counter.take(&[b'x'; 1024], &words());
            assert!(counter.line.len() <= LINE);
        }
        counter.end(&words());
        assert!(counter.is_cut && counter.lines == 1);
    }

    proptest! {
        #[test]
        fn the_count_does_not_depend_on_how_the_log_is_cut_into_pieces(
            text in "(ERROR|FATAL|ok| |\n|_){0,40}",
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            at.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in at {
                pieces.push(&text.as_bytes()[from..cut]);
                from = cut;
            }
            pieces.push(&text.as_bytes()[from..]);
            let (whole, cut) = (counted(&[text.as_bytes()]), counted(&pieces));
            prop_assert_eq!((whole.lines, whole.errors), (cut.lines, cut.errors));
        }
    }
}
