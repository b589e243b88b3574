//! Reads the texts of /proc. Pure.

use super::{Load, Memory};
use jiff::Timestamp;

/// Memory, of /proc/meminfo. `None` where the kernel does not say what is available.
pub(super) fn memory(meminfo: &str) -> Option<Memory> {
    let bytes = |key: &str| {
        let value = meminfo.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        value.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    };
    let memory = Memory { total: bytes("MemTotal")?, available: bytes("MemAvailable")? };
    (memory.total > 0).then_some(memory)
}

/// Load, of /proc/loadavg, and the cores, of /proc/stat.
pub(super) fn load(loadavg: &str, stat: &str) -> Option<Load> {
    let mut numbers = loadavg.split_whitespace();
    let (_, five) = (numbers.next()?, numbers.next()?);
    let (whole, hundredths) = five.split_once('.')?;
    let hundredths: u64 = hundredths.parse().ok().filter(|_| hundredths.len() == 2)?;
    let five_minutes = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(hundredths)?;
    let is_core = |line: &&str| {
        line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
    };
    let cores = stat.lines().filter(is_core).count() as u64;
    (cores > 0).then_some(Load { five_minutes, cores })
}

/// When the host booted, of /proc/stat.
pub(super) fn booted_at(stat: &str) -> Option<Timestamp> {
    let seconds = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
    Timestamp::from_second(seconds.trim().parse().ok().filter(|seconds| *seconds > 0)?).ok()
}
