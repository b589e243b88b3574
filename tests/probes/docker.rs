//! The docker and container probes against a real engine (`READBACK_TEST_DOCKER`, `READBACK_TEST_IMAGE`).

use crate::support::probe;
use crate::support::service;
use readback::evidence::{Evidence, Unknown, Verdict};
use readback::probes::Place;
use readback::probes::running::running_env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};

const LONG: Duration = Duration::from_secs(30);

/// A container of a test's own; removed with it.
struct Container {
    host: String,
    name: String,
}

impl Container {
    fn docker(host: &str, arguments: &[&str]) -> String {
        let output = Command::new("docker").arg("-H").arg(host).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// `docker run -d` with these options and this command; `None` where Docker is left out.
    fn run(name: &str, options: &[&str], command: &[&str]) -> Option<Self> {
        let host = service::address("docker", "READBACK_TEST_DOCKER")?;
        let image = std::env::var("READBACK_TEST_IMAGE").unwrap();
        let name = format!("readback-{name}-{}", std::process::id());
        let start = ["run", "-d", "--network", "none", "--name", &name];
        Self::docker(&host, &[&start, options, &[image.as_str()], command].concat());
        Some(Self { host, name })
    }

    async fn look(&self, more: &str) -> Evidence {
        look(&self.host, &self.name, more).await
    }

    /// Looks at every event of the container until that is so; an engine takes its time.
    async fn look_until(&self, more: &str, is_so: impl Fn(&Evidence) -> bool) -> Evidence {
        let filter = format!("container={}", self.name);
        // What happened before the question is told first, so that no event is missed.
        let mut events = tokio::process::Command::new("docker")
            .args(["-H", &self.host, "events", "--since", "10m", "--filter", &filter])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(events.stdout.take().unwrap()).lines();
        let look = async {
            loop {
                lines.next_line().await.unwrap().unwrap();
                let evidence = self.look(more).await;
                if is_so(&evidence) {
                    return evidence;
                }
            }
        };
        tokio::time::timeout(LONG, look).await.unwrap()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["-H", &self.host, "rm", "-f", &self.name]).output();
    }
}

async fn look(host: &str, name: &str, more: &str) -> Evidence {
    probe::look("container", &format!("name = '{name}'\nhost = '{host}'\n{more}"), LONG, Path::new("/")).await
}

#[tokio::test]
async fn an_engine_that_works_passes_and_refuses_the_control() {
    let Some(host) = service::address("docker", "READBACK_TEST_DOCKER") else { return };
    let evidence = probe::look("docker", &format!("host = '{host}'"), LONG, Path::new("/")).await;
    assert_eq!(evidence.verdict, Verdict::Pass, "{}", evidence.summary);
    assert_eq!(probe::fact(&evidence, "negative control"), "refused, as it has to be");
}

#[tokio::test]
async fn a_container_that_is_not_there_fails() {
    let Some(host) = service::address("docker", "READBACK_TEST_DOCKER") else { return };
    let evidence = look(&host, "no-such-container", "").await;
    assert_eq!(
        (evidence.verdict, evidence.summary.as_str()),
        (Verdict::Fail, "there is no container named no-such-container")
    );
}

#[tokio::test]
async fn a_healthy_container_passes_as_of_its_check_and_a_paused_one_fails() {
    let health = ["--health-cmd", "true", "--health-interval", "1s", "--health-timeout", "5s"];
    let options = [&health[..], &["--memory", "64m"]].concat();
    let Some(web) = Container::run("healthy", &options, &["sleep", "600"]) else { return };
    let good = web.look_until("min_uptime_s = 0", |evidence| evidence.verdict == Verdict::Pass).await;
    assert!(good.as_of < good.observed_at, "{good:#?}");
    assert_eq!(probe::fact(&good, "memory limit"), "64.0 MiB");
    assert!(probe::fact(&good, "memory of its limit").ends_with(" %"));
    let young = web.look("min_uptime_s = 3600").await;
    assert_eq!(young.verdict, Verdict::Warn, "{}", young.summary);
    Container::docker(&web.host, &["pause", &web.name]);
    let paused = web.look("min_uptime_s = 0").await;
    assert_eq!(paused.verdict, Verdict::Fail, "{}", paused.summary);
    assert!(paused.summary.contains("paused"));
}

#[tokio::test]
async fn health_that_was_measured_before_a_restart_does_not_count() {
    // In its first life each check passes at once; in its second each hangs, so that what the log
    // says stays what it said before.
    let script = "if test -e /again; then rm /ok; else touch /again /ok; fi; exec sleep 600";
    let health = ["--health-cmd", "test -e /ok || sleep 600", "--health-interval", "1s", "--health-timeout", "600s"];
    let Some(web) = Container::run("restarted", &health, &["sh", "-c", script]) else { return };
    web.look_until("min_uptime_s = 0", |evidence| evidence.verdict == Verdict::Pass).await;
    Container::docker(&web.host, &["restart", "-t", "0", &web.name]);
    let after = web.look("min_uptime_s = 600").await;
    assert_eq!(after.verdict, Verdict::Unknown(Unknown::NeverRun), "{after:#?}");
}

#[tokio::test]
async fn an_unhealthy_container_fails() {
    let health = ["--health-cmd", "false", "--health-interval", "1s", "--health-retries", "1"];
    let Some(web) = Container::run("unhealthy", &health, &["sleep", "600"]) else { return };
    let failed = web.look_until("min_uptime_s = 0", |evidence| evidence.verdict == Verdict::Fail).await;
    assert!(failed.summary.starts_with("unhealthy"), "{}", failed.summary);
}

#[tokio::test]
async fn an_end_a_kill_for_memory_and_a_loop_are_told_apart() {
    let Some(ended) = Container::run("ended", &[], &["sh", "-c", "exit 3"]) else { return };
    Container::docker(&ended.host, &["wait", &ended.name]);
    assert_eq!(ended.look("").await.summary, "it has ended, exit code 3");

    let memory = ["--memory", "16m", "--memory-swap", "16m"];
    let killed = Container::run("oom", &memory, &["tail", "-n", "100000000", "/dev/zero"]).unwrap();
    Container::docker(&killed.host, &["wait", &killed.name]);
    let evidence = killed.look("").await;
    assert_eq!((evidence.verdict, probe::fact(&evidence, "killed for memory").as_str()), (Verdict::Fail, "yes"));

    let looping = Container::run("loop", &["--restart", "always"], &["sh", "-c", "exit 1"]).unwrap();
    let restarts = |evidence: &Evidence| probe::fact(evidence, "restarts by policy").parse::<u32>().unwrap();
    let evidence = looping.look_until("", |evidence| restarts(evidence) >= 3).await;
    assert_eq!(evidence.verdict, Verdict::Fail, "{}", evidence.summary);
    assert!(evidence.summary.contains("loop"), "{}", evidence.summary);
}

#[tokio::test]
async fn an_id_is_not_taken_for_a_name() {
    let Some(web) = Container::run("by-id", &[], &["sleep", "600"]) else { return };
    let id = Container::docker(&web.host, &["inspect", "--format", "{{.Id}}", &web.name]);
    assert_eq!(look(&web.host, &id[..12], "").await.verdict, Verdict::Unknown(Unknown::Garbled));
}

#[tokio::test]
async fn the_running_environment_is_what_the_container_was_started_with() {
    let variables = [
        &["-e", "DB_PASSWORD=not-a-secret=value", "-e", "EMPTY="][..],
        &["--label", "com.docker.compose.project.environment_file=/srv/a.env,/srv/b.env"],
    ]
    .concat();
    let Some(web) = Container::run("env", &variables, &["sleep", "600"]) else { return };
    let place = Place { root: "/".into(), docker_host: Some(web.host.clone()) };
    let running = running_env(&place, &web.name, LONG).await.unwrap();
    let value = |name: &str| running.variables.iter().find(|(found, _)| found == name).unwrap().1.expose().to_vec();
    assert_eq!(value("DB_PASSWORD"), b"not-a-secret=value");
    assert!(value("EMPTY").is_empty() && !value("PATH").is_empty());
    assert!(running.is_running && running.started_at.is_some());
    assert_eq!(running.env_files, ["/srv/a.env", "/srv/b.env"]);
    assert!(!format!("{running:?}").contains("not-a-secret"));
    let absent = running_env(&place, "no-such-container", LONG).await.unwrap_err();
    assert_eq!(absent.reason, Unknown::Unreachable);
}
