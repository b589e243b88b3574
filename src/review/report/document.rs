//! A report as headings, tables and paragraphs: what Markdown and HTML both write.

use super::parts::{By, CheckLine, Moment, RiskLine};
use super::{Report, WITHHELD, words};
use crate::review::remediation::percent;
use std::fmt::Write;

/// A piece of the document. Every text in it is foreign to the format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// The first line: the lane.
    Lane(String),
    /// A heading: 1 to 3.
    Heading(u8, String),
    /// Text, of several paragraphs where there is an empty line.
    Text(String),
    /// A line of our own about what is not there.
    Aside(&'static str),
    /// Names and values.
    Facts(Vec<(&'static str, String)>),
    /// A table.
    Table(Vec<&'static str>, Vec<Vec<String>>),
}

use Block::{Aside, Facts, Heading, Lane, Table, Text};

/// The whole document; the lane first.
pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let mut out = vec![Lane(format!("lane: {}", report.lane.map_or(WITHHELD, crate::review::Lane::id)))];
    let name = report.label.as_ref().or(report.candidate.as_ref()).unwrap_or(&report.review);
    out.push(Heading(1, format!("Post-incident review of {name}")));
    out.extend(report.meaning.clone().map(Text));
    out.push(Aside("Computed from what is recorded. A console that looks at the stack may object to more."));
    out.push(Facts(head(report)));
    for section in &report.sections {
        out.push(Heading(2, words::section(section.section).to_owned()));
        out.push(if section.text.is_empty() {
            Aside("Nobody has written this yet.")
        } else {
            Text(section.text.clone())
        });
    }
    timeline(report, &mut out);
    risks(&report.risks, &mut out);
    checks(report, &mut out);
    lists(report, &mut out);
    out
}

fn moment(moment: &Moment) -> String {
    format!("{} ({})", moment.local, moment.at)
}

fn by(by: &By) -> String {
    format!("{}, {}", by.actor, by.when.local)
}

fn head(report: &Report) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Review", report.review.clone()),
        ("Incident", report.incident.clone()),
        ("Candidate", report.candidate.clone().unwrap_or_else(|| "never opened".to_owned())),
    ];
    let hands = [
        ("Opened by", &report.opened),
        ("Handed in by", &report.submitted),
        ("Second reader", &report.second_reader),
        ("Second reading handed in by", &report.second_submitted),
    ];
    facts.extend(hands.into_iter().filter_map(|(name, who)| Some((name, by(who.as_ref()?)))));
    if report.second_looked == Some(true) {
        facts.push(("Blind", "no: the second reader had looked at the first reading before joining".to_owned()));
    }
    let current = match report.snapshot_current {
        Some(true) => "still the current one",
        Some(false) => "no longer the current one",
        None => "nobody can tell whether it is current",
    };
    facts.extend(report.snapshot.as_ref().map(|digest| ("Change evidence", format!("{digest}, {current}"))));
    facts.push(("Policy", report.policy.clone()));
    facts.extend(report.input_digest.clone().map(|digest| ("Lane computed from", digest)));
    facts.push(("As of", moment(&report.as_of)));
    facts
}

fn timeline(report: &Report, out: &mut Vec<Block>) {
    out.push(Heading(2, "Timeline".to_owned()));
    match &report.log {
        None => out.push(Aside("No row of the log names this incident.")),
        Some(log) => {
            let mut facts = vec![("State", log.state.to_owned())];
            facts.extend(log.alert.as_ref().map(|alert| ("Alert", alert.clone())));
            let moments = [
                ("Began, as the alert says", &log.started),
                ("Detected", &log.detected),
                ("First human action", &log.acknowledged),
                ("First execution that went well", &log.mitigated),
                ("Recovery claimed", &log.claimed),
                ("Recovery verified", &log.verified),
            ];
            let unknown = || "not known".to_owned();
            facts.extend(moments.map(|(name, at)| (name, at.as_ref().map_or_else(unknown, moment))));
            facts.push(("Fired again within the flap window", log.flaps.to_string()));
            if log.clock_skew {
                facts.push(("Clocks", "the alert began after it was received: one clock is wrong".to_owned()));
            }
            out.push(Facts(facts));
            let took = |took: &super::Took| {
                vec![took.words.to_owned(), took.text.clone().unwrap_or_else(|| "not known".to_owned())]
            };
            out.push(Table(vec!["duration", "took"], log.durations.iter().map(took).collect()));
        }
    }
    if report.timeline.is_empty() {
        return;
    }
    if !report.timeline_complete {
        out.push(Aside("Only the newest rows were read: the oldest are missing here."));
    }
    let row = |row: &super::RowLine| {
        let result = row.success.map_or("", |success| if success { "ok" } else { "failed" });
        let evidence = if row.is_evidence { "evidence" } else { "" };
        let (local, utc) = (row.when.local.clone(), row.when.at.to_string());
        let actor = row.actor.clone().unwrap_or_default();
        vec![local, utc, row.kind.clone(), actor, result.to_owned(), row.what.clone(), evidence.to_owned()]
    };
    let columns = vec!["at", "UTC", "type", "actor", "result", "what", ""];
    out.push(Table(columns, report.timeline.iter().map(row).collect()));
}

fn risks(risks: &[RiskLine], out: &mut Vec<Block>) {
    out.push(Heading(2, "Risk matrix".to_owned()));
    if risks.is_empty() {
        out.push(Aside("No risk was rated."));
        return;
    }
    let cell = |likelihood: u8, impact: u8| {
        let here = risks.iter().filter(|risk| (risk.likelihood, risk.impact) == (likelihood, impact));
        here.map(|risk| risk.id.as_str()).collect::<Vec<_>>().join(", ")
    };
    let likely = [(5, "5 almost certain"), (4, "4 likely"), (3, "3 possible"), (2, "2 unlikely"), (1, "1 rare")];
    let line = |(likelihood, name): (u8, &str)| {
        let cells = (1..=5).map(|impact| cell(likelihood, impact));
        [name.to_owned()].into_iter().chain(cells).collect()
    };
    let columns = vec!["likelihood / impact", "1 negligible", "2 minor", "3 moderate", "4 major", "5 severe"];
    out.push(Table(columns, likely.map(line).into()));
    let line = |risk: &RiskLine| {
        let numbers = [risk.likelihood.to_string(), risk.impact.to_string(), risk.score.to_string()];
        [risk.id.clone(), risk.title.clone()].into_iter().chain(numbers).collect()
    };
    out.push(Table(vec!["risk", "what may happen", "likelihood", "impact", "score"], risks.iter().map(line).collect()));
}

fn checks(report: &Report, out: &mut Vec<Block>) {
    out.push(Heading(2, "Checks and lane".to_owned()));
    out.push(Heading(3, "Why this lane".to_owned()));
    if report.withheld {
        out.push(Aside(WITHHELD));
    } else {
        let line = |reason: &super::Reason| {
            let decisive = if reason.decisive { "yes" } else { "" };
            vec![reason.subject.clone(), reason.asks.id().to_owned(), decisive.to_owned()]
        };
        out.push(Table(vec!["what asks", "for the lane", "decisive"], report.why.iter().map(line).collect()));
        out.push(Heading(3, "What is least needed for ready".to_owned()));
        if report.least.is_empty() {
            out.push(Aside("Nothing."));
        } else {
            let line = |need: &super::Need| {
                let or = if need.or_not_applicable { "; or that it does not apply, with a reason" } else { "" };
                vec![need.subject.clone(), format!("{}{or}", need.gaps.join("; "))]
            };
            out.push(Table(vec!["for", "is needed"], report.least.iter().map(line).collect()));
        }
    }
    out.push(Heading(3, "Checks".to_owned()));
    let columns =
        vec!["check", "stands", "answer", "by", "evidence", "second reading", "what is asked, and what is missing"];
    out.push(Table(columns, report.checks.iter().map(|check| check_row(check, report.withheld)).collect()));
    if !report.disputes.is_empty() {
        out.push(Text(format!("The two readings differ on: {}.", report.disputes.join(", "))));
    }
}

fn check_row(check: &CheckLine, withheld: bool) -> Vec<String> {
    let hidden = |text: Option<String>| if withheld { WITHHELD.to_owned() } else { text.unwrap_or_default() };
    let mut answer = check.answer.map(str::to_owned);
    if let (Some(answer), Some(reason)) = (&mut answer, &check.reason) {
        let _ = write!(answer, ": {reason}");
    }
    if let (Some(answer), Some(heard)) = (&mut answer, &check.heard) {
        let _ = write!(answer, "; read back {} \"{}\" against {}", heard.datum, heard.said, heard.evidence);
    }
    let mut asked = check.instruction.clone();
    if !check.gaps.is_empty() {
        let _ = write!(asked, " Missing: {}.", check.gaps.join("; "));
    }
    let mut second = check.second_answer.map(str::to_owned).unwrap_or_default();
    if let Some(reader) = &check.second_by {
        let _ = write!(second, " ({})", by(reader));
    }
    if check.disputed {
        second.push_str(" differs");
    }
    vec![
        check.check.clone(),
        hidden(check.standing.map(str::to_owned)),
        hidden(answer),
        hidden(check.by.as_ref().map(by)),
        check.evidence.join(", "),
        second,
        asked,
    ]
}

/// A heading and its table, where there is anything.
fn list<T>(
    out: &mut Vec<Block>,
    (title, empty): (&str, Option<&'static str>),
    columns: &[&'static str],
    all: &[T],
    line: impl Fn(&T) -> Vec<String>,
) {
    if all.is_empty() && empty.is_none() {
        return;
    }
    out.push(Heading(2, title.to_owned()));
    match empty {
        Some(empty) if all.is_empty() => out.push(Aside(empty)),
        _ => out.push(Table(columns.to_vec(), all.iter().map(line).collect())),
    }
}

/// How far what is owed is. Where nothing is listed, nothing is known to be owed, and nothing is ready.
fn owed(report: &Report, out: &mut Vec<Block>) {
    let owed = &report.owed;
    let mut facts = Vec::new();
    if let (Some(now), Some(then)) = (owed.ready_now, owed.ready_then) {
        let done = percent(owed.done, owed.total);
        facts.push(("done", format!("{} of {} ({done}), {} days left", owed.done, owed.total, owed.days_left)));
        facts.extend(owed.readiness.iter().map(|one| {
            let word = format!("{} {} %, {} % once what is in progress is done", one.domain, one.now, one.then);
            ("readiness", word)
        }));
        facts.push(("readiness overall", format!("{now} %, {then} % once what is in progress is done")));
    }
    let ready = owed.not_ready.clone().unwrap_or_else(|| "nothing that is listed speaks against it".to_owned());
    facts.push(("production ready", ready));
    out.push(Facts(facts));
}

fn lists(report: &Report, out: &mut Vec<Block>) {
    list(out, ("Fields", Some("No field was filled.")), &["field", "value", "by"], &report.fields, |one| {
        vec![one.field.clone(), one.value.clone(), by(&one.by)]
    });
    list(out, ("Overrides", None), &["check", "reason", "until", "by"], &report.overrides, |one| {
        let until = format!("{}{}", moment(&one.until), if one.expired { ", over" } else { "" });
        vec![one.check.clone(), one.reason.clone(), until, by(&one.by)]
    });
    list(out, ("Corrections", None), &["field", "step", "why", "by"], &report.corrections, |one| {
        vec![one.field.clone(), one.step.clone(), one.why.clone(), by(&one.by)]
    });
    list(out, ("Reopenings", None), &["why", "by"], &report.reopenings, |one| vec![one.why.clone(), by(&one.by)]);
    list(out, ("Quarantine", None), &["field", "detector", "bytes", "state", "by"], &report.quarantine, |one| {
        let state = if one.cleared { "removed" } else { "not removed yet" };
        vec![one.field.clone(), one.detector.clone(), one.length.to_string(), state.to_owned(), by(&one.by)]
    });
    let columns = ["field", "detector", "from byte", "bytes", "why it is no secret", "by"];
    list(out, ("Let through", None), &columns, &report.allowed, |one| {
        let (offset, length) = (one.offset.to_string(), one.length.to_string());
        vec![one.field.clone(), one.detector.clone(), offset, length, one.reason.clone(), by(&one.by)]
    });
    list(out, ("Anomalies", None), &["record", "event", "what is odd"], &report.anomalies, |one| {
        vec![one.seq.to_string(), one.event.clone(), one.what.clone()]
    });
    let columns = ["kind", "id", "SHA-256", "observed", "check", "by"];
    list(out, ("Evidence", Some("No evidence was attached.")), &columns, &report.evidence, |one| {
        let digest = one.digest.clone().unwrap_or_else(|| "none: it holds something masked".to_owned());
        let observed = one.observed.as_ref().map(moment).unwrap_or_default();
        let check = one.check.clone().unwrap_or_else(|| "the review".to_owned());
        vec![words::evidence(one.kind).to_owned(), one.id.clone(), digest, observed, check, by(&one.by)]
    });
    let columns = ["item", "what", "owner", "due", "priority", "type", "domain", "status", "evidence"];
    list(out, ("Follow-ups", Some("No follow-up was written.")), &columns, &report.follow_ups, |one| {
        let owner = if one.owner.is_empty() { "nobody".to_owned() } else { one.owner.clone() };
        let due = one.due.map(|due| due.to_string()).unwrap_or_default();
        let due = if one.overdue { format!("{due}, overdue") } else { due };
        let words = [words::priority(one.priority), words::work(one.kind), &one.domain, words::status(one.status)];
        let mut cells = vec![one.id.clone(), one.title.clone(), owner, due];
        cells.extend(words.map(str::to_owned));
        cells.push(one.evidence.join(", "));
        cells
    });
    owed(report, out);
    let columns = ["lane", "by", "policy", "counts"];
    let nobody = if report.withheld { WITHHELD } else { "Nobody has signed." };
    list(out, ("Sign-offs", Some(nobody)), &columns, &report.sign_offs, |one| {
        let counts = match (one.void, one.stands) {
            (Some(why), _) => format!("no: {why}"),
            (None, true) => "yes".to_owned(),
            (None, false) => "no longer: something was signed or changed since".to_owned(),
        };
        vec![one.lane.clone(), by(&one.by), one.policy.clone(), counts]
    });
}
