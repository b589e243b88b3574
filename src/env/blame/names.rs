//! Which names backups of a file have, where nobody has said it: `.env.backup.20260204_082611`, `.env-old`, `.env.bak2`,
//! `.env~`, `.env.1`. A file that says what another environment has (`.env.production`), or what one should have
//! (`.env.example`), is no past of this one.

/// Words that say that a file is an older copy.
const PAST: [&str; 19] = [
    "bak", "backup", "backups", "bkp", "old", "orig", "original", "save", "saved", "copy", "prev", "previous", "pre",
    "before", "was", "until", "snapshot", "archive", "archived",
];
/// Words that come first in the name of a file of its own.
const OTHERS: [&str; 35] = [
    "local",
    "production",
    "prod",
    "live",
    "staging",
    "stage",
    "preview",
    "development",
    "develop",
    "dev",
    "test",
    "testing",
    "ci",
    "qa",
    "uat",
    "demo",
    "sandbox",
    "docker",
    "compose",
    "example",
    "sample",
    "dist",
    "template",
    "tmpl",
    "tpl",
    "default",
    "defaults",
    "schema",
    "vault",
    "keys",
    "me",
    "enc",
    "sops",
    "rc",
    "swp",
];
/// So many digits are a day, or seconds since 1970.
const DAY: usize = 6;

/// Whether a file of this name is a backup of `file`.
pub fn is_backup_name(file: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(file).filter(|rest| !rest.is_empty()) else { return false };
    if rest.starts_with('~') {
        return true;
    }
    let words = words(rest);
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_past = |word: &str| PAST.contains(&word) || (is_number(word) && word.len() >= DAY);
    let Some(first) = words.first().map(String::as_str) else { return false };
    let begins_so = is_past(first) || is_number(first);
    // `.envrc.bak` and `.environment-old` begin like `.env`, and are of other files.
    let is_its_own = !rest.starts_with(|c: char| c.is_alphanumeric());
    !OTHERS.contains(&first) && (begins_so || (is_its_own && words.iter().any(|word| is_past(word))))
}

/// The words and numbers of a name.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = None;
    for c in text.chars() {
        let kind = c.is_alphanumeric().then(|| c.is_ascii_digit());
        match words.last_mut().filter(|_| kind == before) {
            _ if kind.is_none() => {}
            Some(word) => word.extend(c.to_lowercase()),
            None => words.push(c.to_lowercase().collect()),
        }
        before = kind;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::is_backup_name;

    #[test]
    fn backups_are_known_by_any_of_their_usual_names() {
        for name in [
            ".env.backup.20260204_082611",
            ".env.backup-before-ocr-central-20260202-103434",
            ".env.bak",
            ".env.bak2",
            ".envbak",
            ".env_old",
            ".env~",
            ".env.1",
            ".env.1770193571",
            ".env-2026-02-04T08:26:11Z",
            ".env.20260204",
            ".env.mira.20260204",
            ".env.ORIG",
            ".env.customer.bak",
        ] {
            assert!(is_backup_name(".env", name), "{name}");
        }
        assert!(is_backup_name("odoo.env", "odoo.env.save"));
    }

    #[test]
    fn files_of_other_environments_and_templates_are_no_past() {
        for name in [
            ".env",
            ".env.local",
            ".env.local.bak",
            ".env.example",
            ".envrc",
            ".envrc.bak",
            ".env.production",
            ".env.production.20260204",
            ".env.test",
            ".env.dev2",
            ".env.vault",
            ".environment-old",
            ".env.customer",
            ".env.customer1",
            "other.env.bak",
        ] {
            assert!(!is_backup_name(".env", name), "{name}");
        }
    }
}
