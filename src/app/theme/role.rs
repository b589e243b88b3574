//! What a piece of the screen means. Panes ask for a role, never for a colour.

use serde::Deserialize;

/// The meaning of a piece of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Ordinary text; at truecolor also the background of the whole screen.
    Text,
    /// Secondary text: ages, sources, units.
    Muted,
    /// The title of a pane or an overlay.
    Title,
    /// The border of a pane.
    Border,
    /// The border of the pane that has the focus.
    BorderFocus,
    /// The selected row.
    Selection,
    /// A column header or a group heading.
    Header,
    /// A key, where one is offered.
    Key,
    /// Proved good.
    Pass,
    /// Not good, not yet bad.
    Warn,
    /// Bad.
    Fail,
    /// Not known, and therefore not good.
    Unknown,
    /// Seen too long ago to prove anything.
    Stale,
    /// A masked value.
    Secret,
    /// Only on the right side of a comparison.
    Added,
    /// Only on the left side of a comparison.
    Removed,
    /// On both sides, and different.
    Changed,
    /// What draws the eye without a judgement: a cursor, a match, a link.
    Accent,
    /// The access badge and other small labels.
    Badge,
    /// A warning about what the person is about to do.
    Danger,
}

impl Role {
    /// Every role, in the order of declaration.
    pub const ALL: [Self; 20] = [
        Self::Text,
        Self::Muted,
        Self::Title,
        Self::Border,
        Self::BorderFocus,
        Self::Selection,
        Self::Header,
        Self::Key,
        Self::Pass,
        Self::Warn,
        Self::Fail,
        Self::Unknown,
        Self::Stale,
        Self::Secret,
        Self::Added,
        Self::Removed,
        Self::Changed,
        Self::Accent,
        Self::Badge,
        Self::Danger,
    ];

    /// The role whose style is used where a theme does not give this one; `None` for [`Role::Text`].
    pub fn fallback(self) -> Option<Self> {
        Some(match self {
            Self::Text => return None,
            Self::Muted | Self::Title | Self::Selection | Self::Pass => Self::Text,
            Self::Border | Self::Unknown | Self::Secret => Self::Muted,
            Self::BorderFocus | Self::Header | Self::Key | Self::Warn | Self::Accent => Self::Title,
            Self::Fail | Self::Stale | Self::Changed => Self::Warn,
            Self::Added => Self::Pass,
            Self::Removed | Self::Danger => Self::Fail,
            Self::Badge => Self::Accent,
        })
    }
}
