//! What probes need: each name is one of the stack's, none needs itself, and what asks Docker needs the probe that
//! asks whether Docker is there.

use super::error::{Fault, What};
use super::probe::Placed;
use super::reader::unknown_word;
use crate::probes::ProbeSpec;
use serde_json::Value;

/// The kinds that say nothing without a Docker daemon.
const ASK_DOCKER: [&str; 3] = ["alias", "compose", "container"];

/// Checks what every probe needs, and adds what goes without saying.
pub(super) fn settle(probes: Vec<Placed>) -> Result<Vec<ProbeSpec>, Fault> {
    for Placed { spec, needs_at, name } in &probes {
        for (need, at) in spec.needs.iter().zip(needs_at) {
            let wrong = |what| Err(Fault::new(what).at(*at).of_key("needs").in_table(name));
            if !probes.iter().any(|other| other.spec.id == *need) {
                return wrong(unknown_word(&need.0, probes.iter().map(|other| other.spec.id.0.as_str())));
            }
            if let Some(way) = way(&probes, &need.0, &spec.id.0) {
                let circle = format!("a circle: {} needs {}", spec.id, way.join(", which needs "));
                return wrong(What::Said(circle));
            }
        }
    }
    let extra: Vec<Option<usize>> = probes.iter().map(|probe| docker_of(&probes, &probe.spec)).collect();
    let ids: Vec<_> = probes.iter().map(|probe| probe.spec.id.clone()).collect();
    let with = |(probe, docker): (Placed, Option<usize>)| {
        let mut spec = probe.spec;
        let docker = docker.map(|at| ids[at].clone());
        spec.needs.extend(docker.filter(|docker| !spec.needs.contains(docker)).into_iter().collect::<Vec<_>>());
        spec
    };
    Ok(probes.into_iter().zip(extra).map(with).collect())
}

/// How one probe comes to need another: every id on the way, from the first to the last.
fn way(probes: &[Placed], from: &str, to: &str) -> Option<Vec<String>> {
    let mut paths = vec![vec![from.to_owned()]];
    let mut met = vec![from.to_owned()];
    while let Some(path) = paths.pop() {
        let last = path.last().map_or(from, String::as_str);
        if last == to {
            return Some(path);
        }
        let needs = probes.iter().find(|probe| probe.spec.id.0 == last).map(|probe| probe.spec.needs.as_slice());
        for need in needs.unwrap_or_default() {
            if !met.contains(&need.0) {
                met.push(need.0.clone());
                paths.push(path.iter().cloned().chain([need.0.clone()]).collect());
            }
        }
    }
    None
}

/// The one docker probe of the endpoint that this probe asks; none where there are several, or where that one
/// needs this probe.
fn docker_of(probes: &[Placed], spec: &ProbeSpec) -> Option<usize> {
    if !ASK_DOCKER.contains(&spec.options.about().name) {
        return None;
    }
    let endpoint = endpoint(spec);
    let is_it = |other: &Placed| other.spec.options.about().name == "docker" && self::endpoint(&other.spec) == endpoint;
    let mut same = probes.iter().enumerate().filter(|(_, other)| is_it(other)).map(|(at, _)| at);
    let docker = same.next().filter(|_| same.next().is_none())?;
    way(probes, &probes[docker].spec.id.0, &spec.id.0).is_none().then_some(docker)
}

/// The daemon that a probe names; none for the usual one.
fn endpoint(spec: &ProbeSpec) -> Option<String> {
    let options = serde_json::to_value(&spec.options).unwrap_or_default();
    options.get("host").and_then(Value::as_str).map(str::to_owned)
}
