//! Judges what a route answered. A status is not an answer: a catch-all page, a cache, a maintenance
//! text and half a body all say 200.

use super::expiry::{self, Found};
use super::{Answer, Http, Leads, Seen};
use crate::evidence::{BODY_DIGEST, Fact, Quantity, STATUS, Unknown, Verdict};
use crate::probes::{Control, Judgement};
use jiff::Timestamp;

pub(super) fn judge(options: &Http, seen: &Seen, at: Timestamp) -> Judgement {
    let (found, facts) = match seen {
        Seen::Answered(answer) => return answered(options, answer, at),
        Seen::Tls { fault, certificate, peer_clock } => (
            expiry::of_refused(*fault, certificate.as_ref(), *peer_clock, at),
            expiry::facts(certificate.as_ref(), *peer_clock, at),
        ),
        Seen::Silent { status: Some(status) } => (unanswered(seen), vec![status_fact(*status)]),
        Seen::CutShort { status: Some(status), bytes } => {
            (unanswered(seen), vec![status_fact(*status), Fact::new("body", Quantity::Bytes(*bytes))])
        }
        _ => (unanswered(seen), Vec::new()),
    };
    judgement(found).facts(facts).hint(match found_hint(seen) {
        Some(hint) => hint.to_owned(),
        None => format!("curl -sv -o /dev/null {}", options.shown()),
    })
}

fn found_hint(seen: &Seen) -> Option<&'static str> {
    match seen {
        Seen::Tls { peer_clock: Some(_), .. } => Some("timedatectl, here and on the server"),
        _ => None,
    }
}

fn judgement((verdict, reason, summary): Found) -> Judgement {
    let judgement = Judgement::new(verdict, summary);
    if verdict == Verdict::Pass { judgement } else { judgement.reason(reason) }
}

/// What came where no whole answer did.
fn unanswered(seen: &Seen) -> Found {
    let (reason, summary) = match seen {
        Seen::Refused => ("refused", "refused: the host is there, and nothing listens".to_owned()),
        Seen::Silent { status: Some(status) } => {
            ("timeout_body", format!("it said {status}, and the rest did not come in time"))
        }
        Seen::CutShort { status: None, .. } => ("reset", "it dropped the connection before it answered".to_owned()),
        Seen::CutShort { status: Some(status), bytes } => {
            ("truncated", format!("it said {status}, and broke off after {bytes} bytes"))
        }
        Seen::NotHttp => {
            let garbled = Verdict::Unknown(Unknown::Garbled);
            return (garbled, "not_http", "what answers there does not speak HTTP".to_owned());
        }
        Seen::WantsCertificate => {
            let denied = Verdict::Unknown(Unknown::Denied);
            let summary = "the server wants a certificate of its clients, and this probe has none".to_owned();
            return (denied, "tls_client_certificate", summary);
        }
        // The others are told by their answer or by their certificate.
        _ => ("timeout", "it accepts connections and does not answer: it hangs".to_owned()),
    };
    (Verdict::Fail, reason, summary)
}

fn answered(options: &Http, answer: &Answer, at: Timestamp) -> Judgement {
    let (certificate, clock) = (answer.certificate.as_ref(), answer.peer_clock);
    let found = worst(weigh(options, answer), expiry::of_accepted(options, certificate, clock, at));
    let mut facts = vec![
        status_fact(answer.status),
        Fact::new("answer", Quantity::Millis(answer.took_ms)),
        Fact::new("body", Quantity::Bytes(answer.bytes)),
        answer.control.fact(),
    ];
    facts.extend(answer.body_digest.as_ref().map(|digest| Fact::text(BODY_DIGEST, digest.as_str())));
    facts.extend(answer.control_status.map(|status| Fact::text("status of the control", status.to_string())));
    facts.extend(answer.redirect.as_ref().map(|target| Fact::text("redirects to", target.as_str())));
    facts.extend(answer.age_s.map(|age| Fact::new("age in a cache", Quantity::Millis(age.saturating_mul(1000)))));
    if answer.cache_hit {
        facts.push(Fact::new("from a cache", Quantity::Flag(true)));
    }
    facts.extend(expiry::facts(certificate, clock, at));
    let (verdict, reason, _) = found;
    let judgement = judgement(found).facts(facts);
    let shown = options.shown();
    match (verdict, answer.control) {
        (Verdict::Pass, _) => judgement,
        _ if reason == "clock" => judgement.hint("timedatectl, here and on the server"),
        _ if reason.starts_with("tls_") => judgement.hint(format!("curl -sv -o /dev/null {shown}")),
        (_, Control::Passed) => judgement.hint("set must_contain to a text that only this route has"),
        _ => judgement.hint(format!("curl -si {shown} | head -n 20")),
    }
}

/// The worse of two; the first where they are as bad.
fn worst(answer: Found, certificate: Option<Found>) -> Found {
    match certificate {
        Some(certificate) if certificate.0.rank() < answer.0.rank() => certificate,
        _ => answer,
    }
}

/// The worst of what an answer shows, but for its certificate.
fn weigh(options: &Http, answer: &Answer) -> Found {
    let status = answer.status;
    if status != options.status {
        return other_status(options, answer);
    }
    if answer.contains_forbidden == Some(true) {
        return (Verdict::Fail, "body_forbidden", format!("{status}, but with the text it must not have"));
    }
    match answer.contains {
        Some(false) if !answer.is_whole => {
            let read = answer.bytes;
            let summary =
                format!("{status}, and its first {read} bytes lack the text it must have; the rest was not read");
            return (Verdict::Unknown(Unknown::Garbled), "body_unread", summary);
        }
        Some(false) => return (Verdict::Fail, "body", format!("{status}, but without the text it must have")),
        _ => {}
    }
    if answer.control == Control::Passed {
        let summary = format!("{status}, but a path that can't exist is answered as well as this one");
        return (Verdict::Unknown(Unknown::Void), "void", summary);
    }
    match warning(options, answer) {
        Some((reason, words)) => (Verdict::Warn, reason, format!("{status}, {words}")),
        None => (Verdict::Pass, "", format!("{status} in {} ms", answer.took_ms)),
    }
}

/// The first thing that a person would want to know of an answer that is right.
fn warning(options: &Http, answer: &Answer) -> Option<(&'static str, &'static str)> {
    let from_a_cache = answer.cache_hit || answer.age_s.is_some_and(|age| age > 0);
    let forbidden_unread = answer.contains_forbidden == Some(false) && !answer.is_whole;
    let uncontrolled = options.negative_control && answer.control != Control::Refused;
    let slow = options.warn_ms.is_some_and(|limit| answer.took_ms > limit);
    let warnings = [
        (answer.bytes == 0 && !options.allow_empty, "empty", "with an empty body"),
        (from_a_cache, "cached", "but from a cache, not from the server"),
        (answer.control_is_identical, "same_as_control", "but with the same page as for a path that can't exist"),
        (forbidden_unread, "body_unread", "and only its first 64 KiB were searched for the text it must not have"),
        (uncontrolled, "control_unclear", "but its negative control brought no answer"),
        (slow, "slow", "but slowly"),
    ];
    warnings.into_iter().find(|(is_so, ..)| *is_so).map(|(_, reason, words)| (reason, words))
}

fn other_status(options: &Http, answer: &Answer) -> Found {
    let (status, wanted) = (answer.status, options.status);
    let denied = Verdict::Unknown(Unknown::Denied);
    match (status, &answer.redirect) {
        (401 | 403 | 407, _) => {
            (denied, "denied", format!("{status}: this probe may not ask, or another hop answered"))
        }
        (429, _) => (denied, "throttled", "429: throttled; ask less often".to_owned()),
        (300..=399, Some(target)) => {
            let reason = match answer.leads {
                Leads::ToItself => "redirect_loop",
                Leads::Elsewhere => "redirect",
            };
            (Verdict::Fail, reason, format!("{status} to {target}, wanted {wanted}; not followed"))
        }
        _ => (Verdict::Fail, "status", format!("{status}, wanted {wanted}")),
    }
}

fn status_fact(status: u16) -> Fact {
    Fact::text(STATUS, status.to_string())
}
