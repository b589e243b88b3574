//! What all answers for people share.

use super::select::word;
use crate::env::{Cell, Finding, Layer, Tuned};
use crate::guard::line;
use std::fmt::Write;

/// Findings, one a line, each with what to do about it.
pub(super) fn findings(out: &mut String, findings: &[Finding]) {
    for finding in findings {
        let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let key = finding.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        let (severity, place, key) = (word(finding.severity), line(&place), line(&key));
        let _ = writeln!(out, "{severity:<8} {:<26} {place}{key}{}", finding.id, line(&finding.text));
        if !finding.fix.is_empty() {
            let _ = writeln!(out, "{:<35} do: {}", "", line(&finding.fix));
        }
    }
}

/// A finding as a text of its own: the key, what is the matter, what to do.
pub(super) fn sentence(finding: &Finding) -> String {
    let key = finding.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
    if finding.fix.is_empty() {
        format!("{key}{}", finding.text)
    } else {
        format!("{key}{}. {}", finding.text, finding.fix)
    }
}

/// Layers that nothing is known of.
pub(super) fn unread(out: &mut String, unread: &[(Layer, String)]) {
    for (layer, why) in unread {
        let _ = writeln!(out, "unread   {:<26} {}", layer.word(), line(why));
    }
}

/// Layers that the stack has not got: nothing is wrong with that, and nobody should think that they were looked at.
pub(super) fn unconfigured(out: &mut String, unconfigured: &[(Layer, String)]) {
    for (layer, words) in unconfigured {
        let _ = writeln!(out, "no layer {:<26} {}", layer.word(), line(words));
    }
}

/// What readback.toml has turned off: how much, and why.
pub(super) fn tuned(out: &mut String, tuned: &[Tuned]) {
    if !tuned.is_empty() {
        let _ = writeln!(out, "\n{} tuned off in readback.toml", tuned.len());
    }
    for Tuned { finding, reason } in tuned {
        let key = finding.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        let _ = writeln!(out, "off      {:<26} {}{}", finding.id, line(&key), line(reason));
    }
}

/// A cell as the pane shows it: a value that may be seen, or its length and fingerprint.
pub(super) fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Unread => "?".to_owned(),
        Cell::Absent => "-".to_owned(),
        Cell::Empty(_) => "(empty)".to_owned(),
        Cell::Value(shown) => match &shown.text {
            Some(text) => line(text).into_owned(),
            None => held(shown.len, shown.fingerprint.short()),
        },
    }
}

/// A value that may not be seen.
pub(super) fn held(len: usize, fingerprint: &str) -> String {
    format!("{len} B #{fingerprint}")
}
