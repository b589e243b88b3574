//! The answers. Alertmanager tries again after 5xx and drops a notification after 4xx (429, too), so whatever may pass
//! is told 503, and what will never be better is taken (200) and quarantined.

use super::health::Health;
use super::metrics::{Metrics, Refusal};
use super::quarantine;
use super::rate::Rate;
use super::token::Token;
use super::writer::Job;
use crate::config::IngestSettings;
use crate::guard::{Fingerprinter, Watch};
use crate::timeline::OwnEvent;
use crate::timeline::ingest::{Mapping, Notification, notification};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use std::convert::Infallible;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// How long a body may take to come.
const BODY: Duration = Duration::from_secs(10);
/// How long a sender waits for the store: longer than the store's own deadlines, so that its answer says more. What takes
/// longer for its size is recorded all the same, and is found there when it is sent again.
const RECORD: Duration = Duration::from_secs(15);
/// Bodies up to so many bytes are read where they come in.
const AT_ONCE: usize = 32 * 1024;
/// When a sender that was told 503 should try again, in seconds.
const RETRY: HeaderValue = HeaderValue::from_static("5");

type Answer = Response<Full<Bytes>>;

/// What answers requests.
pub(super) struct Service {
    pub(super) settings: IngestSettings,
    pub(super) token: Option<Token>,
    pub(super) watch: watch::Receiver<Watch>,
    pub(super) key: Fingerprinter,
    pub(super) jobs: mpsc::Sender<Job>,
    pub(super) health: Health,
    pub(super) metrics: Arc<Metrics>,
    pub(super) rate: Mutex<Rate>,
}

impl Service {
    /// Answers one request.
    pub(super) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        Ok(match request.uri().path() {
            "/alertmanager" if request.method() == Method::POST => self.take(request).await,
            "/alertmanager" => self.not_allowed("POST"),
            "/metrics" if is_read => self.metrics_text(),
            "/healthz" if is_read => self.health().await,
            "/metrics" | "/healthz" => self.not_allowed("GET, HEAD"),
            _ => self.refuse(Refusal::NotFound, StatusCode::NOT_FOUND, "notifications go to /alertmanager"),
        })
    }

    async fn take(self: &Arc<Self>, request: Request<Incoming>) -> Answer {
        let started = Instant::now();
        if let Some(refusal) = self.turn_down(&request, started) {
            return refusal;
        }
        let body = match self.body(request).await {
            Ok(body) => body,
            Err(answer) => return *answer,
        };
        let Some((notification, quarantine)) = self.read(body).await else {
            return self.later(Refusal::Busy, "it can't be read now");
        };
        let said = if quarantine.is_empty() { "recorded" } else { "recorded; what could not be read is quarantined" };
        match self.record(notification, quarantine).await {
            Ok(()) => {
                self.metrics.took(started.elapsed());
                answer(StatusCode::OK, said)
            }
            Err(answer) => *answer,
        }
    }

    /// Who asks too often, or shows no token.
    fn turn_down(&self, request: &Request<Incoming>, now: Instant) -> Option<Answer> {
        if !self.rate.lock().unwrap_or_else(PoisonError::into_inner).admits(now) {
            return Some(self.later(Refusal::Rate, "too many requests"));
        }
        let shown = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
        if self.token.as_ref().is_none_or(|token| token.admits(shown)) {
            return None;
        }
        let mut answer = self.refuse(Refusal::Unauthorised, StatusCode::UNAUTHORIZED, "the token is missing or wrong");
        answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Some(answer)
    }

    /// What the body tells, and what of it is quarantined. `None` where reading it broke off.
    async fn read(self: &Arc<Self>, body: Bytes) -> Option<(Notification, Vec<OwnEvent>)> {
        // Thousands of alerts take long enough to keep others waiting.
        if body.len() > AT_ONCE {
            let service = Arc::clone(self);
            return tokio::task::spawn_blocking(move || service.read_now(&body)).await.ok();
        }
        Some(self.read_now(&body))
    }

    fn read_now(&self, body: &[u8]) -> (Notification, Vec<OwnEvent>) {
        let (watch, now) = (self.watch.borrow().clone(), Timestamp::now());
        let notification = notification(body, &self.mapping(&watch, now));
        self.count(&notification, now);
        let mut events = quarantine::events(&notification.poison, body, &self.key, now);
        events.extend(quarantine::left_out(&notification, now));
        (notification, events)
    }

    fn mapping<'a>(&'a self, watch: &'a Watch, received: Timestamp) -> Mapping<'a> {
        let settings = &self.settings;
        Mapping {
            watch,
            incident_label: settings.incident_label.as_deref(),
            resolve_timeout: SignedDuration::try_from(settings.resolve_timeout).unwrap_or(SignedDuration::from_mins(5)),
            most_alerts: settings.max_alerts,
            received,
        }
    }

    fn count(&self, told: &Notification, now: Timestamp) {
        let metrics = &self.metrics;
        metrics.notifications.fetch_add(1, Relaxed);
        metrics.received.fetch_add(told.arrivals.len() as u64, Relaxed);
        metrics.quarantined.fetch_add(told.poison.len() as u64, Relaxed);
        metrics.truncated.fetch_add(told.truncated, Relaxed);
        let withheld: usize = told.arrivals.iter().map(|arrival| arrival.withheld).sum();
        metrics.withheld.fetch_add(withheld as u64, Relaxed);
        metrics.last_received.store(u64::try_from(now.as_second()).unwrap_or(0), Relaxed);
    }

    /// The whole body, within its limits of size and time.
    async fn body(&self, request: Request<Incoming>) -> Result<Bytes, Box<Answer>> {
        let most = self.settings.max_bytes;
        let told = request.body().size_hint().exact();
        if told.is_some_and(|length| length > most as u64) {
            return Err(Box::new(self.too_large(told).await));
        }
        let body = Limited::new(request.into_body(), most).collect();
        match tokio::time::timeout(BODY, body).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
                Err(Box::new(self.too_large(None).await))
            }
            // A connection that broke: nobody hears the answer, and the sender tries again.
            Ok(Err(_)) | Err(_) => {
                Err(Box::new(self.later(Refusal::Slow, "the request did not come to its end in time")))
            }
        }
    }

    /// Alertmanager drops what is told 413, so the log has to say that something is missing.
    async fn too_large(&self, length: Option<u64>) -> Answer {
        let most = self.settings.max_bytes;
        let event = quarantine::too_large(length, most, Timestamp::now());
        if let Err(answer) = self.record(Notification::default(), vec![event]).await {
            return *answer;
        }
        let said = format!("more than {most} bytes: set max_alerts in Alertmanager, or ingest.max_bytes here");
        let mut answer = self.refuse(Refusal::TooLarge, StatusCode::PAYLOAD_TOO_LARGE, &said);
        // The rest of the body is not read.
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        answer
    }

    /// Waits until the store has it.
    async fn record(&self, notification: Notification, quarantine: Vec<OwnEvent>) -> Result<(), Box<Answer>> {
        let (reply, answered) = oneshot::channel();
        if self.jobs.try_send(Job { notification, quarantine, reply }).is_err() {
            return Err(Box::new(self.later(Refusal::Busy, "too much waits for the store")));
        }
        match tokio::time::timeout(RECORD, answered).await {
            Ok(Ok(Ok(()))) => Ok(()),
            // What the store says is for its operators (stderr, /healthz), not for senders.
            _ => Err(Box::new(self.later(Refusal::Store, "the store does not take it now"))),
        }
    }

    fn metrics_text(&self) -> Answer {
        let mut answer = answer(StatusCode::OK, &self.metrics.text());
        let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        answer.headers_mut().insert(CONTENT_TYPE, kind);
        answer
    }

    async fn health(&self) -> Answer {
        if self.look().await {
            answer(StatusCode::OK, "ok")
        } else {
            answer(StatusCode::SERVICE_UNAVAILABLE, "the store takes no rows")
        }
    }

    /// Asks the store whether it takes rows.
    pub(super) async fn look(&self) -> bool {
        let is_up = self.health.ask().await.is_ok();
        self.metrics.store_up.store(u64::from(is_up), Relaxed);
        is_up
    }

    fn not_allowed(&self, methods: &'static str) -> Answer {
        let mut answer = self.refuse(Refusal::Method, StatusCode::METHOD_NOT_ALLOWED, "another method is needed");
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
        answer
    }

    fn later(&self, why: Refusal, said: &str) -> Answer {
        let mut answer = self.refuse(why, StatusCode::SERVICE_UNAVAILABLE, said);
        answer.headers_mut().insert(RETRY_AFTER, RETRY);
        answer
    }

    fn refuse(&self, why: Refusal, status: StatusCode, said: &str) -> Answer {
        self.metrics.refuse(why);
        answer(status, said)
    }
}

fn answer(status: StatusCode, text: &str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(format!("{}\n", text.trim_end()))));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
