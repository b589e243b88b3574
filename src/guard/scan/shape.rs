//! Raw payloads, by shape: environment dumps, logs, journals, compose files, units, host configuration.
//! A line or two, quoted and redacted, is evidence; from three on it is a paste.

mod log;

use super::{Hit, bytes};

/// From this many lines of a shape it is a paste.
const LINES: usize = 3;
/// From this many lines that begin with a time, whatever follows, it is no hand-written timeline.
const TIMED_LINES: usize = 10;

/// What a line counts for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Env,
    Log,
    Timed,
    Journal,
    Ini,
}

/// Lines of one shape: how many, from where to where.
#[derive(Default)]
struct Tally {
    count: usize,
    from: usize,
    to: usize,
}

impl Tally {
    fn add(&mut self, offset: usize, line: &str) {
        if self.count == 0 {
            self.from = offset;
        }
        self.count += 1;
        self.to = offset + line.len();
    }

    fn hit(&self, detector: &'static str, least: usize) -> Option<Hit> {
        (self.count >= least).then(|| Hit::new(detector, self.from, self.to))
    }
}

pub(super) fn scan(text: &str, hits: &mut Vec<Hit>) {
    let mut tallies: [Tally; 5] = std::array::from_fn(|_| Tally::default());
    let mut marks = Marks::default();
    for (offset, line) in bytes::lines(text) {
        marks.look(offset, line);
        for shape in shapes(line, marks.section).into_iter().flatten() {
            tallies[shape as usize].add(offset, line);
        }
    }
    let [env, log, timed, journal, ini] = &tallies;
    hits.extend(env.hit("env_dump", LINES).or_else(|| nul_dump(text)));
    hits.extend(log.hit("raw_log", LINES).or_else(|| timed.hit("raw_log", TIMED_LINES)));
    hits.extend(journal.hit("journal", LINES));
    hits.extend(ini.hit("host_config", LINES));
    marks.hits(hits);
}

/// Shapes that a few telling lines make.
#[derive(Default)]
struct Marks {
    /// Inside a `[section]` of an ini file.
    section: bool,
    journal: Tally,
    services: Option<usize>,
    compose: Tally,
    unit: Tally,
    inspect: Tally,
    listing: Tally,
}

impl Marks {
    fn look(&mut self, offset: usize, line: &str) {
        let trimmed = line.trim();
        let section = trimmed.len() > 2 && trimmed.starts_with('[') && trimmed.ends_with(']');
        self.section = section || (self.section && !trimmed.is_empty());
        if line.trim_end() == "services:" {
            self.services = Some(offset);
        } else if self.services.is_some() && line.starts_with([' ', '\t']) && is_compose_key(trimmed) {
            self.compose.add(offset, line);
        }
        // What all the other marks begin with.
        if !trimmed.starts_with(['-', '{', '"', '[', 'E', 'W', 'R', 'C']) {
            return;
        }
        if ["-- Logs begin at", "-- Journal begins at", "-- Boot ", "\"__REALTIME_TIMESTAMP\""]
            .iter()
            .any(|mark| trimmed.trim_start_matches('{').trim_start().starts_with(mark))
        {
            self.journal.add(offset, line);
        }
        if ["[Unit]", "[Service]", "[Install]"].contains(&trimmed)
            || ["ExecStart=", "ExecStop=", "ExecStartPre=", "WantedBy=", "EnvironmentFile=", "Restart="]
                .iter()
                .any(|key| trimmed.starts_with(key))
        {
            self.unit.add(offset, line);
        }
        if ["\"Env\": [", "\"HostConfig\": {", "\"NetworkSettings\": {"].iter().any(|key| trimmed.starts_with(key)) {
            self.inspect.add(offset, line);
        }
        if trimmed.starts_with("CONTAINER ID") && trimmed.contains("IMAGE") {
            self.listing.add(offset, line);
        }
    }

    fn hits(&self, hits: &mut Vec<Hit>) {
        hits.extend(self.journal.hit("journal", 1));
        if let Some(from) = self.services {
            hits.extend(self.compose.hit("compose_file", 1).map(|hit| Hit::new("compose_file", from, hit.end())));
        }
        hits.extend(self.unit.hit("systemd_unit", 2));
        hits.extend(self.inspect.hit("container_inspect", 1));
        hits.extend(self.listing.hit("container_listing", 1));
    }
}

fn is_compose_key(line: &str) -> bool {
    ["image:", "build:", "ports:", "environment:", "volumes:", "env_file:", "depends_on:", "restart:", "command:"]
        .iter()
        .any(|key| line.starts_with(key))
}

/// What a line counts for.
fn shapes(line: &str, section: bool) -> [Option<Shape>; 3] {
    let trimmed = line.trim();
    let env = is_env_line(trimmed).then_some(Shape::Env);
    let ini = (section && is_ini_line(trimmed)).then_some(Shape::Ini);
    [env, ini, log::shape(trimmed)]
}

/// `KEY=value`, `export KEY=value`, `declare -x KEY="value"`, `- KEY=value`; masked values count for nothing.
fn is_env_line(line: &str) -> bool {
    let line = ["export ", "declare -x ", "- "].iter().find_map(|prefix| line.strip_prefix(prefix)).unwrap_or(line);
    let line = line.trim_start_matches('"');
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let (key, rest) = line.split_at(bytes::run(line.as_bytes(), 0, usize::MAX, is_name));
    let Some(value) =
        rest.strip_prefix('=').filter(|_| key.len() >= 2 && !key.starts_with(|c: char| c.is_ascii_digit()))
    else {
        return false;
    };
    let value = value.trim().trim_matches(['"', '\'', ',']);
    let masked = ["len=", "fp=", "***", "•", "[redacted]", "<"].iter().any(|mask| value.starts_with(mask));
    !value.is_empty() && !masked
}

/// `/proc/PID/environ`: entries divided by NUL.
fn nul_dump(text: &str) -> Option<Hit> {
    let mut tally = Tally::default();
    let mut offset = 0;
    if text.contains('\0') {
        for part in text.split('\0') {
            if is_env_line(part) {
                tally.add(offset, part);
            }
            offset += part.len() + 1;
        }
    }
    tally.hit("env_dump", LINES)
}

/// `key = value` of an ini file.
fn is_ini_line(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, value)| {
        let key = key.trim();
        !key.is_empty()
            && !value.trim().is_empty()
            && key.bytes().all(|byte| bytes::is_word(byte) || matches!(byte, b'.' | b'-'))
    })
}
