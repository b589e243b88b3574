//! Making a report.

use super::input::Input;
use super::parts::{
    AllowedLine, AnomalyLine, CaughtLine, CheckLine, CorrectionLine, DomainLine, EvidenceLine, FieldLine, FollowUpLine,
    HeardLine, IncidentLine, Need, OverrideLine, OwedLine, Reason, ReopeningLine, RiskLine, RowLine, SectionLine,
    SignOffLine, Took,
};
use super::{Report, SCHEMA, WITHHELD, words};
use crate::review::remediation;
use crate::review::{
    Answer, Check, CheckState, Decision, EvidenceKind, FollowUp, FollowUpStatus, Gap, Reading, Risk, Section,
    Signature, Void,
};
use crate::timeline::incident::{Incident, Measure, in_words};
use crate::timeline::{Beside, Entry};
use jiff::Timestamp;

pub(super) fn make(input: &Input<'_>) -> Report {
    let review = input.review;
    let opening = review.opening.as_ref();
    let withheld = review.reading_of(input.reader) == Reading::Second;
    let shown = !withheld;
    let steps = input.disposition.trace.iter().filter(|_| shown);
    let least = input.disposition.least.iter().filter(|_| shown);
    Report {
        schema: SCHEMA,
        lane: shown.then_some(input.disposition.lane),
        meaning: shown.then(|| input.contract.meaning(input.disposition.lane).to_owned()),
        review: input.text(&review.id.0),
        incident: input.text(&review.incident_id),
        candidate: opening.map(|opening| input.text(&opening.candidate.0)),
        label: input.label.map(|label| input.text(label)),
        opened: opening.map(|opening| input.by(&opening.by)),
        submitted: review.submitted.as_ref().filter(|_| shown).map(|touch| input.by(touch)),
        second_reader: review.second.as_ref().map(|second| input.by(&second.reader)),
        second_looked: review.second.as_ref().map(|second| second.looked),
        second_submitted: review.second.as_ref().and_then(|second| second.submitted.as_ref()).map(|one| input.by(one)),
        version: shown.then(|| review.version()),
        as_of: input.moment(input.now),
        policy: input.disposition.policy.clone(),
        input_digest: shown.then(|| input.disposition.input_digest.clone()),
        snapshot: opening.map(|opening| input.text(&opening.snapshot_digest)),
        snapshot_current: input.around.snapshot_current,
        withheld,
        sections: Section::ALL.map(|section| section_line(input, section)).into(),
        log: input.incident.map(|incident| incident_line(input, incident)),
        timeline: input.rows.iter().map(|(entry, beside)| row(input, entry, beside, withheld)).collect(),
        timeline_complete: input.complete,
        risks: risks(input),
        checks: checks(input, withheld),
        why: steps
            .map(|step| Reason {
                subject: input.text(&words::subject(&step.subject)),
                asks: step.asks,
                decisive: step.decisive,
            })
            .collect(),
        least: least
            .map(|need| Need {
                subject: input.text(&words::subject(&need.subject)),
                gaps: gaps(input, &need.gaps),
                or_not_applicable: need.or_not_applicable,
            })
            .collect(),
        disputes: review.disputes().into_iter().map(|check| input.text(check)).collect(),
        fields: fields(input),
        overrides: if shown { overrides(input) } else { Vec::new() },
        corrections: corrections(input),
        reopenings: review
            .reopenings
            .iter()
            .filter(|_| shown)
            .map(|one| ReopeningLine { why: input.text(&one.why), by: input.by(&one.by) })
            .collect(),
        quarantine: quarantine(input),
        allowed: allowed(input),
        anomalies: if shown { anomalies(input) } else { Vec::new() },
        evidence: evidence(input),
        follow_ups: follow_ups(input),
        owed: owed(input),
        sign_offs: if shown { sign_offs(input) } else { Vec::new() },
    }
}

fn section_line(input: &Input<'_>, section: Section) -> SectionLine {
    let state = input.review.sections.get(&section).filter(|state| !state.value.trim().is_empty());
    SectionLine {
        section,
        text: state.map(|state| input.lines(&state.value)).unwrap_or_default(),
        by: state.map(|state| input.by(&state.by)),
    }
}

fn incident_line(input: &Input<'_>, incident: &Incident) -> IncidentLine {
    let moment = |at: Option<Timestamp>| at.map(|at| input.moment(at));
    let moments = incident.moments;
    let took = |measure: Measure| {
        let took = measure.of(incident);
        Took {
            measure: measure.code(),
            words: measure.words(),
            seconds: took.map(|took| took.as_secs()),
            text: took.map(in_words),
        }
    };
    IncidentLine {
        state: incident.state(input.now).code(),
        alert: incident.alert.as_deref().map(|alert| input.text(alert)),
        started: moment(moments.started),
        detected: moment(moments.detected),
        acknowledged: moment(moments.acknowledged),
        mitigated: moment(moments.mitigated),
        claimed: moment(moments.claimed),
        verified: moment(moments.verified),
        durations: Measure::ALL.map(took).into(),
        flaps: incident.flaps,
        rows: incident.rows,
        clock_skew: incident.skewed,
    }
}

/// A row. What a step of the review itself says of the first reading (a lane that was signed, a check that was passed
/// over) is withheld with it.
fn row(input: &Input<'_>, entry: &Entry, beside: &Beside, withheld: bool) -> RowLine {
    let own = if entry.detail().is_empty() { entry.alert().unwrap_or_default() } else { entry.detail() };
    let mut what = match beside.words() {
        Some(words) => format!("{} [was: {own}]", words.text),
        None => own.to_owned(),
    };
    if let Entry::Operation(operation) = entry
        && let Some(error) = &operation.row.error_message
    {
        what = format!("{what} ({error})");
    }
    for note in beside.notes.iter().filter(|note| !note.text().is_empty()) {
        what = format!("{what} [note: {}]", note.text());
    }
    if withheld && entry.is_step_of_a_review() {
        WITHHELD.clone_into(&mut what);
    }
    RowLine {
        id: input.text(entry.id()),
        when: input.moment(entry.at()),
        kind: input.text(entry.type_name()),
        actor: entry.actor().map(|actor| input.text(actor)),
        success: entry.success(),
        what: input.text(&what),
        is_evidence: input.review.evidence.contains_key(entry.id()),
    }
}

fn risks(input: &Input<'_>) -> Vec<RiskLine> {
    let line = |risk: &Risk| RiskLine {
        id: input.text(&risk.id),
        title: input.text(&risk.title),
        likelihood: risk.likelihood,
        impact: risk.impact,
        score: u16::from(risk.likelihood) * u16::from(risk.impact),
    };
    let mut risks: Vec<RiskLine> = input.review.risks.values().map(line).collect();
    risks.sort_by_key(|risk| std::cmp::Reverse(risk.score));
    risks
}

fn gaps(input: &Input<'_>, gaps: &[Gap]) -> Vec<String> {
    gaps.iter().map(|gap| input.text(&words::gap(gap))).collect()
}

fn checks(input: &Input<'_>, withheld: bool) -> Vec<CheckLine> {
    let states = input.contract.checks.iter().zip(&input.disposition.checks);
    states.map(|(check, state)| check_line(input, check, state, withheld)).collect()
}

fn check_line(input: &Input<'_>, check: &Check, state: &CheckState, withheld: bool) -> CheckLine {
    let review = input.review;
    let first = review.answers.get(&check.id).filter(|_| !withheld);
    let heard = first.and_then(|first| first.heard.as_ref());
    let sees_second = review.reading_of(input.reader) != Reading::First;
    let second = review.second.as_ref().filter(|_| sees_second).and_then(|second| second.answers.get(&check.id));
    let reason = |decision: &Decision| match &decision.answer {
        Answer::NotApplicable { reason } => Some(input.text(reason)),
        Answer::Pass | Answer::Fail | Answer::Unknown => None,
    };
    let attached = review.attached.get(&check.id).into_iter().flatten();
    CheckLine {
        check: input.text(&check.id),
        instruction: input.text(&check.instruction),
        standing: (!withheld).then(|| words::standing(state.standing)),
        answer: first.map(|first| words::answer(&first.answer)),
        reason: first.and_then(reason),
        heard: heard.map(|heard| HeardLine {
            datum: input.text(&heard.datum),
            said: input.text(&heard.said),
            evidence: input.text(&heard.evidence.id),
        }),
        by: first.map(|first| input.by(&first.by)),
        gaps: if withheld { Vec::new() } else { gaps(input, &state.gaps) },
        evidence: attached.map(|one| input.text(&one.evidence.id)).collect(),
        second_answer: second.map(|second| words::answer(&second.answer)),
        second_by: second.map(|second| input.by(&second.by)),
        disputed: review.disputes().contains(&check.id.as_str()),
    }
}

fn fields(input: &Input<'_>) -> Vec<FieldLine> {
    let required = input.contract.fields.required.iter();
    let states = required.filter_map(|field| Some((field, input.review.fields.get(field)?)));
    states
        .filter(|(_, state)| !state.value.trim().is_empty())
        .map(|(field, state)| FieldLine {
            field: input.text(field),
            value: input.text(&state.value),
            by: input.by(&state.by),
        })
        .collect()
}

fn overrides(input: &Input<'_>) -> Vec<OverrideLine> {
    let all = input.review.overrides.iter();
    all.map(|(check, one)| OverrideLine {
        check: input.text(check),
        reason: input.text(&one.reason),
        until: input.moment(one.until),
        expired: one.until <= input.now,
        by: input.by(&one.by),
    })
    .collect()
}

fn corrections(input: &Input<'_>) -> Vec<CorrectionLine> {
    let all = input.review.corrections.iter();
    all.map(|one| CorrectionLine {
        field: input.text(&one.field),
        step: input.text(&one.step),
        why: input.text(&one.why),
        by: input.by(&one.by),
    })
    .collect()
}

fn quarantine(input: &Input<'_>) -> Vec<CaughtLine> {
    let all = input.review.caught.iter();
    all.map(|one| CaughtLine {
        field: input.text(&one.field),
        detector: input.text(&one.detector),
        length: one.len,
        more: one.more,
        cleared: one.cleared,
        by: input.by(&one.by),
    })
    .collect()
}

fn allowed(input: &Input<'_>) -> Vec<AllowedLine> {
    let all = input.review.allowed.iter();
    all.map(|one| AllowedLine {
        field: input.text(&one.field),
        detector: input.text(&one.detector),
        offset: one.offset,
        length: one.len,
        reason: input.text(&one.reason),
        by: input.by(&one.by),
    })
    .collect()
}

fn anomalies(input: &Input<'_>) -> Vec<AnomalyLine> {
    let all = input.review.anomalies.iter();
    all.map(|one| AnomalyLine { seq: one.seq, event: input.text(&one.event), what: words::anomaly(&one.kind) })
        .collect()
}

fn evidence(input: &Input<'_>) -> Vec<EvidenceLine> {
    let attached = input.review.attached.iter().flat_map(|(check, all)| all.iter().map(move |one| (check, one)));
    let attached = attached.map(|(check, one)| EvidenceLine {
        kind: one.evidence.kind,
        id: input.text(&one.evidence.id),
        digest: Some(input.text(&one.evidence.digest)),
        observed: Some(input.moment(one.evidence.observed_at)),
        check: Some(input.text(check)),
        by: input.by(&one.by),
    });
    let at = |id: &str| input.rows.iter().find(|(entry, _)| entry.id() == id).map(|(entry, _)| entry.at());
    let marked = input.review.evidence.iter().map(|(id, mark)| EvidenceLine {
        kind: EvidenceKind::Row,
        id: input.text(id),
        digest: mark.digest.as_deref().map(|digest| input.text(digest)),
        observed: at(id).map(|at| input.moment(at)),
        check: None,
        by: input.by(&mark.by),
    });
    attached.chain(marked).collect()
}

fn follow_ups(input: &Input<'_>) -> Vec<FollowUpLine> {
    let today = input.now.to_zoned(input.zone.clone()).date();
    let line = |item: &FollowUp| {
        let is_open = matches!(item.status, FollowUpStatus::ToDo | FollowUpStatus::InProgress);
        FollowUpLine {
            id: input.text(&item.id),
            title: input.text(&item.title),
            owner: input.text(&item.owner),
            due: item.due,
            overdue: is_open && item.due.is_some_and(|due| due < today),
            priority: item.priority,
            kind: item.kind,
            domain: input.text(&item.domain),
            status: item.status,
            evidence: item.evidence.iter().map(|text| input.text(text)).collect(),
        }
    };
    let mut all: Vec<FollowUpLine> = input.review.follow_ups.values().map(|state| line(&state.item)).collect();
    all.sort_by_key(|one| one.priority);
    all
}

fn owed(input: &Input<'_>) -> OwedLine {
    let items: Vec<&FollowUp> = input.review.follow_ups.values().map(|state| &state.item).collect();
    let progress = remediation::progress(items.iter().copied());
    let overall = remediation::readiness_overall(&items);
    let domain =
        |one: remediation::Readiness| DomainLine { domain: input.text(&one.domain), now: one.now, then: one.then };
    OwedLine {
        total: progress.total,
        done: progress.done,
        days_left: remediation::days(progress.remaining_quarters),
        readiness: remediation::readiness(items.iter().copied()).into_iter().map(domain).collect(),
        ready_now: overall.map(|(now, _)| now),
        ready_then: overall.map(|(_, then)| then),
        not_ready: remediation::production_ready(items).err().map(|refusal| input.text(&refusal.to_string())),
    }
}

fn sign_offs(input: &Input<'_>) -> Vec<SignOffLine> {
    let review = input.review;
    let last = review.signature().map(|last| last.seq);
    let line = |one: &Signature| SignOffLine {
        lane: input.text(&one.lane),
        by: super::By { actor: input.text(&one.actor), when: input.moment(one.recorded_at) },
        policy: input.text(&one.policy),
        void: one.void.map(Void::word),
        stands: one.void.is_none() && last == Some(one.seq) && !review.changed_since_signed(),
    };
    review.signatures.iter().map(line).collect()
}
