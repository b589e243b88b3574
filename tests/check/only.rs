//! `readback check --only` and `--tag` through the real program: a part is asked, and a part is claimed.

use crate::support::schema;
use crate::support::stack::Stack;
use serde_json::{Value, json};

/// The small stack with tags on two of its probes.
fn tagged() -> Stack {
    let stack = Stack::new();
    stack.change("readback.toml", "kind = \"tcp\"", "kind = \"tcp\"\ntags = [\"network\"]");
    stack.change("readback.toml", "kind = \"env-file\"", "kind = \"env-file\"\ntags = [\"disk\", \"quick\"]");
    stack
}

/// The exit code, and what is said where.
fn check(stack: &Stack, args: &[&str]) -> (Option<i32>, String, String) {
    let output = stack.run(&[&["check"], args].concat(), &[]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_not_there_is_one_line_that_lists_what_is() {
    let stack = tagged();
    for (args, said) in [
        (["--only", "prot"], "readback: there is no probe \"prot\" in this stack; there are: daemon, port, env-file\n"),
        (["--tag", "slow"], "readback: no probe of this stack has the tag \"slow\"; there are: disk, network, quick\n"),
    ] {
        let expected = (Some(3), String::new(), said.to_owned());
        assert_eq!(check(&stack, &args), expected);
        // Nagios shows stdout and nothing else.
        let (code, stdout, stderr) = check(&stack, &[&args[..], &["--format", "nagios"]].concat());
        assert_eq!((code, stdout), (Some(3), said.replace("readback: ", "UNKNOWN - ")));
        assert_eq!(stderr, said);
    }
}

#[test]
fn a_part_of_the_probes_is_asked_and_the_others_are_named() {
    let stack = tagged();
    let (code, text, _) = check(&stack, &["--only", "port", "--tag", "disk", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/schemas/check.json")).unwrap();
    assert_eq!(schema::faults(&schema, &report), [""; 0]);
    let asked: Vec<&Value> = report["evidence"].as_array().unwrap().iter().map(|seen| &seen["probe"]).collect();
    assert_eq!(asked, ["port", "env-file"]);
    assert_eq!(report["not_asked"], json!([{"probe": "daemon", "required": true}]));
    let reasons = report["recovery"]["why_not"].as_array().unwrap();
    assert_eq!(reasons.last().unwrap()["text"], "not asked this time: daemon");
    assert_eq!(code, Some(2), "the port is shut");
}

#[test]
fn a_part_that_is_well_is_not_a_stack_that_is_well() {
    let stack = tagged();
    stack.change(".env", "APP_NAME=small\n", "APP_NAME=small\nAPP_BUCKET=invented\n");
    let (code, text, _) = check(&stack, &["--tag", "quick", "--format", "nagios"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.starts_with("WARNING - small: CLEARED, UNVERIFIED, 1 of 1 probes pass; 2 of 3 probes not asked"),
        "{text}"
    );
}

#[test]
fn a_wait_that_is_none_is_refused() {
    let stack = tagged();
    for wrong in ["3s", "soon", "0s", "5"] {
        let (code, stdout, stderr) = check(&stack, &["--wait", wrong]);
        assert_eq!((code, stdout.as_str()), (Some(3), ""), "{wrong}");
        assert!(stderr.contains("--wait"), "{stderr}");
    }
}

#[test]
fn nagios_hears_of_a_stack_that_is_not_there() {
    let stack = tagged();
    std::fs::remove_file(stack.root().join("readback.toml")).unwrap();
    for args in [&["--format", "nagios"][..], &["--format", "nagios", "--stack", "elsewhere"]] {
        let (code, stdout, _) = check(&stack, args);
        assert_eq!(code, Some(3));
        assert!(stdout.starts_with("UNKNOWN - there is no ") && stdout.lines().count() == 1, "{stdout}");
    }
}
