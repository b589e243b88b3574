//! The bundled example: what the console offers on its log alone, and what its texts give away.

use readback::config::parse_seed;
use readback::guard::{Secret, Watch};
use readback::review::{Contract, Datum, Offer, offers};
use readback::timeline::Entry;
use std::collections::BTreeMap;

#[test]
fn the_bundled_example_answers_what_its_log_can_a_year_later() {
    let text = include_str!("../../../examples/odoo18-prod/events.jsonl");
    let rows = parse_seed("events.jsonl", text).unwrap();
    let mut entries: Vec<Entry> = rows.into_iter().map(Entry::Operation).collect();
    entries.sort_by(Entry::newest_first);
    assert_eq!(entries.len(), 31);
    let contract = Contract::builtin();
    let year = "2027-02-04T01:31:00Z".parse().unwrap();
    let offered = |check: &str| -> Vec<Offer> {
        let fields = &contract.check(check).unwrap().fields;
        offers(fields, "INC-20260204-01", &[], &entries, |id| Some(format!("digest of {id}")), year)
    };
    let own = |offers: &[Offer]| offers.iter().take_while(|offer| !offer.title.starts_with("other")).count();
    for (check, least, first) in [
        ("incident_ref_present", 4, "ALERT_RECEIVED"),
        ("actor_not_anonymous", 7, "USER_ACTION telegram:700100002 reject"),
        ("boot_or_recovery_window_present", 2, "EXECUTION_COMPLETED"),
        ("monitoring_alert_ref_present", 4, "ALERT_RECEIVED"),
        ("operator_notification_present", 4, "TELEGRAM_SENT"),
        ("cross_project_sync_present", 4, "TELEGRAM_SENT"),
        ("restoration_evidence_present", 1, "RESOLVED"),
    ] {
        let offers = offered(check);
        assert!(offers.first().is_some_and(|offer| offer.title.starts_with(first)), "{check}: {offers:?}");
        assert_eq!(own(&offers), least, "{check}: {:?}", offers.iter().map(|one| &one.title).collect::<Vec<_>>());
        // What follows is of other incidents, and says so; nothing of two days before.
        assert!(offers[least..].iter().all(|offer| offer.title.starts_with("other incident INC-2026020")));
        assert!(offers.iter().all(|offer| !offer.title.contains("INC-20260202")), "{check}");
    }
    let says =
        |check: &str, datum| offered(check).iter().flat_map(|offer| offer.says.clone()).any(|(of, _)| of == datum);
    assert!(says("incident_ref_present", Datum::Incident) && says("actor_not_anonymous", Datum::Actor));
    assert!(says("boot_or_recovery_window_present", Datum::RestartTime));
}

#[test]
fn no_invented_secret_of_the_example_is_made_of_words_that_its_own_texts_use() {
    let secret = |value: &str| (value.len() >= 8).then(|| Secret::new(value));
    let of_env = |text: &str| -> Vec<Secret> {
        let sensitive = |key: &str| ["PASSWORD", "SECRET", "KEY", "TOKEN"].iter().any(|word| key.contains(word));
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs.filter(|(key, _)| sensitive(key)).filter_map(|(_, value)| secret(value)).collect()
    };
    let of_json = |text: &str| -> Vec<Secret> {
        let all: BTreeMap<String, String> = serde_json::from_str(text).unwrap();
        let names = ["password", "access_key", "secret_key"];
        names.iter().filter_map(|name| all.get(*name)).filter_map(|value| secret(value)).collect()
    };
    let known: Vec<Secret> = [
        of_env(include_str!("../../../examples/odoo18-prod/.env")),
        of_env(include_str!("../../../examples/odoo18-prod/.env.backup.20260120_093055")),
        of_json(include_str!("../../../examples/odoo18-prod/secrets/db-credentials.json")),
        of_json(include_str!("../../../examples/odoo18-prod/secrets/s3-credentials.json")),
    ]
    .concat();
    assert!(known.len() >= 8, "{}", known.len());
    let guard = Watch::knowing(&Secret::new("a key of this test"), &known);
    let labels = include_str!(
        "../../../examples/odoo18-prod/docs/security/host-service-change-evidence-acceptance.snapshot.json"
    );
    for text in labels.lines().chain(include_str!("../../../examples/odoo18-prod/README.md").lines()) {
        let caught: Vec<_> = guard.catch(text).into_iter().filter(|hit| hit.detector == "known_value").collect();
        assert!(caught.is_empty(), "{text}");
    }
}
