//! The filter language: what fits, what is wrong and where, and that it prints as it reads.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::timeline::{EventType, NewOperation, Operation, OwnEvent, OwnKind};
use jiff::tz::Offset;
use proptest::prelude::*;
use serde_json::json;

fn zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

fn parse(text: &str) -> Filter {
    Filter::parse(text, &zone()).unwrap_or_else(|error| unreachable!("{text}: {error}"))
}

fn wrong(text: &str) -> String {
    Filter::parse(text, &zone()).unwrap_err().to_string()
}

fn now() -> Timestamp {
    "2026-02-04T01:31:00Z".parse().unwrap()
}

fn row() -> Entry {
    let row = NewOperation {
        incident_id: Some("INC-7".to_owned()),
        actor: Some("telegram:100200".to_owned()),
        action_detail: Some("approve\nRestart 資料庫".to_owned()),
        success: Some(false),
        error_message: Some("exit status 1".to_owned()),
        context: json!({"alert_name": "OdooDown", "severity": "P0", "steps": [{"n": 42}], "none": null}),
        ..NewOperation::new("0198", EventType::UserAction)
    };
    let created_at = "2026-02-04T00:31:00.000001Z".parse().unwrap();
    Entry::Operation(Operation { row, raw_type: None, created_at })
}

fn own() -> Entry {
    Entry::Own(OwnEvent {
        id: "own".to_owned(),
        incident_id: None,
        kind: OwnKind::ProbeChanged,
        subject: "database".to_owned(),
        actor: None,
        summary: "pass to FAIL".to_owned(),
        success: None,
        context: json!({}),
        occurred_at: "2026-02-03T16:00:00Z".parse().unwrap(),
        recorded_at: None,
    })
}

#[test]
fn a_row_fits_what_it_has_and_what_it_has_not_is_empty() {
    for fits in [
        "",
        "  ",
        "type=USER_ACTION actor=~\"telegram:.*\" incident=INC-7 since=2h success=false \"exit STATUS\"",
        "type=user_action",
        "TYPE!=RESOLVED",
        "approval=\"\" approval!=x subject=\"\"",
        "actor!~\"telegram\"",
        "actor=~telegram:[0-9]+",
        "detail=~\"approve.*庫\"",
        "\"資料庫\"",
        "alert=OdooDown context.severity=P0 context.steps.0.n=42 context.none=\"\" context.severity.x=\"\"",
        "odoodown",
        "severity 42",
        "success!=true success!=none",
        "incident=INC-8 or incident=INC-7",
        "incident=INC-7 and ( success=true or success=false )",
        "until=1h or since=61m",
        "since=2026-02-04 until=\"2026-02-04 08:32\"",
        "since=2026-02-04T00:31:00.000001Z until=2026-02-04T08:31:00.000002+08:00",
        "incident = INC-7",
        "id=0198",
        "{actor=~\"telegram:.*\",incident=\"INC-7\"}",
        "{ actor=~telegram:[0-9]+, incident=INC-7, }",
        "{}",
        "incident=\"INC-7\", success=\"false\"",
        "telegram:100200",
        "\"not\" or \"exit\"",
    ] {
        assert!(parse(fits).matches(&row(), now()), "{fits}");
    }
    for misfit in [
        "incident=inc-7",
        "incident!=INC-7",
        "actor=~telegram",
        "type=~USER",
        "success=none",
        "since=59m",
        "until=2h",
        "until=2026-02-04T00:31:00.000001Z",
        "\"nowhere\"",
        "incident=INC-7 (success=true or type=RESOLVED)",
        "context.none=null",
    ] {
        assert!(!parse(misfit).matches(&row(), now()), "{misfit}");
    }
    assert!(parse("success=none subject=database incident=\"\" actor!=ann").matches(&own(), now()));
    assert!(parse("since=2026-02-04 until=2026-02-05").matches(&own(), now()), "a day is the operator's");
}

#[test]
fn an_error_points_at_the_place_and_says_what_was_expected_or_meant() {
    for (text, column, says) in [
        ("actr=ann", 1, "did you mean actor?"),
        ("資 colour=red", 3, "there are type, incident, actor"),
        ("type=USER_ACTOIN", 6, "did you mean USER_ACTION?"),
        ("actor", 6, "expected =, !=, =~ or !~ after actor"),
        ("actor==ann", 6, "did you mean =?"),
        ("not type=RESOLVED", 1, "!= or !~"),
        ("actor:ann", 6, "expected =, !=, =~ or !~ after actor; quotes make it a text"),
        ("x since>2h", 8, "expected =, !=, =~ or !~ after since"),
        ("duration>5s", 9, "expected =, !=, =~ or !~ after duration"),
        ("{actor=ann", 1, "never closed"),
        ("{actor=ann} x", 13, "nothing may stand behind"),
        ("{actor=ann)}", 11, "closes nothing"),
        ("actor~ann", 6, "expected =, !=, =~ or !~"),
        ("actor!ann", 6, "expected"),
        ("actor=", 7, "expected a value"),
        ("actor=~\"(\"", 8, "not a regular expression"),
        ("actor=~\"a)|(b\"", 8, "not a regular expression"),
        ("actor=~\"(a{1000}){1000}\"", 8, "not a regular expression"),
        ("actor=~(a|b)", 8, "in quotes"),
        ("actor=\"ann", 7, "never closed"),
        ("success=maybe", 9, "expected true, false or none"),
        ("success=~true", 8, "success takes = or !="),
        ("since!=2h", 6, "since takes ="),
        ("since=yesterday", 7, "expected how long ago"),
        ("since=99999999999h", 7, "expected how long ago"),
        ("(actor=ann", 1, "never closed"),
        ("actor=ann)", 10, "closes nothing"),
        ("actor=ann or", 13, "expected a field"),
        ("or actor=ann", 1, "expected a field"),
        ("actor=ann and", 14, "expected a field"),
        ("()", 2, "expected a field"),
        ("=ann", 1, "expected a field"),
        ("a\u{1b}b", 2, "a control character"),
        ("context.=x", 1, "unknown field"),
    ] {
        let error = wrong(text);
        assert!(error.starts_with(&format!("column {column}: ")) && error.contains(says), "{text}: {error}");
        assert!(!error.chars().any(char::is_control), "{error}");
    }
    assert!(wrong(&"(".repeat(40)).starts_with("column 17: "));
    assert!(wrong(&"x ".repeat(4_000)).contains("too long"));
    assert_eq!(parse("type=HANDED_OVER").to_string(), "type=HANDED_OVER", "another program's type may be asked for");
}

#[test]
fn the_canonical_text_is_the_shortest_that_says_the_same() {
    let whole = "type=USER_ACTION actor=~\"telegram:.*\" incident=INC-7 since=2h success=false \"free text\"";
    for (text, canonical) in [
        (whole, whole),
        ("word", "\"word\""),
        ("Actor = \"ann\"  and (id=1 id=2)", "actor=ann id=1 id=2"),
        ("(id=1 or (id=2 or id=3)) success!=TRUE", "(id=1 or id=2 or id=3) success!=true"),
        ("id=1 id=2 or id=3", "id=1 id=2 or id=3"),
        ("since=90m until=1h30m", "since=90m until=90m"),
        ("since=120m until=0s", "since=2h until=0s"),
        ("since=2026-02-04", "since=2026-02-03T16:00:00Z"),
        ("detail=~\"\\d+\\n\"", "detail=~\"\\\\d+\\n\""),
        ("detail=\"資 料\"", "detail=\"資 料\""),
    ] {
        assert_eq!(parse(text).to_string(), canonical);
    }
}

#[test]
fn a_store_is_asked_for_what_must_hold_and_for_nothing_under_an_or() {
    let pushed = parse("type=RESOLVED incident=A incident=B actor=ann success=true since=2h since=1h").pushed(now());
    assert_eq!(pushed.kind.as_deref(), Some("RESOLVED"));
    assert_eq!((pushed.incident.as_deref(), pushed.actor.as_deref()), (Some("A"), Some("ann")));
    assert_eq!((pushed.success, pushed.since), (Some(true), Some("2026-02-04T00:31:00Z".parse().unwrap())));
    for nothing in ["", "incident=A or actor=ann", "incident!=A", "incident=\"\"", "success=none", "actor=~ann", "x"] {
        assert_eq!(parse(nothing).pushed(now()), Pushed::default(), "{nothing}");
    }
}

#[test]
fn what_could_come_next_is_offered_at_the_cursor() {
    let entries = [row(), own()];
    let offers = |text: &str| {
        let cursor = text.chars().position(|c| c == '|').unwrap();
        let text = text.replace('|', "");
        let offers = complete(&text, cursor, &entries).into_iter();
        let put = |offer: Candidate| {
            let chars: Vec<char> = text.chars().collect();
            let (head, tail) = (&chars[..offer.replaces.start], &chars[offer.replaces.end..]);
            format!("{}{}{}", head.iter().collect::<String>(), offer.text, tail.iter().collect::<String>())
        };
        offers.map(put).collect::<Vec<_>>()
    };
    assert_eq!(offers("資 ac|"), ["資 actor="]);
    assert_eq!(offers("s|"), ["subject=", "success=", "since="]);
    assert_eq!(offers("actor|"), ["actor=", "actor!=", "actor!~", "actor=~"]);
    assert_eq!(offers("(actor=t| id=1)"), ["(actor=telegram:100200 id=1)"]);
    assert_eq!(offers("actor=\"TEL|"), ["actor=telegram:100200"]);
    assert_eq!(offers("type=us|"), ["type=USER_ACTION"]);
    assert_eq!(offers("success=|"), ["success=true", "success=false", "success=none"]);
    assert_eq!(offers("context.severity=|"), ["context.severity=P0"]);
    assert_eq!(offers("\"ac|"), Vec::<String>::new());
    assert_eq!(offers("|").len(), 14);
    assert_eq!(complete("x", 99, &entries), []);
}

/// A text of what filters are made of, most of them no filter.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "type",
        "actor",
        "success",
        "since",
        "incident",
        "=",
        "!=",
        "=~",
        "!~",
        "(",
        ")",
        " ",
        " or ",
        " and ",
        "\"",
        "\\",
        "2h",
        "true",
        "INC-7",
        "資",
        ".*",
        "[",
        "USER_ACTION",
        "context.a",
        "\n",
        "2026-02-04",
        "not",
        "{",
        "}",
        ",",
        ":",
        ">",
    ]);
    prop::collection::vec(scrap, 0..16).prop_map(|parts| parts.concat())
}

/// A filter that is well formed.
fn filters() -> impl Strategy<Value = String> {
    let value = "[ -~資\\n\\t]{0,8}".prop_map(|value| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{}\"", value.replace('\n', "\\n").replace('\t', "\\t"))
    });
    let field = prop::sample::select(vec!["incident", "actor", "detail", "context.a-b", "subject", "error", "id"]);
    let term = prop_oneof![
        (field, prop::sample::select(vec!["=", "!="]), value.clone()).prop_map(|(a, b, c)| format!("{a}{b}{c}")),
        prop::sample::select(vec![
            "actor=~\"a|b\"",
            "type!~\"\\\\w+\"",
            "success!=none",
            "since=1h5m",
            "until=0s",
            "w"
        ])
        .prop_map(str::to_owned),
        value,
    ];
    term.prop_recursive(4, 24, 4, |inner| {
        (prop::collection::vec(inner, 1..4), any::<bool>())
            .prop_map(|(parts, any)| format!("({})", parts.join(if any { " or " } else { " " })))
    })
}

proptest! {
    #[test]
    fn no_text_panics_and_what_reads_prints_as_it_reads(text in prop_oneof![scraps(), ".{0,40}", filters()]) {
        if let Ok(filter) = Filter::parse(&text, &zone()) {
            let printed = filter.to_string();
            prop_assert_eq!(&Filter::parse(&printed, &TimeZone::UTC), &Ok(filter));
            prop_assert_eq!(parse(&printed).to_string(), printed);
        }
        for cursor in 0..=text.chars().count() {
            complete(&text, cursor, &[row(), own()]);
        }
    }

    #[test]
    fn a_well_formed_filter_reads(text in filters()) {
        prop_assert!(Filter::parse(&text, &zone()).is_ok(), "{}", text);
    }
}
