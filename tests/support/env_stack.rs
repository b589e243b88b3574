//! A stack in a few words, to be compared.

use jiff::Timestamp;
use readback::env::consumers::Reader;
use readback::env::layers::{
    AppLayer, ComposeLayer, FileFormat, FileLayer, FileStatus, Layers, Reading, RunningLayer, SecretValue,
    TemplateLayer,
};
use readback::env::snapshot::Held;
use readback::env::sync::{Note, Planned};
use readback::env::{Finding, Matrix, Rules, compare};
use readback::guard::{Fingerprinter, Secret};

pub fn unset(_: &str) -> Option<Vec<u8>> {
    None
}

pub fn all(matrix: &Matrix) -> Vec<Finding> {
    matrix.rows.iter().flat_map(|row| row.findings.clone()).chain(matrix.findings.clone()).collect()
}

/// A stack in a few words; what is left empty was not read.
#[derive(Clone, Copy, Default)]
pub struct Stack<'a> {
    pub template: &'a str,
    pub env: &'a str,
    pub compose: &'a str,
    pub conf: &'a str,
    pub secrets: &'a [(&'a str, &'a str)],
    pub running: &'a [(&'a str, &'a str)],
    pub mode: u32,
    /// Seconds at which the template, the file and the secrets changed.
    pub times: [i64; 3],
    pub systemd: bool,
    pub known_bad: &'a str,
    /// Only bash reads the file besides Compose.
    pub bash: bool,
    /// What Compose was told to read when it made the container, besides what it reads by itself.
    pub env_files: &'a [&'a str],
    /// A sync has replaced the old value of `A_KEY`.
    pub synced: bool,
    /// A variable of the process.
    pub process: (&'a str, &'a str),
}

impl Stack<'_> {
    pub fn layers(&self) -> Layers {
        let at = |seconds: i64| Timestamp::from_second(seconds).ok().filter(|_| seconds > 0);
        let format = if self.systemd { FileFormat::Systemd } else { FileFormat::Dotenv };
        let file = FileLayer::read(format, ".env", self.env.as_bytes(), &unset);
        let status = FileStatus { mode: self.mode, owner: 0, modified: at(self.times[1]) };
        let template = TemplateLayer::load(".env.template", self.template.as_bytes());
        let lookup = |key: &str| file.read()?.values.get(key).map(|found| found.value.expose().to_vec());
        let env_file = |path: &str| Ok((path == ".env").then(|| self.env.as_bytes().to_vec()));
        let pairs = |list: &[(&str, &str)]| {
            list.iter().map(|(key, value)| ((*key).to_owned(), Secret::new(*value))).collect::<Vec<_>>()
        };
        let secret = |(key, value)| SecretValue {
            key,
            value,
            source: "db".to_owned(),
            version: None,
            changed_at: at(self.times[2]),
        };
        let mut layers = Layers {
            template: template.map(|layer| TemplateLayer { modified: at(self.times[0]), ..layer }),
            secrets: Reading::Read(pairs(self.secrets).into_iter().map(secret).collect()),
            ..Layers::default()
        };
        if !self.compose.is_empty() {
            let text = format!("services:\n  web:\n{}", self.compose);
            let compose = ComposeLayer::load("compose.yml", text.as_bytes(), "web", "s", &lookup, &env_file);
            let process = |key: &str| (key == self.process.0).then(|| self.process.1.as_bytes().to_vec());
            let elsewhere = ComposeLayer::env_files_elsewhere(".env", &process);
            layers.compose = compose.map(|layer| ComposeLayer { elsewhere, ..layer });
        }
        if !self.conf.is_empty() {
            layers.app = AppLayer::load("odoo.conf", self.conf.as_bytes());
        }
        if !self.running.is_empty() {
            let environment = pairs(self.running);
            layers.running = Reading::Read(RunningLayer {
                container: "web".into(),
                environment,
                image: Vec::new(),
                env_files: self.env_files.iter().map(|file| (*file).to_owned()).collect(),
            });
        }
        if self.synced {
            let held = |value: &str| Held { len: value.len(), fingerprint: fingerprinter().of(value.as_bytes()) };
            layers.synced.note(Note {
                id: "0190-1".to_owned(),
                at: Timestamp::from_second(900).unwrap_or_default(),
                by: "mira".to_owned(),
                why: "rotation".to_owned(),
                file: ".env".to_owned(),
                backup: ".env.backup.1".to_owned(),
                was_written_at: None,
                changes: vec![Planned {
                    key: "A_KEY".to_owned(),
                    line: Some(1),
                    before: Some(held("invented-old-value")),
                    after: held("invented-new-value"),
                    source: "db".to_owned(),
                    version: None,
                    is_made_of_others: false,
                }],
                result: fingerprinter().of(b"x"),
            });
        }
        layers.file = file.map(|layer| FileLayer { status: Some(status), ..layer });
        layers
    }

    pub fn rules(&self) -> Rules {
        let known_bad = Some(self.known_bad.to_owned()).filter(|hex| !hex.is_empty()).into_iter().collect();
        let readers = if self.bash { vec![Reader::Bash] } else { Reader::ALL.to_vec() };
        Rules { known_bad, readers, ..Rules::odoo() }
    }

    /// The findings of a rule.
    pub fn found(&self, id: &str) -> Vec<Finding> {
        let matrix = compare(&self.layers(), &self.rules(), &fingerprinter());
        all(&matrix).into_iter().filter(|finding| finding.id == id).collect()
    }
}

pub fn fingerprinter() -> Fingerprinter {
    Fingerprinter::new(&Secret::new("a key of the tests"))
}

/// The fingerprint of a value, as it is printed.
pub fn printed(value: &str) -> String {
    fingerprinter().of(value.as_bytes()).short().to_owned()
}
