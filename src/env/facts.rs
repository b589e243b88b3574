//! The layers, indexed by key: what the comparison and the findings ask. Nothing of it is kept.

use super::compose::{Effective, Origin};
use super::dotenv::{Assign, Entry, Resolved};
use super::layers::{AppLayer, ComposeLayer, FileLayer, Layers, RunningLayer, SecretValue, TemplateLayer};
use super::rules::{AppRules, Rules, Shadowing};
use super::template::TemplateKey;
use super::{Layer, Place, ini};
use crate::guard::Secret;
use hashbrown::{HashMap, HashSet};

/// What every layer says of a key. The values may be secrets.
pub(super) struct Line<'a> {
    pub(super) key: &'a str,
    /// One per [`Layer::ALL`].
    pub(super) values: [Option<&'a [u8]>; 6],
}

impl<'a> Line<'a> {
    /// The values that there are.
    pub(super) fn values(&self) -> impl Iterator<Item = &'a [u8]> {
        self.values.into_iter().flatten()
    }
}

/// A key in the container; `None`: it has not got it.
pub(super) struct Drift<'a> {
    /// What it runs with.
    pub(super) now: Option<&'a [u8]>,
    /// What the next recreate loads.
    pub(super) next: Option<&'a [u8]>,
}

/// The indexed layers.
pub(super) struct Facts<'a> {
    pub(super) layers: &'a Layers,
    pub(super) rules: &'a Rules,
    template: HashMap<&'a str, &'a TemplateKey>,
    secrets: HashMap<&'a str, &'a SecretValue>,
    compose: HashMap<&'a str, &'a Effective>,
    running: HashMap<&'a str, &'a [u8]>,
    image: HashMap<&'a str, &'a [u8]>,
    /// The name under which the container gets a key, as configured.
    aliases: HashMap<&'a str, &'a str>,
    /// The same, as compose shows it: `HOST: ${DB_HOST}`.
    inferred: HashMap<&'a str, &'a str>,
    /// Keys of the file that may be pieces of values.
    strays: std::collections::HashSet<&'a str>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(layers: &'a Layers, rules: &'a Rules) -> Self {
        let keys = layers.template.read().map_or(&[][..], |layer| &layer.template.keys);
        let secrets = layers.secrets.read().map_or(&[][..], Vec::as_slice);
        let effective = layers.compose.read().map_or(&[][..], |layer| &layer.environment);
        let environment = |of: fn(&RunningLayer) -> &Vec<_>| layers.running.read().map_or(&[][..], |layer| of(layer));
        let by_key =
            |list: &'a [(String, Secret)]| list.iter().map(|(key, value)| (key.as_str(), value.expose())).collect();
        let mut facts = Self {
            layers,
            rules,
            template: keys.iter().map(|key| (key.key.as_str(), key)).collect(),
            secrets: secrets.iter().map(|secret| (secret.key.as_str(), secret)).collect(),
            compose: effective.iter().map(|effective| (effective.key.as_str(), effective)).collect(),
            running: by_key(environment(|layer| &layer.environment)),
            image: by_key(environment(|layer| &layer.image)),
            aliases: rules.aliases.iter().map(|(key, name)| (key.as_str(), name.as_str())).collect(),
            inferred: HashMap::new(),
            strays: layers.file.read().map(|layer| layer.file.strays()).unwrap_or_default(),
        };
        facts.inferred = facts.infer_aliases(effective);
        facts
    }

    /// The keys that compose hands on under another name only.
    fn infer_aliases(&self, effective: &'a [Effective]) -> HashMap<&'a str, &'a str> {
        let mut aliases = HashMap::new();
        for effective in effective {
            let [used] = effective.uses.as_slice() else { continue };
            let same = self.resolved(used).is_none_or(|(_, found)| {
                effective.value.as_ref().is_some_and(|value| value.expose() == found.value.expose())
            });
            let known = self.template.contains_key(used.as_str()) || self.resolved(used).is_some();
            if known && same && *used != effective.key && !self.compose.contains_key(used.as_str()) {
                aliases.entry(used.as_str()).or_insert(effective.key.as_str());
            }
        }
        aliases
    }

    /// Every key, once: of the template, the file, the secrets, then of compose.
    pub(super) fn keys(&self) -> Vec<&'a str> {
        let template = self.template_layer().into_iter().flat_map(|layer| &layer.template.keys).map(|key| &key.key);
        let file = self.file().into_iter().flat_map(|layer| layer.values.iter()).map(|found| &found.key);
        let secrets = self.layers.secrets.read().into_iter().flatten().map(|secret| &secret.key);
        let mut seen = HashSet::new();
        let named = template.chain(file).chain(secrets).map(String::as_str);
        let mut keys: Vec<&str> = named.filter(|key| !key.is_empty() && seen.insert(*key)).collect();
        // What the container gets under another name stands in the row of its key, if there is one.
        let aliases = self.aliases.iter().chain(&self.inferred).filter(|(key, _)| seen.contains(*key));
        let elsewhere: HashSet<&str> = aliases.map(|(_, name)| *name).collect();
        let compose = self.layers.compose.read().into_iter().flat_map(|layer| &layer.environment);
        let own =
            compose.map(|effective| effective.key.as_str()).filter(|key| !key.is_empty() && !elsewhere.contains(key));
        keys.extend(own.filter(|key| seen.insert(*key)));
        keys
    }

    pub(super) fn template_layer(&self) -> Option<&'a TemplateLayer> {
        self.layers.template.read()
    }

    pub(super) fn file(&self) -> Option<&'a FileLayer> {
        self.layers.file.read()
    }

    pub(super) fn compose_layer(&self) -> Option<&'a ComposeLayer> {
        self.layers.compose.read()
    }

    pub(super) fn template_key(&self, key: &str) -> Option<&'a TemplateKey> {
        self.template.get(key).copied()
    }

    /// Whether the template or the rules ask for a key.
    pub(super) fn is_required(&self, key: &str) -> bool {
        let marked = |layer: &TemplateLayer| self.template_key(key).is_some_and(|k| layer.template.is_required(k));
        self.rules.required.iter().any(|required| required == key) || self.template_layer().is_some_and(marked)
    }

    /// Whether the template, the secrets or compose know a key; another one may be a piece of a value.
    pub(super) fn is_named(&self, key: &str) -> bool {
        // What compose only hands on from the file is as little known as it is there.
        let in_compose = self.compose.get(key).is_some_and(|effective| effective.origin != Origin::EnvFile);
        let in_template = self.template.get(key).is_some_and(|key| !key.after_quote);
        in_template || self.secrets.contains_key(key) || in_compose
    }

    /// Whether a key stands nowhere but behind the closing quote of another value, and nobody else knows it: it may be
    /// the rest of that value.
    pub(super) fn is_stray(&self, key: &str) -> bool {
        let of_template = || self.template.get(key).is_some_and(|key| key.after_quote);
        let of_env_file = || self.compose.get(key).is_some_and(|effective| effective.after_quote);
        !self.is_named(key) && (self.strays.contains(key) || of_template() || of_env_file())
    }

    /// The file's entry that decides a key, and what it resolves to.
    pub(super) fn resolved(&self, key: &str) -> Option<(&'a Entry, &'a Resolved)> {
        let layer = self.file()?;
        let found = layer.values.get(key).filter(|found| !found.key.is_empty())?;
        layer.file.entries().get(found.entry).map(|entry| (entry, found))
    }

    /// A key in an environment of the container: under the configured name where that is there, for
    /// it is the one the application reads; else under its own, else under the one compose shows.
    fn in_container<T: Copy>(&self, environment: &HashMap<&'a str, T>, key: &'a str) -> Option<T> {
        self.names(key).find_map(|name| environment.get(name).copied())
    }

    /// The names a key may have in the container, the one that counts first.
    fn names(&self, key: &'a str) -> impl Iterator<Item = &'a str> {
        [self.aliases.get(key).copied(), Some(key), self.inferred.get(key).copied()].into_iter().flatten()
    }

    /// What compose decides for a key, an `env_file` included.
    pub(super) fn effective(&self, key: &'a str) -> Option<&'a Effective> {
        self.in_container(&self.compose, key)
    }

    /// Whether compose itself decides a key, not only by handing the file on.
    fn effective_of_compose(&self, key: &'a str) -> Option<&'a Effective> {
        let name = self.file().map(|layer| layer.name.as_str());
        self.effective(key).filter(|found| found.origin != Origin::EnvFile || Some(found.place.file.as_str()) != name)
    }

    /// Where the container and what the next recreate loads differ, under any name of the key.
    pub(super) fn drift(&self, key: &'a str) -> Option<Drift<'a>> {
        let drift = |name: &str| Drift {
            now: self.running.get(name).copied(),
            next: match self.compose.get(name) {
                Some(effective) => effective.value.as_ref().map(Secret::expose),
                None => self.image.get(name).copied(),
            },
        };
        self.names(key).map(drift).find(|drift| drift.now != drift.next)
    }

    /// The application's option for a key.
    pub(super) fn app_option(&self, key: &str) -> Option<(&'a AppLayer, &'a AppRules, &'a str)> {
        let (layer, rules) = (self.layers.app.read()?, self.rules.app.as_ref()?);
        rules.options.iter().find(|(_, of)| of == key).map(|(option, _)| (layer, rules, option.as_str()))
    }

    /// The line of the application's configuration that keeps a key of the environment from being used.
    pub(super) fn app_blocks(&self, key: &str) -> Option<Place> {
        let (layer, rules, option) = self.app_option(key)?;
        let line = match rules.shadowing {
            Shadowing::FileWins => layer.ini.get(&rules.section, option)?.line,
            Shadowing::OdooEntrypoint => ini::entrypoint_line(layer.bytes.expose(), option)?,
        };
        Some(Place { file: layer.name.clone(), line })
    }

    /// What every layer says of every key, in the order of the rows.
    pub(super) fn lines(&self) -> Vec<Line<'a>> {
        let line = |key| Line { key, values: Layer::ALL.map(|layer| self.value(layer, key)) };
        self.keys().into_iter().map(line).collect()
    }

    /// What a layer says of a key.
    pub(super) fn value(&self, layer: Layer, key: &'a str) -> Option<&'a [u8]> {
        match layer {
            Layer::Template => self.template_key(key).map(|found| found.default.expose()),
            Layer::File => self.resolved(key).map(|(_, found)| found.value.expose()),
            Layer::Secret => self.secrets.get(key).map(|found| found.value.expose()),
            Layer::Compose => self.effective_of_compose(key)?.value.as_ref().map(Secret::expose),
            Layer::App => {
                let (layer, rules, option) = self.app_option(key)?;
                layer.ini.get(&rules.section, option).map(|found| found.value.expose())
            }
            Layer::Running => self.in_container(&self.running, key),
        }
    }

    /// Where a layer says it.
    pub(super) fn place(&self, layer: Layer, key: &'a str) -> Option<Place> {
        let (file, line) = match layer {
            Layer::Template => (self.template_layer()?.name.as_str(), self.template_key(key)?.line),
            Layer::File => (self.file()?.name.as_str(), self.resolved(key)?.0.line),
            Layer::Secret => (self.secrets.get(key)?.source.as_str(), 0),
            Layer::Compose => {
                let found = self.effective_of_compose(key)?;
                (found.place.file.as_str(), found.place.line)
            }
            Layer::App => {
                let (layer, rules, option) = self.app_option(key)?;
                (layer.name.as_str(), layer.ini.get(&rules.section, option)?.line)
            }
            Layer::Running => {
                self.in_container(&self.running, key)?;
                (self.layers.running.read()?.container.as_str(), 0)
            }
        };
        Some(Place { file: file.to_owned(), line })
    }

    /// The secret that gives a key.
    pub(super) fn secret(&self, key: &str) -> Option<&'a SecretValue> {
        self.secrets.get(key).copied()
    }

    /// Why nothing is known of a layer.
    pub(super) fn why_unread(&self, layer: Layer) -> Option<&'a str> {
        match layer {
            Layer::Template => self.layers.template.why_unread(),
            Layer::File => self.layers.file.why_unread(),
            Layer::Secret => self.layers.secrets.why_unread(),
            Layer::Compose => self.layers.compose.why_unread(),
            Layer::App => self.layers.app.why_unread(),
            Layer::Running => self.layers.running.why_unread(),
        }
    }

    /// Whether the stack has no such layer.
    pub(super) fn is_not_configured(&self, layer: Layer) -> bool {
        match layer {
            Layer::Template => self.layers.template.is_not_configured(),
            Layer::File => self.layers.file.is_not_configured(),
            Layer::Secret => self.layers.secrets.is_not_configured(),
            Layer::Compose => self.layers.compose.is_not_configured(),
            Layer::App => self.layers.app.is_not_configured(),
            Layer::Running => self.layers.running.is_not_configured(),
        }
    }

    /// Entries of the file that set a key which a later one sets again.
    pub(super) fn overwritten(&self) -> HashMap<&'a str, usize> {
        let mut first = HashMap::new();
        let Some(layer) = self.file() else { return first };
        for (at, entry) in layer.file.entries().iter().enumerate().filter(|(_, e)| e.assign == Assign::Value) {
            if self.resolved(&entry.key).is_some_and(|(_, found)| found.entry != at) {
                first.entry(entry.key.as_str()).or_insert(entry.line);
            }
        }
        first
    }
}
