//! As much of JSON Schema (2020-12) as our own schemas use; any other keyword is refused, so that none is
//! written and not checked.

use serde_json::Value;

/// What in a value is not as the schema says: a place (`/evidence/0/verdict`) and why.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    Walk { root: schema, faults: &mut faults }.check(schema, value, "");
    faults
}

struct Walk<'a> {
    root: &'a Value,
    faults: &'a mut Vec<String>,
}

impl Walk<'_> {
    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        for (keyword, wanted) in schema.as_object().expect("a schema is an object") {
            let holds = match keyword.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" => true,
                "$ref" => {
                    let pointer = wanted.as_str().and_then(|to| to.strip_prefix('#')).expect("a local reference");
                    let target = self.root.pointer(pointer).expect("a definition");
                    self.check(target, value, at);
                    true
                }
                "type" => is_of_type(wanted, value),
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "oneOf" => {
                    let fits = |schema: &&Value| self.tried(schema, value).is_empty();
                    wanted.as_array().unwrap().iter().filter(fits).count() == 1
                }
                "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
                "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= size(wanted)),
                "minProperties" => value.as_object().is_none_or(|object| object.len() >= size(wanted)),
                "maxProperties" => value.as_object().is_none_or(|object| object.len() <= size(wanted)),
                "format" if wanted == "date-time" => {
                    value.as_str().is_none_or(|text| text.parse::<jiff::Timestamp>().is_ok())
                }
                "required" => {
                    let keys = wanted.as_array().unwrap().iter().map(|key| key.as_str().unwrap());
                    keys.filter(|key| value.is_object() && value.get(key).is_none()).count() == 0
                }
                "properties" => self.properties(wanted, value, at),
                "additionalProperties" if wanted == false => {
                    let known = |key: &String| schema["properties"].get(key).is_some();
                    value.as_object().is_none_or(|object| object.keys().all(known))
                }
                "items" => self.items(wanted, value, at),
                other => panic!("the keyword {other} of the schema is not checked"),
            };
            if !holds {
                self.faults.push(format!("{at}: {keyword} {wanted}, found {value}"));
            }
        }
    }

    fn tried(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        Walk { root: self.root, faults: &mut faults }.check(schema, value, "");
        faults
    }

    fn properties(&mut self, wanted: &Value, value: &Value, at: &str) -> bool {
        for (key, schema) in wanted.as_object().unwrap() {
            if let Some(value) = value.get(key) {
                self.check(schema, value, &format!("{at}/{key}"));
            }
        }
        true
    }

    fn items(&mut self, wanted: &Value, value: &Value, at: &str) -> bool {
        for (n, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(wanted, item, &format!("{at}/{n}"));
        }
        true
    }
}

fn size(wanted: &Value) -> usize {
    usize::try_from(wanted.as_u64().unwrap()).unwrap()
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the type {other} of the schema is not checked"),
    };
    match wanted {
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        name => is(name.as_str().unwrap()),
    }
}
