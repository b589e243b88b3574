//! Rows as lines of JSON, with the columns of `alert_operation_log`.

use super::fields::{Fields, Refused};
use super::{Clean, claim};
use crate::guard::{self, Watch};
use crate::timeline::{EventType, NewOperation, stable_id};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// What a line may say.
const FIELDS: [&str; 12] = [
    "id",
    "incident_id",
    "approval_id",
    "audit_log_id",
    "auto_repair_id",
    "event_type",
    "actor",
    "action_detail",
    "success",
    "error_message",
    "context",
    "occurred_at",
];
/// The most characters of a text in a context, and of an error's message.
const LONG: usize = 16_000;
/// The most characters of a context: more would not be read back.
const CONTEXT: usize = 60_000;

/// Reads one line. Where it gives no id, one is made of what it says: the same line twice is one row. Nothing is cut:
/// what does not fit is refused; what the guard catches is withheld, and the context says where. An id is stored as it is
/// given or made: one in which the guard catches something is refused, and none is made of what is withheld.
pub fn line(text: &str, watch: &Watch, received: Timestamp) -> Result<NewOperation, Refused> {
    let value: Value = serde_json::from_str(text).map_err(|error| Refused(wrong(&error)))?;
    let Value::Object(object) = &value else { return Err(Refused("not a JSON object".to_owned())) };
    known(object)?;
    let fields = Fields(object);
    let kind = fields.required("event_type", 40)?;
    let event_type = EventType::from_name(&kind).ok_or_else(|| {
        let names: Vec<&str> = EventType::ALL.into_iter().map(EventType::name).collect();
        Refused(format!("event_type is none of {}", names.join(", ")))
    })?;
    let occurred = fields.time("occurred_at", None)?;
    let given = given(fields.text("id", 36)?, watch)?;
    let mut clean = Clean::new(watch);
    let mut text = |name: &str, most: usize| -> Result<Option<String>, Refused> {
        // A mask may be longer than what it stands for.
        Ok(fields.text(name, most)?.map(|text| clean.line(name, &text, most)))
    };
    let mut row = NewOperation {
        id: String::new(),
        incident_id: text("incident_id", 30)?,
        approval_id: text("approval_id", 36)?,
        audit_log_id: text("audit_log_id", 36)?,
        auto_repair_id: text("auto_repair_id", 36)?,
        event_type,
        actor: text("actor", 100)?,
        action_detail: text("action_detail", 200)?,
        success: fields.flag("success")?,
        error_message: text("error_message", LONG)?,
        context: Value::Null,
    };
    let empty = Map::new();
    let mut context = clean.object("context", fields.object("context")?.unwrap_or(&empty), LONG);
    let withheld = clean.say(&mut context);
    row.id = match given {
        Some(id) => id,
        None if withheld == 0 => stable_id(&["jsonl", &guard::digest_of(&value)]),
        // A digest over a secret is a way to it. What is left, and where something was, tells the lines apart well enough.
        None => stable_id(&["jsonl", &guard::digest_of(&(&row, &context, occurred))]),
    };
    if let Some(occurred) = occurred {
        claim(&mut context, occurred, received);
    }
    row.context = context.into();
    let count = row.context.to_string().chars().count();
    if count > CONTEXT {
        return Err(Refused(format!("context has {count} characters, {CONTEXT} fit")));
    }
    Ok(row)
}

/// The id that a line gives.
fn given(id: Option<String>, watch: &Watch) -> Result<Option<String>, Refused> {
    let id = id.map(|id| guard::line(&id).into_owned()).filter(|id| !id.is_empty());
    match id.as_ref().and_then(|id| watch.catch(id).into_iter().next()) {
        None => Ok(id),
        Some(hit) => Err(Refused(format!(
            "id holds what looks like a secret ({}, {} bytes from byte {} on); give another, or leave it out",
            hit.detector, hit.len, hit.offset
        ))),
    }
}

/// Whether every field is known: a column with a slip in its name would be lost silently.
fn known(object: &Map<String, Value>) -> Result<(), Refused> {
    match object.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) if name == "created_at" => {
            Err(Refused("created_at is the database's; write occurred_at for when it happened".to_owned()))
        }
        Some(name) => {
            let name: String = guard::line(name).chars().take(40).collect();
            Err(Refused(format!("unknown field {name:?}; known: {}", FIELDS.join(", "))))
        }
    }
}

/// serde's own words may repeat what stood there.
fn wrong(error: &serde_json::Error) -> String {
    format!("not JSON, from column {} on", error.column())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn read(value: &Value) -> Result<NewOperation, String> {
        line(&value.to_string(), &Watch::default(), at("2026-02-04T10:00:00Z")).map_err(|error| error.to_string())
    }

    #[test]
    fn the_same_line_is_the_same_row_and_another_is_another() {
        let told = json!({ "event_type": "USER_ACTION", "actor": "telegram:1", "context": { "button": "approve" } });
        assert_eq!(read(&told).unwrap(), read(&told).unwrap());
        let other = json!({ "event_type": "USER_ACTION", "actor": "telegram:2" });
        assert_ne!(read(&told).unwrap().id, read(&other).unwrap().id);
        assert_eq!(read(&json!({ "event_type": "RESOLVED", "id": "abc" })).unwrap().id, "abc");
    }

    #[test]
    fn no_id_holds_a_secret_nor_follows_from_one_and_the_same_line_is_the_same_row_all_the_same() {
        let secret = |word: &str| ["password=", "not-a-", "real-one-", word].concat();
        let told = |word: &str, at: &str| json!({ "event_type": "USER_ACTION", "action_detail": secret(word), "occurred_at": at });
        let (first, at) = (told("71c2", "2026-02-04T09:59:00Z"), "2026-02-04T09:59:00Z");
        let id = |value: &Value| read(value).unwrap().id;
        assert_eq!(id(&first), id(&first));
        // When it comes in does not count: it is late then, and still the same.
        let later = line(&first.to_string(), &Watch::default(), self::at("2026-02-05T10:00:00Z")).unwrap();
        assert_eq!(id(&first), later.id);
        assert_eq!(id(&first), id(&told("82d3", at)), "what is withheld is not told by the id");
        assert_ne!(id(&first), id(&told("71c2", "2026-02-04T09:58:00Z")));

        let error = read(&json!({ "event_type": "RESOLVED", "id": secret("71c2") })).unwrap_err();
        assert!(error.starts_with("id holds what looks like a secret (") && !error.contains("71c2"), "{error}");
        for id in
            ["0197f2a4-7a0c-7e3e-9d1b-3f5a6b7c8d9e", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "9f86d081884c7d659a2feaa0c55ad015"]
        {
            assert_eq!(read(&json!({ "event_type": "RESOLVED", "id": id })).unwrap().id, id);
        }
    }

    #[test]
    fn when_it_happened_is_a_claim_and_a_late_row_says_so() {
        let told = |when: &str| read(&json!({ "event_type": "RESOLVED", "occurred_at": when })).unwrap().context;
        let context = told("2026-02-03T18:00:00+08:00");
        assert_eq!((&context["occurred_at"], &context["late"]), (&json!("2026-02-03T10:00:00Z"), &json!(true)));
        assert_eq!(told("2026-02-04T09:59:00Z").get("late"), None);
    }

    #[test]
    fn what_does_not_fit_is_named_and_never_repeated() {
        let canary = "canary-71c2";
        for (told, said) in [
            (json!({ "event_type": canary }), "event_type is none of"),
            (json!({ "event_type": "RESOLVED", "actor": canary.repeat(20) }), "actor has 220 characters, 100 fit"),
            (json!({ "event_type": "RESOLVED", "success": canary }), "success is neither"),
            (json!({ "event_type": "RESOLVED", "context": canary }), "context is not an object"),
            (json!({ "event_type": "RESOLVED", "occurred_at": canary }), "occurred_at is not a time"),
            (json!({ "event_type": "RESOLVED", "created_at": canary }), "created_at is the database's"),
            (json!({ "event_type": "RESOLVED", "detial": canary }), "unknown field \"detial\""),
            (json!({ "actor": canary }), "event_type is missing"),
            (json!([canary]), "not a JSON object"),
        ] {
            let error = read(&told).unwrap_err();
            assert!(error.contains(said) && !error.contains(canary), "{error}");
        }
    }
}
