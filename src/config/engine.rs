//! `[engine]`: how many probes look at once.

use crate::probes::Limits;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// More than any machine should be asked to do at once.
const MOST: usize = 1_024;

/// `[engine]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Engine {
    #[serde(deserialize_with = "count")]
    at_once: usize,
    #[serde(deserialize_with = "count")]
    per_kind: usize,
}

impl Default for Engine {
    fn default() -> Self {
        let Limits { at_once, per_kind } = Limits::default();
        Self { at_once, per_kind }
    }
}

impl From<Engine> for Limits {
    fn from(Engine { at_once, per_kind }: Engine) -> Self {
        Self { at_once, per_kind }
    }
}

fn count<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let count = usize::deserialize(from)?;
    if (1..=MOST).contains(&count) { Ok(count) } else { Err(D::Error::custom(format!("not from 1 to {MOST}"))) }
}
