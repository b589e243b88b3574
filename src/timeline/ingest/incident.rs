//! Which incident an alert is of, where nobody has said it.

use super::Clean;
use crate::timeline::stable_id;
use jiff::Timestamp;

/// Characters of an incident reference.
const MOST: usize = 30;

/// The incident of a group of alerts that began at this moment: the same for everybody who is told of it.
pub(super) fn of_group(group: &str, first: Timestamp) -> String {
    let id = stable_id(&["incident", group, &first.to_string()]);
    format!("AM-{}-{}", first.strftime("%Y%m%d-%H%M%S"), &id[..8])
}

/// What a label says, as far as it fits: what is longer keeps its beginning and a mark of the whole.
pub(super) fn of_label(clean: &mut Clean<'_>, name: &str, value: &str) -> Option<String> {
    let text = clean.named(&format!("labels.{name}"), name, value.trim(), 200).replace('\n', " ");
    match text.chars().count() {
        0 => None,
        1..=MOST => Some(text),
        _ => {
            let start: String = text.chars().take(MOST - 9).collect();
            Some(format!("{start}-{}", &stable_id(&["incident", value])[..8]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Watch;

    #[test]
    fn a_group_has_one_incident_and_a_label_that_is_too_long_stays_its_own() {
        let at: Timestamp = "2026-01-02T03:04:05.678901234Z".parse().unwrap_or_default();
        let incident = of_group("{}:{alertname=\"ApiDown\"}", at);
        assert!(incident.starts_with("AM-20260102-030405-") && incident.len() <= MOST, "{incident}");
        assert_eq!(incident, of_group("{}:{alertname=\"ApiDown\"}", at));
        assert_ne!(incident, of_group("{}:{alertname=\"DbDown\"}", at));
        let watch = Watch::default();
        let label = |value: &str| of_label(&mut Clean::new(&watch), "incident", value);
        assert_eq!(label(" INC-7 ").as_deref(), Some("INC-7"));
        assert_eq!(label("  "), None);
        let (a, b) = (label(&format!("{}a", "資".repeat(40))), label(&format!("{}b", "資".repeat(40))));
        assert!(a.as_ref().is_some_and(|a| a.chars().count() == MOST) && a != b);
    }
}
