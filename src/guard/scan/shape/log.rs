//! Lines of logs and journals, by how they begin.

use super::{Kind, Words, bytes};

const LEVEL: Words = Words::of(
    "TRACE, DEBUG, INFO, NOTICE, WARN, WARNING, ERROR, ERR, CRITICAL, FATAL, LOG, CRIT, ALERT, EMERG, SEVERE, PANIC, \
     DETAIL, HINT, STATEMENT",
);
/// Levels in any case, behind a time with its date.
const LOWER: Words = Words::of("trace, debug, info, notice, warn, warning, error, err, critical, fatal, log");
const MONTHS: Words = Words::of("Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec");
const DAYS: Words = Words::of("Mon, Tue, Wed, Thu, Fri, Sat, Sun");
/// How far into a line the time of an access log stands.
const BRACKET: usize = 128;

/// What a line of a log or a journal counts for.
pub(super) fn kind(line: &str, word: &str) -> Option<Kind> {
    let rest = after_prefix(line, word);
    let found = match rest.as_bytes().first()? {
        b'0'..=b'9' => begins_with_digits(rest),
        b'A'..=b'Z' => begins_with_capital(line, rest),
        b'a'..=b'z' | b'@' | b'_' => is_structured(rest).then_some(Kind::Log),
        b' ' => is_kernel(line).then_some(Kind::Log),
        _ => None,
    };
    found
        .or_else(|| (word.len() < line.len() && is_access(rest)).then_some(Kind::Log))
        .or_else(|| (line.starts_with("{\"") && is_json_log(line)).then_some(Kind::Log))
}

fn begins_with_digits(rest: &str) -> Option<Kind> {
    if let Some(end) = after_time(rest.as_bytes()) {
        return timed(&rest[end..], rest.as_bytes()[2] != b':');
    }
    let number = bytes::run(rest.as_bytes(), 0, 12, |byte| byte.is_ascii_digit());
    let behind = &rest[number..];
    match number {
        // Seconds since 1970, as journals and captures have them.
        10 if behind.starts_with('.') => Some(if is_process(behind) { Kind::Journal } else { Kind::Timed }),
        // `[12345.678901] usb 1-1: ...` of the kernel, the bracket passed already.
        1..=9 if is_kernel_time(behind) => Some(Kind::Log),
        // `1:M 02 Jan 2026 03:04:05.678 * Ready` of Redis.
        1..=7 if matches!(behind.as_bytes(), [b':', b'M' | b'S' | b'C' | b'X', b' ', b'0'..=b'9', ..]) => {
            Some(Kind::Log)
        }
        _ => None,
    }
}

fn begins_with_capital(line: &str, rest: &str) -> Option<Kind> {
    match rest.as_bytes().get(1)? {
        b'A'..=b'Z' => return is_level(line, rest).then_some(Kind::Level),
        b'0'..=b'9' => return is_klog(rest.as_bytes()).then_some(Kind::Log),
        _ => {}
    }
    let word = rest.get(..3).unwrap_or_default();
    if DAYS.has(word) {
        let behind = rest[3..].trim_start_matches([' ', ',']);
        let kind = if behind.starts_with(|c: char| c.is_ascii_digit()) {
            after_time(behind.as_bytes()).and_then(|end| timed(&behind[end..], true))
        } else {
            after_month(behind)
        };
        return kind.map(|kind| if kind == Kind::Journal || is_process(behind) { Kind::Journal } else { kind });
    }
    after_month(rest)
}

/// `Jan  2 03:04:05 `, `Jan 02 03:04:05.678901 2026] [core:error]`.
fn after_month(rest: &str) -> Option<Kind> {
    let day = rest.get(3..).filter(|_| MONTHS.has(&rest[..3]))?.trim_start();
    let time = day.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let is_time = is_clock(time.as_bytes()) && day.starts_with(|c: char| c.is_ascii_digit());
    is_time.then(|| match time.as_bytes().get(8) {
        _ if is_process(&rest[4..]) => Kind::Journal,
        Some(b'.') => Kind::Log,
        _ => Kind::Timed,
    })
}

/// What follows a time. One without its date counts only where a machine wrote on: hand-written timelines have one.
fn timed(rest: &str, dated: bool) -> Option<Kind> {
    let zoned = rest.starts_with(['+', '-', 'Z', '.']);
    match () {
        () if dated && zoned && is_process(rest) && rest.contains("]: ") => Some(Kind::Journal),
        () if is_log_rest(rest, dated) => Some(Kind::Log),
        () => dated.then_some(Kind::Timed),
    }
}

/// `[ERROR] ...`, `ERROR: ...`, `WARNING:odoo.sql_db: ...`, `INFO  | ...`.
fn is_level(line: &str, rest: &str) -> bool {
    let end = bytes::run(rest.as_bytes(), 0, 10, |byte| byte.is_ascii_uppercase());
    if !LEVEL.has(&rest[..end]) {
        return false;
    }
    let behind = rest[end..].trim_start_matches(' ');
    let bracketed = line.starts_with('[') && behind.starts_with(']');
    let apart = behind.starts_with([':', '[', '|', '(', '\t']) || rest[end..].starts_with("  ");
    let message = rest[end..].starts_with(' ') && !behind.is_empty();
    bracketed || apart || message
}

/// `10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200`.
fn is_access(line: &str) -> bool {
    let all = line.as_bytes();
    let bracket = memchr::memchr(b'[', &all[..all.len().min(BRACKET)]);
    let time = bracket.and_then(|bracket| after_time(&all[bracket + 1..]).map(|end| bracket + 1 + end));
    time.is_some_and(|end| line[end..].contains("] \""))
}

/// `{"time":"2026-01-02T03:04:05Z", ...}`, `time=2026-01-02T03:04:05Z level=info`, `level=info`; opening signs are
/// passed already.
fn is_structured(line: &str) -> bool {
    const TIMES: Words = Words::of("time, ts, timestamp, @timestamp, date, asctime");
    const NAMES: Words = Words::of("level, severity, levelname");
    let name = bytes::run(line.as_bytes(), 0, 12, |byte| byte.is_ascii_lowercase() || byte == b'@');
    let (name, rest) = line.split_at(name);
    if !rest.starts_with('=') && !rest.starts_with("\":") {
        return false;
    }
    let value = rest.trim_start_matches(['"', ':', '=', ' ']);
    NAMES.has(name) || TIMES.has(name) && value.starts_with(|c: char| c.is_ascii_digit())
}

/// A level or a time anywhere in a line of JSON.
fn is_json_log(line: &str) -> bool {
    let levels = ["\"level\":\"", "\"level\": \"", "\"severity\":\"", "\"levelname\":\"", "\"stream\":\"std"];
    let times =
        ["\"time\":\"2", "\"time\": \"2", "\"ts\":", "\"timestamp\":\"2", "\"timestamp\": \"2", "\"@timestamp\":"];
    let has = |name: &&str| memchr::memmem::find(line.as_bytes(), name.as_bytes()).is_some();
    levels.iter().any(has) || times.iter().any(has)
}

/// Past `web-1  | ` of compose, the `<30>` of syslog, and opening signs.
fn after_prefix<'a>(line: &'a str, word: &str) -> &'a str {
    let behind = bytes::run(line.as_bytes(), word.len(), 64, |byte| byte == b' ');
    let line = match line.as_bytes().get(behind..behind + 2) {
        Some(b"| ") if !LEVEL.has(word) => line[behind + 2..].trim_start(),
        _ => line,
    };
    match line.as_bytes().first() {
        Some(b'[' | b'"' | b'{') => line.trim_start_matches(['[', '"', '{']),
        Some(b'<') => {
            let digits = bytes::run(line.as_bytes(), 1, 3, |byte| byte.is_ascii_digit());
            line[digits..].strip_prefix('>').filter(|_| digits > 1).unwrap_or(line)
        }
        _ => line,
    }
}

/// Where a time ends: `2026-01-02 03:04:05` (any divider), `02/Jan/2026:03:04:05`, `02-Jan-2026 03:04:05`,
/// `02/01/2026 03:04:05`, `03:04:05`; fractions and zones are left.
fn after_time(bytes: &[u8]) -> Option<usize> {
    let fits = |pattern: &[u8]| {
        let kinds = pattern.iter().zip(bytes).all(|(kind, byte)| match kind {
            b'0' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphabetic(),
            b' ' => matches!(byte, b' ' | b'T' | b't' | b'_'),
            b'-' => matches!(byte, b'-' | b'/' | b' ' | b'.'),
            other => byte == other,
        });
        (bytes.len() >= pattern.len() && kinds).then_some(pattern.len())
    };
    match (bytes.get(2)?, bytes.get(4)?) {
        (b'0'..=b'9', b'-' | b'/' | b'.') => fits(b"0000-00-00 00:00:00"),
        (b'/' | b'-' | b' ', b'a'..=b'z') => fits(b"00/aaa/0000:00:00:00").or_else(|| fits(b"00-aaa-0000 00:00:00")),
        (b'/' | b'-' | b'.', b'0'..=b'9') => fits(b"00-00-0000 00:00:00"),
        (b':', _) => fits(b"00:00:00"),
        _ => None,
    }
}

/// `03:04:05`.
fn is_clock(bytes: &[u8]) -> bool {
    let digits = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    digits(0) && digits(1) && bytes.get(2) == Some(&b':') && digits(4) && bytes.get(5) == Some(&b':') && digits(7)
}

/// `proc[123]:` or `kernel:` somewhere soon after the time.
fn is_process(rest: &str) -> bool {
    rest.split(' ')
        .take(5)
        .any(|word| word.len() > 2 && word.ends_with(':') && word.starts_with(|c: char| c.is_alphabetic()))
}

/// What follows the time in a log: a fraction, a level, a process, a request, or pairs.
fn is_log_rest(rest: &str, dated: bool) -> bool {
    let fraction = rest.starts_with([',', '.']) && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    let mut words = rest.split([' ', '[', ']', ':', '"', '=', ',']).filter(|word| !word.is_empty());
    let level = |word: &str| LEVEL.has(word) || dated && word.len() < 9 && LOWER.has(&word.to_ascii_lowercase());
    fraction
        || words.by_ref().take(if dated { 6 } else { 3 }).any(level)
        || rest.contains("\"GET ")
        || rest.contains("\"POST ")
        || dated && is_process(rest.trim_start()) && rest.contains('[')
}

/// `.678901]` and what follows.
fn is_kernel_time(rest: &str) -> bool {
    let fraction = bytes::run(rest.as_bytes(), 1, 7, |byte| byte.is_ascii_digit());
    rest.starts_with('.') && fraction == 7 && rest[fraction..].starts_with(']')
}

/// `[    1.234567] kernel: ...`.
fn is_kernel(line: &str) -> bool {
    let rest = line.trim_start_matches(['[', ' ']);
    let seconds = bytes::run(rest.as_bytes(), 0, 9, |byte| byte.is_ascii_digit());
    seconds > 0 && is_kernel_time(&rest[seconds..])
}

/// `I0102 03:04:05.678901`.
fn is_klog(line: &[u8]) -> bool {
    line.len() > 14
        && matches!(line[0], b'I' | b'W' | b'E' | b'F')
        && line[1..5].iter().all(u8::is_ascii_digit)
        && line[5] == b' '
        && line[8] == b':'
        && line[11] == b':'
}
