//! The report for Prometheus: the text exposition format, version 0.0.4. What has states is a set of
//! series of which one is 1, so that an alert can name the state it is about.

use super::report::Report;
use crate::evidence::{Evidence, RecoveryState, age};
use crate::guard::line;
use std::collections::BTreeMap;
use std::fmt::{Display, Write};

/// The words of [`crate::evidence::Verdict`], as label values.
const VERDICTS: [&str; 4] = ["pass", "warn", "fail", "unknown"];

/// Every state, worst first.
const STATES: [RecoveryState; 4] =
    [RecoveryState::Down, RecoveryState::Degraded, RecoveryState::ClearedUnverified, RecoveryState::VerifiedRecovery];

/// Every metric as a family: its help, its type, its samples.
pub(super) fn render(report: &Report) -> String {
    let mut page = Page { out: String::new(), stack: label("stack", &report.stack) };
    of_the_stack(report, &mut page);
    of_the_probes(report, &mut page);
    page.out
}

fn of_the_stack(report: &Report, page: &mut Page) {
    page.family("readback_recovery_state", "The recovery gate's answer: 1 for the state that holds.");
    for state in STATES {
        let holds = u8::from(state == report.recovery.state);
        page.sample("readback_recovery_state", &[label("state", state.code())], holds);
    }
    page.family("readback_why_not", "Reasons why it is not green, by id.");
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for why in &report.recovery.why_not {
        *reasons.entry(&why.id).or_default() += 1;
    }
    for (id, count) in reasons {
        page.sample("readback_why_not", &[label("id", id)], count);
    }
    page.family("readback_check_exit_code", "What the check exits with: 0 verified, 1 not green, 2 fails, 3 unknown.");
    page.sample("readback_check_exit_code", &[], report.exit_code);
    page.family("readback_check_timestamp_seconds", "When it was checked; alert when this stands still.");
    page.sample("readback_check_timestamp_seconds", &[], report.checked_at.as_second());
    page.family("readback_probes_not_asked", "Probes of the configuration that this check left out.");
    for required in [true, false] {
        let count = report.not_asked.iter().filter(|left| left.required == required).count();
        page.sample("readback_probes_not_asked", &[label("required", &required.to_string())], count);
    }
    page.family("readback_layers_unread", "Layers of the configuration that could not be read.");
    page.sample("readback_layers_unread", &[], report.unread.len());
}

fn of_the_probes(report: &Report, page: &mut Page) {
    page.family("readback_probe_verdict", "What a probe found of its claim: 1 for the verdict that holds.");
    for seen in &report.evidence {
        let holds = seen.verdict.word().to_ascii_lowercase();
        for verdict in VERDICTS {
            let [probe, kind] = names(seen);
            page.sample(
                "readback_probe_verdict",
                &[probe, kind, label("verdict", verdict)],
                u8::from(holds == verdict),
            );
        }
    }
    page.family("readback_probe_required", "Whether the recovery gate asks for a probe.");
    for seen in &report.evidence {
        page.sample("readback_probe_required", &names(seen), u8::from(seen.required));
    }
    page.family("readback_probe_age_seconds", "How old what a probe saw was when it was checked.");
    for seen in &report.evidence {
        let seconds = age(seen.as_of, report.checked_at).as_secs_f64();
        page.sample("readback_probe_age_seconds", &names(seen), seconds);
    }
    page.family("readback_probe_half_life_seconds", "The age from which a probe's evidence is no longer fresh.");
    for seen in &report.evidence {
        page.sample("readback_probe_half_life_seconds", &names(seen), seen.half_life.as_secs());
    }
}

fn names(seen: &Evidence) -> [String; 2] {
    [label("probe", &seen.probe.0), label("kind", &seen.kind)]
}

/// `name="value"`. The guard leaves no line feed, so two characters have to be escaped.
fn label(name: &str, value: &str) -> String {
    let value = line(value).replace('\\', "\\\\").replace('"', "\\\"");
    format!("{name}=\"{value}\"")
}

/// What has been written so far.
struct Page {
    out: String,
    /// The label that all samples carry.
    stack: String,
}

impl Page {
    fn family(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn sample(&mut self, name: &str, labels: &[String], value: impl Display) {
        let _ = write!(self.out, "{name}{{{}", self.stack);
        for label in labels {
            let _ = write!(self.out, ",{label}");
        }
        let _ = writeln!(self.out, "}} {value}");
    }
}
