//! The report for people: the state first, as Nagios shows the first line.

use super::report::{Report, UnreadLayer};
use crate::env::Severity;
use crate::evidence::Verdict;
use crate::guard::line;
use std::fmt::Write;

/// Several lines. Each text is one of them, so that none can pass for another.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    let first = report.recovery.why_not.first().map(|why| why.text.clone()).or_else(|| report.left_out());
    let first = first.map(|text| format!(" - {text}")).unwrap_or_default();
    let state = report.recovery.state.word();
    let _ = writeln!(out, "{} {}: {state}{}", report.word(), line(&report.stack), line(&first));
    probes(report, &mut out);
    configuration(report, &mut out);
    let _ = writeln!(out, "\nwhy not green");
    for why in &report.recovery.why_not {
        let _ = writeln!(out, "  {:<28} {}", line(&why.id), line(&why.text));
    }
    if !report.missing.is_empty() {
        let _ = writeln!(out, "\nmissing for green, the cheapest first");
    }
    for step in &report.missing {
        let _ = writeln!(out, "  {:<28} {}", step.step.word(), line(&step.text));
    }
    out
}

fn probes(report: &Report, out: &mut String) {
    let _ = writeln!(out, "\nprobes");
    for seen in &report.evidence {
        let _ = writeln!(out, "  {:<8} {:<18} {}", seen.verdict.word(), line(&seen.probe.0), line(&seen.summary));
        if let Some(words) = report.maintenance(seen) {
            let _ = writeln!(out, "  {:<8} {:<18} {}", "", "", line(words));
        }
        if let (Some(hint), true) = (&seen.hint, seen.verdict != Verdict::Pass) {
            let _ = writeln!(out, "  {:<8} {:<18} do next: {}", "", "", line(hint));
        }
    }
    for left in &report.not_asked {
        let required = if left.required { "required" } else { "optional" };
        let _ = writeln!(out, "  {:<8} {:<18} not asked this time, {required}", "-", line(&left.probe.0));
    }
}

fn configuration(report: &Report, out: &mut String) {
    let shown = report.findings.iter().filter(|finding| finding.severity < Severity::Note);
    let _ = writeln!(out, "\nconfiguration");
    for finding in shown {
        let place = finding.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        let _ = writeln!(out, "  {:<24} {}{}", finding.id, line(&finding.text), line(&place));
    }
    for UnreadLayer { layer, reason } in &report.unread {
        let _ = writeln!(out, "  {:<24} {}", format!("{} not read", layer.word()), line(reason));
    }
}
