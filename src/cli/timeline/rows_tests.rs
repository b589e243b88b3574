//! Rows as text: nothing foreign acts, wherever it is read.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::timeline::{EventType, NewOperation, Operation};
use proptest::prelude::*;

fn entry(detail: &str) -> Entry {
    let row = NewOperation {
        incident_id: Some("INC-7".to_owned()),
        actor: Some("telegram:1".to_owned()),
        action_detail: Some(detail.to_owned()),
        success: Some(false),
        error_message: Some("exit status 1".to_owned()),
        context: serde_json::json!({"severity": "P0"}),
        ..NewOperation::new("op-1", EventType::UserAction)
    };
    let created_at = "2026-02-04T01:31:00Z".parse().unwrap();
    Entry::Operation(Operation { row, raw_type: None, created_at })
}

fn printed(detail: &str, format: RowFormat) -> String {
    row(&entry(detail), &Beside::default(), format, &TimeZone::UTC)
}

#[test]
fn a_row_reads_in_each_format() {
    assert_eq!(
        printed("approve", RowFormat::Human),
        "2026-02-04 01:31:00 +00:00  USER_ACTION            failed  INC-7            telegram:1        approve (exit status 1)\n"
    );
    let json: Value = serde_json::from_str(&printed("approve", RowFormat::Json)).unwrap();
    assert_eq!(
        (&json["type"], &json["success"], &json["context"]["severity"]),
        (&"USER_ACTION".into(), &false.into(), &"P0".into())
    );
    assert_eq!(
        printed("a, \"b\"", RowFormat::Csv),
        "2026-02-04T01:31:00Z,USER_ACTION,INC-7,telegram:1,false,\"a, \"\"b\"\"\",exit status 1,,op-1,\"{\"\"severity\"\":\"\"P0\"\"}\",,,,,,,\r\n"
    );
    assert_eq!(
        printed("a|b <img> *c*", RowFormat::Md),
        "| 2026-02-04 01:31:00 +00:00 | USER\\_ACTION | INC-7 | telegram:1 | failed | a\\|b &lt;img&gt; \\*c\\* (exit status 1) |\n"
    );
}

#[test]
fn a_spreadsheet_gets_no_formula() {
    for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1", "=HYPERLINK(\"http://x\",\"y\")"] {
        let text = printed(formula, RowFormat::Csv);
        let field = text.split("false,").nth(1).unwrap().trim_start_matches('"');
        assert!(field.starts_with('\''), "{formula:?}: {text}");
    }
    assert!(printed("1=1", RowFormat::Csv).contains(",1=1,"));
}

proptest! {
    #[test]
    fn a_row_is_one_line_without_teeth_and_json_keeps_the_value(detail in any::<String>()) {
        for format in [RowFormat::Human, RowFormat::Json, RowFormat::Csv, RowFormat::Md] {
            let text = printed(&detail, format);
            let inside = text.trim_end_matches("\r\n").trim_end_matches('\n');
            prop_assert!(line(inside) == inside, "{inside:?}");
        }
        let json: Value = serde_json::from_str(&printed(&detail, RowFormat::Json)).unwrap();
        prop_assert_eq!(json["detail"].as_str(), Some(detail.as_str()));
    }
}
