//! Many rows at once, where a short loop is enough: it waits for memory for many rows together.

use super::extremes::put_day;
use super::family::{Basis, Family, Reading};
use super::kept::Kept;
use super::many::Many;
use super::take::basis;
use super::tally::{Book, Tally};
use super::worker::each_row;
use crate::data::stream::{Lane, LaneCells, Piece};
use crate::engine::column::slots::Tag;

/// Keeps what a family keeps of rows that lie in its windows, if that takes no more than where it is kept and what stands in a lane:
/// the next rows are on their way while memory is waited for. False if it takes more; then nothing is kept.
pub(super) fn at_once(family: &Family<'_>, book: &mut Book, piece: &Piece, (inside, days): (&[u64], &[i32])) -> bool {
    let owners = &piece.owners;
    let dated = |row: usize| Some((*owners.get(row)?, *days.get(row)?));
    match (&mut book.tally, family.value) {
        (Tally::Many(Many::Counts(counts)), _) => each_row(inside, |row| {
            let Some((owner, day)) = dated(row) else { return };
            match family.place(day) {
                Some(place) => counts.count_on(owner, place, || family.run(day)),
                None => counts.count(owner, family.run(day)),
            }
        }),
        (Tally::Spans(spans), _) => each_row(inside, |row| {
            dated(row).into_iter().for_each(|(owner, day)| spans.add(owner, day));
        }),
        // Rows of several dates have more to them.
        _ if family.days.len() > 1 => return false,
        _ if family.present.is_some() => return false,
        (Tally::Small(counts), Reading::Nothing) => {
            each_row(inside, |row| owners.get(row).into_iter().for_each(|owner| counts.add(*owner)));
        }
        (Tally::Periods { bits, words, first, places }, Reading::Nothing) => each_row(inside, |row| {
            let Some((owner, day)) = dated(row) else { return };
            let place = places.get(day.wrapping_sub(*first) as usize).copied().unwrap_or(0);
            if let Some(bits) = bits.get_mut(owner as usize * *words + usize::from(place / 16)) {
                *bits |= 1 << (place % 16);
            }
        }),
        (Tally::Extremes(extremes), Reading::Day) => {
            let Some((known, most)) = extremes.days() else { return false };
            each_row(inside, |row| dated(row).into_iter().for_each(|(owner, day)| put_day(known, most, owner, day)));
        }
        (Tally::Sums(sums), Reading::Lane(id)) => {
            let Some(Lane { cells: LaneCells::Small(cells), valid, unreadable }) = piece.lanes.get(id as usize) else {
                return false;
            };
            if !unreadable.is_empty() || family.basis == Basis::CsatMean {
                return false;
            }
            each_row(inside, |row| {
                let (Some(owner), Some(bits)) = (owners.get(row), cells.get(row)) else { return };
                let value = Kept { tag: Tag::Number, bits: i128::from(*bits) };
                if valid.has(row)
                    && let Some(value) = basis(family.basis, value)
                {
                    sums.add(*owner, value);
                }
            });
        }
        _ => return false,
    }
    true
}
