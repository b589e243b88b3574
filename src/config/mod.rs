//! `readback.toml`: its types, its layers and where each value comes from, and errors that point at line
//! and column.
//!
//! [`load`] is pure: texts in, a [`Config`] or one [`ConfigError`] out. Reading files, finding a stack
//! and looking at the environment stand apart, in `files`.

mod engine;
mod error;
mod expect;
mod files;
mod guard;
mod ingest;
mod maintenance;
mod needs;
mod notify;
mod origin;
mod probe;
mod reader;
mod rules;
mod secret;
mod seed;
mod store;
mod tree;
mod types;
mod value;

pub use error::ConfigError;
pub(crate) use files::quote;
pub use files::{FILE_NAME, Found, MAX_BYTES, default_store, discover, flag, overrides, read_layers, read_seed};
pub use guard::GuardSettings;
pub use ingest::{BackfillSettings, IngestSettings};
pub use notify::{NotifySettings, WebhookSettings};
pub use origin::{Origin, Origins};
pub use seed::parse_seed;
pub use store::{StoreSettings, StoreUrl};
pub use types::{
    AppFile, AwsSource, ColorMode, CommandSource, Config, Display, EnvRules, EnvSettings, FileSource, ReviewSettings,
    SecretSource, SecretSpec, Shadowing, Stack, TimelineSettings, Tune, TunedSeverity,
};
pub use value::Zone;
pub(crate) use value::parse_duration;

use error::Fault;
use serde::Deserialize;
use tree::{At, Table};

/// What stands in plain tables; the lists of probes and secrets are read on their own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    stack: Stack,
    #[serde(default)]
    store: StoreSettings,
    #[serde(default)]
    display: Display,
    #[serde(default)]
    env: EnvSettings,
    #[serde(default)]
    engine: engine::Engine,
    #[serde(default)]
    review: ReviewSettings,
    #[serde(default)]
    timeline: TimelineSettings,
    #[serde(default)]
    notify: NotifySettings,
    #[serde(default)]
    ingest: IngestSettings,
    #[serde(default)]
    backfill: BackfillSettings,
    #[serde(default)]
    guard: GuardSettings,
}

/// Reads a configuration from its layers, weakest first. A later layer wins key by key; a probe or a
/// secret with the id of an earlier one replaces it as a whole.
pub fn load(sources: &[(Origin, String)]) -> Result<Config, ConfigError> {
    merge_and_read(sources).map_err(|fault| fault.locate(sources))
}

fn merge_and_read(sources: &[(Origin, String)]) -> Result<Config, Fault> {
    let mut root = Table::empty("", At { source: last_file(sources), start: 0 });
    for (index, (_, text)) in sources.iter().enumerate() {
        tree::merge(&mut root, tree::parse(index, text)?);
    }
    let origins = tree::origins(&root, sources);
    let secrets = root.tables("secret")?.into_iter().map(secret::read);
    let secrets = secrets.collect::<Result<Vec<_>, _>>()?;
    let probes = root.tables("probe")?.into_iter().map(probe::read).collect::<Result<Vec<_>, _>>()?;
    let mut probes = needs::settle(probes)?;
    let windows = root.tables("maintenance")?;
    root.ensure_table("stack");
    let tables = Tables::deserialize(root)
        .map_err(|fault| secret::also_allowed(fault, &["secret", "probe", "maintenance"], ""))?;
    let Tables { stack, store, display, env, engine, review, timeline, notify, ingest, backfill, guard } = tables;
    for probe in &mut probes {
        probe.options.tell_layers(&env, &secrets);
    }
    let zone = display.timezone.time_zone();
    let windows = windows.into_iter().map(|table| maintenance::read(table, &probes, zone));
    let maintenance = windows.collect::<Result<Vec<_>, _>>()?;
    let limits = engine.into();
    Ok(Config {
        stack,
        store,
        display,
        env,
        secrets,
        probes,
        limits,
        maintenance,
        review,
        timeline,
        notify,
        ingest,
        backfill,
        guard,
        origins,
    })
}

/// The file that a missing table is missing from: the stack's own, which comes last.
fn last_file(sources: &[(Origin, String)]) -> usize {
    sources.iter().rposition(|(origin, _)| origin.is_file()).unwrap_or(0)
}
