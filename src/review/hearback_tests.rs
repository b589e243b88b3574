//! What is heard, and what is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::review::event::EvidenceKind;
use jiff::tz::Offset;
use proptest::prelude::*;

fn evidence() -> EvidenceRef {
    EvidenceRef {
        kind: EvidenceKind::Row,
        id: "row-1".to_owned(),
        digest: "d".repeat(64),
        observed_at: Timestamp::UNIX_EPOCH,
        half_life_s: None,
    }
}

fn zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

fn said(datum: Datum, typed: &str, said: Said) -> Result<HeardBack, Misheard> {
    hear(datum, typed, &[(evidence(), said)], &zone())
}

fn differs(result: Result<HeardBack, Misheard>) -> Option<&'static str> {
    match result {
        Err(Misheard::Differs { how, .. }) => how,
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_evidence_nothing_is_heard_whatever_is_said() {
    for typed in ["", "INC-1", "anything"] {
        assert_eq!(hear(Datum::Incident, typed, &[], &zone()).unwrap_err(), Misheard::Nothing);
    }
}

#[test]
fn an_id_is_exact_and_a_miss_does_not_say_which() {
    let id = || Said::Id("INC-20260204-01".to_owned());
    assert_eq!(said(Datum::Incident, " INC-20260204-01 ", id()).unwrap().said, "INC-20260204-01");
    assert_eq!(differs(said(Datum::Incident, "inc-20260204-01", id())), Some("only small and capital letters differ"));
    assert_eq!(differs(said(Datum::Incident, "INC-20260204-02", id())), Some("some characters differ"));
    for wrong in ["INC-20260204-02", "INC-1", "x"] {
        let error = said(Datum::Incident, wrong, id()).unwrap_err().to_string();
        assert!(!error.contains("20260204"), "{error}");
    }
    assert_eq!(said(Datum::Incident, "  ", id()).unwrap_err(), Misheard::Empty);
}

#[test]
fn an_actor_is_a_name_with_or_without_its_prefix_in_any_case() {
    let actor = || Said::Word("telegram:Chen.Wei".to_owned());
    for typed in ["telegram:Chen.Wei", "chen.wei", "Chen Wei", "CHEN-WEI"] {
        assert!(said(Datum::Actor, typed, actor()).is_ok(), "{typed}");
    }
    for typed in ["chen", "wei", "telegram", "alice", ":"] {
        assert!(said(Datum::Actor, typed, actor()).is_err(), "{typed}");
    }
}

#[test]
fn of_several_evidences_any_may_agree_and_the_one_that_did_is_named() {
    let second = EvidenceRef { id: "row-2".to_owned(), ..evidence() };
    let against =
        [(evidence(), Said::Word("running".to_owned())), (second.clone(), Said::Word("unhealthy".to_owned()))];
    assert_eq!(hear(Datum::AfterState, "Unhealthy", &against, &zone()).unwrap().evidence, second);
}

#[test]
fn a_time_says_which_part_of_it_differs() {
    let at: Timestamp = "2026-02-04T01:29:31Z".parse().unwrap();
    let heard = |typed: &str| said(Datum::RestartTime, typed, Said::At(at));
    for typed in [
        "09:29",
        "9:29",
        "09:29:31",
        "01:29",
        "01:29Z",
        "1:29 UTC",
        "2026-02-04 09:29",
        "2026-02-04T01:29:31Z",
        "2026/02/04 09:29",
        "02-04 09:29",
        "09:29+08:00",
        "09:29 +0800",
        "2026-02-03T20:29-05:00",
    ] {
        assert!(heard(typed).is_ok(), "{typed}: {:?}", heard(typed));
    }
    for (typed, how) in [
        ("09:30", "the minute differs"),
        ("10:29", "the hour differs"),
        ("02-05 09:29", "the day differs"),
        ("10:31", "the hour and the minute differ"),
        ("09:29Z", "the hour differs"),
        ("2025-02-04 09:29", "the day differs"),
    ] {
        assert_eq!(differs(heard(typed)), Some(how), "{typed}");
    }
    for typed in ["now", "929", "9:2", "24:00", "09:60", "9", "2026-02-04", "09:29:99", "::", "1-2-3-4 09:29"] {
        assert_eq!(heard(typed).unwrap_err(), Misheard::NoTime, "{typed}");
    }
}

/// The forms in which a time is accepted; the last ones leave nothing open.
const FORMS: [(&str, bool); 9] = [
    ("%H:%M", false),
    ("%H:%M:%S", false),
    ("%m-%d %H:%M", false),
    ("%Y-%m-%d %H:%M", false),
    ("%Y/%m/%d %H:%M:%S", false),
    ("%H:%M%:z", false),
    ("%Y-%m-%d %H:%M%:z", true),
    ("%Y-%m-%dT%H:%M:%S%:z", true),
    ("%Y-%m-%d %H:%M:%S %z", true),
];

proptest! {
    #[test]
    fn a_time_in_any_accepted_form_is_heard(second in 0_i64..4_000_000_000, hours in -11_i8..=13, utc: bool) {
        let zone = TimeZone::fixed(Offset::constant(hours));
        let at = Timestamp::from_second(second).unwrap();
        let shown = at.to_zoned(if utc { TimeZone::UTC } else { zone.clone() });
        for (form, _) in FORMS {
            let typed = shown.strftime(form).to_string();
            let heard = hear(Datum::RestartTime, &typed, &[(evidence(), Said::At(at))], &zone);
            prop_assert!(heard.is_ok(), "{typed}: {heard:?}");
        }
    }

    #[test]
    fn any_other_minute_is_not(second in 0_i64..4_000_000_000, off in 1_i64..3_000_000, earlier: bool, hours in -11_i8..=13) {
        let zone = TimeZone::fixed(Offset::constant(hours));
        let at = Timestamp::from_second(second / 60 * 60).unwrap();
        let other = Timestamp::from_second(at.as_second() + if earlier { -60 * off } else { 60 * off }).unwrap();
        let face = |at: Timestamp, zone: &TimeZone, form: &str| at.to_zoned(zone.clone()).strftime(form).to_string();
        for (form, whole) in FORMS {
            let typed = face(other, &zone, form);
            // A clock without its day, or without its zone, may be the same on another face.
            let same = [&zone, &TimeZone::UTC].into_iter().any(|zone| face(at, zone, form) == typed);
            let heard = hear(Datum::RestartTime, &typed, &[(evidence(), Said::At(at))], &zone);
            prop_assert_eq!(heard.is_ok(), same && !whole, "{} {:?}", typed, heard);
        }
    }

    #[test]
    fn whatever_is_typed_nothing_breaks_and_only_the_id_is_the_id(typed in "\\PC{0,40}") {
        for zoned in [Said::At(Timestamp::UNIX_EPOCH), Said::Word("running".to_owned())] {
            let _ = said(Datum::RestartTime, &typed, zoned);
        }
        prop_assert_eq!(said(Datum::Incident, &typed, Said::Id("INC-7".to_owned())).is_ok(), typed.trim() == "INC-7");
    }
}
