//! One look: its deadline, its crash, and many at a time.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::{guarded, observe_all, run_once};
use crate::evidence::{ProbeId, Unknown, Verdict};
use crate::probes::{Limits, Options, Place, ProbeSpec, judge};
use std::time::Duration;

fn spec(id: &str, kind: &str, table: &str) -> ProbeSpec {
    let options = Options::parse(kind, toml::Deserializer::parse(table).unwrap()).unwrap().unwrap();
    let about = options.about();
    ProbeSpec {
        id: id.into(),
        every: about.every,
        timeout: about.timeout,
        half_life: about.half_life,
        required: true,
        needs: Vec::new(),
        tags: Vec::new(),
        options,
    }
}

fn nowhere() -> Place {
    Place { root: "/nonexistent".into(), docker_host: Some("unix:///nonexistent/docker.sock".to_owned()) }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_never_answers_is_late() {
    let seen = guarded(&ProbeId::from("a"), Duration::from_secs(5), "t", std::future::pending()).await.seen;
    assert_eq!(seen.unwrap_err().reason, Unknown::TimedOut);
}

#[tokio::test]
async fn a_probe_that_panics_is_a_bug_and_says_so() {
    let seen = guarded(&ProbeId::from("a"), Duration::from_secs(5), "t", async { panic!("on purpose") }).await.seen;
    let error = seen.unwrap_err();
    assert_eq!((error.reason, error.message.as_str()), (Unknown::Crashed, "probe crashed (bug)"));
}

#[tokio::test]
async fn on_a_machine_with_nothing_every_probe_says_why_and_none_passes() {
    let specs = [
        spec("docker", "docker", ""),
        spec("web", "container", "name = 'web'"),
        spec("db", "postgres", "host = '$DB_HOST'\nuser = 'odoo'\ndatabase = 'odoo'"),
        spec("name", "tcp", "host = 'no-such-host.invalid'\nport = '80'"),
        spec("url", "http", "url = 'ftp://x'"),
        spec("env", "env-file", ""),
    ];
    let seen = observe_all(&specs, &nowhere(), "readback@test", Limits { at_once: 2, per_kind: 2 }).await;
    let all: Vec<_> = specs.iter().zip(&seen).map(|(spec, seen)| judge(seen, spec, jiff::Timestamp::MAX)).collect();
    let verdict = |id: &str| all.iter().find(|evidence| evidence.probe.0 == id).unwrap().verdict;
    assert!(all.iter().all(|evidence| evidence.verdict != Verdict::Pass && !evidence.summary.is_empty()), "{all:#?}");
    let docker = if cfg!(feature = "docker") { Unknown::Unreachable } else { Unknown::NotBuilt };
    assert_eq!(verdict("docker"), Verdict::Unknown(docker));
    assert_eq!(verdict("web"), Verdict::Unknown(docker));
    assert_eq!(verdict("db"), Verdict::Unknown(Unknown::NotConfigured));
    assert_eq!(verdict("name"), Verdict::Unknown(Unknown::Unreachable));
    assert_eq!(verdict("url"), Verdict::Unknown(Unknown::NotConfigured));
    assert_eq!(verdict("env"), Verdict::Fail);
}

#[tokio::test]
async fn an_observation_reads_back_and_judges_the_same() {
    let spec = spec("env", "env-file", "");
    let seen = run_once(&spec, &nowhere(), "readback@test").await;
    let back = serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap();
    assert_eq!(seen, back);
    assert_eq!(judge(&seen, &spec, seen.observed_at), judge(&back, &spec, seen.observed_at));
}

#[test]
fn ages_inside_an_observation_do_not_grow_while_nobody_reads_it() {
    let spec = spec("web", "container", "name = 'web'");
    let observation: crate::probes::Observation = serde_json::from_value(serde_json::json!({
        "probe": "web", "observed_at": "2026-02-04T09:00:10Z", "took_ms": 3, "observer": "readback@test",
        "seen": {"Ok": {"kind": "container", "seen": {"present": {
            "id": "0123456789ab", "status": "running", "started_at": "2026-02-04T09:00:00Z", "finished_at": null,
            "exit_code": 0, "oom_killed": false, "restart_count": 0, "health": null,
            "memory_limit": null, "memory_used": null}}}},
    }))
    .unwrap();
    let much_later = "2026-02-04T10:00:00Z".parse().unwrap();
    assert_eq!(judge(&observation, &spec, much_later).verdict, Verdict::Warn);
}
