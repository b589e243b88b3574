//! What is expected of the stack's configuration, from what readback.toml says.

use super::types::TunedSeverity;
use super::{EnvRules, EnvSettings, SecretSpec, Shadowing};
use crate::env::Severity;
use crate::env::findings::IDS;
use crate::env::rules::{AppRules, Length, Rules, Tune};
use crate::guard;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

impl EnvSettings {
    /// The rules of the stack: the defaults, tuned by `[env.rules]`, `[env.app]`, `[env.aliases]` and by which keys the
    /// secrets give.
    pub fn rules(&self, secrets: &[SecretSpec]) -> Rules {
        let defaults = Rules::default();
        let mut sensitivity = defaults.sensitivity;
        sensitivity.plain.extend(self.rules.plain.iter().cloned());
        sensitivity.sensitive.extend(self.rules.sensitive.iter().cloned());
        let app = self.app.as_ref().map(|app| AppRules {
            section: app.section.clone(),
            options: app.shadows.iter().map(|(option, key)| (option.clone(), key.clone())).collect(),
            shadowing: match app.shadowing {
                Shadowing::FileWins => crate::env::rules::Shadowing::FileWins,
                Shadowing::OdooEntrypoint => crate::env::rules::Shadowing::OdooEntrypoint,
            },
        });
        Rules {
            lengths: lengths(&self.rules).into_iter().chain(defaults.lengths).collect(),
            sensitivity,
            app,
            given: secrets.iter().flat_map(|secret| secret.keys.values().cloned()).collect(),
            aliases: self.aliases.iter().map(|(key, name)| (key.clone(), name.clone())).collect(),
            known_bad: self.rules.known_bad.clone(),
            readers: self.rules.readers.clone().unwrap_or(defaults.readers),
            tune: self.rules.tune.iter().map(tune).collect(),
            required: defaults.required,
            placeholders: defaults.placeholders,
        }
    }
}

/// Names that are written out go before patterns.
fn lengths(rules: &EnvRules) -> Vec<Length> {
    let one = |list: &BTreeMap<String, usize>, of: fn(String, usize) -> Length| -> Vec<Length> {
        list.iter().map(|(key, length)| of(key.clone(), *length)).collect()
    };
    let mut all = one(&rules.min_length, |key, min| Length { key, min: Some(min), expected: None });
    all.extend(one(&rules.expected_length, |key, expected| Length { key, min: None, expected: Some(expected) }));
    all.sort_by_key(|length| length.key.contains('*'));
    all
}

fn tune(tune: &super::Tune) -> Tune {
    let severity = match tune.severity {
        TunedSeverity::Off => None,
        TunedSeverity::Note => Some(Severity::Note),
        TunedSeverity::Warning => Some(Severity::Warning),
        TunedSeverity::Error => Some(Severity::Error),
    };
    let reason = guard::line(tune.reason.trim()).into_owned();
    Tune { id: tune.id.clone(), keys: tune.keys.clone(), severity, reason }
}

/// The id of a rule.
pub(super) fn rule_id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let id = String::deserialize(from)?;
    if IDS.contains(&id.as_str()) { Ok(id) } else { Err(D::Error::unknown_variant(&id, &IDS)) }
}

/// Why a rule is tuned: some words.
pub(super) fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let reason = String::deserialize(from)?;
    if reason.trim().is_empty() {
        return Err(D::Error::custom("no reason; say why, for whoever reads the findings next year"));
    }
    Ok(reason)
}

/// Fingerprints as the console prints them: with or without `#`, short or whole.
pub(super) fn fingerprints<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let list = Vec::<String>::deserialize(from)?;
    let bare = |text: String| {
        let hex = text.strip_prefix('#').unwrap_or(&text).to_ascii_lowercase();
        let fits = (6..=16).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then_some(hex).ok_or_else(|| {
            D::Error::custom("not a fingerprint; 6 to 16 hex digits, as `readback env diff` prints them")
        })
    };
    list.into_iter().map(bare).collect()
}
