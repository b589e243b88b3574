//! A colour as a theme file gives it, and what is left of it at a colour depth.

use ratatui::style::Color;
use serde::Deserialize;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// None: only modifiers (bold, reversed, ...) are used.
    Mono,
    /// The sixteen of the terminal's own palette.
    Ansi16,
    /// The xterm palette of 256.
    Ansi256,
    /// 24 bits.
    True,
}

/// A colour of the terminal's own palette, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Named {
    Default,
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    Gray,
    DarkGray,
    LightRed,
    LightGreen,
    LightYellow,
    LightBlue,
    LightMagenta,
    LightCyan,
    White,
}

impl From<Named> for Color {
    fn from(named: Named) -> Self {
        match named {
            Named::Default => Self::Reset,
            Named::Black => Self::Black,
            Named::Red => Self::Red,
            Named::Green => Self::Green,
            Named::Yellow => Self::Yellow,
            Named::Blue => Self::Blue,
            Named::Magenta => Self::Magenta,
            Named::Cyan => Self::Cyan,
            Named::Gray => Self::Gray,
            Named::DarkGray => Self::DarkGray,
            Named::LightRed => Self::LightRed,
            Named::LightGreen => Self::LightGreen,
            Named::LightYellow => Self::LightYellow,
            Named::LightBlue => Self::LightBlue,
            Named::LightMagenta => Self::LightMagenta,
            Named::LightCyan => Self::LightCyan,
            Named::White => Self::White,
        }
    }
}

/// Red, green and blue, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Rgb(u8, u8, u8);

impl TryFrom<String> for Rgb {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
        let [_, r, g, b] = value.ok_or_else(|| format!("`{text}` is not a colour, expected `#rrggbb`"))?.to_be_bytes();
        Ok(Self(r, g, b))
    }
}

/// One colour at up to three depths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shades {
    pub(super) named: Option<Named>,
    pub(super) ansi256: Option<u8>,
    pub(super) rgb: Option<Rgb>,
}

impl Shades {
    /// The best this depth can show; `None` where the theme says nothing for it.
    pub(super) fn at(self, depth: Depth) -> Option<Color> {
        let named = self.named.map(Color::from);
        let indexed = self.ansi256.map(Color::Indexed);
        let rgb = self.rgb.map(|Rgb(r, g, b)| Color::Rgb(r, g, b));
        match depth {
            Depth::Mono => rgb.or(indexed).or(named).map(|_| Color::Reset),
            Depth::Ansi16 => named,
            Depth::Ansi256 => indexed.or(named),
            Depth::True => rgb.or(indexed).or(named),
        }
    }
}
