//! A serde deserializer over the tree: what serde finds wrong comes out with its place and its key, and
//! without the value, which serde's own texts would repeat.

use super::error::{Fault, What};
use super::tree::{At, Entry, Item, Node, Table};
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::fmt::Display;

impl std::error::Error for Fault {}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a fault whose place is not known yet")
    }
}

impl Error for Fault {
    fn custom<T: Display>(text: T) -> Self {
        Self::new(What::Said(text.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(What::WrongType { expected: expected_words(&expected.to_string()), found: kind_of(&found) })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = match expected.to_string().as_str() {
            "u8" => "a whole number from 0 to 255".to_owned(),
            "u16" => "a whole number from 0 to 65535".to_owned(),
            other => expected_words(other),
        };
        Self::new(What::WrongType { expected, found: format!("{} that does not fit", kind_of(&found)) })
    }

    fn unknown_variant(variant: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(unknown_word(variant, allowed.iter().copied()))
    }

    fn unknown_field(key: &str, allowed: &'static [&'static str]) -> Self {
        let allowed = allowed.iter().map(|&word| word.to_owned()).collect();
        Self::new(What::UnknownKey { key: key.to_owned(), allowed })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(What::MissingKey { key: key.to_owned() })
    }
}

/// A word that is none of the allowed ones; the word itself is not kept.
pub(super) fn unknown_word<'a>(written: &str, allowed: impl Iterator<Item = &'a str>) -> What {
    let allowed: Vec<String> = allowed.map(str::to_owned).collect();
    let nearest = crate::words::nearest(written, allowed.iter().map(String::as_str)).map(str::to_owned);
    What::UnknownWord { allowed, nearest }
}

/// The type that was found, without what was found.
fn kind_of(found: &Unexpected<'_>) -> String {
    let kind = match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "a text",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a table",
        Unexpected::Other(other) => other,
        _ => "something else",
    };
    kind.to_owned()
}

/// What was expected, in the words of the file's author rather than Rust's.
fn expected_words(expected: &str) -> String {
    let words = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" | "a character" => "a text in quotes",
        "a sequence" => "a list",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other if other.contains("enum ") => "a text in quotes",
        other => other,
    };
    words.to_owned()
}

impl<'de> Deserializer<'de> for Item {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let at = self.at;
        match self.node {
            Node::Text(text) => visitor.visit_string(text),
            Node::Whole(number) => visitor.visit_i64(number),
            Node::Fraction(number) => visitor.visit_f64(number),
            Node::Truth(truth) => visitor.visit_bool(truth),
            Node::Date => Err(Fault::invalid_type(Unexpected::Other("a date"), &visitor)),
            Node::List(items) => visitor.visit_seq(Items(items.into_iter())),
            Node::Table(table) => table.deserialize_any(visitor),
        }
        .map_err(|fault| fault.at(at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let at = self.at;
        match self.node {
            Node::Text(text) => visitor.visit_enum(Word(text)).map_err(|fault| fault.at(at)),
            node => Item { at, node }.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> Deserializer<'de> for Table {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let (at, name) = (self.at, self.name.clone());
        let entries = Entries { name: self.name, left: self.entries.into_iter(), value: None };
        visitor.visit_map(entries).map_err(|fault| match fault.what {
            What::MissingKey { .. } => fault.at(at).in_table(&name),
            // Any other fault of the table as a whole is one of the key that it stands under.
            _ => fault.at(at),
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The entries of a table, one after the other.
struct Entries {
    name: String,
    left: std::collections::btree_map::IntoIter<String, Entry>,
    value: Option<(String, Item)>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, Entry { key_at, item })) = self.left.next() else { return Ok(None) };
        let found = seed.deserialize(text(key.clone())).map_err(|fault| fault.at(key_at).in_table(&self.name))?;
        self.value = Some((key, item));
        Ok(Some(found))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((key, item)) = self.value.take() else { return Err(Fault::custom("a value was asked for twice")) };
        let at: At = item.at;
        seed.deserialize(item).map_err(|fault| fault.at(at).of_key(&key).in_table(&self.name))
    }
}

/// The elements of a list.
struct Items(std::vec::IntoIter<Item>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.0.next() else { return Ok(None) };
        let at = item.at;
        seed.deserialize(item).map(Some).map_err(|fault| fault.at(at))
    }
}

/// A word that names a variant.
struct Word(String);

impl<'de> EnumAccess<'de> for Word {
    type Error = Fault;
    type Variant = Bare;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Bare), Fault> {
        seed.deserialize(text(self.0)).map(|variant| (variant, Bare))
    }
}

/// A variant that carries nothing; the only kind a word can name.
struct Bare;

impl<'de> VariantAccess<'de> for Bare {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Fault> {
        Err(Fault::custom("a word alone does not do here"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Fault> {
        Err(Fault::custom("a word alone does not do here"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Fault> {
        Err(Fault::custom("a word alone does not do here"))
    }
}

fn text(text: String) -> StringDeserializer<Fault> {
    text.into_deserializer()
}
