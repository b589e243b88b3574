//! Stands between a sender and a listener, passes everything on, and tells how often the listener was unavailable.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A conversation that is overheard; dropping it ends it.
pub(crate) struct Overheard {
    pub(crate) address: SocketAddr,
    unavailable: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Overheard {
    /// Passes on to this listener.
    pub(crate) async fn start(listener: SocketAddr) -> Self {
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = door.local_addr().unwrap();
        let (said, unavailable) = watch::channel(0);
        let task = tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((near, _)) = door.accept().await {
                links.spawn(pass_on(near, listener, said.clone()));
            }
        });
        Self { address, unavailable, task }
    }

    /// Waits until the listener has said so often that it is unavailable.
    pub(crate) async fn until_unavailable(&mut self, times: usize) {
        self.unavailable.wait_for(|said| *said >= times).await.unwrap();
    }
}

impl Drop for Overheard {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A listener writes an answer's head at once, so it stands at the start of what is read.
async fn pass_on(near: TcpStream, listener: SocketAddr, said: watch::Sender<usize>) -> std::io::Result<()> {
    let (mut from_far, mut to_far) = TcpStream::connect(listener).await?.into_split();
    let (mut from_near, mut to_near) = near.into_split();
    let answers = async {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let read = from_far.read(&mut bytes).await?;
            if read == 0 {
                return to_near.shutdown().await;
            }
            to_near.write_all(&bytes[..read]).await?;
            if bytes[..read].starts_with(b"HTTP/1.1 503 ") {
                said.send_modify(|times| *times += 1);
            }
        }
    };
    let questions = async {
        copy(&mut from_near, &mut to_far).await?;
        to_far.shutdown().await
    };
    tokio::try_join!(answers, questions).map(drop)
}
