//! Private keys in their text forms: PEM, OpenSSH, PGP, `PuTTY`.

use super::places::Mark;
use super::{Hit, Places, bytes};

/// `-----BEGIN`, and the `---- BEGIN` of RFC 4716.
const DASHES: usize = 5;
const BEGIN: &str = "BEGIN ";
const END: &str = "-----END ";
const PUTTY: &str = "PuTTY-User-Key-File-";
/// The base64 of `openssh-key-v1`: a body pasted without its first line.
const OPENSSH_BODY: &str = "b3BlbnNzaC1rZXktdjE";
/// The base64 of `-----BEGIN`: a key file that was encoded as a whole, as a kubeconfig has it.
const WRAPPED: &str = "LS0tLS1CRUdJTi";
/// `PRIVATE KEY` in base64, at every alignment, and how far from the beginning it stands.
const PRIVATE_IN_BASE64: [&str; 3] = ["UFJJVkFURSBLRV", "QUklWQVRFIEtFW", "BSSVZBVEUgS0V"];
const WRAPPED_LABEL: usize = 64;
/// How keys begin that have no first line of their own; the last two are those of minisign and signify.
pub(super) const KEYS: &[&str] = &[OPENSSH_BODY, PUTTY, WRAPPED, "RWRTY0Iy", "RWRCSw"];
/// What the label of a key that is secret has in it.
const LABELS: [&str; 3] = ["PRIVATE KEY", "SECRET KEY", "OpenVPN Static key"];
/// A shorter body is its name, quoted in a manual.
const SHORTEST_BODY: usize = 60;
/// The longest label between `BEGIN` and the dashes.
const LABEL: usize = 64;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let all = text.as_bytes();
    let mut done = 0;
    for at in places.marked(Mark::Begin) {
        let dashes = all[..at].iter().rev().take(6).take_while(|byte| matches!(byte, b'-' | b' ')).count();
        let (begin, from) = (at - dashes, at + BEGIN.len());
        if begin >= done && dashes >= DASHES && is_private(text, from) {
            done = end_of_block(text, from);
            hits.push(Hit::new("pem_private_key", begin, done));
        }
    }
    for at in places.marked(Mark::Key) {
        hits.extend(key(text, at));
    }
}

/// A key that begins in another way than with its first line.
fn key(text: &str, at: usize) -> Option<Hit> {
    let all = text.as_bytes();
    if bytes::stands(all, at, PUTTY) {
        // A key file; its name alone is how a manual calls one.
        let version = all.get(at + PUTTY.len()).is_some_and(u8::is_ascii_digit);
        return version.then(|| Hit::new("putty_private_key", at, text.len()));
    }
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r');
    let to = bytes::run(all, at, 65_536, base64);
    if to - at < SHORTEST_BODY {
        return None;
    }
    if bytes::stands(all, at, WRAPPED) {
        let label = &text[at..to.min(at + WRAPPED_LABEL)];
        let private = PRIVATE_IN_BASE64.iter().any(|name| label.contains(name));
        return private.then(|| Hit::new("pem_private_key", at, to));
    }
    let name = if bytes::stands(all, at, OPENSSH_BODY) { "openssh_private_key" } else { "pem_private_key" };
    Some(Hit::new(name, at, to))
}

/// Whether the label at this place is one of a private key.
fn is_private(text: &str, from: usize) -> bool {
    let bytes = text.as_bytes();
    let to = bytes::run(bytes, from, LABEL, |byte| byte != b'-' && byte != b'\n');
    text.get(from..to).is_some_and(|label| LABELS.iter().any(|secret| label.contains(secret)))
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
