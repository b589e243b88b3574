//! Asks systemd whether units run, whether any unit has failed, and whether timers will fire again.

mod look;
mod unit;
mod verdict;

#[cfg(test)]
mod tests;

use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// Asks systemd about units.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Systemd {
    /// Units that have to be active.
    #[serde(default, deserialize_with = "unit_names")]
    pub units: Vec<String>,
    /// Whether a failed unit, any of this host's, fails.
    #[serde(default = "yes")]
    pub failed: bool,
    /// More restarts than this fail while the last one is recent.
    #[serde(default = "default_max_restarts")]
    pub max_restarts: u64,
    /// How long a unit has to be active before its restarts no longer count, in seconds.
    #[serde(default = "default_stable")]
    pub stable_s: u64,
    /// Starting for longer than this fails, in seconds.
    #[serde(default = "default_max_activating")]
    pub max_activating_s: u64,
    /// Whether to ask the user's own systemd.
    #[serde(default)]
    pub user: bool,
    /// The program that asks.
    #[serde(default = "default_program")]
    pub program: String,
    /// Whether to ask for a unit that can't exist too.
    #[serde(default = "yes")]
    pub negative_control: bool,
}

fn yes() -> bool {
    true
}

fn default_max_restarts() -> u64 {
    3
}

fn default_stable() -> u64 {
    600
}

fn default_max_activating() -> u64 {
    300
}

fn default_program() -> String {
    "systemctl".to_owned()
}

/// Names without a pattern: systemctl would match one against what is loaded, and find nothing wrong.
fn unit_names<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::<String>::deserialize(from)?;
    let is_name = |name: &String| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ":_.\\@-".contains(c);
        !name.is_empty() && name.len() <= 255 && name.chars().all(is_plain)
    };
    if names.iter().all(is_name) {
        Ok(names)
    } else {
        Err(D::Error::custom("not a unit's name; use letters, digits and : _ . \\ @ -, no pattern"))
    }
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The units, in the order of the options.
    pub units: Vec<Unit>,
    /// Every unit of this host that has failed; `None` where that was not asked.
    pub failed: Option<Vec<String>>,
    /// What became of the unit that can't exist.
    pub control: Control,
}

/// A unit, as `systemctl show` tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its name as configured, safe to show.
    pub name: String,
    /// Whether its file was found and read: `loaded`, `not-found`, `masked`, `bad-setting`, `error`.
    pub load: String,
    /// `active`, `activating`, `failed`, `inactive` and the like.
    pub active: String,
    /// The finer state of its kind: `running`, `auto-restart`, `waiting`.
    pub sub: String,
    /// How it ended last: `success`, `exit-code`, `oom-kill`.
    pub result: String,
    /// How often systemd restarted it by itself.
    pub restarts: Option<u64>,
    /// Since when it is active.
    pub since: Option<Timestamp>,
    /// When its state changed last.
    pub changed: Option<Timestamp>,
    /// Whether its file was changed since it was read.
    pub is_outdated: bool,
    /// What only a timer has.
    pub timer: Option<Timer>,
}

/// A timer's times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Whether it will fire again.
    pub has_next: bool,
    /// When it fired last.
    pub last: Option<Timestamp>,
}

impl Kind for Systemd {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "systemd",
        asks: "Asks systemd, through `systemctl`, whether units run, whether any unit has failed, and whether timers \
               will fire again.",
        pass_means: "Each unit is there and active and did not restart again and again, each timer will fire again, \
                     and no unit of the host has failed.",
        blind_to: "What a unit does: a process that runs and hangs is active. Restarts from before the unit was last \
                   started by hand. Whether what a timer starts succeeds, unless it stays failed.",
        options: &[
            OptionDoc::new("units", "[]", "Units that have to be active; a name without an ending is a `.service`."),
            OptionDoc::new("failed", "true", "Whether a failed unit, any of this host's, fails."),
            OptionDoc::new("max_restarts", "3", "More restarts than this fail while the last one is recent."),
            OptionDoc::new(
                "stable_s",
                "600",
                "How long a unit has to be active before its restarts no longer count, in seconds.",
            ),
            OptionDoc::new("max_activating_s", "300", "Starting for longer than this fails, in seconds."),
            OptionDoc::new("user", "false", "Whether to ask the user's own systemd."),
            OptionDoc::new("program", "\"systemctl\"", "The program that asks; no shell reads its name."),
            OptionDoc::new(
                "negative_control",
                "true",
                "Also ask for a unit that can't exist, which must not be found.",
            ),
        ],
        reasons: &[
            ("not_found", "There is no such unit: its name is misspelt, or it is not installed."),
            ("masked", "The unit is masked: it can't be started."),
            ("bad_unit", "systemd could not read the unit's file."),
            ("unit_failed", "The unit has failed."),
            ("inactive", "The unit does not run."),
            ("flapping", "The unit was restarted again and again, and is not stable yet."),
            ("stuck_activating", "The unit has been starting, or stopping, for too long."),
            ("activating", "The unit is starting, or stopping."),
            ("bad_result", "The unit is active, and its last run did not succeed."),
            ("timer_dead", "The timer will not fire again."),
            ("never_triggered", "The timer has not fired yet."),
            ("failed_units", "A unit of this host has failed, though none that is named."),
            ("outdated", "The unit's file was changed since systemd read it."),
            ("no_systemd", "systemd can't be asked here: not installed, not the init, or no bus."),
            ("not_permitted", "This user may not ask systemd."),
            ("timeout", "systemctl did not end in time."),
            ("garbled", "What systemctl says makes no sense."),
        ],
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(10),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        let units = self.units.iter().map(|unit| line(unit)).collect::<Vec<_>>().join(", ");
        match (self.units.is_empty(), self.failed) {
            (true, _) => "no unit of this host has failed".to_owned(),
            (false, true) => format!("{units} run, and no unit of this host has failed"),
            (false, false) => format!("{units} run"),
        }
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(self, at, deadline).await
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}
