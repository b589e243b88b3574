//! `[[timeline.expect]]`: tuned, turned off, added, and what is wrong with its place.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::config::{Origin, load};
use crate::timeline::expected::{Grammar, Need, Rule};
use jiff::SignedDuration;

const HEAD: &str = "[stack]\nname = \"shop\"\n";

fn grammar(text: &str) -> Result<Grammar, String> {
    let source = (Origin::Stack("readback.toml".into()), format!("{HEAD}{text}"));
    load(&[source]).map(|config| config.timeline.expect).map_err(|error| error.to_string())
}

fn rule<'a>(grammar: &'a Grammar, id: &str) -> Option<&'a Rule> {
    grammar.rules.iter().find(|rule| rule.id == id)
}

#[test]
fn without_a_word_the_built_in_rules_stand() {
    assert_eq!(grammar("").unwrap(), Grammar::builtin());
    assert_eq!(grammar("[timeline]\n").unwrap(), Grammar::builtin());
    let ids: Vec<_> = Grammar::builtin().rules.into_iter().map(|rule| rule.id).collect();
    assert_eq!(ids, ["alert-told", "execution-ends", "result-told", "auto-repair-approved"]);
}

#[test]
fn a_built_in_rule_is_tuned_or_turned_off_and_another_is_added() {
    let text = "[[timeline.expect]]\nid = \"alert-told\"\nwithin = \"2m\"\nafter_where = 'context.severity=P0'\n\
                [[timeline.expect]]\nid = \"auto-repair-approved\"\nenabled = false\n\
                [[timeline.expect]]\nid = \"answered\"\nafter = \"ESCALATED\"\nexpect = \"USER_ACTION\"\nwithin = \"10m\"\n\
                [[timeline.expect]]\nid = \"named\"\nafter = \"USER_ACTION\"\nneeds = \"actor\"\n";
    let tuned = grammar(text).unwrap();
    assert!(rule(&tuned, "auto-repair-approved").is_none());
    let told = rule(&tuned, "alert-told").unwrap();
    assert_eq!((told.after.as_str(), told.after_where.to_string().as_str()), ("ALERT_RECEIVED", "context.severity=P0"));
    let Need::Row { kind, filter, within } = &told.need else { panic!("{told:?}") };
    assert_eq!((kind.as_str(), filter.to_string().as_str()), ("TELEGRAM_SENT", "success!=false"));
    assert_eq!(*within, SignedDuration::from_mins(2));
    assert!(rule(&tuned, "answered").is_some());
    assert!(matches!(&rule(&tuned, "named").unwrap().need, Need::Field { name, .. } if name == "actor"));
    assert_eq!(tuned.rules.len(), 5);
}

#[test]
fn what_is_wrong_is_pointed_at_and_not_repeated() {
    let one = |keys: &str| grammar(&format!("[[timeline.expect]]\nid = \"x\"\n{keys}")).unwrap_err();
    for (keys, place, said) in [
        ("after = \"ALERT_RECIEVED\"\n", "readback.toml:5:9", "did you mean \"ALERT_RECEIVED\"?"),
        ("after = \"ESCALATED\"\nexpect = \"canary\"\n", "readback.toml:6:10", "not a type of rows"),
        ("after = \"ESCALATED\"\nafter_where = 'actr=canary'\n", "readback.toml:6:15", "from its column 1 on"),
        ("after = \"ESCALATED\"\nneeds = \"canary\"\n", "readback.toml:6:9", "not a field of rows"),
        (
            "after = \"ESCALATED\"\nexpect = \"USER_ACTION\"\nwithin = \"soon\"\n",
            "readback.toml:7:10",
            "not a duration",
        ),
        ("after = \"ESCALATED\"\nexpect = \"USER_ACTION\"\n", "readback.toml:3:", "no \"within\""),
        ("after = \"ESCALATED\"\n", "readback.toml:3:", "neither \"expect\" nor \"needs\""),
        ("needs = \"actor\"\n", "readback.toml:3:", "no \"after\""),
        ("after = \"ESCALATED\"\nneeds = \"actor\"\nwithin = \"1m\"\n", "readback.toml:3:", "write two"),
        ("id2 = 1\n", "readback.toml:5:1", "unknown key"),
    ] {
        let error = one(keys);
        assert!(error.starts_with(place) && error.contains(said), "{keys}: {error}");
        assert!(!error.contains("canary"), "{error}");
    }
    let twice = "[[timeline.expect]]\nid = \"alert-told\"\nenabled = false\n".repeat(2);
    assert!(grammar(&twice).unwrap_err().contains("stands twice"));
}
