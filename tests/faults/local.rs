//! Faults of this machine: files, programs, mounts, clocks, systemd, and the layers of a configuration. Files,
//! mounts and programs are real; systemctl is a script that says what the real one says, for there is no systemd
//! in a container, and the kernel's shortages stand in a folder that takes the place of /proc.

use crate::support::local::{Inject, Stack};
use crate::support::matrix::{Case, Matrix, all_as_they_must_be};
use readback::config::{self, Origin};
use readback::evidence::Evidence;
use readback::probes::{KINDS, judge, run_once};
use std::collections::BTreeSet;

fn matrix() -> Matrix<Inject> {
    Matrix::parse(include_str!("../fixtures/faults/real/local.toml"))
}

/// Looks once at what was injected. A probe that compares layers is told of them by a whole readback.toml.
async fn look(case: &Case<Inject>, stack: &Stack) -> Result<Evidence, String> {
    let Some(layers) = &case.inject.layers else { return case.check(&stack.place(), &stack.words()).await };
    let ignore = case
        .probe
        .get("ignore")
        .map(|ids| format!("ignore = {}", serde_json::to_string(ids).unwrap()))
        .unwrap_or_default();
    let text = format!("[stack]\nname = \"shop\"\n{layers}\n[[probe]]\nid = \"it\"\nkind = \"env\"\n{ignore}\n");
    let config = config::load(&[(Origin::Stack("readback.toml".into()), text)]).map_err(|error| error.to_string())?;
    let spec = &config.probes[0];
    let seen = run_once(spec, &stack.place(), "readback@test").await;
    case.compare(judge(&seen, spec, seen.observed_at), seen.observed_at)
}

#[tokio::test]
async fn no_fault_of_this_machine_ends_in_a_verified_recovery() {
    let (mut wrong, mut ran) = (Vec::new(), 0);
    // One after another: a script that is being written can't be started, and a fork keeps files open.
    for case in matrix().cases() {
        let Some(stack) = Stack::build(&case.inject).await else { continue };
        ran += 1;
        match look(&case, &stack).await {
            Ok(evidence) => {
                let kept = serde_json::to_string(&evidence).unwrap();
                wrong.extend(kept.contains("not-a-secret").then(|| format!("{}: keeps a secret", case.name)));
            }
            Err(why) => wrong.push(why),
        }
    }
    all_as_they_must_be(&wrong);
    assert!(ran >= 70, "only {ran} rows could be run here");
}

#[test]
fn every_reason_of_the_matrix_is_documented_and_no_name_stands_twice() {
    let general = ["failed", "warned", "denied", "timed_out", "not_configured", "unreachable", "garbled", "void"];
    let mut names = BTreeSet::new();
    for case in matrix().cases() {
        let kind = case.probe["kind"].as_str().unwrap().to_owned();
        let about = KINDS.iter().find(|about| about.name == kind).unwrap();
        let known = about.reasons.iter().map(|(id, _)| *id).chain(general).chain([""]);
        assert!(known.into_iter().any(|id| id == case.reason), "{}: {}", case.name, case.reason);
        assert_eq!(case.reason.is_empty(), case.verdict == "pass", "{}", case.name);
        assert!(names.insert(case.name.clone()), "{} stands twice", case.name);
    }
}
