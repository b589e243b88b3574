//! `docs/keys.md`, drawn from the action table.

use super::{ACTIONS, Context};
use std::fmt::Write;

/// The page: every key, by where it is heard.
pub fn document() -> String {
    let mut out = String::from("# Keys\n\nDrawn from the console's own table of actions; `?` shows the same. ");
    out.push_str("What is marked *writes* is refused in a read-only console and in the demo.\n");
    for context in Context::ALL {
        let _ = write!(out, "\n## {}\n\n| key | name | does |\n|---|---|---|\n", capitalised(context.word()));
        for info in ACTIONS.iter().filter(|info| info.context == context) {
            let keys = info.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ");
            let writes = if info.writes { " *writes*" } else { "" };
            let _ = writeln!(out, "| {keys} | {} | {}{writes} |", info.name, info.help);
        }
    }
    out
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
