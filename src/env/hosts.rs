//! Which hosts the configuration names: what the application would ask for after either way of starting again, so that
//! somebody can look whether it resolves. Pure; a name that a secret gives is for the look-up alone, and is never told.

use super::address::{self, Named};
use super::facts::Line;
use super::forecast::{Way, used};
use super::masked::Masked;
use super::sensitive::matches;
use super::{Layer, Row};
use crate::guard::Secret;

/// A host that a key names.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The key, as it may be shown.
    pub key: String,
    /// After which way of starting again it is asked for.
    pub way: Way,
    /// The name; `None` where the value is one that nobody may send to a name server, or where no name can be told in it.
    pub name: Option<Secret>,
    /// The name may not be told.
    pub masked: bool,
}

/// Keys whose value is a host.
const HOSTS: [&str; 2] = ["HOST", "*_HOST"];
/// Keys whose value holds a host.
const ADDRESSES: [&str; 6] = ["URL", "*_URL", "ENDPOINT", "*_ENDPOINT", "DSN", "*_DSN"];

/// The hosts that the keys name, by key and way; `rows` are those of `lines`.
pub(super) fn asked(rows: &[Row], lines: &[Line<'_>], masked: &Masked<'_>) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (row, line) in rows.iter().zip(lines) {
        let fits = |patterns: &[&str]| patterns.iter().any(|pattern| matches(pattern, line.key));
        let (is_host, is_address) = (fits(&HOSTS), fits(&ADDRESSES));
        if !is_host && !is_address {
            continue;
        }
        // What is masked for what it is may be a password in the wrong place.
        let is_credential = masked.is_credential(line.key);
        for way in [Way::Restart, Way::Recreate] {
            let Some(value) = layer(row, way).and_then(|layer| line.values[layer as usize]) else { continue };
            let named = match () {
                () if value.is_empty() => continue,
                () if is_host && is_credential => vec![Named::Unreadable],
                () if is_host => vec![Named::Host(address::host(value))],
                () => address::hosts(value, is_credential),
            };
            asked.extend(named.into_iter().map(|named| Asked {
                key: row.key.clone(),
                way,
                name: match named {
                    Named::Host(name) => Some(Secret::new(name)),
                    Named::Unreadable => None,
                },
                masked: row.sensitive,
            }));
        }
    }
    asked
}

/// The layer whose value would be used: what only the secret manager has is what the file gets with the next sync, and
/// a recreate then loads.
fn layer(row: &Row, way: Way) -> Option<Layer> {
    let there = |layer: Layer| super::forecast::is_there(row.cell(layer)).then_some(layer);
    let used = used(row, way);
    there(used).or_else(|| there(Layer::Secret).filter(|_| used == Layer::File && way == Way::Recreate))
}
