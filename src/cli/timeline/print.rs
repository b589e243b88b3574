//! Rows onto stdout.

use super::margin::Margins;
use super::rows;
use crate::cli::RowFormat;
use crate::timeline::Entry;
use jiff::tz::TimeZone;
use std::io::{self, Write, stdout};

/// Prints rows in a format; the heading before the first.
#[derive(Debug)]
pub(super) struct Printer {
    format: RowFormat,
    zone: TimeZone,
    headed: bool,
    /// What stands beside the rows.
    pub(super) margins: Margins,
}

impl Printer {
    pub(super) fn new(format: RowFormat, zone: TimeZone) -> Self {
        Self { format, zone, headed: false, margins: Margins::default() }
    }

    /// Prints these, and sees them on their way. The error says that nobody reads any more, or the disk is full.
    pub(super) fn print<'a>(&mut self, entries: impl Iterator<Item = &'a Entry>) -> io::Result<()> {
        let mut out = io::BufWriter::new(stdout().lock());
        if !self.headed {
            self.headed = true;
            out.write_all(rows::header(self.format).as_bytes())?;
        }
        for entry in entries {
            out.write_all(rows::row(entry, &self.margins.of(entry), self.format, &self.zone).as_bytes())?;
        }
        out.flush()
    }
}
