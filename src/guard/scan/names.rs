//! Names that say of the value behind them that it is secret.

use super::bytes;

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
    "connectionstring",
    "privatekey",
    "presharedkey",
    "preshared_key",
    "_psk",
    "subscription_key",
    "functions_key",
    "consumer_key",
    "storage_key",
    "admin_key",
    "hmac_key",
    "jwt_key",
    "key_data",
    "goog_signature",
    "passcode",
];
/// What may follow such a name.
const ENDINGS: [&str; 11] =
    ["base", "value", "prod", "production", "dev", "staging", "old", "new", "b", "plain", "text"];
/// The longest of them.
const ENDING: usize = 10;
/// The same, for people who write Chinese.
const NAMES_ZH: [&str; 7] = ["密碼", "密码", "口令", "金鑰", "密鑰", "密钥", "權杖"];
/// Names that end like a secret's and are none.
const INNOCENT: &[&str] = &[
    "max_token",
    "bypass_token",
    "csrf_token_name",
    "by_pass",
    "cancellation_token",
    "public_key",
    "cache_key",
    "partition_key",
    "primary_key",
    "foreign_key",
    "object_key",
    "sort_key",
    "s3_key",
    "host_key",
    "idempotency_key",
    "routing_key",
];
/// Names that say it by being the whole name.
const WHOLE: [(&str, Kind); 14] = [
    ("authorization", Kind::Header),
    ("proxy_authorization", Kind::Header),
    ("cookie", Kind::Cookie),
    ("set_cookie", Kind::Cookie),
    ("auth", Kind::DockerAuth),
    ("_auth", Kind::Secret),
    ("value", Kind::Value),
    ("pass", Kind::Chosen),
    ("pw", Kind::Chosen),
    ("sig", Kind::Long),
    ("signature", Kind::Long),
    ("phpsessid", Kind::Long),
    ("jsessionid", Kind::Long),
    ("connect.sid", Kind::Long),
];
/// Ends of names behind which what is long and random is secret.
const LONG: &[&str] = &["_session", "_key"];

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Secret,
    Header,
    Cookie,
    /// Only in quotes: the `"auth"` of a docker configuration.
    DockerAuth,
    /// What is called `value`, beside a name.
    Value,
    /// Secret if it looks chosen: such a name is also a word.
    Chosen,
    /// Secret if it is long and random.
    Long,
}

/// The last four letters of every telling name, whatever their case: a bit for the hash of each four. Most names are
/// passed by with one look at it.
static TAILS: [u64; 256] = {
    let mut tails = [0; 256];
    let lists = [NAMES, LONG];
    let mut list = 0;
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            tails = with_tail(tails, lists[list][index].as_bytes());
            index += 1;
        }
        list += 1;
    }
    let mut index = 0;
    while index < WHOLE.len() {
        tails = with_tail(tails, WHOLE[index].0.as_bytes());
        index += 1;
    }
    tails
};

/// With one name more, with underscores or dashes; before a short one anything may stand.
const fn with_tail(mut tails: [u64; 256], name: &[u8]) -> [u64; 256] {
    let mut before = 0_usize;
    while before < 32 * 32 {
        let wild = [(before % 32) as u8, (before / 32) as u8];
        let (mut lines, mut dashes) = ([0; 4], [0; 4]);
        let mut letter = 0;
        while letter < 4 {
            let byte = if name.len() + letter < 4 { wild[letter] } else { name[name.len() + letter - 4] };
            lines[letter] = byte;
            dashes[letter] = if byte == b'_' { b'-' } else { byte };
            letter += 1;
        }
        let (lines, dashes) = (tail(lines), tail(dashes));
        tails[lines / 64] |= 1 << (lines % 64);
        tails[dashes / 64] |= 1 << (dashes % 64);
        // Where no letter is wanting, once is enough.
        before += if name.len() < 4 { 1 } else { 32 * 32 };
    }
    tails
}

/// Where the bit of four letters stands.
#[inline]
const fn tail(letters: [u8; 4]) -> usize {
    ((u32::from_be_bytes(letters) & 0x1f1f_1f1f).wrapping_mul(0x9e37_79b1) >> 18) as usize
}

/// Whether a telling name may end here.
pub(super) fn may_end_telling(before: &[u8]) -> bool {
    let name = match before {
        [.., second, last] if last.is_ascii_alphabetic() => {
            let has_ending = ENDING_PAIRS[usize::from(second & 31)] >> (last & 31) & 1 == 1;
            if has_ending { stem(before) } else { before }
        }
        [.., b'0'..=b'9'] => stem(before),
        _ => return false,
    };
    match name {
        [.., fourth, third, second, last] => {
            let place = tail([*fourth, *third, *second, *last]);
            TAILS[place / 64] >> (place % 64) & 1 == 1
        }
        short => short.len() > 1,
    }
}

/// The last two letters of endings, whatever stands before one: a set of pairs.
static ENDING_PAIRS: [u32; 32] = {
    let mut pairs = [0; 32];
    let mut index = 0;
    while index < ENDINGS.len() {
        let ending = ENDINGS[index].as_bytes();
        let second = if ending.len() > 1 { ending[ending.len() - 2] } else { b'_' };
        pairs[second as usize & 31] |= 1 << (ending[ending.len() - 1] & 31);
        index += 1;
    }
    pairs
};

/// A name without its number: `DB_PASSWORD_2`.
fn without_number(name: &[u8]) -> &[u8] {
    if !name.last().is_some_and(u8::is_ascii_digit) {
        return name;
    }
    let digits = name.iter().rev().take(8).take_while(|byte| byte.is_ascii_digit()).count();
    let name = &name[..name.len() - digits];
    name.strip_suffix(b"_").or(name.strip_suffix(b"-")).unwrap_or(name)
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
    let name = stem(name);
    let last = folded(*name.last()?);
    // Most differ in the last letter.
    let ends = |end: &str| end.as_bytes().last() == Some(&last) && ends_with(name, end);
    let is = |known: &str| name.len() == known.len() && ends(known);
    match WHOLE.iter().find(|(known, _)| is(known)) {
        Some((_, Kind::DockerAuth)) if !quoted => return None,
        Some((_, kind)) => return Some(*kind),
        None => {}
    }
    let secret = NAMES.iter().any(|end| ends(end));
    let long = !secret && LONG.iter().any(|end| ends(end));
    if !secret && !long || INNOCENT.iter().any(|known| is(known)) {
        return None;
    }
    Some(if secret { Kind::Secret } else { Kind::Long })
}

/// In lower case, with dashes as underscores.
#[inline]
fn folded(byte: u8) -> u8 {
    if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() }
}

/// A name without what tells several like it apart: `DB_PASSWORD_2`, `secret_key_base`.
fn stem(name: &[u8]) -> &[u8] {
    let name = without_number(name);
    let parted = |byte: u8| matches!(byte, b'_' | b'-');
    let from = bytes::run_back(name, name.len(), ENDING, |byte| !parted(byte));
    let is_ending = |ending: &&str| ending.as_bytes().eq_ignore_ascii_case(&name[from..]);
    match from.checked_sub(1) {
        Some(end) if parted(name[end]) && ENDINGS.iter().any(is_ending) => &name[..end],
        _ => name,
    }
}

/// Whether a name ends so, in any case, with dashes for underscores.
fn ends_with(name: &[u8], end: &str) -> bool {
    let end = end.as_bytes();
    let mut same = 0;
    while same < end.len() && same < name.len() && folded(name[name.len() - 1 - same]) == end[end.len() - 1 - same] {
        same += 1;
    }
    same == end.len()
}
