//! Entries to values: quotes and escapes off, variables in.

use super::{Assign, Entry, EnvError, EnvFile, Quote, Reason, escapes};
use crate::env::interpolate::{SubstituteError, Substituted, substitute};
use crate::guard::Secret;
use std::borrow::Cow;
use std::collections::HashMap;

/// The value of a key.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: Secret,
    /// The index of the entry that gave it, in the file that was read last.
    pub entry: usize,
    /// How many unset variables in it became nothing, silently.
    pub unset: usize,
}

/// The values of one file, or of several read one after the other; the last one wins.
#[derive(Clone, Debug, Default)]
pub struct Values {
    list: Vec<Resolved>,
    index: HashMap<String, usize>,
}

impl Values {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Resolved> {
        self.index.get(key).and_then(|at| self.list.get(*at))
    }

    /// In the order in which the keys first came.
    pub fn iter(&self) -> std::slice::Iter<'_, Resolved> {
        self.list.iter()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Gives a key a value that no entry of a file gives.
    pub(in crate::env) fn set(&mut self, key: &str, value: Secret) {
        self.put(Resolved { key: key.to_owned(), value, entry: usize::MAX, unset: 0 });
    }

    pub(super) fn put(&mut self, found: Resolved) {
        if let Some(at) = self.index.get(&found.key) {
            self.list[*at] = found;
        } else {
            self.index.insert(found.key.clone(), self.list.len());
            self.list.push(found);
        }
    }
}

impl<'a> IntoIterator for &'a Values {
    type Item = &'a Resolved;
    type IntoIter = std::slice::Iter<'a, Resolved>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl EnvFile {
    /// What Compose makes of the file. `process_env` goes before the keys of the file wherever a
    /// variable is looked up; it does not replace the file's own values.
    pub fn values<F>(&self, process_env: &F) -> Result<Values, EnvError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let mut values = Values::default();
        self.values_into(&mut values, process_env)?;
        Ok(values)
    }

    /// As [`EnvFile::values`], on top of what earlier files gave.
    pub fn values_into<F>(&self, values: &mut Values, process_env: &F) -> Result<(), EnvError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        for (at, entry) in self.entries.iter().enumerate() {
            let found = {
                let known = &*values;
                let lookup =
                    |name: &str| process_env(name).or_else(|| known.get(name).map(|v| v.value.expose().to_vec()));
                self.resolve(entry, &lookup)?
            };
            let Some(Substituted { bytes, unset }) = found else { continue };
            let key = if entry.assign == Assign::LostAtEnd { String::new() } else { entry.key.clone() };
            values.put(Resolved { key, value: Secret::new(bytes), entry: at, unset });
        }
        Ok(())
    }

    /// The value of one entry; `None` for an inherited key that is not set.
    fn resolve<F>(&self, entry: &Entry, lookup: &F) -> Result<Option<Substituted>, EnvError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let (name, raw) = (entry.key.as_bytes(), self.slice(entry.raw));
        let written = Written { name, assign: entry.assign, quote: entry.quote, raw };
        let found = value(written, lookup);
        let found = found.map(|found| found.map(|(bytes, unset)| Substituted { bytes: bytes.into_owned(), unset }));
        found.map_err(|reason| EnvError { line: entry.line, column: entry.column, reason: Reason::Value(reason) })
    }
}

/// A value as it is written, and what decides how it is read.
#[derive(Clone, Copy)]
pub(crate) struct Written<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) assign: Assign,
    pub(crate) quote: Quote,
    pub(crate) raw: &'a [u8],
}

impl Written<'_> {
    /// Whether its value may depend on another key's. An octal escape can be a dollar sign, too.
    pub(crate) fn may_look_up(&self) -> bool {
        match (self.assign, self.quote) {
            (Assign::Inherit, _) => true,
            (Assign::LostAtEnd, _) | (Assign::Value, Quote::Single) => false,
            (Assign::Value, Quote::Double) => memchr::memchr2(b'$', b'\\', self.raw).is_some(),
            (Assign::Value, Quote::None) => memchr::memchr(b'$', self.raw).is_some(),
        }
    }
}

/// What a value is, and how many unset variables in it became nothing.
pub(crate) type Found<'a> = (Cow<'a, [u8]>, usize);

/// What a value is; `None` for an inherited key that is not set. Most values are what is written, and are not copied.
pub(crate) fn value<'a, F>(written: Written<'a>, lookup: &F) -> Result<Option<Found<'a>>, SubstituteError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    let Written { name, assign, quote, raw } = written;
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    let is_plain = |text: &[u8]| memchr::memchr2(b'$', b'\\', text).is_none();
    let found = match (assign, quote) {
        (Assign::Inherit, _) => {
            let name = std::str::from_utf8(name).unwrap_or_default();
            return Ok(lookup(name).map(|bytes| (Cow::Owned(bytes), 0)));
        }
        (Assign::LostAtEnd, _) => return Ok(Some((Cow::Borrowed(raw), 0))),
        (Assign::Value, Quote::Single | Quote::Double) if is_plain(inner) => {
            return Ok(Some((Cow::Borrowed(inner), 0)));
        }
        (Assign::Value, Quote::Single) => return Ok(Some((Cow::Owned(escapes::single(inner)), 0))),
        (Assign::Value, Quote::None) if memchr::memchr(b'$', raw).is_none() => {
            return Ok(Some((Cow::Borrowed(raw), 0)));
        }
        (Assign::Value, Quote::Double) => substitute(&escapes::double(inner), lookup)?,
        (Assign::Value, Quote::None) => substitute(raw, lookup)?,
    };
    Ok(Some((Cow::Owned(found.bytes), found.unset)))
}
