//! What people write into the report: its sections, and the risks that remain.

use super::{Refused, Stamp, check_text, step};
use crate::guard::Watch;
use crate::review::event::{NewReviewEvent, ReviewAct};
use crate::review::fold::Review;
use crate::review::narrative::{Risk, Section};

/// The longest id of a risk, in characters.
const MAX_ID: usize = 20;

/// Writes a section; an empty text takes it back.
pub fn write_section(
    review: &Review,
    guard: &Watch,
    section: Section,
    text: &str,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    let text = text.trim();
    check_text(guard, section.id(), text)?;
    let standing = review.sections.get(&section).map_or("", |state| state.value.as_str());
    if standing == text {
        return Err(Refused::StandsAlready(section.id().to_owned()));
    }
    step(review, stamp, ReviewAct::SectionWritten { section, text: text.to_owned() })
}

/// Rates a risk, or rates it anew.
pub fn rate_risk(review: &Review, guard: &Watch, risk: Risk, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if risk.id.is_empty() || risk.id.len() > MAX_ID || !is_word(&risk.id) {
        return Err(Refused::BadItemId);
    }
    if !(1..=5).contains(&risk.likelihood) || !(1..=5).contains(&risk.impact) {
        return Err(Refused::BadRating);
    }
    check_text(guard, &risk.id, &risk.title)?;
    if risk.title.trim().is_empty() {
        return Err(Refused::SaysNothing(risk.id));
    }
    if review.risks.get(&risk.id) == Some(&risk) {
        return Err(Refused::StandsAlready(risk.id));
    }
    step(review, stamp, ReviewAct::RiskRated { risk })
}

/// Takes a risk out of the matrix.
pub fn drop_risk(review: &Review, id: &str, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    if !review.risks.contains_key(id) {
        return Err(Refused::NoSuchItem(id.to_owned()));
    }
    step(review, stamp, ReviewAct::RiskDropped { id: id.to_owned() })
}
