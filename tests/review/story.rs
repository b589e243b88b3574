//! Reviews made step by step for tests: each step is recorded as a store would.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test support module")]

use jiff::{SignedDuration, Timestamp};
use readback::review::{
    Answer, Around, CandidateId, CheckKind, Contract, Datum, EvidenceKind, EvidenceRef, HeardBack, NewReviewEvent,
    Recorded, Review, ReviewAct, ReviewId, lane,
};
use std::sync::OnceLock;

pub(crate) const SNAPSHOT: &str = "snapshot-digest";

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

/// The built-in contract, read once for all tests.
pub(crate) fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(Contract::builtin)
}

/// The same, with a second reader for every review.
pub(crate) fn with_second_reader() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let text = include_str!("../../src/review/contract.toml");
        Contract::parse(&text.replacen("[[check]]", "[rules]\nsecond_reader = true\n\n[[check]]", 1)).unwrap()
    })
}

/// So many seconds from the time that lanes are computed for.
pub(crate) fn in_seconds(seconds: i64) -> Timestamp {
    now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

/// A piece of evidence that was observed so many seconds ago.
pub(crate) fn evidence(id: &str, age: i64, half_life_s: Option<u64>) -> EvidenceRef {
    let kind = if half_life_s.is_some() { EvidenceKind::Probe } else { EvidenceKind::Row };
    EvidenceRef {
        kind,
        id: id.to_owned(),
        digest: format!("digest of {id} at {age}"),
        observed_at: in_seconds(-age),
        half_life_s,
    }
}

/// A review in the making.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) contract: &'static Contract,
    pub(crate) steps: Vec<Recorded>,
}

impl Story {
    /// Opened, nothing else.
    pub(crate) fn empty() -> Self {
        Self::empty_under(contract())
    }

    /// The same under another check set.
    pub(crate) fn empty_under(contract: &'static Contract) -> Self {
        let mut story = Self { contract, steps: Vec::new() };
        let policy = story.contract.digest().to_owned();
        let candidate = CandidateId("host_service_post_incident_readback:web-proxy".to_owned());
        story.push("reviewer", ReviewAct::Opened { candidate, snapshot_digest: SNAPSHOT.to_owned(), policy });
        story
    }

    /// Every field filled, every judgement answered pass, every decisive check heard.
    pub(crate) fn complete() -> Self {
        Self::complete_under(contract())
    }

    /// The same under another check set of the same fields.
    pub(crate) fn complete_under(contract: &'static Contract) -> Self {
        let mut story = Self { contract, ..Self::empty() };
        for field in &contract.fields.required {
            story.fill(field);
        }
        for check in &contract.checks {
            if check.kind == CheckKind::Judgement || check.readback.is_some() {
                story.hold(&check.id);
            }
        }
        story
    }

    /// Writes what a field needs, and no more.
    pub(crate) fn fill(&mut self, field: &str) {
        let of = if field == "change_or_incident_ref" { "INC-2031, ref of " } else { "ref of " };
        self.set(field, &format!("{of}{field}"));
    }

    /// Answers that a check holds; a decisive one from evidence that is attached to it.
    pub(crate) fn hold(&mut self, check: &str) {
        match self.contract.check(check).and_then(|check| check.readback) {
            Some(Datum::Incident) => self.hear(check, Datum::Incident.name(), "INC-2031"),
            Some(datum) => self.hear(check, datum.name(), "the duty lead"),
            None => self.answer(check, Answer::Pass),
        }
    }

    /// Attaches what does not age, and answers that the check holds as that says.
    pub(crate) fn hear(&mut self, check: &str, datum: &str, said: &str) {
        let evidence = EvidenceRef { kind: EvidenceKind::Probe, ..evidence("heard", 60, None) };
        self.push("reviewer", ReviewAct::EvidenceAttached { check: check.to_owned(), evidence: evidence.clone() });
        let heard = HeardBack { datum: datum.to_owned(), said: said.to_owned(), evidence };
        let check = check.to_owned();
        self.push(
            "reviewer",
            ReviewAct::CheckDecided { check, answer: Answer::Pass, heard: Some(heard), diligence: None },
        );
    }

    /// "ok" in every field and every judgement answered pass: typed through, with nothing attached and nothing heard.
    pub(crate) fn stamped() -> Self {
        Self::stamped_under(contract())
    }

    /// The same under another version of the rules.
    pub(crate) fn stamped_under(contract: &'static Contract) -> Self {
        let mut story = Self::empty_under(contract);
        for field in &story.contract.fields.required {
            story.set(field, "ok");
        }
        for check in story.contract.checks.iter().filter(|check| check.kind == CheckKind::Judgement) {
            story.answer(&check.id, Answer::Pass);
        }
        story
    }

    pub(crate) fn push(&mut self, user: &str, act: ReviewAct) {
        let number = self.steps.len() as u64;
        let recorded_at = now().checked_add(jiff::Span::new().seconds(number as i64)).unwrap();
        self.steps.push(Recorded {
            event: NewReviewEvent {
                id: format!("event-{number}"),
                review: ReviewId("review-1".to_owned()),
                incident_id: "INC-2031".to_owned(),
                expected_version: number,
                actor: format!("console:{user}"),
                occurred_at: recorded_at,
                act,
            },
            seq: number + 1,
            recorded_at,
            prev_hash: "0".repeat(64),
            hash: "1".repeat(64),
        });
    }

    pub(crate) fn set(&mut self, field: &str, value: &str) {
        self.push(
            "reviewer",
            ReviewAct::FieldSet { field: field.to_owned(), value: value.to_owned(), diligence: None },
        );
    }

    pub(crate) fn answer(&mut self, check: &str, answer: Answer) {
        self.push(
            "reviewer",
            ReviewAct::CheckDecided { check: check.to_owned(), answer, heard: None, diligence: None },
        );
    }

    pub(crate) fn forge(&mut self, lane: &str, user: &str) {
        let policy = self.contract.digest().to_owned();
        self.push(
            user,
            ReviewAct::Signed { lane: lane.to_owned(), input_digest: "digest".to_owned(), policy, around: None },
        );
    }

    /// Signs the lane as it comes out now, with all that a console keeps.
    pub(crate) fn sign(&mut self, user: &str, around: &Around) {
        let around = Around { now: in_seconds(self.steps.len() as i64), ..around.clone() };
        let got = lane(&self.review(), self.contract, &around);
        let lane = got.lane.id().to_owned();
        let act = ReviewAct::Signed {
            lane,
            input_digest: got.input_digest,
            policy: got.policy,
            around: Some(got.around.kept()),
        };
        self.push(user, act);
    }

    pub(crate) fn pass_over(&mut self, user: &str, check: &str, hours: i64, reason: &str) {
        let until = in_seconds(hours * 3_600);
        self.push(user, ReviewAct::Overridden { check: check.to_owned(), reason: reason.to_owned(), until });
    }

    pub(crate) fn review(&self) -> Review {
        Review::fold(&self.steps).unwrap()
    }

    /// Takes one step of the table's little language.
    pub(crate) fn step(&mut self, text: &str, around: &Around) {
        let mut parts = text.splitn(3, ' ');
        let (verb, subject, rest) =
            (parts.next().unwrap(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        match verb {
            "set" => self.set(subject, rest),
            "take" => self.set(subject, ""),
            "answer" => self.answer(subject, parse_answer(rest)),
            "answer-as" => {
                let (check, answer) = rest.split_once(' ').unwrap();
                let (check, answer) = (check.to_owned(), parse_answer(answer));
                self.push(subject, ReviewAct::CheckDecided { check, answer, heard: None, diligence: None });
            }
            "hold" => self.hold(subject),
            "hear" => {
                let (datum, said) = rest.split_once(' ').unwrap();
                self.hear(subject, datum, said);
            }
            "na" => self.answer(subject, Answer::NotApplicable { reason: rest.to_owned() }),
            "catch" => self.push(
                "reviewer",
                ReviewAct::Quarantined {
                    field: subject.to_owned(),
                    detector: rest.to_owned(),
                    offset: 3,
                    len: 40,
                    more: 0,
                },
            ),
            "remove" => self.push("reviewer", ReviewAct::QuarantineCleared { field: subject.to_owned() }),
            "forge" => self.forge(subject, rest),
            "attach" => {
                let words: Vec<&str> = rest.split(' ').collect();
                let [id, age, half_life] = words[..] else { panic!("no evidence: {rest}") };
                let evidence = evidence(id, age.parse().unwrap(), half_life.parse().ok());
                self.push("reviewer", ReviewAct::EvidenceAttached { check: subject.to_owned(), evidence });
            }
            "detach" => {
                self.push("reviewer", ReviewAct::EvidenceDetached { check: subject.to_owned(), id: rest.to_owned() });
            }
            "override" => {
                let (hours, reason) = rest.split_once(' ').unwrap();
                self.pass_over("reviewer", subject, hours.parse().unwrap(), reason);
            }
            "actor-override" => self.pass_over("alice", subject, 1, "I know what I did"),
            "join" => self.push(subject, ReviewAct::SecondReaderJoined { looked: false }),
            "second" => {
                let act = ReviewAct::SecondAnswered {
                    check: subject.to_owned(),
                    answer: parse_answer(rest),
                    diligence: None,
                };
                self.push("second", act);
            }
            "judge" => {
                for check in &self.contract.checks {
                    if check.kind == CheckKind::Judgement {
                        self.step(&format!("second {} {subject}", check.id), around);
                    }
                }
            }
            "hand-in" => self.push("second", ReviewAct::SecondSubmitted),
            "submit" => self.push("reviewer", ReviewAct::Submitted),
            "reopen" => self.push("reviewer", ReviewAct::Reopened { why: format!("{subject} {rest}") }),
            "sign" => self.sign("reviewer", around),
            other => panic!("no step: {other}"),
        }
    }
}

fn parse_answer(word: &str) -> Answer {
    match word {
        "pass" => Answer::Pass,
        "fail" => Answer::Fail,
        "unknown" => Answer::Unknown,
        "na" => Answer::NotApplicable { reason: "there is none".to_owned() },
        other => panic!("no answer: {other}"),
    }
}

/// Around a review with a current snapshot and nothing against it.
pub(crate) fn current() -> Around {
    Around { snapshot_current: Some(true), ..Around::unknown(now()) }
}
