//! Judges what a host shows: the worst of its disks, its memory, its load and its clock. A disk with all
//! bytes free takes no file once it is out of inodes or has gone read-only.

use super::{Clock, Disk, Host, Load, Memory, Seen};
use crate::evidence::gate::CLOCK_SKEW_SECONDS;
use crate::evidence::{Fact, Quantity, Verdict, age};
use crate::probes::{Judgement, words};
use jiff::Timestamp;

/// Something a person would want to know of.
struct Finding {
    verdict: Verdict,
    reason: &'static str,
    summary: String,
    hint: String,
}

pub(super) fn judge(options: &Host, seen: &Seen, at: Timestamp) -> Judgement {
    let mut findings: Vec<Finding> = seen.disks.iter().flat_map(|disk| of_disk(options, disk)).collect();
    findings.extend(of_memory(options, seen.memory));
    findings.extend(of_load(options, seen.load));
    findings.extend(seen.not_mounted.iter().map(|path| Finding {
        verdict: Verdict::Fail,
        reason: "not_mounted",
        summary: format!("nothing is mounted on {path}: what is written there goes to the disk below"),
        hint: format!("findmnt -T {path}; mount {path}; journalctl -b | grep -i mount"),
    }));
    findings.extend(of_boot(options, seen.booted_at, at));
    findings.extend(of_clock(options, seen.clock));
    // The first of the worst.
    let judgement = match findings.into_iter().min_by_key(|finding| finding.verdict.rank()) {
        Some(worst) => Judgement::new(worst.verdict, worst.summary).reason(worst.reason).hint(worst.hint),
        None => Judgement::new(Verdict::Pass, good(seen, at)),
    };
    judgement.facts(facts(seen))
}

fn of_boot(options: &Host, booted_at: Timestamp, at: Timestamp) -> Option<Finding> {
    let (reason, summary, hint) = if booted_at.duration_since(at).as_secs() > CLOCK_SKEW_SECONDS {
        ("booted_in_the_future", "this host booted in the future: its clock was changed".to_owned(), "timedatectl")
    } else if age(booted_at, at).as_secs() < options.min_uptime_s {
        let summary = format!("this host booted {} ago", words::span(age(booted_at, at)));
        ("booted_recently", summary, "last -x reboot | head; journalctl -b -1 -e")
    } else {
        return None;
    };
    Some(Finding { verdict: Verdict::Warn, reason, summary, hint: hint.to_owned() })
}

fn of_clock(options: &Host, clock: Clock) -> Option<Finding> {
    let hint = "timedatectl; chronyc tracking".to_owned();
    if let Some(ahead) = clock.ahead_ms.filter(|ahead| ahead.unsigned_abs() > options.skew_warn_ms) {
        let is_far = ahead.unsigned_abs() > options.skew_fail_ms;
        let verdict = if is_far { Verdict::Fail } else { Verdict::Warn };
        let way = if ahead > 0 { "ahead" } else { "behind" };
        let summary = format!("the clock is {} {way}", Quantity::Millis(ahead.unsigned_abs()));
        return Some(Finding { verdict, reason: "clock_skewed", summary, hint });
    }
    (clock.is_synchronised == Some(false)).then(|| Finding {
        verdict: Verdict::Warn,
        reason: "clock_unsynced",
        summary: "nobody keeps the clock in time: it is not synchronised".to_owned(),
        hint,
    })
}

fn good(seen: &Seen, at: Timestamp) -> String {
    let fullest = seen.disks.iter().min_by_key(|disk| points(disk.available, disk.total));
    let disk = fullest.map(|disk| format!("{} {} free, ", disk.path, share(disk.available, disk.total)));
    let memory = share(seen.memory.available, seen.memory.total);
    let up = words::span(age(seen.booted_at, at));
    format!("{}memory {memory} available, up {up}", disk.unwrap_or_default())
}

fn of_disk(options: &Host, disk: &Disk) -> Vec<Finding> {
    let Disk { path, total, available, inodes, inodes_available, read_only } = disk;
    let mut findings = Vec::new();
    if *read_only {
        findings.push(Finding {
            verdict: Verdict::Fail,
            reason: "read_only",
            summary: format!("{path} is read-only: nothing can be written there"),
            hint: format!("findmnt -T {path}; dmesg | grep -i remount"),
        });
    }
    if let Some(verdict) = low(*available, *total, options.disk_warn_percent, options.disk_fail_percent) {
        let free = Quantity::Bytes(*available);
        let summary = format!("{path} has {} free ({free})", share(*available, *total));
        findings.push(Finding {
            verdict,
            reason: of(verdict, "disk_full", "disk_low"),
            summary,
            hint: format!("df -h {path}; du -xh --max-depth=2 {path} | sort -h"),
        });
    }
    let low_inodes = low(*inodes_available, *inodes, options.disk_warn_percent, options.disk_fail_percent);
    // Some file systems make inodes as they go, and count none.
    if let Some(verdict) = low_inodes.filter(|_| *inodes > 0) {
        let summary = format!("{path} has {} of its inodes free: too many files", share(*inodes_available, *inodes));
        let hint = format!("df -i {path}; du --inodes -x {path} | sort -n");
        findings.push(Finding { verdict, reason: of(verdict, "inodes_out", "inodes_low"), summary, hint });
    }
    findings
}

fn of_memory(options: &Host, memory: Memory) -> Option<Finding> {
    let verdict = low(memory.available, memory.total, options.memory_warn_percent, options.memory_fail_percent)?;
    let available = Quantity::Bytes(memory.available);
    let summary = format!("{} of memory available ({available})", share(memory.available, memory.total));
    let reason = of(verdict, "memory_out", "memory_low");
    Some(Finding { verdict, reason, summary, hint: "free -h; ps aux --sort=-rss | head".to_owned() })
}

fn of_load(options: &Host, load: Load) -> Option<Finding> {
    let percent = load.five_minutes / load.cores.max(1);
    let shown = format!("{}.{:02}", load.five_minutes / 100, load.five_minutes % 100);
    (percent > u64::from(options.load_warn_percent)).then(|| Finding {
        verdict: Verdict::Warn,
        reason: "load_high",
        summary: format!("load {shown} on {} cores, over five minutes", load.cores),
        hint: "top -b -n 1 | head -20".to_owned(),
    })
}

/// The id of a failure, or of a warning.
fn of(verdict: Verdict, fail: &'static str, warn: &'static str) -> &'static str {
    if verdict == Verdict::Fail { fail } else { warn }
}

/// The verdict on what is left of something. Nothing of nothing is nothing.
fn low(left: u64, total: u64, warn_percent: u32, fail_percent: u32) -> Option<Verdict> {
    let left = points(left, total);
    if left < fail_percent.saturating_mul(100) {
        Some(Verdict::Fail)
    } else if left < warn_percent.saturating_mul(100) {
        Some(Verdict::Warn)
    } else {
        None
    }
}

/// A share in hundredths of a percent.
fn points(part: u64, of: u64) -> u32 {
    if of == 0 {
        return 0;
    }
    (u128::from(part) * 10_000 / u128::from(of)).min(10_000) as u32
}

fn share(part: u64, of: u64) -> Quantity {
    Quantity::BasisPoints(points(part, of))
}

fn facts(seen: &Seen) -> Vec<Fact> {
    let mut facts = Vec::new();
    for disk in &seen.disks {
        let path = &disk.path;
        facts.push(Fact::new(&format!("{path} free"), share(disk.available, disk.total)));
        facts.push(Fact::new(&format!("{path} left"), Quantity::Bytes(disk.available)));
        if disk.inodes > 0 {
            facts.push(Fact::new(&format!("{path} inodes free"), share(disk.inodes_available, disk.inodes)));
        }
        facts.push(Fact::new(&format!("{path} read-only"), Quantity::Flag(disk.read_only)));
    }
    facts.push(Fact::new("memory available", share(seen.memory.available, seen.memory.total)));
    facts.push(Fact::new("memory", Quantity::Bytes(seen.memory.total)));
    let per_core = seen.load.five_minutes.saturating_mul(100) / seen.load.cores.max(1);
    facts.push(Fact::new("load per core", Quantity::BasisPoints(u32::try_from(per_core).unwrap_or(u32::MAX))));
    facts.push(Fact::new("cores", Quantity::Count(seen.load.cores)));
    // Not the time at which the stack started: see `evidence::STARTED_AT`.
    facts.push(Fact::new("booted at", Quantity::At(seen.booted_at)));
    facts.extend(seen.clock.ahead_ms.map(|ahead| Fact::text("clock ahead by", format!("{ahead} ms"))));
    facts.extend(seen.clock.is_synchronised.map(|yes| Fact::new("clock synchronised", Quantity::Flag(yes))));
    facts
}
