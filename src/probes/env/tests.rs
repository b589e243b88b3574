//! What the judge makes of a comparison: what is wrong beats what is not known, and that beats a warning.
#![allow(clippy::unwrap_used)]

use super::{Env, Seen};
use crate::env::Layer;
use crate::evidence::{Known, Unknown, Verdict};
use crate::probes::{Judgement, Kind};
use jiff::Timestamp;

fn good() -> Seen {
    Seen {
        keys: 3,
        errors: [].into(),
        warnings: [].into(),
        running: Known::Holds,
        secrets: Known::Holds,
        unread: Vec::new(),
        configured: Layer::ALL.to_vec(),
    }
}

fn judged(change: impl FnOnce(&mut Seen)) -> Judgement {
    let mut seen = good();
    change(&mut seen);
    toml::from_str::<Env>("").unwrap().judge(&seen, Timestamp::UNIX_EPOCH)
}

fn broken() -> Known {
    Known::Broken("DB_HOST".to_owned())
}

#[test]
fn each_thing_wrong_has_its_reason_and_the_worst_comes_first() {
    type Change = fn(&mut Seen);
    let unknown = Verdict::Unknown(Unknown::Unreachable);
    let cases: [(Change, Verdict, Option<&str>); 9] = [
        (|_| (), Verdict::Pass, None),
        (|seen| seen.errors = [("too_short".into(), 2)].into(), Verdict::Fail, Some("findings_error")),
        (
            |seen| (seen.errors, seen.running) = ([("missing_required".into(), 1)].into(), broken()),
            Verdict::Fail,
            Some("restart_not_safe"),
        ),
        (
            |seen| (seen.errors, seen.secrets) = ([("differs_from_secret".into(), 1)].into(), broken()),
            Verdict::Fail,
            Some("disk_differs_from_secrets"),
        ),
        (|seen| seen.unread = vec![(Layer::Secret, "denied".into())], unknown, Some("layer_unread")),
        (
            |seen| (seen.unread, seen.secrets) = (vec![(Layer::App, "gone".into())], broken()),
            Verdict::Fail,
            Some("disk_differs_from_secrets"),
        ),
        (
            |seen| (seen.running, seen.warnings) = (broken(), [("running_differs_from_disk".into(), 1)].into()),
            Verdict::Warn,
            Some("running_differs"),
        ),
        (|seen| seen.warnings = [("placeholder".into(), 1)].into(), Verdict::Warn, Some("findings_warn")),
        (|seen| seen.configured = vec![Layer::File], Verdict::Unknown(Unknown::NotConfigured), Some("one_layer")),
    ];
    for (change, verdict, reason) in cases {
        let judgement = judged(change);
        assert_eq!((judgement.verdict, judgement.reason), (verdict, reason), "{}", judgement.summary);
        assert_eq!(judgement.hint.is_none(), verdict == Verdict::Pass);
    }
}

#[test]
fn only_the_id_of_a_finding_can_be_ignored() {
    assert!(toml::from_str::<Env>("ignore = ['hardcoded_in_compose']").is_ok());
    assert!(toml::from_str::<Env>("ignore = ['hardcoded']").is_err());
}
