//! Writing a value so that as many readers as can be read it back as it is.

use crate::guard::Secret;

/// Why a value can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhyNot {
    /// No environment can hold it.
    #[error("the value has a NUL byte, which no environment can hold; store it encoded (base64)")]
    Nul,
    /// What was written does not read back as the value.
    #[error("the value does not read back as it was written; store it encoded (base64)")]
    ReadsOther,
}

/// The text that stands for a value after `KEY=`: as it is where that is safe everywhere, else in single
/// quotes (only `docker run --env-file` reads those as a part of the value), else in double quotes, which
/// Compose and bash read. It was read back, and is the value.
///
/// Never `$$`: only Compose knows that. `consumers::differences` of the new file tells who differs.
pub fn quoted(value: &[u8]) -> Result<Secret, WhyNot> {
    if value.contains(&0) {
        return Err(WhyNot::Nul);
    }
    let text = if value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(byte)) {
        Secret::new(value)
    } else if !value.contains(&b'\'') && !value.contains(&b'\r') && !value.ends_with(b"\\") {
        Secret::new([b"'", value, b"'"].concat())
    } else {
        double(value)
    };
    if reads_back(&text, value) { Ok(text) } else { Err(WhyNot::ReadsOther) }
}

fn double(value: &[u8]) -> Secret {
    // Room for every escape, so that no copy is left behind by growing.
    let mut text = Vec::with_capacity(value.len() * 2 + 2);
    text.push(b'"');
    for byte in value {
        if b"\\\"$".contains(byte) {
            text.push(b'\\');
        }
        text.push(*byte);
    }
    text.push(b'"');
    Secret::new(text)
}

fn reads_back(text: &Secret, value: &[u8]) -> bool {
    let line = Secret::new([b"K=", text.expose(), b"\n"].concat());
    let read = super::parse(line.expose()).and_then(|file| file.values(&|_: &str| None));
    read.is_ok_and(|values| values.len() == 1 && values.get("K").is_some_and(|found| found.value.expose() == value))
}
