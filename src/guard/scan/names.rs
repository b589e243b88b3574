//! Names that say of the value behind them that it is secret.

/// Ends of names, in lower case with dashes as underscores, that a secret stands behind.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "pwd",
    "_pass",
    "dbpass",
    "_pw",
    "secret",
    "token",
    "apikey",
    "api_key",
    "access_key",
    "accesskey",
    "secret_key",
    "secretkey",
    "private_key",
    "encryption_key",
    "signing_key",
    "master_key",
    "account_key",
    "accountkey",
    "auth_key",
    "authkey",
    "fernet_key",
    "app_key",
    "license_key",
    "shared_key",
    "credential",
    "credentials",
    "session_id",
    "sessionid",
    "x_amz_signature",
    "connection_string",
];
/// The same, for people who write Chinese.
const NAMES_ZH: [&str; 7] = ["密碼", "密码", "口令", "金鑰", "密鑰", "密钥", "權杖"];
/// Names that end like a secret's and are none.
const INNOCENT: &[&str] = &["max_token", "bypass_token", "csrf_token_name", "by_pass", "cancellation_token"];
/// Names that say it by being the whole name.
const WHOLE: [(&str, Kind); 5] = [
    ("authorization", Kind::Header),
    ("proxy_authorization", Kind::Header),
    ("cookie", Kind::Cookie),
    ("set_cookie", Kind::Cookie),
    ("auth", Kind::DockerAuth),
];

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Secret,
    Header,
    Cookie,
    /// Only in quotes: the `"auth"` of a docker configuration.
    DockerAuth,
}

/// The last two letters of every telling name: a set of pairs, whatever their case. Most names are passed by with one
/// look at it.
const ENDS: [u32; 32] = {
    let mut ends = [0; 32];
    let mut index = 0;
    while index < NAMES.len() {
        ends = with_end(ends, NAMES[index].as_bytes());
        index += 1;
    }
    index = 0;
    while index < WHOLE.len() {
        ends = with_end(ends, WHOLE[index].0.as_bytes());
        index += 1;
    }
    ends
};

const fn with_end(mut ends: [u32; 32], name: &[u8]) -> [u32; 32] {
    let (left, right) = (name[name.len() - 2], name[name.len() - 1]);
    ends[left as usize & 31] |= 1 << (right & 31);
    ends
}

/// Whether a telling name may end here.
pub(super) fn may_end_telling(before: &[u8]) -> bool {
    matches!(before, [.., left, right] if ENDS[usize::from(left & 31)] >> (right & 31) & 1 == 1)
}

/// Where a telling Chinese name that ends at a place begins.
pub(super) fn chinese_before(text: &str, end: usize) -> Option<usize> {
    let before = &text.as_bytes()[..end];
    if before.last().is_none_or(u8::is_ascii) {
        return None;
    }
    NAMES_ZH.iter().find(|name| before.ends_with(name.as_bytes())).map(|name| end - name.len())
}

/// What a name says, if anything.
pub(super) fn kind(name: &[u8], quoted: bool) -> Option<Kind> {
    if name.len() < 3 {
        return None;
    }
    let is = |known: &&str| name.len() == known.len() && ends_with(name, known);
    match WHOLE.iter().find(|(known, _)| is(known)) {
        Some((_, Kind::DockerAuth)) if !quoted => return None,
        Some((_, kind)) => return Some(*kind),
        None => {}
    }
    let secret = NAMES.iter().any(|end| ends_with(name, end)) && !INNOCENT.iter().any(is);
    secret.then_some(Kind::Secret)
}

/// Whether a name ends so, in any case, with dashes for underscores.
fn ends_with(name: &[u8], end: &str) -> bool {
    let folded = |byte: &u8| if *byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    name.len() >= end.len() && name[name.len() - end.len()..].iter().map(folded).eq(end.bytes())
}
