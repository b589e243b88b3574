//! The title of the terminal window.

use crate::guard::line;

/// The bytes that set the title. The guard puts the old one back.
pub fn title(text: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x1b\\", line(text)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_end_its_own_sequence() {
        assert_eq!(title("odoo18-prod"), b"\x1b]2;odoo18-prod\x1b\\");
        assert_eq!(title("x\x07\x1b[2J"), "\x1b]2;x␇␛[2J\x1b\\".as_bytes());
    }
}
