//! Lines of logs and journals, by how they begin.

use super::{Shape, bytes};

/// What a line of a log or a journal counts for.
pub(super) fn shape(trimmed: &str) -> Option<Shape> {
    let rest = after_prefix(trimmed);
    if let Some(rest) = after_syslog_time(rest) {
        return Some(if is_process(rest) { Shape::Journal } else { Shape::Timed });
    }
    if let Some(rest) = after_time(rest) {
        return Some(timed(rest));
    }
    (is_klog(rest) || is_access(rest) || is_structured(rest)).then_some(Shape::Log)
}

/// What follows a time in full.
fn timed(rest: &str) -> Shape {
    let zoned = rest.starts_with(['+', '-', 'Z', '.']);
    match () {
        () if zoned && is_process(rest) && rest.contains("]: ") => Shape::Journal,
        () if is_log_rest(rest) => Shape::Log,
        () => Shape::Timed,
    }
}

/// `10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200`.
fn is_access(line: &str) -> bool {
    let time = line.find('[').and_then(|bracket| after_time(&line[bracket + 1..]));
    time.is_some_and(|rest| rest.contains("] \""))
}

/// `{"time":"2026-01-02T03:04:05Z", ...}`, `time=2026-01-02T03:04:05Z level=info`, `level=info`; opening signs are
/// passed already.
fn is_structured(line: &str) -> bool {
    const TIMES: [&str; 6] = ["time", "ts", "timestamp", "@timestamp", "date", "asctime"];
    const LEVELS: [&str; 3] = ["level", "severity", "levelname"];
    let name = bytes::run(line.as_bytes(), 0, 12, |byte| byte.is_ascii_lowercase() || byte == b'@');
    let (name, rest) = line.split_at(name);
    let value = rest.trim_start_matches(['"', ':', '=', ' ']);
    let machine_made = rest.starts_with('=') || rest.starts_with("\":");
    machine_made && (LEVELS.contains(&name) || TIMES.contains(&name) && value.starts_with(|c: char| c.is_ascii_digit()))
}

/// Past `web-1  | ` of compose and an opening bracket.
fn after_prefix(line: &str) -> &str {
    let name = bytes::run(line.as_bytes(), 0, 64, |byte| byte != b' ');
    let rest = bytes::run(line.as_bytes(), name, 64, |byte| byte == b' ');
    let line = if rest > name { line.get(rest..).and_then(|rest| rest.strip_prefix("| ")) } else { None }
        .map_or(line, str::trim);
    line.trim_start_matches(['[', '"', '{'])
}

/// Past `2026-01-02 03:04:05` (any divider, fractions, zone) or `02/Jan/2026:03:04:05`.
fn after_time(line: &str) -> Option<&str> {
    let fits = |pattern: &str| {
        let line = line.as_bytes();
        line.len() >= pattern.len()
            && pattern.bytes().zip(line).all(|(kind, byte)| match kind {
                b'0' => byte.is_ascii_digit(),
                b'a' => byte.is_ascii_alphabetic(),
                b' ' => matches!(byte, b' ' | b'T' | b't' | b'_'),
                b'-' => matches!(byte, b'-' | b'/'),
                other => *byte == other,
            })
    };
    ["0000-00-00 00:00:00", "00/aaa/0000:00:00:00"]
        .iter()
        .find(|pattern| fits(pattern))
        .and_then(|pattern| line.get(pattern.len()..))
}

/// Past `Jan  2 03:04:05 `.
fn after_syslog_time(line: &str) -> Option<&str> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().find_map(|month| line.strip_prefix(month))?;
    let day = month.trim_start();
    let time = day.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().as_bytes();
    let digits = |at: usize| time.get(at).is_some_and(u8::is_ascii_digit);
    let is_time =
        digits(0) && digits(1) && time.get(2) == Some(&b':') && digits(4) && time.get(5) == Some(&b':') && digits(7);
    (is_time && day.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| line.split_once(' ').map_or("", |(_, rest)| rest))
}

/// `proc[123]:` or `kernel:` somewhere soon after the time.
fn is_process(rest: &str) -> bool {
    rest.split(' ')
        .take(5)
        .any(|word| word.len() > 2 && word.ends_with(':') && word.starts_with(|c: char| c.is_alphabetic()))
}

/// What follows the time in a log: a fraction, a level, a process, a request, or pairs.
fn is_log_rest(rest: &str) -> bool {
    const LEVELS: [&str; 11] =
        ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "ERR", "CRITICAL", "FATAL", "LOG"];
    let fraction = rest.starts_with([',', '.']) && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    let mut words = rest.split([' ', '[', ']', ':', '"', '=', ',']).filter(|word| !word.is_empty()).take(6);
    let level = words.any(|word| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word)));
    fraction
        || level
        || rest.contains("\"GET ")
        || rest.contains("\"POST ")
        || is_process(rest.trim_start()) && rest.contains('[')
}

/// `I0102 03:04:05.678901`.
fn is_klog(line: &str) -> bool {
    let line = line.as_bytes();
    line.len() > 14
        && matches!(line[0], b'I' | b'W' | b'E' | b'F')
        && line[1..5].iter().all(u8::is_ascii_digit)
        && line[5] == b' '
        && line[8] == b':'
        && line[11] == b':'
}
