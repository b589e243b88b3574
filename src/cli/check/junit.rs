//! The report for build servers: the XML of `JUnit`, a test case per probe and one for the recovery.
//!
//! A failure is what was seen to be wrong, a warning too; an error is what could not be seen. Both keep a
//! build from being green.

use super::report::Report;
use crate::evidence::{Evidence, Verdict};
use crate::guard::{line, multiline};
use std::fmt::Write;

/// One document of one suite.
pub(super) fn render(report: &Report) -> String {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let recovered = report.recovery.why_not.is_empty();
    let tests = report.evidence.len() + report.not_asked.len() + 1;
    let failures = report.count("FAIL") + report.count("warn") + usize::from(!recovered);
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{}\"", report.count("unknown"));
    let _ = writeln!(out, "<testsuites name=\"readback\" {counts}>");
    let (skipped, at) = (report.not_asked.len(), report.checked_at);
    let name = attribute(&report.stack);
    let _ = writeln!(out, "  <testsuite name=\"{name}\" {counts} skipped=\"{skipped}\" timestamp=\"{at:.0}\">");
    for seen in &report.evidence {
        case(&mut out, report, &seen.kind, &seen.probe.0, outcome(seen).as_ref());
    }
    for left in &report.not_asked {
        let skipped =
            Outcome { tag: "skipped", kind: None, message: "not asked this time".to_owned(), body: String::new() };
        case(&mut out, report, "probe", &left.probe.0, Some(&skipped));
    }
    case(&mut out, report, "gate", "recovery", recovery(report).as_ref());
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// What keeps a test case from passing.
struct Outcome {
    tag: &'static str,
    kind: Option<&'static str>,
    message: String,
    body: String,
}

fn outcome(seen: &Evidence) -> Option<Outcome> {
    let (tag, kind) = match seen.verdict {
        Verdict::Pass => return None,
        Verdict::Warn => ("failure", "warn"),
        Verdict::Fail => ("failure", "fail"),
        Verdict::Unknown(reason) => ("error", reason.code()),
    };
    let hint = seen.hint.as_ref().map(|hint| format!("\ndo next: {hint}")).unwrap_or_default();
    let body = format!("claim: {}{hint}", seen.claim);
    Some(Outcome { tag, kind: Some(kind), message: seen.summary.clone(), body })
}

fn recovery(report: &Report) -> Option<Outcome> {
    let first = report.recovery.why_not.first()?;
    let state = report.recovery.state;
    let reasons = report
        .recovery
        .why_not
        .iter()
        .map(|why| line(&format!("{}: {}", why.id, why.text)).into_owned())
        .collect::<Vec<_>>();
    Some(Outcome {
        tag: "failure",
        kind: Some(state.code()),
        message: format!("{}: {}", state.word(), first.text),
        body: reasons.join("\n"),
    })
}

fn case(out: &mut String, report: &Report, kind: &str, name: &str, outcome: Option<&Outcome>) {
    let class = attribute(&format!("readback.{}.{kind}", report.stack));
    let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{}\"", attribute(name));
    let Some(Outcome { tag, kind, message, body }) = outcome else {
        out.push_str("/>\n");
        return;
    };
    let kind = kind.map(|kind| format!(" type=\"{kind}\"")).unwrap_or_default();
    let message = attribute(message);
    let _ = writeln!(out, ">\n      <{tag}{kind} message=\"{message}\">{}</{tag}>\n    </testcase>", text(body));
}

/// A text as the value of an attribute.
fn attribute(text: &str) -> String {
    escape(&line(text))
}

/// A text between tags.
fn text(text: &str) -> String {
    escape(&multiline(text))
}

/// The guard has taken out all control characters; XML has two more that may not stand in it.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
