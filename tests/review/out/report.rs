//! The report in its three formats.

use super::scene::{self, HOSTILE, open, read_second, read_twice, signed};
use crate::story::{Story, contract, current, now};
use jiff::ToSpan;
use jiff::tz::{Offset, TimeZone};
use readback::guard::Watch;
use readback::review::report::{Input, Report, WITHHELD};
use readback::review::{Answer, ReviewAct, Section, lane};
use readback::timeline::incident::incidents;
use readback::timeline::{Beside, Entry};
use serde_json::Value;

pub(crate) fn report(story: &Story, reader: &str) -> Report {
    let review = story.review();
    let around = current();
    let disposition = lane(&review, contract(), &around);
    let entries = scene::rows();
    let newest: Vec<Entry> = entries.iter().rev().cloned().collect();
    let found = incidents(&newest);
    let rows: Vec<(Entry, Beside)> = entries.into_iter().map(|entry| (entry, Beside::default())).collect();
    Report::of(&Input {
        review: &review,
        contract: contract(),
        disposition: &disposition,
        around: &around,
        label: Some("反向代理 \"edge\""),
        incident: found.first(),
        rows: &rows,
        complete: true,
        zone: &TimeZone::fixed(Offset::constant(8)),
        now: now().checked_add(1.hours()).unwrap(),
        reader,
        guard: &Watch::default(),
    })
}

/// The digests change with the check set and the rules; the report does not.
fn without_digests(story: &Story, text: &str) -> String {
    let disposition = lane(&story.review(), contract(), &current());
    let mut text = text.replace(contract().digest(), "<policy>").replace(&disposition.input_digest, "<input>");
    for signature in story.review().signatures {
        text = text.replace(&signature.input_digest, "<signed input>");
    }
    text
}

#[test]
fn a_review_with_everything_in_it_reads_well_in_every_format() {
    let story = signed(read_twice(open()));
    let report = report(&story, "console:anybody");
    let guard = Watch::default();
    insta::assert_snapshot!("report-md", without_digests(&story, &report.markdown(&guard)));
    insta::assert_snapshot!("report-html", without_digests(&story, &report.html(&guard)));
    insta::assert_snapshot!("report-json", without_digests(&story, &report.json(&guard).unwrap()));
}

#[test]
fn the_lane_stands_on_the_first_line_whatever_it_is_and_no_lane_keeps_a_report_from_being_written() {
    let guard = Watch::default();
    let mut quarantined = Story::complete();
    quarantined.step("catch rollback_owner github_token", &current());
    for story in [Story::empty(), Story::complete(), quarantined, signed(open())] {
        let report = report(&story, "console:anybody");
        let lane = lane(&story.review(), contract(), &current()).lane.id();
        assert_eq!(report.markdown(&guard).lines().next(), Some(format!("lane: {lane}").as_str()));
        assert!(report.html(&guard).lines().next().unwrap().contains(lane));
        let json: Value = serde_json::from_str(&report.json(&guard).unwrap()).unwrap();
        assert_eq!(json["lane"], lane);
    }
}

#[test]
fn the_json_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/schemas/report.json")).unwrap();
    for story in [Story::empty(), open(), read_second(open()), signed(read_twice(open()))] {
        for reader in ["console:second", "console:anybody"] {
            let text = report(&story, reader).json(&Watch::default()).unwrap();
            let faults = crate::support::schema::faults(&schema, &serde_json::from_str(&text).unwrap());
            assert!(faults.is_empty(), "{faults:#?}");
        }
    }
}

#[test]
fn who_reads_second_sees_no_first_answer_before_handing_in_and_everybody_else_does() {
    let guard = Watch::default();
    let mut story = open();
    story.answer("no_false_green_route_or_container", Answer::Fail);
    let story = read_second(story);
    let blind = report(&story, "console:second");
    for check in &blind.checks {
        assert_eq!((check.standing, check.answer, check.by.is_none(), check.gaps.len()), (None, None, true, 0));
        assert!(check.reason.is_none() && check.heard.is_none() && !check.disputed, "{check:?}");
    }
    assert!(blind.withheld && blind.why.is_empty() && blind.least.is_empty());
    let own = blind.checks.iter().find(|check| check.check == "postcheck_independent").unwrap();
    assert_eq!(own.second_answer, Some("fail"), "one's own answers are seen");
    for text in [blind.markdown(&guard), blind.html(&guard)] {
        assert!(text.contains(WITHHELD) && !text.contains("the reviewer says it does not hold"), "{text}");
    }
    for reader in ["console:reviewer", "console:anybody"] {
        let seen = report(&story, reader);
        assert!(!seen.withheld && seen.checks.iter().all(|check| check.standing.is_some()));
        assert!(seen.checks.iter().all(|check| check.second_answer.is_none()), "the second's are not handed in");
        assert!(!seen.markdown(&guard).contains(WITHHELD));
    }
    let both = report(&read_twice(open()), "console:second");
    assert!(!both.withheld);
    assert!(both.disputes.contains(&"postcheck_independent".to_owned()));
}

#[test]
fn what_people_write_makes_no_markup() {
    let story = signed(open());
    let guard = Watch::default();
    let report = report(&story, "console:anybody");
    let html = report.html(&guard);
    for tag in ["<img", "<script", "<b>", "javascript:alert(1)<", "\u{1b}"] {
        assert!(!html.contains(tag), "{tag}");
    }
    assert!(html.contains("&lt;img src=x onerror=alert(2)&gt;"));
    let markdown = report.markdown(&guard);
    for mark in ["<img", "**bold**", "\u{1b}"] {
        assert!(!markdown.contains(mark), "{mark}");
    }
    assert_eq!(markdown.matches("[x](").count(), markdown.matches("\\[x](").count());
    for table in markdown.split("\n\n").filter(|block| block.starts_with('|')) {
        let columns = |line: &str| line.replace("\\|", "").matches('|').count();
        let first = columns(table.lines().next().unwrap());
        for line in table.lines() {
            assert_eq!(columns(line), first, "a cell makes no column: {line}");
        }
    }
    assert!(HOSTILE.contains('|'));
}

#[test]
fn markdown_takes_nothing_of_a_section_for_its_own() {
    let mut story = Story::complete();
    let text = "# no heading\n- no item\n1. no list\n> no quote\n---\n```\n<script>x</script>\nhttps://a.example\n===";
    story.push("reviewer", ReviewAct::SectionWritten { section: Section::Summary, text: text.to_owned() });
    let markdown = report(&story, "console:anybody").markdown(&Watch::default());
    for line in ["\\# no heading", "\\- no item", "1\\. no list", "&gt; no quote", "\\---", "\\`\\`\\`", "\\==="] {
        assert!(markdown.contains(line), "{line}: {markdown}");
    }
    assert!(!markdown.contains("<script") && !markdown.contains("https://a.example"));
}

#[test]
fn what_looks_like_a_secret_leaves_in_no_format() {
    // Another program may have written into the database what the console would not have taken.
    let secret = ["ghp_", "Zq7xW2mR9tB4vY6nK1pL8sD3fG5hJ0aQcEuX"].concat();
    let mut story = open();
    for section in Section::ALL {
        story.push("reviewer", ReviewAct::SectionWritten { section, text: format!("with {secret} in it") });
    }
    story.set("rollback_owner", &secret);
    story.answer("docker_daemon_state_present", Answer::NotApplicable { reason: secret.clone() });
    let story = signed(read_twice(story));
    let guard = Watch::default();
    let report = report(&story, &format!("console:{secret}"));
    for text in [report.markdown(&guard), report.html(&guard), report.json(&guard).unwrap()] {
        assert!(!text.contains(&secret) && text.contains("masked]") && text.contains("github"), "{text}");
    }
}
