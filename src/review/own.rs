//! A check set of one's own: TOML of the built-in's shape, without what belongs to the plan. What it leaves out (words,
//! lanes, what must never be done) is the built-in's.

use super::contract::{ACTOR_FIELD, COUNTS_SAFE, RUNTIME_ZERO, SNAPSHOT_CURRENT};
use super::contract::{Check, CheckKind, Contract, ContractError, Fields, Rules, Words};
use super::lane::Lane;
use crate::guard::line;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What such a file may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnSet {
    fields: OwnFields,
    #[serde(default)]
    words: Option<Words>,
    #[serde(default)]
    rules: Rules,
    #[serde(rename = "check")]
    checks: Vec<Check>,
}

/// The fields of a set of one's own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnFields {
    required: Vec<String>,
    #[serde(default)]
    open: BTreeMap<String, Lane>,
}

impl Contract {
    /// Reads and checks a set of one's own. An error of shape says line and column, any other names the check, the field
    /// or the lane.
    pub fn parse_own(text: &str) -> Result<Self, ContractError> {
        let own: OwnSet = toml::from_str(text).map_err(|error| shape(&error, text))?;
        let mut set = Self::builtin();
        let OwnFields { required, open } = own.fields;
        set.fields = Fields { readback: required.clone(), required, open };
        set.words = own.words.unwrap_or(set.words);
        set.rules = own.rules;
        set.checks = own.checks;
        set.is_whole()?;
        set.sealed()
    }

    /// Whether the set has what the lanes rest on: without these nothing would see a payload in quarantine, a sign-off
    /// that does not count, or who acted.
    fn is_whole(&self) -> Result<(), ContractError> {
        let is_there = |id: &&str| self.checks.iter().any(|check| check.id == *id && check.kind == CheckKind::Auto);
        if let Some(id) = [SNAPSHOT_CURRENT, COUNTS_SAFE, RUNTIME_ZERO].into_iter().find(|id| !is_there(id)) {
            return Err(ContractError::NoCheck(id));
        }
        if !self.checks.iter().any(|check| check.kind == CheckKind::Guard) {
            return Err(ContractError::NoGuard);
        }
        if !self.is_editable(ACTOR_FIELD) {
            return Err(ContractError::NoActor);
        }
        match self.fields.required.iter().find(|field| self.is_runtime(field)) {
            Some(field) => Err(ContractError::RuntimeField(field.clone())),
            None => Ok(()),
        }
    }
}

/// An error of TOML in one line, with its place.
pub(super) fn shape(error: &toml::de::Error, text: &str) -> ContractError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let row = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    ContractError::Shape(format!("line {row}, column {column}: {}", line(error.message())))
}
