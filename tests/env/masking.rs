//! Which values are masked: by where they come from, and because they hold one that is.

use crate::support::env_stack::{Stack, fingerprinter};
use readback::env::sensitive::Sensitivity;
use readback::env::{Rules, compare, secret_values};

/// Whether each key is masked.
fn masked(stack: &Stack<'_>, rules: &Rules) -> Vec<(String, bool)> {
    let matrix = compare(&stack.layers(), rules, &fingerprinter());
    matrix.rows.iter().map(|row| (row.key.clone(), row.sensitive)).collect()
}

#[test]
fn what_a_secret_gives_is_masked_whatever_its_name_unless_it_is_called_plain_in_so_many_words() {
    let env = "DB_HOST=h\nDB_PORT=1\nA_HOST=h\n";
    let none = Rules::default();
    let is = |list: &[(&str, bool)]| list.iter().map(|(key, is)| ((*key).to_owned(), *is)).collect::<Vec<_>>();
    let given = is(&[("DB_HOST", true), ("DB_PORT", false), ("A_HOST", false)]);
    let plain = Stack { env, ..Stack::default() };
    assert_eq!(masked(&Stack { secrets: &[("DB_HOST", "h")], ..plain }, &none), given);
    assert_eq!(masked(&plain, &Rules { given: vec!["DB_HOST".into()], ..Rules::default() }), given, "not fetched");
    let compose = "    image: x\nsecrets:\n  a:\n    environment: DB_HOST\n  b:\n    file: ./b\n";
    assert_eq!(masked(&Stack { compose, ..plain }, &none), given);
    let template = "# Database\n# Secret: db/x\nDB_HOST=\n\n# Else\nDB_PORT=1\nA_HOST=\n";
    assert_eq!(masked(&Stack { template, ..plain }, &none), given);
    let named = |plain: &str| {
        let sensitivity = Sensitivity { plain: vec![plain.to_owned()], ..Sensitivity::default() };
        Rules { given: vec!["DB_HOST".into()], sensitivity, ..Rules::default() }
    };
    assert_eq!(masked(&plain, &named("*_HOST")), given, "a pattern is not so many words");
    assert!(masked(&plain, &named("DB_HOST")).iter().all(|(_, is)| !is));
}

#[test]
fn a_plain_value_that_holds_a_given_one_is_masked_and_a_default_of_the_template_is_none() {
    let template = "# Database\n# Secret: db/x\nDB_HOST=\nDB_NAME=postgres\n";
    let env = "DB_HOST=db.internal\nDB_NAME=postgres\nA_URL=http://db.internal/x\nFILTER_NAME=^postgres\n";
    let found = masked(&Stack { template, env, ..Stack::default() }, &Rules::default());
    let want = [("DB_HOST", true), ("DB_NAME", true), ("A_URL", true), ("FILTER_NAME", false)];
    assert_eq!(found, want.map(|(key, is)| (key.to_owned(), is)));
}

#[test]
fn the_guard_looks_out_for_secrets_and_not_for_what_only_their_source_makes_sensitive() {
    let stack = Stack { env: "DB_HOST=a-host-of-the-secret\nDB_PASSWORD=a-word-of-the-secret\n", ..Stack::default() };
    let rules = Rules { given: vec!["DB_HOST".into(), "DB_PASSWORD".into()], ..Rules::default() };
    let known: Vec<_> = secret_values(&stack.layers(), &rules).iter().map(|value| value.expose().to_vec()).collect();
    assert_eq!(known, [b"a-word-of-the-secret".to_vec()]);
}

#[test]
fn thousands_of_secrets_that_start_alike_are_looked_for_in_linear_time() {
    // Each plain value begins as every secret does, at every place.
    let line = |n| format!("SECRET_{n}={}{n:05}\nA{n}_HOST={}\n", "h".repeat(60), "h".repeat(100));
    let env = (0..1_000).map(line).collect::<String>();
    let matrix = compare(&Stack { env: &env, ..Stack::default() }.layers(), &Rules::default(), &fingerprinter());
    assert!(matrix.rows.iter().all(|row| row.sensitive == row.key.starts_with("SECRET")));
}
