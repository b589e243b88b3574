//! The runtime gate: a type with one value. An accepted readback opens nothing, and no code could say otherwise.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The flag of the runtime gate: always false, also as a count: always 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuntimeGate;

impl RuntimeGate {
    /// How many gates are open.
    pub const COUNT: u32 = 0;
}

impl Serialize for RuntimeGate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bool(false)
    }
}

impl<'de> Deserialize<'de> for RuntimeGate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if bool::deserialize(from)? {
            return Err(D::Error::custom("a runtime gate is never open here"));
        }
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_gate_is_closed_and_can_be_read_as_nothing_else() {
        assert_eq!(serde_json::to_value(RuntimeGate).ok(), Some(false.into()));
        assert_eq!(serde_json::from_str::<RuntimeGate>("false").ok(), Some(RuntimeGate));
        for open in ["true", "1", "null", "\"open\""] {
            assert!(serde_json::from_str::<RuntimeGate>(open).is_err(), "{open}");
        }
        assert_eq!(RuntimeGate::COUNT, 0);
    }
}
