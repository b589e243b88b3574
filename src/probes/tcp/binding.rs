//! Who listens on a port of this host, by /proc: addresses of /proc/net/tcp and tcp6, owners by the sockets in
//! /proc/*/fd. Only root, or the owner, may look into a process: what can't be looked into is said to be hidden.

use super::{Listener, Listeners};
use crate::guard::line;
use crate::probes::files::{FileTrouble, read_limited};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// The most that is read of a table of sockets, in bytes: some 200 000 sockets.
const TABLE_LIMIT: u64 = 32 * 1024 * 1024;
/// The state of a socket that listens.
const LISTEN: &str = "0A";

/// Who listens on the port, as the /proc under `proc` tells.
pub(super) async fn listeners(proc: &Path, port: u16) -> Result<Listeners, FileTrouble> {
    let mut found = Vec::new();
    let net = proc.join("net");
    found.extend(parse(&read(&net.join("tcp")).await?, port));
    match read(&net.join("tcp6")).await {
        Ok(table) => found.extend(parse(&table, port)),
        // A kernel without IPv6 has none.
        Err(FileTrouble::Missing) => {}
        Err(trouble) => return Err(trouble),
    }
    let inodes: BTreeSet<u64> = found.iter().map(|(_, inode)| *inode).collect();
    let root = proc.to_owned();
    let held =
        tokio::task::spawn_blocking(move || if inodes.is_empty() { BTreeMap::new() } else { owners(&root, &inodes) });
    let held = held.await.unwrap_or_default();
    let listener = |(address, inode): (IpAddr, u64)| Listener {
        address,
        owners: held.get(&inode).map(|names| names.iter().cloned().collect()).unwrap_or_default(),
    };
    let mut found: Vec<Listener> = found.into_iter().map(listener).collect();
    found.sort();
    found.dedup();
    Ok(Listeners(found))
}

/// A file of /proc says that it is empty, so no size is looked at.
async fn read(path: &Path) -> Result<String, FileTrouble> {
    Ok(String::from_utf8_lossy(&read_limited(path, TABLE_LIMIT).await?).into_owned())
}

/// The address and the inode of each socket that listens on the port.
pub(super) fn parse(table: &str, port: u16) -> Vec<(IpAddr, u64)> {
    table.lines().filter_map(|row| listening(row, port)).collect()
}

fn listening(row: &str, port: u16) -> Option<(IpAddr, u64)> {
    let columns: Vec<&str> = row.split_whitespace().take(10).collect();
    let [_, local, _, LISTEN, .., inode] = columns.as_slice() else { return None };
    let (address, own) = local.split_once(':')?;
    (u16::from_str_radix(own, 16).ok()? == port).then_some(())?;
    Some((ip(address)?, inode.parse().ok()?))
}

/// Words of 32 bits, each in the byte order of the machine.
fn ip(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(hex.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    match hex.len() {
        8 => Some(IpAddr::V4(Ipv4Addr::from(word(0)?))),
        32 => {
            let mut bytes = [0; 16];
            for (at, part) in bytes.chunks_exact_mut(4).enumerate() {
                part.copy_from_slice(&word(at * 8)?);
            }
            // A socket for IPv6 that serves IPv4 as well shows such an address as a mapped one.
            Some(IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical())
        }
        _ => None,
    }
}

/// The names of the processes that hold each of these sockets. What may not be looked into is passed over.
fn owners(proc: &Path, inodes: &BTreeSet<u64>) -> BTreeMap<u64, BTreeSet<String>> {
    let mut held: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for process in entries(proc).filter(|entry| is_number(&entry.file_name().to_string_lossy())) {
        for descriptor in entries(&process.path().join("fd")) {
            let Some(inode) = socket(&descriptor.path()).filter(|inode| inodes.contains(inode)) else { continue };
            if let Ok(name) = std::fs::read_to_string(process.path().join("comm")) {
                held.entry(inode).or_default().insert(line(name.trim_end()).into_owned());
            }
        }
    }
    held
}

/// A process that ends while it is looked at has no entries any more.
fn entries(folder: &Path) -> impl Iterator<Item = std::fs::DirEntry> {
    std::fs::read_dir(folder).into_iter().flatten().flatten()
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The inode of `socket:[123]`.
fn socket(descriptor: &Path) -> Option<u64> {
    let target = std::fs::read_link(descriptor).ok()?;
    target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}
