//! Themes: a style for every role, resolved once for the colour depth of the terminal.
//!
//! A theme file names colours of the terminal's own sixteen first; `ansi256` and `rgb` are refinements
//! for terminals that show them. At [`Depth::Mono`] every colour becomes the terminal's default and
//! only the modifiers stay: a colour is never the only sign of a state.

mod colour;
mod file;
mod role;

pub use colour::Depth;
pub use role::Role;

use file::{File, Look};
use ratatui::style::{Color, Style};
use std::collections::BTreeMap;
use thiserror::Error;

/// Name and text of the themes that are compiled in.
const BUILTIN: [(&str, &str); 6] = [
    ("default", include_str!("../../../themes/default.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("deuteranopia", include_str!("../../../themes/deuteranopia.toml")),
    ("tritanopia", include_str!("../../../themes/tritanopia.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// Why a theme file cannot be used. The caller knows the file's name and puts it in front.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ThemeError {
    /// Not TOML, or not the keys and values of a theme.
    #[error("line {line}, column {column}: {reason}")]
    Invalid {
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
        /// What is wrong and what is allowed, on one line.
        reason: String,
    },
    /// `parent` names no built-in theme.
    #[error("parent `{parent}` is not a theme, expected `none` or one of {}", Theme::names().collect::<Vec<_>>().join(", "))]
    UnknownParent {
        /// As written.
        parent: String,
    },
}

/// A style for every role, at one colour depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    depth: Depth,
    background: Option<Color>,
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The names of the built-in themes; the first is the default.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// The built-in theme of this name.
    pub fn builtin(name: &str, depth: Depth) -> Option<Self> {
        Self::parse(builtin_text(name)?, depth).ok()
    }

    /// A theme from the text of a theme file.
    pub fn parse(text: &str, depth: Depth) -> Result<Self, ThemeError> {
        let file = read(text)?;
        let mut roles = BTreeMap::new();
        if file.parent != "none" {
            let parent =
                builtin_text(&file.parent).ok_or_else(|| ThemeError::UnknownParent { parent: file.parent.clone() })?;
            roles = read(parent)?.roles;
        }
        roles.extend(file.roles);
        let background = file.background.and_then(|background| background.shades().at(depth));
        let styles = Role::ALL.map(|role| resolve(&roles, role, depth, background));
        Ok(Self { name: file.name, depth, background, styles })
    }

    /// The name the file gives.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The depth the theme was resolved for.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The background behind everything; `None` leaves the terminal's own.
    pub fn background(&self) -> Option<Color> {
        self.background
    }

    /// The style of a role. Paint the whole frame with [`Role::Text`] first: it carries the background.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

fn builtin_text(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

fn read(text: &str) -> Result<File, ThemeError> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        ThemeError::Invalid { line, column, reason: error.message().replace('\n', ", ") }
    })
}

/// The look of a role or of the nearest role it falls back to.
fn resolve(roles: &BTreeMap<Role, Look>, role: Role, depth: Depth, background: Option<Color>) -> Style {
    let look = std::iter::successors(Some(role), |role| role.fallback()).find_map(|role| roles.get(&role));
    let mut style = look.copied().unwrap_or_default().style(depth);
    if role == Role::Text {
        style.bg = style.bg.or(background);
    }
    style
}
