//! Tests of lanes, 64 rows at a time: a bit for each row that passes.

use super::nodes::{LaneId, Mask, Node};
use crate::ast::CompareOp;
use crate::data::stream::{Lane, LaneCells, Piece, Validity};
use crate::engine::reference::passes;
use crate::value::DAY_MICROS;

/// Of rows without a value it is unknown whether they pass a test.
pub(super) fn valid_only(piece: &Piece, lane: LaneId, Mask { yes, unknown }: &mut Mask) {
    let Some(lane) = piece.lanes.get(lane as usize) else { return };
    valid_words(lane, |i, valid| {
        write(unknown, i, !valid);
        if let Some(word) = yes.get_mut(i) {
            *word &= valid;
        }
    });
}

/// The bits of the symbols of a piece: by lane, for each bit of a symbol's place, a bit per row. Few symbols have few bits,
/// and every condition on them is made of the same ones.
#[derive(Default)]
pub(super) struct Planes {
    lanes: Vec<(LaneId, Vec<Vec<u64>>)>,
}

impl Planes {
    fn of(&mut self, lane: LaneId, codes: &[u32]) -> &[Vec<u64>] {
        let known = self.lanes.iter().position(|(known, _)| *known == lane);
        let place = known.unwrap_or_else(|| {
            let most = codes.iter().fold(0, |most, code| most.max(*code));
            let planes = (0..u32::BITS - most.leading_zeros()).map(|bit| {
                let chunks = codes.chunks(64);
                chunks.map(|codes| tests(codes, |code| code >> bit & 1 == 1)).collect()
            });
            self.lanes.push((lane, planes.collect()));
            self.lanes.len() - 1
        });
        self.lanes.get(place).map_or(&[], |(_, planes)| planes)
    }

    /// Marks the rows whose symbol is in a set.
    pub(super) fn one_of(&mut self, lane: LaneId, codes: &[u32], set: &[u64], yes: &mut [u64]) {
        let planes = self.of(lane, codes);
        let mut symbols = Vec::new();
        for (i, word) in (0u32..).zip(set) {
            symbols.extend((0..64u32).filter(|bit| word >> bit & 1 == 1).map(|bit| i * 64 + bit));
        }
        // Larger symbols than there are do not occur.
        symbols.retain(|symbol| u32::BITS - symbol.leading_zeros() <= planes.len() as u32);
        if symbols.len() > MANY_SYMBOLS {
            let has = |code: u32| set.get(code as usize / 64).is_some_and(|word| word >> (code % 64) & 1 == 1);
            return each(codes, yes, has);
        }
        let mut is = vec![0u64; yes.len()];
        for symbol in symbols {
            is.fill(u64::MAX);
            for (bit, plane) in planes.iter().enumerate() {
                let turned = if symbol >> bit & 1 == 1 { 0 } else { u64::MAX };
                is.iter_mut().zip(plane).for_each(|(is, plane)| *is &= plane ^ turned);
            }
            yes.iter_mut().zip(&is).for_each(|(yes, is)| *yes |= is);
        }
    }
}

pub(super) fn write(words: &mut [u64], i: usize, word: u64) {
    if let Some(to) = words.get_mut(i) {
        *to = word;
    }
}

pub(super) fn set(words: &mut [u64], row: usize) {
    if let Some(word) = words.get_mut(row / 64) {
        *word |= 1 << (row % 64);
    }
}

pub(super) fn unset(words: &mut [u64], row: usize) {
    if let Some(word) = words.get_mut(row / 64) {
        *word &= !(1 << (row % 64));
    }
}

/// Shows for each word which rows have a value, beyond the last row too.
pub(super) fn valid_words(lane: &Lane, mut show: impl FnMut(usize, u64)) {
    const WORDS: usize = crate::data::stream::PIECE / 64;
    match &lane.valid {
        Validity::All => (0..WORDS).for_each(|i| show(i, u64::MAX)),
        Validity::None => (0..WORDS).for_each(|i| show(i, 0)),
        Validity::Some(bits) => bits.words().iter().enumerate().for_each(|(i, word)| show(i, *word)),
    }
}

/// A test of each cell, whether or not it is one; a bit per row.
fn each<T: Copy>(cells: &[T], words: &mut [u64], test: impl Fn(T) -> bool) {
    for (word, chunk) in words.iter_mut().zip(cells.chunks(64)) {
        *word = tests(chunk, &test);
    }
}

/// The outcomes of a test of at most 64 cells. Bytes first, which takes many cells at a time; then eight of them at once
/// become bits.
#[inline]
pub(super) fn tests<T: Copy>(cells: &[T], test: impl Fn(T) -> bool) -> u64 {
    let mut bytes = [0u8; 64];
    bytes.iter_mut().zip(cells).for_each(|(byte, cell)| *byte = u8::from(test(*cell)));
    let eights = bytes.as_chunks::<8>().0.iter().enumerate();
    eights.fold(0, |word, (i, eight)| {
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word | bits << (8 * i)
    })
}

/// More symbols than these are looked up row by row.
const MANY_SYMBOLS: usize = 64;

/// The same with the operator outside the loop.
fn against<T: Copy + PartialOrd>(op: CompareOp, cells: &[T], bound: T, words: &mut [u64]) {
    match op {
        CompareOp::Equal => each(cells, words, |cell| cell == bound),
        CompareOp::NotEqual => each(cells, words, |cell| cell != bound),
        CompareOp::Less => each(cells, words, |cell| cell < bound),
        CompareOp::LessEqual => each(cells, words, |cell| cell <= bound),
        CompareOp::Greater => each(cells, words, |cell| cell > bound),
        CompareOp::GreaterEqual => each(cells, words, |cell| cell >= bound),
    }
}

/// Which cells pass a test of a lane.
pub(super) fn tested(node: &Node, lane: &Lane, words: &mut [u64]) {
    match (node, &lane.cells) {
        (Node::Flag { is, .. }, LaneCells::Flags(bits)) => {
            for (word, flags) in words.iter_mut().zip(bits.words()) {
                *word = if *is { *flags } else { !flags };
            }
        }
        (Node::Number { op, bound, .. }, LaneCells::Small(cells)) => match i64::try_from(*bound) {
            Ok(bound) => against(*op, cells, bound, words),
            Err(_) => each(cells, words, |cell| passes(*op, i128::from(cell).cmp(bound))),
        },
        (Node::Number { op, bound, .. }, LaneCells::Wide(cells)) => against(*op, cells, *bound, words),
        (Node::Day { op, bound, .. }, LaneCells::Days(days)) => against(*op, days, *bound, words),
        (Node::Day { op, bound, .. }, LaneCells::Micros(micros)) => {
            each(micros, words, |micros| passes(*op, micros.div_euclid(DAY_MICROS).cmp(&i64::from(*bound))));
        }
        (Node::Micros { op, bound, .. }, LaneCells::Micros(micros)) => against(*op, micros, *bound, words),
        (Node::Text { op, text, .. }, LaneCells::Texts { list, codes }) => {
            if list.len() < codes.len() {
                let passed: Vec<bool> = list.iter().map(|cell| passes(*op, cell.cmp(text.as_str()))).collect();
                each(codes, words, |code| passed.get(code as usize).copied().unwrap_or(false));
            } else {
                each(codes, words, |code| passes(*op, list.get(code).cmp(text.as_str())));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn outcomes_stand_in_the_order_of_cells() {
        let cells: Vec<u32> = (0..64).map(|i| i * 7 % 11).collect();
        for count in [0, 1, 7, 8, 9, 63, 64] {
            let expected = (0..count).filter(|i| i * 7 % 11 < 5).fold(0u64, |word, i| word | 1 << i);
            assert_eq!(cells.get(..count).map(|cells| tests(cells, |cell| cell < 5)), Some(expected), "{count}");
        }
    }

    #[test]
    fn symbols_are_found_by_their_bits() {
        for most in [0u32, 1, 5, 7, 70, 300] {
            let codes: Vec<u32> = (0..150).map(|i| i * 31 % (most + 1)).collect();
            for every in [1, 2, 3, 40] {
                let mut set = vec![0u64; 6];
                (0..384u32).filter(|symbol| symbol % every == 0).for_each(|symbol| {
                    set.get_mut(symbol as usize / 64).into_iter().for_each(|word| *word |= 1 << (symbol % 64));
                });
                let (mut planes, mut yes) = (Planes::default(), vec![0u64; 3]);
                planes.one_of(4, &codes, &set, &mut yes);
                for (row, code) in codes.iter().enumerate() {
                    let is = yes.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
                    assert_eq!(is, code % every == 0, "{most} {every} {row}");
                }
            }
        }
    }
}
