//! A fault (or a healthy variation) of a real back end, as it stands in tests/fixtures/faults/real: what is done to
//! the back end, which probe looks, and what it and the recovery gate must say. The words of `inject` belong to the
//! back end's own test.

use super::seen;

use jiff::{SignedDuration, Timestamp};
use readback::evidence::gate::{Circumstances, Known, recovery};
use readback::evidence::{Evidence, Recovery, Verdict};
use readback::probes::{Options, Place, ProbeSpec, judge, run_once};
use seen::seen_at;
use serde::Deserialize;
use std::time::Duration;

/// What a file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Matrix<Inject> {
    #[serde(default = "Vec::new")]
    pub(crate) fault: Vec<Case<Inject>>,
    #[serde(default = "Vec::new")]
    pub(crate) healthy: Vec<Case<Inject>>,
}

/// One line of the matrix.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case<Inject> {
    /// What is wrong, in words; unique in the whole matrix.
    pub(crate) name: String,
    /// What is done to the back end before the probe looks.
    pub(crate) inject: Inject,
    /// The probe: `kind` and its options; `{word}` is filled in by the back end's test.
    pub(crate) probe: toml::Table,
    /// The probe's deadline in milliseconds: long for answers that come, short for those that never do.
    #[serde(default = "long")]
    pub(crate) timeout_ms: u64,
    /// How much later than it really was the probe looked, in seconds; negative for a clock that is behind.
    #[serde(default)]
    pub(crate) later: i64,
    /// `pass`, `warn`, `fail` or `unknown:<reason>`.
    pub(crate) verdict: String,
    /// The stable id of why; empty for a pass.
    #[serde(default)]
    pub(crate) reason: String,
    /// What the recovery gate must say of a stack that is well but for this.
    pub(crate) state: String,
}

fn long() -> u64 {
    30_000
}

impl<Inject: serde::de::DeserializeOwned> Matrix<Inject> {
    pub(crate) fn parse(text: &str) -> Self {
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Every case; what is asked of each is the same.
    pub(crate) fn cases(self) -> impl Iterator<Item = Case<Inject>> {
        self.fault.into_iter().chain(self.healthy)
    }
}

impl<Inject> Case<Inject> {
    /// The probe, its `{words}` filled in.
    pub(crate) fn spec(&self, words: &[(&str, &str)]) -> ProbeSpec {
        let mut table = self.probe.clone();
        table.iter_mut().for_each(|(_, value)| fill(value, words));
        let kind = table.remove("kind").and_then(|kind| kind.as_str().map(str::to_owned));
        let kind = kind.unwrap_or_else(|| panic!("{}: no kind", self.name));
        let options = Options::parse(&kind, table);
        let options = options.unwrap_or_else(|| panic!("{}: no kind {kind}", self.name));
        let options = options.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        ProbeSpec {
            id: "it".into(),
            every: Duration::from_mins(1),
            timeout: Duration::from_millis(self.timeout_ms),
            half_life: options.about().half_life,
            required: true,
            needs: Vec::new(),
            tags: Vec::new(),
            options,
        }
    }

    /// Looks once, as the console does, and says what is not as it must be.
    pub(crate) async fn check(&self, place: &Place, words: &[(&str, &str)]) -> Result<Evidence, String> {
        let spec = self.spec(words);
        let mut seen = run_once(&spec, place, "readback@test").await;
        seen.observed_at = seen.observed_at.checked_add(SignedDuration::from_secs(self.later)).unwrap();
        let evidence = judge(&seen, &spec, seen.observed_at);
        self.compare(evidence, seen.observed_at)
    }

    /// Holds a judged evidence against what the line says.
    pub(crate) fn compare(&self, evidence: Evidence, now: Timestamp) -> Result<Evidence, String> {
        let verdict = word(evidence.verdict);
        let reason = evidence.reason.as_deref().unwrap_or_default();
        let state = among_the_healthy(&evidence, now).state.code();
        if (verdict.as_str(), reason, state) == (self.verdict.as_str(), self.reason.as_str(), self.state.as_str()) {
            return Ok(evidence);
        }
        Err(format!(
            "{}: {verdict} ({reason}), {state}; wanted {} ({}), {}: {}",
            self.name, self.verdict, self.reason, self.state, evidence.summary
        ))
    }
}

/// `unknown:denied` and the like.
fn word(verdict: Verdict) -> String {
    match verdict {
        Verdict::Unknown(reason) => format!("unknown:{}", reason.code()),
        verdict => verdict.word().to_lowercase(),
    }
}

fn fill(value: &mut toml::Value, words: &[(&str, &str)]) {
    match value {
        toml::Value::String(text) => {
            for (word, with) in words {
                *text = text.replace(&format!("{{{word}}}"), with);
            }
        }
        toml::Value::Array(values) => values.iter_mut().for_each(|value| fill(value, words)),
        toml::Value::Table(table) => table.iter_mut().for_each(|(_, value)| fill(value, words)),
        _ => {}
    }
}

/// What the gate says of a stack that is verified but for this evidence.
fn among_the_healthy(evidence: &Evidence, now: Timestamp) -> Recovery {
    let stack = [("route", "http"), ("web", "container"), ("data", "postgres")];
    let healthy = stack.map(|(probe, kind)| seen_at(probe, kind, Verdict::Pass, now));
    let all: Vec<Evidence> = healthy.into_iter().chain([evidence.clone()]).collect();
    let around = Circumstances {
        running_equals_disk: Known::Holds,
        disk_equals_secrets: Known::Holds,
        restart_is_safe: Known::Holds,
        ..Circumstances::default()
    };
    recovery(&all, &around, now)
}

/// Fails with every line that is not as it must be.
pub(crate) fn all_as_they_must_be(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
