//! Judges what a route answered. A status is not an answer: a catch-all page, a cache, a maintenance
//! text and half a body all say 200.

use super::{Answer, Http, Seen};
use crate::evidence::{BODY_DIGEST, Fact, Quantity, STATUS, Unknown, Verdict};
use crate::probes::net::TlsFault;
use crate::probes::{Control, Judgement};

pub(super) fn judge(options: &Http, seen: &Seen) -> Judgement {
    let shown = options.shown();
    let fail = |summary: String| Judgement::new(Verdict::Fail, summary).hint(format!("curl -sv -o /dev/null {shown}"));
    match seen {
        Seen::Answered(answer) => answered(options, answer),
        Seen::Refused => fail("refused: the host is there, and nothing listens".to_owned()),
        Seen::Silent { status: None } => fail("it accepts connections and does not answer: it hangs".to_owned()),
        Seen::Silent { status: Some(status) } => {
            fail(format!("it said {status}, and the rest did not come in time")).facts(vec![status_fact(*status)])
        }
        Seen::CutShort { status: None, .. } => fail("it dropped the connection before it answered".to_owned()),
        Seen::CutShort { status: Some(status), bytes } => {
            fail(format!("it said {status}, and broke off after {bytes} bytes"))
                .facts(vec![status_fact(*status), Fact::new("body", Quantity::Bytes(*bytes))])
        }
        Seen::Tls(TlsFault::NotTls) => fail("the url says https, and what answers does not speak TLS".to_owned()),
        Seen::Tls(fault) => fail(format!("TLS: {}", fault.word())),
        Seen::NotHttp => Judgement::new(Verdict::Unknown(Unknown::Garbled), "what answers there does not speak HTTP"),
    }
}

fn answered(options: &Http, answer: &Answer) -> Judgement {
    let (verdict, summary) = weigh(options, answer);
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
    let judgement = Judgement::new(verdict, summary).facts(facts);
    let shown = options.shown();
    match (verdict, answer.control) {
        (Verdict::Pass, _) => judgement,
        (_, Control::Passed) => judgement.hint("set must_contain to a text that only this route has"),
        _ => judgement.hint(format!("curl -si {shown} | head -n 20")),
    }
}

/// The worst of what an answer shows.
fn weigh(options: &Http, answer: &Answer) -> (Verdict, String) {
    let status = answer.status;
    if status != options.status {
        return other_status(options, answer);
    }
    if answer.contains_forbidden == Some(true) {
        return (Verdict::Fail, format!("{status}, but with the text it must not have"));
    }
    match answer.contains {
        Some(false) if !answer.is_whole => {
            let summary = format!(
                "{status}, and its first {} bytes lack the text it must have; the rest was not read",
                answer.bytes
            );
            return (Verdict::Unknown(Unknown::Garbled), summary);
        }
        Some(false) => return (Verdict::Fail, format!("{status}, but without the text it must have")),
        _ => {}
    }
    if answer.control == Control::Passed {
        let summary = format!("{status}, but a path that can't exist is answered as well as this one");
        return (Verdict::Unknown(Unknown::Void), summary);
    }
    let warnings = [
        (answer.bytes == 0 && !options.allow_empty, "with an empty body"),
        (answer.cache_hit || answer.age_s.is_some_and(|age| age > 0), "but from a cache, not from the server"),
        (answer.control_is_identical, "but with the same page as for a path that can't exist"),
        (
            answer.contains_forbidden == Some(false) && !answer.is_whole,
            "and only its first 64 KiB were searched for the text it must not have",
        ),
        (options.negative_control && answer.control != Control::Refused, "but its negative control brought no answer"),
        (options.warn_ms.is_some_and(|limit| answer.took_ms > limit), "but slowly"),
    ];
    match warnings.into_iter().find(|(is_so, _)| *is_so) {
        Some((_, words)) => (Verdict::Warn, format!("{status}, {words}")),
        None => (Verdict::Pass, format!("{status} in {} ms", answer.took_ms)),
    }
}

fn other_status(options: &Http, answer: &Answer) -> (Verdict, String) {
    let (status, wanted) = (answer.status, options.status);
    let denied = Verdict::Unknown(Unknown::Denied);
    match (status, &answer.redirect) {
        (401 | 403 | 407, _) => (denied, format!("{status}: this probe may not ask, or another hop answered")),
        (429, _) => (denied, "429: throttled; ask less often".to_owned()),
        (300..=399, Some(target)) => (Verdict::Fail, format!("{status} to {target}, wanted {wanted}; not followed")),
        _ => (Verdict::Fail, format!("{status}, wanted {wanted}")),
    }
}

fn status_fact(status: u16) -> Fact {
    Fact::text(STATUS, status.to_string())
}
