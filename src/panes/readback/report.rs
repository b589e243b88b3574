//! What the report tells besides the checks: its sections, and the risks that remain. Each is written here.

use super::lines::Line;
use super::purpose::Purpose;
use super::words::short_digests;
use crate::app::theme::Role;
use crate::review::{Review, Risk, Section};

/// Stands before what a line is about.
const SECTION: &str = "section/";
const RISK: &str = "risk/";

/// The sections in the order of the report, then the risks, the worst first, and a place for another.
pub(super) fn lines(review: &Review) -> Vec<Line> {
    let mut lines = vec![Line::rule("the report, besides the checks; e writes what is selected")];
    lines.extend(Section::ALL.map(|section| {
        let text = review.sections.get(&section).map_or("", |state| state.value.as_str());
        let line = if text.is_empty() {
            Line::new(words(section), "nobody has written this yet", Role::Muted)
        } else {
            let words_of = text.split_whitespace().collect::<Vec<_>>().join(" ");
            Line::new(words(section), short_digests(&words_of), Role::Text).whole(text)
        };
        line.to(&format!("{SECTION}{}", section.id()))
    }));
    lines.push(Line::rule("risks that remain: likelihood and impact from 1 to 5"));
    let mut risks: Vec<&Risk> = review.risks.values().collect();
    risks.sort_by_key(|risk| (std::cmp::Reverse(u16::from(risk.likelihood) * u16::from(risk.impact)), &risk.id));
    lines.extend(risks.into_iter().map(|risk| {
        let score = u16::from(risk.likelihood) * u16::from(risk.impact);
        let title = short_digests(&risk.title);
        let text = format!("{} x {} = {score}: {title}", risk.likelihood, risk.impact);
        Line::new(&risk.id, text, Role::Text).to(&format!("{RISK}{}", risk.id))
    }));
    lines.push(Line::new("another risk", "e rates one: R1 4 5 it fills again", Role::Muted).to(RISK));
    lines
}

/// What writing on a line is for.
pub(super) fn purpose(line: &Line) -> Option<Purpose> {
    let about = line.goes.as_deref()?;
    if let Some(section) = about.strip_prefix(SECTION) {
        return Section::from_id(section).map(Purpose::Section);
    }
    about.strip_prefix(RISK).map(|id| Purpose::Risk(id.to_owned()))
}

/// A section's heading.
fn words(section: Section) -> &'static str {
    match section {
        Section::Summary => "summary",
        Section::Impact => "impact",
        Section::Trigger => "trigger",
        Section::ContributingFactors => "contributing factors",
        Section::WentWell => "what went well",
        Section::WentBadly => "what went badly",
        Section::GotLucky => "where we got lucky",
    }
}

/// A risk as it is written: its id, how likely, how bad, and what may happen.
pub(super) fn risk(text: &str) -> Option<Risk> {
    let mut parts = text.trim().splitn(4, char::is_whitespace);
    let (id, likelihood, impact, title) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (likelihood, impact) = (likelihood.parse().ok()?, impact.parse().ok()?);
    Some(Risk { id: id.to_owned(), title: title.trim().to_owned(), likelihood, impact })
}

/// The same, to start from.
pub(super) fn written(risk: &Risk) -> String {
    format!("{} {} {} {}", risk.id, risk.likelihood, risk.impact, risk.title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_risk_reads_back_as_it_was_written_and_half_a_one_is_none() {
        let text = "R1 4 5 it fills again";
        assert_eq!(risk(text).as_ref().map(written).as_deref(), Some(text));
        for text in ["", "R1", "R1 4", "R1 4 5", "R1 4 much it fills", "R1 400 5 it fills"] {
            assert_eq!(risk(text), None, "{text}");
        }
    }
}
