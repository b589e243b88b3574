//! Which layer's value the application really gets.

use super::compose::Origin;
use super::facts::Facts;
use super::{Layer, Place};

/// The layer that decides a key, and where. `None` where it is not known (a layer that could decide
/// was not read) or where the application does not get the key at all.
pub(super) fn winner<'a>(facts: &Facts<'a>, key: &'a str) -> Option<(Layer, Place)> {
    let has_option = facts.rules.app.as_ref().is_some_and(|app| app.options.iter().any(|(_, of)| of == key));
    if has_option && facts.why_unread(Layer::App).is_some() {
        return None;
    }
    if let Some(place) = facts.app_blocks(key) {
        return Some((Layer::App, place));
    }
    facts.compose_layer()?;
    let effective = facts.effective(key)?;
    let value = effective.value.as_ref()?;
    let file = facts.value(Layer::File, key);
    match effective.origin {
        Origin::HardCoded => Some((Layer::Compose, effective.place.clone())),
        Origin::Environment | Origin::EnvFile => match file {
            // Compose hands on what the file says.
            Some(found) if found == value.expose() => Some((Layer::File, facts.place(Layer::File, key)?)),
            _ => Some((Layer::Compose, effective.place.clone())),
        },
    }
}
