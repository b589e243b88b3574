//! Plans and the files that are made of them: what changes, what stays, what is refused.

use super::*;
use crate::env::dotenv;
use proptest::prelude::*;

fn fingerprinter() -> Fingerprinter {
    Fingerprinter::new(&Secret::new("key of a test"))
}

fn secret(key: &str, value: &str) -> SecretValue {
    SecretValue {
        key: key.to_owned(),
        value: Secret::new(value),
        source: format!("stack/secret {key}"),
        version: None,
        changed_at: None,
    }
}

fn planned(text: &str, secrets: &[SecretValue]) -> Result<(EnvFile, Plan), SyncError> {
    let file = dotenv::parse(text.as_bytes()).unwrap();
    let values = file.values(&|_: &str| None).unwrap();
    let plan = plan(&file, &values, secrets, &fingerprinter())?;
    Ok((file, plan))
}

fn synced(text: &str, secrets: &[SecretValue], order: &[&str]) -> Result<String, SyncError> {
    let (file, plan) = planned(text, secrets)?;
    let order: Vec<String> = order.iter().map(|key| (*key).to_owned()).collect();
    Ok(String::from_utf8(render(&file, &plan, &order)?.expose().to_vec()).unwrap())
}

#[test]
fn only_the_value_changes_and_its_quotes_stay() {
    let text = "# top\nexport A='old' # why\nB=\"old\"\r\n\nC = old\nD=x\n";
    let secrets = [secret("A", "new"), secret("B", "new"), secret("C", "new"), secret("D", "x")];
    assert_eq!(synced(text, &secrets, &[]).unwrap(), "# top\nexport A='new' # why\nB=\"new\"\r\n\nC = new\nD=x\n");
    let (_, plan) = planned(text, &secrets).unwrap();
    assert_eq!((plan.changes.len(), plan.unchanged), (3, 1));
    assert_eq!(plan.changes[0].line, Some(2));
}

#[test]
fn a_value_that_was_missing_stands_behind_the_separator_and_before_the_end_of_the_line() {
    assert_eq!(synced("A=\r\nB=1\r\n", &[secret("A", "new")], &[]).unwrap(), "A=new\r\nB=1\r\n");
    assert_eq!(synced("A=  \nB=1\n", &[secret("A", "new")], &[]).unwrap(), "A=new  \nB=1\n");
    assert_eq!(synced("A: \t", &[secret("A", "new")], &[]).unwrap(), "A:new \t");
}

#[test]
fn a_note_in_the_place_of_a_value_stays_a_note_and_no_shell_runs_the_value() {
    for (before, after) in [
        ("A=   # rotate monthly\nB=1\n", "A=new # rotate monthly\nB=1\n"),
        ("export A=\t# rotate\n", "export A=new # rotate\n"),
        ("A: #rotate\r\n", "A:new #rotate\r\n"),
    ] {
        assert_eq!(synced(before, &[secret("A", "new")], &[]).unwrap(), after);
        assert_eq!(synced(before, &[secret("A", "a b")], &[]).unwrap(), after.replace("new", "'a b'"));
    }
    // Without a blank before it, or in quotes, it is a value.
    assert_eq!(synced("A=#old\n", &[secret("A", "new")], &[]).unwrap(), "A=new\n");
    assert_eq!(synced("A= '# old'\n", &[secret("A", "new")], &[]).unwrap(), "A= 'new'\n");
}

#[test]
fn of_two_lines_the_one_that_counts_changes() {
    assert_eq!(synced("A=1\nA=2\n", &[secret("A", "3")], &[]).unwrap(), "A=1\nA=3\n");
}

#[test]
fn a_new_key_stands_behind_the_one_that_the_template_has_before_it() {
    let order = ["A", "S1", "S2", "B"];
    let secrets = [secret("S2", "y"), secret("S1", "x")];
    assert_eq!(synced("A=1\nB=2", &secrets, &order).unwrap(), "A=1\nS2=y\nS1=x\nB=2");
    assert_eq!(synced("B=2", &secrets[..1], &[]).unwrap(), "B=2\nS2=y\n");
    assert_eq!(synced("A=1\r\n", &secrets[..1], &order).unwrap(), "A=1\r\nS2=y\r\n");
}

#[test]
fn a_key_that_was_inherited_gets_a_value() {
    assert_eq!(synced("A\nB=1\n", &[secret("A", "v")], &[]).unwrap(), "A=v\nB=1\n");
}

#[test]
fn a_value_that_needs_them_gets_quotes_and_one_that_can_not_be_written_is_refused() {
    assert_eq!(synced("A=1\n", &[secret("A", "p$w #d")], &[]).unwrap(), "A='p$w #d'\n");
    assert!(matches!(synced("A=1\n", &[secret("A", "a\0b")], &[]), Err(SyncError::Value(key, _)) if key == "A"));
}

#[test]
fn what_would_take_a_value_away_is_refused() {
    assert!(matches!(planned("A=1\n", &[secret("A", "")]), Err(SyncError::EmptySecret(..))));
    assert!(matches!(planned("A=1\n", &[secret("A", "x"), secret("A", "y")]), Err(SyncError::TwoSources(..))));
    assert_eq!(planned("A=1\nB", &[secret("A", "x")]).err(), Some(SyncError::LostLastLine(2)));
}

#[test]
fn a_plan_says_how_the_version_of_a_secret_begins() {
    let versioned = SecretValue { version: Some("0123456789abcdef".to_owned()), ..secret("A", "new") };
    let (_, plan) = planned("A=old\n", &[versioned]).unwrap();
    assert_eq!(plan.changes[0].version.as_deref(), Some("01234567"));
    assert_eq!(planned("A=old\n", &[secret("A", "new")]).unwrap().1.changes[0].version, None);
}

#[test]
fn a_plan_says_no_value() {
    let (_, plan) = planned("A=old-invented\n", &[secret("A", "new-invented")]).unwrap();
    let said = format!("{plan:?} {}", serde_json::to_string(&plan).unwrap());
    assert!(!said.contains("invented"), "{said}");
    let (_, made) = planned("B=1\nA=${B}2\n", &[secret("A", "x")]).unwrap();
    assert!(made.changes[0].is_made_of_others);
}

proptest! {
    /// Whatever file and whatever values: it is refused, or it reads back as planned and a second sync has nothing
    /// to do.
    #[test]
    fn a_sync_holds_or_is_refused(
        lines in proptest::collection::vec("(export )?[A-D]=([a-c $#]{0,4}|'[a-c$]{0,4}'|\"[a-c]{0,4}\")( # [a-c]{0,3})?|# [a-d]{0,4}|", 0..8),
        ends in any::<bool>(),
        values in proptest::collection::vec(("[A-E]", "[a-c'\"$\\\\ #\n]{1,6}"), 0..4),
    ) {
        let text = lines.join("\n") + if ends { "\n" } else { "" };
        let Ok(file) = dotenv::parse(text.as_bytes()) else { return Ok(()) };
        let Ok(before) = file.values(&|_: &str| None) else { return Ok(()) };
        let secrets: Vec<SecretValue> = values.iter().map(|(key, value)| secret(key, value)).collect();
        let Ok(plan) = plan(&file, &before, &secrets, &fingerprinter()) else { return Ok(()) };
        let Ok(after) = render(&file, &plan, &[]) else { return Ok(()) };
        let new = dotenv::parse(after.expose()).unwrap();
        let values = new.values(&|_: &str| None).unwrap();
        for secret in &secrets {
            prop_assert_eq!(values.get(&secret.key).unwrap().value.expose(), secret.value.expose());
        }
        prop_assert!(super::plan(&new, &values, &secrets, &fingerprinter()).unwrap().is_empty());
    }
}
