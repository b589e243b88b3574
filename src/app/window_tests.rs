//! A window brings every row once, whatever the pages, and holds no more than it may.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::timeline::{EventType, NewOperation, Operation};
use jiff::tz::TimeZone;

fn at(second: usize) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second as i64).unwrap()
}

fn row(n: usize) -> Entry {
    let row = NewOperation {
        actor: Some(if n.is_multiple_of(7) { "ann" } else { "bob" }.to_owned()),
        context: serde_json::Value::Null,
        ..NewOperation::new(format!("{n:08}"), EventType::UserAction)
    };
    // Three rows share each moment.
    Entry::Operation(Operation { row, raw_type: None, created_at: at(n / 3) })
}

/// What a store with so many rows answers.
fn answer(rows: usize, look: &Look) -> Looked {
    let mut all: Vec<Entry> = (0..rows).map(row).collect();
    all.retain(|entry| match (look.toward, &look.from) {
        (_, None) => true,
        (Toward::Older, Some(from)) => entry.cursor() < *from,
        (Toward::Newer, Some(from)) => entry.cursor() > *from,
    });
    if look.toward == Toward::Older {
        all.reverse();
    }
    let end = all.len() < 300;
    all.truncate(300);
    let (read, reached) = (all.len(), all.last().map(Entry::cursor).or_else(|| look.from.clone()));
    all.retain(|entry| look.filter.matches(entry, look.now));
    Looked { number: look.number, toward: look.toward, entries: all, read, reached, end }
}

/// Goes to an end of the window, reading on; returns the rows that were passed.
fn go(window: &mut Window, rows: usize, down: bool) -> Vec<String> {
    let mut passed: Vec<String> = Vec::new();
    let mut most = 0;
    loop {
        let end = if down { window.rows().len().saturating_sub(1) } else { 0 };
        for entry in window.rows() {
            passed.push(entry.id().to_owned());
        }
        let Some(look) = window.ask(end, at(0)) else { break };
        assert_eq!(window.ask(end, at(0)), None, "one look at a time");
        window.take(answer(rows, &look));
        most = most.max(window.rows().len());
        assert!(window.rows().is_sorted_by(|a, b| a.newest_first(b).is_lt()));
    }
    assert!(most <= MOST, "{most}");
    passed.sort();
    passed.dedup();
    passed
}

#[test]
fn every_row_is_passed_both_ways_and_what_is_far_is_dropped() {
    let rows = 9_000;
    let all: Vec<String> = (0..rows).map(|n| row(n).id().to_owned()).collect();
    let mut window = Window::oldest(1, Filter::default());
    assert_eq!(go(&mut window, rows, false), all, "from the oldest row up");
    assert!(window.is_live() && !window.is_complete());
    assert_eq!(go(&mut window, rows, true), all, "and down again");
    assert!(window.is_complete() && !window.is_live());
    let mut window = Window::around(2, Filter::default(), at(1_500));
    window.take(answer(rows, &window.clone().ask(0, at(0)).unwrap()));
    assert!(window.rows()[0].at() < at(1_500), "older rows first");
    let up = go(&mut window, rows, false);
    assert!(up.contains(&all[rows - 1]) && window.is_live());
}

#[test]
fn a_filter_finds_what_fits_and_no_answer_of_another_window_is_taken() {
    let filter = Filter::parse("actor=ann", &TimeZone::UTC).unwrap();
    let mut window = Window::newest(3, filter, &Log::default(), at(0));
    let found = go(&mut window, 3_000, true);
    assert_eq!(found.len(), 3_000_usize.div_ceil(7));
    assert_eq!(window.read(), 3_000);
    let stranger =
        Looked { number: 2, toward: Toward::Older, entries: vec![row(1)], read: 9, reached: None, end: true };
    window.take(stranger);
    assert_eq!((window.rows().len(), window.read()), (found.len(), 3_000));
}

#[test]
fn rows_that_arrive_stand_in_their_place_once_also_late_ones_and_wait_where_nobody_looks() {
    let mut window = Window::newest(1, Filter::default(), &Log::default(), at(0));
    go(&mut window, 30, true);
    window.arrive(&[row(31), row(30), row(29)], at(0));
    window.arrive(&[row(31)], at(0));
    assert_eq!(window.rows().len(), 32);
    let mut far = Window::around(2, Filter::default(), at(4));
    let look = far.ask(0, at(0)).unwrap();
    far.take(answer(30, &look));
    let before = far.rows().len();
    far.arrive(&[row(31)], at(0));
    assert_eq!(far.rows().len(), before, "the top is not read: the row comes with the rest of it");
    assert!(go(&mut far, 32, false).contains(&row(31).id().to_owned()));
}

#[test]
fn a_look_that_the_store_did_not_answer_is_asked_again() {
    let mut window = Window::around(1, Filter::default(), at(4));
    let look = window.ask(0, at(0)).unwrap();
    assert!(window.is_looking());
    window.retry();
    assert_eq!(window.ask(0, at(0)), Some(look));
}
