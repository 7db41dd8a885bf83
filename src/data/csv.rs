//! Rows of separated cells under a header.

use super::cells::Raw;
use super::header::match_headers;
use super::input::{Records, Row};
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

/// Reads a whole file into the table.
pub fn read(builder: &mut TableBuilder<'_>, input: impl BufRead, delimiter: u8, file: &str) -> io::Result<()> {
    let mut records = Records::new(input, delimiter);
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
            return Ok(());
        }
    };
    let place = format!("{file}:{header_line}");
    let mut headers = Vec::new();
    for i in 0..records.width() {
        match records.cell(i).map(std::str::from_utf8) {
            Some(Ok(text)) => headers.push(text.trim().to_string()),
            _ => {
                builder.errors.push(DataError {
                    place,
                    message: format!("the name of column {} is not UTF-8", i + 1),
                    help: Some("save the file as UTF-8".to_string()),
                });
                return Ok(());
            }
        }
    }
    let Some(places) = match_headers(builder, &headers, Some(delimiter), &place) else { return Ok(()) };
    loop {
        match records.read()? {
            Row::End => return Ok(()),
            Row::TooLong(line) => {
                let detail = "longer than 1 MiB; perhaps a quote is never closed".to_string();
                builder.reject_row(line, RejectReason::TooLong, detail);
            }
            Row::Unclosed(line) => {
                let detail = "a quote is never closed, so that the rest of the file is one row".to_string();
                builder.reject_row(line, RejectReason::Malformed, detail);
            }
            Row::Cells(line) if records.width() != headers.len() => {
                let (found, wanted) = (records.width(), headers.len());
                let cells = if found == 1 { "cell" } else { "cells" };
                let detail = format!("{found} {cells}, but the header has {wanted}");
                builder.reject_row(line, RejectReason::Malformed, detail);
            }
            Row::Cells(line) => match broken(&records) {
                Some(cell) => {
                    let name = headers.get(cell).map_or("?", String::as_str);
                    let detail = format!("`{name}` is not UTF-8; save the file as UTF-8");
                    builder.reject_row(line, RejectReason::Encoding, detail);
                }
                None => builder.row(line, &Cells { records: &records, places: &places }),
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
