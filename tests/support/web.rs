//! A web server on loopback that misbehaves on purpose, one way per route.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Starts it; the answer is its address, `http://127.0.0.1:PORT`. It ends with the test's runtime.
/// A catch-all site answers every path that is not in its table with the same page.
pub(crate) async fn serve(is_catch_all: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, is_catch_all));
        }
    });
    address
}

/// A port that accepts and never says a word.
pub(crate) async fn silent() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    port
}

/// A port that says these words to everyone, unasked, and hangs up.
pub(crate) async fn saying(words: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(words).await;
        }
    });
    port
}

/// A server that answers every question with this status line and body; its address.
pub(crate) async fn answering(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // One read takes the small questions of the tests whole.
            let _ = stream.read(&mut [0; 16 * 1024]).await;
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes()).await;
            // Not closed before the other side has read it.
            let _ = stream.shutdown().await;
            let _ = stream.read(&mut [0; 16 * 1024]).await;
        }
    });
    address
}

/// A port on which nothing listens.
pub(crate) async fn closed() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

async fn answer(mut stream: TcpStream, is_catch_all: bool) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            // TLS where none is spoken.
            Ok(0x16) if head.is_empty() => {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
                return;
            }
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let page = |status: &str, headers: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
    };
    let whole = match path.split('?').next().unwrap_or_default() {
        "/health" => page("200 OK", "", r#"{"status": "pass"}"#),
        "/health-fail" => page("200 OK", "", r#"{"status": "fail"}"#),
        "/" => page("303 See Other", "Location: /login?next=not-a-secret\r\n", ""),
        "/loop" => page("302 Found", "Location: /loop\r\n", ""),
        "/500" => page("500 Internal Server Error", "", "Internal"),
        "/429" => page("429 Too Many Requests", "Retry-After: 30\r\n", ""),
        "/empty" => page("200 OK", "", ""),
        "/cached" => page("200 OK", "Age: 86400\r\nX-Cache: HIT\r\n", "ok"),
        "/large" => page("200 OK", "", &"x".repeat(200_000)),
        // 200 at once, and a body that never ends.
        "/drip" => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx".to_owned(),
        // No answer at all.
        "/slow" => String::new(),
        "/short" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc").await;
            return;
        }
        "/garbage" => {
            let _ = stream.write_all(b"\x00\x01 this is no answer\r\n\r\n").await;
            return;
        }
        _ if is_catch_all => page("200 OK", "", "<html>Welcome"),
        _ => page("404 Not Found", "", "no such page"),
    };
    let _ = stream.write_all(whole.as_bytes()).await;
    if matches!(path.as_str(), "/drip" | "/slow") {
        std::future::pending::<()>().await;
    }
}
