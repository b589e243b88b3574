//! Colours and modifiers as the shortest SGR sequence that leads from one look to the next.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use std::io::Write as _;

/// How the terminal paints the next character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pen {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) modifier: Modifier,
}

/// Modifiers that show on a space.
const SHOWS_ON_BLANK: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// What turns modifiers off, and which ones it takes along.
const OFF: [(u8, Modifier); 7] = [
    (22, Modifier::BOLD.union(Modifier::DIM)),
    (23, Modifier::ITALIC),
    (24, Modifier::UNDERLINED),
    (25, Modifier::SLOW_BLINK.union(Modifier::RAPID_BLINK)),
    (27, Modifier::REVERSED),
    (28, Modifier::HIDDEN),
    (29, Modifier::CROSSED_OUT),
];

const ON: [(u8, Modifier); 9] = [
    (1, Modifier::BOLD),
    (2, Modifier::DIM),
    (3, Modifier::ITALIC),
    (4, Modifier::UNDERLINED),
    (5, Modifier::SLOW_BLINK),
    (6, Modifier::RAPID_BLINK),
    (7, Modifier::REVERSED),
    (8, Modifier::HIDDEN),
    (9, Modifier::CROSSED_OUT),
];

impl Pen {
    /// As after `ESC [ m`.
    pub(super) const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    pub(super) fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// Whether a space looks the same with both.
    pub(super) fn same_on_blank(self, other: Self) -> bool {
        let shown = self.modifier & SHOWS_ON_BLANK;
        self.bg == other.bg
            && shown == other.modifier & SHOWS_ON_BLANK
            && (shown.is_empty() || (self.fg == other.fg && self.modifier == other.modifier))
    }

    /// Changes this pen to another one.
    pub(super) fn change(&mut self, to: Self, out: &mut Vec<u8>) {
        if *self == to {
            return;
        }
        if to == Self::PLAIN {
            out.extend_from_slice(b"\x1b[m");
        } else {
            let (step, fresh) = (self.step(to), Self::PLAIN.step(to));
            out.extend_from_slice(b"\x1b[");
            if step.len() <= fresh.len() + 2 {
                out.extend(step);
            } else {
                out.extend_from_slice(b"0;");
                out.extend(fresh);
            }
            out.push(b'm');
        }
        *self = to;
    }

    /// The parameters that lead from this pen to another.
    fn step(self, to: Self) -> Vec<u8> {
        let mut parameters = Parameters(Vec::with_capacity(16));
        let mut left = self.modifier;
        for (code, takes) in OFF {
            if (left - to.modifier).intersects(takes) {
                parameters.push(code);
                left -= takes;
            }
        }
        for (code, adds) in ON {
            if (to.modifier - left).contains(adds) {
                parameters.push(code);
            }
        }
        if self.fg != to.fg {
            parameters.colour(to.fg, 30);
        }
        if self.bg != to.bg {
            parameters.colour(to.bg, 40);
        }
        parameters.0
    }
}

/// SGR parameters, joined by semicolons.
struct Parameters(Vec<u8>);

impl Parameters {
    fn push(&mut self, code: u8) {
        if !self.0.is_empty() {
            self.0.push(b';');
        }
        let _ = write!(self.0, "{code}");
    }

    /// A colour; `base` is 30 for the foreground and 40 for the background.
    fn colour(&mut self, colour: Color, base: u8) {
        match colour {
            Color::Reset => self.push(base + 9),
            Color::Black => self.push(base),
            Color::Red => self.push(base + 1),
            Color::Green => self.push(base + 2),
            Color::Yellow => self.push(base + 3),
            Color::Blue => self.push(base + 4),
            Color::Magenta => self.push(base + 5),
            Color::Cyan => self.push(base + 6),
            Color::Gray => self.push(base + 7),
            Color::DarkGray => self.push(base + 60),
            Color::LightRed => self.push(base + 61),
            Color::LightGreen => self.push(base + 62),
            Color::LightYellow => self.push(base + 63),
            Color::LightBlue => self.push(base + 64),
            Color::LightMagenta => self.push(base + 65),
            Color::LightCyan => self.push(base + 66),
            Color::White => self.push(base + 67),
            Color::Indexed(index) => [base + 8, 5, index].into_iter().for_each(|code| self.push(code)),
            Color::Rgb(r, g, b) => [base + 8, 2, r, g, b].into_iter().for_each(|code| self.push(code)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn change(from: Pen, to: Pen) -> String {
        let (mut pen, mut out) = (from, Vec::new());
        pen.change(to, &mut out);
        String::from_utf8(out).unwrap().replace('\x1b', "")
    }

    #[test]
    fn the_sixteen_colours_have_short_forms() {
        let red = Pen { fg: Color::Red, ..Pen::PLAIN };
        assert_eq!(change(Pen::PLAIN, red), "[31m");
        assert_eq!(change(red, Pen::PLAIN), "[m");
        assert_eq!(change(red, red), "");
        assert_eq!(change(Pen::PLAIN, Pen { bg: Color::LightCyan, ..red }), "[31;106m");
        assert_eq!(change(Pen::PLAIN, Pen { bg: Color::Indexed(231), ..Pen::PLAIN }), "[48;5;231m");
        assert_eq!(change(Pen::PLAIN, Pen { fg: Color::Rgb(1, 20, 255), ..Pen::PLAIN }), "[38;2;1;20;255m");
    }

    #[test]
    fn bold_and_dim_share_their_off_switch() {
        let bold = Pen { modifier: Modifier::BOLD, fg: Color::Red, ..Pen::PLAIN };
        let dim = Pen { modifier: Modifier::DIM, ..bold };
        let both = Pen { modifier: Modifier::BOLD | Modifier::DIM, ..bold };
        assert_eq!(change(both, dim), "[22;2m");
        assert_eq!(change(bold, both), "[2m");
        assert_eq!(change(bold, dim), "[22;2m");
    }

    fn pen() -> impl Strategy<Value = Pen> {
        let colour = prop_oneof![
            Just(Color::Reset),
            Just(Color::Red),
            Just(Color::Gray),
            Just(Color::White),
            any::<u8>().prop_map(Color::Indexed),
            any::<[u8; 3]>().prop_map(|[r, g, b]| Color::Rgb(r, g, b)),
        ];
        (colour.clone(), colour, any::<u16>()).prop_map(|(fg, bg, bits)| Pen {
            fg,
            bg,
            modifier: Modifier::from_bits_truncate(bits),
        })
    }

    /// What a terminal understands, written as independently as its own specification.
    fn interpret(pen: &mut Pen, parameters: &str) {
        let mut codes = parameters.split(';').map(|code| code.parse::<u8>().unwrap_or(0));
        while let Some(code) = codes.next() {
            let on = ON.iter().find(|(on, _)| *on == code).map(|(_, modifier)| *modifier);
            match code {
                0 => *pen = Pen::PLAIN,
                1..=9 => pen.modifier |= on.unwrap(),
                22 => pen.modifier -= Modifier::BOLD | Modifier::DIM,
                25 => pen.modifier -= Modifier::SLOW_BLINK | Modifier::RAPID_BLINK,
                23 | 24 | 27 | 28 | 29 => {
                    pen.modifier -= ON.iter().find(|(on, _)| on + 20 == code).unwrap().1;
                }
                30..=49 | 90..=107 => {
                    let base = if (30..40).contains(&code) || (90..100).contains(&code) { 30 } else { 40 };
                    let colour = match code - base {
                        9 => Color::Reset,
                        1 => Color::Red,
                        7 => Color::Gray,
                        67 => Color::White,
                        8 if codes.next() == Some(5) => Color::Indexed(codes.next().unwrap()),
                        8 => Color::Rgb(codes.next().unwrap(), codes.next().unwrap(), codes.next().unwrap()),
                        other => panic!("{other}"),
                    };
                    *(if base == 30 { &mut pen.fg } else { &mut pen.bg }) = colour;
                }
                other => panic!("{other}"),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_change_arrives_at_its_target(pens in prop::collection::vec(pen(), 2..20)) {
            let (mut pen, mut terminal) = (Pen::PLAIN, Pen::PLAIN);
            for target in pens {
                let mut out = Vec::new();
                pen.change(target, &mut out);
                let text = String::from_utf8(out).unwrap();
                if let Some(parameters) = text.strip_prefix("\x1b[").and_then(|text| text.strip_suffix('m')) {
                    interpret(&mut terminal, parameters);
                }
                prop_assert_eq!(terminal, target, "{:?}", text);
            }
        }
    }
}
