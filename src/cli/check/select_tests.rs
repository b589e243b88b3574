//! What is asked, and what may be claimed of it.
#![allow(clippy::unwrap_used)]

use super::{NotAsked, SelectError, confine, select};
use crate::evidence::{Recovery, RecoveryState, WhyNot};
use crate::probes::{Options, ProbeSpec};

fn spec(id: &str, tags: &[&str], required: bool) -> ProbeSpec {
    let options = Options::parse("env-file", toml::Deserializer::parse("").unwrap()).unwrap().unwrap();
    let about = options.about();
    ProbeSpec {
        id: id.into(),
        every: about.every,
        timeout: about.timeout,
        half_life: about.half_life,
        required,
        needs: Vec::new(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        options,
    }
}

fn stack() -> [ProbeSpec; 4] {
    [
        spec("web", &["front"], true),
        spec("db", &["data"], true),
        spec("bucket", &["data", "slow"], false),
        spec("dns", &[], true),
    ]
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The ids that are asked, and those that are not.
fn split(only: &[&str], tags: &[&str]) -> Result<(String, String), SelectError> {
    let selection = select(&stack(), &words(only), &words(tags))?;
    let asked: Vec<&str> = selection.asked.iter().map(|spec| spec.id.0.as_str()).collect();
    let left: Vec<&str> = selection.not_asked.iter().map(|left| left.probe.0.as_str()).collect();
    Ok((asked.join(" "), left.join(" ")))
}

#[test]
fn ids_and_tags_add_up_and_the_order_is_that_of_the_configuration() {
    let is = |asked: &str, left: &str| Ok((asked.to_owned(), left.to_owned()));
    assert_eq!(split(&[], &[]), is("web db bucket dns", ""));
    assert_eq!(split(&["dns", "web"], &[]), is("web dns", "db bucket"));
    assert_eq!(split(&[], &["data"]), is("db bucket", "web dns"));
    assert_eq!(split(&["web", "web"], &["slow", "front"]), is("web bucket", "db dns"));
}

#[test]
fn what_is_not_there_is_an_error_that_lists_what_is() {
    let error = |only: &[&str], tags: &[&str]| split(only, tags).unwrap_err().to_string();
    assert_eq!(
        error(&["web", "wbe"], &[]),
        r#"there is no probe "wbe" in this stack; there are: web, db, bucket, dns"#
    );
    assert_eq!(error(&["web"], &["dta"]), r#"no probe of this stack has the tag "dta"; there are: data, front, slow"#);
    assert_eq!(error(&["a\x1b[2J\n"], &[]).lines().count(), 1);
    let none = select(&[], &words(&["web"]), &[]).unwrap_err().to_string();
    assert_eq!(none, r#"there is no probe "web" in this stack; there are: none"#);
}

fn left(probe: &str, required: bool) -> NotAsked {
    NotAsked { probe: probe.into(), required }
}

fn recovery(state: RecoveryState, ids: &[&str]) -> Recovery {
    let why = |id: &&str| WhyNot { id: (*id).to_owned(), probe: None, text: "why".to_owned() };
    Recovery { state, why_not: ids.iter().map(why).collect() }
}

#[test]
fn a_part_of_the_probes_never_proves_the_whole() {
    use RecoveryState::{ClearedUnverified, Degraded, Down, VerifiedRecovery};
    let not_asked = [left("db", true), left("bucket", false), left("dns", true)];
    for (state, ids, confined) in [
        (Down, &["evidence_fails"][..], Down),
        (Degraded, &["evidence_warns"], Degraded),
        (ClearedUnverified, &["evidence_stale"], ClearedUnverified),
        (VerifiedRecovery, &[], ClearedUnverified),
    ] {
        let after = confine(recovery(state, ids), &not_asked);
        assert_eq!(after.state, confined);
        assert_eq!(after.why_not.len(), ids.len() + 1);
        let last = after.why_not.last().unwrap();
        assert_eq!((last.id.as_str(), last.text.as_str()), ("not_asked", "not asked this time: db, bucket, dns"));
    }
}

#[test]
fn the_answer_stands_where_every_probe_was_asked_and_only_there() {
    let verified = recovery(RecoveryState::VerifiedRecovery, &[]);
    assert_eq!(confine(verified.clone(), &[]), verified);
    let optional = confine(verified, &[left("bucket", false)]);
    assert_eq!(optional.state, RecoveryState::ClearedUnverified);
}

#[test]
fn a_stack_whose_required_probes_were_left_out_is_not_said_to_have_none() {
    let before = recovery(RecoveryState::ClearedUnverified, &["nothing_required", "not_independent"]);
    let after = confine(before, &[left("db", true)]);
    let ids: Vec<&str> = after.why_not.iter().map(|why| why.id.as_str()).collect();
    assert_eq!(ids, ["not_independent", "not_asked"]);
}
