//! What a family keeps of one row: its value is read, and put into the family's book.

use super::family::{Basis, Family, Reading, Test};
use super::kept::{Kept, Run, Seen};
use super::nodes::Mask;
use super::row::{Hard, Rows};
use super::short::short;
use super::tally::{Book, Keeping};
use super::worker::Scan;
use crate::data::stream::{Lane, LaneCells, Piece, TextList, TextSet};
use crate::engine::column::slots::{Cell, Tag, Texts};
use crate::engine::reference::fold;
use crate::number::{Decimal, SCALE};
use crate::value::{DAY_MICROS, Value};
use std::collections::HashMap;
use std::sync::PoisonError;

/// The codes of texts that were met before, by column and whether capitals make a difference.
#[derive(Debug, Default)]
pub(super) struct Codes {
    /// Of a list that is met again: which it is, and the code of each of its texts, if it is known.
    lists: HashMap<(u32, bool), (u64, Vec<i64>)>,
    /// Of other texts: which were met, and by their numbers the codes.
    texts: HashMap<(u32, bool), (TextSet, Vec<i64>)>,
}

impl Codes {
    const UNKNOWN: i64 = i64::MIN;

    /// The code of a text of a list; `find` finds it out.
    fn of(&mut self, whose: (u32, bool), list: &TextList, place: u32, find: impl FnOnce(&str) -> i64) -> i64 {
        let text = list.get(place);
        if !list.is_lasting() {
            let (set, codes) = self.texts.entry(whose).or_default();
            let number = set.number(text) as usize;
            if number == codes.len() {
                codes.push(find(text));
            }
            return codes.get(number).copied().unwrap_or(Codes::UNKNOWN);
        }
        let (id, codes) = self.lists.entry(whose).or_default();
        if *id != list.id() {
            *id = list.id();
            codes.clear();
            codes.resize(list.len(), Codes::UNKNOWN);
        }
        match codes.get_mut(place as usize) {
            Some(code) => {
                if *code == Codes::UNKNOWN {
                    *code = find(text);
                }
                *code
            }
            None => find(text),
        }
    }
}

/// A piece that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) piece: &'a Piece,
    /// By node which rows meet it.
    pub(super) masks: &'a [Mask],
    /// Every cell can be read.
    pub(super) clean: bool,
}

/// What was read of a row.
struct Got {
    value: Option<Kept>,
    /// A cell that was read on the way is unreadable.
    bad: bool,
}

impl Scan<'_, '_> {
    /// Keeps what a family keeps of a row.
    #[inline]
    pub(super) fn take(
        &self,
        family: &Family<'_>,
        book: &mut Book,
        look: Look<'_>,
        (row, account, day): (usize, u32, i32),
        run: Run,
        codes: &mut Codes,
    ) -> Taken {
        if family.keeping == Keeping::Count {
            book.count(account, run);
            return Taken::Well;
        }
        if let Some(present) = family.present {
            match self.read(present, look, (row, day), false, codes) {
                // What the value itself notes, the value's own slot notes.
                Ok(Got { value: None, .. }) => return Taken::Well,
                Ok(_) => {}
                Err(Hard) => {
                    book.hard.insert(account);
                    return Taken::Well;
                }
            }
        }
        let folded = family.keeping == Keeping::Distinct;
        let (value, taken) = match self.read(family.value, look, (row, day), folded, codes) {
            Ok(Got { value, bad }) => (value, if bad { Taken::Badly } else { Taken::Well }),
            Err(Hard) => {
                book.hard.insert(account);
                return Taken::Well;
            }
        };
        let Some(value) = value else { return taken };
        match family.keeping {
            Keeping::Count => {}
            Keeping::Sum => match basis(family.basis, value) {
                Some(basis) => book.add(account, run, basis),
                None => {
                    book.hard.insert(account);
                }
            },
            Keeping::Best { .. } => book.best(account, run, value),
            Keeping::Edge { .. } => {
                let lane = self.source.at.and_then(|at| look.piece.lanes.get(at as usize)).map(|lane| &lane.cells);
                let moment = match lane {
                    Some(LaneCells::Micros(micros)) => micros.get(row).copied().unwrap_or(0),
                    _ => i64::from(day) * DAY_MICROS,
                };
                book.edge(account, run, moment, value);
            }
            Keeping::Distinct => match i64::try_from(value.bits) {
                Ok(bits) => {
                    let day = if book.width > 1 { day } else { 0 };
                    book.see(Seen { account, tag: value.tag, value: bits, day, times: 1 });
                }
                Err(_) => {
                    book.hard.insert(account);
                }
            },
            Keeping::Capped { .. } if book.mark(account, day) => {}
            Keeping::Capped { .. } => {
                book.see(Seen { account, tag: Tag::Date, value: i64::from(day), day: 0, times: 1 });
            }
        }
        taken
    }

    fn read(
        &self,
        reading: Reading<'_>,
        look: Look<'_>,
        (row, day): (usize, i32),
        folded: bool,
        codes: &mut Codes,
    ) -> Result<Got, Hard> {
        let Look { piece, masks, clean } = look;
        let plain = |tag, bits| Ok(Got { value: Some(Kept { tag, bits }), bad: false });
        match reading {
            Reading::Nothing => plain(Tag::Boolean, 1),
            Reading::Day => plain(Tag::Date, i128::from(day)),
            Reading::Lane(id) => {
                let Some(lane) = piece.lanes.get(id as usize) else { return Ok(Got { value: None, bad: false }) };
                if !lane.valid.has(row) {
                    let bad = !lane.unreadable.is_empty() && lane.unreadable.binary_search(&(row as u32)).is_ok();
                    return Ok(Got { value: None, bad });
                }
                Ok(Got { value: self.cell(lane, row, (folded, id), codes), bad: false })
            }
            Reading::Test(test) if clean => {
                let has = |words: &[u64]| words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
                let value = match masks.get(test.node as usize) {
                    Some(mask) if has(&mask.yes) => test.met,
                    Some(mask) if !has(&mask.unknown) => test.not,
                    _ => test.unknown,
                };
                Ok(Got { value, bad: false })
            }
            Reading::Expr(expr, date) | Reading::Test(Test { written: (expr, date), .. }) => {
                let mut bad = false;
                let rows = Rows { nodes: &self.source.nodes, piece, date };
                let value = rows.eval(expr, row, &mut bad)?;
                let value = if folded { fold(value) } else { value };
                Ok(Got { value: (!value.is_missing()).then(|| self.kept(value, folded)), bad })
            }
        }
    }

    fn cell(&self, lane: &Lane, row: usize, (folded, id): (bool, u32), codes: &mut Codes) -> Option<Kept> {
        let kept = |tag, bits| Kept { tag, bits };
        Some(match &lane.cells {
            LaneCells::Absent => return None,
            LaneCells::Days(days) => kept(Tag::Date, i128::from(*days.get(row)?)),
            LaneCells::Micros(micros) => kept(Tag::Instant, i128::from(*micros.get(row)?)),
            LaneCells::Flags(bits) => kept(Tag::Boolean, i128::from(bits.get(row))),
            LaneCells::Codes(symbols) => kept(Tag::Symbol, i128::from(*symbols.get(row)?)),
            LaneCells::Small(cells) => kept(Tag::Number, i128::from(*cells.get(row)?)),
            LaneCells::Wide(cells) => kept(Tag::Number, *cells.get(row)?),
            LaneCells::Texts { list, codes: of } => {
                let place = *of.get(row)?;
                if folded && let Some(number) = short(list.get(place)) {
                    return Some(kept(Tag::Text, i128::from(number)));
                }
                let code = codes.of((id, folded), list, place, |text| self.code(text, folded));
                kept(Tag::Text, i128::from(code))
            }
        })
    }

    fn kept(&self, value: Value, folded: bool) -> Kept {
        let Cell { tag, bits } = match &value {
            Value::Text(text) => Cell { tag: Tag::Text, bits: i128::from(self.code(text, folded)) },
            other => Cell::of(other, &mut Texts::default()),
        };
        Kept { tag, bits }
    }

    /// The code of a text, the same for all workers. Of one that is folded it is that of what [`fold`] makes of it: a number
    /// that says the text if it is [`short`], and below zero if it is not.
    fn code(&self, text: &str, folded: bool) -> i64 {
        let known = |text: &str| i64::from(self.texts.lock().unwrap_or_else(PoisonError::into_inner).number(text));
        if !folded {
            return known(text);
        }
        let number = |text: &str| short(text).unwrap_or_else(|| -1 - known(text));
        let mut room = [0u8; 64];
        let trimmed = text.trim().as_bytes();
        if let Some(small) = room.get_mut(..trimmed.len()).filter(|_| trimmed.is_ascii()) {
            small.copy_from_slice(trimmed);
            small.make_ascii_lowercase();
            if let Ok(small) = std::str::from_utf8(small) {
                return number(small);
            }
        }
        match fold(Value::Text(text.into())) {
            Value::Text(text) => number(&text),
            _ => -1,
        }
    }
}

/// How a row was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Well,
    /// A cell that it needs is unreadable.
    Badly,
}

impl Taken {
    pub(super) fn is_bad(self) -> bool {
        self == Taken::Badly
    }
}

/// What a value adds; `None` where the reference has to say.
pub(super) fn basis(basis: Basis, value: Kept) -> Option<i128> {
    let whole = |n: i64| i128::from(n) * SCALE;
    Some(match basis {
        Basis::Plain => value.bits,
        Basis::Truth => value.bits,
        Basis::Nps if value.bits >= whole(9) => 1,
        Basis::Nps if value.bits <= whole(6) => -1,
        Basis::Nps => 0,
        Basis::Margin if value.bits >= whole(9) => 1,
        Basis::Margin if value.bits <= whole(6) => 1 << 32,
        Basis::Margin => 0,
        Basis::Csat => i128::from(value.bits >= whole(4)),
        Basis::CsatMean => Decimal::from_raw(value.bits)?.sub(Decimal::ONE)?.div(Decimal::int(4))?.raw(),
    })
}
