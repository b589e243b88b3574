//! Each format of `readback check` on fixed reports, and the grammar of each on any.

use crate::support::check_report::{broken, healthy, report, seen};
use crate::support::xml;
use proptest::prelude::*;
use readback::cli::Format;
use readback::cli::check::{NotAsked, Report, render};
use readback::evidence::{RecoveryState, Unknown, Verdict};
use std::collections::BTreeSet;

#[test]
fn each_format_says_what_was_found() {
    for (name, report) in [("healthy", healthy()), ("broken", broken())] {
        for (word, format) in [
            ("human", Format::Human),
            ("json", Format::Json),
            ("junit", Format::Junit),
            ("prometheus", Format::Prometheus),
            ("nagios", Format::Nagios),
        ] {
            insta::assert_snapshot!(format!("{name}-{word}"), render(&report, format));
        }
    }
}

#[test]
fn the_counts_of_junit_are_those_of_its_cases() {
    let elements = xml::elements(&render(&broken(), Format::Junit)).unwrap();
    let count = |tag: &str| elements.iter().filter(|(name, _)| name == tag).count().to_string();
    for suite in elements.iter().filter(|(name, _)| name.starts_with("testsuite")) {
        let attribute = |key: &str| suite.1.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        assert_eq!(attribute("tests"), Some(count("testcase")));
        assert_eq!(attribute("failures"), Some(count("failure")));
        assert_eq!(attribute("errors"), Some(count("error")));
        assert!(suite.0 == "testsuites" || attribute("skipped") == Some(count("skipped")));
    }
}

#[test]
fn the_checker_of_xml_finds_what_is_not_well_formed() {
    let check = |body: &str| xml::elements(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"));
    assert!(check("<a b=\"1\"><c/>x &amp; y</a>\n").is_ok());
    for wrong in [
        "<a>",
        "<a></b>",
        "<a b=\"<\"/>",
        "<a b=1/>",
        "<a>&</a>",
        "<a>\x1b</a>",
        "<a/><a/>",
        "<a b=\"1\" b=\"2\"/>",
        "x",
    ] {
        assert!(check(wrong).is_err(), "{wrong}");
    }
    assert!(xml::elements("<a/>").is_err());
}

/// A sample of the exposition format: its series and its value, or what is wrong.
fn sample(line: &str) -> Result<(&str, &str), String> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let (name, mut rest) = line.split_once('{').ok_or("no labels")?;
    loop {
        let (key, value) = rest.split_once("=\"").ok_or("no label")?;
        let mut escaped = false;
        let end = value.char_indices().find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let end = end.ok_or("a label that does not end")?.0;
        let text = value[..end].replace("\\\\", "").replace("\\\"", "").replace("\\n", "");
        if !is_name(key) || text.contains(['\\', '"']) {
            return Err(format!("the label {key}={text:?}"));
        }
        rest = &value[end + 1..];
        if let Some(value) = rest.strip_prefix("} ") {
            value.parse::<f64>().map_err(|error| error.to_string())?;
            let series = &line[..line.len() - value.len() - 1];
            return if is_name(name) { Ok((name, series)) } else { Err(format!("the name {name}")) };
        }
        rest = rest.strip_prefix(',').ok_or(format!("after a label: {rest}"))?;
    }
}

/// Holds a page to the exposition format: a family's help, its type, then its samples, each series once.
fn exposition(page: &str) -> Result<(), String> {
    let (mut family, mut families, mut series) = ("", BTreeSet::new(), BTreeSet::new());
    let mut lines = page.strip_suffix('\n').ok_or("no line feed at the end")?.split('\n');
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split_once(' ').ok_or("no help")?.0;
            if lines.next() != Some(format!("# TYPE {family} gauge").as_str()) || !families.insert(family) {
                return Err(format!("the head of {family}"));
            }
            continue;
        }
        let (name, of) = sample(line).map_err(|wrong| format!("{wrong}: {line}"))?;
        if name != family || !series.insert(of.to_owned()) {
            return Err(format!("out of place, or twice: {line}"));
        }
    }
    Ok(())
}

/// Holds a text to the guidelines for plugins.
fn plugin_output(text: &str, report: &Report) -> Result<(), String> {
    let line = text.strip_suffix('\n').ok_or("no line feed at the end")?;
    if line.chars().any(char::is_control) || line.matches('|').count() != 1 {
        return Err("not one line with one bar".to_owned());
    }
    let (words, data) = line.split_once(" | ").ok_or("no performance data")?;
    let word = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::from(report.exit_code)];
    if !words.starts_with(&format!("{word} - ")) {
        return Err("the word is not that of the exit code".to_owned());
    }
    let mut rest = data;
    while !rest.is_empty() {
        let (label, more) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once("'=").ok_or("an open quote")?,
            None => rest.split_once('=').ok_or("no value")?,
        };
        let (value, more) = more.split_once(' ').unwrap_or((more, ""));
        let numbers = value.replacen('s', "", 1);
        if label.contains(['=', '\'']) || !numbers.split(';').all(|part| part.is_empty() || part.parse::<u64>().is_ok())
        {
            return Err(format!("the value {label}={value}"));
        }
        rest = more;
    }
    Ok(())
}

#[test]
fn an_optional_probe_that_was_left_out_is_said_even_where_all_is_well() {
    for format in [Format::Human, Format::Nagios] {
        let text = render(&healthy(), format);
        assert!(text.starts_with("OK") && text.lines().next().unwrap().contains("1 of 3 probes not asked"), "{text}");
    }
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    let reasons = [Unknown::Denied, Unknown::TimedOut, Unknown::Void].map(Verdict::Unknown);
    prop::sample::select([&[Verdict::Pass, Verdict::Warn, Verdict::Fail][..], &reasons].concat())
}

/// Text that means to break out: quotes, bars, tags, line feeds, escapes.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[-'\"|=;<>&\\\\{}\n\r\t\u{1b}\u{202e}\u{ffff} a]{0,40}"]
}

fn reports() -> impl Strategy<Value = Report> {
    let probe = (hostile(), hostile(), hostile(), verdicts());
    let states = [RecoveryState::Down, RecoveryState::Degraded, RecoveryState::ClearedUnverified];
    let reasons = prop::collection::vec(hostile(), 1..5);
    let of = (prop::collection::vec(probe, 0..5), prop::sample::select(states.to_vec()), reasons, hostile());
    of.prop_map(|(probes, state, reasons, stack)| {
        let evidence = probes
            .iter()
            .enumerate()
            .map(|(n, (id, kind, text, verdict))| seen(&format!("{n} {id}"), kind, *verdict, text, Some(text)));
        let not_asked = vec![NotAsked { probe: stack.as_str().into(), required: true }];
        // An id is the program's own word.
        let reasons: Vec<(&str, &str)> = reasons.iter().map(|text| ("evidence_fails", text.as_str())).collect();
        Report { stack: stack.clone(), not_asked, ..report(evidence.collect(), state, &reasons) }
    })
}

proptest! {
    #[test]
    fn junit_is_well_formed_whatever_it_says(report in reports()) {
        let text = render(&report, Format::Junit);
        let cases = xml::elements(&text).map(|all| all.iter().filter(|(name, _)| name == "testcase").count());
        prop_assert_eq!(cases, Ok(report.evidence.len() + 2), "{}", text);
    }

    #[test]
    fn prometheus_reads_every_line_whatever_it_says(report in reports()) {
        let text = render(&report, Format::Prometheus);
        prop_assert_eq!(exposition(&text), Ok(()), "{}", text);
    }

    #[test]
    fn nagios_gets_one_line_with_one_bar_whatever_it_says(report in reports()) {
        let text = render(&report, Format::Nagios);
        prop_assert_eq!(plugin_output(&text, &report), Ok(()), "{}", text);
    }

    #[test]
    fn no_text_passes_for_a_line_of_the_answer_for_people(report in reports()) {
        let hints = report.evidence.iter().filter(|seen| seen.verdict != Verdict::Pass).count();
        let missing = if report.missing.is_empty() { 0 } else { report.missing.len() + 2 };
        let lines = report.evidence.len() + hints + report.recovery.why_not.len() + report.not_asked.len() + 7 + missing;
        prop_assert_eq!(render(&report, Format::Human).matches('\n').count(), lines);
    }

    #[test]
    fn no_format_lets_a_terminal_be_spoken_to(report in reports()) {
        for format in [Format::Human, Format::Junit, Format::Prometheus, Format::Nagios] {
            let text = render(&report, format);
            prop_assert!(!text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{}", text);
        }
    }
}
