//! Tables that programs print: `docker ps`, `docker compose ps`, `kubectl get`, `systemctl list-units`, `ss`, `netstat`,
//! `ps`. By the names of their columns, or, without those, by their rows.

use super::{Hit, Kind, Line, Words};

/// Tables that stand in the text.
#[derive(Default)]
pub(super) struct Listing {
    /// What the last line with names of columns is of, where it begins, and where the last row below it ends.
    open: Option<(&'static str, usize, usize)>,
    hits: Vec<Hit>,
}

impl Listing {
    pub(super) fn look(&mut self, line: Line<'_>, from: usize, to: usize) {
        if let Some(detector) = columns(line) {
            self.part();
            self.open = Some((detector, from, from));
        } else if let Some((_, _, end)) = &mut self.open {
            *end = to;
        }
    }

    /// A blank line, which ends a table.
    pub(super) fn part(&mut self) {
        let open = self.open.take().filter(|(_, from, end)| end > from);
        self.hits.extend(open.map(|(detector, from, end)| Hit::new(detector, from, end)));
    }

    pub(super) fn hits(mut self) -> Vec<Hit> {
        self.part();
        self.hits
    }
}

/// What a line is that names columns.
fn columns(line: Line<'_>) -> Option<&'static str> {
    if !line.word.as_bytes()[0].is_ascii_uppercase() || line.rest().is_empty() {
        return None;
    }
    let mut words = line.rest().split_ascii_whitespace();
    let detector = match line.word {
        "CONTAINER" | "NAME" | "NAMES" | "NAMESPACE" | "REPOSITORY" | "IMAGE" | "NETWORK" | "DRIVER" | "VOLUME"
        | "POD" | "LAST" | "SERVICE" | "ID" => "container_listing",
        "UNIT" | "NEXT" => "service_status",
        "PID" | "USER" | "UID" | "PPID" | "COMMAND" => "process_listing",
        // Compose of old.
        "Name" => return (words.next()? == "Command").then_some("container_listing"),
        "Netid" => return (words.next()? == "State").then_some("socket_listing"),
        "State" | "Proto" => return (words.next()? == "Recv-Q").then_some("socket_listing"),
        _ => return None,
    };
    let mut known = 0;
    for word in words {
        known += usize::from(COLUMNS.has(word));
        if word.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
    }
    (known >= 2).then_some(detector)
}

/// Names of columns behind the first.
const COLUMNS: Words = Words::of(
    "ID, IMAGE, COMMAND, CREATED, STATUS, PORTS, NAMES, NAME, SERVICE, READY, RESTARTS, AGE, IP, NODE, \
     TYPE, CLUSTER-IP, EXTERNAL-IP, PORT(S), TAG, SIZE, DRIVER, SCOPE, LOAD, ACTIVE, SUB, DESCRIPTION, \
     FILE, STATE, PRESET, PID, %CPU, %MEM, VSZ, RSS, TTY, STAT, START, TIME, PPID, STIME, CMD, C, \
     UP-TO-DATE, AVAILABLE, DESIRED, CURRENT, REASON, OBJECT, MESSAGE, SEEN, ROLES, VERSION, CLASS, \
     HOSTS, ADDRESS, CAPACITY, VOLUME, DATA, COMPLETIONS, DURATION, USER, FD, DEVICE, SIZE/OFF, LEFT, \
     LAST, PASSED, UNIT, ACTIVATES, PR, NI, VIRT, RES, SHR, MODE, REPLICAS, CPU, MEM, USAGE, LIMIT, I/O, \
     SUBOBJECT, SOURCE, COUNT, FIRST, REV, HEALTH",
);

/// A row, without the names of its columns.
pub(super) fn kind(line: Line<'_>) -> Option<Kind> {
    let first = line.word;
    if first.len() == 12 && first.bytes().all(|byte| byte.is_ascii_hexdigit()) && line.rest().starts_with("  ") {
        // `3f4e5d6c7b8a   odoo:18   "/entrypoint.sh"   ...`
        return Some(Kind::ContainerRow);
    }
    let (second, rest) = Line::next_word(line.rest());
    if rest.is_empty() {
        return None;
    }
    if is_socket(line) {
        return Some(Kind::SocketRow);
    }
    let (third, rest) = Line::next_word(rest);
    if LOADED.has(second) {
        return (is_unit(first) && ACTIVE.has(third)).then_some(Kind::UnitRow);
    }
    let is_state = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase());
    if is_ready(second) {
        return is_state(third).then_some(Kind::ContainerRow);
    }
    // One column more: a bullet, or a namespace.
    if LOADED.has(third) {
        return is_unit(second).then_some(Kind::UnitRow);
    }
    (is_ready(third) && is_state(Line::next_word(rest).0)).then_some(Kind::ContainerRow)
}

const UNITS: Words = Words::of("service, timer, socket, mount, target, path, device, slice, scope, swap");
const LOADED: Words = Words::of("loaded, not-found, masked, error");
const ACTIVE: Words = Words::of("active, inactive, failed, activating, deactivating");

/// `web.service`.
fn is_unit(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(_, kind)| UNITS.has(kind))
}

/// `1/1` of `kubectl get pods`.
fn is_ready(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.len() < 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    word.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && word.len() < 8
        && word.split_once('/').is_some_and(|(ready, all)| digits(ready) && digits(all))
}

/// `tcp   LISTEN 0   128   0.0.0.0:22   0.0.0.0:*`.
fn is_socket(line: Line<'_>) -> bool {
    const FIRST: Words = Words::of(
        "tcp, tcp6, udp, udp6, LISTEN, ESTAB, UNCONN, TIME-WAIT, CLOSE-WAIT, SYN-SENT, FIN-WAIT-1, \
     FIN-WAIT-2, LAST-ACK",
    );
    let is_address = |word: &&str| {
        word.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && (port == "*" || port.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        })
    };
    FIRST.has(line.word) && line.rest().split_ascii_whitespace().filter(is_address).count() >= 2
}
