//! The shape of a theme file.

use super::colour::{Depth, Named, Rgb, Shades};
use super::role::Role;
use ratatui::style::{Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A theme file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) name: String,
    /// The theme that gives the roles left out here: a built-in name, or `none`.
    #[serde(default = "default_parent")]
    pub(super) parent: String,
    /// Painted behind everything at 256 colours and more; without it the terminal's own stays.
    pub(super) background: Option<Background>,
    #[serde(default)]
    pub(super) roles: BTreeMap<Role, Look>,
}

fn default_parent() -> String {
    "default".to_owned()
}

/// The background a theme's colours are chosen for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Background {
    rgb: Option<Rgb>,
    ansi256: Option<u8>,
}

impl Background {
    pub(super) fn shades(self) -> Shades {
        Shades { named: None, ansi256: self.ansi256, rgb: self.rgb }
    }
}

/// How one role looks.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of its own in the file")]
pub(super) struct Look {
    fg: Option<Named>,
    ansi256: Option<u8>,
    rgb: Option<Rgb>,
    bg: Option<Named>,
    bg_ansi256: Option<u8>,
    bg_rgb: Option<Rgb>,
    bold: bool,
    dim: bool,
    italic: bool,
    underlined: bool,
    reversed: bool,
}

impl Look {
    pub(super) fn style(self, depth: Depth) -> Style {
        let fg = Shades { named: self.fg, ansi256: self.ansi256, rgb: self.rgb }.at(depth);
        let bg = Shades { named: self.bg, ansi256: self.bg_ansi256, rgb: self.bg_rgb }.at(depth);
        let modifiers = [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underlined, Modifier::UNDERLINED),
            (self.reversed, Modifier::REVERSED),
        ];
        let modifier = modifiers.into_iter().filter(|(on, _)| *on).fold(Modifier::empty(), |all, (_, one)| all | one);
        Style { fg, bg, ..Style::new() }.add_modifier(modifier)
    }
}
