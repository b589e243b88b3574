//! The fold of notes: the order in which events come makes no difference, nor how often.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::review::Book;
use crate::timeline::{EventType, Margin, NewOperation, Operation, row_digest};
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn row(id: &str, detail: &str) -> Entry {
    let row = NewOperation {
        incident_id: Some("INC-7".to_owned()),
        action_detail: Some(detail.to_owned()),
        context: json!({"b": 1, "a": [true]}),
        ..NewOperation::new(id, EventType::UserAction)
    };
    Entry::Operation(Operation { row, raw_type: None, created_at: at(100) })
}

/// A note (`of` is the row) or a correction, recorded at this second; 0 is not recorded.
fn event(kind: OwnKind, id: &str, of: &str, text: &str, recorded: i64) -> OwnEvent {
    let target = Target { row: "op".to_owned(), of: of.to_owned(), digest: None, incident: None };
    let event = written(kind, target, text, id.to_owned(), "console:ann", at(90));
    OwnEvent { recorded_at: (recorded > 0).then(|| at(recorded)), ..event }
}

fn folded(events: &[OwnEvent]) -> OfRow {
    let mut notes = Notes::default();
    for event in events {
        notes.apply(event);
    }
    notes.of("op", None)
}

#[test]
fn the_last_correction_stands_and_what_it_took_the_place_of_is_kept() {
    let events = [
        event(OwnKind::Annotated, "n1", "op", "the pager was mutde", 1),
        event(OwnKind::Corrected, "c1", "n1", "the pager was muted", 2),
        event(OwnKind::Corrected, "c2", "op", "restart, by hand", 3),
        event(OwnKind::Corrected, "c3", "n1", "", 4),
    ];
    let found = folded(&events);
    let [note] = &found.notes[..] else { unreachable!("one note: {found:?}") };
    assert_eq!((note.text(), note.said.text.as_str()), ("", "the pager was mutde"));
    assert_eq!(note.corrections.iter().map(|words| words.id.as_str()).collect::<Vec<_>>(), ["c1", "c3"]);
    assert_eq!(found.corrections.len(), 1);
    assert_eq!(folded(&events[..2]).notes[0].text(), "the pager was muted");
}

#[test]
fn a_correction_of_a_correction_is_one_of_the_same_words() {
    let note = event(OwnKind::Annotated, "n1", "op", "one", 1);
    let correction = event(OwnKind::Corrected, "c1", "n1", "two", 2);
    for selected in [note, correction] {
        let target = Target::correction(&Entry::Own(selected), |id| Some(format!("digest of {id}")));
        assert_eq!((target.row.as_str(), target.of.as_str()), ("op", "n1"));
        assert_eq!(target.digest.as_deref(), Some("digest of n1"));
    }
    let target = Target::note(&row("op", "x"), |_| None);
    assert_eq!((target.row.as_str(), target.incident.as_deref()), ("op", Some("INC-7")));
}

#[test]
fn what_is_recorded_takes_the_place_of_what_was_sent_and_only_what_was_not_recorded_is_forgotten() {
    let (sent, recorded) =
        (event(OwnKind::Annotated, "n", "op", "one", 0), event(OwnKind::Annotated, "n", "op", "one", 5));
    assert!(!folded(std::slice::from_ref(&sent)).notes[0].said.recorded);
    assert_eq!(folded(&[sent.clone(), recorded.clone()]), folded(&[recorded.clone(), sent.clone()]));
    let mut notes = Notes::default();
    notes.apply(&sent);
    notes.forget("n");
    assert_eq!(notes, Notes::default());
    notes.apply(&recorded);
    notes.forget("n");
    assert!(notes.of("op", None).notes[0].said.recorded);
}

#[test]
fn a_row_that_is_no_longer_what_it_was_when_the_note_was_written_is_seen() {
    let (then, now) = (row("op", "restart web"), row("op", "restart db"));
    let digest = |entry: &Entry| row_digest(entry).unwrap();
    let target = Target::note(&then, |_| Some(digest(&then)));
    let note = written(OwnKind::Annotated, target, "seen", "n".to_owned(), "console:ann", at(90));
    for (entry, changed) in [(&then, false), (&now, true)] {
        let mut margin = Margin::default();
        margin.take([&note], [("op".to_owned(), Some(digest(entry)))]);
        assert_eq!(margin.of(entry, &Book::default(), |_| false).notes[0].said.row_changed, changed);
    }
    // Of a row that is masked nothing is known, and nothing is claimed.
    let mut margin = Margin::default();
    margin.take([&note], [("op".to_owned(), Some(digest(&now))), ("op".to_owned(), None)]);
    assert!(!margin.of(&now, &Book::default(), |_| false).notes[0].said.row_changed);
}

#[test]
fn the_digest_is_that_of_the_canonical_bytes_with_every_column_named() {
    let bytes = concat!(
        r#"{"action_detail":"x","actor":null,"approval_id":null,"audit_log_id":null,"auto_repair_id":null,"#,
        r#""context":{"a":[true],"b":1},"created_at":"1970-01-01T00:01:40Z","error_message":null,"#,
        r#""event_type":"USER_ACTION","id":"op","incident_id":"INC-7","success":null,"table":"alert_operation_log"}"#
    );
    assert_eq!(row_digest(&row("op", "x")).unwrap(), guard::digest_bytes(bytes.as_bytes()));
}

#[test]
fn a_long_note_is_summarised_in_one_line() {
    let note = event(OwnKind::Annotated, "n", "op", &format!("first\u{1b}[2J\n{}", "x".repeat(900)), 1);
    assert_eq!(note.summary, "first␛[2J…");
    assert_eq!(folded(&[note]).notes[0].text().len(), 910);
    assert_eq!(event(OwnKind::Corrected, "c", "op", "", 1).summary, "taken back");
}

/// Events as they may be told: each once or more, some of them before they were recorded.
fn any_events() -> impl Strategy<Value = Vec<OwnEvent>> {
    let kind = prop_oneof![Just(OwnKind::Annotated), Just(OwnKind::Corrected), Just(OwnKind::Note)];
    let event = (kind, 0..7usize, 0..4i64, "[a-c]{0,2}", any::<bool>());
    prop::collection::vec(event, 0..8).prop_map(|events| {
        let mut told = Vec::new();
        for (at, (kind, of, recorded, text, was_pending)) in events.into_iter().enumerate() {
            let of = if of == 6 { "op".to_owned() } else { format!("e{of}") };
            told.push(event_of(kind, at, &of, &text, recorded));
            if was_pending {
                told.push(event_of(kind, at, &of, &text, 0));
            }
        }
        told
    })
}

fn event_of(kind: OwnKind, at: usize, of: &str, text: &str, recorded: i64) -> OwnEvent {
    event(kind, &format!("e{at}"), of, text, recorded)
}

proptest! {
    #[test]
    fn the_order_and_repetition_of_events_make_no_difference(
        (events, shuffled) in any_events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        again in 0..12usize,
    ) {
        let expected = folded(&events);
        prop_assert_eq!(&folded(&shuffled), &expected);
        let repeated: Vec<_> = shuffled.iter().chain(events.iter().take(again)).cloned().collect();
        prop_assert_eq!(folded(&repeated), expected);
    }

    #[test]
    fn everything_that_was_written_is_somewhere(events in any_events()) {
        let found = folded(&events);
        let shown = found.corrections.len() + found.notes.iter().map(|note| 1 + note.corrections.len()).sum::<usize>();
        let ids: BTreeSet<_> =
            events.iter().filter(|event| event.kind.is_annotation()).map(|event| event.id.as_str()).collect();
        prop_assert_eq!(shown, ids.len());
    }
}
