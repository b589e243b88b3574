//! What the judge makes of each state that a container can be in.
#![allow(clippy::unwrap_used)]

use super::{Container, Health, HealthStatus, Log, Seen, State, Status};
use crate::evidence::{Unknown, Verdict};
use crate::probes::{Judgement, Kind};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-02-04T09:30:00Z".parse().unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

fn options() -> Container {
    Container {
        name: "odoo18-prod-web".to_owned(),
        host: None,
        min_uptime_s: 60,
        memory_warn_percent: 90,
        require_health: false,
        log_minutes: 0,
        error_words: Vec::new(),
        max_errors: 0,
    }
}

fn healthy() -> State {
    State {
        id: "0123456789ab".to_owned(),
        status: Status::Running,
        started_at: Some(ago(3600)),
        finished_at: None,
        exit_code: 0,
        oom_killed: false,
        restart_count: 0,
        health: Some(Health {
            status: HealthStatus::Healthy,
            failing_streak: 0,
            last_end: Some(ago(20)),
            last_exit: Some(0),
            interval_s: 30,
            timeout_s: 5,
            start_period_s: 0,
        }),
        memory_limit: Some(1000),
        memory_used: Some(100),
        memory_of: Some(1000),
        restarted_meanwhile: false,
        log: None,
    }
}

fn judged(change: impl FnOnce(&mut State)) -> Judgement {
    let mut state = healthy();
    change(&mut state);
    options().judge(&Seen::Present(Box::new(state)), now())
}

fn health_judged(change: impl FnOnce(&mut Health)) -> Judgement {
    judged(|state| change(state.health.as_mut().unwrap()))
}

#[test]
fn a_healthy_container_with_a_fresh_check_passes_as_of_that_check() {
    let judgement = judged(|_| {});
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert_eq!(judgement.as_of, Some(ago(20)));
    assert_eq!(judgement.summary, "healthy, up 60 min");
    assert!(judgement.facts.iter().any(|fact| fact.value.to_string() == "10.00 %"));
}

#[test]
fn an_absent_container_fails() {
    assert_eq!(options().judge(&Seen::Absent, now()).verdict, Verdict::Fail);
}

#[test]
fn every_state_but_running_fails_even_when_health_says_healthy() {
    use Status::{Created, Dead, Exited, Other, Paused, Removing, Restarting, Stopping};
    for status in [Created, Paused, Restarting, Stopping, Removing, Exited, Dead, Other] {
        assert_eq!(judged(|state| state.status = status).verdict, Verdict::Fail, "{status:?}");
    }
}

#[test]
fn an_exit_by_137_is_not_called_a_memory_kill_unless_docker_saw_one() {
    let killed = |oom_killed| {
        judged(|state| (state.status, state.exit_code, state.oom_killed) = (Status::Exited, 137, oom_killed)).summary
    };
    assert!(killed(false).contains("not for memory"));
    assert!(killed(true).contains("over its memory limit"));
}

#[test]
fn health_from_before_the_last_start_does_not_count() {
    let judgement = judged(|state| state.started_at = Some(ago(10)));
    assert_eq!(judgement.verdict, Verdict::Unknown(Unknown::NeverRun), "{}", judgement.summary);
    let judgement = health_judged(|health| health.last_end = None);
    assert_eq!(judgement.verdict, Verdict::Unknown(Unknown::NeverRun));
}

#[test]
fn health_older_than_its_interval_and_timeout_is_unknown() {
    assert_eq!(health_judged(|health| health.last_end = Some(ago(45))).verdict, Verdict::Pass);
    let hung = health_judged(|health| health.last_end = Some(ago(46)));
    assert_eq!(hung.verdict, Verdict::Unknown(Unknown::TimedOut));
    assert!(hung.summary.contains("46 s old"), "{}", hung.summary);
}

#[test]
fn a_failed_check_below_the_limit_warns_and_unhealthy_fails() {
    let flapping = health_judged(|health| (health.failing_streak, health.last_exit) = (1, Some(1)));
    assert_eq!(flapping.verdict, Verdict::Warn);
    let unhealthy = health_judged(|health| (health.status, health.last_exit) = (HealthStatus::Unhealthy, Some(-1)));
    assert_eq!(unhealthy.verdict, Verdict::Fail);
    assert!(unhealthy.summary.contains("too long"));
}

#[test]
fn starting_is_unknown_and_starting_for_too_long_warns() {
    let since = |seconds| {
        judged(|state| {
            state.started_at = Some(ago(seconds));
            state.health.as_mut().unwrap().status = HealthStatus::Starting;
        })
        .verdict
    };
    assert_eq!(since(60), Verdict::Unknown(Unknown::NeverRun));
    assert_eq!(since(61), Verdict::Warn);
}

#[test]
fn a_crash_loop_sampled_while_it_runs_fails_and_a_fresh_start_warns() {
    let young = |restarts| {
        judged(|state| {
            (state.started_at, state.restart_count) = (Some(ago(5)), restarts);
            state.health = None;
        })
        .verdict
    };
    assert_eq!(young(0), Verdict::Warn);
    assert_eq!(young(14), Verdict::Fail);
}

#[test]
fn a_container_without_a_health_check_passes_only_as_running() {
    let judgement = judged(|state| state.health = None);
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert!(judgement.summary.contains("no health check"));
    let strict = Container { require_health: true, ..options() };
    let state = State { health: None, ..healthy() };
    let judgement = strict.judge(&Seen::Present(Box::new(state)), now());
    assert_eq!(judgement.verdict, Verdict::Unknown(Unknown::NotConfigured));
}

#[test]
fn memory_that_could_not_be_measured_is_not_zero() {
    assert_eq!(judged(|state| state.memory_used = None).verdict, Verdict::Warn);
    assert_eq!(judged(|state| state.memory_used = Some(900)).verdict, Verdict::Warn);
    let unlimited = judged(|state| (state.memory_limit, state.memory_used) = (None, Some(u64::MAX)));
    assert_eq!(unlimited.verdict, Verdict::Pass);
    assert!(unlimited.facts.iter().any(|fact| fact.name == "memory limit" && fact.value.to_string() == "none"));
}

#[test]
fn a_start_in_the_future_is_a_clock_that_is_wrong() {
    let judgement = judged(|state| {
        state.started_at = Some(ago(-60));
        state.health = None;
    });
    assert_eq!(judgement.verdict, Verdict::Unknown(Unknown::Garbled));
    assert_eq!(judged(|state| state.started_at = None).verdict, Verdict::Unknown(Unknown::Garbled));
}

fn any_state() -> impl Strategy<Value = State> {
    let status = prop::sample::select(vec![Status::Running, Status::Running, Status::Paused, Status::Exited]);
    let health = prop::option::of((
        prop::sample::select(vec![HealthStatus::Starting, HealthStatus::Healthy, HealthStatus::Unhealthy]),
        0..4_u64,
        prop::option::of(-10..300_i64),
        prop::option::of(-1..2_i64),
    ));
    let life = (prop::option::of(-30..500_i64), 0..6_u64, any::<bool>());
    let memory = (prop::option::of(1..2000_u64), prop::option::of(0..2000_u64));
    (status, life, health, memory).prop_map(|(status, (up, restarts, oom), health, (limit, used))| State {
        status,
        started_at: up.map(ago),
        restart_count: restarts,
        oom_killed: oom,
        health: health.map(|(status, failing_streak, end, last_exit)| Health {
            status,
            failing_streak,
            last_end: end.map(ago),
            last_exit,
            ..healthy().health.unwrap()
        }),
        memory_limit: limit,
        memory_used: used,
        ..healthy()
    })
}

proptest! {
    #[test]
    fn a_bad_fact_more_never_makes_a_verdict_better(state in any_state(), which in 0..9) {
        let before = options().judge(&Seen::Present(Box::new(state.clone())), now()).verdict;
        let mut worse = state;
        match which {
            0 => worse.status = Status::Restarting,
            1 => worse.restart_count += 5,
            2 => worse.memory_used = worse.memory_used.map(|used| used + 1000),
            3 => worse.memory_used = None,
            4 => worse.started_at = None,
            _ => if let Some(health) = &mut worse.health {
                match which {
                    5 => health.status = HealthStatus::Unhealthy,
                    6 => health.failing_streak += 1,
                    7 => health.last_end = health.last_end.map(|end| end - SignedDuration::from_secs(100)),
                    _ => health.last_end = None,
                }
            },
        }
        let after = options().judge(&Seen::Present(Box::new(worse.clone())), now()).verdict;
        prop_assert!(after.rank() <= before.rank(), "{before:?} became {after:?}: {worse:?}");
    }

    #[test]
    fn only_a_running_container_that_is_old_enough_passes(state in any_state()) {
        let verdict = options().judge(&Seen::Present(Box::new(state.clone())), now()).verdict;
        if verdict == Verdict::Pass {
            prop_assert_eq!(state.status, Status::Running);
            prop_assert!(state.started_at.is_some_and(|start| start <= ago(60)));
            let is_fresh = |health: Health| health.last_end > state.started_at && health.last_end >= Some(ago(45));
            prop_assert!(state.health.is_none_or(is_fresh));
        }
    }
}

#[test]
fn a_container_that_was_started_anew_while_the_probe_looked_is_in_a_loop() {
    let judgement = judged(|state| state.restarted_meanwhile = true);
    assert_eq!((judgement.verdict, judgement.reason), (Verdict::Fail, Some("restart_loop")));
}

#[test]
fn a_log_that_was_not_read_to_its_start_proves_errors_and_never_that_there_are_none() {
    let said = |log, max_errors| {
        let options = Container { log_minutes: 10, max_errors, ..options() };
        let judgement = options.judge(&Seen::Present(Box::new(State { log: Some(log), ..healthy() })), now());
        (judgement.verdict, judgement.reason.unwrap_or_default())
    };
    let counted = |errors, more| Log::Counted { lines: 500, errors, more };
    assert_eq!(said(counted(0, false), 0), (Verdict::Pass, ""));
    assert_eq!(said(counted(2, false), 2), (Verdict::Pass, ""));
    assert_eq!(said(counted(3, false), 2), (Verdict::Warn, "errors"));
    assert_eq!(said(counted(3, true), 2), (Verdict::Warn, "errors"));
    assert_eq!(said(counted(2, true), 2), (Verdict::Unknown(Unknown::Garbled), "log_too_long"));
    assert_eq!(said(Log::Unreadable, 0), (Verdict::Unknown(Unknown::NotConfigured), "no_log"));
    assert_eq!(said(Log::Late, 0), (Verdict::Unknown(Unknown::TimedOut), "log_late"));
}

#[test]
fn memory_without_a_limit_is_a_share_of_the_hosts_and_judged_by_none() {
    let judgement = judged(|state| (state.memory_limit, state.memory_used) = (None, Some(990)));
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert!(judgement.facts.iter().any(|fact| fact.name == "memory of the host's"));
    assert!(!judgement.facts.iter().any(|fact| fact.name == "memory of its limit"));
}

#[test]
fn an_observation_of_an_earlier_version_is_still_read() {
    let mut old = serde_json::to_value(healthy()).unwrap();
    for key in ["memory_of", "restarted_meanwhile", "log"] {
        old.as_object_mut().unwrap().remove(key);
    }
    let read: State = serde_json::from_value(old).unwrap();
    assert_eq!(read, State { memory_of: None, ..healthy() });
}

#[test]
fn every_reason_of_the_judge_is_in_the_table() {
    use Status::{Created, Dead, Exited, Other, Paused, Restarting};
    let known = |judgement: Judgement| {
        let reason = judgement.reason.unwrap();
        assert!(Container::ABOUT.reasons.iter().any(|(id, _)| *id == reason), "{reason}");
    };
    for status in [Created, Paused, Restarting, Exited, Dead, Other] {
        known(judged(|state| state.status = status));
    }
    known(judged(|state| state.started_at = None));
    known(judged(|state| state.memory_used = None));
    known(options().judge(&Seen::Absent, now()));
}
