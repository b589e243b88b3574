//! Did you mean? Of keys less may differ than of words: many have a prefix in common.

use crate::words::distance;

/// The nearest of some keys, if one is near: a character in four may differ.
pub(super) fn nearest<'a>(key: &str, among: &[&'a str]) -> Option<&'a str> {
    let near =
        |other: &&'a str| (other.len().abs_diff(key.len()) <= key.len() / 4).then(|| (distance(key, other), *other));
    let best = among.iter().filter_map(near).min_by_key(|(far, _)| *far);
    best.filter(|(far, _)| *far <= (key.len() / 4).max(1)).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_keys_are_proposed() {
        let keys = ["DB_PASSWORD", "REDIS_HOST", "DB_HOST"];
        assert_eq!(nearest("DB_PASWORD", &keys), Some("DB_PASSWORD"));
        assert_eq!(nearest("DB_HOTS", &keys), None);
        assert_eq!(nearest("DB_HOSTS", &keys), Some("DB_HOST"));
        assert_eq!(nearest("SMTP_SERVER", &keys), None);
    }
}
