//! One question and its control, each on a connection of its own. The body is searched here and
//! dropped: no text of an answer leaves this file but the path of a redirect.

use super::secure::{Asker, age, peer_clock, tls_fault};
use super::{Answer, BODY_LIMIT, Http, Leads, Seen};
use crate::evidence::Unknown;
use crate::guard::{self, line};
use crate::probes::net::{self, Door, TlsFault};
use crate::probes::tls::{self, Trust};
use crate::probes::{Control, Place, ProbeError};
use reqwest::header::{CACHE_CONTROL, HeaderMap, LOCATION};
use reqwest::{Client, Response, Url};
use std::io::ErrorKind;
use std::net::SocketAddr;
use tokio::time::{Instant, timeout_at};

/// How an answer came: its status and headers, and what was read of the body.
struct Page {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    is_whole: bool,
    /// When its headers came.
    came: Instant,
}

/// How a question failed.
enum Failed {
    /// No whole answer in time.
    Late { status: Option<u16> },
    /// The transport failed.
    Broken { error: reqwest::Error, status: Option<u16>, bytes: u64 },
}

pub(super) async fn look(options: &Http, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let url = parse(&options.url)?;
    let shown = shown(&url);
    // A host in brackets is an IPv6 address.
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(80);
    let addresses = net::look_up(host, port, host, deadline).await.map_err(|error| error.id("dns"))?;
    let witness = tls::witness(trust(options, at, &url)).await?;
    let asker = Asker { host, addresses: &addresses };
    let client = asker.client(witness.clone())?;
    let start = Instant::now();
    let page = match get(&client, url.clone(), net::before(deadline)).await {
        Ok(page) => page,
        Err(Failed::Late { status: Some(status) }) => return Ok(Seen::Silent { status: Some(status) }),
        Err(Failed::Late { status: None }) => return silent(&addresses, &shown, deadline).await,
        Err(Failed::Broken { error, status, bytes }) => {
            return match TlsFault::find(&error) {
                Some(fault) => Ok(tls_fault(&asker, &url, fault, &error, witness, deadline).await),
                None => seen_of(&error, status, bytes, &shown),
            };
        }
    };
    let mut answer = answer_of(options, &page, net::millis_since(start));
    answer.leads = leads(&page.headers, &url);
    answer.certificate = witness.and_then(|witness| witness.certificate());
    if options.negative_control && page.status == options.status {
        ask_control(options, &client, &url, &page, &mut answer, deadline).await;
    }
    answer.peer_clock = peer_clock(&page.headers, page.came).filter(|_| answer.age_s.is_some() || !answer.cache_hit);
    Ok(Seen::Answered(answer))
}

fn parse(text: &str) -> Result<Url, ProbeError> {
    let wrong = || ProbeError::new(Unknown::NotConfigured, "the url is neither an http:// nor an https:// address");
    let url = Url::parse(text).map_err(|_| wrong())?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(url) } else { Err(wrong()) }
}

fn trust(options: &Http, at: &Place, url: &Url) -> Trust {
    match (url.scheme(), &options.ca) {
        ("https", Some(ca)) => Trust::SystemAnd(at.path(ca)),
        ("https", None) => Trust::System,
        _ => Trust::Nobody,
    }
}

async fn get(client: &Client, url: Url, deadline: Instant) -> Result<Page, Failed> {
    let broken = |error, status, bytes: &Vec<u8>| Failed::Broken { error, status, bytes: bytes.len() as u64 };
    let mut body = Vec::new();
    let question = client.get(url).header(CACHE_CONTROL, "no-cache").send();
    let mut response: Response = match timeout_at(deadline, question).await {
        Err(_) => return Err(Failed::Late { status: None }),
        Ok(Err(error)) => return Err(broken(error, None, &body)),
        Ok(Ok(response)) => response,
    };
    let came = Instant::now();
    let status = response.status().as_u16();
    let is_whole = loop {
        match timeout_at(deadline, response.chunk()).await {
            Err(_) => return Err(Failed::Late { status: Some(status) }),
            Ok(Err(error)) => return Err(broken(error, Some(status), &body)),
            Ok(Ok(None)) => break true,
            Ok(Ok(Some(chunk))) => {
                let room = BODY_LIMIT - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    break false;
                }
            }
        }
    };
    Ok(Page { status, headers: std::mem::take(response.headers_mut()), body, is_whole, came })
}

fn answer_of(options: &Http, page: &Page, took_ms: u64) -> Answer {
    Answer {
        status: page.status,
        took_ms,
        bytes: page.body.len() as u64,
        is_whole: page.is_whole,
        body_digest: (!page.body.is_empty()).then(|| guard::digest_bytes(&page.body).chars().take(16).collect()),
        contains: options.must_contain.as_deref().map(|text| holds(&page.body, text)),
        contains_forbidden: options.must_not_contain.as_deref().map(|text| holds(&page.body, text)),
        redirect: redirect(&page.headers),
        age_s: age(&page.headers),
        cache_hit: ["x-cache", "cf-cache-status", "x-cache-status"]
            .into_iter()
            .any(|name| text(&page.headers, name).is_some_and(|word| word.to_ascii_uppercase().contains("HIT"))),
        control: Control::NotAsked,
        control_status: None,
        control_is_identical: false,
        leads: Leads::Elsewhere,
        certificate: None,
        peer_clock: None,
    }
}

/// Asks for a random path beside the route. It passes, and voids the answer, if it fulfils all that
/// the route is asked to.
async fn ask_control(options: &Http, client: &Client, url: &Url, page: &Page, answer: &mut Answer, deadline: Instant) {
    let mut absent = url.clone();
    absent.set_path(&format!("/readback-must-not-exist-{}", uuid::Uuid::now_v7().simple()));
    absent.set_query(None);
    let Ok(other) = get(client, absent, deadline).await else {
        answer.control = Control::Unclear;
        return;
    };
    let asks_nothing_of_text = options.must_contain.is_none();
    let has_text = options.must_contain.as_deref().is_some_and(|text| holds(&other.body, text));
    let is_as_good = other.status == options.status && (asks_nothing_of_text || has_text);
    answer.control = if is_as_good { Control::Passed } else { Control::Refused };
    answer.control_status = Some(other.status);
    answer.control_is_identical = !page.body.is_empty() && other.body == page.body;
}

/// The time ran out before any answer: a server that hangs still accepts connections.
async fn silent(addresses: &[SocketAddr], shown: &str, deadline: Instant) -> Result<Seen, ProbeError> {
    Ok(match net::knock(addresses, shown, deadline).await? {
        Door::Open => Seen::Silent { status: None },
        Door::Refused => Seen::Refused,
        Door::Reset => Seen::CutShort { status: None, bytes: 0 },
    })
}

fn seen_of(error: &reqwest::Error, status: Option<u16>, bytes: u64, shown: &str) -> Result<Seen, ProbeError> {
    if status.is_some() {
        return Ok(Seen::CutShort { status, bytes });
    }
    let (reason, message) = match net::io_kind(error) {
        Some(ErrorKind::ConnectionRefused) => return Ok(Seen::Refused),
        Some(ErrorKind::PermissionDenied) => {
            (Unknown::Denied, format!("this machine does not permit a connection to {shown}"))
        }
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable) => {
            (Unknown::Unreachable, format!("no way to {shown} from this host"))
        }
        Some(ErrorKind::TimedOut) => (Unknown::TimedOut, format!("{shown} does not answer a connection")),
        _ if net::causes(error).any(|cause| cause.to_string().contains("invalid HTTP")) => return Ok(Seen::NotHttp),
        _ => return Ok(Seen::CutShort { status, bytes }),
    };
    Err(ProbeError::new(reason, message))
}

fn holds(body: &[u8], text: &str) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text.as_bytes())
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn redirect(headers: &HeaderMap) -> Option<String> {
    let target = text(headers, LOCATION.as_str())?;
    Some(match Url::parse(target) {
        Ok(url) => shown(&url),
        Err(_) => net::short(target.split(['?', '#']).next().unwrap_or_default(), 120),
    })
}

fn leads(headers: &HeaderMap, url: &Url) -> Leads {
    let target = text(headers, LOCATION.as_str()).and_then(|target| url.join(target).ok());
    let is_itself = target.is_some_and(|mut target| {
        target.set_fragment(url.fragment());
        target == *url
    });
    if is_itself { Leads::ToItself } else { Leads::Elsewhere }
}

/// A URL as it may be shown: no user, password, query or fragment.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // These fail only for URLs that can't have the part.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    line(url.as_str()).chars().take(120).collect()
}
