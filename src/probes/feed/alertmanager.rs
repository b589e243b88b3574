//! The newest alert that an Alertmanager has heard of. Its sender tells it again and again of an alert that fires: what
//! counts is when it was told last, not whether the alert still stands.

use super::{Feed, Seen};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::{Control, Place, ProbeError, net, web};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::DATE;
use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

/// The most that is read of an answer, in bytes: about ten thousand alerts.
const LIMIT: usize = 4 * 1024 * 1024;

/// As much of its state as shows that it is one.
#[derive(Deserialize)]
struct Status {
    #[serde(rename = "versionInfo")]
    _version: Version,
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "version")]
    _version: String,
}

/// As much of an alert as shows when it was heard of.
#[derive(Deserialize)]
struct Alert {
    #[serde(rename = "updatedAt")]
    updated_at: Timestamp,
}

pub(super) async fn ask(feed: &Feed, url: &str, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let base = parse(url)?;
    let client = web::client(&base, feed.ca.as_ref().map(|ca| at.path(ca))).await?;
    let main = net::before(deadline);
    let _: (Status, _) = get(&client, &base, "status", None, main).await?;
    let (alerts, source_time): (Vec<Alert>, _) =
        get(&client, &base, "alerts", feed.alert_name.as_deref(), main).await?;
    let answered = Instant::now();
    let absent = format!("readback_must_not_exist_{}", uuid::Uuid::now_v7().simple());
    let control: Result<(Vec<Alert>, _), _> = get(&client, &base, "alerts", Some(&absent), deadline).await;
    // What it was told lies in the past of its own clock; the little is for clocks that are nearly right.
    let latest = source_time.map(|now| now + SignedDuration::from_secs(5));
    let is_past = |time: &Timestamp| latest.is_none_or(|latest| *time <= latest);
    Ok(Seen {
        newest: alerts.iter().map(|alert| alert.updated_at).filter(is_past).max(),
        source_time,
        since_ms: net::millis_since(answered),
        from_the_future: alerts.iter().any(|alert| !is_past(&alert.updated_at)),
        control: match control {
            Ok((alerts, _)) if alerts.is_empty() => Control::Refused,
            Ok(_) => Control::Passed,
            Err(_) => Control::Unclear,
        },
    })
}

/// An address as it may be shown.
pub(super) fn shown(url: &str) -> String {
    parse(url).map_or_else(|_| "url".to_owned(), |url| line(&url.origin().ascii_serialization()).into_owned())
}

fn parse(text: &str) -> Result<Url, ProbeError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| ProbeError::new(Unknown::NotConfigured, "the url is neither an http:// nor an https:// address"))
}

/// What it says of this, and what its clock says.
async fn get<T: DeserializeOwned>(
    client: &Client,
    base: &Url,
    what: &str,
    alert_name: Option<&str>,
    deadline: Instant,
) -> Result<(T, Option<Timestamp>), ProbeError> {
    let mut url = base.clone();
    url.set_path(&format!("{}/api/v2/{what}", base.path().trim_end_matches('/')));
    url.set_query(None);
    if let Some(name) = alert_name {
        // A name in quotes, as its matchers have it.
        let matcher = format!("alertname={}", serde_json::Value::from(name));
        url.query_pairs_mut().append_pair("filter", &matcher);
    }
    let shown = self::shown(base.as_str());
    let late = || {
        ProbeError::new(Unknown::TimedOut, format!("the Alertmanager at {shown} does not answer"))
            .id("silent_log")
            .hint("is it up? systemctl status prometheus-alertmanager")
    };
    let gone = |_| {
        ProbeError::new(Unknown::Unreachable, format!("the Alertmanager at {shown} can't be reached"))
            .id("unreachable_log")
            .hint("is it up? systemctl status prometheus-alertmanager")
    };
    let foreign = || {
        ProbeError::new(Unknown::Garbled, format!("what answers at {shown} is no Alertmanager"))
            .id("not_alertmanager")
            .hint("is it the right port? its API is /api/v2")
    };
    let mut answer = timeout_at(deadline, client.get(url).send()).await.map_err(|_| late())?.map_err(gone)?;
    match answer.status().as_u16() {
        200 => {}
        401 | 403 => {
            let message = format!("the Alertmanager at {shown} refuses this host");
            return Err(ProbeError::new(Unknown::Denied, message).id("permission").hint("it asks for a login"));
        }
        status @ 500.. => {
            let message = format!("the Alertmanager at {shown} answers {status}");
            return Err(ProbeError::new(Unknown::Unreachable, message).id("unreachable_log").hint("its own log"));
        }
        _ => return Err(foreign()),
    }
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let time = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp());
    let mut body = Vec::new();
    while let Some(chunk) = timeout_at(deadline, answer.chunk()).await.map_err(|_| late())?.map_err(gone)? {
        if body.len() + chunk.len() > LIMIT {
            let message = format!("the Alertmanager at {shown} answers with more than can be read");
            return Err(ProbeError::new(Unknown::Garbled, message).id("not_alertmanager").hint("set alert_name"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map(|seen| (seen, time)).map_err(|_| foreign())
}
