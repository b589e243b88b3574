//! Values that everybody tries first.

use crate::env::sensitive::matches;

/// Keys that hold what lets somebody in. A user may well be called `odoo`.
const CREDENTIALS: [&str; 7] = ["*PASS*", "*PWD*", "*SECRET*", "*TOKEN*", "*_KEY", "*APIKEY*", "*SALT*"];

/// Defaults of images and of people, in lower case.
const FAMOUS: [&str; 40] = [
    "odoo",
    "admin",
    "administrator",
    "password",
    "passwd",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "password1",
    "password123",
    "changeme",
    "changeit",
    "change_me",
    "root",
    "toor",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "rabbitmq",
    "guest",
    "elastic",
    "minio",
    "minioadmin",
    "grafana",
    "test",
    "demo",
    "example",
    "default",
    "secret",
    "letmein",
    "welcome",
    "qwerty",
    "1234",
    "123456",
    "12345678",
    "123456789",
    "admin123",
];

/// Whether the value of a key that lets somebody in is one of them. Which one, nobody is told.
pub(super) fn is_famous(key: &str, value: &[u8]) -> bool {
    FAMOUS.iter().any(|famous| famous.as_bytes().eq_ignore_ascii_case(value))
        && CREDENTIALS.iter().any(|pattern| matches(pattern, key))
}
