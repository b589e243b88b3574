//! A secret's bytes as fields.

use super::FetchedSecret;
use crate::evidence::Unknown;
use crate::guard::{Secret, line};
use crate::probes::ProbeError;
use serde_json::Value;

/// A JSON object is a map of fields; anything else is the one field `value`, without the line break
/// that commands end with. Nothing at all is an error.
pub(in crate::probes) fn fetched(
    name: &str,
    version: Option<String>,
    bytes: &[u8],
) -> Result<FetchedSecret, ProbeError> {
    let shown = line(name);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ProbeError::new(Unknown::Garbled, format!("the secret {shown} is there, but empty")));
    }
    let fields = match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => {
            fields.into_iter().map(|(field, value)| (line(&field).into_owned(), secret(value))).collect()
        }
        _ => vec![("value".to_owned(), Secret::new(without_line_break(bytes)))],
    };
    Ok(FetchedSecret { name: shown.into_owned(), version, changed_at: None, fields })
}

/// A text as it is, anything else as its JSON.
fn secret(value: Value) -> Secret {
    match value {
        Value::String(text) => Secret::from(text),
        Value::Null => Secret::new(""),
        other => Secret::from(other.to_string()),
    }
}

fn without_line_break(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}
