//! Raw payloads, by shape: environment dumps, logs, journals, compose files, units, configuration, listings, traces.
//! A line or two, quoted and redacted, is evidence; from three on it is a paste. Prose about such things, lists and
//! tables of a person's own are none.

mod config;
mod container;
mod env;
mod host;
mod listing;
mod log;
mod trace;

use super::words::Words;
use super::{Hit, bytes};
use config::Section;
use container::Block;
use listing::Listing;

/// What a line counts for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Env,
    Pair,
    Log,
    Level,
    Timed,
    Journal,
    JournalMark,
    Ini,
    Setting,
    UnitMark,
    UnitRow,
    Status,
    InspectMark,
    Inspected,
    ComposeKey,
    ContainerRow,
    ObjectMark,
    Described,
    SocketRow,
    FirewallRule,
    Cron,
    Frame,
}

/// What so many lines of a kind are.
struct Rule {
    kind: Kind,
    detector: &'static str,
    least: usize,
    /// Whether they have to follow each other: each of them alone says little. Blank lines and comments don't part them.
    together: bool,
}

const fn lines(kind: Kind, detector: &'static str, least: usize) -> Rule {
    Rule { kind, detector, least, together: false }
}

const fn together(kind: Kind, detector: &'static str, least: usize) -> Rule {
    Rule { kind, detector, least, together: true }
}

/// In the order of the kinds. Ten lines that begin with a time are no hand-written timeline, whatever follows.
const RULES: [Rule; 22] = [
    lines(Kind::Env, "env_dump", 3),
    together(Kind::Pair, "env_dump", 3),
    lines(Kind::Log, "raw_log", 3),
    together(Kind::Level, "raw_log", 3),
    lines(Kind::Timed, "raw_log", 10),
    lines(Kind::Journal, "journal", 3),
    lines(Kind::JournalMark, "journal", 1),
    lines(Kind::Ini, "host_config", 3),
    together(Kind::Setting, "host_config", 3),
    lines(Kind::UnitMark, "systemd_unit", 2),
    together(Kind::UnitRow, "service_status", 3),
    lines(Kind::Status, "service_status", 2),
    lines(Kind::InspectMark, "container_inspect", 1),
    lines(Kind::Inspected, "container_inspect", 3),
    together(Kind::ComposeKey, "compose_file", 3),
    together(Kind::ContainerRow, "container_listing", 3),
    lines(Kind::ObjectMark, "kubernetes_object", 2),
    together(Kind::Described, "kubernetes_object", 4),
    together(Kind::SocketRow, "socket_listing", 3),
    together(Kind::FirewallRule, "firewall_rules", 3),
    together(Kind::Cron, "crontab", 3),
    lines(Kind::Frame, "stack_trace", 3),
];

const _: () = {
    let mut index = 0;
    while index < RULES.len() {
        assert!(RULES[index].kind as usize == index, "a rule stands where its kind does");
        index += 1;
    }
};

/// How much of a line tells what it is.
const HEAD: usize = 256;

/// A line, without the blanks around it.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// As much of it as tells what it is.
    text: &'a str,
    /// Up to the first blank.
    word: &'a str,
    /// How far it is indented.
    indent: usize,
}

impl<'a> Line<'a> {
    fn of(text: &'a str, indent: usize) -> Self {
        let text = if text.len() > HEAD { &text[..text.floor_char_boundary(HEAD)] } else { text };
        let word = text.bytes().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(text.len());
        Self { text, word: &text[..word], indent }
    }

    /// What follows the first word.
    #[inline]
    fn rest(self) -> &'a str {
        &self.text[self.word.len()..]
    }

    /// The next word, and what follows it.
    #[inline]
    fn next_word(rest: &str) -> (&str, &str) {
        let is_blank = |byte: u8| matches!(byte, b' ' | b'\t');
        let from = bytes::run(rest.as_bytes(), 0, usize::MAX, is_blank);
        let to = bytes::run(rest.as_bytes(), from, usize::MAX, |byte| !is_blank(byte));
        (&rest[from..to], &rest[to..])
    }

    fn words(self) -> usize {
        self.text.split_ascii_whitespace().count()
    }
}

/// Lines of one kind: how many, from where to where, and the number of the last one.
#[derive(Clone, Copy, Default)]
struct Tally {
    count: usize,
    from: usize,
    to: usize,
    last: usize,
    /// Those that were enough, from the first to the last.
    enough: Option<(usize, usize)>,
}

impl Tally {
    fn add(&mut self, rule: &Rule, number: usize, from: usize, to: usize) {
        if rule.together && number > self.last + 1 {
            self.close(rule);
        }
        if self.count == 0 {
            self.from = from;
        }
        self.count += 1;
        self.to = to;
        self.last = number;
    }

    fn close(&mut self, rule: &Rule) {
        if self.count >= rule.least {
            self.enough = Some((self.enough.map_or(self.from, |(from, _)| from), self.to));
        }
        self.count = 0;
    }

    fn hit(mut self, rule: &Rule) -> Option<Hit> {
        self.close(rule);
        self.enough.map(|(from, to)| Hit::new(rule.detector, from, to))
    }
}

/// What was seen so far.
struct Seen {
    tallies: [Tally; RULES.len()],
    /// The number of the line, among those that part others.
    number: usize,
    section: Section,
    block: Block,
    listing: Listing,
}

pub(super) fn scan(text: &str, hits: &mut Vec<Hit>) {
    let mut seen = Seen {
        tallies: [Tally::default(); RULES.len()],
        number: 0,
        section: Section::default(),
        block: Block::default(),
        listing: Listing::default(),
    };
    let mut found = Vec::new();
    for (offset, line) in bytes::lines(text) {
        seen.look(offset, line);
    }
    found.extend(RULES.iter().zip(seen.tallies).filter_map(|(rule, tally)| tally.hit(rule)));
    found.extend(seen.block.hit());
    found.extend(seen.listing.hits());
    found.extend(env::divided_by_zeros(text));
    // A payload is often known by more than one of its lines' shapes.
    let inside = |hit: &Hit, other: &Hit| hit.offset >= other.offset && hit.end() <= other.end();
    let again = |(index, hit): (usize, &Hit)| {
        let mut others = found.iter().enumerate().filter(|(_, other)| other.detector == hit.detector);
        others.any(|(at, other)| at != index && inside(hit, other) && (at < index || !inside(other, hit)))
    };
    hits.extend(found.iter().enumerate().filter(|(index, hit)| !again((*index, *hit))).map(|(_, hit)| *hit));
}

impl Seen {
    fn look(&mut self, offset: usize, whole: &str) {
        // Most lines begin and end with something.
        let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let trimmed = if is_plain(whole.as_bytes().first()) { whole } else { whole.trim_start() };
        let mut text = if is_plain(whole.as_bytes().last()) { trimmed } else { trimmed.trim_end() };
        // What was quoted in a mail is what it was.
        while text.as_bytes().first() == Some(&b'>')
            && let Some(quoted) = text.strip_prefix("> ")
        {
            text = quoted.trim_start();
        }
        let Some(first) = text.bytes().next() else {
            self.section = Section::default();
            self.listing.part();
            return;
        };
        let line = Line::of(text, whole.len() - trimmed.len());
        let (from, to) = (offset, offset + whole.len());
        // Comments, what closes a block and lists below a name part nothing.
        let parts_nothing = matches!(first, b'#' | b'}') || line.indent > 1 && text.starts_with("- ");
        self.number += usize::from(!parts_nothing);
        self.section = self.section.after(line);
        self.listing.look(line, from, to);
        self.block.look(line, from, to);
        // A row of somebody's own table.
        if first == b'|' {
            return;
        }
        let kinds = [
            env::kind(text),
            log::kind(text, line.word),
            config::kind(line, self.section),
            container::kind(line),
            host::kind(text, line.word),
            listing::kind(line),
            trace::kind(line.text),
        ];
        for kind in kinds.into_iter().flatten() {
            let (tally, rule) = (&mut self.tallies[kind as usize], &RULES[kind as usize]);
            tally.add(rule, self.number, from, to);
        }
    }
}
