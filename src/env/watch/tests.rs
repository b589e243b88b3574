//! What is told of a file at a look, after what was remembered of it.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::env::format::FileFormat;
use crate::env::snapshot::keys_of;
use crate::guard::Secret;

fn fingerprinter() -> Fingerprinter {
    Fingerprinter::new(&Secret::new("key of a test"))
}

fn keys(text: &str) -> Keys {
    keys_of(FileFormat::Dotenv, text.as_bytes(), &fingerprinter()).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn by(users: &[&str]) -> Attribution {
    let session = |user: &&str| Session { user: (*user).to_owned(), ..Session::default() };
    Attribution { owner: Some("root".to_owned()), sessions: Some(users.iter().map(session).collect()), processes: None }
}

fn memory(text: &str) -> Memory {
    Memory::default().after(&State::Keys(keys(text)))
}

fn look(before: &Memory, state: &State) -> Vec<String> {
    let by = by(&["mira"]);
    let seen = Seen { file: ".env", state, written: at(1_000), by: &by };
    told(before, &seen, None, &fingerprinter()).into_iter().map(|event| event.summary).collect()
}

#[test]
fn a_change_says_which_keys_went_first_and_no_value() {
    let (before, after) = (keys("S3=abc\nP=one\nQ=x\n"), keys("P=two\nQ=\nN=1\n"));
    let event = event(".env", &before, &after, at(1_000), &by(&["mira"])).unwrap();
    assert_eq!(event.summary, "changed by hand: lost S3; emptied Q; changed P; added N (who: likely)");
    assert_eq!((event.actor.as_deref(), event.occurred_at), (Some("mira"), at(1_000)));
    assert_eq!(event.id.len(), 36);
}

#[test]
fn what_did_not_change_is_no_event_and_what_did_is_the_same_one_everywhere() {
    let (before, after) = (keys("A=1\n"), keys("A=2\n"));
    assert_eq!(event(".env", &before, &before, at(1), &by(&[])), None);
    let one = event(".env", &before, &after, at(1), &by(&["mira"])).unwrap();
    let other = event(".env", &before, &after, at(1), &by(&["jo"])).unwrap();
    assert_eq!(one.id, other.id);
    assert_ne!(one.id, event(".env", &before, &after, at(2), &by(&[])).unwrap().id);
}

#[test]
fn a_file_that_goes_breaks_or_grows_too_large_is_told_once_and_so_is_what_came_back() {
    let unread = |why: &str| Without::Unread { why: why.to_owned() };
    let cases = [
        (Without::Removed, "removed (who: likely)", "put back as it was", "put back: changed A"),
        (
            Without::Refused { line: 3 },
            "changed by hand: refused at line 3 (who: likely)",
            "readable again, as it was",
            "readable again: changed A",
        ),
        (
            Without::TooLarge,
            "changed by hand: too large to read (who: likely)",
            "readable again, as it was",
            "readable again: changed A",
        ),
        (
            unread("is not a regular file"),
            "can't be looked at any more: it is not a regular file (who: likely)",
            "readable again, as it was",
            "readable again: changed A",
        ),
    ];
    for (why, said, same, other) in cases {
        let (before, without) = (memory("A=1\n"), State::Without(why));
        assert_eq!(look(&before, &without), [said]);
        let after = before.after(&without);
        assert_eq!(look(&after, &without), [""; 0], "told once");
        assert_eq!(look(&after, &State::Keys(keys("A=1\n"))), [format!("{same} (who: likely)")]);
        assert_eq!(look(&after, &State::Keys(keys("A=2\n"))), [format!("{other} (who: likely)")]);
    }
}

#[test]
fn another_way_to_be_away_is_told_too_and_what_nobody_ever_read_is_not_made_up() {
    let refused = |line| State::Without(Without::Refused { line });
    let after = memory("A=1\n").after(&refused(3));
    assert_eq!(look(&after, &refused(4)), ["changed by hand: refused at line 4 (who: likely)"]);
    assert_eq!(look(&after, &State::Without(Without::Removed)), ["removed (who: likely)"]);
    // The first look found a broken file: what it held before that is not known, so no key is new.
    let first = Memory::default().after(&refused(1));
    assert_eq!(look(&first, &State::Keys(keys("A=1\n"))), ["readable (who: likely)"]);
    let none = Memory::default().after(&State::Without(Without::Removed));
    assert_eq!(look(&none, &State::Keys(keys("A=1\n"))), ["put back: added A (who: likely)"]);
}

#[test]
fn what_is_remembered_reads_back_also_as_it_was_kept_before_there_were_states() {
    let without = memory("A=1\n").after(&State::Without(Without::Refused { line: 2 }));
    for memory in [memory("A=1\n"), without] {
        let kept = serde_json::to_string(&memory).unwrap();
        assert_eq!(serde_json::from_str::<Memory>(&kept).unwrap(), memory);
    }
    let old = format!(r#"{{"keys":{}}}"#, serde_json::to_string(&keys("A=1\n")).unwrap());
    assert_eq!(serde_json::from_str::<Memory>(&old).unwrap(), memory("A=1\n"));
}
