//! A network that can be cut: a TCP proxy on loopback in front of a server.

#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// The proxy; dropping it cuts every connection and frees the port.
pub struct Proxy(JoinHandle<()>);

impl Proxy {
    /// Forwards from this port of loopback (0: any); the port.
    pub async fn start(port: u16, server: (String, u16)) -> (Self, u16) {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let server = server.clone();
                links.spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(server).await {
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
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
