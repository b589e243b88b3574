//! Lines of a file or a pipe, one at a time, none of them without an end.

use crate::timeline::ingest::Refused;
use std::io::{BufRead, Read};

/// The most bytes of a line.
const MOST: usize = 1024 * 1024;

/// The lines of a reader that are not empty, with their numbers from 1 on. One that is too long, or no UTF-8, is refused
/// and left behind; an error of the reader ends them.
pub(in crate::cli) struct Lines<R> {
    reader: R,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    pub(in crate::cli) fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    fn read(&mut self) -> std::io::Result<Option<Result<String, Refused>>> {
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(MOST as u64 + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.len() > MOST && line.last() != Some(&b'\n') {
            self.skip()?;
            return Ok(Some(Err(Refused(format!("longer than {MOST} bytes")))));
        }
        Ok(Some(String::from_utf8(line).map_err(|_| Refused("not UTF-8 text".to_owned()))))
    }

    /// Leaves the rest of a line behind.
    fn skip(&mut self) -> std::io::Result<()> {
        loop {
            let rest = self.reader.fill_buf()?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (length, is_over) = (end.map_or(rest.len(), |end| end + 1), end.is_some() || rest.is_empty());
            self.reader.consume(length);
            if is_over {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = std::io::Result<(usize, Result<String, Refused>)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read() {
                Ok(None) => return None,
                Ok(Some(Ok(line))) if line.trim().is_empty() => {}
                Ok(Some(line)) => return Some(Ok((self.number, line))),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test that can't go on should say so")]

    use super::*;

    #[test]
    fn lines_keep_their_numbers_and_one_without_an_end_is_left_behind() {
        let mut text = b"{\"a\":1}\n\n  \r\n\xff\xfe\n".to_vec();
        text.extend(vec![b'x'; 3 * MOST]);
        text.extend(b"\nlast");
        let lines: Vec<_> = Lines::new(text.as_slice()).flatten().collect();
        let [(1, Ok(first)), (4, Err(_)), (5, Err(long)), (6, Ok(last))] = lines.as_slice() else {
            panic!("{:?}", lines.iter().map(|(at, line)| (at, line.is_ok())).collect::<Vec<_>>())
        };
        assert_eq!((first.as_str(), last.as_str()), ("{\"a\":1}\n", "last"));
        assert!(long.to_string().contains("longer than"));
    }
}
