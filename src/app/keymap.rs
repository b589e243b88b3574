//! From a key press to an action: by the default keys of the action table, inner context first.

use super::action::{ACTIONS, Action, Context};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The action a key means in these contexts, innermost first.
pub fn resolve(key: &KeyEvent, contexts: &[Context]) -> Option<Action> {
    let name = key_name(key)?;
    contexts.iter().find_map(|context| {
        ACTIONS
            .iter()
            .find(|info| info.context == *context && info.keys.contains(&name.as_str()))
            .map(|info| info.action)
    })
}

/// The name of a key press as it stands in the action table (`ctrl-s`, `shift-tab`, `G`).
fn key_name(key: &KeyEvent) -> Option<String> {
    let base = match key.code {
        KeyCode::Char(' ') => "space".to_owned(),
        KeyCode::Char(c) => c.to_string(),
        KeyCode::F(n) => format!("f{n}"),
        KeyCode::Enter => "enter".to_owned(),
        KeyCode::Esc => "esc".to_owned(),
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => return Some("shift-tab".to_owned()),
        KeyCode::Tab => "tab".to_owned(),
        KeyCode::BackTab => return Some("shift-tab".to_owned()),
        KeyCode::Up => "up".to_owned(),
        KeyCode::Down => "down".to_owned(),
        KeyCode::Left => "left".to_owned(),
        KeyCode::Right => "right".to_owned(),
        KeyCode::Home => "home".to_owned(),
        KeyCode::End => "end".to_owned(),
        KeyCode::PageUp => "pageup".to_owned(),
        KeyCode::PageDown => "pagedown".to_owned(),
        _ => return None,
    };
    let ctrl = if key.modifiers.contains(KeyModifiers::CONTROL) { "ctrl-" } else { "" };
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "alt-" } else { "" };
    Some(format!("{ctrl}{alt}{base}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_key_means_two_things_in_contexts_that_are_heard_together() {
        for pair in [
            [Context::Global, Context::List],
            [Context::Env, Context::List],
            [Context::Timeline, Context::List],
            [Context::Timeline, Context::Global],
            [Context::Review, Context::List],
            [Context::Conflict, Context::Review],
            [Context::Conflict, Context::List],
        ] {
            let keys: Vec<_> =
                ACTIONS.iter().filter(|info| pair.contains(&info.context)).flat_map(|info| info.keys).collect();
            let distinct: BTreeSet<_> = keys.iter().collect();
            assert_eq!(keys.len(), distinct.len(), "{pair:?}: {keys:?}");
        }
    }

    #[test]
    fn an_inner_context_is_heard_first_and_modifiers_count() {
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        let f = key(KeyCode::Char('f'), KeyModifiers::NONE);
        assert_eq!(resolve(&f, &[Context::Review, Context::List, Context::Global]), Some(Action::AnswerFail));
        assert_eq!(resolve(&f, &[Context::Env, Context::List, Context::Global]), Some(Action::FindingsOnly));
        let ctrl_s = key(KeyCode::Char('s'), KeyModifiers::CONTROL);
        assert_eq!(resolve(&ctrl_s, &[Context::Editing]), Some(Action::Save));
        assert_eq!(resolve(&key(KeyCode::BackTab, KeyModifiers::SHIFT), &[Context::Global]), Some(Action::PrevPane));
        assert_eq!(resolve(&key(KeyCode::Char('q'), KeyModifiers::NONE), &[Context::Editing]), None);
    }
}
