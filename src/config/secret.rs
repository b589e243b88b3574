//! Reads one `[[secret]]`: what every source has, then what its own source has.

use super::error::{Fault, What};
use super::reader::unknown_word;
use super::tree::Table;
use super::types::{SecretSource, SecretSpec};
use super::value;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// The keys of every secret, whatever its source.
const COMMON: [&str; 4] = ["id", "source", "keys", "timeout"];

/// The names of the sources.
const SOURCES: [&str; 3] = ["aws", "command", "file"];

#[derive(Deserialize)]
struct Common {
    #[serde(deserialize_with = "id")]
    id: String,
    source: String,
    #[serde(deserialize_with = "keys")]
    keys: BTreeMap<String, String>,
    #[serde(default = "ten_seconds", deserialize_with = "value::duration")]
    timeout: Duration,
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

/// Reads one `[[secret]]`.
pub(super) fn read(mut table: Table) -> Result<SecretSpec, Fault> {
    let common = table.split(&COMMON);
    let source_at = common.entries.get("source").map(|entry| entry.item.at);
    let (name, at) = (table.name.clone(), table.at);
    let common = Common::deserialize(common)?;
    let own = match common.source.as_str() {
        "aws" => Deserialize::deserialize(table).map(SecretSource::Aws),
        "command" => Deserialize::deserialize(table).map(SecretSource::Command),
        "file" => Deserialize::deserialize(table).map(SecretSource::File),
        other => Err(Fault::new(unknown_word(other, SOURCES.into_iter()))
            .at(source_at.unwrap_or(at))
            .of_key("source")
            .in_table(&name)),
    };
    let source = own.map_err(|fault| also_allowed(fault, &COMMON, &name))?;
    Ok(SecretSpec { id: common.id, source, keys: common.keys, timeout: common.timeout })
}

/// Adds the keys of every element of a list to what its own kind allows.
pub(super) fn also_allowed(mut fault: Fault, common: &[&str], list: &str) -> Fault {
    fault = fault.in_table(list);
    if fault.table.as_deref() == Some(list)
        && let What::UnknownKey { allowed, .. } = &mut fault.what
    {
        allowed.splice(0..0, common.iter().map(|&key| key.to_owned()));
    }
    fault
}

fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let id = String::deserialize(from)?;
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@:-".contains(c));
    if plain && !id.is_empty() && id.len() <= 512 {
        Ok(id)
    } else {
        Err(D::Error::custom("not a secret's name; use letters, digits and / _ + = . @ : -"))
    }
}

fn keys<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let keys = BTreeMap::<String, String>::deserialize(from)?;
    if keys.is_empty() {
        return Err(D::Error::custom("no field; write { field = \"ENV_KEY\" }"));
    }
    Ok(keys)
}

/// A program and its arguments: at least the program.
pub(super) fn argv<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let argv = Vec::<String>::deserialize(from)?;
    match argv.first() {
        Some(program) if !program.is_empty() => Ok(argv),
        _ => Err(D::Error::custom("no program; write [\"program\", \"argument\"]")),
    }
}
