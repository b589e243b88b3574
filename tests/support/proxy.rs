//! A network that can be cut: a TCP proxy on loopback in front of a server.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// The proxy; dropping it cuts every connection and frees the port.
pub struct Proxy(JoinHandle<()>);

impl Proxy {
    /// Forwards from this port of loopback (0: any); the port.
    pub async fn start(port: u16, server: (String, u16)) -> (Self, u16) {
        Self::far(port, server, Duration::ZERO).await
    }

    /// The same over a link on which what the server says takes this long.
    pub async fn far(port: u16, server: (String, u16), delay: Duration) -> (Self, u16) {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let server = server.clone();
                links.spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(server).await {
                        if delay.is_zero() {
                            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                        } else {
                            let _ = late(near, far, delay).await;
                        }
                    }
                });
            }
        });
        (Self(task), port)
    }

    /// Cuts everything and waits until the port is free.
    pub async fn cut(self) {
        self.0.abort();
        let _ = self.0.await;
    }
}

/// Lets each answer wait before it is passed on.
async fn late(mut near: TcpStream, mut far: TcpStream, delay: Duration) -> std::io::Result<()> {
    let (mut asks, mut hears) = near.split();
    let (mut says, mut is_asked) = far.split();
    let answers = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = says.read(&mut buffer).await?;
            if read == 0 {
                return hears.shutdown().await;
            }
            tokio::time::sleep(delay).await;
            hears.write_all(&buffer[..read]).await?;
        }
    };
    tokio::try_join!(answers, async { tokio::io::copy(&mut asks, &mut is_asked).await.map(drop) }).map(drop)
}
