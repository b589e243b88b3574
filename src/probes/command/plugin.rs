//! Reads what a Nagios plugin prints: `TEXT | 'label'=value[unit];warn;crit;min;max …`. Pure. Only
//! numbers are taken over from performance data, and nothing before it was masked.

use crate::evidence::{Fact, Quantity};
use crate::guard::{Watch, line};

/// The most characters of a line that are shown.
const MOST_SHOWN: usize = 200;
/// The most measurements that are taken over.
const MOST_FACTS: usize = 6;
/// The most characters of a label.
const MOST_LABEL: usize = 40;

/// The first line of a plugin's output.
#[derive(Debug, PartialEq)]
pub(super) struct First {
    pub(super) says: String,
    pub(super) is_masked: bool,
    /// A line of a plugin has no control characters; rubbish has.
    pub(super) is_garbled: bool,
    pub(super) measured: Vec<Fact>,
}

/// Takes the first line apart. It is masked as a whole before it is cut: half a secret has no shape.
pub(super) fn first_line(output: &[u8]) -> First {
    let first = output.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = String::from_utf8_lossy(first);
    // Terminal colours (ESC) and tabs are bad manners, not rubbish.
    let is_rubbish = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\u{1b}');
    let is_garbled = text.contains(is_rubbish);
    let mut text = line(text.trim_end_matches('\r')).into_owned();
    let is_masked = Watch::default().mask(&mut text);
    let (says, data) = text.split_once('|').unwrap_or((&text, ""));
    First { says: cut(says.trim(), MOST_SHOWN), is_masked, is_garbled, measured: measurements(data) }
}

/// The first of some characters, with a sign that there were more.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The state that a line names among its first words, where that is not OK: `DISK CRITICAL - …`.
pub(super) fn contradiction(says: &str) -> Option<&'static str> {
    let mut words = says.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(3);
    let states = ["OK", "CRITICAL", "WARNING", "UNKNOWN"];
    let first = words.find_map(|word| states.into_iter().find(|state| word == *state));
    first.filter(|state| *state != "OK")
}

/// Performance data as facts. What does not parse is left out.
fn measurements(data: &str) -> Vec<Fact> {
    let mut found = Vec::new();
    let mut rest = data.trim_start();
    while found.len() < MOST_FACTS {
        let Some((label, after)) = label(rest) else { break };
        let (value, next) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
        let value = value.split(';').next().unwrap_or_default();
        if let Some(quantity) = quantity(value) {
            found.push(Fact::new(&cut(label.trim(), MOST_LABEL), quantity));
        }
        rest = next.trim_start();
    }
    found
}

/// A label up to its `=`, and what follows. In quotes it may hold spaces; a quote is doubled there.
fn label(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('\'') else {
        return text.split_once('=').map(|(label, after)| (label.to_owned(), after));
    };
    let mut end = 0;
    loop {
        end += quoted.get(end..)?.find('\'')?;
        let after = quoted.get(end + 1..)?;
        if after.starts_with('\'') {
            end += 2;
        } else {
            let label = quoted.get(..end)?.replace("''", "'");
            return after.strip_prefix('=').map(|after| (label, after));
        }
    }
}

/// A number with its unit. Numbers that no quantity can hold stay text: digits and a unit.
fn quantity(value: &str) -> Option<Quantity> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-' || c == '+')).unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(end)?;
    let parsed = number.parse::<f64>().ok().filter(|number| number.is_finite())?;
    if unit.chars().count() > 4 || !unit.chars().all(|c| c.is_alphanumeric() || c == '%') {
        return None;
    }
    if parsed < 0.0 {
        return Some(Quantity::Text(format!("{parsed} {unit}").trim_end().to_owned()));
    }
    Some(match unit {
        "s" => Quantity::Millis((parsed * 1000.0) as u64),
        "ms" => Quantity::Millis(parsed as u64),
        "us" => Quantity::Millis((parsed / 1000.0) as u64),
        "%" => Quantity::BasisPoints((parsed * 100.0).round() as u32),
        "B" => Quantity::Bytes(parsed as u64),
        "KB" => Quantity::Bytes((parsed * 1024.0) as u64),
        "MB" => Quantity::Bytes((parsed * 1_048_576.0) as u64),
        "GB" => Quantity::Bytes((parsed * 1_073_741_824.0) as u64),
        "TB" => Quantity::Bytes((parsed * 1_099_511_627_776.0) as u64),
        "" | "c" if parsed.fract() == 0.0 => Quantity::Count(parsed as u64),
        _ => Quantity::Text(format!("{parsed} {unit}").trim_end().to_owned()),
    })
}
