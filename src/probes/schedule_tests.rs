//! When probes look, on a paused clock.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::{Schedule, ScheduleHandle};
use crate::evidence::{ProbeId, Unknown};
use crate::probes::run::Answer;
use crate::probes::{Limits, Observation, Options, ProbeError, ProbeSpec};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep};

fn specs(names: &[&str]) -> Vec<ProbeSpec> {
    let options = Options::parse("env-file", toml::Deserializer::parse("").unwrap()).unwrap().unwrap();
    let spec = |name: &&str| ProbeSpec {
        id: ProbeId::from(*name),
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(1),
        required: true,
        needs: Vec::new(),
        tags: Vec::new(),
        options: options.clone(),
    };
    names.iter().map(spec).collect()
}

fn answer(text: impl Into<String>) -> Answer {
    Err(ProbeError::new(Unknown::NotConfigured, text))
}

fn text(observation: &Observation) -> String {
    observation.seen.clone().unwrap_err().message
}

fn start<L, F>(names: &[&str], look: L) -> (ScheduleHandle, mpsc::Receiver<Observation>)
where
    L: Fn(&ProbeSpec, Instant) -> F + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    start_all(specs(names), Limits::default(), look)
}

fn start_all<L, F>(specs: Vec<ProbeSpec>, limits: Limits, look: L) -> (ScheduleHandle, mpsc::Receiver<Observation>)
where
    L: Fn(&ProbeSpec, Instant) -> F + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    Schedule::spawn_with(specs, "readback@test".to_owned(), limits, look)
}

/// Answers at once with how often it was asked.
fn counting() -> (Arc<AtomicUsize>, impl Fn(&ProbeSpec, Instant) -> std::future::Ready<Answer> + Send + 'static) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    (asked, move |_: &ProbeSpec, _| std::future::ready(answer((count.fetch_add(1, SeqCst) + 1).to_string())))
}

#[tokio::test(start_paused = true)]
async fn a_probe_looks_at_once_and_then_at_its_cadence_with_jitter() {
    let (_, look) = counting();
    let (_handle, mut seen) = start(&["a"], look);
    let began = Instant::now();
    assert_eq!(text(&seen.recv().await.unwrap()), "1");
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(text(&seen.recv().await.unwrap()), "2");
    let pause = began.elapsed();
    assert!(pause >= Duration::from_secs(30) && pause <= Duration::from_secs(37), "{pause:?}");
}

#[tokio::test(start_paused = true)]
async fn a_probe_in_flight_is_not_started_again() {
    let (asked, running) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (count, on) = (asked.clone(), running.clone());
    let (handle, mut seen) = start(&["a"], move |_, _| {
        count.fetch_add(1, SeqCst);
        let on = on.clone();
        async move {
            on.notify_one();
            sleep(Duration::from_secs(3)).await;
            answer("done")
        }
    });
    running.notified().await;
    handle.run_now(ProbeId::from("a")).await;
    handle.run_all().await;
    assert_eq!(text(&seen.recv().await.unwrap()), "done");
    assert_eq!(asked.load(SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn at_most_the_limit_look_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counter, top) = (now.clone(), most.clone());
    let names: Vec<String> = (0..20).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (_handle, mut seen) = start(&names, move |_, _| {
        let (counter, top) = (counter.clone(), top.clone());
        async move {
            top.fetch_max(counter.fetch_add(1, SeqCst) + 1, SeqCst);
            sleep(Duration::from_secs(1)).await;
            counter.fetch_sub(1, SeqCst);
            answer("done")
        }
    });
    for _ in 0..20 {
        seen.recv().await.unwrap();
    }
    assert_eq!(most.load(SeqCst), Limits::default().of("env-file"));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_discarded_and_the_probe_goes_on() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (_handle, mut seen) = start(&["a"], move |_, _| {
        let round = asked.fetch_add(1, SeqCst);
        async move {
            if round == 0 {
                sleep(Duration::from_secs(20)).await;
                return answer("too late");
            }
            answer("in time")
        }
    });
    assert_eq!(seen.recv().await.unwrap().seen.unwrap_err().reason, Unknown::TimedOut);
    assert_eq!(text(&seen.recv().await.unwrap()), "in time");
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_panics_harms_no_other() {
    let (_handle, mut seen) = start(&["bad", "good"], |spec: &ProbeSpec, _| {
        let is_bad = spec.id.0 == "bad";
        async move {
            assert!(!is_bad, "on purpose");
            answer("fine")
        }
    });
    let mut said = Vec::new();
    for _ in 0..4 {
        let observation = seen.recv().await.unwrap();
        said.push((observation.probe.0.clone(), observation.seen.unwrap_err().reason));
    }
    said.sort_by(|a, b| a.0.cmp(&b.0));
    let (bad, good) = (("bad".to_owned(), Unknown::Crashed), ("good".to_owned(), Unknown::NotConfigured));
    assert_eq!(said, [bad.clone(), bad, good.clone(), good]);
}

#[tokio::test(start_paused = true)]
async fn while_paused_nothing_looks_unless_asked() {
    let (asked, look) = counting();
    let (handle, mut seen) = start(&["a"], look);
    assert_eq!(text(&seen.recv().await.unwrap()), "1");
    handle.pause(true).await;
    sleep(Duration::from_mins(5)).await;
    assert_eq!(asked.load(SeqCst), 1);
    handle.run_now(ProbeId::from("a")).await;
    assert_eq!(text(&seen.recv().await.unwrap()), "2");
    handle.pause(false).await;
    assert_eq!(text(&seen.recv().await.unwrap()), "3");
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_gets_the_newest_of_each_probe() {
    let (asked, look) = counting();
    let (_handle, mut seen) = start(&["a"], look);
    sleep(Duration::from_mins(5)).await;
    // One stood in the channel from the start, one waits and is the newest.
    assert_eq!(text(&seen.recv().await.unwrap()), "1");
    let newest = asked.load(SeqCst);
    assert!(newest > 5);
    assert_eq!(text(&seen.recv().await.unwrap()), newest.to_string());
}

#[tokio::test(start_paused = true)]
async fn the_schedule_ends_with_its_handle_and_with_its_reader() {
    let (_, look) = counting();
    let (handle, mut seen) = start(&["a"], look);
    drop(handle);
    while seen.recv().await.is_some() {}
    let (_, look) = counting();
    let (handle, seen) = start(&["a"], look);
    drop(seen);
    handle.orders.closed().await;
}

/// A probe of this kind; `needs` names what it needs.
fn of_kind(id: &str, kind: &str, table: &str, needs: &[&str]) -> ProbeSpec {
    let options = Options::parse(kind, toml::Deserializer::parse(table).unwrap()).unwrap().unwrap();
    let needs = needs.iter().map(|id| ProbeId::from(*id)).collect();
    ProbeSpec { needs, options, ..specs(&[id]).remove(0) }
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_hangs_leaves_room_for_the_others() {
    let mut all: Vec<ProbeSpec> =
        (0..40).map(|number| of_kind(&format!("slow{number}"), "command", "argv = ['true']", &[])).collect();
    all.push(of_kind("quick", "env-file", "", &[]));
    let began = Instant::now();
    let (_handle, mut seen) = start_all(all, Limits { at_once: 8, per_kind: 8 }, |spec, _| {
        let is_slow = spec.options.about().name == "command";
        async move {
            if is_slow {
                std::future::pending::<()>().await;
            }
            answer("quick")
        }
    });
    assert_eq!(seen.recv().await.unwrap().probe.0, "quick");
    assert_eq!(began.elapsed(), Duration::ZERO, "it waited for none of the forty");
}

fn miss() -> Answer {
    Err(ProbeError::new(Unknown::Unreachable, "not there"))
}

/// Takes observations of one probe; returns how long after the one before each came, in seconds.
async fn pauses(seen: &mut mpsc::Receiver<Observation>, of: &str, count: usize) -> Vec<u64> {
    let (mut last, mut pauses) = (Instant::now(), Vec::new());
    while pauses.len() < count {
        if seen.recv().await.unwrap().probe.0 == of {
            pauses.push(last.elapsed().as_secs());
            last = Instant::now();
        }
    }
    pauses
}

/// Whether each pause is the one that is wanted, with at most the jitter of a cadence of 30 s.
fn about(pauses: &[u64], wanted: &[u64]) -> bool {
    pauses.len() == wanted.len() && pauses.iter().zip(wanted).all(|(is, want)| (*want..=want + 6).contains(is))
}

#[tokio::test(start_paused = true)]
async fn what_can_not_look_is_asked_less_and_less_until_it_answers_or_is_asked_for() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (handle, mut seen) = start(&["a"], move |_, _| {
        let round = asked.fetch_add(1, SeqCst);
        async move { if round == 7 { answer("here") } else { miss() } }
    });
    let waited = pauses(&mut seen, "a", 8).await;
    assert!(about(&waited, &[0, 30, 60, 120, 240, 300, 300, 300]), "{waited:?}");
    let waited = pauses(&mut seen, "a", 4).await;
    assert!(about(&waited, &[30, 30, 60, 120]), "the answer ends it: {waited:?}");
    handle.run_now(ProbeId::from("a")).await;
    let waited = pauses(&mut seen, "a", 3).await;
    assert!(about(&waited, &[0, 30, 60]), "so does a person who asks: {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_seen_never_backs_off() {
    let seen_to_fail = || {
        let none = serde_json::json!({"kind": "docker", "seen": "refused"});
        Ok(serde_json::from_value(none).unwrap())
    };
    let all = vec![of_kind("docker", "docker", "", &[])];
    let (_handle, mut seen) = start_all(all, Limits::default(), move |_, _| std::future::ready(seen_to_fail()));
    let waited = pauses(&mut seen, "docker", 6).await;
    assert!(about(&waited, &[0, 30, 30, 30, 30, 30]), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn when_what_it_needs_comes_back_it_is_asked_at_once() {
    let all = vec![of_kind("docker", "docker", "", &[]), of_kind("web", "container", "name = 'web'", &["docker"])];
    let rounds = Arc::new(AtomicUsize::new(0));
    let count = rounds.clone();
    let (handle, mut seen) = start_all(all, Limits::default(), move |spec, _| {
        let round = if spec.id.0 == "docker" { count.fetch_add(1, SeqCst) } else { 0 };
        let back = serde_json::json!({"kind": "docker", "seen": {"answered":
            {"version": "29.0", "api": "1.52", "took_ms": 3, "control": "refused"}}});
        let back = serde_json::from_value(back).map_err(|_| ProbeError::new(Unknown::Garbled, "the test is wrong"));
        let is_docker = spec.id.0 == "docker";
        async move { if is_docker && round == 12 { back } else { miss() } }
    });
    // Long enough that the container is asked every five minutes only.
    let mut last = Vec::new();
    let mut docker = 0;
    while docker < 12 {
        let observation = seen.recv().await.unwrap();
        docker += usize::from(observation.probe.0 == "docker");
        last.push(observation.probe.0);
    }
    handle.run_now(ProbeId::from("docker")).await;
    assert_eq!(seen.recv().await.unwrap().probe.0, "docker", "{last:?}");
    let came_back = Instant::now();
    assert_eq!(seen.recv().await.unwrap().probe.0, "web");
    assert_eq!(came_back.elapsed(), Duration::ZERO);
}
