//! The docker and container probes against sockets that misbehave; no engine is needed.

use crate::support::probe;
use readback::evidence::{Evidence, Unknown, Verdict};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

const LONG: Duration = Duration::from_secs(30);

/// A socket where every question gets this answer; an empty one is silence.
fn engine(answer: String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(folder.path().join("s")).unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut question = [0; 4096];
            let _ = stream.read(&mut question).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            if answer.is_empty() {
                kept.push(stream);
            }
        }
    });
    folder
}

fn page(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn both(folder: &Path, timeout: Duration) -> (Evidence, Evidence) {
    let host = format!("host = 'unix://{}'", folder.join("s").display());
    let docker = probe::look("docker", &host, timeout, Path::new("/")).await;
    let container = probe::look("container", &format!("name = 'web'\n{host}"), timeout, Path::new("/")).await;
    (docker, container)
}

#[tokio::test]
async fn each_way_an_engine_can_fail_is_told_apart_and_no_container_is_judged_by_it() {
    let unknown = Verdict::Unknown;
    for (answer, docker, container) in [
        (page("200 OK", "<html>Welcome"), unknown(Unknown::Garbled), unknown(Unknown::Garbled)),
        (page("200 OK", "{}"), unknown(Unknown::Garbled), unknown(Unknown::Garbled)),
        (page("404 Not Found", "<html>no"), unknown(Unknown::Garbled), Verdict::Fail),
        (page("403 Forbidden", "{\"message\": \"no\"}"), unknown(Unknown::Denied), unknown(Unknown::Denied)),
        (page("500 Oh", "{\"message\": \"not-a-secret\"}"), Verdict::Fail, unknown(Unknown::Unreachable)),
        ("SSH-2.0-OpenSSH\r\n".to_owned(), unknown(Unknown::Garbled), unknown(Unknown::Garbled)),
        (
            page("200 OK", "{\"Version\": \"1\", \"ApiVersion\": \"1.41\"}"),
            unknown(Unknown::Void),
            unknown(Unknown::Garbled),
        ),
    ] {
        let folder = engine(answer.clone());
        let seen = both(folder.path(), LONG).await;
        assert_eq!(seen.0.verdict, docker, "{answer}: {}", seen.0.summary);
        assert_eq!(seen.1.verdict, container, "{answer}: {}", seen.1.summary);
        assert!(!format!("{seen:?}").contains("not-a-secret"));
    }
}

#[tokio::test]
async fn a_socket_without_a_listener_and_no_socket_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (docker, container) = both(folder.path(), LONG).await;
    assert_eq!(docker.verdict, Verdict::Unknown(Unknown::Unreachable), "{}", docker.summary);
    assert_eq!(container.verdict, Verdict::Unknown(Unknown::Unreachable), "{}", container.summary);
    drop(UnixListener::bind(folder.path().join("s")).unwrap());
    let (docker, container) = both(folder.path(), LONG).await;
    assert_eq!(docker.verdict, Verdict::Fail, "{}", docker.summary);
    assert_eq!(container.verdict, Verdict::Unknown(Unknown::Unreachable), "{}", container.summary);
}

#[tokio::test]
async fn an_engine_that_hangs_fails_and_its_containers_are_unknown() {
    let folder = engine(String::new());
    let (docker, container) = both(folder.path(), Duration::from_millis(400)).await;
    assert_eq!(docker.verdict, Verdict::Fail, "{}", docker.summary);
    assert_eq!(container.verdict, Verdict::Unknown(Unknown::TimedOut), "{}", container.summary);
}

#[tokio::test]
async fn an_endpoint_of_another_kind_says_what_to_do() {
    let docker = probe::look("docker", "host = 'ssh://db.example'", LONG, Path::new("/")).await;
    assert_eq!(docker.verdict, Verdict::Unknown(Unknown::NotConfigured));
    assert!(docker.hint.unwrap().contains("ssh -N -L"));
    let docker = probe::look("docker", "host = 'tcp://no-such-host.invalid:2375'", LONG, Path::new("/")).await;
    assert_eq!(docker.verdict, Verdict::Unknown(Unknown::Unreachable), "{}", docker.summary);
}
