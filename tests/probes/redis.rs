//! The redis probe against a real server (`READBACK_TEST_REDIS`), and against what is none.

use crate::support::probe;
use crate::support::service;
use crate::support::web;
use readback::evidence::{Evidence, Unknown, Verdict};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// For answers that come; only a hung machine waits it out.
const LONG: Duration = Duration::from_secs(30);
/// For answers that never come.
const SHORT: Duration = Duration::from_millis(700);

/// Host, port and password of the server.
fn server() -> Option<(String, u16, String)> {
    let url = service::address("redis", "READBACK_TEST_REDIS")?;
    let (password, at) = url.strip_prefix("redis://:").unwrap().split_once('@').unwrap();
    let (host, port) = at.split_once(':').unwrap();
    Some((host.to_owned(), port.parse().unwrap(), password.to_owned()))
}

async fn look(port: u16, password: Option<&str>, within: Duration) -> Evidence {
    let folder = tempfile::tempdir().unwrap();
    let mut table = format!("host = '127.0.0.1'\nport = '{port}'\n");
    if let Some(password) = password {
        std::fs::write(folder.path().join(".env"), format!("REDIS_PASSWORD={password}\n")).unwrap();
        table.push_str("password_key = 'REDIS_PASSWORD'");
    }
    let evidence = probe::look("redis", &table, within, folder.path()).await;
    let kept = serde_json::to_string(&evidence).unwrap();
    assert!(password.is_none_or(|password| !kept.contains(password)), "{kept}");
    evidence
}

/// A port that answers the first question with these words, and stays on the line.
async fn answering(words: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(words).await;
            while stream.read(&mut [0; 1024]).await.is_ok_and(|bytes| bytes > 0) {}
        }
    });
    port
}

#[tokio::test]
async fn a_server_that_works_passes_and_refuses_the_control() {
    let Some((host, port, password)) = server() else { return };
    assert_eq!(host, "127.0.0.1");
    let evidence = look(port, Some(&password), LONG).await;
    assert_eq!(evidence.verdict, Verdict::Pass, "{}", evidence.summary);
    assert_eq!(probe::fact(&evidence, "role"), "master");
    assert_eq!(probe::fact(&evidence, "negative control"), "refused, as it has to be");
}

#[tokio::test]
async fn a_password_that_is_missing_or_wrong_fails() {
    let Some((_, port, _)) = server() else { return };
    let missing = look(port, None, LONG).await;
    assert_eq!((missing.verdict, probe::fact(&missing, "error").as_str()), (Verdict::Fail, "NOAUTH"));
    let wrong = look(port, Some("not-a-secret-and-wrong"), LONG).await;
    assert_eq!((wrong.verdict, probe::fact(&wrong, "error").as_str()), (Verdict::Fail, "WRONGPASS"));
}

#[tokio::test]
async fn what_is_no_redis_is_told_apart() {
    let closed = look(web::closed().await, None, LONG).await;
    assert_eq!(closed.verdict, Verdict::Fail, "{}", closed.summary);
    assert!(closed.summary.contains("refused"));
    let silent = look(web::silent().await, None, SHORT).await;
    assert_eq!((silent.verdict, silent.summary.contains("hangs")), (Verdict::Fail, true), "{}", silent.summary);
    let http = look(answering(b"HTTP/1.1 400 Bad Request\r\n\r\n").await, None, LONG).await;
    assert_eq!(http.verdict, Verdict::Unknown(Unknown::Garbled), "{}", http.summary);
    // Agrees to everything, as a server that is none does.
    let yes = look(answering(b"+PONG\r\n+PONG\r\n+PONG\r\n").await, None, LONG).await;
    assert_eq!(yes.verdict, Verdict::Unknown(Unknown::Garbled), "{}", yes.summary);
    for (said, error) in [
        (&b"-LOADING Redis is loading the dataset in memory\r\n"[..], "LOADING"),
        (b"-MISCONF Redis is configured to save RDB snapshots\r\n", "MISCONF"),
        (b"-MASTERDOWN Link with MASTER is down\r\n", "MASTERDOWN"),
    ] {
        let evidence = look(answering(said).await, None, LONG).await;
        assert_eq!((evidence.verdict, probe::fact(&evidence, "error").as_str()), (Verdict::Fail, error));
    }
}

#[tokio::test]
async fn a_server_that_answers_a_command_that_can_not_exist_is_void() {
    let said = b"+PONG\r\n$13\r\nrole:master\r\n\r\n+OK\r\n";
    let evidence = look(answering(said).await, None, LONG).await;
    assert_eq!(evidence.verdict, Verdict::Unknown(Unknown::Void), "{}", evidence.summary);
}
