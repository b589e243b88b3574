//! Help, drawn from the action table: what it says is what the keys do.

use super::Line;
use crate::app::theme::Role;
use crate::app::{ACTIONS, Context, Facts};

/// Every action once, by context. In a read-only console what writes is left dim.
pub(super) fn lines(facts: &Facts) -> Vec<Line> {
    let mut lines = Vec::new();
    for context in Context::ALL {
        lines.push((context.word().to_owned(), String::new(), Role::Title));
        for info in ACTIONS.iter().filter(|info| info.context == context) {
            let refused = info.writes && !facts.setting.access.may_write();
            let role = if refused { Role::Muted } else { Role::Text };
            let text = if refused { format!("{} (read-only)", info.help) } else { info.help.to_owned() };
            lines.push((format!("  {}", info.keys.join("  ")), text, role));
        }
    }
    lines
}
