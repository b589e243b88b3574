//! Passwords in URLs, and URLs that are secrets as a whole.

use super::places::Mark;
use super::{Hit, Places, bytes, innocent};

/// The longest part after `://` that is looked at.
const LIMIT: usize = 1024;
/// Whoever knows what follows one of these may post.
pub(super) const HOOKS: &[&str] = &[
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "hooks.slack.com/triggers/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "webhook.office.com/webhookb2/",
    "outlook.office.com/webhook/",
    "hooks.zapier.com/hooks/catch/",
    "open.feishu.cn/open-apis/bot/v2/hook/",
    "open.larksuite.com/open-apis/bot/v2/hook/",
    "hc-ping.com/",
];

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let all = text.as_bytes();
    let mut plain = 0;
    for at in places.separators.iter().copied() {
        let from = at + 3;
        if from < plain || !bytes::stands(all, at, "://") {
            continue;
        }
        let word = bytes::run(all, from, LIMIT, |byte| {
            !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
        });
        if all[from..word].contains(&b'@') {
            hits.extend(userinfo(text, from, word));
        } else {
            // No later `://` in this word has one either.
            plain = word;
        }
    }
    for at in places.marked(Mark::Hook) {
        let from = at + HOOKS.iter().find(|hook| text[at..].starts_with(**hook)).map_or(0, |hook| hook.len());
        let to = bytes::run(all, from, 256, |byte| bytes::is_word(byte) || matches!(byte, b'/' | b'+' | b'-' | b'@'));
        if to - from >= 20 {
            hits.push(Hit::new("webhook_url", from, to));
        }
    }
}

/// The password of `user:password@host`, or a token that stands in the user's place.
fn userinfo(text: &str, from: usize, word: usize) -> Option<Hit> {
    let bytes = &text.as_bytes()[from..word];
    let authority = bytes.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(bytes.len());
    let at = match bytes[..authority].iter().rposition(|byte| *byte == b'@') {
        Some(at) => at,
        // An unescaped slash or hash in a password; a host with a port has digits there.
        None if !is_port(&bytes[..authority]) => bytes.iter().rposition(|byte| *byte == b'@')?,
        None => return None,
    };
    // After a password even a later `@` may be its end: `app:a@/b@host`.
    let last = bytes.iter().rposition(|byte| *byte == b'@').filter(|_| bytes[..at].contains(&b':'));
    let at = last.unwrap_or(at);
    let (start, name) = match bytes[..at].iter().position(|byte| *byte == b':') {
        Some(colon) => (from + colon + 1, "url_password"),
        None => (from, "url_token"),
    };
    let value = text.get(start..from + at)?;
    let token = name == "url_password" || (value.len() >= 20 && value.bytes().any(|byte| byte.is_ascii_digit()));
    (token && !value.is_empty() && !innocent::is_placeholder(value)).then(|| Hit::new(name, start, from + at))
}

/// Whether an authority without userinfo is a host, or a host and a port.
fn is_port(authority: &[u8]) -> bool {
    let colon = authority.iter().position(|byte| *byte == b':');
    colon.is_none_or(|colon| colon + 1 < authority.len() && authority[colon + 1..].iter().all(u8::is_ascii_digit))
}
