//! What a plain YAML scalar is to Compose (the Go YAML library): `010` is 8, `1.50` is 1.5, a date is
//! no text. A password that looks like a number is changed on its way.

/// A plain scalar, resolved.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plain {
    Null,
    /// A number or a boolean, as Go prints it.
    Printed(String),
    Text,
    Date,
}

/// Resolves a scalar that stands without quotes.
pub(super) fn resolve(raw: &str) -> Plain {
    match raw {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Printed("true".to_owned()),
        "false" | "False" | "FALSE" => return Plain::Printed("false".to_owned()),
        ".nan" | ".NaN" | ".NAN" => return Plain::Printed("NaN".to_owned()),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Plain::Printed("+Inf".to_owned()),
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Printed("-Inf".to_owned()),
        _ => {}
    }
    if !raw.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Plain::Text;
    }
    if is_date(raw) {
        return Plain::Date;
    }
    let digits = raw.replace('_', "");
    match integer(&digits).or_else(|| float(&digits)) {
        Some(text) => Plain::Printed(text),
        None => Plain::Text,
    }
}

fn integer(text: &str) -> Option<String> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let lower = rest.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    let fits = sign.is_empty() || value <= i64::MAX as u64 + 1;
    fits.then(|| if value == 0 { "0".to_owned() } else { format!("{sign}{value}") })
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, printed as Go prints a float64.
fn float(text: &str) -> Option<String> {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || body.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    let size = value.abs();
    if size == 0.0 || (1e-4..1e21).contains(&size) {
        return Some(format!("{value}"));
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e')?;
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    Some(format!("{digits}e{sign}{exponent:0>2}"))
}

/// `2026-02-04` or one with a time: four digits, and a date that YAML takes for a time stamp.
fn is_date(raw: &str) -> bool {
    let (date, time) = raw.split_at(raw.find(['T', 't', ' ']).unwrap_or(raw.len()));
    let parts: Vec<&str> = date.split('-').collect();
    let number = |part: &str, max: u8| part.len() <= 2 && part.parse().is_ok_and(|n: u8| n >= 1 && n <= max);
    let [year, month, day] = parts[..] else { return false };
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = time.is_empty() || time[1..].split(':').count() == 3;
    is_year && number(month, 12) && number(day, 31) && is_time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rewritten_as_go_prints_them() {
        let cases = [
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("0x1F", "31"),
            ("010", "8"),
            ("1_000", "1000"),
            ("-0", "0"),
            ("1e21", "1e+21"),
            ("0.00001", "1e-05"),
            ("18446744073709551615", "18446744073709551615"),
            ("0o17", "15"),
            ("True", "true"),
        ];
        for (raw, want) in cases {
            assert_eq!(resolve(raw), Plain::Printed(want.to_owned()), "{raw}");
        }
        for raw in ["yes", "abc", "1.2.3", "0x", "-", "5432:5432", "2026-13-04", "12345678901234567890123abc", "1e"] {
            assert_eq!(resolve(raw), Plain::Text, "{raw}");
        }
        assert_eq!(resolve("2026-02-04"), Plain::Date);
        assert_eq!(resolve("2026-2-4 10:34:00"), Plain::Date);
        assert_eq!(resolve("~"), Plain::Null);
    }
}
