//! Rows of separated cells under a header.

use super::cells::Raw;
use super::header::match_headers;
use super::input::{Records, Row};
use super::stream;
use super::table::{Source, TableBuilder};
use super::{DataError, RejectReason};
use std::io::{self, BufRead};

struct Cells<'a, R> {
    records: &'a Records<R>,
    places: &'a [Option<usize>],
}

impl<R: BufRead> Source for Cells<'_, R> {
    fn cell(&self, field: usize) -> Raw<'_> {
        let Some(place) = self.places.get(field).copied().flatten() else { return Raw::Blank };
        // The row was found to be UTF-8 before it was handed over.
        match self.records.cell(place).map(std::str::from_utf8) {
            Some(Ok(text)) => Raw::Text(text),
            _ => Raw::Blank,
        }
    }
}

/// What a header says.
pub(super) struct Header {
    /// The names, in the file's order.
    pub(super) names: Vec<String>,
    /// By column of the program: its place in the file.
    pub(super) places: Vec<Option<usize>>,
}

/// Reads and matches the header; says what is wrong with it otherwise.
pub(super) fn header<R: BufRead>(
    builder: &mut TableBuilder<'_>,
    records: &mut Records<R>,
    delimiter: u8,
    file: &str,
) -> io::Result<Option<Header>> {
    let header_line = match records.read()? {
        Row::Cells(line) => line,
        row => {
            let message = match row {
                Row::TooLong(_) => "the header is longer than 1 MiB",
                Row::Unclosed(_) => "the header has a quote that is never closed",
                _ => "the file is empty",
            };
            builder.errors.push(DataError {
                place: file.to_string(),
                message: message.to_string(),
                help: Some("the first line names the columns".to_string()),
            });
            return Ok(None);
        }
    };
    let place = format!("{file}:{header_line}");
    let mut names = Vec::new();
    for i in 0..records.width() {
        match records.cell(i).map(std::str::from_utf8) {
            Some(Ok(text)) => names.push(text.trim().to_string()),
            _ => {
                builder.errors.push(DataError {
                    place,
                    message: format!("the name of column {} is not UTF-8", i + 1),
                    help: Some("save the file as UTF-8".to_string()),
                });
                return Ok(None);
            }
        }
    }
    let places = match_headers(builder, &names, Some(delimiter), &place);
    Ok(places.map(|places| Header { names, places }))
}

pub(super) const TOO_LONG: &str = "longer than 1 MiB; perhaps a quote is never closed";
pub(super) const UNCLOSED: &str = "a quote is never closed, so that the rest of the file is one row";

/// Why a row with so many cells is not one of a file with so many columns.
pub(super) fn ragged(found: usize, wanted: usize) -> String {
    let cells = if found == 1 { "cell" } else { "cells" };
    format!("{found} {cells}, but the header has {wanted}")
}

/// Why a row cannot be read whose cell in this column is not text.
pub(super) fn not_text(name: &str) -> String {
    format!("`{name}` is not UTF-8; save the file as UTF-8")
}

/// Reads a whole file into the table.
pub fn read(
    builder: &mut TableBuilder<'_>,
    input: Box<dyn BufRead + Send>,
    delimiter: u8,
    file: &str,
) -> io::Result<()> {
    let mut records = Records::new(input, delimiter);
    let Some(header) = header(builder, &mut records, delimiter, file)? else { return Ok(()) };
    let (input, line) = records.into_rest();
    stream::csv(builder, input, line, delimiter, &header)
}

/// Takes the rows of a text that begins on this line, one by one.
pub(super) fn rows(
    builder: &mut TableBuilder<'_>,
    text: &[u8],
    line: u64,
    delimiter: u8,
    Header { names, places }: &Header,
) -> io::Result<()> {
    let mut records = Records::new(text, delimiter).from_line(line);
    loop {
        match records.read()? {
            Row::End => return Ok(()),
            Row::TooLong(line) => {
                builder.reject_row(line, RejectReason::TooLong, TOO_LONG.to_string());
            }
            Row::Unclosed(line) => {
                builder.reject_row(line, RejectReason::Malformed, UNCLOSED.to_string());
            }
            Row::Cells(line) if records.width() != names.len() => {
                let detail = ragged(records.width(), names.len());
                builder.reject_row(line, RejectReason::Malformed, detail);
            }
            Row::Cells(line) => match broken(&records) {
                Some(cell) => {
                    let name = names.get(cell).map_or("?", String::as_str);
                    builder.reject_row(line, RejectReason::Encoding, not_text(name));
                }
                None => builder.row(line, &Cells { records: &records, places }),
            },
        }
    }
}

/// The first cell that is not UTF-8.
fn broken<R: BufRead>(records: &Records<R>) -> Option<usize> {
    if records.bytes().is_ascii() {
        return None;
    }
    (0..records.width()).find(|i| records.cell(*i).is_none_or(|cell| std::str::from_utf8(cell).is_err()))
}
