//! What was measured, with its unit, so that no reader has to guess one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One measured thing: a name, and a quantity with its unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What was measured (`restart count`).
    pub name: String,
    /// The value.
    pub value: Quantity,
}

/// A value with its unit. Never a secret: facts are stored and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// A word or a name; foreign text has been sanitised.
    Text(String),
    /// A count of things.
    Count(u64),
    /// A size in bytes.
    Bytes(u64),
    /// A duration in milliseconds.
    Millis(u64),
    /// A share in hundredths of a percent (486 is 4.86 %), so that equal facts have equal bytes.
    BasisPoints(u32),
    /// A point in time.
    At(Timestamp),
    /// Yes or no.
    Flag(bool),
}

impl Fact {
    /// A fact of any quantity.
    pub fn new(name: &str, value: Quantity) -> Self {
        Self { name: name.to_owned(), value }
    }

    /// A fact that is a word.
    pub fn text(name: &str, value: impl Into<String>) -> Self {
        Self::new(name, Quantity::Text(value.into()))
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Count(count) => write!(f, "{count}"),
            Self::Bytes(bytes) => f.write_str(&bytes_in_words(*bytes)),
            Self::Millis(millis) if *millis < 10_000 => write!(f, "{millis} ms"),
            Self::Millis(millis) => write!(f, "{} s", millis / 1000),
            Self::BasisPoints(points) => write!(f, "{}.{:02} %", points / 100, points % 100),
            Self::At(time) => write!(f, "{time:.0}"),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
        }
    }
}

/// A size in the largest binary unit that leaves at least one whole (`1.5 MiB`).
fn bytes_in_words(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_says_its_unit() {
        assert_eq!(Quantity::Bytes(512).to_string(), "512 B");
        assert_eq!(Quantity::Bytes(1536).to_string(), "1.5 KiB");
        assert_eq!(Quantity::Bytes(64 * 1024 * 1024).to_string(), "64.0 MiB");
        assert_eq!(Quantity::BasisPoints(486).to_string(), "4.86 %");
        assert_eq!(Quantity::Millis(250).to_string(), "250 ms");
        assert_eq!(Quantity::Millis(61_000).to_string(), "61 s");
    }
}
