//! Runs a probe as the console does, from a table of readback.toml.

use readback::evidence::Evidence;
use readback::probes::{Options, Place, ProbeSpec, judge, run_once};
use std::path::Path;
use std::time::Duration;

/// A probe of a kind with these options and this deadline.
pub(crate) fn spec(kind: &str, table: &str, timeout: Duration) -> ProbeSpec {
    let options = Options::parse(kind, toml::Deserializer::parse(table).unwrap()).unwrap().unwrap();
    ProbeSpec {
        id: "it".into(),
        every: Duration::from_secs(30),
        timeout,
        half_life: options.about().half_life,
        required: true,
        needs: Vec::new(),
        tags: Vec::new(),
        options,
    }
}

/// Looks once and judges.
pub(crate) async fn look(kind: &str, table: &str, timeout: Duration, root: &Path) -> Evidence {
    let spec = spec(kind, table, timeout);
    let place = Place { root: root.to_owned(), docker_host: None };
    let seen = run_once(&spec, &place, "readback@test").await;
    judge(&seen, &spec, seen.observed_at)
}

/// A fact in words.
pub(crate) fn fact(evidence: &Evidence, name: &str) -> String {
    let found = evidence.facts.iter().find(|fact| fact.name == name);
    found.unwrap_or_else(|| panic!("no fact {name}: {evidence:#?}")).value.to_string()
}
