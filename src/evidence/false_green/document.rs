//! `docs/false-green.md`, from the table of rules.

use super::{RULES, Rule, Sees};
use std::fmt::Write;

const HEAD: &str = "# The false-green rules

Written by `evidence::false_green::document()`; to renew it: `UPDATE_DOCS=1 cargo test --test evidence false_green::`.

Each rule is a way in which a recovery only looks like one. While one applies, the state is not `VERIFIED RECOVERY`, and
its id stands among the reasons: under `w`, in `readback check`, in the JSON. `check` opens no database, so it asks the
rules that need evidence only. The log is looked at 24 hours back; FG11 takes the newest RESOLVED however old it is.

A rule that can't be decided does not apply, and does not clear anything either: what it would have seen is not looked at.

| id | rule | decided from | at best |
|---|---|---|---|
";

/// The page on all rules.
pub fn document() -> String {
    let mut page = HEAD.to_owned();
    for rule in RULES {
        let (id, title, best) = (rule.id, rule.title, rule.at_best.word());
        line(&mut page, format_args!("| {id} | {title} | {} | {best} |", sees(rule)));
    }
    for Rule { id, title, asks, needs, ends, .. } in RULES {
        line(&mut page, format_args!("\n## {id}: {title}\n\n{asks}\n"));
        line(&mut page, format_args!("- **Needs:** {needs}\n- **Ends:** {ends}"));
    }
    page
}

fn sees(rule: &Rule) -> &'static str {
    match rule.sees {
        Sees::Evidence => "evidence",
        Sees::Log => "the log and evidence",
    }
}

/// Writing to a `String` does not fail.
fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(page, "{text}");
}
