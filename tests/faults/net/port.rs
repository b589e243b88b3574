//! A port of this host: bound to an address, kept or dropped, accepting or not.

use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// What listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Port {
    bound: IpAddr,
    does: Does,
    /// The stack's compose file.
    pub(crate) compose: String,
    /// The stack's .env.
    pub(crate) env: String,
}

impl Default for Port {
    fn default() -> Self {
        Self { bound: Ipv4Addr::LOCALHOST.into(), does: Does::Keep, compose: String::new(), env: String::new() }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Does {
    /// Keeps every connection.
    Keep,
    /// Ends every connection in order.
    End,
    /// Resets every connection.
    Reset,
    /// Accepts no more: its queue is full.
    Full,
    /// Nothing listens.
    Closed,
}

impl Port {
    /// Opens it; its number, and the connections that fill its queue.
    pub(crate) async fn open(&self) -> (u16, Vec<TcpStream>) {
        let socket = if self.bound.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.unwrap();
        socket.bind((self.bound, 0).into()).unwrap();
        let port = socket.local_addr().unwrap().port();
        match self.does {
            // Held and never listened on: nobody else on this machine can be given it meanwhile.
            Does::Closed => {
                tokio::spawn(async move {
                    let _held = socket;
                    std::future::pending::<()>().await;
                });
                (port, Vec::new())
            }
            Does::Full => (port, fill(socket.listen(1).unwrap(), port).await),
            _ => {
                tokio::spawn(serve(socket.listen(1).unwrap(), self.does));
                (port, Vec::new())
            }
        }
    }
}

/// One more than its length fit into a queue.
async fn fill(listener: TcpListener, port: u16) -> Vec<TcpStream> {
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap());
    }
    // It listens on, and nobody accepts.
    tokio::spawn(async move {
        let _kept = listener;
        std::future::pending::<()>().await;
    });
    waiting
}

async fn serve(listener: TcpListener, does: Does) {
    let mut kept = Vec::new();
    while let Ok((stream, _)) = listener.accept().await {
        match does {
            Does::Reset => stream.set_zero_linger().unwrap(),
            Does::End => {}
            _ => kept.push(stream),
        }
    }
}
