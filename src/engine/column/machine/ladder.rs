//! The rows of a table as bounds in ascending order: which row a number falls into is counted, not searched row by row.

use super::op::{Reg, Row, Table, Test};
use super::values::NO_DATA;
use crate::ast::CompareOp;
use crate::engine::column::{Cell, Tag};
use std::ops::RangeInclusive;

/// Rows of a larger table are looked at one by one.
const MOST: usize = 256;

/// More blocks than this are searched, not counted.
const FEW: usize = 4;

/// What a row gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rung {
    /// Its name as a symbol: the place among the names of its metric or scorecard.
    pub(super) name: Cell,
    pub(super) points: Option<Cell>,
}

/// Where no row is passed.
pub(super) const NOWHERE: Rung = Rung { name: NO_DATA, points: None };

/// Every number has its place between two bounds, and all numbers between them pass the same row first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ladder {
    /// Raw numbers from which on another row may be passed, ascending. The last block is filled up with what no number reaches.
    bounds: Vec<[i64; 4]>,
    /// What is passed below the first bound, and from each bound on.
    rungs: Vec<Rung>,
}

impl Ladder {
    /// `None` where a row is no span of numbers, or a bound does not fit.
    pub(super) fn new(rows: &[Row]) -> Option<Ladder> {
        if rows.len() > MOST {
            return None;
        }
        let mut spans: Vec<(RangeInclusive<i128>, Rung)> = Vec::with_capacity(rows.len());
        for row in rows {
            let span = match row.test {
                Test::Missing => continue,
                Test::Otherwise => i128::MIN..=i128::MAX,
                Test::Between(low, high) => low..=high,
                Test::Compare(CompareOp::GreaterEqual, bound) => bound..=i128::MAX,
                Test::Compare(CompareOp::LessEqual, bound) => i128::MIN..=bound,
                Test::Compare(CompareOp::Equal, bound) => bound..=bound,
                Test::Compare(CompareOp::Greater, bound) => bound.checked_add(1)?..=i128::MAX,
                Test::Compare(CompareOp::Less, bound) => i128::MIN..=bound.checked_sub(1)?,
                Test::Compare(CompareOp::NotEqual, _) | Test::In(_) => return None,
            };
            spans.push((span, row.gives));
        }
        let ends = |(span, _): &(RangeInclusive<i128>, Rung)| [Some(*span.start()), span.end().checked_add(1)];
        let mut bounds: Vec<i128> = spans.iter().flat_map(ends).flatten().filter(|at| *at != i128::MIN).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let first = |at: &i128| spans.iter().find(|(span, _)| span.contains(at)).map_or(NOWHERE, |(_, rung)| *rung);
        let rungs = std::iter::once(&i128::MIN).chain(&bounds).map(first).collect();
        // The outermost numbers stand for all that are farther out, so no bound may be one of them.
        let fits = |at: &i128| i64::try_from(*at).ok().filter(|at| i64::MIN < *at && *at < i64::MAX);
        let bounds: Vec<i64> = bounds.iter().map(fits).collect::<Option<_>>()?;
        let block = |four: &[i64]| {
            let mut block = [i64::MAX; 4];
            block.iter_mut().zip(four).for_each(|(to, bound)| *to = *bound);
            block
        };
        Some(Ladder { bounds: bounds.chunks(4).map(block).collect(), rungs })
    }

    /// What a number gives.
    #[inline]
    pub(super) fn rung(&self, number: i128) -> &Rung {
        let number = within_reach(number);
        let place = match &*self.bounds {
            [block] => reached(block, number),
            few if few.len() <= FEW => {
                let mut place = 0;
                for block in few {
                    place += reached(block, number);
                }
                place
            }
            many => {
                let before = many.partition_point(|[.., last]| *last <= number);
                before * 4 + many.get(before).map_or(0, |block| reached(block, number))
            }
        };
        self.rungs.get(place).unwrap_or(&NOWHERE)
    }
}

/// The bands of a metric where one table holds for everyone, and every number has a band with points: nothing that is done
/// depends on the value but what is found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Direct {
    value: Reg,
    band: Reg,
    points: Reg,
    bounds: Vec<[i64; 4]>,
    /// Name and points: first of what is missing, then of numbers, lowest first.
    gives: Vec<(Cell, Cell)>,
}

impl Direct {
    /// `None` where there is more to look at.
    pub(super) fn new(value: Reg, tables: &[Table], band: Option<Reg>, points: Option<Reg>) -> Option<Direct> {
        let [Table { member: None, ladder: Some(ladder), absent: Rung { name: NO_DATA, points: None }, .. }] = tables
        else {
            return None;
        };
        let rungs = ladder.rungs.iter().map(|rung| Some((rung.name, rung.points?)));
        let gives: Option<Vec<_>> = std::iter::once(Some((NO_DATA, NO_DATA))).chain(rungs).collect();
        let bounds = Some(ladder.bounds.clone()).filter(|bounds| bounds.len() <= FEW)?;
        Some(Direct { value, band: band?, points: points?, bounds, gives: gives? })
    }

    /// Sets band and points; false where the value is no number.
    #[inline(never)]
    pub(super) fn judge(&self, regs: &mut [Cell]) -> bool {
        let Some(value) = regs.get(self.value as usize).copied() else { return false };
        if value.tag > Tag::Number || value.tag == Tag::Boolean {
            return false;
        }
        let known = value.tag == Tag::Number;
        let number = within_reach(value.bits);
        let mut place = 1;
        for block in &self.bounds {
            place += reached(block, number);
        }
        let place = place & usize::from(known).wrapping_neg();
        let Some((name, points)) = self.gives.get(place) else { return false };
        // Missing points are missing for the reason of the value.
        let points = Cell { tag: if known { Tag::Number } else { value.tag }, bits: points.bits };
        if let Some(to) = regs.get_mut(self.band as usize) {
            *to = *name;
        }
        if let Some(to) = regs.get_mut(self.points as usize) {
            *to = points;
        }
        true
    }
}

/// The number, or the outermost one that bounds are compared with.
#[inline]
fn within_reach(number: i128) -> i64 {
    let outermost = if number < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(number).unwrap_or(outermost).min(i64::MAX - 1)
}

/// How many bounds of a block a number reaches: no jump depends on it.
#[inline]
fn reached(block: &[i64; 4], number: i64) -> usize {
    let [a, b, c, d] = *block;
    usize::from(a <= number) + usize::from(b <= number) + usize::from(c <= number) + usize::from(d <= number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row(test: Test, name: u32) -> Row {
        Row { test, gives: Rung { name: Cell { tag: Tag::Symbol, bits: name.into() }, points: None } }
    }

    fn slow(rows: &[Row], number: i128) -> Cell {
        let passes = |row: &&Row| match row.test {
            Test::Compare(op, bound) => super::super::values::within_bound(op, number, bound),
            Test::Between(low, high) => low <= number && number <= high,
            Test::Otherwise => true,
            Test::Missing | Test::In(_) => false,
        };
        rows.iter().find(passes).map_or(NO_DATA, |row| row.gives.name)
    }

    #[test]
    fn the_first_row_that_holds_is_found_wherever_a_number_lies() {
        use CompareOp::{Equal, Greater, GreaterEqual, Less, LessEqual};
        let tables = [
            vec![],
            vec![row(Test::Otherwise, 0)],
            vec![row(Test::Missing, 0), row(Test::Compare(GreaterEqual, 4), 1), row(Test::Compare(Greater, 2), 2)],
            vec![row(Test::Compare(Less, -3), 0), row(Test::Compare(LessEqual, 5), 1), row(Test::Compare(Equal, 7), 2)],
            vec![row(Test::Between(3, 9), 0), row(Test::Between(5, 12), 1), row(Test::Compare(Equal, 4), 2)],
            vec![
                row(Test::Between(9, 3), 0),
                row(Test::Compare(Greater, i64::MAX as i128 - 2), 1),
                row(Test::Otherwise, 2),
            ],
            (0..40).map(|i| row(Test::Compare(LessEqual, i128::from(i) * 3), i)).collect(),
            (0..9).map(|i| row(Test::Between(i128::from(i) * 2, i128::from(i) * 2), i)).collect(),
        ];
        let far = [i128::MIN, i64::MIN.into(), i128::from(i64::MAX) - 1, i64::MAX.into(), i128::MAX];
        for rows in &tables {
            let ladder = Ladder::new(rows).unwrap();
            for number in (-20..140).chain(far) {
                assert_eq!(ladder.rung(number).name, slow(rows, number), "{number} in {rows:?}");
            }
        }
        assert!(Ladder::new(&[row(Test::Compare(CompareOp::NotEqual, 1), 0)]).is_none());
        assert!(Ladder::new(&[row(Test::Compare(Greater, i64::MAX.into()), 0)]).is_none());
    }
}
