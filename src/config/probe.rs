//! Reads one `[[probe]]`: what every probe has, then the options of its kind.

use super::error::{Fault, What};
use super::reader::unknown_word;
use super::secret::also_allowed;
use super::tree::{At, Table};
use super::value;
use crate::evidence::ProbeId;
use crate::probes::{KINDS, Options, ProbeSpec};
use serde::Deserialize;
use std::time::Duration;

/// The keys of every probe, whatever its kind.
const COMMON: [&str; 8] = ["id", "kind", "every", "timeout", "half_life", "required", "needs", "tags"];

#[derive(Deserialize)]
struct Common {
    #[serde(deserialize_with = "value::name")]
    id: String,
    kind: String,
    #[serde(default, deserialize_with = "value::optional_duration")]
    every: Option<Duration>,
    #[serde(default, deserialize_with = "value::optional_duration")]
    timeout: Option<Duration>,
    #[serde(default, deserialize_with = "value::optional_duration")]
    half_life: Option<Duration>,
    // A probe that nobody thought about counts: leaving a key out must not make green easier to reach.
    #[serde(default = "yes")]
    required: bool,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
}

fn yes() -> bool {
    true
}

/// A probe that was read, and where in the file it says what it needs.
pub(super) struct Placed {
    pub(super) spec: ProbeSpec,
    /// The places of its needs, in their order.
    pub(super) needs_at: Vec<At>,
    /// The table's name, for messages.
    pub(super) name: String,
}

/// Reads one `[[probe]]`.
pub(super) fn read(mut table: Table) -> Result<Placed, Fault> {
    let common = table.split(&COMMON);
    let places = common.clone();
    let place = |key: &str| common.entries.get(key).map_or(common.at, |entry| entry.item.at);
    let (kind_at, every_at, timeout_at) = (place("kind"), place("every"), place("timeout"));
    let name = table.name.clone();
    let common = Common::deserialize(common)?;
    let Some(options) = Options::parse(&common.kind, table) else {
        let what = unknown_word(&common.kind, KINDS.iter().map(|about| about.name));
        return Err(Fault::new(what).at(kind_at).of_key("kind").in_table(&name));
    };
    let options = options.map_err(|fault| also_allowed(fault, &COMMON, &name))?;
    let about = options.about();
    let every = common.every.unwrap_or(about.every);
    if every < Duration::from_secs(1) {
        let what = What::Said("too often; once a second is the most".to_owned());
        return Err(Fault::new(what).at(every_at).of_key("every").in_table(&name));
    }
    let timeout = common.timeout.unwrap_or_else(|| about.timeout.min(every));
    if timeout > every {
        let what = What::Said("longer than \"every\"; a probe has to end before it starts again".to_owned());
        return Err(Fault::new(what).at(timeout_at).of_key("timeout").in_table(&name));
    }
    let needs_at = (0..common.needs.len()).map(|index| places.nth("needs", index)).collect();
    let spec = ProbeSpec {
        id: ProbeId(common.id),
        every,
        timeout,
        half_life: common.half_life.unwrap_or(about.half_life),
        required: common.required,
        needs: common.needs.into_iter().map(ProbeId).collect(),
        tags: common.tags,
        options,
    };
    Ok(Placed { spec, needs_at, name })
}
