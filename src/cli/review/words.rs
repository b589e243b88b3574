//! The words of arguments about follow-ups, read as a checklist reads them.

use crate::review::remediation;
use crate::review::{FollowUpKind, FollowUpStatus, Priority, Section};

pub(super) fn status(text: &str) -> Result<FollowUpStatus, String> {
    remediation::status(text)
        .filter(|_| !text.trim().is_empty())
        .ok_or_else(|| "no status; there are to-do, in-progress, done and dropped".to_owned())
}

pub(super) fn effort(text: &str) -> Result<u32, String> {
    remediation::effort(text).ok_or_else(|| "no effort; write quarters of a day like \"3.5 d\"".to_owned())
}

pub(super) fn kind(text: &str) -> Result<FollowUpKind, String> {
    remediation::kind(text).ok_or_else(|| "no type; there are mitigate, prevent, process and other".to_owned())
}

pub(super) fn priority(text: &str) -> Result<Priority, String> {
    remediation::priority(text).ok_or_else(|| "no priority; there are P0 to P3".to_owned())
}

pub(super) fn section(text: &str) -> Result<Section, String> {
    Section::from_id(&text.replace('-', "_")).ok_or_else(|| {
        let ids: Vec<&str> = Section::ALL.into_iter().map(Section::id).collect();
        format!("no section; there are {}", ids.join(", "))
    })
}
