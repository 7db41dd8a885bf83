//! Rows of separated cells, block by block.

use super::Piece;
use super::batch::fits;
use super::marked::CsvRows;
use super::plan::Plan;
use super::split::{Found, Splitter};
use super::take::{Refused, Taker};
pub(super) use crate::data::csv::TOO_LONG;
use crate::data::csv::{UNCLOSED, header, not_text, ragged};
use crate::data::input::{MAX_ROW, Records};
use crate::data::table::{TableBuilder, clip_line};
use crate::data::{Origin, RejectReason};
use std::io::{self, BufRead};

/// A file whose header has been read.
pub(super) struct CsvFile {
    pub(super) delimiter: u8,
    names: Vec<String>,
    /// By column that is read: its place in a row.
    pub(super) places: Vec<Option<usize>>,
}

impl CsvFile {
    /// Matches the header; `None` if that was not possible, and the clerk knows why.
    pub(super) fn open(
        clerk: &mut TableBuilder<'_>,
        plan: &Plan<'_>,
        text: Box<dyn BufRead + Send>,
        delimiter: u8,
        file: &str,
    ) -> io::Result<Option<CsvFile>> {
        let header = header(clerk, &mut Records::new(text, delimiter), delimiter, file)?;
        Ok(header.map(|header| {
            let place = |index: usize| header.places.get(index).copied().flatten();
            let places = plan.wanted.iter().map(|wanted| place(wanted.index)).collect();
            CsvFile { delimiter, names: header.names, places }
        }))
    }

    /// How many cells a row has.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// Takes all rows of a block, which begins on this line; `last` if the file ends with it, and `quotes` if there may be
    /// quotes in it.
    pub(super) fn rows(
        &self,
        taker: &mut Taker<'_>,
        rows: &mut CsvRows,
        (block, quotes): (&[u8], bool),
        at: (u32, u64, bool),
        show: &mut dyn FnMut(&Piece),
    ) {
        let plain = self.delimiter.is_ascii() && !matches!(self.delimiter, b'"' | b'\n' | b'\r');
        let has = |column: usize| self.places.get(column).is_some_and(Option::is_some);
        let taken = match std::str::from_utf8(block) {
            Ok(text) if plain && fits(taker.plan, has) => rows.rows(self, taker, (text, quotes), at, show),
            _ => false,
        };
        if !taken {
            self.row_by_row(taker, &mut rows.splitter, block, at, show);
        }
    }

    /// Takes all rows of a block one by one.
    pub(super) fn row_by_row(
        &self,
        taker: &mut Taker<'_>,
        splitter: &mut Splitter,
        block: &[u8],
        (at, line, last): (u32, u64, bool),
        show: &mut dyn FnMut(&Piece),
    ) {
        let text = std::str::from_utf8(block).ok();
        splitter.rows(block, self.delimiter, |row| {
            let origin = Origin { file: at, line: clip_line(line + row.lines) };
            if row.end - row.start + usize::from(!row.open) > MAX_ROW {
                taker.reject_row(origin, RejectReason::TooLong, || TOO_LONG.to_string());
            } else if last && row.open && is_unclosed(block.get(row.start..row.end).unwrap_or(&[])) {
                taker.reject_row(origin, RejectReason::Malformed, || UNCLOSED.to_string());
            } else if row.width() != self.names.len() {
                let detail = || ragged(row.width(), self.names.len());
                taker.reject_row(origin, RejectReason::Malformed, detail);
            } else if let Some(text) = text {
                self.row(taker, origin, show, |place| row.text(text, place));
            } else {
                self.perhaps_text(taker, origin, show, block, &row);
            }
        });
    }

    /// Takes a row of a block that is not all text.
    fn perhaps_text(
        &self,
        taker: &mut Taker<'_>,
        origin: Origin,
        show: &mut dyn FnMut(&Piece),
        block: &[u8],
        row: &Found<'_>,
    ) {
        let cell = |place: usize| std::str::from_utf8(row.cell(block, place));
        match (0..row.width()).find(|place| cell(*place).is_err()) {
            None => self.row(taker, origin, show, |place| cell(place).unwrap_or_default()),
            Some(broken) => {
                let name = || not_text(self.names.get(broken).map_or("?", String::as_str));
                taker.reject_row(origin, RejectReason::Encoding, name);
            }
        }
    }

    #[inline]
    fn row<'c>(
        &self,
        taker: &mut Taker<'_>,
        origin: Origin,
        show: &mut dyn FnMut(&Piece),
        cell: impl Fn(usize) -> &'c str,
    ) {
        if taker.is_full() {
            taker.show(show);
        }
        taker.begin_plain(origin);
        let mut taken = Ok(());
        for (i, place) in self.places.iter().enumerate() {
            taken = match place {
                Some(place) => taker.text(i, cell(*place)),
                None => taker.absent(i),
            };
            if let Err(Refused) = taken {
                break;
            }
        }
        taker.end(taken);
    }
}

/// True for the last row of a file if its quotes are never closed.
pub(super) fn is_unclosed(row: &[u8]) -> bool {
    memchr::memchr(b'\n', row).is_some() && memchr::memchr_iter(b'"', row).count() % 2 == 1
}
