//! The tests' own proxy does what it says: a fault that is not injected proves nothing.

use crate::support::faultproxy::{Fault, FaultProxy};
use crate::support::web;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn fault(text: &str) -> Fault {
    toml::from_str::<std::collections::BTreeMap<String, Fault>>(&format!("it = {text}")).unwrap().remove("it").unwrap()
}

/// What a client reads that asks a server behind the proxy for a page, and how it ended.
async fn asked(fault: Fault) -> (String, Result<(), ErrorKind>) {
    let server = web::answering("200 OK", "0123456789").await;
    let proxy = FaultProxy::start(server.trim_start_matches("http://"), fault).await;
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port)).await.unwrap();
    let _ = stream.write_all(b"GET /page HTTP/1.1\r\n\r\n").await;
    let mut read = Vec::new();
    let end = match tokio::time::timeout(Duration::from_millis(500), stream.read_to_end(&mut read)).await {
        Ok(end) => end.map(drop).map_err(|error| error.kind()),
        Err(_) => Err(ErrorKind::TimedOut),
    };
    (String::from_utf8_lossy(&read).into_owned(), end)
}

#[tokio::test]
async fn each_fault_is_what_its_name_says() {
    let whole = asked(Fault::Pass).await;
    assert!(whole.0.ends_with("0123456789") && whole.1.is_ok(), "{whole:?}");
    let length = whole.0.len();
    for (text, read, end) in [
        ("'hang'", 0, Err(ErrorKind::TimedOut)),
        ("'reset'", 0, Err(ErrorKind::ConnectionReset)),
        ("'fin'", 0, Ok(())),
        ("{ reset-after = 20 }", 20, Err(ErrorKind::ConnectionReset)),
        ("{ cut-after = 20 }", 20, Ok(())),
        ("{ stall-after = 20 }", 20, Err(ErrorKind::TimedOut)),
        ("{ latency = 20 }", length, Ok(())),
        ("{ slow = 100000 }", length, Ok(())),
        ("{ slow = 1 }", 1, Err(ErrorKind::TimedOut)),
        ("{ only = { word = 'GET /page', fault = 'fin' } }", 0, Ok(())),
        ("{ only = { word = 'GET /other', fault = 'fin' } }", length, Ok(())),
    ] {
        let found = asked(fault(text)).await;
        let most =
            if matches!(end, Err(ErrorKind::ConnectionReset)) { found.0.len() <= read } else { found.0.len() == read };
        assert!(most && found.1 == end, "{text}: {found:?}");
    }
    assert!(asked(Fault::Garbage).await.0.contains("garbage"));
    let (said, end) = asked(fault("{ http = { status = 418, body = 'tea', headers = ['X-Pot: 1'] } }")).await;
    assert!(said.starts_with("HTTP/1.1 418") && said.contains("X-Pot: 1\r\n") && said.ends_with("tea"), "{said}");
    assert_eq!(end, Ok(()));
}
