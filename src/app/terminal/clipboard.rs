//! Copying through the terminal (OSC 52), so that it reaches the person's own machine over SSH.

use super::caps::Caps;

/// The most base64 that terminals are known to take in one sequence.
const LIMIT: usize = 74_994;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes that ask the terminal to copy `text`; `None` where that cannot work (a dumb terminal, or more
/// text than terminals take). A terminal does not answer, so say "sent to the terminal", not "copied".
pub fn plan(text: &str, caps: &Caps) -> Option<Vec<u8>> {
    let data = base64(text.as_bytes());
    if caps.dumb || data.len() > LIMIT {
        return None;
    }
    let sequence = format!("\x1b]52;c;{data}\x1b\\");
    // tmux takes the sequence itself with `set-clipboard on`, and hands it on inside a DCS with
    // `allow-passthrough on`. Which of the two is set cannot be seen from here, and twice does no harm.
    let wrapped =
        if caps.tmux { format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")) } else { String::new() };
    Some((sequence + &wrapped).into_bytes())
}

fn base64(bytes: &[u8]) -> String {
    let letter =
        |group: u32, shift: u32| ALPHABET.get((group >> shift & 63) as usize).map_or('=', |byte| char::from(*byte));
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0, |group, i| group << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        out.extend([letter(group, 18), letter(group, 12)]);
        out.push(if chunk.len() > 1 { letter(group, 6) } else { '=' });
        out.push(if chunk.len() > 2 { letter(group, 0) } else { '=' });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(term: &str) -> Caps {
        Caps::detect(|name| (name == "TERM").then(|| term.to_owned()))
    }

    #[test]
    fn base64_agrees_with_the_vectors_of_rfc_4648() {
        let vectors = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (length, expected) in vectors.into_iter().enumerate() {
            assert_eq!(base64("foobar".get(..length).unwrap_or_default().as_bytes()), expected);
        }
        assert_eq!(base64(&[0xff, 0xef, 0xbe]), "/+++");
    }

    #[test]
    fn tmux_gets_the_sequence_plain_and_wrapped() {
        assert_eq!(plan("foo", &plain("xterm")).as_deref(), Some(b"\x1b]52;c;Zm9v\x1b\\".as_slice()));
        let tmux = plan("foo", &plain("tmux-256color")).unwrap_or_default();
        assert_eq!(tmux, b"\x1b]52;c;Zm9v\x1b\\\x1bPtmux;\x1b\x1b]52;c;Zm9v\x1b\x1b\\\x1b\\");
    }

    #[test]
    fn what_cannot_work_is_refused() {
        assert_eq!(plan("foo", &plain("dumb")), None);
        assert_eq!(plan(&"x".repeat(60_000), &plain("xterm")), None);
    }
}
