//! Private keys in their text forms: PEM, OpenSSH, PGP, `PuTTY`.

use super::{Hit, Places, bytes};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
/// The base64 of `openssh-key-v1`: a body pasted without its first line.
const OPENSSH_BODY: &str = "b3BlbnNzaC1rZXktdjE";
const PUTTY: &str = "PuTTY-User-Key-File-";
/// A shorter body is its name, quoted in a manual.
const SHORTEST_BODY: usize = 60;
/// The longest label between `BEGIN` and the dashes.
const LABEL: usize = 64;

pub(super) fn scan(text: &str, _: &Places, hits: &mut Vec<Hit>) {
    let mut from = 0;
    while let Some(begin) = bytes::find(text, from, BEGIN) {
        from = begin + BEGIN.len();
        if is_private(text, from) {
            let end = end_of_block(text, from);
            hits.push(Hit::new("pem_private_key", begin, end));
            from = end;
        }
    }
    for at in bytes::places(text, OPENSSH_BODY) {
        let body = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r');
        let to = bytes::run(text.as_bytes(), at, 65_536, body);
        if to - at >= SHORTEST_BODY {
            hits.push(Hit::new("openssh_private_key", at, to));
        }
    }
    let version = |at: &usize| text.as_bytes().get(at + PUTTY.len()).is_some_and(u8::is_ascii_digit);
    hits.extend(bytes::places(text, PUTTY).find(version).map(|at| Hit::new("putty_private_key", at, text.len())));
}

/// Whether the label at this place is one of a private key.
fn is_private(text: &str, from: usize) -> bool {
    let bytes = text.as_bytes();
    let to = bytes::run(bytes, from, LABEL, |byte| byte != b'-' && byte != b'\n');
    text.get(from..to).is_some_and(|label| label.contains("PRIVATE KEY"))
}

/// After the closing line, or the end of the text where there is none.
fn end_of_block(text: &str, from: usize) -> usize {
    let Some(end) = bytes::find(text, from, END).map(|at| at + END.len()) else {
        return text.len();
    };
    let bytes = text.as_bytes();
    let label = bytes::run(bytes, end, LABEL, |byte| byte.is_ascii_uppercase() || byte == b' ');
    bytes::run(bytes, label, 5, |byte| byte == b'-')
}
