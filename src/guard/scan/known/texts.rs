//! The texts that were encoded as a whole, so that a value in them may be escaped or encoded once more: JSON in base64.

use super::view::{Decoded, Decoder};
use std::ops::Range;

/// What begins with so many readable bytes is a text.
const READABLE: usize = 16;

/// Those of one view.
pub(super) struct Texts {
    decoder: Option<Decoder>,
    /// How much may be in them.
    most: usize,
}

impl Texts {
    /// None where no more rounds are left for them.
    pub(super) fn of(view: &[u8], wanted: bool) -> Self {
        Self { decoder: None, most: if wanted { view.len() } else { 0 } }
    }

    /// Adds what these bytes hold, if it reads as a text from one of the bits on that are multiples of `step`.
    pub(super) fn add(&mut self, bytes: &[u8], step: usize, stood: &Range<usize>) {
        if bytes.len() < READABLE || bytes.len() >= self.most {
            return;
        }
        let Some(shift) = (0..8).step_by(step).find(|shift| begins_readable(bytes, *shift)) else {
            return;
        };
        let decoder = self.decoder.get_or_insert_with(|| Decoder::for_at_most(self.most));
        if decoder.room() > bytes.len() {
            decoder.place(stood.start);
            decoder.extend(shifted(bytes, shift));
            decoder.divide(stood.end);
        }
    }

    pub(super) fn done(self, end: usize) -> Option<Decoded> {
        self.decoder.and_then(|decoder| decoder.done(end, true))
    }
}

/// The bytes from a bit on.
fn shifted(bytes: &[u8], shift: usize) -> impl Iterator<Item = u8> {
    let next = |at: usize| bytes.get(at + 1).map_or(0, |byte| u16::from(*byte));
    (0..bytes.len()).map(move |at| ((u16::from(bytes[at]) << 8 | next(at)) << shift >> 8) as u8)
}

/// UTF-8, or UTF-16 of plain letters, without control characters.
fn begins_readable(bytes: &[u8], shift: usize) -> bool {
    let control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\0' | b'\t' | b'\n' | b'\r');
    // Most of what is none ends here after one byte or two.
    match shifted(bytes, shift).take(READABLE).find(|byte| control(byte) || !byte.is_ascii()) {
        None => return true,
        Some(byte) if byte.is_ascii() => return false,
        Some(_) => {}
    }
    let mut sample = [0; READABLE];
    sample.iter_mut().zip(shifted(bytes, shift)).for_each(|(to, byte)| *to = byte);
    // The last character may be cut.
    let text = std::str::from_utf8(&sample).map_or_else(|error| error.error_len().is_none(), |_| true);
    text && !sample.iter().any(control)
}
