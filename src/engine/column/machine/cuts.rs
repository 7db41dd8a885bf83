//! Numbers that are only compared with constants, and numbers that only grow with the date.
//!
//! Where a register is read by comparisons with constants, tables of bands and tests of presence, and by nothing else, those
//! who read it find the same as long as its number stays between the same two of these constants: its [`Cuts`]. Most
//! changes of a count change nothing for anybody.
//!
//! A unit in which nothing depends on the as-of date but days since a date, or until one, is a [`Drift`]: while its inputs stay
//! the same, its results do, until one of these numbers of days gets past a cut. Which are the [`Ages`] of that date.

use super::Machine;
use super::alike::same_tables;
use super::classes::MOST_CELLS;
use super::flow::{reads, writes};
use super::op::{Bands, Op, Reg, Table, Test};
use crate::calendar::{Date, PeriodKind};
use crate::engine::column::Cell;
use crate::number::SCALE;
use crate::value::Value;
use std::collections::{BTreeMap, HashMap};

/// By register: the constants that its number is compared with, sorted; nothing, if it is read in other ways too.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    own: Vec<Option<Vec<i128>>>,
}

impl Cuts {
    /// Of the registers that these instructions read, or of some of them. Constants in `fickle` are others at other dates.
    pub(super) fn new<'o>(
        machine: &Machine,
        ops: impl Iterator<Item = (&'o Op, Option<&'o [Reg]>)>,
        fickle: &[(Reg, Cell)],
    ) -> Cuts {
        let numbers: HashMap<Reg, Option<i128>> = machine
            .constants
            .iter()
            .filter(|(reg, _)| fickle.iter().all(|(of, _)| of != reg))
            .map(|(reg, value)| (*reg, if let Value::Number(n) = value { Some(n.raw()) } else { None }))
            .collect();
        let mut own = vec![Some(Vec::new()); machine.registers as usize];
        let mut read = Vec::new();
        for (op, of) in ops {
            read.clear();
            reads(op, machine, &mut read);
            read.retain(|reg| of.is_none_or(|of| of.contains(reg)));
            let cut = compared(op, machine, &numbers);
            for reg in &read {
                let Some(of) = own.get_mut(*reg as usize) else { continue };
                let mut more = cut.iter().filter(|(known, _)| known == reg).peekable();
                match (more.peek(), of.as_mut()) {
                    (Some(_), Some(cuts)) => cuts.extend(more.flat_map(|(_, more)| more)),
                    (Some(_), None) => {}
                    (None, _) => *of = None,
                }
            }
        }
        own.iter_mut().flatten().for_each(|cuts| {
            cuts.sort_unstable();
            cuts.dedup();
        });
        Cuts { own }
    }

    pub(super) fn of(&self, reg: Reg) -> Option<&[i128]> {
        self.own.get(reg as usize).and_then(Option::as_deref)
    }
}

/// The registers that an instruction only compares, and with what.
fn compared(op: &Op, machine: &Machine, numbers: &HashMap<Reg, Option<i128>>) -> Vec<(Reg, Vec<i128>)> {
    let Op::Chain { comparisons, .. } = op else { return one(op, machine, numbers).into_iter().collect() };
    let all = || machine.chained(*comparisons).iter().map(|comparison| (comparison.left, comparison.right));
    let cut = |(left, right)| beside(left, right, |reg| constant(numbers, *reg));
    // Beside something else than a constant both are read as they are.
    let whole = |reg: &Reg| all().any(|pair| cut(pair).is_none() && (pair.0 == *reg || pair.1 == *reg));
    all().filter_map(cut).filter(|(reg, _)| !whole(reg)).collect()
}

/// The number of a register that is a constant; none, if it is another one.
fn constant(numbers: &HashMap<Reg, Option<i128>>, reg: Reg) -> Option<Vec<i128>> {
    numbers.get(&reg).map(|number| number.iter().copied().collect())
}

fn one(op: &Op, machine: &Machine, numbers: &HashMap<Reg, Option<i128>>) -> Option<(Reg, Vec<i128>)> {
    let constant = |reg: &Reg| constant(numbers, *reg);
    match op {
        Op::Compare { left, right, .. } => beside(*left, *right, constant),
        Op::KleeneCompare { to, left, right, .. } => beside(*left, *right, constant).filter(|(reg, _)| reg != to),
        Op::IfMissing { value, .. } | Op::IfPresent { value, .. } | Op::IsMissing { value, .. } => {
            Some((*value, Vec::new()))
        }
        Op::Bands { bands } => {
            let Bands { value, tables, slopes, .. } = machine.bands.get(*bands as usize)?;
            let members = tables.iter().filter_map(|table| table.member);
            let itself = members.into_iter().any(|member| member.reg == *value);
            (slopes.is_empty() && !itself).then_some(())?;
            Some((*value, bounds(tables.iter().flat_map(|table: &Table| &table.rows).map(|row| &row.test))?))
        }
        Op::Parts { value, parts, .. } | Op::Passes { value, parts, .. } => {
            Some((*value, bounds(machine.parts.get(*parts as usize)?.iter())?))
        }
        _ => None,
    }
}

/// One of two, if the other is a constant.
fn beside(left: Reg, right: Reg, constant: impl Fn(&Reg) -> Option<Vec<i128>>) -> Option<(Reg, Vec<i128>)> {
    match (constant(&left), constant(&right)) {
        (None, Some(cuts)) => Some((left, cuts)),
        (Some(cuts), None) => Some((right, cuts)),
        _ => None,
    }
}

/// What tests compare with; nothing, if they do more than that.
fn bounds<'t>(tests: impl Iterator<Item = &'t Test>) -> Option<Vec<i128>> {
    let mut all = Vec::new();
    for test in tests {
        match test {
            Test::Compare(_, bound) => all.push(*bound),
            Test::Between(low, high) => all.extend([*low, *high]),
            Test::Missing | Test::Otherwise => {}
            Test::In(_) => return None,
        }
    }
    Some(all)
}

/// What grows by one a day, or falls.
#[derive(Debug, PartialEq)]
pub(super) struct Drift {
    /// By register of a date, rising.
    pub(super) ages: Vec<(Reg, Ages)>,
    /// The registers that depend on the as-of date.
    pub(super) all: Vec<Reg>,
}

/// What a unit can tell of a date: between which of these ages it is, in days before the as-of date (less than none of those
/// that are to come). They rise; each begins something new.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Ages {
    turns: Vec<i64>,
}

impl Ages {
    /// Where an age lies, and at which one that changes.
    #[inline]
    pub(super) fn at(&self, age: i64) -> (usize, Option<i64>) {
        let passed = self.turns.iter().filter(|turn| **turn <= age).count();
        (passed, self.turns.get(passed).copied())
    }
}

/// A number that is an age, or less the more an age is, and something added.
#[derive(Debug, Clone, Copy)]
struct Aging {
    date: Reg,
    grows: bool,
    added: i128,
}

impl Aging {
    /// The ages at which it gets as far as a constant, and past it; nothing, if they are too large.
    fn turns(self, cut: i128) -> Option<[i64; 2]> {
        let days = if self.grows { cut.checked_sub(self.added)? } else { self.added.checked_sub(cut)? };
        let turn = |days: i128| i64::try_from(days).ok().filter(|days| i32::try_from(*days).is_ok());
        let [reached, past] = turns(days);
        Some([turn(reached)?, turn(past)?])
    }
}

/// The whole numbers at which one that rises gets as far as a constant, and past it.
pub(super) fn turns(cut: i128) -> [i128; 2] {
    let whole = cut.div_euclid(SCALE);
    if cut.rem_euclid(SCALE) == 0 { [whole, whole + 1] } else { [whole + 1, whole + 1] }
}

impl Drift {
    /// Of the code of a unit at all dates; nothing, if something else depends on the date, or is done with days than to
    /// compare them. Constants in `fickle` are others at other dates.
    pub(super) fn new(
        machines: &[Machine],
        (begin, end): (usize, usize),
        cuts: &Cuts,
        fickle: &[(Reg, Cell)],
    ) -> Option<Drift> {
        let first = machines.first()?;
        let code = |machine: &'_ Machine| machine.plain.ops.get(begin..end).map(<[Op]>::to_vec);
        let ops = code(first)?;
        for machine in machines {
            let later = code(machine)?;
            let alike =
                |a: &Op, b: &Op| still(a, first.as_of) == still(b, machine.as_of) && same_tables(first, machine, a);
            if !ops.iter().zip(&later).all(|(a, b)| alike(a, b)) {
                return None;
            }
        }
        let mut written = Vec::new();
        ops.iter().for_each(|op| writes(op, first, &mut written));
        let own = |reg: &Reg| written.contains(reg);
        let number = |reg: &Reg| {
            let (_, value) =
                first.constants.iter().find(|(of, _)| of == reg && fickle.iter().all(|(of, _)| of != reg))?;
            if let Value::Number(number) = value { Some(number.raw()) } else { None }
        };
        let mut drifting: HashMap<Reg, Aging> = HashMap::new();
        for op in &ops {
            match op {
                Op::Elapsed { to, date, unit: PeriodKind::Day, until, as_of } if !own(date) => {
                    let days = i128::from(as_of.days_since(first.as_of)) * SCALE;
                    let added = if *until { -days } else { days };
                    drifting.insert(*to, Aging { date: *date, grows: !until, added });
                }
                Op::Plus { to, left, right, subtract } => match (drifting.get(left), drifting.get(right)) {
                    (None, None) => {}
                    (Some(aging), None) => {
                        let more = number(right)?;
                        let added = aging.added.checked_add(if *subtract { more.checked_neg()? } else { more })?;
                        drifting.insert(*to, Aging { added, ..*aging });
                    }
                    _ => return None,
                },
                Op::Bands { .. }
                | Op::Compare { .. }
                | Op::KleeneCompare { .. }
                | Op::Chain { .. }
                | Op::Kleene { .. }
                | Op::Not { .. } => {}
                _ => return None,
            }
        }
        // Each is written once, and read by nobody but sums that drift too and those who compare.
        let once = |reg: &Reg| written.iter().filter(|of| *of == reg).count() == 1;
        let added =
            |reg: &Reg| ops.iter().any(|op| matches!(op, Op::Plus { left, right, .. } if left == reg || right == reg));
        let mut ages: BTreeMap<Reg, Ages> = BTreeMap::new();
        for (reg, aging) in &drifting {
            let of = ages.entry(aging.date).or_default();
            match cuts.of(*reg) {
                _ if !once(reg) => return None,
                Some(cuts) => {
                    for cut in cuts {
                        of.turns.extend(aging.turns(*cut)?);
                    }
                }
                None if added(reg) && read_outside(first, (begin, end), *reg) == 0 => {
                    let compared = ops.iter().any(|op| {
                        let mut read = Vec::new();
                        reads(op, first, &mut read);
                        read.contains(reg) && !matches!(op, Op::Plus { .. })
                    });
                    if compared {
                        return None;
                    }
                }
                None => return None,
            }
        }
        for Ages { turns } in ages.values_mut() {
            turns.sort_unstable();
            turns.dedup();
        }
        let few = ages.values().all(|ages| ages.turns.len() <= MOST_CELLS);
        let mut all: Vec<Reg> = drifting.into_keys().collect();
        all.sort_unstable();
        (few && !all.is_empty()).then_some(Drift { ages: ages.into_iter().collect(), all })
    }
}

/// How many instructions of other units read a register.
fn read_outside(machine: &Machine, (begin, end): (usize, usize), reg: Reg) -> usize {
    let others = machine.plain.ops.iter().enumerate().filter(|(i, _)| *i < begin || end <= *i);
    let read = |op: &Op| {
        let mut read = Vec::new();
        reads(op, machine, &mut read);
        read.contains(&reg)
    };
    others.filter(|(_, op)| read(op)).count()
}

/// An instruction with its date as days from the as-of date of its machine.
fn still(op: &Op, as_of: Date) -> Op {
    match *op {
        Op::Elapsed { to, date, unit, until, as_of: at } => {
            let days = i32::try_from(at.days_since(as_of)).unwrap_or(i32::MAX);
            Op::Elapsed { to, date, unit, until, as_of: Date(days) }
        }
        other => other,
    }
}
