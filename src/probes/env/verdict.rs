//! Judges a comparison of layers. What was seen to be wrong counts even where a layer could not be read; that
//! nothing is wrong counts only where all were.

use super::Seen;
use crate::env::Layer;
use crate::evidence::{Fact, Known, Quantity, Unknown, Verdict};
use crate::probes::Judgement;
use std::collections::BTreeMap;

/// The finding that says what `disk_differs_from_secrets` says.
const DIFFERS: &str = "differs_from_secret";
/// The finding that says what `running_differs` says.
const DRIFTS: &str = "running_differs_from_disk";

pub(super) fn judge(seen: &Seen) -> Judgement {
    let (verdict, reason, summary) = weigh(seen);
    let judgement = Judgement::new(verdict, summary).facts(facts(seen));
    match reason {
        "" => judgement,
        "layer_unread" | "one_layer" => judgement.reason(reason).hint("readback check; [env] of readback.toml"),
        _ => judgement.reason(reason).hint("readback, the env pane; each finding there says what to do"),
    }
}

fn weigh(seen: &Seen) -> (Verdict, &'static str, String) {
    let others: BTreeMap<&str, u64> =
        seen.errors.iter().filter(|(id, _)| *id != DIFFERS).map(|(id, count)| (id.as_str(), *count)).collect();
    let drift = broken(&seen.running);
    if !others.is_empty() {
        let list = list(&others);
        return match drift {
            // What runs has not loaded it yet.
            Some(keys) => {
                let summary = format!("the next recreate loads what is wrong: {list}; it changes {keys}");
                (Verdict::Fail, "restart_not_safe", summary)
            }
            None => (Verdict::Fail, "findings_error", format!("errors: {list}")),
        };
    }
    if let Some(keys) = broken(&seen.secrets) {
        let summary = format!("the file is not what the secrets say: {keys}");
        return (Verdict::Fail, "disk_differs_from_secrets", summary);
    }
    if let Some((layer, why)) = seen.unread.first() {
        let summary = format!("{} was not read: {why}", layer.word());
        return (Verdict::Unknown(Unknown::Unreachable), "layer_unread", summary);
    }
    if seen.configured.len() < 2 {
        let summary = "only the file is configured: there is nothing to compare it with".to_owned();
        return (Verdict::Unknown(Unknown::NotConfigured), "one_layer", summary);
    }
    if let Some(keys) = drift {
        let summary = format!("what runs is not what the next recreate loads: {keys}");
        return (Verdict::Warn, "running_differs", summary);
    }
    let warnings: BTreeMap<&str, u64> =
        seen.warnings.iter().filter(|(id, _)| *id != DRIFTS).map(|(id, count)| (id.as_str(), *count)).collect();
    if !warnings.is_empty() {
        return (Verdict::Warn, "findings_warn", format!("warnings: {}", list(&warnings)));
    }
    let layers = seen.configured.iter().map(|layer| layer.word()).collect::<Vec<_>>().join(", ");
    (Verdict::Pass, "", format!("{} keys agree over {layers}", seen.keys))
}

fn broken(known: &Known) -> Option<&str> {
    match known {
        Known::Broken(keys) => Some(keys),
        Known::Holds | Known::NotCompared | Known::Unknown(_) => None,
    }
}

/// `missing_required (2), dollar_eaten`.
fn list(ids: &BTreeMap<&str, u64>) -> String {
    let one = |(id, count): (&&str, &u64)| if *count == 1 { (*id).to_owned() } else { format!("{id} ({count})") };
    ids.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn facts(seen: &Seen) -> Vec<Fact> {
    let sum = |ids: &BTreeMap<String, u64>| Quantity::Count(ids.values().sum());
    let mut facts = vec![
        Fact::new("keys", Quantity::Count(seen.keys)),
        Fact::new("errors", sum(&seen.errors)),
        Fact::new("warnings", sum(&seen.warnings)),
        Fact::text("running equals disk", word(&seen.running)),
        Fact::text("disk equals secrets", word(&seen.secrets)),
    ];
    let left: Vec<&str> =
        Layer::ALL.iter().filter(|layer| !seen.configured.contains(layer)).map(|layer| layer.word()).collect();
    if !left.is_empty() {
        facts.push(Fact::text("not configured", left.join(", ")));
    }
    facts
}

fn word(known: &Known) -> &'static str {
    match known {
        Known::Holds => "yes",
        Known::Broken(_) => "no",
        Known::NotCompared => "not compared",
        Known::Unknown(_) => "not known",
    }
}
