//! Which rows are masked: by the name of the key, by the shape of a value, by where a value comes from, and because
//! a plain value holds a masked one.

use super::credential::looks_like_credential;
use super::facts::{Facts, Line};
use super::{Layer, Layers, Rules};
use hashbrown::HashSet;

/// A secret shorter than this is too likely to be found in a plain value by chance, in bytes.
const MIN_KNOWN: usize = 8;

/// Of a longer secret this much is looked for, in bytes: whoever holds that holds too much of it.
const MAX_KNOWN: usize = 64;

/// The keys whose values are masked.
pub(super) struct Masked<'a> {
    all: HashSet<&'a str>,
    /// Those that only their source makes sensitive: host names and the like.
    by_source: HashSet<&'a str>,
}

impl<'a> Masked<'a> {
    pub(super) fn new(facts: &Facts<'a>, lines: &[Line<'a>]) -> Self {
        let given = given(facts.layers, facts.rules);
        let (mut all, mut by_source) = (HashSet::new(), HashSet::new());
        let mut known = Vec::new();
        for line in lines {
            let is_secret = facts.rules.sensitivity.is_sensitive_name(line.key)
                || facts.is_stray(line.key)
                || line.values().any(looks_like_credential);
            if is_secret {
                known.extend(line.values());
            } else if given.contains(line.key) {
                by_source.insert(line.key);
                // What a template gives as the default is no secret, and stands in other values as well.
                let default = line.values[Layer::Template as usize];
                known.extend(line.values().filter(|value| Some(*value) != default));
            } else {
                continue;
            }
            all.insert(line.key);
        }
        let known = Known::new(known);
        let leaks = |line: &&Line<'a>| !all.contains(line.key) && line.values().any(|value| known.is_in(value));
        let leaking: Vec<&str> = lines.iter().filter(leaks).map(|line| line.key).collect();
        all.extend(leaking);
        Self { all, by_source }
    }

    /// Whether the values of a key are masked.
    pub(super) fn contains(&self, key: &str) -> bool {
        self.all.contains(key)
    }

    /// Whether they are masked for what they are, not only for where they come from.
    pub(super) fn is_credential(&self, key: &str) -> bool {
        self.contains(key) && !self.by_source.contains(key)
    }
}

/// Keys whose values a secret gives, whatever their names: those of a `[[secret]]`, of the secret manager, of the
/// `secrets:` of compose, and of a section of the template with a `# Secret:` mark. Not those that the configuration
/// calls plain in so many words.
pub(super) fn given<'a>(layers: &'a Layers, rules: &'a Rules) -> HashSet<&'a str> {
    let configured = rules.given.iter().map(String::as_str);
    let fetched = layers.secrets.read().into_iter().flatten().map(|secret| secret.key.as_str());
    let of_compose = layers.compose.read().into_iter().flat_map(|layer| &layer.secret_keys).map(String::as_str);
    let marked = layers.template.read().into_iter().flat_map(|layer| {
        let has_secret = |section: usize| layer.template.sections.get(section).is_some_and(|s| s.secret.is_some());
        layer.template.keys.iter().filter(move |key| has_secret(key.section)).map(|key| key.key.as_str())
    });
    let all = configured.chain(fetched).chain(of_compose).chain(marked);
    let mut given: HashSet<&str> = all.filter(|key| !rules.sensitivity.is_named_plain(key)).collect();
    let aliases = rules.aliases.iter().filter(|(key, _)| given.contains(key.as_str()));
    let names: Vec<&str> = aliases.map(|(_, name)| name.as_str()).collect();
    given.extend(names);
    given
}

/// Values to be found in others. One look at a place takes a binary search, however many values start alike.
struct Known<'a> {
    /// Sorted; none begins with another.
    values: Vec<&'a [u8]>,
    /// How they begin.
    starts: HashSet<[u8; MIN_KNOWN]>,
}

impl<'a> Known<'a> {
    fn new(values: Vec<&'a [u8]>) -> Self {
        let mut values: Vec<&[u8]> = values
            .into_iter()
            .filter(|value| value.len() >= MIN_KNOWN)
            .map(|value| &value[..value.len().min(MAX_KNOWN)])
            .collect();
        values.sort_unstable();
        // After sorting, those that begin with a value come right after it.
        values.dedup_by(|next, kept| next.starts_with(kept));
        let starts = values.iter().filter_map(|value| value.first_chunk().copied()).collect();
        Self { values, starts }
    }

    fn is_in(&self, value: &[u8]) -> bool {
        let begins = |at: usize| {
            let rest = &value[at..];
            let is_near = rest.first_chunk().is_some_and(|start| self.starts.contains(start));
            // The one that `rest` begins with, if there is one, is the last that is not after `rest`.
            is_near
                && self.values[..self.values.partition_point(|known| *known <= rest)]
                    .last()
                    .is_some_and(|known| rest.starts_with(known))
        };
        !self.values.is_empty() && (0..(value.len() + 1).saturating_sub(MIN_KNOWN)).any(begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_known_is_found_exactly_where_it_stands(
            known in proptest::collection::vec("[ab]{0,12}", 0..6), value in "[ab]{0,40}",
        ) {
            let found = Known::new(known.iter().map(String::as_bytes).collect()).is_in(value.as_bytes());
            let wanted = known.iter().any(|known| known.len() >= MIN_KNOWN && value.contains(known.as_str()));
            prop_assert_eq!(found, wanted);
        }
    }
}
