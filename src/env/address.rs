//! The hosts in the addresses that configurations hold: URLs, `host:port`, and the data source names of drivers. What a
//! value says besides (who logs in, and how) is not looked at.

/// What an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A host, without its port.
    Host(String),
    /// There is one, and it can't be told from the rest.
    Unreadable,
}

/// Schemes of addresses that name no host.
const LOCAL: [&str; 6] = ["file", "sqlite", "sqlite3", "unix", "data", "memory"];
/// The longest name of a host, and its longest label.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

/// A value that is a host, without its port where it has one.
pub(super) fn host(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let text = text.trim();
    without_port(text).filter(|name| is_name(name)).unwrap_or(text).to_owned()
}

/// The hosts that a value names; none where it names none (a path, a word). Of a `strict` one, which is masked for what
/// it is, no piece is taken for a host that may be a piece of the password.
pub(super) fn hosts(value: &[u8], strict: bool) -> Vec<Named> {
    let Ok(text) = std::str::from_utf8(value) else { return vec![Named::Unreadable] };
    let text = text.trim();
    if let Some((scheme, rest)) = text.split_once("://") {
        // `jdbc:postgresql://`
        let scheme = scheme.rsplit(':').next().unwrap_or(scheme).to_ascii_lowercase();
        return if LOCAL.contains(&scheme.as_str()) { Vec::new() } else { of_url(rest, strict) };
    }
    if let Some(named) = of_fields(text) {
        return named;
    }
    // Go's MySQL driver: `user:password@tcp(host:3306)/name`.
    if let Some((_, rest)) = text.rsplit_once("@tcp(") {
        return list(rest.split(')').next().unwrap_or(rest));
    }
    if text.contains('@') {
        return if text.contains("@unix(") { Vec::new() } else { vec![Named::Unreadable] };
    }
    let first = text.split(['/', '?', '#']).next().unwrap_or(text);
    let is_host = first.contains(['.', ':']) && !first.starts_with('.') || first == "localhost";
    match without_port(first).filter(|name| is_host && is_name(name)) {
        // Masked for what it is, and of no shape that is surely an address.
        Some(_) if strict => vec![Named::Unreadable],
        Some(name) => vec![Named::Host(name.to_owned())],
        None => Vec::new(),
    }
}

/// What stands behind `://`.
fn of_url(rest: &str, strict: bool) -> Vec<Named> {
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // A `/` in a password ends what was to be read of it; behind that comes the host.
    if strict && path.contains('@') {
        return vec![Named::Unreadable];
    }
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    if hosts.is_empty() { Vec::new() } else { list(hosts) }
}

/// `host=db port=5432`, `mysql:host=db;port=3306`; `None` where there are no such fields.
fn of_fields(text: &str) -> Option<Vec<Named>> {
    let mut parts = text.split([' ', ';']).map(|part| part.split_once('='));
    let is_host = |name: &str| {
        let name = name.rsplit(':').next().unwrap_or(name);
        ["host", "server", "data source"].iter().any(|known| name.eq_ignore_ascii_case(known))
    };
    let value = parts.find_map(|part| part.filter(|(name, _)| is_host(name)).map(|(_, value)| value))?;
    let value = value.trim_matches(['\'', '"']);
    // A folder with a socket in it.
    Some(if value.is_empty() || value.starts_with('/') { Vec::new() } else { list(value) })
}

/// `one:1,two:2`.
fn list(hosts: &str) -> Vec<Named> {
    let one = |part: &str| match without_port(part).filter(|name| is_name(name)) {
        Some(name) => Named::Host(name.to_owned()),
        None => Named::Unreadable,
    };
    hosts.split(',').map(one).collect()
}

/// `None` where what stands behind the colon is no port.
fn without_port(text: &str) -> Option<&str> {
    let is_port = |port: &str| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        return (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port)).then_some(address);
    }
    match text.split_once(':') {
        None => Some(text),
        // An address of version 6 without its brackets.
        Some((_, rest)) if rest.contains(':') => Some(text),
        Some((name, port)) => is_port(port).then_some(name),
    }
}

/// Whether it has the shape of a host's name, or is an address.
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_address = text.bytes().filter(|byte| *byte == b':').count() > 1
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    is_address || (text.len() <= MAX_NAME && name.split('.').all(is_label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(value: &str, strict: bool) -> Vec<String> {
        let word = |named| match named {
            Named::Host(name) => name,
            Named::Unreadable => "?".to_owned(),
        };
        hosts(value.as_bytes(), strict).into_iter().map(word).collect()
    }

    #[test]
    fn the_host_of_an_address_is_found_in_every_way_people_write_one() {
        for (value, wanted) in [
            ("https://ocr.example/v2", "ocr.example"),
            ("http://ocr.internal:8080", "ocr.internal"),
            ("http://web:8069/path?next=@x", "web"),
            ("jdbc:postgresql://db.example:5432/odoo", "db.example"),
            ("http://[2001:db8::7]:80/", "2001:db8::7"),
            ("mongodb://one.example:1,two.example:2/x", "one.example two.example"),
            ("s3.eu-central-1.example", "s3.eu-central-1.example"),
            ("minio:9000", "minio"),
            ("localhost", "localhost"),
            ("host=db.example port=5432 dbname=odoo", "db.example"),
            ("mysql:host=db;port=3306;dbname=odoo", "db"),
        ] {
            assert_eq!(told(value, false).join(" "), wanted, "{value}");
        }
    }

    #[test]
    fn who_logs_in_is_never_taken_for_a_host() {
        for (value, wanted) in [
            (["postgres://odoo:in", "vented@db.example/odoo"], "db.example"),
            (["postgres://odoo:in", "ven@ted@db.example/odoo"], "db.example"),
            (["redis://inven", "/ted@cache.example"], "?"),
            (["odoo:inven", "ted@tcp(db.example:3306)/odoo"], "db.example"),
            (["inven", "ted@db.example"], "?"),
            (["inven", "ted.value"], "?"),
        ] {
            assert_eq!(told(&value.concat(), true).join(" "), wanted, "{value:?}");
        }
    }

    #[test]
    fn what_names_no_host_has_none() {
        for value in
            ["", "/web/login", "sqlite:///var/lib/x.db", "file:///etc/x", "prod", "host=/run/postgresql user=x", "../x"]
        {
            assert_eq!(told(value, false), [""; 0], "{value}");
        }
    }

    #[test]
    fn a_host_loses_its_port_and_nothing_else() {
        assert_eq!(host(b"db.example:5432"), "db.example");
        assert_eq!(host(b" 2001:db8::7 "), "2001:db8::7");
        assert_eq!(host(b"p4ss word@x"), "p4ss word@x");
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_value_a_host_has_the_shape_of_one(value in "\\PC{0,40}", strict in any::<bool>()) {
            for named in hosts(value.as_bytes(), strict) {
                if let Named::Host(name) = named {
                    prop_assert!(is_name(&name), "{name}");
                }
            }
        }

        #[test]
        fn a_password_before_the_last_at_is_not_looked_up(
            password in "[a-zA-Z0-9@:!]{1,20}", host in "[a-z]{1,10}\\.[a-z]{2,4}",
        ) {
            prop_assert_eq!(told(&format!("postgres://odoo:{password}@{host}:5432/x"), true), [host]);
        }
    }
}
