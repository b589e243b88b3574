//! A thin view of YAML nodes: scalars as Compose sees them, mappings with their merges.

use super::number::{Plain, resolve};
use super::{ComposeError, Reason, Template};
use crate::env::At;
use crate::guard::Secret;
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

/// How far a line may be indented, or start with `-`: deeper nesting could exhaust the stack.
const MAX_INDENT: usize = 256;

/// A document, with what is needed to see how a scalar was written.
pub(super) struct Document<'a> {
    text: &'a str,
    /// The byte of each character; empty where bytes are characters.
    offsets: Vec<usize>,
    pub(super) root: MarkedYaml<'a>,
}

/// A key with its place and its value.
pub(super) type Pair<'n, 'a> = (String, At, &'n MarkedYaml<'a>);

impl<'a> Document<'a> {
    pub(super) fn load(text: &'a str) -> Result<Self, ComposeError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.split(['\n', '\r']).enumerate() {
            let lead = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'?' | b':')).count();
            if lead > MAX_INDENT {
                let at = At { line: at + 1, column: MAX_INDENT + 1 };
                return Err(ComposeError::at(at, Reason::TooDeep));
            }
        }
        // The parser's own message may carry a word of the file; its place does not.
        let wrong = |error: saphyr::ScanError| ComposeError::at(place_of(error.marker()), Reason::Yaml);
        let mut documents = MarkedYaml::load_from_str(text).map_err(wrong)?;
        let offsets = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        let none = || ComposeError::at(At::default(), Reason::Expected("a mapping with `services`"));
        Ok(Self { text, offsets, root: documents.drain(..).next().ok_or_else(none)? })
    }

    /// A scalar; `None` for a null.
    pub(super) fn scalar(&self, node: &MarkedYaml<'_>) -> Result<Option<Template>, ComposeError> {
        let at = at_of(node);
        let At { line, column } = at;
        let text = |text: &str, interpolated| {
            Ok(Some(Template { line, column, text: Secret::new(text.as_bytes()), interpolated }))
        };
        let raw = self.written(node);
        let quoted = |value: &str| raw != value || self.slice(node).contains("!!str ");
        match &node.data {
            YamlData::Tagged(_, inner) => self.scalar(inner),
            YamlData::Value(Scalar::String(value)) if quoted(value) => text(value, true),
            YamlData::Value(Scalar::Null) => Ok(None),
            YamlData::Value(value) => match (resolve(raw), value) {
                (Plain::Null, _) | (Plain::Text, Scalar::Null) => Ok(None),
                (Plain::Printed(number), _) => text(&number, false),
                (Plain::Date, _) => Err(ComposeError::at(at, Reason::Date)),
                (Plain::Text, Scalar::String(value)) => text(value, true),
                // An alias to a number: what is written is `*name`.
                (Plain::Text, Scalar::Integer(value)) => text(&value.to_string(), false),
                (Plain::Text, Scalar::FloatingPoint(value)) => text(&value.to_string(), false),
                (Plain::Text, Scalar::Boolean(value)) => text(&value.to_string(), false),
            },
            _ => Err(ComposeError::at(at, Reason::Expected("a text, a number or a boolean"))),
        }
    }

    /// The text of a node, with its anchor and tag.
    fn slice(&self, node: &MarkedYaml<'_>) -> &'a str {
        let end = self.text.len();
        let byte = |at: usize| if self.offsets.is_empty() { at } else { *self.offsets.get(at).unwrap_or(&end) };
        self.text.get(byte(node.span.start.index())..byte(node.span.end.index())).unwrap_or_default()
    }

    /// How a scalar is written, without its anchor and tag.
    fn written(&self, node: &MarkedYaml<'_>) -> &'a str {
        let mut raw = self.slice(node);
        while let Some((_, rest)) = raw.split_once(' ').filter(|(word, _)| word.starts_with(['&', '!'])) {
            raw = rest.trim_start();
        }
        raw
    }

    /// The pairs of a mapping, its `<<` merged in; a null has none.
    pub(super) fn pairs<'n>(&self, node: &'n MarkedYaml<'a>) -> Result<Vec<Pair<'n, 'a>>, ComposeError> {
        let mapping = match &node.data {
            YamlData::Mapping(mapping) => mapping,
            YamlData::Tagged(_, inner) => return self.pairs(inner),
            YamlData::Value(Scalar::Null) => return Ok(Vec::new()),
            _ => return Err(ComposeError::at(at_of(node), Reason::Expected("a mapping"))),
        };
        let mut merged = Vec::new();
        let mut out: Vec<Pair<'n, 'a>> = Vec::with_capacity(mapping.len());
        for (key, value) in mapping {
            let key_text = match &key.data {
                YamlData::Value(Scalar::String(text)) => text.as_ref(),
                _ => self.written(key),
            };
            if key_text == "<<" {
                match &value.data {
                    YamlData::Sequence(list) => merged.extend(list.iter()),
                    _ => merged.push(value),
                }
            } else {
                out.push((key_text.to_owned(), at_of(key), value));
            }
        }
        for other in merged {
            for pair in self.pairs(other)? {
                if !out.iter().any(|(key, ..)| *key == pair.0) {
                    out.push(pair);
                }
            }
        }
        Ok(out)
    }

    /// Every scalar of the document.
    pub(super) fn texts(&self, node: &MarkedYaml<'a>, out: &mut Vec<Template>) {
        match &node.data {
            YamlData::Sequence(list) => list.iter().for_each(|item| self.texts(item, out)),
            YamlData::Mapping(mapping) => mapping.values().for_each(|value| self.texts(value, out)),
            YamlData::Tagged(_, inner) => self.texts(inner, out),
            _ => out.extend(self.scalar(node).ok().flatten().filter(|text| text.interpolated)),
        }
    }
}

/// Where a node begins.
pub(super) fn at_of(node: &MarkedYaml<'_>) -> At {
    place_of(&node.span.start)
}

/// The parser counts columns from 0.
fn place_of(marker: &saphyr::Marker) -> At {
    At { line: marker.line(), column: marker.col() + 1 }
}
