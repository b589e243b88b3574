//! What a terminal shows and which modes are on, as far as tests need to know.

use std::num::NonZeroU16;

/// A terminal's screen, fed with the bytes of a program.
pub(crate) struct Screen(vt100::Parser<Modes>);

/// What the reference terminal does not keep itself.
#[derive(Default)]
struct Modes {
    synchronized: bool,
    titles: i32,
    copied: Vec<Vec<u8>>,
}

impl vt100::Callbacks for Modes {
    fn unhandled_csi(&mut self, _: &mut vt100::Screen, i1: Option<u8>, _: Option<u8>, params: &[&[u16]], c: char) {
        match (i1, params, c) {
            (Some(b'?'), [[2026]], 'h' | 'l') => self.synchronized = c == 'h',
            (None, [[22], ..], 't') => self.titles += 1,
            (None, [[23], ..], 't') => self.titles -= 1,
            _ => {}
        }
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.copied.push(data.to_owned());
    }
}

impl Screen {
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        Self(vt100::Parser::new_with_callbacks(size(rows), size(columns), 0, Modes::default()))
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.0.process(bytes);
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.0.screen_mut().set_size(size(rows), size(columns));
    }

    /// The text of the screen; rows are separated by line feeds, trailing blanks are left out.
    pub(crate) fn text(&self) -> String {
        self.0.screen().contents()
    }

    /// What was copied through OSC 52, still in base64.
    pub(crate) fn copied(&self) -> &[Vec<u8>] {
        &self.0.callbacks().copied
    }

    /// Whether a synchronized update has begun and not ended.
    pub(crate) fn is_updating(&self) -> bool {
        self.0.callbacks().synchronized
    }

    /// Whether a full-screen program has the terminal.
    pub(crate) fn is_taken(&self) -> bool {
        self.0.screen().alternate_screen()
    }

    /// What a program has left behind; empty when everything is as it was.
    pub(crate) fn leftovers(&self) -> Vec<&'static str> {
        let screen = self.0.screen();
        let modes = self.0.callbacks();
        let checks = [
            (screen.alternate_screen(), "alternate screen"),
            (screen.hide_cursor(), "hidden cursor"),
            (screen.bracketed_paste(), "bracketed paste"),
            (screen.application_cursor(), "application cursor keys"),
            (screen.application_keypad(), "application keypad"),
            (screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None, "mouse"),
            (screen.bold() || screen.inverse() || screen.fgcolor() != vt100::Color::Default, "a style"),
            (modes.synchronized, "synchronized update"),
            (modes.titles != 0, "pushed title"),
        ];
        checks.into_iter().filter(|(left, _)| *left).map(|(_, name)| name).collect()
    }
}

fn size(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}
