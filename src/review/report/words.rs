//! Names for people.

use crate::review::{
    AnomalyKind, Answer, EvidenceKind, FollowUpKind, FollowUpStatus, Gap, Priority, Section, Standing, Subject,
};

pub(super) fn section(section: Section) -> &'static str {
    match section {
        Section::Summary => "Summary",
        Section::Impact => "Impact",
        Section::Trigger => "Trigger",
        Section::ContributingFactors => "Contributing factors",
        Section::WentWell => "What went well",
        Section::WentBadly => "What went badly",
        Section::GotLucky => "Where we got lucky",
    }
}

pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed => "failed",
        Standing::Open => "open",
        Standing::Overridden => "overridden",
        Standing::NotApplicable => "not_applicable",
        Standing::Passed => "passed",
    }
}

pub(super) fn answer(answer: &Answer) -> &'static str {
    match answer {
        Answer::Pass => "pass",
        Answer::Fail => "fail",
        Answer::NotApplicable { .. } => "not_applicable",
        Answer::Unknown => "unknown",
    }
}

pub(super) fn evidence(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Probe => "probe",
        EvidenceKind::Pair => "pair",
        EvidenceKind::Row => "row",
        EvidenceKind::Configuration => "configuration",
    }
}

pub(super) fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::P0 => "P0",
        Priority::P1 => "P1",
        Priority::P2 => "P2",
        Priority::P3 => "P3",
    }
}

pub(super) fn work(kind: FollowUpKind) -> &'static str {
    match kind {
        FollowUpKind::Mitigate => "mitigate",
        FollowUpKind::Prevent => "prevent",
        FollowUpKind::Process => "process",
        FollowUpKind::Other => "other",
    }
}

pub(super) fn status(status: FollowUpStatus) -> &'static str {
    match status {
        FollowUpStatus::ToDo => "to do",
        FollowUpStatus::InProgress => "in progress",
        FollowUpStatus::Done => "done",
        FollowUpStatus::Dropped => "dropped",
    }
}

pub(super) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Check { id } => format!("check {id}"),
        Subject::Field { name } => format!("field {name}"),
        Subject::NothingReceived => "nothing has been received".to_owned(),
        Subject::NotLooked => "what the probes say".to_owned(),
        Subject::NoChecks => "the check set has no checks".to_owned(),
        Subject::Complete => "everything holds".to_owned(),
        Subject::Accepted => "a reviewer signed it as ready, and nothing has changed since".to_owned(),
    }
}

/// What keeps a check from passing; names and reasons in it are foreign.
pub(super) fn gap(gap: &Gap) -> String {
    match gap {
        Gap::Quarantined { field, detector } => format!("{detector} was caught in {field} and is not out yet"),
        Gap::VoidSignature { why } => format!("a sign-off does not count: {why}"),
        Gap::RuntimeTouched { name } => format!("a step names the runtime action {name}"),
        Gap::Disputed => "the two readings differ".to_owned(),
        Gap::StaleEvidence { id } => format!("{id}, which is attached, has grown old"),
        Gap::ChangedEvidence { id } => format!("{id}, which is attached, is no longer what it was"),
        Gap::SecondNotIndependent => "who reads second is not independent of the change".to_owned(),
        Gap::SecondPending => "a second reading is owed".to_owned(),
        Gap::SnapshotChanged => "the change evidence has changed since the review was opened".to_owned(),
        Gap::Anonymous { field } => format!("{field} names nobody"),
        Gap::Refuted => "the reviewer says it does not hold".to_owned(),
        Gap::Objected { why } => format!("fresh evidence speaks against it: {why}"),
        Gap::SnapshotUnknown => "nobody can tell whether the change evidence is still current".to_owned(),
        Gap::Missing { field } => format!("{field} is empty"),
        Gap::Unattested { field } => format!("{field} is not attested"),
        Gap::MustApply => "this check always applies".to_owned(),
        Gap::NoReason => "\"does not apply\" needs a reason".to_owned(),
        Gap::CannotTell => "the reviewer can't tell".to_owned(),
        Gap::Unanswered => "not answered yet".to_owned(),
        Gap::NotLooked => "no probe was asked: a console that looks at the stack tells".to_owned(),
        Gap::Unheard => "that it holds was not heard against attached evidence".to_owned(),
        Gap::OtherIncident { field } => format!("{field} does not name this incident"),
        Gap::ByActor => "who answered it is named as who acted".to_owned(),
    }
}

pub(super) fn anomaly(kind: &AnomalyKind) -> String {
    match kind {
        AnomalyKind::OtherReview => "it belongs to another review and was not applied".to_owned(),
        AnomalyKind::NotOpened => "it came before the review was opened".to_owned(),
        AnomalyKind::OpenedTwice => "the review was open already; the first opening stands".to_owned(),
        AnomalyKind::Version { expected, found } => {
            format!("its writer had seen {expected} steps where {found} stood")
        }
        AnomalyKind::Order => "its place in the chain is not after the one before".to_owned(),
        AnomalyKind::NothingQuarantined => "nothing was quarantined in that field".to_owned(),
        AnomalyKind::NotMarked => "that row was not marked as evidence".to_owned(),
        AnomalyKind::Void(void) => format!("a sign-off that does not count: {}", void.word()),
        AnomalyKind::NotIndependent => "a second reader must be neither a reviewer nor the actor".to_owned(),
        AnomalyKind::NotSecondReader => "a step of the second reading by somebody else".to_owned(),
        AnomalyKind::SubmittedTwice => "the second reading was handed in already".to_owned(),
        AnomalyKind::NothingCorrected => "it corrects a step that is none of this field's".to_owned(),
        AnomalyKind::NothingThere => "it takes back what is not there".to_owned(),
    }
}
