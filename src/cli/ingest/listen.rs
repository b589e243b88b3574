//! The listener: connections within limits, and an end in order.

use super::health::Health;
use super::http::Service;
use super::metrics::{Metrics, Refusal};
use super::rate::Rate;
use super::token::Token;
use super::writer;
use crate::config::IngestSettings;
use crate::guard::{Fingerprinter, Watch};
use crate::store::AnyStore;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

/// How long the head of a request may take, and how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(30);
/// How large the head may be.
const HEAD_BYTES: usize = 64 * 1024;
/// How long requests under way may take to end once it is time to go.
const LEAVE: Duration = Duration::from_secs(20);
/// How long nothing is accepted after the system could not (no file descriptor is left).
const PAUSE: Duration = Duration::from_millis(100);
/// What a connection too many is told.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What a listener needs.
pub struct Listener {
    /// Where rows go.
    pub store: Arc<AnyStore>,
    /// What is taken.
    pub settings: IngestSettings,
    /// What senders must show.
    pub token: Option<Token>,
    /// What must not be recorded.
    pub watch: watch::Receiver<Watch>,
    /// The key of fingerprints.
    pub key: Fingerprinter,
}

impl Listener {
    /// Serves until `end`, then finishes what is under way. Whatever was answered with 200 stands in the store.
    pub async fn serve(self, socket: TcpListener, end: impl Future<Output = ()>) {
        let metrics = Arc::new(Metrics::default());
        let (jobs, waiting) = mpsc::channel(writer::QUEUE);
        let writer = tokio::spawn(writer::run(Arc::clone(&self.store), waiting, Arc::clone(&metrics)));
        let seats = Arc::new(Semaphore::new(self.settings.connections));
        let service = Arc::new(Service {
            rate: Mutex::new(Rate::new(self.settings.rate, Instant::now())),
            settings: self.settings,
            token: self.token,
            watch: self.watch,
            key: self.key,
            jobs,
            health: Health::new(self.store),
            metrics,
        });
        // Known from the start, not from the first notification.
        let first = Arc::clone(&service);
        tokio::spawn(async move { first.look().await });
        let (leave, leaving) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut end = std::pin::pin!(end);
        loop {
            let accepted = tokio::select! {
                () = &mut end => break,
                accepted = socket.accept() => accepted,
            };
            while connections.try_join_next().is_some() {}
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            match Arc::clone(&seats).try_acquire_owned() {
                Ok(seat) => {
                    let (service, leaving) = (Arc::clone(&service), leaving.clone());
                    connections.spawn(async move {
                        talk(stream, service, leaving).await;
                        drop(seat);
                    });
                }
                Err(_) => turn_away(stream, &service).await,
            }
        }
        drop(socket);
        let _ = leave.send(true);
        let all = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LEAVE, all).await;
        connections.shutdown().await;
        // The writer ends when nobody can ask any more.
        drop(service);
        let _ = tokio::time::timeout(LEAVE, writer).await;
    }
}

/// Answers the requests of a connection; once it is time to go, the one under way is the last.
async fn talk(stream: TcpStream, service: Arc<Service>, mut leaving: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| Arc::clone(&service).answer(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = std::pin::pin!(connection);
    // How a connection ends is the sender's business: what was answered 200 stands, whatever became of the answer.
    let is_over = tokio::select! {
        _ = &mut connection => true,
        _ = leaving.wait_for(|leaving| *leaving) => false,
    };
    if !is_over {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Tells a connection too many to come later; who does not listen is not waited for.
async fn turn_away(mut stream: TcpStream, service: &Service) {
    service.metrics.refuse(Refusal::Connections);
    let _ = tokio::time::timeout(PAUSE, stream.write_all(FULL)).await;
}
