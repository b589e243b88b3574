//! `docs/findings.md`, from the table of rules.

use super::{RULES, Rule, Severity};
use std::fmt::Write;

const HEAD: &str = "# Findings

Written by `env::findings::document()`; to renew it: `UPDATE_DOCS=1 cargo test --test env findings::`.

What `readback env verify`, the env pane and the probe `env` say of a configuration. Ids are stable; a value, or a part
of one, is in none of them. An error: the stack breaks, or has. A warning: it will, or may. A note: worth knowing.

A severity that does not fit is tuned in `readback.toml`, with a reason; what is tuned off is still counted and listed
with it (`tuned`):

    [[env.rules.tune]]
    id = \"unknown_key\"
    severity = \"off\"            # or note, warning, error
    keys = [\"OCR_*\"]            # all, unless given
    reason = \"the OCR team adds keys by itself\"

| id | severity | |
|---|---|---|
";

/// The page on all rules: what each finds, why that matters, what to do, and where it is found.
pub fn document() -> String {
    let mut page = HEAD.to_owned();
    for Rule { id, severity, about, .. } in RULES {
        line(&mut page, format_args!("| [`{id}`](#{id}) | {} | {about} |", word(*severity)));
    }
    for Rule { id, severity, about, why, fix, example, .. } in RULES {
        line(&mut page, format_args!("\n## {id}\n\n{about} ({})\n", word(*severity)));
        line(&mut page, format_args!("- **Why it matters:** {why}\n- **Fix:** {fix}\n- **Example:** {example}"));
    }
    page
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Writing to a `String` does not fail.
fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(page, "{text}");
}
