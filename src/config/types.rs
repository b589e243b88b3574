//! What readback.toml holds. Paths are relative to the stack's folder.

use super::value::{self, Zone};
use super::{GuardSettings, NotifySettings, Origins, StoreSettings};
use crate::env::consumers::Reader;
use crate::env::layers::FileFormat;
use crate::evidence::maintenance::Window;
use crate::probes::{Limits, ProbeSpec};
use crate::timeline::expected::Grammar;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The whole configuration, every default filled in.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[stack]`: what is looked at.
    pub stack: Stack,
    /// `[store]`: where the console's memory is.
    pub store: StoreSettings,
    /// `[display]`: how it looks.
    pub display: Display,
    /// `[env]`: the layers of the stack's own configuration.
    pub env: EnvSettings,
    /// `[[secret]]`: where secret values come from, to be compared by fingerprint.
    pub secrets: Vec<SecretSpec>,
    /// `[[probe]]`: who looks at what, in the order of the file. What each needs is known, and in no circle.
    pub probes: Vec<ProbeSpec>,
    /// `[engine]`: how many of them look at once.
    pub limits: Limits,
    /// `[[maintenance]]`: when which probes are being worked on.
    pub maintenance: Vec<Window>,
    /// `[review]`: the guided readback.
    pub review: ReviewSettings,
    /// `[timeline]`: what the timeline starts with.
    pub timeline: TimelineSettings,
    /// `[notify]`: where people are told.
    pub notify: NotifySettings,
    /// `[ingest]`: how others' rows come in.
    pub ingest: super::IngestSettings,
    /// `[backfill]`: where old rows come from.
    pub backfill: super::BackfillSettings,
    /// `[guard]`: what the guard lets through.
    pub guard: GuardSettings,
    /// Where each value comes from.
    pub origins: Origins,
}

/// `[stack]`: what is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// Its name: up to 64 letters, digits, dots, dashes and underscores.
    #[serde(deserialize_with = "value::name")]
    pub name: String,
    /// Its environment, `production` for one; shown in the header.
    pub environment: Option<String>,
}

/// `[display]`: how it looks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Display {
    /// The zone that times are shown in.
    pub timezone: Zone,
    /// The theme's name.
    pub theme: String,
    /// How many colours.
    pub color: ColorMode,
}

impl Default for Display {
    fn default() -> Self {
        Self { timezone: Zone::default(), theme: "default".to_owned(), color: ColorMode::default() }
    }
}

/// How many colours the screen uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum ColorMode {
    /// What the terminal's environment says it can show.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// 24-bit colours.
    #[serde(rename = "truecolor")]
    Truecolor,
    /// 256 colours.
    #[serde(rename = "256")]
    Ansi256,
    /// The terminal's own 16 colours.
    #[serde(rename = "16")]
    Ansi16,
    /// No colours; bold, dim, underline and reverse only.
    #[serde(rename = "mono")]
    Mono,
}

impl ColorMode {
    /// The mode of this name; an unknown one is left to the terminal.
    pub fn named(name: &str) -> Self {
        match name {
            "truecolor" => Self::Truecolor,
            "256" => Self::Ansi256,
            "16" => Self::Ansi16,
            "mono" => Self::Mono,
            _ => Self::Auto,
        }
    }
}

/// `[env]`: where each layer of the stack's own configuration stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnvSettings {
    /// The file that the next recreate loads.
    pub file: PathBuf,
    /// How it is written: as Compose reads it, or as systemd does.
    pub format: FileFormat,
    /// The template that says what should be there.
    pub template: Option<PathBuf>,
    /// A glob for the backups of the file, the past that blame looks into.
    pub backups: Option<String>,
    /// The compose file.
    pub compose: Option<PathBuf>,
    /// The compose service whose `environment:` counts.
    pub service: Option<String>,
    /// The container whose environment is the running layer.
    pub container: Option<String>,
    /// The application's own file, which may shadow keys.
    pub app: Option<AppFile>,
    /// A key of the file, and the name under which the container gets its value.
    pub aliases: BTreeMap<String, String>,
    /// What is asked of the values.
    pub rules: EnvRules,
}

impl Default for EnvSettings {
    fn default() -> Self {
        Self {
            file: ".env".into(),
            format: FileFormat::default(),
            template: None,
            backups: None,
            compose: None,
            service: None,
            container: None,
            app: None,
            aliases: BTreeMap::new(),
            rules: EnvRules::default(),
        }
    }
}

/// `[env.app]`: the application's own configuration, an ini file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppFile {
    /// The file (`odoo.conf`).
    pub file: PathBuf,
    /// The section that is read.
    #[serde(default = "options_section")]
    pub section: String,
    /// How the file and the environment meet.
    #[serde(default)]
    pub shadowing: Shadowing,
    /// The option of the file, and the key of the environment that it overrides where it is set.
    #[serde(default)]
    pub shadows: BTreeMap<String, String>,
}

/// How the application's own file and the environment meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Shadowing {
    /// An option that is set in the file beats the environment.
    #[default]
    #[serde(rename = "file-wins")]
    FileWins,
    /// The entry point of the official Odoo image: it greps the file for the option, whatever its section
    /// and its value; found, the environment is not passed on.
    #[serde(rename = "odoo-entrypoint")]
    OdooEntrypoint,
}

fn options_section() -> String {
    "options".to_owned()
}

/// `[env.rules]`: what is asked of the values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnvRules {
    /// The least length of a key's value, in characters.
    pub min_length: BTreeMap<String, usize>,
    /// The expected length of a key's value, in characters: a shorter one is worth a note.
    pub expected_length: BTreeMap<String, usize>,
    /// Keys whose values may be shown, whatever their names suggest; `*` stands for any characters.
    pub plain: Vec<String>,
    /// Keys whose values are masked, whatever their names suggest; `*` stands for any characters.
    pub sensitive: Vec<String>,
    /// Fingerprints, as this machine's console prints them, of values that must not be used.
    #[serde(deserialize_with = "super::rules::fingerprints")]
    pub known_bad: Vec<String>,
    /// The programs besides Compose that read the file; all that are known, unless given.
    pub readers: Option<Vec<Reader>>,
    /// `[[env.rules.tune]]`: other weights for what is found; the first that fits counts.
    pub tune: Vec<Tune>,
}

/// One `[[env.rules.tune]]`: another weight for what a rule finds, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tune {
    /// The rule's id, as docs/findings.md has it.
    #[serde(deserialize_with = "super::rules::rule_id")]
    pub id: String,
    /// What it counts for from now on.
    pub severity: TunedSeverity,
    /// The keys it is for; `*` stands for any characters. All, unless given.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Why; it is shown with what is tuned off.
    #[serde(deserialize_with = "super::rules::reason")]
    pub reason: String,
}

/// What a tuned rule counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TunedSeverity {
    /// Not as a finding: it is counted and listed with the reason.
    Off,
    /// Worth knowing.
    Note,
    /// It will break, or may.
    Warning,
    /// The stack breaks, or has.
    Error,
}

/// One `[[secret]]`: a secret of the secret manager, and the keys it should give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSpec {
    /// The secret's name, as the template's `# Secret:` mark and the manager call it.
    pub id: String,
    /// Where it is fetched from.
    pub source: SecretSource,
    /// The field of the secret, and the key of the environment that should hold its value.
    pub keys: BTreeMap<String, String>,
    /// The deadline of one fetch.
    pub timeout: Duration,
}

/// Where a secret is fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// AWS Secrets Manager, or whatever speaks its protocol.
    Aws(AwsSource),
    /// A program that prints the secret as a JSON object.
    Command(CommandSource),
    /// A file that holds the secret as a JSON object.
    File(FileSource),
}

/// `source = "aws"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsSource {
    /// The region; what the profile or the environment says, unless given.
    pub region: Option<String>,
    /// Another endpoint than the region's own.
    pub endpoint: Option<String>,
    /// The profile of the AWS configuration to sign with.
    pub profile: Option<String>,
}

/// `source = "command"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandSource {
    /// The program and its arguments; no shell reads them.
    #[serde(deserialize_with = "super::secret::argv")]
    pub argv: Vec<String>,
}

/// `source = "file"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSource {
    /// The file.
    pub path: PathBuf,
}

/// `[review]`: the guided readback.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewSettings {
    /// The change-evidence snapshot that candidates come from.
    pub snapshot: PathBuf,
    /// The incident that reviews belong to, up to 30 characters.
    #[serde(deserialize_with = "value::incident")]
    pub incident: Option<String>,
    /// The check set that reviews follow; the built-in one where it is left out.
    pub checks: Option<PathBuf>,
}

impl Default for ReviewSettings {
    fn default() -> Self {
        let snapshot = "docs/security/host-service-change-evidence-acceptance.snapshot.json".into();
        Self { snapshot, incident: None, checks: None }
    }
}

/// `[timeline]`: what the timeline starts with, what is asked of it often, and what is expected in it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimelineSettings {
    /// Rows of `alert_operation_log`, one JSON object per line, to be imported into an embedded store;
    /// rows whose ids are there already are left alone. Never imported into a server that others use.
    pub seed: Option<PathBuf>,
    /// Filters by name, for the prompt of the timeline and for `readback timeline --saved`.
    #[serde(deserialize_with = "value::filters")]
    pub filters: BTreeMap<String, String>,
    /// `[[timeline.expect]]`: which rows let which others be expected; the built-in rules, tuned.
    #[serde(deserialize_with = "super::expect::grammar")]
    pub expect: Grammar,
}
