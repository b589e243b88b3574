//! Compose files, what engines say of containers, objects of Kubernetes.

use super::{Hit, Kind, Line, Words, bytes};

/// Keys of services in compose files.
const KEYS: Words = Words::of(
    "image, build, ports, environment, volumes, env_file, depends_on, restart, command, networks, \
     deploy, healthcheck, labels, logging, secrets, configs, entrypoint, expose, extends, profiles, \
     hostname, user, working_dir, ulimits, cap_add, cap_drop, privileged, tmpfs, container_name, \
     extra_hosts, network_mode, pid, stop_grace_period, mem_limit, security_opt, sysctls, devices, \
     pull_policy, platform, tty, stdin_open, init, replicas, resources, limits, reservations, cpus, \
     memory, restart_policy, update_config, placement, constraints",
);
/// Keys of what stands beside services.
const BESIDE: Words = Words::of(
    "driver, driver_opts, external, ipam, attachable, internal, file, name, config, subnet, labels, \
     enable_ipv6, type, device, o",
);
/// What a compose file holds, each at the left border.
const PARTS: Words = Words::of("services:, networks:, volumes:, secrets:, configs:");

/// A compose file: from its first part to the last key in one.
#[derive(Clone, Copy, Default)]
pub(super) struct Block {
    from: Option<usize>,
    to: usize,
    /// Whether a part was seen last that is not `services:`, which has other keys.
    beside: bool,
}

impl Block {
    pub(super) fn look(&mut self, line: Line<'_>, from: usize, to: usize) {
        if line.indent == 0 {
            if line.text.ends_with(':') && PARTS.has(line.text) {
                self.from.get_or_insert(from);
                self.beside = line.text != "services:";
            }
        } else if self.from.is_some() {
            let key = key(line.text);
            if KEYS.has(key) || self.beside && BESIDE.has(key) {
                self.to = to;
            }
        }
    }

    pub(super) fn hit(self) -> Option<Hit> {
        self.from.filter(|from| self.to > *from).map(|from| Hit::new("compose_file", from, self.to))
    }
}

/// The key of a line of YAML; nothing where it has none.
fn key(text: &str) -> &str {
    let text = text.strip_prefix("- ").unwrap_or(text);
    let end = text.bytes().position(|byte| !byte.is_ascii_lowercase() && byte != b'_').unwrap_or(text.len());
    if text[end..].starts_with(':') { &text[..end] } else { "" }
}

pub(super) fn kind(line: Line<'_>) -> Option<Kind> {
    match line.text.as_bytes().first()? {
        b'"' => inspected(line.text),
        b'A'..=b'Z' => is_described(line.text).then_some(Kind::Described),
        b'a'..=b'z' if line.indent >= 2 => KEYS.has(key(line.text)).then_some(Kind::ComposeKey),
        b'a' | b'k' | b'm' | b's' if line.indent == 0 => is_object(line.text).then_some(Kind::ObjectMark),
        _ => None,
    }
}

/// `apiVersion: v1`, `kind: Secret`, `metadata:`.
fn is_object(text: &str) -> bool {
    ["apiVersion: ", "kind: "].iter().any(|mark| text.starts_with(mark)) || matches!(text, "metadata:" | "spec:")
}

/// A line of what `docker inspect` prints.
fn inspected(text: &str) -> Option<Kind> {
    const MARKS: Words = Words::of("Env, HostConfig, NetworkSettings");
    const NAMES: Words = Words::of(
        "State, Config, Mounts, Running, Paused, Restarting, OOMKilled, RestartCount, StartedAt, FinishedAt, \
     ExitCode, Pid, Entrypoint, WorkingDir, Cmd, LogPath, GraphDriver, ResolvConfPath, HostnamePath, \
     HostsPath, Hostname, Domainname, AttachStdin, AttachStdout, Tty, OpenStdin, Labels, ExposedPorts, \
     Image, Status, Dead, Health, Driver, Platform, RepoTags, RepoDigests, Architecture, IPAddress, \
     MacAddress, Gateway, Networks, Destination, Source, Created",
    );
    let (name, rest) = text.strip_prefix('"')?.split_once('"')?;
    let value = rest.strip_prefix(':')?.trim_start();
    if value.starts_with(['[', '{']) && MARKS.has(name) {
        return Some(Kind::InspectMark);
    }
    if matches!(name, "apiVersion" | "kind" | "metadata") {
        return Some(Kind::ObjectMark);
    }
    NAMES.has(name).then_some(Kind::Inspected)
}

/// `Namespace:    prod` of `kubectl describe`: a name and a value in columns.
fn is_described(text: &str) -> bool {
    const NAMES: Words = Words::of(
        "Name, Namespace, Priority, Service Account, Node, Start Time, Labels, Annotations, Status, IP, IPs, \
     Controlled By, Containers, Container ID, Image, Image ID, Port, Host Port, State, Started, \
     Last State, Reason, Exit Code, Finished, Ready, Restart Count, Limits, Requests, Environment, \
     Mounts, Conditions, Volumes, QoS Class, Node-Selectors, Tolerations, Events, Selector, Type, \
     Replicas, Endpoints, Session Affinity, Pod Template, CreationTimestamp, Command, Args, Liveness, \
     Readiness, TargetPort, NodePort, StrategyType, MinReadySeconds, IP Families",
    );
    let colon = bytes::run(text.as_bytes(), 0, 20, |byte| byte != b':');
    if text.as_bytes().get(colon) != Some(&b':') {
        return false;
    }
    let value = &text[colon + 1..];
    (value.is_empty() || value.starts_with("  ")) && NAMES.has(&text[..colon])
}
