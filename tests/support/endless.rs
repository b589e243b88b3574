//! A web server whose answers have no end.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Starts it on loopback; its address, `127.0.0.1:PORT`. It ends with the test's runtime.
pub(crate) async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    address
}

/// Until the other side hangs up.
async fn answer(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 16 * 1024]).await;
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{").await;
    while stream.write_all(&[b' '; 8 * 1024]).await.is_ok() {}
}
