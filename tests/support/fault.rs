//! A fault or a healthy variation, as it stands in tests/fixtures/faults, made into what the gate is asked.

use super::seen::now;
pub(crate) use super::seen::{ago, seen};
use readback::evidence::false_green::{Scene, of_log};
use readback::evidence::gate::{Circumstances, Known, recovery};
use readback::evidence::{BODY_DIGEST, Evidence, Fact, Quantity, Recovery, STARTED_AT, STATUS, Unknown, Verdict};
use readback::timeline::{Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[serde(default)]
    pub(crate) fault: Vec<Case>,
    #[serde(default)]
    pub(crate) healthy: Vec<Case>,
}

/// What differs from a healthy stack, and what is expected.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) set: BTreeMap<String, Change>,
    pub(crate) gone: Vec<String>,
    /// Seconds ago.
    pub(crate) restart: Option<i64>,
    pub(crate) around: Around,
    pub(crate) log: Vec<Row>,
    pub(crate) state: String,
    pub(crate) first: String,
    /// Further reasons that must be given.
    pub(crate) also: Vec<String>,
}

/// What differs of an evidence. Times are in seconds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Change {
    pub(crate) kind: Option<String>,
    pub(crate) verdict: Option<String>,
    pub(crate) age: Option<i64>,
    pub(crate) as_of: Option<i64>,
    pub(crate) half_life: Option<u64>,
    pub(crate) required: Option<bool>,
    pub(crate) started: Option<i64>,
    pub(crate) observer: Option<String>,
    pub(crate) vantage: Option<String>,
    pub(crate) credential: Option<String>,
    pub(crate) code_path: Option<String>,
    /// Status and digest of the body of a route.
    pub(crate) page: Option<(String, String)>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Around {
    pub(crate) running: String,
    pub(crate) disk: String,
    pub(crate) recreate: String,
}

/// A row of the timeline.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) r#type: String,
    /// Seconds ago.
    pub(crate) ago: i64,
    /// Empty where the row names none.
    pub(crate) incident: String,
    pub(crate) actor: Option<String>,
    pub(crate) detail: String,
    pub(crate) subject: String,
    pub(crate) success: Option<bool>,
    pub(crate) context: serde_json::Value,
}

impl Default for Row {
    fn default() -> Self {
        Self {
            r#type: String::new(),
            ago: 0,
            incident: "INC-1".to_owned(),
            actor: None,
            detail: String::new(),
            subject: String::new(),
            success: None,
            context: serde_json::json!({}),
        }
    }
}

fn verdict(word: &str) -> Verdict {
    match word.split_once(':') {
        Some(("unknown", reason)) => {
            Verdict::Unknown(serde_json::from_value::<Unknown>(reason.into()).expect("a reason of unknown"))
        }
        _ => serde_json::from_value(word.into()).expect("a verdict"),
    }
}

fn known(word: &str) -> Known {
    match word {
        "" | "holds" => Known::Holds,
        "broken" => Known::Broken("in DB_HOST".to_owned()),
        "unknown" => Known::Unknown("can't be read".to_owned()),
        "not_compared" => Known::NotCompared,
        other => panic!("{other}"),
    }
}

impl Change {
    fn apply(&self, to: &mut Evidence) {
        if let Some(kind) = &self.kind {
            *to = seen(&to.probe.0, kind, to.verdict, 10);
        }
        if let Some(age) = self.age {
            (to.observed_at, to.as_of) = (ago(age), ago(age));
        }
        to.as_of = self.as_of.map_or(to.as_of, ago);
        to.verdict = self.verdict.as_deref().map_or(to.verdict, verdict);
        to.half_life = self.half_life.map_or(to.half_life, Duration::from_secs);
        to.required = self.required.unwrap_or(to.required);
        to.facts.extend(self.started.map(|started| Fact::new(STARTED_AT, Quantity::At(ago(started)))));
        if let Some((status, body)) = &self.page {
            to.facts.push(Fact::text(STATUS, status.as_str()));
            to.facts.push(Fact::text(BODY_DIGEST, body.as_str()));
        }
        let source = &mut to.source;
        for (from, to) in [
            (&self.observer, &mut source.observer),
            (&self.vantage, &mut source.vantage),
            (&self.credential, &mut source.credential),
            (&self.code_path, &mut source.code_path),
        ] {
            if let Some(text) = from {
                text.clone_into(to);
            }
        }
    }
}

impl Row {
    /// A row of this type, now.
    pub(crate) fn of(kind: &str) -> Self {
        Self { r#type: kind.to_owned(), ..Self::default() }
    }

    fn entry(&self, n: usize) -> Entry {
        let incident_id = Some(self.incident.clone()).filter(|incident| !incident.is_empty());
        let id = format!("row-{n}");
        if let Some(kind) = OwnKind::from_name(&self.r#type) {
            return Entry::Own(OwnEvent {
                id,
                incident_id,
                kind,
                subject: self.subject.clone(),
                actor: self.actor.clone(),
                summary: self.detail.clone(),
                success: self.success,
                context: self.context.clone(),
                occurred_at: ago(self.ago),
                recorded_at: Some(ago(self.ago)),
            });
        }
        let row = NewOperation {
            incident_id,
            actor: self.actor.clone(),
            action_detail: Some(self.detail.clone()),
            success: self.success,
            context: self.context.clone(),
            ..NewOperation::new(id, EventType::from_name(&self.r#type).expect("a type of row"))
        };
        Entry::Operation(Operation { row, raw_type: None, created_at: ago(self.ago) })
    }
}

impl Case {
    /// The healthy stack, changed.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        let stack = [("route", "http"), ("web", "container"), ("database", "postgres")];
        let mut all: Vec<Evidence> =
            stack.into_iter().map(|(probe, kind)| seen(probe, kind, Verdict::Pass, 10)).collect();
        all.retain(|seen| !self.gone.contains(&seen.probe.0));
        for (probe, change) in &self.set {
            if all.iter().all(|seen| seen.probe.0 != *probe) {
                all.push(seen(probe, change.kind.as_deref().expect("a kind"), Verdict::Pass, 10));
            }
            change.apply(all.iter_mut().find(|seen| seen.probe.0 == *probe).unwrap());
        }
        all
    }

    /// The timeline, newest first.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.log.iter().enumerate().map(|(n, row)| row.entry(n)).collect();
        entries.sort_by(Entry::newest_first);
        entries
    }

    pub(crate) fn scene<'a>(&self, entries: &'a [Entry], evidence: &'a [Evidence]) -> Scene<'a> {
        let last_restart = self.restart.map(ago).or_else(|| evidence.iter().filter_map(Evidence::started_at).max());
        Scene { entries, evidence, last_restart, now: now() }
    }

    pub(crate) fn recovery(&self) -> Recovery {
        self.recovery_of(&self.evidence())
    }

    /// What the gate says of this evidence in these circumstances.
    pub(crate) fn recovery_of(&self, evidence: &[Evidence]) -> Recovery {
        let entries = self.entries();
        let scene = self.scene(&entries, evidence);
        let around = Circumstances {
            last_restart: scene.last_restart,
            running_equals_disk: known(&self.around.running),
            disk_equals_secrets: known(&self.around.disk),
            restart_is_safe: known(&self.around.recreate),
            false_greens: of_log(&scene),
            log_unread: None,
        };
        recovery(evidence, &around, now())
    }
}
