//! Objects, one per line, block by block: many at once, and those that are not plain one by one.

use super::batch::{Batch, fits};
use super::object::{Names, Objects, Seen};
use super::plan::Plan;
use super::take::{Refused, Taker};
use super::walk::{Walk, Walked};
use super::{PIECE, Piece};
use crate::data::Origin;
use crate::data::cells::Raw;
use crate::data::ndjson;
use crate::data::table::{TableBuilder, clip_line};

/// What a worker needs for objects.
#[derive(Debug, Default)]
pub(super) struct JsonRows {
    pub(super) names: Names,
    walk: Walk,
    batch: Batch,
}

/// What is wanted of the objects of a file.
pub(super) fn objects(clerk: &TableBuilder<'_>, plan: &Plan<'_>) -> Objects {
    let name = |index: usize, name: &str| clerk.header_of(index).unwrap_or(name).to_string();
    Objects::new(plan.wanted.iter().map(|wanted| name(wanted.index, &wanted.field.name)))
}

impl JsonRows {
    /// Takes all lines of a block, which begins on this line of a file.
    pub(super) fn rows(
        &mut self,
        objects: &Objects,
        taker: &mut Taker<'_>,
        block: &[u8],
        (at, line): (u32, u64),
        show: &mut dyn FnMut(&Piece),
    ) {
        if self.names.turn_to(at) {
            self.walk.forget();
        }
        let Ok(text) = std::str::from_utf8(block) else {
            for (line, bytes) in ndjson::lines(block, line) {
                self.line(objects, taker, bytes, Origin { file: at, line: clip_line(line) }, show);
            }
            return;
        };
        let together = fits(taker.plan, |_| true);
        let (mut from, mut line) = (0, line);
        while from < block.len() {
            if taker.is_full() {
                taker.show(show);
            }
            let most = PIECE - taker.piece.rows;
            let (next, lines) = self.walk.find(block, from, objects.columns(), most, &self.names.known);
            if together {
                self.together(objects, taker, text, (at, line), show);
            } else {
                for row in 0..self.walk.lines.len() {
                    self.row(objects, taker, text, (at, line), row, show);
                }
            }
            line += u64::from(lines);
            from = next;
        }
    }

    /// Takes the rows that were found column by column, and those that are not plain each at its place.
    fn together(
        &mut self,
        objects: &Objects,
        taker: &mut Taker<'_>,
        text: &str,
        at: (u32, u64),
        show: &mut dyn FnMut(&Piece),
    ) {
        self.batch.take(taker, &Walked { walk: &self.walk, block: text }, at);
        let after = taker.piece.rows;
        let first = after - self.walk.lines.len();
        let odd = std::mem::take(&mut self.batch.odd);
        for row in odd.ones() {
            taker.piece.rows = first + row;
            self.row(objects, taker, text, at, row, show);
        }
        taker.piece.rows = after;
        self.batch.odd = odd;
    }

    /// Takes one of the rows that were found.
    fn row(
        &mut self,
        objects: &Objects,
        taker: &mut Taker<'_>,
        text: &str,
        (at, line): (u32, u64),
        row: usize,
        show: &mut dyn FnMut(&Piece),
    ) {
        let Some(found) = self.walk.lines.get(row).copied() else { return };
        let origin = Origin { file: at, line: clip_line(line + u64::from(found.lines)) };
        if found.plain {
            take(taker, origin, objects.columns(), |column| self.walk.raw(text, row, column), show);
        } else {
            let bytes = text.as_bytes().get(found.start..found.end).unwrap_or(&[]);
            self.line(objects, taker, bytes, origin, show);
        }
    }

    /// Takes a line with all care.
    fn line(
        &mut self,
        objects: &Objects,
        taker: &mut Taker<'_>,
        bytes: &[u8],
        origin: Origin,
        show: &mut dyn FnMut(&Piece),
    ) {
        match objects.read(bytes, origin, &mut self.names) {
            Seen::Nothing => {}
            Seen::Object => take(taker, origin, objects.columns(), |column| self.names.raw(column), show),
            Seen::Refused(reason, detail) => taker.reject_row(origin, reason, || detail),
        }
    }
}

/// Takes a row, given its cells.
fn take<'c>(
    taker: &mut Taker<'_>,
    origin: Origin,
    columns: usize,
    cell: impl Fn(usize) -> Raw<'c>,
    show: &mut dyn FnMut(&Piece),
) {
    if taker.is_full() {
        taker.show(show);
    }
    taker.begin_plain(origin);
    let mut taken = Ok(());
    for i in 0..columns {
        taken = match cell(i) {
            Raw::Blank => taker.absent(i),
            Raw::Text(text) => taker.text(i, text),
            raw => taker.raw(i, &raw),
        };
        if let Err(Refused) = taken {
            break;
        }
    }
    taker.end(taken);
}
