//! Checking a bundle: first that every line is what the manifest says, then what the lines say.

use super::format::{End, Line, Manifest, SCHEMA, Tip};
use super::links::Links;
use super::{MAX_BYTES, MAX_MEMBER, MAX_MEMBERS};
use crate::guard;
use crate::review::Lane;
use jiff::Timestamp;
use serde_json::Value;

/// Something that is wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which line: `record 3 (event …)`. Foreign text.
    pub member: String,
    /// What is wrong with it. Foreign text.
    pub what: String,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What is wrong, in the order of the lines; empty where everything holds.
    pub findings: Vec<Finding>,
    /// The incident. Foreign text.
    pub incident: String,
    /// The review. Foreign text.
    pub review: String,
    /// When the bundle was made, as it says.
    pub made_at: Option<Timestamp>,
    /// The head of the chain, as it says: compare it with one that is kept elsewhere.
    pub head: Option<Tip>,
    /// How many records were read.
    pub records: usize,
    /// Of how many reviews.
    pub reviews: usize,
    /// How many rows were compared with their digests.
    pub rows: usize,
    /// How many rows hold something masked, so that they can't be compared.
    pub masked: usize,
    /// The policy that the lanes were computed under.
    pub policy: String,
    /// The lane, computed again.
    pub lane: Option<Lane>,
    /// How many sign-offs were computed again.
    pub signed: usize,
    /// How many were not: under another policy, or without what lay around them.
    pub not_computed: usize,
}

impl Checked {
    /// Whether nothing is wrong.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn find(&mut self, member: impl Into<String>, what: impl Into<String>) {
        self.findings.push(Finding { member: member.into(), what: what.into() });
    }
}

/// Checks a bundle. Total: whatever the bytes are, it says what is wrong with them, with less than a hundred thousand
/// members and what fits into the memory a few times.
pub fn check(bytes: &[u8]) -> Checked {
    let mut checked = Checked::default();
    if bytes.len() as u64 > MAX_BYTES {
        checked.find("the file", format!("it is larger than {} MiB and was not read", MAX_BYTES / 1024 / 1024));
        return checked;
    }
    let Some(text) = bytes.strip_suffix(b"\n") else {
        checked.find("end", "the last line has no line break: the file was cut off or changed there");
        return checked;
    };
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').take(MAX_MEMBERS + 3).collect();
    let (Some((first, rest)), true) = (lines.split_first(), lines.len() <= MAX_MEMBERS + 2) else {
        checked.find("the file", format!("it has more than {MAX_MEMBERS} members and was not read"));
        return checked;
    };
    let manifest = match parse(first) {
        Ok(Line::Manifest(manifest)) => manifest,
        Ok(other) => {
            checked.find("manifest", format!("the first line is the {}: the manifest is not there", other.name()));
            return checked;
        }
        Err(why) => {
            checked.find("manifest", format!("it can't be read: {why}"));
            return checked;
        }
    };
    let members = end(first, rest, &mut checked);
    let lines = digests(&manifest, members, &mut checked);
    checked.incident.clone_from(&manifest.incident);
    checked.review.clone_from(&manifest.review);
    checked.made_at = Some(manifest.made_at);
    checked.head.clone_from(&manifest.head);
    Links::new(&manifest, lines).follow(&mut checked);
    checked
}

/// A line, which has to be canonical: what says the same in two ways could be read in two.
fn parse(bytes: &[u8]) -> Result<Line, String> {
    if bytes.len() > MAX_MEMBER {
        return Err(format!("it is longer than {} MiB", MAX_MEMBER / 1024 / 1024));
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON ({error})"))?;
    if guard::canonical(&value) != bytes {
        return Err("it is not in the canonical form (RFC 8785)".to_owned());
    }
    serde_json::from_value(value).map_err(|error| format!("it is no member of {SCHEMA} ({error})"))
}

/// Checks the end against the manifest; what stands between.
fn end<'a>(first: &[u8], rest: &'a [&'a [u8]], checked: &mut Checked) -> &'a [&'a [u8]] {
    let Some((last, members)) = rest.split_last() else {
        checked.find("end", "it is not there: the file was cut off");
        return &[];
    };
    match parse(last) {
        Ok(Line::End(End { manifest })) if manifest == guard::digest_bytes(first) => members,
        Ok(Line::End(_)) => {
            checked.find("manifest", "its SHA-256 is not the one that the end says: one of the two was changed");
            members
        }
        Ok(other) => {
            checked.find("end", format!("the last line is {}: the file was cut off", other.name()));
            rest
        }
        Err(why) => {
            checked.find("end", format!("it can't be read: {why}"));
            members
        }
    }
}

/// Checks every line against the manifest; those that can be read, with their names.
fn digests(manifest: &Manifest, members: &[&[u8]], checked: &mut Checked) -> Vec<(String, Line)> {
    if manifest.schema != SCHEMA {
        checked.find("manifest", format!("it is of the shape {}, not {SCHEMA}", manifest.schema));
    }
    let mut listed = manifest.members.iter();
    let mut lines = Vec::new();
    for bytes in members {
        let read = parse(bytes);
        let says = read.as_ref().map_or_else(|_| "a line".to_owned(), Line::name);
        let Some(member) = listed.next() else {
            checked.find(says, "the manifest does not list it: it was put in");
            continue;
        };
        if guard::digest_bytes(bytes) != member.sha256 || bytes.len() != member.bytes {
            checked
                .find(&member.name, "its SHA-256 is not the one in the manifest: it was changed, or is another line");
        }
        match read {
            Err(why) => checked.find(&member.name, format!("it can't be read: {why}")),
            Ok(line) => {
                if says != member.name {
                    checked.find(&member.name, format!("in its place stands {says}"));
                }
                lines.push((says, line));
            }
        }
    }
    for gone in listed {
        checked.find(&gone.name, "it is not there: the file was cut off, or the line was taken out");
    }
    lines
}
