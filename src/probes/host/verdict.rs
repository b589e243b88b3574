//! Judges what a host shows: the worst of its disks, its memory, its load and its clock. A disk with all
//! bytes free takes no file once it is out of inodes or has gone read-only.

use super::{Disk, Host, Load, Memory, Seen};
use crate::evidence::gate::CLOCK_SKEW_SECONDS;
use crate::evidence::{Fact, Quantity, Verdict, age};
use crate::probes::{Judgement, words};
use jiff::Timestamp;

/// Something a person would want to know of.
struct Finding {
    verdict: Verdict,
    summary: String,
    hint: String,
}

pub(super) fn judge(options: &Host, seen: &Seen, at: Timestamp) -> Judgement {
    let mut findings: Vec<Finding> = seen.disks.iter().flat_map(|disk| of_disk(options, disk)).collect();
    findings.extend(of_memory(options, seen.memory));
    findings.extend(of_load(options, seen.load));
    if seen.booted_at.duration_since(at).as_secs() > CLOCK_SKEW_SECONDS {
        findings.push(Finding {
            verdict: Verdict::Warn,
            summary: "this host booted in the future: its clock was changed".to_owned(),
            hint: "timedatectl".to_owned(),
        });
    }
    // The first of the worst.
    let judgement = match findings.into_iter().min_by_key(|finding| finding.verdict.rank()) {
        Some(worst) => Judgement::new(worst.verdict, worst.summary).hint(worst.hint),
        None => Judgement::new(Verdict::Pass, good(seen, at)),
    };
    judgement.facts(facts(seen))
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
            summary: format!("{path} is read-only: nothing can be written there"),
            hint: format!("findmnt -T {path}; dmesg | grep -i remount"),
        });
    }
    if let Some(verdict) = low(*available, *total, options.disk_warn_percent, options.disk_fail_percent) {
        let free = Quantity::Bytes(*available);
        let summary = format!("{path} has {} free ({free})", share(*available, *total));
        findings.push(Finding {
            verdict,
            summary,
            hint: format!("df -h {path}; du -xh --max-depth=2 {path} | sort -h"),
        });
    }
    let low_inodes = low(*inodes_available, *inodes, options.disk_warn_percent, options.disk_fail_percent);
    // Some file systems make inodes as they go, and count none.
    if let Some(verdict) = low_inodes.filter(|_| *inodes > 0) {
        let summary = format!("{path} has {} of its inodes free: too many files", share(*inodes_available, *inodes));
        findings.push(Finding { verdict, summary, hint: format!("df -i {path}; du --inodes -x {path} | sort -n") });
    }
    findings
}

fn of_memory(options: &Host, memory: Memory) -> Option<Finding> {
    let verdict = low(memory.available, memory.total, options.memory_warn_percent, options.memory_fail_percent)?;
    let available = Quantity::Bytes(memory.available);
    let summary = format!("{} of memory available ({available})", share(memory.available, memory.total));
    Some(Finding { verdict, summary, hint: "free -h; ps aux --sort=-rss | head".to_owned() })
}

fn of_load(options: &Host, load: Load) -> Option<Finding> {
    let percent = load.five_minutes / load.cores.max(1);
    let shown = format!("{}.{:02}", load.five_minutes / 100, load.five_minutes % 100);
    (percent > u64::from(options.load_warn_percent)).then(|| Finding {
        verdict: Verdict::Warn,
        summary: format!("load {shown} on {} cores, over five minutes", load.cores),
        hint: "top -b -n 1 | head -20".to_owned(),
    })
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
    facts
}
