//! Two files, compared: words, order, and the law that the quick way reads what the grammar reads.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn none(_: &str) -> Option<Vec<u8>> {
    None
}

fn changes(left: &str, right: &str) -> Vec<(Change, String)> {
    let diff = Diff::of(left.as_bytes(), right.as_bytes(), &none).unwrap();
    diff.changes().map(|pair| (pair.change, pair.key.to_owned())).collect()
}

#[test]
fn each_way_to_differ_has_its_word_and_order_is_that_of_the_files() {
    let left = "SAME=1\nGONE=2\nOTHER=3\nEMPTY=4\nQUOTED=x\n";
    let right = "NEW=5\nQUOTED='x'\nOTHER=4\nEMPTY=\nSAME=1\n";
    let named = |(change, key): &(Change, &str)| (*change, (*key).to_owned());
    let expected =
        [(Change::Removed, "GONE"), (Change::Changed, "OTHER"), (Change::Emptied, "EMPTY"), (Change::Added, "NEW")];
    assert_eq!(changes(left, right), expected.iter().map(named).collect::<Vec<_>>());
}

#[test]
fn the_last_of_two_lines_counts_and_a_variable_is_that_of_its_own_file() {
    let diff = Diff::of(b"H=a\nA=1\nA=$H-2\n", b"H=b\nA=a-2\n", &none).unwrap();
    let pair = diff.pairs().find(|pair| pair.key == "A").unwrap();
    assert_eq!(pair.change, Change::Same);
    assert_eq!(pair.left.map(|value| value.line), Some(3));
}

#[test]
fn what_looks_another_key_up_finds_it_however_it_is_written() {
    for looks in ["B=$A", "B=\"$A\"", "B=\"\\0044A\"", "A"] {
        let text = format!("A=one\nC=x\n{looks}\n");
        let diff = Diff::of(text.as_bytes(), b"A=one\nB=one\nC=x\n", &none).unwrap();
        let values: Vec<_> = diff.pairs().filter_map(|pair| Some((pair.key, pair.left?.bytes))).collect();
        let key = if looks == "A" { "A" } else { "B" };
        assert!(values.contains(&(key, b"one")), "{looks}");
    }
}

#[test]
fn a_file_that_compose_refuses_is_named() {
    assert!(matches!(Diff::of(b"A B=1", b"", &none), Err(DiffError::Left(_))));
    assert!(matches!(Diff::of(b"", b"\nA='", &none), Err(DiffError::Right(error)) if error.line() == 2));
}

#[test]
fn files_of_systemd_are_compared_as_systemd_reads_them() {
    let (left, right) = ("; A=1\nB=x$Y\nC='a'b=c\nC=2\n", "B=x$Y\nC=3\nB=\"x$Y\"\nD=\n");
    let diff = Diff::of_systemd(left.as_bytes(), right.as_bytes()).unwrap();
    let told = |pair: Pair<'_>| (pair.change, pair.key.to_owned(), pair.left.map(|value| value.line));
    let expected = [(Change::Same, "B", Some(2)), (Change::Changed, "C", Some(4)), (Change::Added, "D", None)];
    assert_eq!(diff.pairs().map(told).collect::<Vec<_>>(), expected.map(|(how, key, at)| (how, key.to_owned(), at)));
    assert!(matches!(Diff::of_systemd(b"", b"\nA=\0"), Err(DiffError::Right(error)) if error.line() == 2));
}

fn file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[A-D]=[a-c$ ]{0,4}\n",
        "[A-D]='[a-c$]{0,3}'\n",
        "[A-D]=\"[a-c]{0,3}\\$[A-D]\\\\n\"\n",
        "[A-D]=\"[a-c]{0,3}\\\\0044[A-D]\"\n",
        "# [a-d]{0,3}\n",
        "\n",
        "[A-D]\n",
    ];
    proptest::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
}

proptest! {
    /// The quick way and the way of the whole file agree on every key and value.
    #[test]
    fn it_reads_what_the_grammar_reads(left in file(), right in file()) {
        let env = |name: &str| (name == "C").then(|| b"c".to_vec());
        let values = |text: &str| -> Option<BTreeMap<String, Vec<u8>>> {
            let values = crate::env::dotenv::parse(text.as_bytes()).ok()?.values(&env).ok()?;
            Some(values.iter().map(|found| (found.key.clone(), found.value.expose().to_vec())).collect())
        };
        let Ok(diff) = Diff::of(left.as_bytes(), right.as_bytes(), &env) else {
            prop_assert!(values(&left).is_none() || values(&right).is_none());
            return Ok(());
        };
        let side = |of: fn(&Pair<'_>) -> Option<Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
            diff.pairs().filter_map(|pair| Some((pair.key.to_owned(), of(&pair)?))).collect()
        };
        prop_assert_eq!(Some(side(|pair| pair.left.map(|value| value.bytes.to_vec()))), values(&left));
        prop_assert_eq!(Some(side(|pair| pair.right.map(|value| value.bytes.to_vec()))), values(&right));
    }

    #[test]
    fn a_file_does_not_differ_from_itself(text in file()) {
        if let Ok(diff) = Diff::of(text.as_bytes(), text.as_bytes(), &none) {
            prop_assert_eq!(diff.changes().count(), 0);
        }
    }
}
