//! Where each key stands in two files: an index into their bytes, without a copy of them.

use super::{Change, Pair, Value};
use crate::env::dotenv::{Assign, EnvError, Item, Reason, Statements, Written, value};
use crate::env::systemd::{self, SystemdError};
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::borrow::Cow;
use std::hash::BuildHasher;
use zeroize::Zeroizing;

/// The least of a line that holds a key: the guess at how many there are, so that nothing grows while it is read.
const USUAL_LINE: usize = 24;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// The length of a value that had to be made: no piece of a file of less than 4 GiB is that long.
const MADE: u32 = u32::MAX;

/// A value: a piece of its file, or the index of one that had to be made. There is a slot for every key, so each byte
/// of it counts: line 0 says that this side has not got the key.
#[derive(Clone, Copy, Default)]
struct Found {
    start: u32,
    len: u32,
    line: u32,
}

impl Found {
    fn is_there(self) -> bool {
        self.line != 0
    }
}

/// A key: where its name stands in the first of the files that has it (or among what had to be made), and its value on
/// each side.
#[derive(Clone, Copy)]
struct Slot {
    name: (u32, u32),
    found: [Found; 2],
    change: Change,
    /// It stands nowhere but behind the closing quote of another value.
    is_stray: bool,
}

pub(super) struct Table<'a> {
    sources: [&'a [u8]; 2],
    slots: Vec<Slot>,
    /// The slots by name. Looks into what is larger than the processor's cache were a third of the whole, and two files
    /// mostly have the same keys in the same order: it is made when a name is first looked for.
    index: Option<HashTable<u32>>,
    hasher: DefaultHashBuilder,
    /// The hashes of the first file's names, until it is known whether one of them comes twice.
    hashes: Vec<u64>,
    /// The slot after the last one that was put.
    next: usize,
    /// Values with escapes or variables in them, and names that are no piece of a file.
    made: Vec<Zeroizing<Vec<u8>>>,
}

impl<'a> Table<'a> {
    pub(super) fn for_files(left: &'a [u8], right: &'a [u8]) -> Self {
        let keys = left.len().max(right.len()) / USUAL_LINE;
        Self {
            sources: [left, right],
            slots: Vec::with_capacity(keys),
            index: None,
            hasher: DefaultHashBuilder::default(),
            hashes: Vec::with_capacity(keys),
            next: 0,
            made: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The keys that changed as `is_asked` wants them. Of the others nothing is fetched.
    pub(super) fn pairs(&self, is_asked: impl Fn(Change) -> bool) -> impl Iterator<Item = Pair<'_>> {
        self.slots.iter().filter(move |slot| is_asked(slot.change)).map(|slot| Pair {
            // Every character of a key was looked at when it was read, so it is UTF-8.
            key: std::str::from_utf8(self.name(slot)).unwrap_or_default(),
            left: self.value(slot, Side::Left),
            right: self.value(slot, Side::Right),
            change: slot.change,
            is_stray: slot.is_stray,
        })
    }

    /// Reads one of the files; of a key that is set twice the last one counts.
    pub(super) fn read<F>(&mut self, side: Side, process_env: &F) -> Result<(), EnvError>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let source = self.sources[side as usize];
        let statements = Statements::of(source);
        if statements.is_too_large() {
            return Err(EnvError { line: 1, column: 1, reason: Reason::TooLarge });
        }
        for item in statements {
            let Item::Statement(statement) = item? else { continue };
            let raw = source.get(statement.raw.start as usize..statement.raw.end as usize).unwrap_or_default();
            let written = Written { name: statement.name, assign: statement.assign, quote: statement.quote, raw };
            if self.index.is_none() && written.may_look_up() {
                self.index_slots();
            }
            let found = {
                let known = &*self;
                let lookup = |name: &str| process_env(name).or_else(|| known.get(side, name).map(<[u8]>::to_vec));
                value(written, &lookup)
            };
            let error = |reason| {
                let column = statement.at.column(source);
                EnvError { line: statement.line, column, reason: Reason::Value(reason) }
            };
            let Some((bytes, _)) = found.map_err(error)? else { continue };
            let line = statement.line as u32;
            let found = match bytes {
                Cow::Borrowed(bytes) => Found { start: offset(source, bytes), len: bytes.len() as u32, line },
                Cow::Owned(bytes) => {
                    self.made.push(Zeroizing::new(bytes));
                    Found { start: self.made.len() as u32 - 1, len: MADE, line }
                }
            };
            // A key that is lost at the end of the file has no name, as Compose reads it.
            let name = if statement.assign == Assign::LostAtEnd { b"" } else { statement.name };
            let at = self.put(side, name, found);
            self.slots[at].is_stray &= statement.after_quote;
        }
        self.end_of_file();
        Ok(())
    }

    /// Reads one of the files as systemd does: of a name that is set twice the last one counts.
    pub(super) fn read_systemd(&mut self, side: Side) -> Result<(), SystemdError> {
        for variable in systemd::parse(self.sources[side as usize])?.variables {
            self.made.push(Zeroizing::new(variable.value.expose().to_vec()));
            let found = Found { start: self.made.len() as u32 - 1, len: MADE, line: variable.line as u32 };
            let at = self.put(side, variable.key.as_bytes(), found);
            self.slots[at].is_stray = false;
        }
        self.end_of_file();
        Ok(())
    }

    /// Sees to names that came twice while nobody looked for them.
    fn end_of_file(&mut self) {
        let mut hashes = std::mem::take(&mut self.hashes);
        if self.index.is_none() {
            hashes.sort_unstable();
            if hashes.array_windows().any(|[one, other]| one == other) {
                self.index_slots();
            }
        }
        self.next = 0;
    }

    /// Makes the index. Of a name that is there twice the first slot stays, with the last value.
    fn index_slots(&mut self) {
        let (sources, made, hasher) = (self.sources, &self.made, &self.hasher);
        let mut index = HashTable::with_capacity(self.slots.capacity());
        let mut kept = 0;
        for at in 0..self.slots.len() {
            let slot = self.slots[at];
            let slots = &mut self.slots;
            let name = name_of(sources, made, &slot);
            let is_this = |known: &u32| name_of(sources, made, &slots[*known as usize]) == name;
            let rehash = |known: &u32| hasher.hash_one(name_of(sources, made, &slots[*known as usize]));
            match index.entry(hasher.hash_one(name), is_this, rehash) {
                Entry::Occupied(known) => {
                    let first = &mut slots[*known.get() as usize];
                    first.found = slot.found;
                    first.is_stray &= slot.is_stray;
                }
                Entry::Vacant(vacant) => {
                    vacant.insert(kept as u32);
                    slots[kept] = slot;
                    kept += 1;
                }
            }
        }
        self.slots.truncate(kept);
        self.index = Some(index);
    }

    /// Takes a value in; returns its slot.
    fn put(&mut self, side: Side, name: &[u8], found: Found) -> usize {
        let at = match self.slots.get(self.next) {
            Some(slot) if self.name(slot) == name => self.next,
            _ => self.place_of(side, name, found),
        };
        self.slots[at].found[side as usize] = found;
        // Compared here, where both values have just been near: a later walk would fetch both files anew.
        self.slots[at].change = self.compared(&self.slots[at]);
        self.next = at + 1;
        at
    }

    fn compared(&self, slot: &Slot) -> Change {
        match (self.value(slot, Side::Left), self.value(slot, Side::Right)) {
            (Some(left), Some(right)) if left.bytes == right.bytes => Change::Same,
            (Some(_), Some(right)) if right.bytes.is_empty() => Change::Emptied,
            (Some(_), Some(_)) => Change::Changed,
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
        }
    }

    /// The slot of a key, made with this value where there is none yet.
    fn place_of(&mut self, side: Side, name: &[u8], value: Found) -> usize {
        let hash = self.hasher.hash_one(name);
        if self.index.is_none() && side == Side::Right {
            self.index_slots();
        }
        let (slots, sources, made, hasher) = (&self.slots, self.sources, &self.made, &self.hasher);
        let at = slots.len();
        if let Some(index) = &mut self.index {
            let is_this = |at: &u32| name_of(sources, made, &slots[*at as usize]) == name;
            let rehash = |at: &u32| hasher.hash_one(name_of(sources, made, &slots[*at as usize]));
            // One look finds the key or the place for it.
            match index.entry(hash, is_this, rehash) {
                Entry::Occupied(known) => return *known.get() as usize,
                Entry::Vacant(vacant) => vacant.insert(at as u32),
            };
        } else {
            self.hashes.push(hash);
        }
        let stands = self.stands(side, name);
        let mut found = [Found::default(); 2];
        found[side as usize] = value;
        self.slots.push(Slot { name: stands, found, change: Change::Same, is_stray: true });
        at
    }

    /// Where a name stands.
    fn stands(&mut self, side: Side, name: &[u8]) -> (u32, u32) {
        let source = self.sources[side as usize];
        if name.is_empty() || is_piece(source, name) {
            return (offset(source, name), name.len() as u32);
        }
        self.made.push(Zeroizing::new(name.to_vec()));
        (self.made.len() as u32 - 1, MADE)
    }

    /// A value that was read before; the index has to be there.
    fn get(&self, side: Side, key: &str) -> Option<&[u8]> {
        let hash = self.hasher.hash_one(key.as_bytes());
        let at = self.index.as_ref()?.find(hash, |at| self.name(&self.slots[*at as usize]) == key.as_bytes())?;
        self.value(&self.slots[*at as usize], side).map(|value| value.bytes)
    }

    fn name(&self, slot: &Slot) -> &[u8] {
        name_of(self.sources, &self.made, slot)
    }

    fn value(&self, slot: &Slot, side: Side) -> Option<Value<'_>> {
        let Found { start, len, line } = slot.found[side as usize];
        if line == 0 {
            return None;
        }
        let bytes = match len {
            MADE => self.made.get(start as usize).map(|made| made.as_slice()),
            _ => self.sources[side as usize].get(start as usize..(start + len) as usize),
        };
        Some(Value { bytes: bytes.unwrap_or_default(), line: line as usize })
    }
}

fn name_of<'s>(sources: [&'s [u8]; 2], made: &'s [Zeroizing<Vec<u8>>], slot: &Slot) -> &'s [u8] {
    let (start, len) = slot.name;
    if len == MADE {
        return made.get(start as usize).map(|made| made.as_slice()).unwrap_or_default();
    }
    let named_by = if slot.found[Side::Left as usize].is_there() { Side::Left } else { Side::Right };
    sources[named_by as usize].get(start as usize..(start + len) as usize).unwrap_or_default()
}

/// Whether a text is a piece of the source, and no copy of one.
fn is_piece(source: &[u8], text: &[u8]) -> bool {
    let at = (text.as_ptr() as usize).wrapping_sub(source.as_ptr() as usize);
    at <= source.len() && source.len() - at >= text.len()
}

/// Where a piece of the source starts; 0 for an empty one that is no piece of it.
fn offset(source: &[u8], piece: &[u8]) -> u32 {
    let start = (piece.as_ptr() as usize).wrapping_sub(source.as_ptr() as usize);
    if start <= source.len() { start as u32 } else { 0 }
}
