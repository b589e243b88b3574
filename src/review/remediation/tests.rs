//! Follow-ups read from text, rendered, and counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::review::follow_up::{FollowUp, FollowUpKind, FollowUpStatus, Priority};
use jiff::civil::{Date, date};
use proptest::prelude::*;

/// A list of 18 items in four domains, 17 of them P0.
const PLAN: &str = include_str!("../../../tests/fixtures/review/follow-ups.md");

fn item(id: &str, status: FollowUpStatus) -> FollowUp {
    FollowUp {
        id: id.to_owned(),
        title: "Rotate the key".to_owned(),
        owner: String::new(),
        due: None,
        kind: FollowUpKind::Other,
        priority: Priority::P0,
        domain: "general".to_owned(),
        effort_quarters: 4,
        status,
        evidence: Vec::new(),
    }
}

/// What a list makes where nothing stands.
fn items(text: &str) -> Vec<FollowUp> {
    parse(text).items.iter().map(|item| item.onto(None).0).collect()
}

fn one(text: &str) -> Listed {
    let read = parse(text);
    assert_eq!(read.items.len(), 1, "{read:?}");
    read.items.into_iter().next().unwrap()
}

fn troubles(text: &str) -> Vec<(usize, String)> {
    let is_trouble = |unread: &&Unread| unread.why.is_trouble();
    parse(text).unread.iter().filter(is_trouble).map(|unread| (unread.line, unread.why.to_string())).collect()
}

#[test]
fn an_item_says_everything_in_one_line() {
    let all = Listed {
        line: 1,
        id: "P0-1".to_owned(),
        title: "Rotate the signing key, then restart".to_owned(),
        owner: Some("ann".to_owned()),
        due: Some(date(2026, 12, 1)),
        kind: Some(FollowUpKind::Prevent),
        priority: Some(Priority::P0),
        domain: Some("zero trust security".to_owned()),
        effort_quarters: Some(14),
        status: FollowUpStatus::Done,
        evidence: vec!["[the run](https://ci.example/7)".to_owned()],
    };
    for text in [
        "- [x] **P0-1** Rotate the signing key, then restart @ann — due: 2026-12-01, 3.5 d, type: prevent, \
         domain: zero trust security, [the run](https://ci.example/7)",
        "* [X] **P0-1:** Rotate the signing key, then restart (owner: ann, effort: 3.5 days, due 2026-12-01); \
         **Type:** prevention | domain: zero trust security; evidence: [the run](https://ci.example/7)",
        "1. [x] P0-1: Rotate the signing key, then restart; assignee: @ann; by 2026-12-01; estimate: 3.5d; \
         kind: prevent; area: zero trust security; proof: [the run](https://ci.example/7)",
        "- [x] `P0-1` — Rotate the signing key, then restart\n  - owner: ann\n  - due: 2026-12-01; 3.5 d\n\n  \
         type: prevent\n  domain: zero trust security\n  evidence: [the run](https://ci.example/7)",
    ] {
        assert_eq!(one(text), all, "{text}");
        assert_eq!(parse(text).unread, [], "{text}");
    }
}

#[test]
fn every_box_is_a_status_and_another_is_reported() {
    let status = |mark| one(&format!("- [{mark}] P1-1 a")).status;
    assert_eq!(["x", "~", "/", " ", "-"].map(status), {
        use FollowUpStatus::{Done, Dropped, InProgress, ToDo};
        [Done, InProgress, InProgress, ToDo, Dropped]
    });
    assert_eq!(troubles("- [?] P1-1 a")[0].0, 1);
}

#[test]
fn headings_give_priority_and_domain_and_the_title_of_the_document_does_not() {
    let text = "# Remediation\n## Critical\n### Zero trust security\n- [ ] A-1 a\n### Monitoring (High)\n- [ ] A-2 b\n\
                ## Data quality\n- [ ] P3-7 c\n- [ ] A-3 d; priority: P1; domain: other\n- [ ] A-4 e";
    let read: Vec<_> = parse(text)
        .items
        .into_iter()
        .map(|item| (item.id, item.priority.map(Priority::word), item.domain.unwrap_or_default()))
        .collect();
    let row = |id: &str, priority, domain: &str| (id.to_owned(), priority, domain.to_owned());
    assert_eq!(
        read,
        [
            row("A-1", Some("P0"), "Zero trust security"),
            row("A-2", Some("P1"), "Monitoring"),
            row("P3-7", Some("P3"), "Data quality"),
            row("A-3", Some("P1"), "other"),
            row("A-4", None, "Data quality"),
        ]
    );
    assert_eq!(troubles(text), [(10, Why::NoPriority.to_string())]);
    assert_eq!(items("# Security\n- [ ] P0-1 a\n# Monitoring\n- [ ] P0-2 b")[0].domain, "Security");
}

#[test]
fn a_table_is_read_by_its_columns() {
    let text = "| ID | Item | Owner | Effort | Due | Status | Evidence | Colour |\n|:--|---|---|--:|---|---|---|---|\n\
                | **P0-3** | Fence \\| the network | @bob | 2.5 | 2026-12-09 | done | run 7; row 9 | red |\n\
                | P0-4 | Alert on lag | – | soon | - | in progress | | |";
    let read = items(text);
    let first = FollowUp {
        title: "Fence | the network".to_owned(),
        owner: "bob".to_owned(),
        due: Some(date(2026, 12, 9)),
        effort_quarters: 10,
        evidence: vec!["run 7".to_owned(), "row 9".to_owned()],
        ..item("P0-3", FollowUpStatus::Done)
    };
    let second =
        FollowUp { title: "Alert on lag".to_owned(), effort_quarters: 0, ..item("P0-4", FollowUpStatus::InProgress) };
    assert_eq!(read, [first, second]);
    let lines: Vec<usize> = troubles(text).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 4]);
}

#[test]
fn what_can_not_be_read_is_reported_by_line_and_stays_in_the_title() {
    let text = "Some prose.\n- [ ] no id here\n- [ ] P0-1 fix it; due: next week; effort: 0.3 d\n- [ ] P0-1 again\n\
                - [ ] P0-2\n- a point\n```\n- [ ] P0-9 in code\n```\n- [ ] P0-3 c\n  and more words";
    let read = parse(text);
    let lines: Vec<usize> = read.unread.iter().map(|unread| unread.line).collect();
    assert_eq!(lines, [1, 2, 3, 3, 4, 5, 6, 7, 11]);
    assert_eq!(read.unread[4].why, Why::SameId(3));
    assert_eq!(read.items[0].title, "fix it; due: next week; effort: 0.3 d");
}

#[test]
fn words_that_look_like_attributes_stay_words_in_a_title() {
    for title in
        ["Wait 3 days, then look", "mail ann@example.org", "P1", "3 days", "a (b) c", "`x; due: 1` y", "utf-8 check"]
    {
        assert_eq!(one(&format!("- [ ] **P0-1** {title}")).title, title);
    }
}

#[test]
fn a_list_takes_nothing_back_and_makes_nothing_done_without_evidence() {
    let listed = |text: &str| one(text);
    let (made, held) = listed("- [x] P0-1 a").onto(None);
    assert_eq!((made.status, held), (FollowUpStatus::InProgress, Some(Held::NoEvidence)));
    let mut done = made.clone();
    done.status = FollowUpStatus::Done;
    done.evidence = vec!["run 7".to_owned()];
    done.owner = "ann".to_owned();
    // The list is older than what stands.
    assert_eq!(listed("- [ ] P0-1 a").onto(Some(&done)), (done.clone(), Some(Held::NotTakenBack)));
    assert_eq!(listed("- [x] P0-1 a").onto(Some(&done)), (done.clone(), None));
    let (more, _) = listed("- [x] P0-1 a; evidence: row 9").onto(Some(&done));
    assert_eq!(more.evidence, ["run 7", "row 9"]);
}

#[test]
fn the_figures_of_a_plan_are_those_of_its_report() {
    let plan = items(PLAN);
    assert_eq!(troubles(PLAN), []);
    let p0: Vec<&FollowUp> = plan.iter().filter(|item| item.priority == Priority::P0).collect();
    let of_p0 = progress(p0.iter().copied());
    assert_eq!((of_p0.done, of_p0.total, percent(of_p0.done, of_p0.total).as_str()), (3, 17, "17.6 %"));
    assert_eq!(days(progress(&plan).remaining_quarters), "24.5");
    let domains: Vec<_> = readiness(&plan).into_iter().map(|domain| (domain.domain, domain.now, domain.then)).collect();
    let row = |domain: &str, now, then| (domain.to_owned(), now, then);
    assert_eq!(
        domains,
        [
            row("Data quality", 40, 40),
            row("Disaster recovery", 10, 10),
            row("Monitoring and alerting", 60, 60),
            row("Zero trust security", 20, 40),
        ]
    );
    assert_eq!(readiness_overall(&plan.iter().collect::<Vec<_>>()), Some((30, 35)));
    let weeks: Vec<_> = milestones(&plan).into_iter().map(|week| (week.week, week.items.len())).collect();
    assert_eq!(
        weeks,
        [(Some(date(2026, 11, 30)), 4), (Some(date(2026, 12, 7)), 5), (Some(date(2026, 12, 14)), 6), (None, 3)]
    );
}

#[test]
fn production_ready_is_refused_while_a_p0_item_is_open_and_names_it() {
    assert_eq!(production_ready([]), Err(Refusal::NothingListed));
    let mut done = item("P0-1", FollowUpStatus::Done);
    done.evidence.push("run 7".to_owned());
    assert_eq!(production_ready([&done]), Ok(()));
    let others = [
        item("P0-2", FollowUpStatus::ToDo),
        item("P0-3", FollowUpStatus::Dropped),
        item("P0-4", FollowUpStatus::Done),
        FollowUp { priority: Priority::P1, ..item("P1-1", FollowUpStatus::ToDo) },
        FollowUp { priority: Priority::P1, ..item("P0-5", FollowUpStatus::ToDo) },
        FollowUp { priority: Priority::P1, ..item("P05-1", FollowUpStatus::ToDo) },
        item("A-1", FollowUpStatus::InProgress),
    ];
    let refusal = production_ready(others.iter().chain([&done])).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "not production ready: 5 P0 open: A-1 (in progress), P0-2 (to do), P0-3 (dropped), P0-4 (done without \
         evidence), P0-5 (to do)"
    );
}

#[test]
fn nothing_listed_has_no_readiness_and_no_percent_is_rounded_up() {
    assert_eq!(readiness_overall(&[]), None);
    assert_eq!(
        (percent(0, 0), percent(999, 1_000), percent(9_999, 10_000)),
        ("0.0 %".into(), "99.9 %".into(), "99.9 %".into())
    );
}

fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[a-zA-Z0-9 .,;:@()|\\\\*`_—–·#+-]{0,12}",
        Just("due: 2026-12-01".to_owned()),
        Just(", 3 d".to_owned()),
        Just("[x](y)".to_owned()),
        Just(" owner: ".to_owned()),
        Just("步驟".to_owned()),
    ];
    proptest::collection::vec(part, 1..5).prop_map(|parts| parts.concat())
}

fn a_date() -> impl Strategy<Value = Option<Date>> {
    proptest::option::of((2000_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day)))
}

prop_compose! {
    fn any_item()(
        id in "(P[0-3]|FU|SEC2)-[0-9]{1,3}",
        title in text().prop_filter("a title says something", |text| text.chars().any(char::is_alphanumeric)),
        owner in prop_oneof![Just(String::new()), text()],
        due in a_date(),
        kind in proptest::sample::select(FollowUpKind::ALL.to_vec()),
        priority in proptest::sample::select(Priority::ALL.to_vec()),
        domain in text().prop_filter("a domain says something", |text| text.chars().any(char::is_alphanumeric)),
        effort_quarters in 0_u32..4_000,
        status in proptest::sample::select(FollowUpStatus::ALL.to_vec()),
        evidence in proptest::collection::btree_set(text(), 1..3),
    ) -> FollowUp {
        let evidence = evidence.into_iter().collect();
        let mut item =
            FollowUp { id, title, owner, due, kind, priority, domain, effort_quarters, status, evidence }.tidy();
        item.evidence.dedup();
        if item.evidence.is_empty() && item.status == FollowUpStatus::Done {
            item.status = FollowUpStatus::ToDo;
        }
        item
    }
}

proptest! {
    #[test]
    fn what_is_rendered_is_read_back_as_it_was(all in proptest::collection::vec(any_item(), 0..4)) {
        let mut all = all;
        all.dedup_by(|a, b| a.id == b.id);
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|item| seen.insert(item.id.clone()));
        let text = render(&all);
        let read = parse(&text);
        prop_assert_eq!(&read.unread, &[], "{}", text);
        let read: Vec<FollowUp> = read.items.iter().map(|item| item.onto(None).0).collect();
        prop_assert_eq!(read, all, "{}", text);
    }

    #[test]
    fn any_text_is_read_and_every_line_of_it_is_an_item_or_reported(
        lines in proptest::collection::vec(prop_oneof![
            any::<String>(), text(), text().prop_map(|text| format!("- [x] P0-1 {text}")),
            text().prop_map(|text| format!("| {text} | id | title |")), Just("|---|---|---|".to_owned()),
            Just("```".to_owned()), text().prop_map(|text| format!("## {text}")),
        ], 0..12)
    ) {
        let text = lines.join("\n");
        let read = parse(&text);
        let count = text.lines().count();
        prop_assert!(read.unread.iter().all(|unread| (1..=count).contains(&unread.line)));
        let mut in_code = false;
        let mut table_or_item = false;
        for (number, line) in (1..).zip(text.lines()) {
            let trimmed = line.trim();
            let fence = trimmed.starts_with("```") || trimmed.starts_with("~~~");
            if in_code || fence || trimmed.is_empty() || trimmed.starts_with(['#', '|', '-', '*', '_']) || line.starts_with([' ', '\t']) {
                in_code ^= fence && trimmed.starts_with("```");
                table_or_item = true;
                continue;
            }
            let is_known = read.items.iter().any(|item| item.line == number)
                || read.unread.iter().any(|unread| unread.line == number);
            prop_assert!(is_known || (table_or_item && in_code), "{number}: {line:?} of {text:?}");
        }
    }

    #[test]
    fn more_that_is_done_is_never_less_ready_and_nothing_is_ready_before_all_is_done(
        all in proptest::collection::vec(any_item(), 1..8), at in 0_usize..8
    ) {
        let at = at % all.len();
        let ready = |items: &[FollowUp]| readiness_overall(&items.iter().collect::<Vec<_>>());
        let is_all_done = all.iter().all(|item| item.is_proved() || item.status == FollowUpStatus::Dropped);
        if let Some((now, then)) = ready(&all) {
            prop_assert!(now <= then && then <= 100);
            prop_assert_eq!(now == 100, is_all_done);
            let mut further = all.clone();
            if further[at].is_open() {
                further[at].status = FollowUpStatus::Done;
                prop_assert!(ready(&further).unwrap().0 >= now);
            }
        }
    }
}
