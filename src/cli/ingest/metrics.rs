//! What the listener counts, in Prometheus' text format. No label holds a foreign word.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The upper ends of the buckets, in milliseconds.
const BUCKETS: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 250, 500, 1_000, 2_500, 5_000];

/// Why a request was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 401: no token, or another.
    Unauthorised,
    /// 404.
    NotFound,
    /// 405.
    Method,
    /// 413.
    TooLarge,
    /// 503: too many requests.
    Rate,
    /// 503: the body did not come in time.
    Slow,
    /// 503: too many connections.
    Connections,
    /// 503: too much waits for the store.
    Busy,
    /// 503: the store did not take it.
    Store,
}

impl Refusal {
    const ALL: [Self; 9] = [
        Self::Unauthorised,
        Self::NotFound,
        Self::Method,
        Self::TooLarge,
        Self::Rate,
        Self::Slow,
        Self::Connections,
        Self::Busy,
        Self::Store,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Unauthorised => "unauthorised",
            Self::NotFound => "not_found",
            Self::Method => "method",
            Self::TooLarge => "too_large",
            Self::Rate => "rate",
            Self::Slow => "slow",
            Self::Connections => "connections",
            Self::Busy => "busy",
            Self::Store => "store",
        }
    }
}

/// The counters of a listener.
#[derive(Debug, Default)]
pub struct Metrics {
    pub(super) notifications: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) appended: AtomicU64,
    pub(super) duplicates: AtomicU64,
    pub(super) quarantined: AtomicU64,
    pub(super) withheld: AtomicU64,
    pub(super) truncated: AtomicU64,
    /// Seconds since 1970.
    pub(super) last_received: AtomicU64,
    /// 1 while the store takes rows.
    pub(super) store_up: AtomicU64,
    refused: [AtomicU64; Refusal::ALL.len()],
    buckets: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    sum_us: AtomicU64,
}

impl Metrics {
    /// Counts a refusal.
    pub(super) fn refuse(&self, why: Refusal) {
        self.refused[why as usize].fetch_add(1, Relaxed);
    }

    /// Counts a notification that was recorded, and how long its sender waited.
    pub(super) fn took(&self, time: Duration) {
        let within = BUCKETS.iter().position(|limit| time <= Duration::from_millis(*limit));
        if let Some(bucket) = within {
            self.buckets[bucket].fetch_add(1, Relaxed);
        }
        self.count.fetch_add(1, Relaxed);
        self.sum_us.fetch_add(time.as_micros() as u64, Relaxed);
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (name, help, value) in [
            ("notifications_total", "Notifications that came in, readable or not.", &self.notifications),
            ("alerts_received_total", "Alerts in them.", &self.received),
            ("rows_appended_total", "Rows recorded.", &self.appended),
            ("duplicates_total", "Alerts that had been told before.", &self.duplicates),
            (
                "quarantined_total",
                "Payloads and alerts that could not be taken for what they should be.",
                &self.quarantined,
            ),
            ("withheld_total", "Places in alerts that held a secret, which was not recorded.", &self.withheld),
            ("truncated_alerts_total", "Alerts that their sender left out (max_alerts).", &self.truncated),
        ] {
            metric(&mut out, name, help, "counter");
            let _ = writeln!(out, "readback_ingest_{name} {}", value.load(Relaxed));
        }
        metric(&mut out, "refused_total", "Requests that were not taken.", "counter");
        for why in Refusal::ALL {
            let count = self.refused[why as usize].load(Relaxed);
            let _ = writeln!(out, "readback_ingest_refused_total{{reason=\"{}\"}} {count}", why.name());
        }
        for (name, help, value) in [
            ("store_up", "1 while the store takes rows.", &self.store_up),
            ("last_received_timestamp_seconds", "When the last notification came in.", &self.last_received),
        ] {
            metric(&mut out, name, help, "gauge");
            let _ = writeln!(out, "readback_ingest_{name} {}", value.load(Relaxed));
        }
        self.histogram(&mut out);
        out
    }

    fn histogram(&self, out: &mut String) {
        let name = "request_duration_seconds";
        metric(out, name, "How long senders waited until their notification was recorded.", "histogram");
        // The whole is read last, so that it is never less than its parts.
        let mut below = 0;
        for (limit, bucket) in BUCKETS.iter().zip(&self.buckets) {
            below += bucket.load(Relaxed);
            let seconds = *limit as f64 / 1_000.0;
            let _ = writeln!(out, "readback_ingest_{name}_bucket{{le=\"{seconds}\"}} {below}");
        }
        let count = self.count.load(Relaxed).max(below);
        let sum = self.sum_us.load(Relaxed) as f64 / 1_000_000.0;
        let _ = writeln!(out, "readback_ingest_{name}_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(out, "readback_ingest_{name}_sum {sum}\nreadback_ingest_{name}_count {count}");
    }
}

fn metric(out: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(out, "# HELP readback_ingest_{name} {help}\n# TYPE readback_ingest_{name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_histogram_is_cumulative_and_every_reason_stands_from_the_start() {
        let metrics = Metrics::default();
        for ms in [1, 3, 40, 60_000] {
            metrics.took(Duration::from_millis(ms));
        }
        metrics.refuse(Refusal::Rate);
        let text = metrics.text();
        for line in [
            "readback_ingest_request_duration_seconds_bucket{le=\"0.001\"} 1",
            "readback_ingest_request_duration_seconds_bucket{le=\"0.005\"} 2",
            "readback_ingest_request_duration_seconds_bucket{le=\"0.05\"} 3",
            "readback_ingest_request_duration_seconds_bucket{le=\"+Inf\"} 4",
            "readback_ingest_refused_total{reason=\"rate\"} 1",
            "readback_ingest_refused_total{reason=\"store\"} 0",
            "# TYPE readback_ingest_store_up gauge",
        ] {
            assert!(text.lines().any(|said| said == line), "{line} in\n{text}");
        }
    }
}
