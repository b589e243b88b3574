//! The contract as data: its fields, checks, lanes and constants, and which lane a check asks for.
//! The built-in set is embedded; a set of one's own has the same shape and its own digest.

use super::hearback::Datum;
use super::lane::Lane;
use super::version::Version;
use crate::guard;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The embedded contract.
const BUILTIN: &str = include_str!("contract.toml");

/// The checks the console decides from its own records.
pub(super) const SNAPSHOT_CURRENT: &str = "source_change_evidence_current";
pub(super) const COUNTS_SAFE: &str = "counts_transition_safe";
pub(super) const RUNTIME_ZERO: &str = "runtime_stays_zero";
/// The check that says whether there was a restart at all.
pub(super) const RESTART_WINDOW: &str = "boot_or_recovery_window_present";
/// The field that names who acted.
pub const ACTOR_FIELD: &str = "actor_attribution_ref";

/// A check set with everything that belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Names of the plan.
    pub plan: PlanNames,
    /// The fields.
    pub fields: Fields,
    /// Words that say nothing.
    pub words: Words,
    /// What is asked of every review besides the checks.
    #[serde(default)]
    pub rules: Rules,
    /// The checks, in the order they are asked.
    #[serde(rename = "check")]
    pub checks: Vec<Check>,
    /// The lanes, in the contract's order (their precedence is [`Lane`]'s).
    #[serde(rename = "lane")]
    pub lanes: Vec<LaneMeaning>,
    /// What must never be done.
    pub never: Never,
    /// The constants of a new candidate.
    pub candidate: Constants,
    /// What a plan does not authorise; each stays as it is.
    pub boundaries: BTreeMap<String, bool>,
    /// The keys of a plan's summary.
    pub summary: SummaryKeys,
    #[serde(skip)]
    digest: String,
    #[serde(skip)]
    version: Version,
}

/// Names and constants of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanNames {
    /// `schema_version` of a plan.
    pub plan_version: String,
    /// `status` of a plan.
    pub plan_status: String,
    /// Stands before the surface id in a candidate's id.
    pub candidate_prefix: String,
    /// The lane of a new candidate.
    pub initial_lane: String,
    /// Stands in a field that is still to be filled.
    pub pending_value: String,
    /// `coverage_percent_after_readback_plan`.
    pub coverage_percent: u32,
    /// What a plan is made from.
    pub source_paths: Vec<String>,
}

/// The fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Every field of a readback record, in order.
    pub readback: Vec<String>,
    /// The ones a reviewer fills in, in order.
    pub required: Vec<String>,
    /// The lane a required field asks for while it is empty, where no check does.
    pub open: BTreeMap<String, Lane>,
}

/// Words that fill a field and say nothing, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// As good as empty.
    pub empty: Vec<String>,
    /// Names that name nobody.
    pub anonymous: Vec<String>,
    /// Take an attestation back.
    pub denial: Vec<String>,
}

/// What is asked of every review besides the checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Whether somebody else has to read it, too.
    pub second_reader: bool,
}

/// Who decides a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// The named fields are filled.
    Field,
    /// A reviewer decides; the named fields say why.
    Judgement,
    /// The redaction guard decides, and the reviewer attests.
    Guard,
    /// The console decides from its own records.
    Auto,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// Who decides it.
    pub kind: CheckKind,
    /// What is asked.
    pub instruction: String,
    /// The fields that answer it.
    pub fields: Vec<String>,
    /// The lane it asks for while it is open.
    pub open: Lane,
    /// The lane it asks for once it has failed.
    pub fail: Lane,
    /// Whether "does not apply, because" is an answer.
    #[serde(default)]
    pub not_applicable: bool,
    /// Which datum has to be read back before it passes; none where a key is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readback: Option<Datum>,
}

/// What a lane means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneMeaning {
    /// The lane.
    pub id: Lane,
    /// One sentence.
    pub meaning: String,
}

/// What must never be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Never {
    /// Actions there is no code path for.
    pub blocked_actions: Vec<String>,
}

/// The constants of a new candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constants {
    /// Keys that are null.
    pub nulls: Vec<String>,
    /// Keys that hold a text.
    pub texts: BTreeMap<String, String>,
    /// Keys that hold a flag.
    pub flags: BTreeMap<String, bool>,
}

/// The keys of a plan's summary, by how they are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryKeys {
    /// All, write-capable, live evidence required: in this order.
    pub counted_from_candidates: Vec<String>,
    /// The number of candidates.
    pub equal_to_candidate_count: Vec<String>,
    /// Fields, required fields, checks, lanes, blocked actions: in this order.
    pub counted_from_contract: Vec<String>,
    /// 0 in a plan.
    pub zero_at_start: Vec<String>,
}

/// Why a check set can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// It is no TOML of this shape.
    #[error("check set: {0}")]
    Shape(String),
    /// Two checks or lanes have one id.
    #[error("check set: `{0}` stands there twice; remove one")]
    Twice(String),
    /// A lane is missing.
    #[error("check set: lane `{0}` is missing; all ten have to be listed")]
    NoLane(&'static str),
    /// A check names a field that is not among the required ones.
    #[error("check set: check `{check}` asks for field `{field}`, which is not in fields.required")]
    NoField {
        /// The check.
        check: String,
        /// The field.
        field: String,
    },
    /// A required field would hold back nothing.
    #[error("check set: field `{0}` is required, but no check asks for it; add it to a check or to [fields.open]")]
    Idle(String),
    /// A check or a field can't ask for this lane.
    #[error(
        "check set: `{0}` asks for a lane that does not hold it back, or fails into a better lane than it opens in"
    )]
    BadLane(String),
    /// The console can't decide this one.
    #[error("check set: check `{0}` has kind auto, but the console has no rule for it")]
    NoRule(String),
    /// A set of one's own without a check that the console decides.
    #[error(
        "check set: check `{0}` (kind auto) is missing; every set has it, copy it from docs/how-to/own-checklist.md"
    )]
    NoCheck(&'static str),
    /// A set of one's own that no guard looks after.
    #[error("check set: no check has kind guard; without one nothing holds back a payload in quarantine")]
    NoGuard,
    /// A set of one's own that does not ask who acted.
    #[error("check set: fields.required lacks `actor_attribution_ref`; who acted may not sign, so it has to be asked")]
    NoActor,
    /// A field of the name of an action or an authorisation.
    #[error("check set: field `{0}` is the name of a runtime action or authorisation; no review writes it")]
    RuntimeField(String),
    /// Nothing would be checked.
    #[error("check set: it has no checks")]
    Empty,
}

impl Contract {
    /// The built-in contract. A test holds that it can be read; if it could not, the empty contract
    /// would stand in, under which nothing is ever ready.
    pub fn builtin() -> Self {
        Self::parse(BUILTIN).unwrap_or_default()
    }

    /// Reads and checks a check set.
    pub fn parse(text: &str) -> Result<Self, ContractError> {
        let contract: Self = toml::from_str(text).map_err(|error| super::own::shape(&error, text))?;
        contract.sealed()
    }

    /// The same with its digest, where it holds together.
    pub(super) fn sealed(self) -> Result<Self, ContractError> {
        self.validate()?;
        Ok(self.under(Version::default()))
    }

    /// The same set under a version of the rules, with the digest of both.
    pub(super) fn under(&self, version: Version) -> Self {
        let digest = guard::digest_of(&(version.name(), self));
        Self { digest, version, ..self.clone() }
    }

    /// Reads a check set that was written as JSON, as it stands in a bundle.
    pub fn from_json(json: serde_json::Value) -> Result<Self, ContractError> {
        let contract: Self = serde_json::from_value(json).map_err(|error| ContractError::Shape(error.to_string()))?;
        contract.sealed()
    }

    /// The policy: SHA-256 over the check set and the version of the rules, in hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The version of the rules that it is judged by.
    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// The check with this id.
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// What a lane means.
    pub fn meaning(&self, lane: Lane) -> &str {
        self.lanes.iter().find(|entry| entry.id == lane).map_or("", |entry| &entry.meaning)
    }

    /// Whether a reviewer may fill in this field.
    pub fn is_editable(&self, field: &str) -> bool {
        self.fields.required.iter().any(|name| name == field)
    }

    /// Whether a name is an action, an authorisation or a constant that no review may touch.
    pub fn is_runtime(&self, name: &str) -> bool {
        self.never.blocked_actions.iter().any(|action| action == name)
            || self.boundaries.contains_key(name)
            || self.candidate.flags.contains_key(name)
    }

    /// Whether a value says something: not blank, not pending, not a dash.
    pub fn says_something(&self, value: &str) -> bool {
        let value = value.trim();
        !value.is_empty()
            && value != self.plan.pending_value
            && value != self.plan.initial_lane
            && !contains_folded(&self.words.empty, value)
    }

    /// Whether a name names nobody: `root`, `user:admin`, `ubuntu@web-1`.
    pub fn is_anonymous(&self, name: &str) -> bool {
        let name = name.trim();
        let bare = name.rsplit_once(':').map_or(name, |(_, rest)| rest);
        let bare = bare.split_once('@').map_or(bare, |(user, _)| user);
        contains_folded(&self.words.anonymous, bare.trim()) || contains_folded(&self.words.anonymous, name)
    }

    /// Whether a value takes an attestation back.
    pub fn is_denial(&self, value: &str) -> bool {
        contains_folded(&self.words.denial, value.trim())
    }

    fn validate(&self) -> Result<(), ContractError> {
        if self.checks.is_empty() {
            return Err(ContractError::Empty);
        }
        let mut seen = BTreeSet::new();
        let ids = self.checks.iter().map(|check| check.id.as_str()).chain(self.lanes.iter().map(|lane| lane.id.id()));
        for id in ids {
            if !seen.insert(id) {
                return Err(ContractError::Twice(id.to_owned()));
            }
        }
        if let Some(lane) = Lane::ALL.into_iter().find(|lane| !seen.contains(lane.id())) {
            return Err(ContractError::NoLane(lane.id()));
        }
        self.checks.iter().try_for_each(|check| self.validate_check(check))?;
        if let Some((field, _)) = self.fields.open.iter().find(|(_, lane)| **lane >= Lane::Ready) {
            return Err(ContractError::BadLane(field.clone()));
        }
        let idle = self.fields.required.iter().find(|field| {
            !self.fields.open.contains_key(*field) && !self.checks.iter().any(|check| check.fields.contains(field))
        });
        idle.map_or(Ok(()), |field| Err(ContractError::Idle(field.clone())))
    }

    fn validate_check(&self, check: &Check) -> Result<(), ContractError> {
        if let Some(field) = check.fields.iter().find(|field| !self.is_editable(field)) {
            return Err(ContractError::NoField { check: check.id.clone(), field: field.clone() });
        }
        // The law that a worse answer never improves the lane rests on this order.
        if check.open >= Lane::Ready || check.fail > check.open {
            return Err(ContractError::BadLane(check.id.clone()));
        }
        let known = [SNAPSHOT_CURRENT, COUNTS_SAFE, RUNTIME_ZERO].contains(&check.id.as_str());
        if check.kind == CheckKind::Auto && !known {
            return Err(ContractError::NoRule(check.id.clone()));
        }
        Ok(())
    }
}

/// Whether a list of lower-case words holds this one.
fn contains_folded(words: &[String], word: &str) -> bool {
    let word = word.to_lowercase();
    words.contains(&word)
}
