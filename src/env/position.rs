//! Where something stands in a file: a line and a column, for people.

/// A place in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// 1-based; 0 where there is none.
    pub line: usize,
    /// 1-based, in characters; 0 where there is none.
    pub column: usize,
}

impl At {
    /// Where a byte stands in a text. Bytes that are no UTF-8 count as a character each.
    pub fn of(bytes: &[u8], at: usize) -> Self {
        let before = bytes.get(..at).unwrap_or(bytes);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let column = 1 + String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count();
        Self { line, column }
    }

    /// Where a text stops being UTF-8.
    pub(super) fn no_utf8(bytes: &[u8], error: std::str::Utf8Error) -> Self {
        Self::of(bytes, error.valid_up_to())
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column {
            0 => write!(f, "line {}", self.line),
            column => write!(f, "line {}, column {column}", self.line),
        }
    }
}
