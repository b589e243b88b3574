//! Secret and raw-payload detection over text that is typed, pasted, attached or imported. One pass
//! finds where something may begin, and the families look there; no regular expressions, linear time. A family is a
//! file, a detector a name in it.
//!
//! A hit says which detector, where and how long, never what. Overlapping secrets are reported as the
//! union: a hit inside another is dropped, a raw shape (a log, an env dump) never hides a secret.

mod assign;
mod aws;
mod bytes;
mod command;
mod entropy;
mod files;
mod hash;
mod innocent;
mod jwt;
mod known;
mod markup;
mod names;
mod pem;
mod places;
mod shape;
mod token;
mod url;
mod words;

use places::Places;

pub use known::KnownValues;

/// Something that must not be kept: where it stands, never what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hit {
    /// The detector's name, stable (`github_token`).
    pub detector: &'static str,
    /// Byte offset in the text, on a character's border.
    pub offset: usize,
    /// Length in bytes, up to a character's border.
    pub len: usize,
}

impl Hit {
    /// A hit over a range of bytes.
    fn new(detector: &'static str, from: usize, to: usize) -> Self {
        Self { detector, offset: from, len: to.saturating_sub(from) }
    }

    /// Where it ends.
    pub fn end(&self) -> usize {
        self.offset.saturating_add(self.len)
    }
}

/// The detectors of secrets by their shape; a test compares them with what is caught. Those of payloads and of values
/// that the console knows are not among them: their hits are never let through.
pub const DETECTORS: [&str; 57] = [
    "age_secret_key",
    "anthropic_key",
    "atlassian_token",
    "authorization_header",
    "aws_access_key_id",
    "aws_bedrock_key",
    "aws_secret_key",
    "aws_session_token",
    "azure_client_secret",
    "cloudflare_token",
    "command_line_secret",
    "cookie",
    "crates_io_token",
    "databricks_token",
    "datadog_key",
    "digitalocean_token",
    "discord_token",
    "docker_auth",
    "docker_token",
    "doppler_token",
    "github_token",
    "gitlab_token",
    "google_api_key",
    "google_oauth",
    "grafana_token",
    "heroku_key",
    "high_entropy",
    "huggingface_token",
    "jwt",
    "linear_key",
    "mailgun_key",
    "newrelic_key",
    "npm_token",
    "openai_key",
    "openssh_private_key",
    "password_hash",
    "pem_private_key",
    "postman_key",
    "pulumi_token",
    "putty_private_key",
    "pypi_token",
    "rubygems_key",
    "secret_assignment",
    "sendgrid_key",
    "sentry_token",
    "service_token",
    "shopify_token",
    "slack_token",
    "square_token",
    "stripe_key",
    "telegram_bot_token",
    "terraform_token",
    "twilio_key",
    "url_password",
    "url_token",
    "vault_token",
    "webhook_url",
];

/// A family: looks through the text and adds its hits.
type Family = fn(&str, &Places, &mut Vec<Hit>);

/// The families of secrets; where two hits cover the same bytes, the earlier family names them.
const SECRETS: [Family; 11] = [
    pem::scan,
    jwt::scan,
    token::scan,
    aws::scan,
    url::scan,
    hash::scan,
    assign::scan,
    command::scan,
    files::scan,
    markup::scan,
    entropy::scan,
];

/// Everything in a text that must not be kept, in the order it stands there. Total; an empty answer is
/// no proof that there is nothing, only that no detector knows it.
pub fn scan(text: &str) -> Vec<Hit> {
    let places = Places::of(text);
    let mut secrets = Vec::new();
    for family in SECRETS {
        family(text, &places, &mut secrets);
    }
    let mut hits = union(secrets);
    shape::scan(text, &mut hits);
    hits.sort_by_key(|hit| (hit.offset, std::cmp::Reverse(hit.len)));
    hits
}

/// The hits without those inside another; stable, so the earlier family wins a tie.
fn union(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.offset, std::cmp::Reverse(hit.len)));
    let mut end = 0;
    hits.retain(|hit| {
        let keep = hit.len > 0 && hit.end() > end;
        end = end.max(hit.end());
        keep
    });
    hits
}
