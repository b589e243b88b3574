//! Tokens that vendors made recognisable: a prefix, a length, an alphabet.

use super::{Hit, Places, bytes};

/// The alphabet of a token's body.
#[derive(Clone, Copy)]
pub(super) enum Body {
    Alnum,
    Hex,
    /// Letters, digits, `_`.
    Word,
    /// Letters, digits, `_`, `-`.
    Url,
    /// Letters, digits, `_`, `-`, `.`.
    Dotted,
}

impl Body {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Word => bytes::is_word(byte),
            Self::Url => bytes::is_word(byte) || byte == b'-',
            Self::Dotted => bytes::is_word(byte) || matches!(byte, b'-' | b'.'),
        }
    }
}

/// Name, prefix, shortest and longest body, alphabet.
pub(super) type Shape = (&'static str, &'static str, usize, usize, Body);

const LONG: usize = 1024;

/// The table, those with the same first byte together. A prefix alone is no leak: scanners ask for a body.
pub(super) const SHAPES: &[Shape] = &[
    ("github_token", "ghp_", 36, 255, Body::Alnum),
    ("github_token", "gho_", 36, 255, Body::Alnum),
    ("github_token", "ghu_", 36, 255, Body::Alnum),
    ("github_token", "ghs_", 36, 255, Body::Alnum),
    ("github_token", "ghr_", 36, 255, Body::Alnum),
    ("github_token", "github_pat_", 60, 255, Body::Word),
    ("gitlab_token", "glpat-", 20, 400, Body::Dotted),
    ("gitlab_token", "gldt-", 20, 400, Body::Dotted),
    ("gitlab_token", "glrt-", 20, 400, Body::Dotted),
    ("gitlab_token", "glcbt-", 20, 400, Body::Dotted),
    ("gitlab_token", "glptt-", 20, 400, Body::Dotted),
    ("gitlab_token", "glsoat-", 20, 400, Body::Dotted),
    ("gitlab_token", "glagent-", 20, 400, Body::Dotted),
    ("grafana_token", "glsa_", 32, 60, Body::Word),
    ("grafana_token", "glc_", 40, 400, Body::Alnum),
    ("slack_token", "xoxb-", 20, 400, Body::Url),
    ("slack_token", "xoxp-", 20, 400, Body::Url),
    ("slack_token", "xoxa-", 20, 400, Body::Url),
    ("slack_token", "xoxe-", 20, 400, Body::Url),
    ("slack_token", "xoxe.", 20, 400, Body::Url),
    ("slack_token", "xoxo-", 20, 400, Body::Url),
    ("slack_token", "xoxr-", 20, 400, Body::Url),
    ("slack_token", "xoxs-", 20, 400, Body::Url),
    ("slack_token", "xapp-", 20, 400, Body::Url),
    ("stripe_key", "sk_live_", 10, 255, Body::Alnum),
    ("stripe_key", "sk_test_", 10, 255, Body::Alnum),
    ("openai_key", "sk-proj-", 20, 400, Body::Url),
    ("openai_key", "sk-svcacct-", 20, 400, Body::Url),
    ("anthropic_key", "sk-ant-", 20, 400, Body::Url),
    ("openai_key", "sk-", 40, 64, Body::Alnum),
    ("shopify_token", "shpat_", 32, 32, Body::Hex),
    ("shopify_token", "shpss_", 32, 32, Body::Hex),
    ("shopify_token", "shpca_", 32, 32, Body::Hex),
    ("square_token", "sq0atp-", 20, 60, Body::Url),
    ("square_token", "sq0csp-", 40, 60, Body::Url),
    ("stripe_key", "rk_live_", 10, 255, Body::Alnum),
    ("stripe_key", "rk_test_", 10, 255, Body::Alnum),
    ("rubygems_key", "rubygems_", 48, 48, Body::Hex),
    ("stripe_key", "whsec_", 20, 255, Body::Alnum),
    ("google_api_key", "AIza", 35, 35, Body::Url),
    ("atlassian_token", "ATATT3", 50, 400, Body::Url),
    ("age_secret_key", "AGE-SECRET-KEY-1", 50, 60, Body::Alnum),
    ("google_oauth", "GOCSPX-", 20, 60, Body::Url),
    ("google_oauth", "ya29.", 20, LONG, Body::Url),
    ("npm_token", "npm_", 36, 36, Body::Alnum),
    ("pypi_token", "pypi-", 50, LONG, Body::Url),
    ("pulumi_token", "pul-", 40, 40, Body::Hex),
    ("sendgrid_key", "SG.", 60, 80, Body::Dotted),
    ("twilio_key", "SK", 32, 32, Body::Hex),
    ("vault_token", "hvs.", 20, 400, Body::Url),
    ("vault_token", "hvb.", 20, 400, Body::Url),
    ("vault_token", "hvr.", 20, 400, Body::Url),
    ("huggingface_token", "hf_", 30, 60, Body::Alnum),
    ("digitalocean_token", "dop_v1_", 64, 64, Body::Hex),
    ("digitalocean_token", "doo_v1_", 64, 64, Body::Hex),
    ("docker_token", "dckr_pat_", 20, 60, Body::Url),
    ("docker_token", "dckr_oat_", 20, 60, Body::Url),
    ("doppler_token", "dp.pt.", 40, 60, Body::Alnum),
    ("databricks_token", "dapi", 32, 34, Body::Url),
    ("linear_key", "lin_api_", 32, 60, Body::Alnum),
    ("mailgun_key", "key-", 32, 32, Body::Hex),
    ("newrelic_key", "NRAK-", 20, 40, Body::Alnum),
    ("crates_io_token", "cio", 32, 32, Body::Alnum),
];

/// For every first byte, from where to where its rows stand.
const ROWS: [(usize, usize); 128] = {
    let mut rows = [(0, 0); 128];
    let mut index = 0;
    while index < SHAPES.len() {
        let first = SHAPES[index].1.as_bytes()[0] as usize;
        let from = if rows[first].1 == 0 { index } else { rows[first].0 };
        rows[first] = (from, index + 1);
        index += 1;
    }
    rows
};

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for at in places.words.iter().copied() {
        let (from, to) = ROWS[usize::from(bytes[at] & 127)];
        hits.extend(SHAPES[from..to].iter().find_map(|shape| token_at(bytes, at, shape)));
    }
    hits.extend(places.separators.iter().filter_map(|at| telegram(bytes, *at)));
}

fn token_at(bytes: &[u8], at: usize, &(name, prefix, least, most, body): &Shape) -> Option<Hit> {
    if !bytes[at..].starts_with(prefix.as_bytes()) {
        return None;
    }
    let from = at + prefix.len();
    let mut to = bytes::run(bytes, from, most + 1, |byte| body.has(byte));
    // A full stop after a token ends the sentence, not the token.
    while to > from && bytes[to - 1] == b'.' {
        to -= 1;
    }
    let length = to - from;
    let alone = bytes.get(to).is_none_or(|byte| !bytes::is_word(*byte));
    let fits = (least..=most).contains(&length) && alone;
    let token = &bytes[from..to];
    (fits && is_mixed(token) && bytes::is_varied(token, 5)).then(|| Hit::new(name, at, to))
}

/// Real ones hold digits or both cases; words joined by dashes (`sk-ant-colony-size-estimates`) do not.
fn is_mixed(token: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| token.iter().any(class);
    has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

/// A bot token: 8 to 10 digits, a colon, `AA` and 33 more.
fn telegram(bytes: &[u8], colon: usize) -> Option<Hit> {
    if !bytes[colon..].starts_with(b":AA") {
        return None;
    }
    let digits = bytes[..colon].iter().rev().take(11).take_while(|byte| byte.is_ascii_digit()).count();
    let to = bytes::run(bytes, colon + 1, 36, |byte| Body::Url.has(byte));
    let body = to - colon - 1;
    ((8..=10).contains(&digits) && body == 35 && bytes::is_varied(&bytes[colon + 1..to], 8))
        .then(|| Hit::new("telegram_bot_token", colon - digits, to))
}
