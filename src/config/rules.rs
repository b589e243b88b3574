//! What is expected of the stack's configuration, from what readback.toml says.

use super::{EnvSettings, Shadowing};
use crate::env::rules::{AppRules, Length, Rules};

impl EnvSettings {
    /// The rules of the stack: the defaults, tuned by `[env.rules]`, `[env.app]` and `[env.aliases]`.
    pub fn rules(&self) -> Rules {
        let mut rules = Rules::default();
        let own = self.rules.min_length.iter().map(|(key, min)| Length { key: key.clone(), min: *min, expected: *min });
        rules.lengths = own.chain(rules.lengths).collect();
        rules.sensitivity.plain.extend(self.rules.plain.iter().cloned());
        rules.sensitivity.sensitive.extend(self.rules.sensitive.iter().cloned());
        rules.app = self.app.as_ref().map(|app| AppRules {
            section: app.section.clone(),
            options: app.shadows.iter().map(|(option, key)| (option.clone(), key.clone())).collect(),
            shadowing: match app.shadowing {
                Shadowing::FileWins => crate::env::rules::Shadowing::FileWins,
                Shadowing::OdooEntrypoint => crate::env::rules::Shadowing::OdooEntrypoint,
            },
        });
        rules.aliases = self.aliases.iter().map(|(key, name)| (key.clone(), name.clone())).collect();
        rules
    }
}
