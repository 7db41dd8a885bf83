//! Lanes while they are filled: lists as long as a piece can be, into which cells are put by row.

use super::{Bits, Lane, LaneCells, PIECE, TextList, Validity};
use crate::data::cells::Cell;
use crate::program::Type;
use crate::value::DAY_MICROS;
use std::sync::Arc;

/// Makes room for the cells of a piece; what has been allocated is used again.
pub(super) fn room(lane: &mut Lane, ty: Type) {
    lane.unreadable.clear();
    let mut bits = match std::mem::take(&mut lane.valid) {
        Validity::Some(bits) => bits,
        Validity::All | Validity::None => Bits::default(),
    };
    bits.clear();
    bits.extend(false, PIECE);
    lane.valid = Validity::Some(bits);
    match (&mut lane.cells, ty) {
        (LaneCells::Days(v), Type::Date) => v.resize(PIECE, 0),
        (LaneCells::Micros(v), Type::Instant) => v.resize(PIECE, 0),
        (LaneCells::Codes(v), Type::Enum(_)) => v.resize(PIECE, 0),
        (LaneCells::Small(v), Type::Number(_) | Type::Mixed) => v.resize(PIECE, 0),
        (LaneCells::Flags(v), Type::Boolean) => {
            v.clear();
            v.extend(false, PIECE);
        }
        (LaneCells::Texts { list, codes }, Type::Text | Type::Unknown) => {
            codes.resize(PIECE, 0);
            match Arc::get_mut(list) {
                Some(list) if !list.is_lasting() => list.clear(),
                _ => *list = Arc::new(TextList::new(false)),
            }
        }
        (cells, ty) => {
            *cells = match ty {
                Type::Date => LaneCells::Days(vec![0; PIECE]),
                Type::Instant => LaneCells::Micros(vec![0; PIECE]),
                Type::Enum(_) => LaneCells::Codes(vec![0; PIECE]),
                Type::Number(_) | Type::Mixed => LaneCells::Small(vec![0; PIECE]),
                Type::Boolean => LaneCells::Flags(Bits::filled(PIECE, false)),
                Type::Text | Type::Unknown => {
                    LaneCells::Texts { list: Arc::new(TextList::new(false)), codes: vec![0; PIECE] }
                }
            }
        }
    }
}

/// Cuts a lane down to the rows that there are.
pub(super) fn finish(lane: &mut Lane, rows: usize) {
    match &mut lane.cells {
        LaneCells::Absent => {}
        LaneCells::Days(v) => v.truncate(rows),
        LaneCells::Micros(v) | LaneCells::Small(v) => v.truncate(rows),
        LaneCells::Flags(v) => v.truncate(rows),
        LaneCells::Codes(codes) | LaneCells::Texts { codes, .. } => codes.truncate(rows),
        LaneCells::Wide(v) => v.truncate(rows),
    }
    if let Validity::Some(bits) = &mut lane.valid {
        bits.truncate(rows);
        match bits.count() {
            0 => lane.valid = Validity::None,
            n if n == rows => lane.valid = Validity::All,
            _ => {}
        }
    }
}

#[inline]
fn valid(lane: &mut Lane, row: usize) {
    if let Validity::Some(bits) = &mut lane.valid {
        bits.set(row, true);
    }
}

#[inline]
fn put<T>(list: &mut [T], row: usize, value: T) {
    if let Some(slot) = list.get_mut(row) {
        *slot = value;
    }
}

/// A date or an instant; `micros` is the time of day.
#[inline]
pub(super) fn moment(lane: &mut Lane, row: usize, day: i32, micros: i64) {
    match &mut lane.cells {
        LaneCells::Days(v) => put(v, row, day),
        LaneCells::Micros(v) => put(v, row, i64::from(day) * DAY_MICROS + micros),
        _ => return,
    }
    valid(lane, row);
}

/// A number that fits.
#[inline]
pub(super) fn small(lane: &mut Lane, row: usize, billionths: i64) {
    match &mut lane.cells {
        LaneCells::Small(v) => put(v, row, billionths),
        LaneCells::Wide(v) => put(v, row, i128::from(billionths)),
        _ => return,
    }
    valid(lane, row);
}

/// Any number.
pub(super) fn number(lane: &mut Lane, row: usize, billionths: i128) {
    if let Ok(fits) = i64::try_from(billionths) {
        return small(lane, row, fits);
    }
    if let LaneCells::Small(v) = &lane.cells {
        lane.cells = LaneCells::Wide(v.iter().map(|n| i128::from(*n)).collect());
    }
    if let LaneCells::Wide(v) = &mut lane.cells {
        put(v, row, billionths);
        valid(lane, row);
    }
}

#[inline]
pub(super) fn flag(lane: &mut Lane, row: usize, flag: bool) {
    if let LaneCells::Flags(v) = &mut lane.cells {
        v.set(row, flag);
        valid(lane, row);
    }
}

#[inline]
pub(super) fn code(lane: &mut Lane, row: usize, code: u32) {
    if let LaneCells::Codes(v) = &mut lane.cells {
        put(v, row, code);
        valid(lane, row);
    }
}

#[inline]
pub(super) fn text(lane: &mut Lane, row: usize, text: &str) {
    if let LaneCells::Texts { list, .. } = &lane.cells
        && list.is_lasting()
    {
        own_texts(lane);
    }
    if let LaneCells::Texts { list, codes } = &mut lane.cells
        && let Some(list) = Arc::get_mut(list)
    {
        let code = list.push(text);
        put(codes, row, code);
        valid(lane, row);
    }
}

/// The list of the lane's own texts; those that it had from another list are put into it.
pub(super) fn own_texts(lane: &mut Lane) -> Option<&mut TextList> {
    if !matches!(lane.cells, LaneCells::Texts { .. }) {
        lane.cells = LaneCells::Texts { list: Arc::new(TextList::new(false)), codes: vec![0; PIECE] };
    }
    let valid = &lane.valid;
    let LaneCells::Texts { list, codes } = &mut lane.cells else { return None };
    if list.is_lasting() || Arc::get_mut(list).is_none() {
        let mut own = TextList::new(false);
        // By number there the number here.
        let mut known = vec![u32::MAX; list.len()];
        for (_, code) in codes.iter_mut().enumerate().filter(|(row, _)| valid.has(*row)) {
            *code = match known.get_mut(*code as usize) {
                Some(known) => {
                    if *known == u32::MAX {
                        *known = own.push(list.get(*code));
                    }
                    *known
                }
                None => own.push(""),
            };
        }
        *list = Arc::new(own);
    }
    Arc::get_mut(list)
}

/// Makes a list of many pieces the lane's, if the lane has no texts of its own in the rows before; true if it has none.
pub(super) fn share_texts(lane: &mut Lane, shared: &Arc<TextList>, from: usize) -> bool {
    let LaneCells::Texts { list, .. } = &mut lane.cells else { return false };
    if from == 0 || (list.is_empty() && !list.is_lasting()) {
        *list = Arc::clone(shared);
    }
    list.id() == shared.id()
}

/// Many cells from a row on; `plain` if all are values.
pub(super) fn bulk(lane: &mut Lane, from: usize, values: &[i64], plain: bool, is_value: impl Fn(i64) -> bool) {
    fn put<T>(list: &mut [T], from: usize, values: &[i64], of: impl Fn(i64) -> T) {
        let list = list.get_mut(from..).unwrap_or_default();
        list.iter_mut().zip(values).for_each(|(slot, value)| *slot = of(*value));
    }
    match &mut lane.cells {
        LaneCells::Days(v) => put(v, from, values, |n| n as i32),
        LaneCells::Micros(v) | LaneCells::Small(v) => put(v, from, values, |n| n),
        LaneCells::Codes(codes) | LaneCells::Texts { codes, .. } => put(codes, from, values, |n| n as u32),
        LaneCells::Wide(v) => put(v, from, values, i128::from),
        LaneCells::Flags(bits) => {
            values.iter().enumerate().filter(|(_, n)| **n == 1).for_each(|(i, _)| bits.set(from + i, true));
        }
        LaneCells::Absent => return,
    }
    if let Validity::Some(bits) = &mut lane.valid {
        if plain {
            bits.set_all(from, values.len());
        } else {
            values.iter().enumerate().filter(|(_, n)| is_value(**n)).for_each(|(i, _)| bits.set(from + i, true));
        }
    }
}

/// Cells from a row on: a value for every row, of which those count whose bit is set; of flags those that are yes.
pub(super) fn batch(lane: &mut Lane, from: usize, values: &[i64], set: &Bits, yes: &Bits) {
    if let LaneCells::Flags(flags) = &mut lane.cells {
        flags.mark(from, yes);
    } else {
        bulk(lane, from, values, false, |_| false);
    }
    if let Validity::Some(bits) = &mut lane.valid {
        bits.mark(from, set);
    }
}

/// So many cells from a row on: the values one after the other, for the rows that have one.
pub(super) fn some(lane: &mut Lane, from: usize, rows: usize, value: impl Fn(usize) -> i64, present: &Bits) {
    fn put<T>(list: &mut [T], from: usize, rows: usize, present: &Bits, value: impl Fn(usize) -> T) {
        let list = list.get_mut(from..from + rows).unwrap_or_default();
        let mut next = 0;
        for (slots, word) in list.chunks_mut(64).zip(present.words()) {
            let count = word.count_ones() as usize;
            if count == slots.len() {
                slots.iter_mut().enumerate().for_each(|(i, slot)| *slot = value(next + i));
            } else if count <= 16 {
                let (mut left, mut at) = (*word, next);
                while let Some(slot) = slots.get_mut(left.trailing_zeros() as usize) {
                    *slot = value(at);
                    at += 1;
                    left &= left - 1;
                }
            } else {
                let mut at = next;
                for (i, slot) in slots.iter_mut().enumerate() {
                    // Without a value it does not matter what stands there.
                    *slot = value(at);
                    at += (word >> i & 1) as usize;
                }
            }
            next += count;
        }
    }
    match &mut lane.cells {
        LaneCells::Days(v) => put(v, from, rows, present, |i| value(i) as i32),
        LaneCells::Micros(v) | LaneCells::Small(v) => put(v, from, rows, present, value),
        LaneCells::Codes(codes) | LaneCells::Texts { codes, .. } => {
            put(codes, from, rows, present, |i| value(i) as u32)
        }
        LaneCells::Wide(v) => put(v, from, rows, present, |i| i128::from(value(i))),
        LaneCells::Flags(bits) => {
            present.ones().enumerate().filter(|(i, _)| value(*i) == 1).for_each(|(_, row)| bits.set(from + row, true));
        }
        LaneCells::Absent => return,
    }
    if let Validity::Some(bits) = &mut lane.valid {
        bits.mark(from, present);
    }
}

/// Flags from a row on, one after the other for the rows that have one.
#[cfg(feature = "parquet")]
pub(super) fn flags(lane: &mut Lane, from: usize, flags: &Bits, present: &Bits) {
    let LaneCells::Flags(cells) = &mut lane.cells else { return };
    if flags.len() == present.len() {
        cells.mark(from, flags);
    } else {
        let (mut rows, mut next) = (Bits::default(), 0);
        for word in present.words() {
            let count = word.count_ones() as usize;
            let (mut spread, mut left) = (0, flags.word(next));
            for i in 0..u64::BITS {
                let is = word >> i & 1;
                spread |= (left & is) << i;
                left >>= is;
            }
            rows.push_word(spread, u64::BITS as usize);
            next += count;
        }
        cells.mark(from, &rows);
    }
    if let Validity::Some(bits) = &mut lane.valid {
        bits.mark(from, present);
    }
}

/// A cell that was read.
pub(super) fn cell(lane: &mut Lane, row: usize, cell: &Cell<'_>) {
    match cell {
        Cell::Blank | Cell::Ignored => {}
        Cell::Boolean(value) => flag(lane, row, *value),
        Cell::Number(value) => number(lane, row, value.raw()),
        Cell::Symbol(value) => code(lane, row, *value),
        Cell::Text(value) => text(lane, row, value),
        Cell::Moment(value) => {
            let micros = value.micros;
            // A day that does not fit is no date; dates end with the year 9999.
            moment(lane, row, value.day().0, micros.rem_euclid(DAY_MICROS));
        }
    }
}
