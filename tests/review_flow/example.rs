//! What the console offers on the bundled example, by its log alone.

use readback::config::parse_seed;
use readback::review::{Contract, Datum, Offer, offers};
use readback::timeline::Entry;

#[test]
fn the_bundled_example_answers_what_its_log_can_a_year_later() {
    let text = include_str!("../../examples/odoo18-prod/events.jsonl");
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
