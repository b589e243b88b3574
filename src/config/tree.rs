//! The sources as one tree of values, each of which knows its place. Layers are merged here.

use super::error::{Fault, What};
use super::{Origin, Origins};
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A place: a source, and a byte offset in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) source: usize,
    pub(super) start: usize,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    Whole(i64),
    Fraction(f64),
    Truth(bool),
    Date,
    List(Vec<Item>),
    Table(Table),
}

impl Node {
    /// The type's name, for messages.
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Whole(_) => "a whole number",
            Self::Fraction(_) => "a number",
            Self::Truth(_) => "true or false",
            Self::Date => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) at: At,
    pub(super) node: Node,
}

/// A key's place, and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key_at: At,
    pub(super) item: Item,
}

/// A table, with the name that messages call it by: `[env.rules]`, `[[probe]]`, nothing at the top.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) at: At,
    pub(super) entries: BTreeMap<String, Entry>,
}

impl Table {
    /// A table of this name with nothing in it.
    pub(super) fn empty(name: &str, at: At) -> Self {
        Self { name: name.to_owned(), at, entries: BTreeMap::new() }
    }

    /// The text of a key, where it is there and a text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &self.entries.get(key)?.item.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Takes the keys of `keys` out into a table of the same name.
    pub(super) fn split(&mut self, keys: &[&str]) -> Self {
        let mut taken = Self::empty(&self.name, self.at);
        for key in keys {
            if let Some(entry) = self.entries.remove(*key) {
                taken.entries.insert((*key).to_owned(), entry);
            }
        }
        taken
    }

    /// Puts an empty table there, if there is nothing, so that what is missing is the key in it.
    pub(super) fn ensure_table(&mut self, key: &str) {
        let at = self.at;
        self.entries.entry(key.to_owned()).or_insert_with(|| {
            let node = Node::Table(Self::empty(&format!("[{key}]"), at));
            Entry { key_at: at, item: Item { at, node } }
        });
    }

    /// Takes a list of tables (`[[probe]]`) out.
    pub(super) fn tables(&mut self, key: &str) -> Result<Vec<Self>, Fault> {
        let Some(entry) = self.entries.remove(key) else { return Ok(Vec::new()) };
        let wrong = |at, found: &Node| {
            let expected = format!("tables, each headed [[{key}]]");
            Fault::new(What::WrongType { expected, found: found.kind().to_owned() }).at(at).of_key(key).in_table("")
        };
        let Node::List(items) = entry.item.node else { return Err(wrong(entry.key_at, &entry.item.node)) };
        items
            .into_iter()
            .map(|item| match item.node {
                Node::Table(table) => Ok(table),
                other => Err(wrong(item.at, &other)),
            })
            .collect()
    }
}

/// Reads one source.
pub(super) fn parse(source: usize, text: &str) -> Result<Table, Fault> {
    let root = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        // The first line of the parser's own words; it names what it expected, never what it read.
        let said = error.message().lines().next().unwrap_or("not TOML").to_owned();
        Fault::new(What::Said(format!("not TOML: {said}"))).at(At { source, start })
    })?;
    let at = At { source, start: 0 };
    let root = table(source, "", String::new(), at, root.into_inner());
    for key in LISTS {
        unique_ids(&root, key)?;
    }
    Ok(root)
}

/// The lists whose elements have ids, by which layers are merged.
const LISTS: [&str; 2] = ["probe", "secret"];

fn table(source: usize, path: &str, name: String, at: At, from: DeTable<'_>) -> Table {
    let mut to = Table { name, at, entries: BTreeMap::new() };
    for (key, value) in from {
        let key_at = At { source, start: key.span().start };
        let key = key.into_inner().into_owned();
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let item = item(source, &path, &format!("[{path}]"), value);
        to.entries.insert(key, Entry { key_at, item });
    }
    to
}

fn item(source: usize, path: &str, name: &str, value: Spanned<DeValue<'_>>) -> Item {
    let at = At { source, start: value.span().start };
    let node = match value.into_inner() {
        DeValue::String(text) => Node::Text(text.into_owned()),
        DeValue::Integer(whole) => whole_number(&whole),
        DeValue::Float(fraction) => Node::Fraction(fraction.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(truth) => Node::Truth(truth),
        DeValue::Datetime(_) => Node::Date,
        DeValue::Array(list) => {
            Node::List(list.into_iter().map(|value| item(source, path, &format!("[[{path}]]"), value)).collect())
        }
        DeValue::Table(inner) => Node::Table(table(source, path, name.to_owned(), at, inner)),
    };
    Item { at, node }
}

/// A number too long for 64 bits is no whole number anyone can use; it reads as a fraction.
fn whole_number(number: &toml::de::DeInteger<'_>) -> Node {
    i64::from_str_radix(number.as_str(), number.radix()).map_or(Node::Fraction(f64::NAN), Node::Whole)
}

/// Refuses a second element with an id that is taken in the same source.
fn unique_ids(root: &Table, key: &str) -> Result<(), Fault> {
    let Some(Entry { item: Item { node: Node::List(items), .. }, .. }) = root.entries.get(key) else {
        return Ok(());
    };
    let mut seen = std::collections::BTreeSet::new();
    for item in items {
        let Node::Table(table) = &item.node else { continue };
        let (Some(id), Some(entry)) = (table.text("id"), table.entries.get("id")) else { continue };
        if !seen.insert(id) {
            let what = What::Said(format!("the id of an earlier [[{key}]]; ids are unique in a stack"));
            return Err(Fault::new(what).at(entry.item.at).of_key("id").in_table(&table.name));
        }
    }
    Ok(())
}

/// Lays a later source over an earlier one: tables are merged key by key, a probe or a secret with the
/// same id is replaced as a whole, any other value is replaced.
pub(super) fn merge(base: &mut Table, over: Table) {
    for (key, entry) in over.entries {
        match (base.entries.get_mut(&key).map(|entry| &mut entry.item.node), entry.item.node) {
            (Some(Node::Table(base)), Node::Table(over)) => {
                base.at = over.at;
                merge(base, over);
            }
            (Some(Node::List(base)), Node::List(over)) if over.iter().any(|item| id_of(item).is_some()) => {
                merge_by_id(base, over);
            }
            (_, node) => {
                let item = Item { at: entry.item.at, node };
                base.entries.insert(key, Entry { key_at: entry.key_at, item });
            }
        }
    }
}

fn merge_by_id(base: &mut Vec<Item>, over: Vec<Item>) {
    for item in over {
        let same = base.iter_mut().find(|old| id_of(old).is_some() && id_of(old) == id_of(&item));
        match same {
            Some(old) => *old = item,
            None => base.push(item),
        }
    }
}

fn id_of(item: &Item) -> Option<&str> {
    match &item.node {
        Node::Table(table) => table.text("id"),
        _ => None,
    }
}

/// The origin of every value in the merged tree.
pub(super) fn origins(root: &Table, sources: &[(Origin, String)]) -> Origins {
    let mut origins = Origins::default();
    note(root, "", sources, &mut origins);
    origins
}

fn note(table: &Table, path: &str, sources: &[(Origin, String)], origins: &mut Origins) {
    let origin = |at: At| sources.get(at.source).map_or(Origin::Default, |(origin, _)| origin.clone());
    for (key, entry) in &table.entries {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match &entry.item.node {
            Node::Table(inner) => note(inner, &path, sources, origins),
            Node::List(items) if items.iter().any(|item| id_of(item).is_some()) => {
                for item in items {
                    origins.note(format!("{path}.{}", id_of(item).unwrap_or("?")), origin(item.at));
                }
            }
            _ => origins.note(path, origin(entry.item.at)),
        }
    }
}
