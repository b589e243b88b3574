//! `readback verify BUNDLE`: whether a bundle holds, with no database and no configuration.

use crate::cli::context::StartError;
use crate::cli::{VerifyFormat, say};
use crate::guard::line;
use crate::store::bundle::{Checked, Finding, MAX_BYTES, Tip, check};
use serde::Serialize;
use std::fmt::Write;
use std::io::{Read, stdout};
use std::path::Path;

/// What a bundle that does not hold exits with.
const BROKEN: u8 = 1;
/// How many findings are printed for people.
const SHOWN: usize = 40;
/// What no bundle can show.
const NOT_PROVED: &str = "whoever could write to the whole database could have written the whole chain anew, and a \
                          bundle of it would hold: compare the head with one that was kept elsewhere. It says what \
                          was recorded and by whom, not that it is true; who wrote the bundle is not signed";

/// The answer.
#[derive(Debug, Serialize)]
pub struct BundleReport {
    schema: &'static str,
    verdict: &'static str,
    incident: String,
    review: String,
    made_at: Option<jiff::Timestamp>,
    head: Option<Tip>,
    records: usize,
    reviews: usize,
    rows: usize,
    rows_masked: usize,
    sign_offs_computed: usize,
    sign_offs_not_computed: usize,
    lane: Option<&'static str>,
    policy: String,
    findings: Vec<FindingLine>,
    not_proved: &'static str,
}

/// Something that is wrong.
#[derive(Debug, Serialize)]
struct FindingLine {
    member: String,
    what: String,
}

/// Reads and checks a bundle, and prints the answer.
pub(super) fn run(path: &Path, format: VerifyFormat) -> Result<u8, StartError> {
    let report = BundleReport::of(check(&read(path)?));
    let text = match format {
        VerifyFormat::Human => report.human(),
        VerifyFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
    };
    say(&mut stdout(), text.trim_end());
    Ok(if report.holds() { 0 } else { BROKEN })
}

/// The file, up to what a bundle may have; a pipe or a device is none.
fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    let shown = line(&path.to_string_lossy()).into_owned();
    let trouble = |error: std::io::Error| StartError::Other(format!("{shown} can't be read: {}", error.kind()));
    if !std::fs::metadata(path).map_err(trouble)?.is_file() {
        return Err(StartError::Other(format!("{shown} is no file; name a bundle of `readback review bundle`")));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(trouble)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(trouble)?;
    if bytes.len() as u64 > MAX_BYTES {
        let most = MAX_BYTES / 1024 / 1024;
        return Err(StartError::Other(format!("{shown} is larger than {most} MiB, so it was not read")));
    }
    Ok(bytes)
}

impl BundleReport {
    /// From what a check found.
    pub fn of(checked: Checked) -> Self {
        let safe = |text: &str| line(text).into_owned();
        let finding = |finding: &Finding| FindingLine { member: safe(&finding.member), what: safe(&finding.what) };
        Self {
            schema: "readback_verify_bundle_v1",
            verdict: if checked.holds() { "holds" } else { "broken" },
            incident: safe(&checked.incident),
            review: safe(&checked.review),
            made_at: checked.made_at,
            head: checked.head.map(|head| Tip { hash: safe(&head.hash), ..head }),
            records: checked.records,
            reviews: checked.reviews,
            rows: checked.rows,
            rows_masked: checked.masked,
            sign_offs_computed: checked.signed,
            sign_offs_not_computed: checked.not_computed,
            lane: checked.lane.map(crate::review::Lane::id),
            policy: safe(&checked.policy),
            findings: checked.findings.iter().map(finding).collect(),
            not_proved: NOT_PROVED,
        }
    }

    /// Whether nothing is wrong.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    /// For people: the verdict first, what was checked, and what that does not show.
    pub fn human(&self) -> String {
        let mut out = String::new();
        let _ = match self.findings.len() {
            0 => writeln!(out, "HOLDS  review {} of incident {}", self.review, self.incident),
            1 => writeln!(out, "BROKEN  one thing is wrong"),
            many => writeln!(out, "BROKEN  {many} things are wrong"),
        };
        for FindingLine { member, what } in self.findings.iter().take(SHOWN) {
            let _ = writeln!(out, "  {member}: {what}");
        }
        if self.findings.len() > SHOWN {
            let _ = writeln!(out, "  … and {} more: --format json has them", self.findings.len() - SHOWN);
        }
        let Self { records, reviews, rows, rows_masked, sign_offs_computed, sign_offs_not_computed, .. } = self;
        let _ = writeln!(
            out,
            "checked: every line against the manifest; {records} records of {reviews} reviews, from the first, each hash over its bytes"
        );
        let _ = writeln!(
            out,
            "         {rows} rows against their digests, {rows_masked} more hold something masked and were not compared"
        );
        let _ = writeln!(
            out,
            "         {sign_offs_computed} sign-offs computed again, {sign_offs_not_computed} not: signed under another policy, or without what lay around them"
        );
        if let Some(lane) = self.lane {
            let _ = writeln!(out, "lane: {lane}, computed again under policy {}", self.policy);
        }
        if let Some(Tip { seq, hash, recorded_at }) = &self.head {
            let _ = writeln!(out, "head: {hash}  record {seq}, {recorded_at}");
        }
        let _ = writeln!(out, "not shown: {NOT_PROVED}");
        if !self.holds() {
            let _ = writeln!(
                out,
                "next: keep this file as it is; ask for the bundle anew, and `readback verify` where the database is"
            );
        }
        out
    }
}
