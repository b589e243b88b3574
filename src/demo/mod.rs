//! The demo: the incident of the example stack, as data, on a clock of its own. The judges, the gate,
//! the comparison and the panes are the console's own; only what is seen comes from a script.

use crate::app::{Access, Event, Facts, Setting};
use crate::config::{self, Config, ConfigError, Origin};
use crate::env::blame::time_in_name;
use crate::env::format::FileFormat;
use crate::env::layers::{AppLayer, ComposeLayer, FileLayer, RunningLayer, SecretValue, TemplateLayer};
use crate::env::snapshot::{Dated, Snapshot as EnvSnapshot, keys_of};
use crate::env::{Layers, Matrix, Reading, compare};
use crate::guard::{Fingerprinter, Secret};
use crate::probes::{Observation, judge, never_run};
use crate::review::{Contract, Snapshot};
use crate::timeline::Entry;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// A file of the example stack, built in.
macro_rules! example {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/odoo18-prod/", $file))
    };
}

const CONFIG: &str = example!("readback.toml");
const SNAPSHOT: &str = example!("docs/security/host-service-change-evidence-acceptance.snapshot.json");
const EVENTS: &str = example!("events.jsonl");
const SCRIPT: &str = include_str!("script.jsonl");
/// What the console recorded before: a recovery that was proved later than it was claimed.
const OWN: &str = include_str!("own.jsonl");
const RUNNING: &str = include_str!("running.env");

/// How often the layers are compared again, in seconds.
const COMPARED_EVERY: i64 = 60;

/// The key of its fingerprints; the demo has no secrets.
const KEY: &str = "the key of the demo, which has no secrets";

/// The backups of the example's `.env`.
const BACKUPS: [(&str, &str); 5] = [
    (".env.backup.20251103_020004", example!(".env.backup.20251103_020004")),
    (".env.backup.20260115_141210", example!(".env.backup.20260115_141210")),
    (".env.backup.20260120_093055", example!(".env.backup.20260120_093055")),
    (".env.backup-before-ocr-central-20260202-103434", example!(".env.backup-before-ocr-central-20260202-103434")),
    (".env.backup.20260204_082611", example!(".env.backup.20260204_082611")),
];

/// Who looks, in the demo.
const OBSERVER: &str = "readback@demo";

/// One line of the script.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// Seconds after the start.
    at: i64,
    /// What was seen then; its own times are those of the script.
    observation: Observation,
}

/// Everything the demo shows, and when.
#[derive(Debug)]
pub struct Demo {
    config: Config,
    start: Timestamp,
    script: Vec<Line>,
}

impl Demo {
    /// Reads the script. The only errors are mistakes in what is built in, and a test looks for those.
    pub fn load() -> Result<Self, ConfigError> {
        let config = config::load(&[(Origin::Stack("readback.toml".into()), CONFIG.to_owned())])?;
        let lines = SCRIPT.lines().filter(|line| !line.trim().is_empty());
        let script = lines
            .map(serde_json::from_str)
            .collect::<Result<Vec<Line>, _>>()
            .map_err(|error| ConfigError::whole("script.jsonl", error.to_string()))?;
        let first = script.first().map(|line| (line.observation.observed_at, SignedDuration::from_secs(line.at)));
        let start = first.and_then(|(at, after)| at.checked_sub(after).ok()).unwrap_or_default();
        Ok(Self { config, start, script })
    }

    /// The script's time at its start.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// What is known before the first line: which probes there are, and nothing of them.
    pub fn facts(&self) -> Facts {
        let config = &self.config;
        let setting = Setting {
            stack: config.stack.name.clone(),
            environment: config.stack.environment.clone().unwrap_or_default(),
            access: Access::Demo,
            zone: config.display.timezone.time_zone().clone(),
            actor: "console:demo".to_owned(),
            incident: config.review.incident.clone().unwrap_or_default(),
        };
        let probes = config.probes.iter().map(|spec| never_run(spec, OBSERVER, self.start)).collect();
        Facts::new(setting, probes, self.start)
    }

    /// What is there from the start: the log, the layers of the configuration, the candidates.
    pub fn opening(&self) -> Vec<Event> {
        let prefix = Contract::builtin().plan.candidate_prefix;
        let snapshot = Snapshot::parse(SNAPSHOT.as_bytes(), &prefix).map(Box::new).map_err(|error| error.to_string());
        let rows = config::parse_seed("events.jsonl", EVENTS).unwrap_or_default();
        let own = OWN.lines().filter_map(|line| serde_json::from_str(line).ok()).map(Entry::Own);
        let mut entries: Vec<Entry> = rows.into_iter().map(Entry::Operation).chain(own).collect();
        entries.sort_by(Entry::newest_first);
        vec![
            Event::SnapshotRead(snapshot),
            Event::EnvCompared(Box::new(self.matrix())),
            Event::PastRead(Ok(self.past())),
            Event::StoreRead { entries, complete: true, reviews: Vec::new() },
        ]
    }

    /// The judged observations, each with the time at which it comes; between them the layers are compared
    /// again, as the console does.
    pub fn play(&self) -> Vec<(Timestamp, Event)> {
        let after = |seconds| self.start.checked_add(SignedDuration::from_secs(seconds)).ok();
        let judged = self.script.iter().filter_map(|line| {
            let spec = self.config.probes.iter().find(|spec| spec.id == line.observation.probe)?;
            let at = after(line.at)?;
            Some((at, Event::Judged(Box::new(judge(&line.observation, spec, at)))))
        });
        let last = self.script.iter().map(|line| line.at).max().unwrap_or_default();
        let compared = (1..=last / COMPARED_EVERY)
            .filter_map(|round| Some((after(round * COMPARED_EVERY)?, Event::EnvCompared(Box::new(self.matrix())))));
        let mut events: Vec<_> = judged.chain(compared).collect();
        events.sort_by_key(|(at, _)| *at);
        events
    }

    /// The layers as the incident had them; the console's own comparison of them.
    fn matrix(&self) -> Matrix {
        let no_process = |_: &str| None;
        let file = FileLayer::load(".env", example!(".env").as_bytes(), &no_process);
        let lookup = |name: &str| file.read()?.values.get(name).map(|resolved| resolved.value.expose().to_vec());
        let env_file = |path: &str| Ok((path == ".env").then(|| example!(".env").as_bytes().to_vec()));
        let compose = example!("docker-compose.yml").as_bytes();
        let layers = Layers {
            template: TemplateLayer::load(".env.template", example!(".env.template").as_bytes()),
            compose: ComposeLayer::load("docker-compose.yml", compose, "web", "odoo18-prod", &lookup, &env_file),
            app: AppLayer::load("odoo.conf", example!("odoo.conf").as_bytes()),
            secrets: self.secrets(),
            running: running(),
            file,
            synced: crate::env::sync::LastSyncs::default(),
        };
        let rules = self.config.env.rules(&self.config.secrets);
        compare(&layers, &rules, &Fingerprinter::new(&Secret::new(KEY)))
    }

    /// The backups of the example, and its `.env` as the incident left it.
    fn past(&self) -> Vec<EnvSnapshot> {
        let zone = self.config.display.timezone.time_zone();
        let fingerprinter = Fingerprinter::new(&Secret::new(KEY));
        let snapshot = |(label, text): (&str, &str)| EnvSnapshot {
            label: label.to_owned(),
            at: time_in_name(label, zone).unwrap_or(self.start),
            dated: if label == ".env" { Dated::Now } else { Dated::Name },
            keys: keys_of(FileFormat::Dotenv, text.as_bytes(), &fingerprinter).map_err(|error| error.to_string()),
        };
        BACKUPS.into_iter().chain([(".env", example!(".env"))]).map(snapshot).collect()
    }

    fn secrets(&self) -> Reading<Vec<SecretValue>> {
        let files = [example!("secrets/db-credentials.json"), example!("secrets/s3-credentials.json")];
        let mut values = Vec::new();
        for (spec, text) in self.config.secrets.iter().zip(files) {
            let fields: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            for (field, key) in &spec.keys {
                let Some(value) = fields.get(field).and_then(|value| value.as_str()) else { continue };
                let value = Secret::from(value.to_owned());
                values.push(SecretValue {
                    key: key.clone(),
                    value,
                    source: format!("{} {field}", spec.id),
                    version: None,
                    changed_at: None,
                });
            }
        }
        Reading::Read(values)
    }
}

/// The environment of the container as it ran then.
fn running() -> Reading<RunningLayer> {
    let pairs = RUNNING.lines().filter_map(|line| line.split_once('='));
    let environment = pairs.map(|(key, value)| (key.to_owned(), Secret::from(value.to_owned()))).collect();
    Reading::Read(RunningLayer {
        container: "odoo18-prod-web".to_owned(),
        environment,
        image: Vec::new(),
        env_files: Vec::new(),
    })
}
