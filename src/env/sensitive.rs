//! Which values may be shown, by name. Deny by default: a value is shown only when its name is known to be
//! plain, it does not look like a credential itself (`credential`), and no secret gives it (`masked`).

use super::credential::looks_like_credential;

/// Names of keys by pattern; `*` stands for any characters, case does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sensitivity {
    /// Always masked.
    pub sensitive: Vec<String>,
    /// Shown, unless the value looks like a credential.
    pub plain: Vec<String>,
}

/// Masked unless the configuration says otherwise.
const SENSITIVE: [&str; 16] = [
    "*PASS*",
    "*PWD*",
    "*SECRET*",
    "*TOKEN*",
    "*CREDENTIAL*",
    "*PRIVATE*",
    "*_KEY",
    "*APIKEY*",
    "*AUTH*",
    "*SALT*",
    "*COOKIE*",
    "*DSN*",
    "*WEBHOOK*",
    "*CERT*",
    "*PIN",
    "KEY",
];

/// Known to be plain.
const PLAIN: [&str; 34] = [
    "HOST",
    "PORT",
    "*_HOST",
    "*_PORT",
    "*HOSTNAME",
    "*_NAME",
    "*_REGION",
    "*_BUCKET",
    "*_SSLMODE",
    "*SSLMODE",
    "*_PATH",
    "*_DIR",
    "*_URL",
    "*_ENDPOINT",
    "*_USER",
    "USER",
    "*_DATABASE",
    "*_DB",
    "ENVIRONMENT",
    "*_ENV",
    "*_MODE",
    "*_LEVEL",
    "*_TIMEOUT",
    "*_ENABLED",
    "*_WORKERS",
    "*_VERSION",
    "*_TAG",
    "IMAGE_REF",
    "*_IMAGE",
    "TZ",
    "LANG",
    "*_TIMEZONE",
    "*_LIMIT",
    "DEBUG",
];

impl Sensitivity {
    /// Whether a value of this key has to be masked.
    pub fn is_sensitive(&self, key: &str, value: &[u8]) -> bool {
        self.is_sensitive_name(key) || looks_like_credential(value)
    }

    /// Whether the configuration calls this key plain in so many words: by its name, not by a pattern.
    pub fn is_named_plain(&self, key: &str) -> bool {
        !self.sensitive.iter().any(|pattern| matches(pattern, key)) && self.plain.iter().any(|name| name == key)
    }

    /// Whether every value of this key has to be masked.
    pub fn is_sensitive_name(&self, key: &str) -> bool {
        let is = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, key));
        if is(&self.sensitive) || is(&self.plain) {
            return is(&self.sensitive);
        }
        !is_known_plain(key)
    }
}

/// Whether a name is one of those that say how to reach something, not how to get in.
pub(super) fn is_known_plain(key: &str) -> bool {
    !SENSITIVE.iter().any(|pattern| matches(pattern, key)) && PLAIN.iter().any(|pattern| matches(pattern, key))
}

/// Whether a name fits a pattern with `*`, without regard to case. Linear but for hostile patterns,
/// and without allocation: it is asked for every key and every pattern.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    // The usual patterns: a whole name, or how it ends.
    let tail = pattern.strip_prefix(b"*").unwrap_or(pattern);
    if memchr::memchr(b'*', tail).is_none() {
        let start = name.len().checked_sub(tail.len()).filter(|start| *start == 0 || tail.len() < pattern.len());
        return start.is_some_and(|start| name[start..].eq_ignore_ascii_case(tail));
    }
    let (mut at, mut in_pattern) = (0, 0);
    // Where the last star stood, and how much of the name it takes so far.
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&name[at]) => {
                at += 1;
                in_pattern += 1;
            }
            _ => {
                let Some((back, taken)) = star else { return false };
                star = Some((back, taken + 1));
                (at, in_pattern) = (taken + 1, back + 1);
            }
        }
    }
    pattern[in_pattern..].iter().all(|byte| *byte == b'*')
}

/// Whether a key may be shown. A broken file makes keys out of pieces of values: what is not shaped
/// like a name of a variable is not shown.
pub(crate) fn may_show_key(key: &str) -> bool {
    let pieces_are_words = key.split('_').all(|piece| piece.len() <= 15);
    let upper = key.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
    let lower = key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'));
    let starts = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && key.len() <= 64 && pieces_are_words && (upper || lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_known_are_masked() {
        let rules = Sensitivity::default();
        for key in ["DB_PASSWORD", "ORG_S3_ACCESS_KEY", "OCR_SERVICE_KEY", "SOMETHING", "PGPASSWORD", "SECRET_NAME"] {
            assert!(rules.is_sensitive(key, b"x"), "{key}");
        }
        let plain = ["DB_HOST", "DB_PORT", "DB_NAME", "DB_SSLMODE", "ORG_S3_REGION", "ENVIRONMENT", "ADDONS_PATH"];
        for key in plain.into_iter().chain(["IMAGE_REF", "HOST", "OCR_SERVICE_URL", "COMPOSE_PROJECT_NAME"]) {
            assert!(!rules.is_sensitive(key, b"x"), "{key}");
        }
    }

    #[test]
    fn values_that_look_like_credentials_are_masked_whatever_their_name() {
        let rules = Sensitivity { plain: vec!["MY_*".to_owned()], sensitive: vec!["DB_HOST".to_owned()] };
        let credentials = [
            "postgres://u:p@h/db",
            "https://token@h/",
            "host=db password=x",
            "AKIAINVENTED",
            "-----BEGIN KEY-----",
            "aB3dE5fG7hJ9kL1mN3pQ5",
        ];
        for value in credentials {
            assert!(rules.is_sensitive("REDIS_HOST", value.as_bytes()), "{value}");
            assert!(rules.is_sensitive("MY_THING", value.as_bytes()), "{value}");
        }
        let image = "registry.example/odoo@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        for value in ["https://h:80/x?y=1", image, "db-1.cluster-abcdefghij.ap-northeast-1.rds.example"] {
            assert!(!rules.is_sensitive("MY_THING", value.as_bytes()), "{value}");
        }
        assert!(rules.is_sensitive("DB_HOST", b"h"));
    }

    #[test]
    fn patterns_match_whole_names() {
        assert!(matches("*_HOST", "DB_HOST") && matches("a*c*e", "ABCDE") && matches("*", ""));
        assert!(!matches("HOST", "DB_HOST") && !matches("*_HOST", "HOST") && !matches("A*B", "AC"));
    }

    #[test]
    fn keys_that_may_be_pieces_of_values_are_not_shown() {
        assert!(may_show_key("DB_PASSWORD") && may_show_key("db_password") && may_show_key("_X1"));
        for key in ["", "MIIEpAIBAAKCAQEA7f3", "pa55word", "https", "A B", "AAAAAAAAAAAAAAAAAAAA"].iter().skip(1) {
            assert!(!may_show_key(key) || *key == "https", "{key}");
        }
    }
}
