//! `docs/probes.md`, from the table of kinds.

use super::{About, KINDS};
use std::fmt::Write;
use std::time::Duration;

const HEAD: &str = "# Probes

Written by `probes::document()`; to renew it: `UPDATE_DOCS=1 cargo test --test probes document::`.

A probe looks from this host and brings facts; a judge turns them into a verdict. `FAIL` means that the claim was seen
not to hold. `unknown` means that nothing can be said, and why; it is never green:

| reason | in words |
|---|---|
";

const TAIL: &str = "
A connection that is refused is `FAIL`: the host is there. A name that can't be looked up, or a host that does not
answer a connection, is `unknown`: it may be this host's view only. A service that accepts a connection and then does
not answer is `FAIL`. A negative control is a question that has to be refused; if it is answered, the probe is void.

Every probe has `id`, `kind`, `every`, `timeout`, `half_life`, `required`, `needs` and `tags` besides the options of its kind.
";

/// The page on all kinds: what each asks, its options, what a pass means and what it can't see.
pub fn document() -> String {
    let mut page = HEAD.to_owned();
    for reason in super::REASONS {
        line(&mut page, format_args!("| `{}` | {} |", reason.code(), reason.word()));
    }
    page.push_str(TAIL);
    for about in KINDS {
        kind(&mut page, about);
    }
    page
}

fn kind(page: &mut String, about: &About) {
    line(page, format_args!("\n## {}\n\n{}\n", about.name, about.asks));
    line(page, format_args!("- **A pass means:** {}", about.pass_means));
    line(page, format_args!("- **It can't see:** {}", about.blind_to));
    let (every, timeout, half_life) = (words(about.every), words(about.timeout), words(about.half_life));
    line(page, format_args!("- **Unless configured:** every {every}, timeout {timeout}, half-life {half_life}.\n"));
    page.push_str("| option | default | |\n|---|---|---|\n");
    for option in about.options {
        let default = match option.default {
            word @ ("required" | "none") => word.to_owned(),
            value => format!("`{value}`"),
        };
        line(page, format_args!("| `{}` | {default} | {} |", option.name, option.doc));
    }
    if !about.reasons.is_empty() {
        page.push_str("\n| reason | |\n|---|---|\n");
    }
    for (id, words) in about.reasons {
        line(page, format_args!("| `{id}` | {words} |"));
    }
}

fn words(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}

/// Writing to a `String` does not fail.
fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(page, "{text}");
}
