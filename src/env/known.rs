//! The secret values that the layers hold, for the guard to look out for.

use super::masked::given;
use super::sensitive::is_known_plain;
use super::{Layers, Rules};
use crate::guard::Secret;

/// Values shorter than this are too likely to be found in innocent text, in bytes.
const SHORTEST: usize = 8;

/// Every value of every layer that is a secret. What only its source makes sensitive (the host that a secret of the
/// database names, its port) is not looked out for: probes have to be able to say whom they could not reach.
pub fn secret_values(layers: &Layers, rules: &Rules) -> Vec<Secret> {
    let file = layers.file.read().into_iter().flat_map(|layer| layer.values.iter());
    let file = file.map(|resolved| (resolved.key.as_str(), &resolved.value));
    let secrets = layers.secrets.read().into_iter().flatten().map(|secret| (secret.key.as_str(), &secret.value));
    let template = layers.template.read().into_iter().flat_map(|layer| &layer.template.keys);
    let template = template.map(|key| (key.key.as_str(), &key.default));
    let compose = layers.compose.read().into_iter().flat_map(|layer| &layer.environment);
    let compose = compose.filter_map(|effective| Some((effective.key.as_str(), effective.value.as_ref()?)));
    let running = layers.running.read().into_iter().flat_map(|layer| &layer.environment);
    let running = running.map(|(key, value)| (key.as_str(), value));
    let app = layers.app.read().into_iter().flat_map(|layer| layer.ini.options());
    let app = app.map(|option| (option.name.as_str(), &option.value));
    let given = given(layers, rules);
    let is_secret = |key: &str, value: &[u8]| {
        rules.sensitivity.is_sensitive(key, value) || (given.contains(key) && !is_known_plain(key))
    };
    file.chain(secrets)
        .chain(template)
        .chain(compose)
        .chain(running)
        .chain(app)
        .filter(|(key, value)| value.len() >= SHORTEST && is_secret(key, value.expose()))
        .map(|(_, value)| value.clone())
        .collect()
}
