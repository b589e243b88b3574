//! Whether a value looks like a credential. It is asked for every value there is: bytes only, nothing is copied.

use memchr::{memchr, memchr_iter, memchr2, memmem};

/// Starts of tokens that their makers publish.
const PREFIXES: [&[u8]; 16] = [
    b"AKIA",
    b"ASIA",
    b"ghp_",
    b"gho_",
    b"ghs_",
    b"github_pat_",
    b"glpat-",
    b"xox",
    b"sk_live_",
    b"sk_test_",
    b"sk-",
    b"eyJ",
    b"npm_",
    b"hvs.",
    b"AGE-SECRET-KEY-",
    b"$",
];

/// Words that come before `=` and a credential inside a longer value.
const NAMES: [&[u8]; 7] = [b"password", b"passwd", b"pwd", b"secret", b"token", b"apikey", b"api_key"];

/// How the name of a query's value ends where the value lets somebody in.
const QUERY_ENDS: [&[u8]; 8] =
    [b"key", b"token", b"secret", b"password", b"passwd", b"signature", b"credential", b"credentials"];

/// Last words of such names.
const QUERY_WORDS: [&[u8]; 14] = [
    b"sig",
    b"code",
    b"auth",
    b"authorization",
    b"pass",
    b"pwd",
    b"sas",
    b"hmac",
    b"jwt",
    b"session",
    b"otp",
    b"pin",
    b"ticket",
    b"nonce",
];

/// From so many characters on a piece may be random.
const RUN: usize = 20;
/// From so many hexadecimal digits on they are a key, or the hash of something.
const HEX_RUN: usize = 32;
/// The hexadecimal digits of a SHA-256.
const DIGEST: usize = 64;

/// The path of an address that lets whoever has it post messages.
const WEBHOOK: &[u8] = b"hooks.slack.com/services";

/// Whether a value looks like a credential whatever its key is called: user information in a URL or without one, a
/// key block, a known token, a telling value of a query, a long run of hexadecimal digits or of mixed letters and digits.
pub fn looks_like_credential(value: &[u8]) -> bool {
    PREFIXES.iter().any(|start| value.starts_with(start))
        || names_one(value)
        || has_key_block(value)
        || has_user_information(value)
        || has_webhook(value)
        || has_query_credential(value)
        || has_path_credential(value)
        || has_hex_run(value)
        || has_random_run(value)
}

fn ends_with(value: &[u8], word: &[u8]) -> bool {
    value.len().checked_sub(word.len()).is_some_and(|at| value[at..].eq_ignore_ascii_case(word))
}

fn names_one(value: &[u8]) -> bool {
    memchr_iter(b'=', value).any(|at| NAMES.iter().any(|name| ends_with(&value[..at], name)))
}

fn has_key_block(value: &[u8]) -> bool {
    let begins = |at: usize| value.get(at + 5..at + 10).is_some_and(|word| word.eq_ignore_ascii_case(b"begin"));
    memmem::find_iter(value, b"-----").any(begins)
}

fn has_webhook(value: &[u8]) -> bool {
    let (host, path) = WEBHOOK.split_at(15);
    let is = |at: usize| {
        ends_with(&value[..at], host)
            && value.get(at..at + path.len()).is_some_and(|found| found.eq_ignore_ascii_case(path))
    };
    memchr_iter(b'/', value).any(is)
}

/// `scheme://user@host`, up to the end of the host; `user:password@host` anywhere. A password may hold a slash that
/// should have been escaped.
fn has_user_information(value: &[u8]) -> bool {
    if memchr(b'@', value).is_none() {
        return false;
    }
    value.split(u8::is_ascii_whitespace).any(|word| {
        let in_url = |at: usize| {
            let rest = &word[at + 3..];
            let authority = until(rest, b"/?#");
            let port = memchr(b':', authority).map(|at| &authority[at + 1..]);
            let is_port = port.is_none_or(|port| port.iter().all(u8::is_ascii_digit));
            authority.contains(&b'@') || (!is_port && rest.contains(&b'@'))
        };
        let has_scheme = memmem::find(word, b"://").is_some();
        let bare = |at: usize| {
            // In a URL a colon far before may be that of the port.
            let before = if has_scheme { after_last(&word[..at], b"/@") } else { &word[..at] };
            before.contains(&b':') && !is_digest(&word[at + 1..])
        };
        memchr_iter(b'@', word).any(bare) || memmem::find_iter(word, b"://").any(in_url)
    })
}

/// `sha256:…` of an image.
fn is_digest(text: &[u8]) -> bool {
    let hex = text.strip_prefix(b"sha256:").unwrap_or_default();
    hex.len() == DIGEST && hex.iter().all(u8::is_ascii_hexdigit)
}

/// What comes before any of these bytes.
fn until<'a>(text: &'a [u8], ends: &[u8]) -> &'a [u8] {
    &text[..text.iter().position(|byte| ends.contains(byte)).unwrap_or(text.len())]
}

/// What comes after the last of these bytes.
fn after_last<'a>(text: &'a [u8], starts: &[u8]) -> &'a [u8] {
    text.iter().rposition(|byte| starts.contains(byte)).map_or(text, |at| &text[at + 1..])
}

/// `?key=…`, `&X-Amz-Signature=…`, `#access_token=…`.
fn has_query_credential(value: &[u8]) -> bool {
    let Some(start) = memchr2(b'?', b'#', value) else { return false };
    value[start + 1..].split(|byte| b"?#&;".contains(byte)).any(|part| {
        let name = until(part, b"=");
        let last = name.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
        let gives = QUERY_ENDS.iter().any(|word| ends_with(name, word))
            || QUERY_WORDS.iter().any(|word| last.eq_ignore_ascii_case(word));
        gives && part.len() > name.len() + 1
    })
}

/// A segment of a URL's path that is long and has a digit, or both cases: who has such a link mostly has what it leads to.
fn has_path_credential(value: &[u8]) -> bool {
    memmem::find_iter(value, b"://").any(|at| {
        let path = until(&value[at + 3..], b"?# ");
        path.split(|byte| *byte == b'/').skip(1).any(|segment| {
            let has = |is: fn(&u8) -> bool| segment.iter().any(is);
            segment.len() >= RUN
                && (has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)))
        })
    })
}

/// Thirty-two or more hexadecimal digits, those of a UUID too; not the digest of an image.
fn has_hex_run(value: &[u8]) -> bool {
    if value.len() < HEX_RUN {
        return false;
    }
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    let mut at = 0;
    while let Some(from) = value[at..].iter().position(|byte| is_part(*byte)).map(|from| at + from) {
        let length = value[from..].iter().position(|byte| !is_part(*byte)).unwrap_or(value.len() - from);
        at = from + length;
        let digits = value[from..at].iter().filter(|byte| **byte != b'-').count();
        let of_image = digits == DIGEST && value[..from].ends_with(b"@sha256:");
        if digits >= HEX_RUN && !of_image {
            return true;
        }
    }
    false
}

/// Twenty or more characters with both cases and digits: no host, path or version looks so.
fn has_random_run(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'_' | b'-');
    value.len() >= RUN
        && value.split(|byte| !is_part(byte)).filter(|piece| piece.len() >= RUN).any(|piece| {
            let has = |is: fn(&u8) -> bool| piece.iter().any(is);
            has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixteen hexadecimal digits, so often. Nothing that is issued anywhere.
    fn hex(times: usize) -> String {
        ["0f3c9d", "51ab7e", "28d6"].concat().repeat(times)
    }

    #[test]
    fn every_shape_is_seen_anywhere_in_a_value_and_without_regard_to_case() {
        let (key, guid) = (hex(2), ["6b1f0c2d", "94ae", "4c11", "8f02", "d37a5e90b6c4"].join("-"));
        let shapes = [
            "a PASSWORD=x",
            "dsn?Api_Key=x",
            "x -----Begin Key",
            "https://HOOKS.slack.com/Services/T0",
            "a://b c://d@e",
            "$argon2id",
            "x/aB3dE5fG7hJ9kL1mN3pQ5/y",
            &format!("https://x.webhook.office.example/webhookb2/{guid}@{guid}/IncomingWebhook/{key}/{guid}"),
            &format!("https://maps.example/api/js?v=3&key={key}"),
            &format!("https://maps.example/api/js?v=3&key={}", "AB12"),
            &format!("https://bucket.example/a.tar?X-Amz-Date=1&X-Amz-Signature={}", hex(4)),
            "https://sas.example/share?sv=1&sig=x%2B",
            "https://fn.example/api/run?code=x",
            "https://app.example/#access_token=x",
            "https://app.example/a?SubscriptionKey=x",
            &hex(2)[..32],
            &format!("x {}", &hex(3)[..40]),
            &guid.to_uppercase(),
            "user:s3cretpw@mail.example:587",
            ":s3cretpw@redis:6379",
            "see user:s3cretpw@mail.example",
            "user:s3/cret@mail.example",
            "postgres://app:s3/cret@db.example/app",
            "https://relay.example/in/k7m2p9x4r8t1w6z3b5d0/status",
            "https://relay.example/in/qWeRtYuIoPaSdFgHjKlZxC",
            // No image: the digest of one has its own length, and stands behind its own sign.
            &format!("sha256:{}", hex(4)),
            &format!("app@sha256:{}", hex(5)),
        ];
        for value in shapes {
            assert!(looks_like_credential(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn plain_values_are_none() {
        let digest = format!("sha256:{}", hex(4));
        let plain = [
            "",
            "=",
            "-----",
            "a=b",
            "://",
            "https://h/a@b",
            "https://h:8080/a@b",
            "mailto@h",
            "ops@example.com",
            "git@code.example:shop/app.git",
            "hooks.slack.com/other",
            "aB3dE5fG7hJ9kL1mN3p",
            "db-1.cluster-c9akciq32xyz.ap-northeast-1.rds.example",
            "2026-02-04T09:30:00Z",
            "odoo:18",
            &format!("odoo@{digest}"),
            &format!("odoo:18@{digest}"),
            &format!("registry.example:5000/shop/odoo:18.0-20260204@{digest}"),
            "/var/lib/odoo/filestore-2026-02-04-before-the-move",
            "https://ocr.example:8443/api/v2/documents?lang=jpn&dpi=300#top",
            "https://docs.example/how-to/rotate-the-keys-of-a-bucket",
            "redis://odoo18-prod-redis:6379/0",
            "https://h/x?key=",
            "https://h/x?keys&monkeys=1",
        ];
        for value in plain {
            assert!(!looks_like_credential(value.as_bytes()), "{value}");
        }
    }
}
