//! Webhooks that take a message, refuse it, say nothing, or lie.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The path of every URL here; no message may hold it.
const PATH: &str = "services-not-a-secret-path";

/// A server that gives these answers, one after the other and the last again and again; what it was sent.
async fn server(answers: Vec<&'static str>) -> (Secret, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/{PATH}", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&heard);
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut question = Vec::new();
            while !question.ends_with(b"}") {
                let mut piece = [0; 1024];
                match stream.read(&mut piece).await {
                    Ok(read) if read > 0 => question.extend_from_slice(&piece[..read]),
                    _ => break,
                }
            }
            told.lock().unwrap().push(String::from_utf8(question).unwrap());
            let answer = answers[number.min(answers.len() - 1)];
            number += 1;
            if answer.is_empty() {
                std::future::pending::<()>().await;
            }
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (Secret::from(url), heard)
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

async fn post(url: &Secret, millis: u64) -> Result<(), NotifyError> {
    let posted = Webhook::new(url, None, Duration::from_millis(millis)).await.unwrap().post("a < b & c").await;
    if let Err(error) = &posted {
        assert!(!format!("{error} {error:?}").contains(PATH), "{error}");
    }
    posted
}

#[tokio::test]
async fn a_text_is_posted_once_and_taken_when_the_answer_is_ok() {
    let (url, heard) = server(vec![OK]).await;
    assert_eq!(post(&url, 5_000).await, Ok(()));
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 1);
    assert!(heard[0].starts_with(&format!("POST /{PATH} HTTP/1.1\r\n")) && heard[0].contains("application/json"));
    assert!(heard[0].ends_with(r#"{"text":"a &lt; b &amp; c"}"#), "{}", heard[0]);
}

#[tokio::test]
async fn a_200_that_does_not_say_ok_is_no_success_and_is_not_tried_again() {
    let lies = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{\"ok\":false}";
    let archived = "HTTP/1.1 410 Gone\r\nContent-Length: 19\r\nConnection: close\r\n\r\nchannel_is_archived";
    let moved = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for (answer, status, word) in [(lies, 200, ""), (archived, 410, ": channel_is_archived"), (moved, 302, "")] {
        let (url, heard) = server(vec![answer]).await;
        let Err(NotifyError::Refused { status: said, says, .. }) = post(&url, 5_000).await else { panic!("{answer}") };
        assert_eq!((said, says.as_str(), heard.lock().unwrap().len()), (status, word, 1));
    }
}

#[tokio::test]
async fn a_limit_and_a_failing_server_are_waited_for_within_bounds() {
    let busy = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let failing = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (url, heard) = server(vec![busy, failing, OK]).await;
    assert_eq!(post(&url, 20_000).await, Ok(()));
    assert_eq!(heard.lock().unwrap().len(), 3);
    let (url, heard) = server(vec![failing]).await;
    assert!(matches!(post(&url, 60_000).await, Err(NotifyError::Refused { status: 503, .. })));
    assert_eq!(heard.lock().unwrap().len(), TRIES as usize);
    // Asked to wait longer than there is time: it is said at once.
    let patient =
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (url, heard) = server(vec![patient]).await;
    assert!(matches!(post(&url, 5_000).await, Err(NotifyError::Refused { status: 429, .. })));
    assert_eq!(heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_says_nothing_endlessly_or_is_not_there_ends_in_time() {
    let (url, heard) = server(vec![""]).await;
    assert!(matches!(post(&url, 300).await, Err(NotifyError::Late { .. })));
    assert_eq!(heard.lock().unwrap().len(), 1, "it may have been taken: not posted twice");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Secret::from(format!("http://{}/{PATH}", listener.local_addr().unwrap()));
    drop(listener);
    assert!(matches!(post(&url, 600).await, Err(NotifyError::Unreachable { .. })));
}

#[tokio::test]
async fn what_is_no_address_or_too_long_is_refused_before_anything_is_sent() {
    for wrong in ["", "not-a-secret", "ftp://h/not-a-secret", "https://"] {
        let error = Webhook::new(&Secret::new(wrong), None, Duration::from_secs(1)).await.unwrap_err();
        assert!(matches!(&error, NotifyError::NotConfigured(why) if !why.contains("not-a-secret")), "{error}");
    }
    let (url, heard) = server(vec![OK]).await;
    let webhook = Webhook::new(&url, None, Duration::from_secs(5)).await.unwrap();
    assert_eq!(webhook.post(&"x".repeat(TEXT_LIMIT + 1)).await, Err(NotifyError::TooLong(TEXT_LIMIT + 1)));
    assert!(heard.lock().unwrap().is_empty() && !format!("{webhook:?}").contains(PATH));
}
